//! Pictures in a real browser: chosen, uploaded, dropped and pasted into a field.

use image::ImageFormat;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::{Content, IssueKind};
use lederbrev::pictures;
use lederbrev::pictures::upload::Upload;
use lederbrev::staff::Role;
use serde_json::json;

use crate::app::TestApp;
use crate::browser::{Browser, PHONE, WIDE};
use crate::pictures::photograph;

/// Waits until a script says so.
async fn until(browser: &Browser<'_>, what: &str) {
    for _ in 0..200 {
        if browser.run(&format!("return Boolean({what})")).await == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not so: {what}\n{}", browser.text("body").await);
}

async fn uploaded(app: &TestApp, name: &str, alt: &str, size: (u32, u32)) -> String {
    let upload = Upload {
        name: name.to_owned(),
        bytes: photograph(size.0, size.1, ImageFormat::Jpeg).into(),
        alt: alt.to_owned(),
        decorative: false,
    };
    let picture = pictures::upload(&app.app, upload, "test").await.unwrap();
    picture.address().to_string()
}

const BLOCK: &str = "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e0001";

#[actix_web::test]
async fn a_picture_is_uploaded_in_the_composer_chosen_described_and_shown() {
    let app = TestApp::sqlite().await;
    let newsletter = app.newsletter().await;
    let known = uploaded(&app, "kerneopgaven.jpg", "To ledere ved en tavle", (900, 600)).await;
    let content = json!({
        "version": 1, "subject": "Nyt fra Lederweb", "preheader": "", "theme": null,
        "blocks": [{ "id": BLOCK, "kind": "image" }],
    });
    let content = Content::read(&content).unwrap();
    let new = NewIssue { newsletter, kind: IssueKind::Ordinary, content };
    let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto(&format!("/admin/issues/{}?open={BLOCK}", issue.uuid)).await;
    browser.console_errors().await;
    let url = format!("document.getElementById('f-{BLOCK}-image-url')");
    let alt = format!("document.getElementById('f-{BLOCK}-image-alt')");
    let stored = async || {
        let id = issue.uuid;
        let open = app.app.db.read(move |conn| Ok(compose::open(conn, id)?.content));
        open.await.unwrap().to_json()["blocks"][0]["image"].clone()
    };

    // One that is there, with what it shows.
    browser.click("[data-pictures]").await;
    browser.wait_for("dialog[open] [data-pick]").await;
    browser.axe().await;
    browser.screenshot("picture-dialog").await;
    browser.dark(true).await;
    browser.axe().await;
    browser.screenshot("picture-dialog-in-dark").await;
    browser.dark(false).await;
    browser.resize(PHONE).await;
    browser.screenshot("picture-dialog-phone").await;
    browser.resize(WIDE).await;
    browser.click("dialog [data-pick]").await;
    until(&browser, &format!("{url}.value == '{known}'")).await;
    until(&browser, &format!("{alt}.value == 'To ledere ved en tavle'")).await;
    until(&browser, "document.getElementById('save-state').textContent == 'Gemt 8.00'").await;
    assert_eq!(stored().await["url"], known);
    assert_eq!(stored().await["alt"], "To ledere ved en tavle");

    // HTML that calls itself a photograph is refused, in the dialog, and nothing runs.
    let html = file("photo.jpg", b"<!doctype html><script>document.title = 'run'</script>");
    browser.click("[data-pictures]").await;
    browser.click("dialog .picture-new summary").await;
    browser.wait_for("dialog [name=file]").await.send_keys(&html).await.unwrap();
    browser.click("dialog .picture-upload button").await;
    until(&browser, "document.querySelector('dialog .picture-state.wrong')?.textContent.includes('ikke et billede')").await;
    browser.axe().await;
    browser.screenshot("picture-refused").await;

    // A photograph is taken and chosen at once; what it shows has to be said.
    let photo = file("samspil.jpg", &photograph(1_600, 900, ImageFormat::Jpeg));
    browser.run("document.querySelector('dialog [name=file]').value = ''").await;
    browser.wait_for("dialog [name=file]").await.send_keys(&photo).await.unwrap();
    browser.click("dialog .picture-upload button").await;
    until(&browser, &format!("{url}.value.endsWith('-1200x675.jpg') && {alt}.value == ''")).await;
    until(&browser, &format!("document.activeElement == {alt}")).await;
    until(&browser, "document.querySelector('#preflight .stop')").await;
    browser.wait_for(&format!("#f-{BLOCK}-image-alt")).await.send_keys("Et møde").await.unwrap();
    until(&browser, "!document.querySelector('#preflight .stop')").await;
    assert_eq!(stored().await["alt"], "Et møde");
    browser.screenshot("composer-picture").await;
    // The preview shows it, from this service.
    let seen = "(() => { const image = document.getElementById('view').contentDocument?.querySelector('img[src*=\"/images/\"]');
        return image && image.complete && image.naturalWidth == 1200; })()";
    until(&browser, seen).await;

    // Dropped onto the field, and pasted into it.
    for (event, name) in [("drop", "dataTransfer"), ("paste", "clipboardData")] {
        browser.run(&format!(
            "const canvas = Object.assign(document.createElement('canvas'), {{ width: 640, height: 320 }});
             canvas.getContext('2d').fillRect('{event}'.length, 0, 100, 100);
             canvas.toBlob(blob => {{
               const data = new DataTransfer();
               data.items.add(new File([blob], '{event}.png', {{ type: 'image/png' }}));
               const event = '{event}' == 'drop'
                 ? new DragEvent('drop', {{ bubbles: true, cancelable: true, {name}: data }})
                 : new ClipboardEvent('paste', {{ bubbles: true, cancelable: true, {name}: data }});
               {url}.value = '';
               {url}.dispatchEvent(event);
             }}, 'image/png');"
        ))
        .await;
        until(&browser, &format!("{url}.value.endsWith('-640x320.png')")).await;
    }
    browser.axe().await;
    // The browser notes the refusal that was asked for, and nothing else.
    let errors = browser.console_errors().await;
    assert!(errors.iter().all(|error| error.contains("name=photo.jpg")), "{errors:#?}");
    assert_ne!(browser.run("return document.title").await, "run");
    browser.close().await;
}

#[actix_web::test]
async fn the_page_of_pictures_is_accessible_and_fits_every_screen() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    browser.goto("/admin/pictures").await;
    browser.axe().await;
    browser.screenshot("pictures-empty").await;
    uploaded(&app, "kerneopgaven.jpg", "To ledere ved en tavle", (1_400, 900)).await;
    uploaded(
        &app,
        "et-meget-langt-navn-fra-et-kamera-som-ingen-har-givet-et-andet.jpeg",
        "",
        (500, 900),
    )
    .await;
    uploaded(&app, "banner.jpg", "Væksthusdagen 2017", (1_200, 200)).await;
    browser.goto("/admin/pictures?q=ledere").await;
    browser.fill("[id^=tags-]", "kerneopgaven, ledelse").await;
    browser.click(".picture form button").await;
    browser.wait_for(".toast").await;
    for (address, name) in [
        ("/admin/pictures", "pictures"),
        ("/admin/pictures?pick=on", "pictures-pick"),
        ("/admin/library?tag=ledelse", "pictures-in-library"),
    ] {
        for dark in [false, true] {
            browser.dark(dark).await;
            browser.resize(WIDE).await;
            browser.goto(address).await;
            browser.axe().await;
            browser.screenshot(&format!("{name}{}", if dark { "-in-dark" } else { "" })).await;
        }
        browser.dark(false).await;
        browser.resize(PHONE).await;
        browser.screenshot(&format!("{name}-phone")).await;
        browser.fits_a_narrow_screen().await;
        browser.no_console_errors().await;
    }
    browser.close().await;
}
