//! Rich text in a real browser: what is stored comes back as it was, what is pasted comes in clean.

use fantoccini::key::Key;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::rich_text::RichText;
use lederbrev::issues::{Content, Issue, IssueKind};
use lederbrev::staff::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::composer::special_edition;
use crate::composer_browser::{chord, keys, until};

/// Texts that are easily taken for marks.
const NASTY: [&str; 22] = [
    r"\*\*ikke fed\*\* og 2 * 3 er 6",
    r"[x\](y) og [x](https://lederweb.dk/a_\(b\)?x=1&y=2)",
    r"\- ikke et punkt",
    "24\\. marts 2017\n\n1\\. april",
    r"\{{navn}} og \{{navn|leder}}",
    r"C:\\mappe\\*.docx og \\",
    "<script>alert(1)</script> & <b>ikke fed</b>",
    "Kære {{navn|leder}}",
    "**Kære {{navn|kollega}}, *læs* [**det** her](https://lederweb.dk)**",
    "4,8\u{a0}% af 27.699\u{a0}modtagere",
    "Første linje\nanden linje\n\nNyt afsnit",
    "- Et\n- **To** med [link](mailto:info@lederweb.example)\n- Tre\nmed en linje mere\n\n1. Først\n2. Så",
    "*a***b***c*",
    "**a**\\* b",
    "😀 *é* ﬁ ‑ – “x”",
    "\\{{fornavn|x}} {a} {\\{b",
    "[*a* b **c**](https://lederweb.dk)[d](https://lederweb.dk/d)",
    "\\• punkt",
    "Slutter på \\{",
    "a\\]\\] [b\\](c)",
    "javascript:alert(1) og https://lederweb.dk uden link",
    "`kode` ~tilde~ _under_ # ikke en overskrift > ikke et citat",
];

fn canonical(markup: &str) -> String {
    RichText::parse(markup).unwrap_or_else(|error| panic!("{markup}: {error:?}")).to_markup()
}

/// Every rich text of content, as markup.
fn rich_texts(value: &Value, found: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::String(text)
                if ["intro", "body", "teaser", "quote"].contains(&name.as_str()) =>
            {
                found.push(canonical(text));
            }
            Value::Array(list) => list.iter().for_each(|value| rich_texts(value, found)),
            other => rich_texts(other, found),
        }
    }
}

async fn text_issue(app: &TestApp, body: &str) -> Issue {
    let newsletter = app.newsletter().await;
    let content = json!({ "subject": "Nyt", "blocks": [{ "kind": "text", "body": body }] });
    let content = Content::read(&content).unwrap();
    let new = NewIssue { newsletter, kind: IssueKind::Ordinary, content };
    compose::create(&app.app, new, "editor@lederweb.example").await.unwrap()
}

/// A browser at the one text of an issue.
async fn open<'a>(app: &'a TestApp, body: &str) -> (Browser<'a>, Issue) {
    let issue = text_issue(app, body).await;
    let browser = Browser::open(app).await;
    browser.sign_in(Role::Editor).await;
    let block = app.app.db.read({
        let id = issue.uuid;
        move |conn| Ok(compose::open(conn, id)?.content.blocks[0].id)
    });
    let block = block.await.unwrap();
    browser.goto(&format!("/admin/issues/{}?open={block}", issue.uuid)).await;
    browser.wait_for(".rich-text").await;
    browser.console_errors().await;
    (browser, issue)
}

const MARKUP: &str = "document.querySelector('textarea[name$=\".body\"]').value";

async fn markup(browser: &Browser<'_>) -> String {
    browser.run(&format!("return {MARKUP}")).await.as_str().unwrap().to_owned()
}

/// Pastes as a program would: the formats that it puts on the clipboard.
async fn paste(browser: &Browser<'_>, formats: &[(&str, &str)]) {
    let script = "const [formats] = arguments;
        const data = new DataTransfer();
        for (const [kind, text] of formats) data.setData(kind, text);
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
        document.querySelector('.rich-text').dispatchEvent(event);
        return event.defaultPrevented;";
    let taken = browser.client.execute(script, vec![json!(formats)]).await.unwrap();
    assert_eq!(taken, true, "the browser's own paste would have come through");
}

/// Empties the field.
async fn clear(browser: &Browser<'_>) {
    browser.click(".rich-text").await;
    keys(browser, &chord(Key::Control, "a")).await;
    keys(browser, &char::from(Key::Delete).to_string()).await;
    until(browser, &format!("{MARKUP} == ''")).await;
}

#[actix_web::test]
async fn every_rich_text_goes_through_the_editor_and_comes_back_the_same() {
    let app = TestApp::sqlite().await;
    let (browser, _) = open(&app, "Kære leder").await;
    let mut texts: Vec<String> = NASTY.iter().map(|text| canonical(text)).collect();
    let demo = include_str!("../../assets/demo/special_kerneopgaven.json");
    rich_texts(&serde_json::from_str(demo).unwrap(), &mut texts);
    assert!(texts.len() > 30, "the example has rich texts");
    // Words at random, of the characters that mean something.
    let alphabet = [
        "-",
        "a",
        ".",
        "1",
        "æ",
        "*",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "\\",
        " ",
        "\n",
        "**",
        "\\*",
        "{{navn|x}}",
        "[a](https://a.b)",
        "2. ",
        "\u{a0}",
        "- ",
        "\n\n",
    ];
    let mut seed = 7_u64;
    while texts.len() < 3000 {
        let mut text = String::new();
        for _ in 0..30 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(alphabet[usize::try_from((seed >> 33) % alphabet.len() as u64).unwrap()]);
        }
        if let Ok(tree) = RichText::parse(&text) {
            texts.push(tree.to_markup());
        }
    }
    let script = "const { markup, richText } = lederbrev;
        const { schema } = [...richText.fields.values()][0].editor;
        return arguments[0].map(text => {
          const doc = schema.nodeFromJSON(richText.toDocument(markup.read(text)));
          doc.check();
          return [text, markup.write(richText.toParts(doc))];
        }).filter(([before, after]) => before !== after).slice(0, 9);";
    let changed = browser.client.execute(script, vec![json!(texts)]).await.unwrap();
    assert_eq!(changed, json!([]));
    browser.no_console_errors().await;
    browser.close().await;
}

#[actix_web::test]
async fn a_field_that_is_opened_and_touched_keeps_its_text() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let mut content = special_edition().to_json();
    for nasty in NASTY {
        content["blocks"].as_array_mut().unwrap().push(json!({ "kind": "text", "body": nasty }));
    }
    let content = Content::read(&content).unwrap();
    let new = NewIssue { newsletter, kind: IssueKind::Special, content };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}", issue.uuid)).await;
    browser.wait_for("#composer.enhanced").await;
    browser.console_errors().await;
    let before = "[...document.querySelectorAll('textarea')].map(area => area.value)";
    let before = browser.run(&format!("return {before}")).await;
    browser.run("document.querySelectorAll('#composer details').forEach(d => d.open = true)").await;
    until(&browser, "!document.querySelector('textarea[data-rich]')").await;
    browser
        .run(
            "for (const { editor } of lederbrev.richText.fields.values()) {
                editor.commands.insertContent('x');
                editor.commands.undo();
              }",
        )
        .await;
    let after =
        browser.run("return [...document.querySelectorAll('textarea')].map(area => area.value)");
    assert_eq!(after.await, before);
    until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')").await;
    assert_eq!(
        stored(&app, &issue).await.blocks.len(),
        special_edition().blocks.len() + NASTY.len()
    );
    browser.no_console_errors().await;
    browser.close().await;
}

async fn stored(app: &TestApp, issue: &Issue) -> Content {
    let id = issue.uuid;
    app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content)).await.unwrap()
}

#[actix_web::test]
async fn text_is_formatted_by_keys_and_by_the_toolbar_and_saved_as_light_markup() {
    let app = TestApp::sqlite().await;
    let (browser, issue) = open(&app, "Kære leder").await;
    let enter = char::from(Key::Enter).to_string();
    let role = browser
        .run(
            "const field = document.querySelector('.rich-text');
              const label = document.getElementById(field.getAttribute('aria-labelledby'));
              return [field.role, field.ariaMultiLine, label.textContent]",
        )
        .await;
    assert_eq!(role, json!(["textbox", "true", "Tekst"]));
    clear(&browser).await;
    keys(&browser, "Læs ").await;
    keys(&browser, &chord(Key::Control, "b")).await;
    keys(&browser, "det hele").await;
    until(&browser, "document.querySelector('[data-tool=bold]').ariaPressed == 'true'").await;
    keys(&browser, &chord(Key::Control, "b")).await;
    keys(&browser, " ").await;
    keys(&browser, &chord(Key::Control, "i")).await;
    keys(&browser, "nu").await;
    keys(&browser, &chord(Key::Control, "i")).await;
    keys(&browser, " på ").await;
    keys(&browser, &chord(Key::Control, "k")).await;
    browser.wait_for("dialog.ask[open]").await;
    // The dialog says what is wrong, and takes an address without its beginning.
    keys(&browser, &format!("javascript:alert(1){enter}")).await;
    until(&browser, "document.activeElement.ariaInvalid == 'true'").await;
    browser.axe().await;
    browser.screenshot("rich-text-link").await;
    keys(
        &browser,
        &format!(
            "{}lederweb.dk/ledelse{}Lederweb{enter}",
            chord(Key::Control, "a"),
            char::from(Key::Tab)
        ),
    )
    .await;
    until(
        &browser,
        "!document.querySelector('dialog[open]') && document.activeElement.matches('.rich-text')",
    )
    .await;
    keys(&browser, &format!(".{enter}24. marts")).await;
    let written =
        "Læs **det hele** *nu* på [Lederweb](https://lederweb.dk/ledelse).\n\n24\\. marts";
    assert_eq!(markup(&browser).await, written);

    // By the toolbar with the arrow keys: a list, and the name.
    keys(&browser, &enter).await;
    keys(&browser, &chord(Key::Shift, &char::from(Key::Tab).to_string())).await;
    until(&browser, "document.activeElement.dataset.tool == 'bold'").await;
    for _ in 0..3 {
        keys(&browser, &char::from(Key::Right).to_string()).await;
    }
    until(&browser, "document.activeElement.dataset.tool == 'bullets'").await;
    keys(&browser, " ").await;
    until(&browser, "document.activeElement.ariaPressed == 'true'").await;
    keys(&browser, &char::from(Key::End).to_string()).await;
    keys(&browser, &enter).await;
    browser.wait_for("dialog.ask[open] [name=fallback]").await;
    browser.axe().await;
    keys(&browser, &enter).await;
    until(
        &browser,
        "!document.querySelector('dialog[open]') && document.activeElement.matches('.rich-text')",
    )
    .await;
    keys(&browser, &format!(" først{enter}{{{{navn|kollega}}}} **så** {enter}{enter}Slut")).await;
    let written =
        format!("{written}\n\n- {{{{navn|leder}}}} først\n- {{{{navn|kollega}}}} **så**\n\nSlut");
    assert_eq!(markup(&browser).await, written);
    until(&browser, "document.getElementById('save-state').textContent.startsWith('Gemt')").await;
    let saved = stored(&app, &issue).await;
    assert_eq!(compose_text(&saved), written);

    // Ctrl+Z is the field's own.
    keys(&browser, &chord(Key::Control, "z")).await;
    until(&browser, &format!("!{MARKUP}.endsWith('Slut')")).await;
    browser.axe().await;
    for dark in [false, true] {
        browser.dark(dark).await;
        browser.resize(WIDE).await;
        browser.axe().await;
        browser.screenshot(if dark { "rich-text-dark" } else { "rich-text" }).await;
    }
    browser.resize(PHONE).await;
    browser.screenshot("rich-text-phone").await;
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}

fn compose_text(content: &Content) -> String {
    let block = lederbrev::issues::form::of_block(&content.blocks[0]);
    block["body"].as_str().unwrap().to_owned()
}

/// What Word puts on the clipboard.
const WORD: &str = r#"<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- /* Style Definitions */ p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} @list l0:level1 {mso-level-number-format:bullet;} --></style></head>
<body lang=DA style='tab-interval:65.2pt'><!--StartFragment-->
<h2>Kerneopgaven<o:p></o:p></h2>
<p class=MsoNormal>Spørg, hvad der skal <b style='mso-bidi-font-weight:normal'>lykkes
for borgeren</b>, og l&aelig;s <i>mere</i> på <a href="https://lederweb.dk/a?utm_source=word&amp;b=1">Lederweb</a>.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Lyt<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Hold fast<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Først<o:p></o:p></p>
<p class=MsoNormal><span style='mso-no-proof:yes'><!--[if gte vml 1]><v:shape id="a"><v:imagedata src="file:///C:/x.png"/></v:shape><![endif]--><![if !vml]><img width=200 height=100 src="file:///C:/x.png" v:shapes="a"><![endif]></span></p>
<!--EndFragment--></body></html>"#;

/// What Google Docs puts there.
const DOCS: &str = r#"<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;font-style:normal;white-space:pre-wrap;">Hej </span><span style="font-weight:700;">leder</span><span style="font-weight:400;font-style:italic;"> nu</span></p><ul style="margin-top:0;"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;">Et</span></p></li><li dir="ltr"><p><span style="font-weight:400;">To</span></p><ul><li><p><span>To b</span></p></li></ul></li></ul></b><br class="Apple-interchange-newline">"#;

/// A web page: a table, a picture, headings, a hidden part, links that lead nowhere good.
const WEB: &str = r##"<article><h1>Overskrift</h1><div>Brød<br><br>Mere<span hidden>skjult</span><span style="display: none">også</span>
<a href="javascript:alert(1)">klik</a> <a href='https://lederweb.dk/x?utm_campaign=a&amp;fbclid=b'>læs</a></div>
<table><tr><td>A</td><td><p>B</p></td></tr><tr><td>C</td></tr></table><img src="https://lederweb.dk/a.png" width=300><blockquote>Citat</blockquote>
<ol><li>Et<li>To</ol>5 < 6 & 7</article>"##;

/// Outlook on the web.
const OUTLOOK: &str = r#"<div class="elementToProof" style="font-family: Aptos; font-size: 12pt; color: rgb(0, 0, 0);">Hej alle,</div><div style="font-size: 12pt;"><br></div><div class="elementToProof"><b>Husk</b>&nbsp;mødet <i>i dag</i></div><ul data-editing-info='{"applyListStyleFromLevel":true}'><li style="font-size: 12pt;"><div role="presentation" class="elementToProof">Punkt</div></li></ul>"#;

/// What an enemy would put there.
const HOSTILE: &str = r#"<style>@import url(https://evil.example/a.css)</style><p style="background:url(https://evil.example/b)" onclick="alert(1)">Hej<img src=x onerror="alert(1)"><svg onload="alert(1)"><script>alert(2)</script></svg>
<iframe srcdoc="<script>alert(3)</script>"></iframe><a href="JaVaScRiPt:alert(4)">klik</a><a href="data:text/html,x">data</a><math><mi xlink:href="javascript:alert(5)">m</mi></math>
<template><img src=x onerror=alert(6)></template><object data="javascript:alert(7)"></object><form action="https://evil.example"><input name=x autofocus onfocus=alert(8)></form><base href="https://evil.example"><link rel=stylesheet href="https://evil.example/c.css"><meta http-equiv=refresh content="0;url=https://evil.example">
<b title="</p><img src=x onerror=alert(9)>">slut</b><p style='x:"</style><img src=x onerror=alert(10)>'>igen<!-- --!><img src=x onerror=alert(11)> -->ja<noscript><img src=x onerror=alert(12)></noscript>"#;

#[actix_web::test]
async fn what_is_pasted_comes_in_clean() {
    let app = TestApp::sqlite().await;
    let (browser, _) = open(&app, "Kære leder").await;
    let cases = [
        (
            "word",
            WORD,
            "**Kerneopgaven**\n\nSpørg, hvad der skal **lykkes for borgeren**, og læs *mere* på \
             [Lederweb](https://lederweb.dk/a?utm_source=word&b=1).\n\n- Lyt\n- Hold fast\n\n1. Først",
        ),
        ("docs", DOCS, "Hej **leder** *nu*\n\n- Et\n- To\n- To b"),
        (
            "web",
            WEB,
            "**Overskrift**\n\nBrød\n\nMere klik [læs](https://lederweb.dk/x?utm_campaign=a&fbclid=b)\n\n\
             A\n\nB\n\nC\n\nCitat\n\n1. Et\n2. To\n\n5 < 6 & 7",
        ),
        ("outlook", OUTLOOK, "Hej alle,\n\n**Husk**\u{a0}mødet *i dag*\n\n- Punkt"),
        ("hostile", HOSTILE, "Hej klikdata **slut**\n\nigenja"),
    ];
    for (name, html, expected) in cases {
        clear(&browser).await;
        paste(&browser, &[("text/html", html), ("text/plain", "x")]).await;
        assert_eq!(markup(&browser).await, expected, "{name}");
        let notice = browser.text(".rich-notice").await;
        let has_picture = ["word", "web", "hostile"].contains(&name);
        assert_eq!(notice.contains("Billeder kom ikke med"), has_picture, "{name}: {notice}");
        assert!(browser.client.get_alert_text().await.is_err(), "{name}: a dialog");
        browser.no_console_errors().await;
    }
    browser.screenshot("rich-text-pasted").await;

    let plain = "Kære leder\n\nDer er *tre* ting:\n• lyt\n• spørg\n\n1. Først\n2. Så\n\n24. marts holder vi fri\nog vi ses\n- igen\r\n\r\nHilsen {{navn|os}}";
    clear(&browser).await;
    paste(&browser, &[("text/plain", plain)]).await;
    assert_eq!(
        markup(&browser).await,
        "Kære leder\n\nDer er \\*tre* ting:\n\n- lyt\n- spørg\n\n1. Først\n2. Så\n\n\
         24\\. marts holder vi fri\nog vi ses\n\\- igen\n\nHilsen {{navn|os}}"
    );
    // Words into words, and an address onto words.
    clear(&browser).await;
    keys(&browser, "Læs ").await;
    paste(&browser, &[("text/html", "<span>mere</span> "), ("text/plain", "mere ")]).await;
    keys(&browser, "nu").await;
    keys(&browser, &chord(Key::Control, "a")).await;
    paste(&browser, &[("text/plain", "https://lederweb.dk/?utm_source=x")]).await;
    assert_eq!(markup(&browser).await, "[Læs mere nu](https://lederweb.dk/?utm_source=x)");
    // What is copied in one field goes into another as it was.
    clear(&browser).await;
    let html = r#"<p data-pm-slice="1 1 []">Kære <strong><span class="merge-name" data-merge-name="leder">Navn</span></strong></p>"#;
    paste(&browser, &[("text/html", html), ("text/plain", "Kære {{navn|leder}}")]).await;
    assert_eq!(markup(&browser).await, "Kære **{{navn|leder}}**");
    browser.no_console_errors().await;
    browser.close().await;
}

#[actix_web::test]
async fn a_paste_that_is_too_large_is_refused_with_a_reason_and_the_page_goes_on() {
    let app = TestApp::sqlite().await;
    let (browser, _) = open(&app, "Kære leder").await;
    let paste_large = async |script: &str| {
        let script = format!(
            "const data = new DataTransfer(); {script}
             document.querySelector('.rich-text').dispatchEvent(
               new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));"
        );
        browser.run(&script).await;
        browser.text(".rich-notice").await
    };
    let text = "data.setData('text/plain', 'x'.repeat(5e6));";
    let html = "data.setData('text/html', '<p><b>x</b></p>'.repeat(4e5));";
    let notice = paste_large(&format!("{text}{html}")).await;
    assert!(notice.contains("5.000.000 tegn") && notice.contains("20.000"), "{notice}");
    assert!(paste_large(html).await.contains("for stort"));
    let nested = "data.setData('text/html', '<div><b>'.repeat(1e5) + 'dybt');";
    assert!(!paste_large(nested).await.contains("Ikke indsat"));
    let stars = "data.setData('text/plain', '*'.repeat(15000));";
    assert!(paste_large(stars).await.contains("Ikke indsat"), "its markup is longer than its text");
    let quotes =
        "data.setData('text/html', '<a \"'.repeat(4e5)); data.setData('text/plain', 'kort');";
    paste_large(quotes).await;
    let pictures = "data.setData('text/html', '<p>Kort</p><img src=\"data:image/png;base64,' + 'A'.repeat(3e6) + '\">');
                    data.setData('text/plain', 'Kort tekst');";
    assert!(paste_large(pictures).await.contains("Kun teksten"));
    assert!(markup(&browser).await.contains("Kort tekst"));
    clear(&browser).await;
    keys(&browser, "Siden lever").await;
    assert_eq!(markup(&browser).await, "Siden lever");
    browser.no_console_errors().await;
    browser.close().await;
}
