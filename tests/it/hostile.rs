//! Words from outside that are more than words: scripts, markup, templates and marks that turn the
//! writing direction; what is made of them, and how a page shows that it took them for more than text.

use lederbrev::issues::Content;
use lederbrev::issues::content::BlockKind;
use lederbrev::staff::{self, Role};
use reqwest::Client;
use serde_json::{Value, json};

use crate::app::{TestApp, browser};
use crate::browser::Browser;

/// Ends what it may stand in, and begins something else; for templates, 7 × 191 is 1337.
pub const MARKUP: &str = "\"></title></textarea></script><script>alert(1)</script><img src=x onerror=alert(2)><hostile-tag>${7*191}#{7*191}<%=7*191%>";
/// The same for other parsers: CDATA, comments, SVG, MJML, Fluent, attributes in apostrophes, text
/// that is escaped already, and marks that turn the writing direction.
pub const PARSERS: &str = "]]>--><svg onload=alert(3)></svg><mj-raw><hostile-tag></mj-raw>{ \"qqfluent\" }{ $title }&lt;b&gt;' onfocus=alert(4) autofocus x='\u{202E}\u{2066}";
/// What templates evaluate. Where a reader's name can be put in, it is no name, and is refused.
pub const BRACES: &str = "{{7*191}}{{{7*191}}}{%7*191%}";
/// An address that is one, and holds what it may.
pub const ADDRESS: &str = "https://lederweb.dk/?a='onmouseover='alert(5)&b={{7*191}}&lt;c";

/// What is wrong with what the browser made of a page, in all frames that can be looked into.
pub const INTERPRETED: &str = r#"
    const found = [];
    const look = (page) => {
      if (!page.documentElement) return; // on its way
      const say = (what) => found.push(page.location.pathname + ': ' + what);
      if (page.defaultView?.gotcha) say('a script ran');
      const made = 'hostile-tag, mj-raw, [onerror], [onload], [onfocus], [onmouseover], [autofocus][x], img[src="x"], script:not([src]), base[href], object, embed, meta[http-equiv=refresh]';
      for (const element of page.querySelectorAll(made)) say('made of text: ' + element.outerHTML.slice(0, 200));
      for (const element of page.querySelectorAll('[href], [src], [action], [formaction]')) {
        for (const name of ['href', 'src', 'action', 'formaction']) {
          const address = element.getAttribute(name) ?? '';
          if (/^\s*(javascript|vbscript|data:text)/i.test(address)) say('leads to a script: ' + address);
        }
      }
      let text = page.documentElement.textContent;
      // What is written as MJML is escaped as MJML.
      for (const source of page.querySelectorAll('textarea.source')) text = text.replace(source.textContent, '');
      if (text.includes('1337')) say('a template: ' + text.match(/.{0,60}1337.{0,60}/s)[0]);
      const fluent = text.match(/.{0,60}[^"”-]qqfluent.{0,60}/s);
      if (fluent) say('Fluent, or escaped twice: ' + fluent[0]);
      // What is typed stays as it was typed.
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
pub fn blocks(words: &str) -> Vec<Value> {
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

pub fn content(words: &str, is_special: bool) -> Content {
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
pub async fn post(client: &Client, address: String, form: &[(&str, &str)]) {
    let answer = client.post(&address).form(form).send().await.unwrap();
    let status = answer.status();
    let page = answer.text().await.unwrap();
    assert!(status.is_redirection() || status.is_success(), "{address}: {status}\n{page}");
}

/// Somebody of the staff with a hostile name.
pub async fn colleague(app: &TestApp, email: &str, name: &str, role: Role) -> Client {
    let added = staff::add::add(&app.app, email, name, role, "test").await.unwrap();
    let client = browser();
    client.post(added.link).send().await.unwrap();
    client
}

/// What was interpreted on the page that is open, and what the browser complains about.
pub async fn judge(browser: &Browser<'_>, address: &str) -> Vec<String> {
    let interpreted = browser.run(INTERPRETED).await;
    let mut findings: Vec<String> = serde_json::from_value(interpreted).unwrap();
    // What browsers ask for by themselves is none of ours.
    let complaints = browser.console_errors().await.into_iter();
    findings.extend(complaints.filter(|complaint| !complaint.contains("/favicon.ico ")));
    findings.into_iter().map(|finding| format!("{address}: {finding}")).collect()
}

/// As an address has it.
pub fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
