//! Signing up: how many forms are taken in a second, each durable before its answer, against the
//! same insert with a commit each; and whether the time of an answer tells who subscribes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use actix_web::web::Data;
use diesel::prelude::*;
use lederbrev::app::{self, App};
use lederbrev::db::schema::signup_requests;
use lederbrev::db::{DbConn, Json};
use lederbrev::signups;
use lederbrev::signups::receive::Request;
use lederbrev::subscribers::shown::Hashes;
use lederbrev::subscribers::subscribe::{Origin, SubscribeForm};
use lederbrev::web::Lang;
use rand::seq::SliceRandom;

use crate::import::{app as open, newsletter, plain_sqlite};
use crate::measure::{median, role};

const CONNECTIONS: usize = 64;
const POSTS: usize = 20_000;
/// Inserts of the plain program: enough to know its pace.
const INSERTS: usize = 3_000;
/// Pairs of a known and an unknown address.
const PAIRS: usize = 1_000;

/// Taking forms.
pub fn rate() {
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let plain = commits();
        let (ours, looked_up) = forms();
        println!(
            "forms {ours:.0}/s, a commit each {plain:.0}/s; looked up afterwards {looked_up:.0}/s"
        );
        ratios.push(ours / plain);
    }
    println!("RESULT subscribe {:.1} goal >=10", median(ratios));
}

/// The plain program: inserts a second.
fn commits() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/lederbrev.db", folder.path().display());
    let id = actix_web::rt::System::new()
        .block_on(async { newsletter(&open(&url, folder.path().to_str().unwrap())).await.id });
    let mut conn = DbConn::Sqlite(plain_sqlite(url.strip_prefix("sqlite://").unwrap()));
    let began = Instant::now();
    for at in 0..INSERTS {
        let request = Json(serde_json::json!({
            "form": { "email": email("kolding.example", at), "consent": "yes", "name": "",
                "organisation": "", "sector": "", "leadership_group": "", "language": "",
                "tracking_consent": "", "leave_empty": "", "source": "", "note": "" },
            "origin": { "shown_in": "da", "form_address": "http://127.0.0.1/subscribe/lederweb",
                "source": "form", "ip": "127.0.0.1" },
            "cost": 10,
        }));
        let now = lederbrev::clock::Clock::real().now();
        diesel::insert_into(signup_requests::table)
            .values((
                signup_requests::newsletter.eq(id),
                signup_requests::request.eq(request),
                signup_requests::at.eq(now),
            ))
            .execute(&mut conn)
            .unwrap();
    }
    INSERTS as f64 / began.elapsed().as_secs_f64()
}

/// The product, in a process of its own: forms a second, and how many of them are looked up in one.
fn forms() -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["signups"]);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for line in 0..CONNECTIONS {
            let port = server.port;
            scope.spawn(move || {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                stream.set_nodelay(true).unwrap();
                for at in (line..POSTS).step_by(CONNECTIONS) {
                    post(&mut stream, &email("aarhus.example", at));
                }
            });
        }
    });
    let rate = POSTS as f64 / began.elapsed().as_secs_f64();
    let seconds: f64 = server.finish().trim().parse().unwrap();
    (rate, POSTS as f64 / seconds)
}

/// Whether the time of an answer tells who subscribes: the Mann-Whitney rank test.
pub fn timing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["signups", &PAIRS.to_string()]);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for at in 0..200 {
        post(&mut stream, &email("odense.example", at));
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for at in 0..PAIRS {
        let mut both = [true, false];
        both.shuffle(&mut rand::rng());
        for is_known in both {
            let domain = if is_known { "known.example" } else { "other.example" };
            let email = email(domain, at);
            let began = Instant::now();
            post(&mut stream, &email);
            let took = began.elapsed().as_secs_f64();
            if is_known { known.push(took) } else { unknown.push(took) }
        }
    }
    server.finish();
    let milliseconds = |times: &[f64]| median(times.to_vec()) * 1_000.0;
    println!(
        "known {:.3} ms, unknown {:.3} ms (medians of {PAIRS})",
        milliseconds(&known),
        milliseconds(&unknown)
    );
    // The absolute standard score of the rank sum.
    println!("RESULT signup_timing {:.2} goal <1.96", z(&known, &unknown).abs());
}

/// The standard score of the rank sum of one list among both.
fn z(one: &[f64], other: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = one.iter().map(|time| (*time, true)).collect();
    all.extend(other.iter().map(|time| (*time, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks = all.iter().zip(1..).filter(|((_, is_one), _)| *is_one);
    let sum: f64 = ranks.map(|(_, rank)| f64::from(rank)).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let expected = n * (n + m + 1.0) / 2.0;
    (sum - expected) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn email(domain: &str, at: usize) -> String {
    format!("leder{at:05}%40{domain}")
}

/// Sends a form and reads the answer.
fn post(stream: &mut TcpStream, email: &str) {
    let body = format!("email={email}&consent=yes");
    let request = format!(
        "POST /subscribe/lederweb HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the server hung up");
        answer.extend_from_slice(&piece[..count]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 303"), "{}", String::from_utf8_lossy(&answer));
}

/// The product's pages in a process of their own.
struct Server {
    child: std::process::Child,
    port: u16,
}

impl Server {
    fn start(folder: &std::path::Path, words: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (place, port_word) = (folder.to_str().unwrap(), port.to_string());
        let mut all = vec![words[0], place, &port_word];
        all.extend_from_slice(&words[1..]);
        let mut command = role(&all);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let server = Self { child: command.spawn().unwrap(), port };
        let answers = (0..600).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(answers, "the product does not answer");
        server
    }

    /// Lets it look up what it has taken down and end; what it says then.
    fn finish(mut self) -> String {
        drop(self.child.stdin.take());
        let output = self.child.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

/// `signups FOLDER PORT [KNOWN]`: serves until its input ends, then looks up what came and prints
/// the seconds that it took. So many addresses at `known.example` are in the register.
pub fn serve(words: &[String]) {
    let (folder, port) = (&words[0], words[1].parse::<u16>().unwrap());
    let known: usize = words.get(2).map_or(0, |known| known.parse().unwrap());
    actix_web::rt::System::new().block_on(async {
        let url = format!("sqlite://{folder}/lederbrev.db");
        let app: Data<App> = open(&url, folder);
        let newsletter = newsletter(&app).await;
        for at in 0..known {
            let form = SubscribeForm {
                email: format!("leder{at:05}@known.example"),
                consent: "yes".to_owned(),
                ..SubscribeForm::default()
            };
            let origin = Origin {
                shown_in: Lang::Da,
                form_address: "http://127.0.0.1/subscribe/lederweb".to_owned(),
                source: signups::FORM.to_owned(),
                ip: None,
            };
            let request = Request { form, origin, cost: 1, texts: Hashes::default() };
            signups::receive::take_down(&app, &newsletter, &request).await.unwrap();
        }
        signups::receive::look_up(&app).await.unwrap();
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let server = app::serve(app.clone(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        actix_web::rt::task::spawn_blocking(|| {
            let mut rest = String::new();
            std::io::stdin().read_to_string(&mut rest).unwrap();
        })
        .await
        .unwrap();
        let began = Instant::now();
        signups::receive::look_up(&app).await.unwrap();
        println!("{}", began.elapsed().as_secs_f64());
        handle.stop(false).await;
    });
}
