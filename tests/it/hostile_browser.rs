//! Text from outside is shown as text: scripts, markup, templates and marks that turn the writing
//! direction, put into everything that takes words, and then every page in a real browser. A dialog, a
//! complaint of the browser (its reports of the content security policy are among them) or an
//! element that somebody wrote fails.

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;
use fantoccini::Locator;
use lederbrev::app::ROUTES;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::content::BlockKind;
use lederbrev::issues::{Content, Issue, IssueKind, store};
use lederbrev::newsletters::settings::SettingsForm;
use lederbrev::staff::{self, Role};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::app::{TestApp, browser};
use crate::browser::Browser;
use crate::browser_pages::{is_page, pattern};
use crate::composer::Editor;
use crate::composer_browser::until;
use crate::sending::{address, readers};

/// Ends what it may stand in, and begins something else; for templates, 7 × 191 is 1337.
const MARKUP: &str = "\"></title></textarea></script><script>alert(1)</script><img src=x onerror=alert(2)><hostile-tag>${7*191}#{7*191}<%=7*191%>";
/// The same for other parsers: CDATA, comments, SVG, MJML, Fluent, attributes in apostrophes, text
/// that is escaped already, and marks that turn the writing direction.
const PARSERS: &str = "]]>--><svg onload=alert(3)></svg><mj-raw><hostile-tag></mj-raw>{ \"qqfluent\" }{ $title }&lt;b&gt;' onfocus=alert(4) autofocus x='\u{202E}\u{2066}";
/// What templates evaluate. Where a reader's name can be put in, it is no name, and is refused.
const BRACES: &str = "{{7*191}}{{{7*191}}}{%7*191%}";
/// An address that is one, and holds what it may.
const ADDRESS: &str = "https://lederweb.dk/?a='onmouseover='alert(5)&b={{7*191}}&lt;c";

/// What is wrong with what the browser made of a page, in all frames that can be looked into.
const INTERPRETED: &str = r#"
    const found = [];
    const look = (page) => {
      if (!page.documentElement) return; // on its way
      const say = (what) => found.push(page.location.pathname + ': ' + what);
      if (page.defaultView?.gotcha) say('a script ran');
      const made = 'hostile-tag, mj-raw, [onerror], [onload], [onfocus], [onmouseover], [autofocus][x], img[src="x"], script:not([src]), base, object, embed, meta[http-equiv=refresh]';
      for (const element of page.querySelectorAll(made)) say('made of text: ' + element.outerHTML.slice(0, 200));
      for (const element of page.querySelectorAll('[href], [src], [action], [formaction]')) {
        for (const name of ['href', 'src', 'action', 'formaction']) {
          const address = element.getAttribute(name) ?? '';
          if (/^\s*(javascript|vbscript|data:text)/i.test(address)) say('leads to a script: ' + address);
        }
      }
      let text = page.documentElement.textContent;
      if (text.includes('1337')) say('a template: ' + text.match(/.{0,60}1337.{0,60}/s)[0]);
      const fluent = text.match(/.{0,60}[^"”-]qqfluent.{0,60}/s);
      if (fluent) say('Fluent, or escaped twice: ' + fluent[0]);
      // What is written as MJML is escaped as MJML.
      for (const source of page.querySelectorAll('textarea')) text = text.replace(source.textContent, '');
      const twice = text.match(/.{0,60}(&amp;|&#(34|38|39|60|62);|&quot;).{0,60}/s);
      if (twice) say('escaped twice: ' + twice[0]);
      const turned = text.match(/.{0,60}[\u202A-\u202E\u2066-\u2069].{0,60}/s);
      if (turned) say('turns the writing direction: ' + turned[0]);
      for (const frame of page.querySelectorAll('iframe')) if (frame.contentDocument) look(frame.contentDocument);
    };
    look(document);
    return found;"#;

/// A block of every kind in which every text is hostile.
fn blocks(words: &str) -> Vec<Value> {
    let image = json!({ "url": "/assets/demo/artikel.png", "alt": words, "decorative": false });
    let mjml = format!(
        "<mj-section><mj-column><mj-text><p>{}</p></mj-text></mj-column></mj-section>",
        words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    );
    let kinds = BlockKind::NAMES.iter().enumerate();
    kinds
        .map(|(at, kind)| {
            let mut block = match *kind {
                "heading" => json!({ "text": words, "level": 2 }),
                "text" => json!({ "body": words }),
                "quote" => json!({ "quote": words, "source": words, "role": words }),
                "image" => json!({ "image": image, "caption": words, "url": ADDRESS }),
                "button" => json!({ "text": words, "url": ADDRESS }),
                "project_list" => json!({
                    "title": words, "intro": words,
                    "projects": [{ "title": words, "url": ADDRESS, "groups": [1] }],
                }),
                "divider" => json!({}),
                "mjml" => json!({ "source": mjml }),
                _ => json!({
                    "title": words, "teaser": words, "url": ADDRESS, "link_text": words,
                    "image": image, "groups": [],
                }),
            };
            let more: &[&str] = match *kind {
                "publication" => &["edition"],
                "podcast" => &["series", "duration"],
                "event" => &["date", "place"],
                "ecourse" => &["duration"],
                _ => &[],
            };
            for name in more {
                block[*name] = words.into();
            }
            block["kind"] = (*kind).into();
            block["id"] = format!("6f1d2c1e-0003-4a6b-9c10-{at:012}").into();
            block
        })
        .collect()
}

fn content(words: &str, is_special: bool) -> Content {
    let mut content = json!({ "subject": words, "preheader": words, "blocks": blocks(words) });
    if is_special {
        let image =
            json!({ "url": "/assets/demo/kerneopgaven.png", "alt": words, "decorative": false });
        content["theme"] =
            json!({ "title": words, "colour": "#0b4f5c", "intro": words, "image": image });
    }
    Content::read(&content).unwrap()
}

/// Posts a form that must be taken.
async fn post(client: &Client, address: String, form: &[(&str, &str)]) {
    let answer = client.post(&address).form(form).send().await.unwrap();
    let status = answer.status();
    let page = answer.text().await.unwrap();
    assert!(status.is_redirection() || status.is_success(), "{address}: {status}\n{page}");
}

/// Somebody of the staff with a hostile name.
async fn colleague(app: &TestApp, email: &str, name: &str, role: Role) -> Client {
    let added = staff::add::add(&app.app, email, name, role, "test").await.unwrap();
    let client = browser();
    client.post(added.link).send().await.unwrap();
    client
}

/// Puts hostile words into everything that takes words, as people do. Returns addresses to begin
/// with besides those that anybody can guess.
async fn fill(app: &TestApp) -> Vec<String> {
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

    // Issues: two that are sent, one of each kind that is not; a template; one sent back.
    let mut issues: Vec<Issue> = Vec::new();
    for (words, kind) in [
        (MARKUP, IssueKind::Special),
        (PARSERS, IssueKind::Ordinary),
        (MARKUP, IssueKind::Ordinary),
        (PARSERS, IssueKind::Special),
    ] {
        let content = content(words, kind == IssueKind::Special);
        let new = NewIssue { newsletter, kind, content };
        issues.push(compose::create(&app.app, new, "editor@lederweb.example").await.unwrap());
    }
    let desk = |issue: &Issue, browser: &Client| Editor {
        app,
        browser: browser.clone(),
        issue: issue.clone(),
    };
    for issue in &issues[..2] {
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
    for (issue, words) in issues[2..].iter().zip([MARKUP, PARSERS]) {
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
        issues[2..].iter().map(|issue| format!("/admin/issues/{}/history?from=1&to=2", issue.uuid)),
    );

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

/// Documents that a browser shows and that are no pages of ours.
fn is_document(path: &str) -> bool {
    path.starts_with("/outbox/") && path.ends_with("/html")
        || path.contains("/preview/")
        || path.starts_with("/archive/") && path.ends_with("/mail")
}

/// What was interpreted on the page that is open, and what the browser complains about.
async fn judge(browser: &Browser<'_>, address: &str) -> Vec<String> {
    let interpreted = browser.run(INTERPRETED).await;
    let mut findings: Vec<String> = serde_json::from_value(interpreted).unwrap();
    // What browsers ask for by themselves is none of ours.
    let complaints = browser.console_errors().await.into_iter();
    findings.extend(complaints.filter(|complaint| !complaint.contains("/favicon.ico ")));
    findings.into_iter().map(|finding| format!("{address}: {finding}")).collect()
}

#[actix_web::test]
async fn no_text_from_outside_is_interpreted_on_any_page() {
    let app = TestApp::sqlite().await;
    let mut ahead: VecDeque<String> = fill(&app).await.into();
    let browser = Browser::open(&app).await;
    let link = staff::add::add(&app.app, "admin@lederweb.example", MARKUP, Role::Admin, "test");
    browser.goto(&link.await.unwrap().link).await;
    browser.click("main button").await;
    browser.wait_for(".staff-header").await;
    browser.console_errors().await;

    let gets = ROUTES.iter().filter(|route| route.method == "GET").map(|route| route.pattern);
    ahead.extend(
        gets.filter(|pattern| !pattern.contains('{') && is_page(pattern)).map(str::to_owned),
    );
    ahead.push_back("/archive?q=alert".to_owned());
    ahead.push_back(format!("/archive?q={}", url_encoded(&format!("{MARKUP}{PARSERS}"))));
    ahead.push_back(format!("/admin/library?q={}&tag={0}", url_encoded(MARKUP)));
    ahead.push_back(format!("/admin/issues?q={}", url_encoded(PARSERS)));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    while let Some(address) = ahead.pop_front() {
        let path = address.split(['?', '#']).next().unwrap().to_owned();
        let Some(pattern) = pattern(&path) else {
            findings.push(format!("{address} leads nowhere"));
            continue;
        };
        if !is_page(pattern) && !is_document(&path) {
            continue;
        }
        // Of each page as it is for so many things, and each address once.
        let known = seen.entry(address.clone()).or_default();
        *known += 1;
        if *known > 1 {
            continue;
        }
        let of_pattern = seen.entry(pattern.to_owned()).or_default();
        *of_pattern += 1;
        if *of_pattern > 16 {
            continue;
        }
        browser.goto(&address).await;
        findings.extend(judge(&browser, &address).await);
        // A preview's links lead to what is not there yet.
        if !is_page(pattern) {
            continue;
        }
        let links = "return [...document.querySelectorAll('a[href]:not([download])')]
            .filter(a => a.origin === location.origin).map(a => a.pathname + a.search)";
        let links = browser.run(links).await;
        ahead.extend(serde_json::from_value::<Vec<String>>(links).unwrap());
    }
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
    assert!(seen.len() > 100, "{seen:?}");

    // The feed is XML, and what stands in it is clean.
    let feed = browser
        .run(
            "const request = new XMLHttpRequest();
             request.open('GET', '/archive/feed.xml', false);
             request.send();
             const feed = new DOMParser().parseFromString(request.responseText, 'text/xml');
             const wrong = feed.querySelector('parsererror');
             if (wrong) return [wrong.textContent];
             const entries = [...feed.getElementsByTagName('entry')];
             if (entries.length !== 4) return [entries.length + ' entries'];
             const made = 'script, style, svg, iframe, form, hostile-tag, mj-raw, [onerror], [onload], [onclick], [href^=javascript]';
             return entries.flatMap(entry => {
               const html = entry.querySelector('content').textContent;
               const page = new DOMParser().parseFromString(html, 'text/html');
               const turned = /1337|[\\u202A-\\u202E\\u2066-\\u2069]/.test(entry.textContent);
               return [...page.querySelectorAll(made)].map(element => element.outerHTML)
                 .concat(html.length > 500 && !turned ? [] : [entry.textContent]);
             });",
        )
        .await;
    assert_eq!(feed, json!([]));
    browser.close().await;
}

#[actix_web::test]
async fn what_scripts_put_on_the_editor_page_is_text() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let admin = app.signed_in(Role::Admin).await;
    let item = [("kind", "podcast"), ("title", MARKUP), ("summary", PARSERS), ("language", "da")];
    post(&admin, app.url("/admin/library"), &item).await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    for words in [MARKUP, PARSERS] {
        let new = NewIssue { newsletter, kind: IssueKind::Special, content: content(words, true) };
        let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
        let address = format!("/admin/issues/{}", issue.uuid);
        browser.goto(&address).await;
        browser.wait_for("#composer.enhanced").await;
        browser.console_errors().await;
        let mut findings = Vec::new();
        // Rich text fields are made of what is stored.
        browser.click("[data-fold=none]").await;
        until(&browser, "document.querySelectorAll('.rich-text').length > 5").await;
        findings.extend(judge(&browser, "unfolded").await);
        // Titles, notes and what was saved come from the server as JSON.
        browser.fill("#f-subject", words).await;
        browser.wait_for("#f-subject").await.send_keys(BRACES).await.unwrap();
        until(&browser, "document.getElementById('save-state').textContent.includes('rettes')")
            .await;
        browser.console_errors().await;
        findings.extend(judge(&browser, "refused").await);
        browser.fill("#f-subject", words).await;
        until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')")
            .await;
        findings.extend(judge(&browser, "saved").await);
        // The menu says what was typed.
        browser.run("document.querySelector('#add > summary').click()").await;
        browser.fill("#add-filter", words).await;
        until(&browser, "document.getElementById('add-found').textContent.startsWith('Ingen')")
            .await;
        findings.extend(judge(&browser, "menu").await);
        browser.fill("#add-filter", "").await;
        // The library in its dialog, an item of it, and what was removed.
        browser.run("document.querySelector('[data-library]').click()").await;
        browser.wait_for("dialog[open] .pick").await;
        browser.fill("#pick-q", "alert").await;
        browser.click("dialog form[role=search] button").await;
        browser.wait_for("dialog[open] .pick").await;
        findings.extend(judge(&browser, "library").await);
        browser.click("dialog .pick button").await;
        until(&browser, "document.activeElement.closest('.block')").await;
        findings.extend(judge(&browser, "inserted").await);
        browser.run("document.querySelector('.block .tool.danger').click()").await;
        browser.wait_for("#undo").await;
        findings.extend(judge(&browser, "removed").await);
        browser.run("document.getElementById('undo').click()").await;
        until(&browser, "!document.getElementById('undo')").await;
        // Pasted as a web page has it.
        browser
            .run(&format!(
                "const data = new DataTransfer();
                 data.setData('text/html', {});
                 data.setData('text/plain', {});
                 document.querySelector('details[open] .rich-text').dispatchEvent(
                   new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));",
                json!(format!("<p>Før {words}<a href='javascript:alert(1)'>klik</a></p><svg onload=alert(2)>")),
                json!(words),
            ))
            .await;
        until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')")
            .await;
        findings.extend(judge(&browser, "pasted").await);
        assert!(findings.is_empty(), "{}", findings.join("\n\n"));
        assert!(browser.client.find(Locator::Css("hostile-tag")).await.is_err());
    }
    browser.close().await;
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
