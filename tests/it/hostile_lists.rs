//! Hostile words in what comes as lists and stands in lists: segments, feeds, files of people and of
//! items, notes, recurring issues, pictures.

use std::io::Write;
use std::net::TcpStream;

use image::ImageFormat;
use lederbrev::staff::Role;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, LOCATION};

use crate::app::TestApp;
use crate::hostile::{BRACES, MARKUP, PARSERS, post, url_encoded};
use crate::imports_pages::{self, upload};
use crate::outside::{path, site};
use crate::pictures::photograph;

/// The words by which everything here is called.
pub const ALL: [&str; 3] = [MARKUP, PARSERS, BRACES];

/// The beginning of words and their end, for a name that may not be long.
fn short(words: &str) -> String {
    let letters: Vec<char> = words.chars().collect();
    let end = &letters[letters.len().saturating_sub(20)..];
    letters.iter().take(38).chain(end).collect()
}

/// As XML has it.
fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A cell of a table.
fn cell(words: &str) -> String {
    format!("\"{}\"", words.replace('"', "\"\""))
}

/// A feed whose every word is hostile: its title and its entries', what they say in HTML, who wrote
/// them and where they lead.
fn rss() -> String {
    let entries = ALL.iter().enumerate().map(|(at, words)| {
        let words = escaped(words);
        format!(
            "<item><title>{words}</title><link>https://lederweb.dk/{at}?a='onmouseover='alert(5)</link>\
             <description>&lt;p onclick='alert(21)'&gt;{words} {}&lt;/p&gt;</description>\
             <author>{words}</author><category>{words}</category>\
             <enclosure url=\"javascript:alert(22)\" type=\"image/png\" length=\"1\"/></item>\
             <item><title>Klik {at} {words}</title><link>javascript:alert(23)</link></item>",
            escaped(&words),
        )
    });
    let title = escaped(&format!("{MARKUP}{BRACES}"));
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{title}</title>\
         <description>{title}</description>{}</channel></rss>",
        entries.collect::<String>()
    )
}

/// A web site with that feed; returns its address.
pub fn feed() -> String {
    let port = site(|head, stream: &mut TcpStream| {
        let body = if path(head) == "/feed" { rss() } else { String::new() };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml; charset=utf-8";
        let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    });
    format!("http://localhost:{port}/feed")
}

/// A table of library items.
pub fn items() -> String {
    let lines = ALL.iter().enumerate().map(|(at, words)| {
        let words = cell(words);
        format!("podcast;{words};https://lederweb.dk/import/{at};{words};{words};{words};{words}\n")
    });
    // One that is refused is shown, too.
    let wrong = format!("{0};{0};{1};{0};;;\n", cell(MARKUP), cell("javascript:alert(24)"));
    let head = "kind;title;url;summary;series;tags;place\n".to_owned();
    head + &lines.collect::<String>() + &wrong
}

/// A list of people: in its head, its rows, and the rows that are refused.
pub fn people() -> String {
    let mut list = format!("E-mail;Navn;Arbejdsplads;{};{}\n", cell(MARKUP), cell(PARSERS));
    for (at, words) in ALL.iter().enumerate() {
        let words = cell(words);
        list.push_str(&format!("leder{at}@kolding.example;{words};{words};{words};{words}\n"));
        list.push_str(&format!("{words};{words};{words};{words};{words}\n"));
    }
    list
}

/// How a browser writes a file's name.
const FILE: &str =
    "'>%22><script>alert(25)<script><img src=x onerror=alert(26)>\u{202E}${7*191}.csv";

/// Puts hostile words into all of it, and into the audience of an issue. Returns addresses to look at.
pub async fn fill(app: &TestApp, admin: &Client, issue: &str) -> Vec<String> {
    let url = |path: &str| app.url(path);
    let mut made = Vec::new();

    // Segments, by name and by what they ask for; an issue to one and without the others.
    let mut segments = Vec::new();
    for words in ALL {
        let name = short(words);
        let form = [
            ("name", &*name),
            ("c.0.0.field", "organisation"),
            ("c.0.0.value", &name),
            ("c.0.1.field", "source"),
            ("c.0.1.value", &name),
            ("do", "save"),
        ];
        let answer = admin.post(url("/admin/segments/new?newsletter=lederweb")).form(&form);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        let place = answer.headers()[LOCATION].to_str().unwrap().split('?').next().unwrap();
        segments.push(place.rsplit('/').next().unwrap().to_owned());
        made.push(place.to_owned());
    }
    let audience = format!("{issue}/audience");
    let form = [("only", &*segments[0]), ("except", &segments[1]), ("except", &segments[2])];
    post(admin, url(&audience), &form).await;
    made.push(audience);
    made.push(format!("{issue}/schedule"));

    // What the desk writes down about people.
    let page = admin.get(url("/admin/subscribers")).send().await.unwrap().text().await.unwrap();
    for id in page.split("<th scope=\"row\"><a href=\"/admin/subscribers/").skip(1).take(3) {
        let person = format!("/admin/subscribers/{}", id.split('"').next().unwrap());
        for words in ALL {
            post(admin, url(&format!("{person}/notes")), &[("note", words)]).await;
        }
        made.push(person);
    }

    // A feed, and items from a table.
    let add = [
        ("url", &*feed()),
        ("name", &short(MARKUP)),
        ("kind", "article"),
        ("language", "da"),
        ("do", "add"),
    ];
    post(admin, url("/admin/library/feeds"), &add).await;
    post(admin, url("/admin/library/import"), &[("rows", &*items()), ("do", "import")]).await;

    // Two lists of people: one waits for its plan, one is in.
    let places = async || {
        let list = people();
        let body = imports_pages::form(&[("kind", "subscribers")], Some((FILE, list.as_bytes())));
        let answer = upload(app, admin, body).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        answer.headers()[LOCATION].to_str().unwrap().to_owned()
    };
    made.push(places().await);
    let place = places().await;
    let name = short(MARKUP);
    for step in ["save-mapping", "check"] {
        let plan = [
            ("do", step),
            ("has_header", "on"),
            ("basis", MARKUP),
            ("consented_on", "2017-03-01"),
            ("consent_text", PARSERS),
            ("reference", BRACES),
            ("source", &*name),
            ("mapping-name", &*name),
        ];
        post(admin, url(&place), &plan).await;
    }
    app.run_until_idle().await;
    post(admin, url(&format!("{place}/run")), &[]).await;
    app.run_until_idle().await;
    made.push(place);

    // Issues that prepare themselves, with a hostile name and a hostile subject.
    for words in [MARKUP, PARSERS] {
        let series = [
            ("newsletter", "lederweb"),
            ("name", words),
            ("when", "weeks"),
            ("weekdays", "thu"),
            ("every", "1"),
            ("starts_on", "2017-03-24"),
            ("time", "09:00"),
            ("lead_days", "14"),
            ("start", "empty"),
            ("subject", words),
            ("kinds", "article"),
        ];
        post(admin, url("/admin/recurring"), &series).await;
    }
    app.run_until_idle().await;

    // A figure of another channel.
    for words in [MARKUP, PARSERS] {
        let figure = [
            ("kind", &*short(words)),
            ("day", "2017-10-26"),
            ("value", "27.699"),
            ("unit", &short(words)),
            ("definition", words),
            ("source", words),
        ];
        post(admin, url("/admin/figures"), &figure).await;
    }

    // Pictures, by what they show and by the names of their files.
    let token = app.token(Role::Editor).await;
    for (at, words) in (0..).zip(ALL) {
        let picture = photograph(320 + at, 200, ImageFormat::Png);
        let named = format!("name={}&alt={}", url_encoded(words), url_encoded(&short(words)));
        let upload = app.client.post(url(&format!("/api/v1/images?{named}"))).bearer_auth(&token);
        let answer = upload.header(CONTENT_TYPE, "image/png").body(picture).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }
    made.push("/admin/pictures?pick=on".to_owned());
    made
}

/// A whole issue in MJML that may be sent, with the words wherever there is text.
pub fn mjml(words: &str) -> String {
    let text = escaped(words);
    let quoted = text.replace('"', "&quot;");
    format!(
        "<mjml><mj-body><mj-section><mj-column>\
         <mj-text><h1>{text}</h1><p>{text}</p></mj-text>\
         <mj-image src=\"/assets/demo/artikel.png\" alt=\"{quoted}\" title=\"{quoted}\" />\
         <mj-button href=\"https://lederweb.dk/mjml\">{text}</mj-button>\
         </mj-column></mj-section></mj-body></mjml>"
    )
}
