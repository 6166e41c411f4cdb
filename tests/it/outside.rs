//! The way to the web outside: what a server there may do to us, and where it may not lead us.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lederbrev::web::outside::{Outside, OutsideError, Refusal, Version};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::mail_session::trusting;

const CERTIFICATE: &[u8] = include_bytes!("certificates/relay.pem");

/// A web site on loopback: what it does with a request for a path. It ends with the test process.
pub fn site(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut head = String::new();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while let Some(Ok(line)) =
                    lines.next().filter(|line| !matches!(line, Ok(l) if l.is_empty()))
                {
                    head.push_str(&line);
                    head.push('\n');
                }
                answer(&head, &mut stream);
            });
        }
    });
    port
}

/// The path that was asked for.
pub fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Answers with a page.
pub fn page(stream: &mut TcpStream, html: &str) {
    let length = html.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(html.as_bytes()));
}

fn lead(stream: &mut TcpStream, place: &str) {
    let _ = write!(stream, "HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
}

async fn fetch(port: u16, path: &str) -> Result<String, OutsideError> {
    let outside = Outside::new(&["localhost".to_owned()]);
    Ok(outside.page(&format!("http://localhost:{port}{path}")).await?.html)
}

#[actix_web::test]
async fn a_page_is_fetched_as_a_stranger_and_redirects_are_followed() {
    let port = site(|head, stream| match path(head) {
        "/start" => lead(stream, "/slut?a=b#c"),
        "/gammel" => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=iso-8859-1\r\n\r\n";
            let _ = stream.write_all(head).and_then(|()| stream.write_all(b"<p>bl\xe5b\xe6r"));
        }
        _ => page(stream, head),
    });
    let seen = fetch(port, "/start").await.unwrap().to_ascii_lowercase();
    assert!(seen.starts_with("get /slut?a=b http/1.1\n"), "{seen}");
    assert!(seen.contains("user-agent: lederbrev/") && seen.contains("accept-encoding: identity"));
    assert!(!seen.contains("cookie") && !seen.contains("authorization"), "{seen}");
    assert_eq!(fetch(port, "/gammel").await.unwrap(), "<p>blåbær");
}

#[actix_web::test]
async fn no_redirect_leads_inside_and_none_leads_on_for_ever() {
    let port = site(|head, stream| match path(head) {
        "/literal" => lead(stream, "http://127.0.0.1/"),
        "/decimal" => lead(stream, "http://2130706433/"),
        "/mapped" => lead(stream, "http://[::ffff:127.0.0.1]/"),
        "/metadata" => lead(stream, "//169.254.169.254/latest/meta-data/"),
        "/file" => lead(stream, "file:///etc/passwd"),
        "/user" => lead(stream, "http://anne:hemmeligt@localhost/"),
        "/port" => lead(stream, "http://93.184.216.34:25/"),
        other => lead(stream, &format!("{other}i")),
    });
    let refused = |why| Err(OutsideError::Refused(why));
    for path in ["/literal", "/decimal", "/mapped", "/metadata"] {
        assert_eq!(fetch(port, path).await, refused(Refusal::Inside), "{path}");
    }
    assert_eq!(fetch(port, "/file").await, refused(Refusal::Address));
    assert_eq!(fetch(port, "/user").await, refused(Refusal::Credentials));
    assert_eq!(fetch(port, "/port").await, refused(Refusal::Port));
    assert_eq!(fetch(port, "/ring").await, Err(OutsideError::TooManyRedirects));
    // Not allowed by name, nothing on loopback is asked at all.
    let stranger = Outside::new(&["intranet.lederweb.example".to_owned()]);
    let asked = stranger.page("http://localhost/").await;
    assert_eq!(asked.unwrap_err(), OutsideError::Refused(Refusal::Inside));
}

#[actix_web::test]
async fn what_is_endless_slow_or_no_page_is_left() {
    let port = site(|head, stream| match path(head) {
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n");
            while stream.write_all(&[b'a'; 65_536]).is_ok() {}
        }
        "/drip" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n");
            while stream.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "/heads" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(b"x-a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n").is_ok() {}
        }
        "/pdf" => {
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n\r\n%PDF");
        }
        "/packed" => {
            let head =
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\n\r\n";
            let _ = stream.write_all(head);
        }
        "/away" => {
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
        _ => {
            let _ = stream.write_all(b"220 smtp.lederweb.example ESMTP\r\n");
        }
    });
    assert_eq!(fetch(port, "/endless").await, Err(OutsideError::TooLarge));
    assert_eq!(
        fetch(port, "/pdf").await,
        Err(OutsideError::WrongKind("application/pdf".to_owned()))
    );
    assert_eq!(fetch(port, "/packed").await, Err(OutsideError::WrongKind("gzip".to_owned())));
    assert_eq!(fetch(port, "/away").await, Err(OutsideError::Status(404)));
    for path in ["/heads", "/smtp"] {
        assert!(matches!(fetch(port, path).await, Err(OutsideError::Unreachable(_))), "{path}");
    }
    let hurried = Outside::new(&["localhost".to_owned()]).patient(Duration::from_millis(500));
    let dripped = hurried.page(&format!("http://localhost:{port}/drip")).await;
    assert_eq!(dripped.unwrap_err(), OutsideError::TooSlow);
}

/// A site that speaks TLS with the suite's certificate, which is for 127.0.0.1.
fn protected_site(html: &'static str) -> u16 {
    let config = Arc::new(
        rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(include_bytes!("certificates/relay.key.pem")).unwrap(),
        )
        .unwrap(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(session, stream);
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                head.push(byte[0]);
            }
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{html}",
                html.len()
            );
        }
    });
    port
}

#[actix_web::test]
async fn a_page_behind_tls_is_fetched_when_its_certificate_is_to_be_believed() {
    let port = protected_site("<title>Ledelse</title>");
    let address = format!("https://127.0.0.1:{port}/");
    let outside = Outside::new(&["127.0.0.1".to_owned()]);
    let believing = outside.clone().trusting(trusting(CERTIFICATE));
    assert_eq!(believing.page(&address).await.unwrap().html, "<title>Ledelse</title>");
    let doubting = outside.page(&address).await;
    assert!(
        matches!(&doubting, Err(OutsideError::Unreachable(why)) if why.contains("certificate"))
    );
}

/// A name system that answers each question with the next of its answers, and counts.
fn turning(answers: &'static [&'static [&'static str]]) -> (Outside, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let outside = Outside::new(&["nyt.lederweb.example".to_owned()]).resolving(move |_| {
        let turn = count.fetch_add(1, Ordering::SeqCst);
        answers[turn.min(answers.len() - 1)].iter().map(|ip| ip.parse().unwrap()).collect()
    });
    (outside, asked)
}

#[actix_web::test]
async fn what_was_checked_is_what_is_connected_to() {
    let port = site(|head, stream| match path(head) {
        "/videre" => lead(stream, "http://andet.lederweb.example/"),
        _ => page(stream, "den første"),
    });
    // Asked twice it would lead elsewhere, where nobody listens.
    let (outside, asked) = turning(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let address = format!("http://nyt.lederweb.example:{port}/");
    assert_eq!(outside.page(&address).await.unwrap().html, "den første");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one question a request");

    // One bad address among good ones is enough.
    let inside = Err(OutsideError::Refused(Refusal::Inside));
    let (outside, _) = turning(&[&["93.184.216.34", "10.0.0.7"]]);
    assert_eq!(outside.page("http://andet.lederweb.example/").await, inside);
    let (outside, _) = turning(&[&["2606:4700::1111", "::ffff:192.168.1.1"]]);
    assert_eq!(outside.page("http://andet.lederweb.example/").await, inside);
    // A redirect is a new question, and its answer is looked at, too.
    let (outside, asked) = turning(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let address = format!("http://nyt.lederweb.example:{port}/videre");
    assert_eq!(outside.page(&address).await, inside);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[actix_web::test]
async fn a_file_that_did_not_change_is_not_sent_again_and_a_status_needs_no_body() {
    let port = site(|head, stream| {
        let lower = head.to_ascii_lowercase();
        let answer = match path(head) {
            "/feed" if lower.contains("if-none-match: \"1\"") => "304 Not Modified\r\n",
            "/feed" => {
                "200 OK\r\netag: \"1\"\r\ncontent-type: application/rss+xml; charset=utf-8\r\n"
            }
            "/kun-get" if lower.starts_with("head") => "405 Method Not Allowed\r\n",
            "/kun-get" => "200 OK\r\n",
            "/travl" => "503 Service Unavailable\r\n",
            _ => "404 Not Found\r\n",
        };
        let _ = write!(stream, "HTTP/1.1 {answer}content-length: 0\r\n\r\n");
    });
    let outside = Outside::new(&["localhost".to_owned()]);
    let at = |path: &str| format!("http://localhost:{port}{path}");
    let first = outside.file(&at("/feed"), "application/rss+xml", &Version::default()).await;
    let first = first.unwrap().unwrap();
    assert_eq!(
        (first.kind.as_str(), first.version.etag.as_deref()),
        ("application/rss+xml", Some("\"1\""))
    );
    let again = outside.file(&at("/feed"), "application/rss+xml", &first.version).await;
    assert_eq!(again.unwrap(), None);
    for (path, status) in [("/kun-get", 200), ("/travl", 503), ("/væk", 404)] {
        assert_eq!(outside.look(&at(path)).await.map(|answer| answer.status), Ok(status), "{path}");
    }
}
