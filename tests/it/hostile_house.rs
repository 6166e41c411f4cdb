//! A house in which everything that takes words has hostile ones.

use chrono::TimeDelta;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Content, Issue, IssueKind, store};
use lederbrev::newsletters::settings::SettingsForm;
use lederbrev::staff::Role;
use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::app::TestApp;
use crate::composer::Editor;
use crate::hostile::{ADDRESS, BRACES, MARKUP, PARSERS, colleague, content, post};
use crate::hostile_lists;
use crate::sending::{address, readers};

/// Puts hostile words into everything that takes words, as people do. Returns addresses to begin
/// with besides those that anybody can guess.
pub async fn fill(app: &TestApp) -> Vec<String> {
    let (newsletter, now) = (app.newsletter().await, app.clock.now());
    let admin = colleague(app, "admin@lederweb.example", MARKUP, Role::Admin).await;
    let boss = colleague(app, "boss@lederweb.example", PARSERS, Role::Editor).await;
    let url = |path: &str| app.url(path);

    // The newsletter itself.
    let known =
        app.app.db.read(move |conn| Ok(lederbrev::newsletters::store::find(conn, newsletter)?));
    let settings = SettingsForm {
        title: format!("{MARKUP}{BRACES}"),
        description: format!("{PARSERS}{BRACES}"),
        sender_name: PARSERS.chars().take(100).collect(),
        organisation: MARKUP.to_owned(),
        postal_address: PARSERS.to_owned(),
        frequency: PARSERS.chars().skip(60).collect(),
        tracking_basis: MARKUP.to_owned(),
        ..SettingsForm::of(&known.await.unwrap())
    };
    let changed = admin.post(url("/admin/settings/lederweb")).form(&settings).send().await.unwrap();
    assert_eq!(changed.status(), StatusCode::SEE_OTHER, "{}", changed.text().await.unwrap());

    // The library, saved groups, a token, a figure.
    for (kind, words) in [("podcast", MARKUP), ("event", PARSERS), ("article", BRACES)] {
        let tag: String = words.chars().take(50).collect();
        let form = [
            ("kind", kind),
            ("title", words),
            ("summary", words),
            ("language", "da"),
            ("series", words),
            ("place", words),
            ("tags", &tag),
            ("addresses", ADDRESS),
        ];
        let form: Vec<_> = form
            .into_iter()
            .filter(|(name, _)| *name != "addresses" || kind == "podcast")
            .collect();
        post(&admin, url("/admin/library"), &form).await;
    }
    let group = [("do", "save"), ("name", &MARKUP[..80]), ("addresses", "mette@lederweb.example")];
    post(&admin, url("/admin/test-groups/lederweb"), &group).await;
    post(&admin, url("/admin/tokens"), &[("name", MARKUP), ("role", "reader")]).await;

    // People.
    app.app.db.write(move |conn| Ok(readers(conn, newsletter, 2, now)?)).await.unwrap();
    for (email, words) in [
        ("anne@aarhus.example", MARKUP),
        ("bo@aarhus.example", PARSERS),
        ("ib@aarhus.example", BRACES),
    ] {
        let form = [
            ("email", email),
            ("name", words),
            ("organisation", words),
            ("consent", "on"),
            ("language", "da"),
            ("leave_empty", ""),
        ];
        post(&app.client, url("/subscribe/lederweb"), &form).await;
    }
    app.clock.advance(TimeDelta::minutes(1));
    app.run_until_idle().await;
    let mut mailed = Vec::new();
    for email in ["anne@aarhus.example", "bo@aarhus.example", "ib@aarhus.example"] {
        let text = app.mail_to(email).await.text.unwrap();
        let own = text.split_whitespace().filter_map(|word| word.strip_prefix(&app.base));
        let confirm = own.map(str::to_owned).find(|path| path.starts_with("/confirm/")).unwrap();
        post(&app.client, url(&confirm), &[]).await;
        mailed.push(confirm);
    }
    app.run_until_idle().await;

    // Issues: three that are sent, one of them in MJML, and as many that are not; a template; some sent back.
    let mut issues: Vec<Issue> = Vec::new();
    for (words, kind, is_mjml) in [
        (MARKUP, IssueKind::Special, false),
        (PARSERS, IssueKind::Ordinary, false),
        (MARKUP, IssueKind::Ordinary, true),
        (MARKUP, IssueKind::Ordinary, false),
        (PARSERS, IssueKind::Special, false),
        (PARSERS, IssueKind::Ordinary, true),
    ] {
        let content = match is_mjml {
            true => {
                let mjml = hostile_lists::mjml(words);
                let whole = json!({ "subject": words, "preheader": words, "mjml": mjml });
                Content::read(&whole).unwrap()
            }
            false => content(words, kind == IssueKind::Special),
        };
        let new = NewIssue { newsletter, kind, content };
        issues.push(compose::create(&app.app, new, "editor@lederweb.example").await.unwrap());
    }
    let desk = |issue: &Issue, browser: &Client| Editor {
        app,
        browser: browser.clone(),
        issue: issue.clone(),
    };
    for issue in &issues[..3] {
        let answer = desk(issue, &admin).act(&[("do", "send-now"), ("at", "")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    }
    app.clock.advance(TimeDelta::minutes(2));
    app.run_until_idle().await;
    for (issue, words) in issues[..2].iter().zip([MARKUP, PARSERS]) {
        let id = issue.id;
        let links = app.app.db.read(move |conn| Ok(store::links(conn, id)?)).await.unwrap();
        let number = links[0].0.to_string();
        let form = [
            ("do", "correct"),
            ("number", &*number),
            ("url", "https://lederweb.dk/ny?c='"),
            ("reason", words),
        ];
        post(&admin, url(&format!("/admin/issues/{}/corrections", issue.uuid)), &form).await;
    }
    for (issue, words) in issues[3..5].iter().zip([MARKUP, PARSERS]) {
        let template = format!("/admin/issues/{}/template", issue.uuid);
        post(&admin, url(&template), &[("name", words)]).await;
        let submitted = desk(issue, &admin).act(&[("do", "submit")]).await;
        assert_eq!(
            submitted.status(),
            StatusCode::SEE_OTHER,
            "{}",
            submitted.text().await.unwrap()
        );
        let returned = desk(issue, &boss).act(&[("do", "return"), ("note", words)]).await;
        assert_eq!(returned.status(), StatusCode::SEE_OTHER, "{}", returned.text().await.unwrap());
        // Another revision, so that the history has a difference.
        let editor = desk(issue, &admin);
        let mut form = editor.form().await;
        let words = format!("{words} {words}");
        form.set(".body", &words);
        assert_eq!(editor.press(&form, "save").await.status(), StatusCode::SEE_OTHER);
    }

    mailed.extend(
        issues[3..5]
            .iter()
            .map(|issue| format!("/admin/issues/{}/history?from=1&to=2", issue.uuid)),
    );

    let draft = format!("/admin/issues/{}", issues[3].uuid);
    mailed.extend(hostile_lists::fill(app, &admin, &draft).await);

    // An old issue in the archive.
    let html = format!(
        "<html><head><title>{PARSERS}</title><base href='javascript:alert(6)//'><meta http-equiv=refresh content='0;url=javascript:alert(7)'>
         <style>@import 'x'; * {{ background: url(javascript:alert(8)) }}</style></head>
         <body onload=alert(9)><h1>{MARKUP}</h1><script>alert(10)</script>
         <svg><script>alert(11)</script><foreignObject><hostile-tag onload=alert(1)></foreignObject></svg>
         <math><mtext><style><img src=x onerror=alert(12)></style></mtext></math>
         <p onclick=alert(13) style='background:url(x)'>Kære leder {PARSERS} {BRACES}</p>
         <a href='javascript:alert(14)'>Klik</a> <a href='jAvA&#10;script:alert(15)'>Klik</a>
         <a href='data:text/html,<script>alert(16)</script>'>Klik</a> <a href='vbscript:x'>Klik</a>
         <iframe src='javascript:alert(17)'></iframe><object data=x></object><embed src=x>
         <form action='javascript:alert(18)'><input autofocus onfocus=alert(19)><button formaction='javascript:alert(20)'>x</button></form>
         <p>{}</p></body></html>",
        "Ledelse af kerneopgaven begynder med at aftale, hvad den er. ".repeat(5)
    );
    let token = app.token(Role::Editor).await;
    for (subject, date) in [(MARKUP, "2015-05-01"), (PARSERS, "2014-05-01")] {
        let old =
            json!({ "newsletter": "lederweb", "subject": subject, "date": date, "html": html });
        let made = app.client.post(url("/api/v1/issues/import")).bearer_auth(&token).json(&old);
        let made = made.send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED, "{}", made.text().await.unwrap());
    }

    // Where to look: what the mails lead to, and documents that pages only frame.
    for email in [address(0), "anne@aarhus.example".to_owned(), "bo@aarhus.example".to_owned()] {
        for mail in app.mails_to(&email) {
            let text = mail.text.unwrap();
            mailed.extend(
                text.split_whitespace()
                    .filter_map(|word| word.strip_prefix(&app.base))
                    .map(str::to_owned),
            );
        }
    }
    for issue in &issues {
        let here = format!("/admin/issues/{}", issue.uuid);
        mailed.extend(
            [
                "",
                "/history",
                "/preview",
                "/preview/html",
                "/preview/web",
                "/preview/text",
                "/review",
                "/schedule",
                "/audience",
                "/report",
                "/corrections",
                "/template",
                "/library",
            ]
            .map(|page| format!("{here}{page}")),
        );
        mailed.extend(
            [
                "?check=1",
                "/history/1",
                "/preview?view=web",
                "/preview?view=dark",
                "/preview?view=text",
            ]
            .map(|page| format!("{here}{page}")),
        );
    }
    mailed
}
