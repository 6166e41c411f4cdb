//! Opens and clicks: how many are answered in a second, stored in batches meanwhile, against a bare
//! server that says the same and stores nothing.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, HttpServer};
use diesel::prelude::*;
use lederbrev::app::{self, App};
use lederbrev::db::schema::{click_counts, issue_links, open_counts};
use lederbrev::tracking;

use crate::import::{app as open, newsletter};
use crate::measure::{Sink, median, role};
use crate::product;

const CONNECTIONS: usize = 64;
const HITS: usize = 60_000;
/// Mails that go out meanwhile.
const SENT: usize = 100_000;
const DESTINATION: &str = "https://lederweb.example/undgaa";
const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/128.0";

/// The image.
pub fn opens() {
    against_bare("open_pixel", "open");
}

/// A link.
pub fn clicks() {
    against_bare("click", "click");
}

fn against_bare(name: &str, what: &str) {
    let (mut rates, mut slowest) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let bare = measured("bare-hits", what);
        let ours = measured("hits", what);
        println!(
            "ours {:.0}/s, p99 {:.2} ms; bare {:.0}/s, p99 {:.2} ms",
            ours.0, ours.1, bare.0, bare.1
        );
        rates.push(ours.0 / bare.0);
        slowest.push(ours.1 / bare.1);
    }
    println!("p99 {:.2} times that of the bare server, goal <=1.5", median(slowest));
    println!("RESULT {name} {:.2} goal >=0.8", median(rates));
}

/// The image while an issue goes out: the same program on the same two cores sends a hundred
/// thousand mails meanwhile, to a receiver that takes its share of them, too.
pub fn while_sending() {
    let mut shares = Vec::new();
    for _ in 0..3 {
        let alone = measured("hits", "open");
        let sink = Sink::start(&[]);
        let began = Instant::now();
        let sending = asked("hits", &["open", &sink.port, &SENT.to_string()]);
        println!(
            "alone {:.0}/s, p99 {:.2} ms; while sending {:.0}/s, p99 {:.2} ms, all {SENT} sent {:.0} s \
             after the first row of the register was written",
            alone.0,
            alone.1,
            sending.0,
            sending.1,
            began.elapsed().as_secs_f64()
        );
        shares.push(sending.0 / alone.0);
    }
    println!("RESULT hits_while_sending {:.2} goal -", median(shares));
}

/// Answers a second, and the time that all but one in a hundred need, in milliseconds.
fn measured(server: &str, what: &str) -> (f64, f64) {
    asked(server, &[what])
}

fn asked(server: &str, what: &[&str]) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (folder, port_word) = (folder.path().to_str().unwrap(), port.to_string());
    let mut command = role(&[&[server, folder, &port_word], what].concat());
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    // It says its path when it is ready.
    let mut path = String::new();
    std::io::BufRead::read_line(&mut out, &mut path).unwrap();
    let path = path.trim();
    let run = |hits: usize| -> Vec<f64> {
        std::thread::scope(|scope| {
            let lines: Vec<_> = (0..CONNECTIONS)
                .map(|_| scope.spawn(move || line(port, path, hits / CONNECTIONS)))
                .collect();
            lines.into_iter().flat_map(|line| line.join().unwrap()).collect()
        })
    };
    let warm = run(CONNECTIONS * 20).len();
    let began = Instant::now();
    let mut times = run(HITS);
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    drop(child.stdin.take());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    if server == "hits" {
        assert_eq!(rest.trim(), (times.len() + warm).to_string(), "every hit is stored");
    }
    times.sort_by(f64::total_cmp);
    (rate, times[times.len() * 99 / 100] * 1_000.0)
}

/// One connection: the time of each answer, in seconds.
fn line(port: u16, path: &str, hits: usize) -> Vec<f64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {BROWSER}\r\n\r\n");
    let mut piece = [0; 8_192];
    (0..hits)
        .map(|_| {
            let began = Instant::now();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            loop {
                let count = stream.read(&mut piece).unwrap();
                assert!(count > 0, "the server hung up");
                answer.extend_from_slice(&piece[..count]);
                if is_whole(&answer) {
                    break;
                }
            }
            began.elapsed().as_secs_f64()
        })
        .collect()
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(head.starts_with("http/1.1 200") || head.starts_with("http/1.1 302"), "{head}");
    let length = head
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
    answer.len() >= end + 4 + length
}

/// `hits FOLDER PORT open|click [RELAY COUNT]`: the product. Prints its path, serves until its input
/// ends, and prints how many hits are stored. With a relay it sends an issue to so many meanwhile,
/// and ends when it has.
pub fn serve(words: &[String]) {
    let [folder, port, what, rest @ ..] = words else { panic!("{words:?}") };
    actix_web::rt::System::new().block_on(async {
        let url = format!("sqlite://{folder}/lederbrev.db");
        let (app, issue, going_out): (Data<App>, i64, _) = match rest {
            [relay, count] => {
                let app = product::app(&url, folder, relay, "8");
                let count = count.parse().unwrap();
                let issue = product::prepare(&app, count).await;
                let (id, of) = (issue.id, app.clone());
                let going_out = async move { product::send(&of, &issue, count).await };
                (app, id, Some(actix_web::rt::spawn(going_out)))
            }
            _ => {
                let app = open(&url, folder);
                let newsletter = newsletter(&app).await;
                let editor = product::editor(&app).await;
                let issue = product::draft(&app, &newsletter, &editor).await.id;
                (app, issue, None)
            }
        };
        app.db
            .write(move |conn| {
                Ok(diesel::insert_into(issue_links::table)
                    .values((
                        issue_links::issue.eq(issue),
                        issue_links::number.eq(1_000),
                        issue_links::url.eq(DESTINATION),
                    ))
                    .execute(conn)?)
            })
            .await
            .unwrap();
        let url = match what.as_str() {
            "open" => app.links.open(issue),
            _ => app.links.click(issue, 1_000),
        };
        let listener = TcpListener::bind(("127.0.0.1", port.parse::<u16>().unwrap())).unwrap();
        let server = app::serve(app.clone(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        // As the job does, every second.
        let writing = app.clone();
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                tracking::write_down(&writing).await.unwrap();
            }
        });
        println!("/{}", url.strip_prefix(app.links.base().as_str()).unwrap());
        until_the_input_ends().await;
        if let Some(going_out) = going_out {
            going_out.await.unwrap();
        }
        handle.stop(true).await;
        tracking::write_down(&app).await.unwrap();
        let stored: Vec<i64> = app
            .db
            .read(|conn| {
                let opens = open_counts::table.select(open_counts::opens).load::<i64>(conn)?;
                let clicks = click_counts::table.select(click_counts::clicks).load::<i64>(conn)?;
                Ok([opens, clicks].concat())
            })
            .await
            .unwrap();
        println!("{}", stored.iter().sum::<i64>());
    });
}

/// `bare-hits FOLDER PORT open|click`: says the same and stores nothing.
pub fn bare(words: &[String]) {
    let [_, port, what] = words else { panic!("{words:?}") };
    actix_web::rt::System::new().block_on(async {
        let gif = async || {
            HttpResponse::Ok()
                .content_type("image/gif")
                .insert_header(("cache-control", "no-store"))
                .body(web::Bytes::from_static(&[0x47; 43]))
        };
        let lead = async || {
            HttpResponse::Found()
                .insert_header(("location", DESTINATION))
                .insert_header(("cache-control", "no-store"))
                .finish()
        };
        let server = HttpServer::new(move || {
            actix_web::App::new()
                .route("/o/{token}.gif", web::get().to(gif))
                .route("/c/{token}", web::get().to(lead))
        })
        .workers(2)
        .disable_signals()
        .bind(("127.0.0.1", port.parse::<u16>().unwrap()))
        .unwrap()
        .run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        println!("{}", if what == "open" { "/o/token.gif" } else { "/c/token" });
        until_the_input_ends().await;
        handle.stop(false).await;
    });
}

async fn until_the_input_ends() {
    actix_web::rt::task::spawn_blocking(|| {
        let mut rest = String::new();
        std::io::stdin().read_to_string(&mut rest).unwrap();
    })
    .await
    .unwrap();
}
