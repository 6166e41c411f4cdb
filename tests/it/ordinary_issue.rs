//! The core task of an editor, every other week: an ordinary issue of eight items, from the last
//! issue to the mailboxes, the archive and the feed.

use chrono::TimeDelta;
use lederbrev::db::DbConn;
use lederbrev::issues::archive::{self, Historical};
use lederbrev::issues::{Content, IssueKind, IssueState, store};
use lederbrev::library::{self, Details, ItemKind, NewItem};
use lederbrev::newsletters;
use lederbrev::staff::Role;
use lederbrev::web::Lang;
use reqwest::StatusCode;
use serde_json::json;

use crate::app::browser;
use crate::both;
use crate::composer::Editor;
use crate::sending::{address, readers};

/// What is in the issue: kind, title and the end of the address.
pub const ITEMS: [(ItemKind, &str, &str); 8] = [
    (
        ItemKind::Article,
        "Undgå værdiløs kompetenceudvikling med ny metode",
        "personale/arbejdsmiljo/artikel/153777/undga-vardilos-kompetenceudvikling-med-ny-metode",
    ),
    (
        ItemKind::Publication,
        "Ledelse af kompetenceudvikling",
        "dokumentarkiv/publikationer/ledelse-af-kompetenceudvikling/",
    ),
    (ItemKind::Publication, "Katalog over Væksthusets udgivelser", "katalog?side=1&antal=80"),
    (
        ItemKind::Podcast,
        "Når jorden brænder under lederen",
        "dig-selv/lederrollen/artikel/153607/podcast-nar-jorden-brander-under-lederen",
    ),
    (
        ItemKind::Podcast,
        "Kan målstyring og værdier spille sammen?",
        "dig-selv/lederrollen/artikel/156678/podcast-kan-malstyring-og-vardier-spille-sammen",
    ),
    (ItemKind::Event, "Væksthusdagen", "vaeksthusdagen"),
    (ItemKind::Ecourse, "Den effektive leder", "e-kurser/den-effektive-leder"),
    (ItemKind::Project, "Faglig ledelse", "projekter/faglig-ledelse"),
];

pub fn item((kind, title, path): (ItemKind, &str, &str)) -> NewItem {
    NewItem {
        details: Details {
            kind,
            title: title.to_owned(),
            summary: format!("Om {title}, i vores egne ord."),
            language: Lang::Da,
            published_on: None,
            published_precision: None,
            series: None,
            number: None,
            leadership_groups: String::new(),
            image_url: None,
            place: None,
            valid_until: None,
        },
        addresses: vec![format!("https://www.lederweb.dk/{path}")],
    }
}

/// The issue of a fortnight ago: a greeting and a heading.
pub fn last_issue() -> Content {
    let block = |number: u8, rest: serde_json::Value| {
        let mut block = json!({ "id": format!("6f1d2c1e-020{number}-4a6b-9c10-5d3b7a9e0001") });
        block.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        block
    };
    let content = json!({
        "version": 1,
        "subject": "Nyt fra Lederweb",
        "preheader": "Det nye i marts",
        "blocks": [
            block(1, json!({ "kind": "text", "body": "Kære {{navn|leder}}" })),
            block(2, json!({ "kind": "heading", "text": "Læs, lyt og deltag", "level": 2 })),
        ],
    });
    Content::read(&content).unwrap()
}

both! {
    async fn an_ordinary_issue_of_eight_items_reaches_everyone_as_it_was_previewed(app: TestApp) {
        let newsletter = app.newsletter().await;
        let now = app.clock.now();
        let (people, items) = app
            .app
            .db
            .write(move |conn: &mut DbConn| {
                let mut asked = newsletters::store::find(conn, newsletter)?;
                asked.approval_required = true;
                newsletters::store::update(conn, &asked)?;
                let people = readers(conn, newsletter, 5, now)?;
                let mut items = Vec::new();
                for about in ITEMS {
                    items.push(library::store::insert(conn, &item(about), now)?);
                }
                Ok((people, items))
            })
            .await
            .unwrap();
        let last = Historical {
            newsletter,
            kind: IssueKind::Ordinary,
            content: last_issue(),
            day: "2017-03-10".parse().unwrap(),
            note: None,
            old_address: None,
        };
        let last = archive::bring_in(&app.app, last, "test").await.unwrap();

        // New, from the last one.
        let mette = app.signed_in(Role::Editor).await;
        let new = mette.get(app.url("/admin/issues/new")).send().await.unwrap().text().await.unwrap();
        let copy = format!("copy:{}", last.uuid);
        assert!(new.contains(&format!("value=\"{copy}\"")), "{new}");
        let made = mette.post(app.url("/admin/issues")).form(&[("from", &copy)]).send().await.unwrap();
        let uuid = made.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().parse().unwrap();
        let issue = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
        let mette = Editor { app: &app, browser: mette, issue };

        // Eight items from the library, a subject and a preheader.
        let picker = mette.get("/library").await.text().await.unwrap();
        for (item, (_, title, _)) in items.iter().zip(ITEMS) {
            assert!(picker.contains(title), "{picker}");
            let pick = mette.browser.post(mette.path("/library")).form(&[("item", item.uuid.to_string())]);
            assert_eq!(pick.send().await.unwrap().status(), StatusCode::SEE_OTHER);
        }
        let mut form = mette.form().await;
        form.set("subject", "Otte nye greb til din ledelse");
        form.set("preheader", "Artikler, podcasts, et e-kursus og Væksthusdagen");
        let event = form.blocks().into_iter().find(|(_, kind)| kind == "event").unwrap().0;
        form.set(&format!("blocks.{event}.date"), "5. oktober 2017");
        form.set(&format!("blocks.{event}.place"), "DGI-Byen, København");
        let form = mette.press_and_see(&form, "save").await;
        assert_eq!(
            form.kinds(),
            ["text", "heading", "article", "publication", "publication", "podcast", "podcast", "event", "ecourse", "project_list"],
        );

        // Checked, tested, and nothing left to say about it.
        let test = mette.act(&[("do", "test"), ("whom", "me")]).await;
        assert_eq!(test.status(), StatusCode::SEE_OTHER);
        let page = mette.get("/schedule").await.text().await.unwrap();
        assert!(page.contains("skal ud til 5 abonnenter på »Nyt fra Lederweb«"), "{page}");
        for finding in ["Udgaven kan ikke sendes", "Se på dette, før udgaven sendes"] {
            assert!(!page.contains(finding), "{page}");
        }
        // A second person reads it and approves.
        assert_eq!(mette.act(&[("do", "submit")]).await.status(), StatusCode::SEE_OTHER);
        let own = mette.act(&[("do", "approve")]).await;
        assert_ne!(own.status(), StatusCode::SEE_OTHER, "nobody approves what they wrote");
        let bo = mette.colleague().await;
        let review = bo.get("/review").await.text().await.unwrap();
        assert!(review.contains("Udgaven er til 5 abonnenter på »Nyt fra Lederweb«."), "{review}");
        for words in ["Otte nye greb til din ledelse", "Skrevet af", "Mette Lund, 24. marts 2017 kl. 8.00", "Væksthus for Ledelse"] {
            assert!(review.contains(words), "{words}: {review}");
        }
        assert_eq!(bo.act(&[("do", "approve")]).await.status(), StatusCode::SEE_OTHER);

        // Scheduled, in words.
        let planned = mette.act(&[("do", "schedule"), ("at", "2017-03-24T10:00")]).await;
        assert_eq!(planned.status(), StatusCode::SEE_OTHER);
        let page = mette.get("/schedule").await.text().await.unwrap();
        let words = "Udsendes til 5 abonnenter på »Nyt fra Lederweb« fredag den 24. marts 2017 kl. 10.00 (dansk tid).";
        assert!(page.contains(words) && page.contains("Godkendt af Bo Krag"), "{page}");
        let shown = mette.get("/preview/html?reader=unnamed").await.text().await.unwrap();
        let text = mette.get("/preview/text?reader=unnamed").await.text().await.unwrap();
        app.run_until_idle().await;
        assert!(app.mails_to(&address(0)).is_empty(), "not before its time");

        app.clock.advance(TimeDelta::hours(2));
        app.run_until_idle().await;
        let sent = app.app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await.unwrap();
        assert_eq!((sent.state, sent.audience_count), (IssueState::Sent, Some(5)));
        let reader = browser();
        for at in 0..people.len() {
            let mails = app.mails_to(&address(at));
            assert_eq!(mails.len(), 1, "{}", address(at));
            let mail = mails.into_iter().next().unwrap();
            assert_eq!(mail.header("subject"), Some("Otte nye greb til din ledelse"));
            let html = mapped_back(&app, &reader, &mail.html.unwrap(), true).await;
            let plain = mapped_back(&app, &reader, &mail.text.unwrap(), false).await;
            // Every other one has told a name.
            let name = if at % 2 == 0 { "Kære Anne Holm" } else { "Kære leder" };
            let unnamed = |words: &str| words.replace(name, "Kære leder");
            assert!(html.contains(name));
            same(&unnamed(&html), &shown);
            same(&unnamed(&plain), &text);
        }

        // The archive and its feed.
        let slug = sent.slug;
        let archived = app.get(&format!("/archive/{slug}")).await;
        assert_eq!(archived.status(), StatusCode::OK);
        let archived = archived.text().await.unwrap();
        let feed = app.get("/archive/feed.xml").await.text().await.unwrap();
        for (_, title, _) in ITEMS {
            assert!(archived.contains(title), "{title}: {archived}");
            assert!(feed.contains(title), "{title}: {feed}");
        }
        assert!(archived.contains("5. oktober 2017") && archived.contains("DGI-Byen, København"));
        assert!(feed.contains(&format!("/archive/{slug}")));
        let list = app.get("/archive").await.text().await.unwrap();
        assert!(list.contains("Otte nye greb til din ledelse"));
    }
}

/// A mail as it was previewed: links that are counted lead where they lead, personal addresses are
/// nobody's, and the image that counts opens is gone.
pub async fn mapped_back(
    app: &crate::app::TestApp,
    reader: &reqwest::Client,
    mail: &str,
    is_html: bool,
) -> String {
    let mut mail = mail.replace("\r\n", "\n");
    let own = |path: &str| format!("{}/{path}/", app.base);
    for (path, end) in [("unsubscribe", ""), ("preferences", ""), ("o", ".gif")] {
        let mut rest = mail.as_str();
        let mut tokens = Vec::new();
        while let Some(at) = rest.find(&own(path)) {
            rest = &rest[at + own(path).len()..];
            tokens.push(token(rest).to_owned());
        }
        for token in tokens {
            mail = mail
                .replace(&format!("{}{token}{end}", own(path)), &format!("{}test{end}", own(path)));
        }
    }
    // The image that counts opens stands in no preview, and in the mail once, at the end.
    let pixel = format!(
        "<img src=\"{}test.gif\" alt=\"\" width=\"1\" height=\"1\" \
         style=\"display:block;width:1px;height:1px;border:0\" /></div></body></html>",
        own("o"),
    );
    assert_eq!(mail.matches(&pixel).count(), usize::from(is_html));
    mail = mail.replace(&pixel, "</div></body></html>");
    let mut counted = Vec::new();
    let mut rest = mail.as_str();
    while let Some(at) = rest.find(&own("c")) {
        rest = &rest[at + own("c").len()..];
        counted.push(format!("{}{}", own("c"), token(rest)));
    }
    assert!(!is_html || counted.len() >= ITEMS.len(), "the links are counted");
    for link in counted {
        let to = reader.get(&link).send().await.unwrap();
        assert_eq!(to.status(), StatusCode::FOUND, "{link}");
        let to = to.headers()["location"].to_str().unwrap().to_owned();
        mail = mail.replace(&link, &if is_html { to.replace('&', "&#38;") } else { to });
    }
    mail
}

/// Fails where two texts begin to differ.
fn same(left: &str, right: &str) {
    let (left, right) = (left.trim_end(), right.trim_end());
    if let Some(at) = left.chars().zip(right.chars()).position(|(a, b)| a != b) {
        let around = |text: &str| text.chars().skip(at.saturating_sub(80)).take(240).collect();
        let (left, right): (String, String) = (around(left), around(right));
        panic!("at {at}:\n{left}\n\n{right}");
    }
    assert_eq!(left.len(), right.len());
}

/// The token at the beginning of a text.
fn token(text: &str) -> &str {
    let is_of_a_token = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    &text[..text.find(|letter| !is_of_a_token(letter)).unwrap_or(text.len())]
}
