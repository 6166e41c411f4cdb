//! The pages of an import: from the file to the result, and back.

use std::io::Write;

use lederbrev::staff::Role;
use reqwest::StatusCode;
use reqwest::header::LOCATION;

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;

const LIST: &str = "Navn;E-mail;Arbejdsplads;Tilmeldt den\n\
    Anne Holm;anne.holm@aarhus.example;Aarhus Kommune;01.05.2016\n\
    Bo Kjær;bo@kolding.example;Kolding Kommune;02.05.2016\n\
    <b>Carla</b>;ikke en adresse;;\n";

/// A form with a file, as a browser sends it.
pub fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    if let Some((name, bytes)) = file {
        body.extend(
            format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

pub async fn upload(app: &TestApp, browser: &reqwest::Client, body: Vec<u8>) -> reqwest::Response {
    let request = browser.post(app.url("/admin/imports"));
    let request = request.header("content-type", "multipart/form-data; boundary=x");
    request.body(body).send().await.unwrap()
}

both! {
    async fn a_file_becomes_subscribers_step_by_step_and_back_again(app: TestApp) {
        let newsletter = app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        let answer = upload(&app, &editor, form(&[("kind", "subscribers")], None)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "no file was chosen");
        let file = Some(("ledere.csv", LIST.as_bytes()));
        let answer = upload(&app, &editor, form(&[("kind", "subscribers")], file)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let place = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let get = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        let page = get(&place).await;
        assert!(page.contains("Bo Kjær") && page.contains("&#60;b&#62;Carla"), "the first rows");
        let send = async |path: &str, words: &[(&str, &str)]| {
            let answer = editor.post(app.url(path)).form(words).send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        let (status, page) = send(&place, &[("do", "check"), ("has_header", "on")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("#basis"), "the basis is asked for");
        let words = [
            ("do", "save-mapping"), ("has_header", "on"), ("basis", "Papir fra Ledertræf"),
            ("mapping-name", "Ledertræf"), ("column-0", "name"), ("column-2", "source"),
        ];
        assert_eq!(send(&place, &words).await.0, StatusCode::SEE_OTHER);
        let words = [("do", "check"), ("has_header", "on"), ("basis", "Papir fra Ledertræf")];
        assert_eq!(send(&place, &words).await.0, StatusCode::SEE_OTHER);
        assert!(get(&place).await.contains("data-events"), "it is watched while it is checked");
        app.run_until_idle().await;
        let page = get(&place).await;
        assert!(page.contains("Importér 2 abonnenter") && page.contains("1. maj 2016"), "{page}");
        assert!(get(&format!("{place}/errors")).await.contains("\"ikke en adresse\""));
        assert_eq!(app.count(newsletter, "2017-03-24").await.0, None);
        assert_eq!(send(&format!("{place}/run"), &[]).await.0, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert_eq!(app.count(newsletter, "2016-05-02").await.0, Some(2));
        let (_, subscription) = app.person("bo@kolding.example").await;
        assert_eq!(subscription.source, "Kolding Kommune", "as the column was said to be");
        assert!(!get(&format!("{place}/errors")).await.contains("ikke en adresse"), "the file is gone");
        assert_eq!(send(&format!("{place}/undo"), &[]).await.0, StatusCode::SEE_OTHER);
        app.run_until_idle().await;
        assert!(get(&place).await.contains("Fortrudt"));
        assert_eq!(app.count(newsletter, "2016-05-02").await.0, None, "nobody ever counted that day");
        // The mapping is there for the next file.
        let file = Some(("ledere.csv", LIST.as_bytes()));
        let answer = upload(&app, &editor, form(&[], file)).await;
        let place = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let words = [("do", "use-mapping"), ("has_header", "on"), ("mapping", "Ledertræf")];
        assert_eq!(send(&place, &words).await.0, StatusCode::SEE_OTHER);
        assert!(get(&place).await.contains("<option value=\"source\" selected>"));
        assert_eq!(send(&format!("{place}/discard"), &[]).await.0, StatusCode::SEE_OTHER);
        let gone = editor.get(app.url(&place)).send().await.unwrap();
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }

    async fn what_is_guessed_can_be_corrected_and_a_large_file_comes_in_whole(app: TestApp) {
        app.newsletter().await;
        let editor = app.signed_in(Role::Editor).await;
        // Boundaries and the ends of pieces fall anywhere.
        let mut list = b"navn,email\n".to_vec();
        for at in 0..60_000 {
            list.extend(format!("S\u{f8}ren {at},leder{at}@aarhus.example\r\n").bytes());
        }
        list.extend(b"--y\r\n");
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(std::str::from_utf8(&list).unwrap());
        let answer = upload(&app, &editor, form(&[], Some(("stor.csv", &latin)))).await;
        let place = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let get = async || editor.get(app.url(&place)).send().await.unwrap().text().await.unwrap();
        let page = get().await;
        assert!(page.contains("<option value=\"windows-1252\" selected>") && page.contains("Søren 0"));
        let words = [("do", "look"), ("encoding", "windows-1252"), ("separator", ";")];
        let answer = editor.post(app.url(&place)).form(&words).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let page = get().await;
        assert!(page.contains("Kolonne 1") && page.contains("kun numre"), "one column without a name");
        let size: i64 = app
            .app
            .db
            .read(|conn| Ok(lederbrev::imports::store::newest(conn, 0, 1)?.remove(0).0.size))
            .await
            .unwrap();
        assert_eq!(size, i64::try_from(latin.len()).unwrap());
    }
}

#[actix_web::test]
async fn a_list_is_imported_in_a_browser_and_every_step_is_accessible() {
    let app = TestApp::sqlite().await;
    app.newsletter().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledertræf.csv");
    std::fs::File::create(&path).unwrap().write_all(LIST.as_bytes()).unwrap();
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.console_errors().await;
    let look = async |name: &str| {
        browser.axe().await;
        browser.screenshot(&format!("import-{name}")).await;
        browser.fits_a_narrow_screen().await;
        browser.screenshot(&format!("import-{name}-narrow")).await;
        browser.resize(crate::browser::WIDE).await;
    };
    browser.goto("/admin/subscribers").await;
    browser.click(".page-head a[href='/admin/imports']").await;
    browser.wait_for("#file").await;
    look("upload").await;
    browser.wait_for("#file").await.send_keys(path.to_str().unwrap()).await.unwrap();
    browser.click("main form button").await;
    browser.wait_for("#basis").await;
    look("plan").await;
    browser.click("button[value=check]").await;
    browser.wait_for(".error-summary").await;
    look("refused").await;
    browser.fill("#basis", "Underskrevet på papir på KL's Ledertræf").await;
    browser.click("button[value=check]").await;
    browser.wait_for("#live[data-events]").await;
    look("checking").await;
    app.run_until_idle().await;
    // The page hears of it by itself.
    browser.wait_for("form[action$='/run'] button").await;
    look("checked").await;
    browser.click("form[action$='/run'] button").await;
    browser.wait_for("#live[data-events]").await;
    app.run_until_idle().await;
    browser.wait_for("form[action$='/undo'] button").await;
    look("done").await;
    browser.goto("/admin/imports").await;
    look("list").await;
    // A 422 that is meant stands in the console.
    let complaints = browser.console_errors().await;
    assert!(complaints.iter().all(|complaint| complaint.contains("422")), "{complaints:?}");
    browser.close().await;
}
