//! Pictures: uploaded, refused, served, found again.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use lederbrev::pictures::prepare::MOST_BYTES;
use lederbrev::staff::Role;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::both;

/// A file with a photograph.
pub fn photograph(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let noise = (x * 7919 + y * 104_729) % 13 * 5;
        let share = |part: u32, of: u32| u8::try_from(part * 190 / of).unwrap();
        Rgb([40 + share(x, width), 90 + share(y, height) / 2, u8::try_from(noise + 60).unwrap()])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Sends a file by the API.
async fn send(app: &TestApp, token: &str, query: &str, bytes: Vec<u8>) -> Response {
    let address = app.url(&format!("/api/v1/images?{query}"));
    app.client.post(address).bearer_auth(token).body(bytes).send().await.unwrap()
}

/// Sends the form of the page.
async fn submit(browser: &Client, app: &TestApp, alt: &str, name: &str, file: &[u8]) -> Response {
    let head = format!(
        "--grænse\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\n{alt}\r\n--grænse\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    )
    .replace("grænse", "graense");
    let body = [head.as_bytes(), file, b"\r\n--graense--\r\n"].concat();
    browser
        .post(app.url("/admin/pictures"))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=graense")
        .body(body)
        .send()
        .await
        .unwrap()
}

both! {
    async fn a_picture_is_uploaded_by_the_api_and_served_for_ever(app: TestApp) {
        let token = app.token(Role::Editor).await;
        let file = photograph(1_500, 1_000, ImageFormat::Jpeg);
        let answer = send(&app, &token, "name=kerneopgaven.jpg&alt=Et%20m%C3%B8de", file.clone()).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let made: Value = answer.json().await.unwrap();
        assert_eq!(made["width"], 1_200);
        assert_eq!(made["alt"], "Et møde");
        assert_eq!(made["name"], "kerneopgaven.jpg");
        let path = made["path"].as_str().unwrap();
        assert_eq!(path, format!("/images/{}-1200x800.jpg", made["id"].as_str().unwrap()));

        for (path, width) in [(path.to_owned(), 1_200), (path.replace("1200x800", "600x400"), 600)] {
            let served = app.get(&path).await;
            assert_eq!(served.status(), StatusCode::OK, "{path}");
            let header = |name: reqwest::header::HeaderName| {
                served.headers()[name].to_str().unwrap().to_owned()
            };
            assert_eq!(header(CONTENT_TYPE), "image/jpeg");
            assert_eq!(header(CACHE_CONTROL), "public, max-age=31536000, immutable");
            assert_eq!(header(CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox");
            assert_eq!(served.headers()["x-content-type-options"], "nosniff");
            let picture = image::load_from_memory(&served.bytes().await.unwrap()).unwrap();
            assert_eq!(picture.width(), width);
        }
        for other in ["1200x801.jpg", "1200x800.png", "600x800.jpg", "1.jpg", "1200x800.svg"] {
            let other = path.replace("1200x800.jpg", other);
            assert_eq!(app.get(&other).await.status(), StatusCode::NOT_FOUND, "{other}");
        }

        // The same file once more is the same picture.
        let again: Value = send(&app, &token, "alt=Noget%20andet", file).await.json().await.unwrap();
        assert_eq!(again["id"], made["id"]);
        assert_eq!(again["alt"], "Et møde");
        let list = app.client.get(app.url("/api/v1/images")).bearer_auth(&token);
        let list: Value = list.send().await.unwrap().json().await.unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        assert!(list["items"][0]["bytes"].as_i64().unwrap() > 1_000);
    }

    async fn two_who_send_one_file_at_once_get_one_picture(app: TestApp) {
        let token = app.token(Role::Editor).await;
        let file = photograph(700, 400, ImageFormat::Png);
        let sent = || send(&app, &token, "", file.clone());
        let (one, other, third) = futures_util::join!(sent(), sent(), sent());
        let mut ids = Vec::new();
        for answer in [one, other, third] {
            assert_eq!(answer.status(), StatusCode::CREATED);
            ids.push(answer.json::<Value>().await.unwrap()["id"].clone());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    async fn a_picture_is_found_by_its_tags_and_by_the_library(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let token = app.token(Role::Editor).await;
        let get = async |path: &str| {
            editor.get(app.url(path)).send().await.unwrap().text().await.unwrap()
        };
        let mut hashes = vec![];
        for (name, width) in [("dagen.png", 700), ("trappe.png", 701)] {
            let file = photograph(width, 400, ImageFormat::Png);
            let answer = send(&app, &token, &format!("name={name}"), file).await;
            let view: Value = answer.json().await.unwrap();
            assert_eq!(view["tags"], json!([]));
            hashes.push(view["id"].as_str().unwrap().to_owned());
        }
        let describe = async |form: &[(&str, &str)]| {
            let address = app.url(&format!("/admin/pictures/{}", hashes[0]));
            editor.post(address).form(form).send().await.unwrap().status()
        };
        let tags = ("tags", "Væksthusdagen, \u{202E}ledelse\u{202C};ledelse");
        assert_eq!(describe(&[("alt", "Ledere i samtale"), tags]).await, StatusCode::SEE_OTHER);
        // What says nothing of tags leaves them alone.
        assert_eq!(describe(&[("alt", "Ledere i sal")]).await, StatusCode::SEE_OTHER);
        let list = get("/admin/pictures?tag=ledelse").await;
        assert!(list.contains("dagen.png") && !list.contains("trappe.png"), "{list}");
        assert!(list.contains("value=\"ledelse, væksthusdagen\""), "{list}");
        let list = get("/admin/pictures?q=V%C3%86KSTHUSDAG+sal").await;
        assert!(list.contains("dagen.png") && !list.contains("trappe.png"), "{list}");
        let many = (0..21).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let refused = describe(&[("alt", ""), ("tags", &many)]).await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
        let api = app.client.get(app.url("/api/v1/images")).bearer_auth(&token).send().await.unwrap();
        let api: Value = api.json().await.unwrap();
        assert_eq!(api["items"][0]["tags"], json!(["ledelse", "væksthusdagen"]));

        // The library's search and tags find it, and say when nothing else fits.
        for query in ["q=v%C3%A6ksthusdag", "tag=ledelse"] {
            let list = get(&format!("/admin/library?{query}")).await;
            assert!(list.contains("Ledere i sal") && list.contains(&hashes[0]), "{list}");
            assert!(!list.contains(&hashes[1]), "{list}");
            assert!(list.contains("men det gør billederne herunder"), "{list}");
        }
        assert!(!get("/admin/library").await.contains(&hashes[0]), "it was not asked for");
        assert!(!get("/admin/library?q=sal&kind=article").await.contains(&hashes[0]));
        assert!(get("/admin/library?q=findes-ikke").await.contains("Vi fandt ikke noget"));
        let images = editor.get(app.url("/admin/library?kind=image&q=sal")).send().await.unwrap();
        assert_eq!(images.status(), StatusCode::SEE_OTHER);
        let images = get(images.headers()["location"].to_str().unwrap()).await;
        assert!(images.contains("dagen.png"), "{images}");
    }

    async fn a_picture_is_described_put_aside_and_found_again_on_its_page(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let file = photograph(700, 400, ImageFormat::WebP);
        let answer = submit(&editor, &app, "", "Væksthusdagen.webp", &file).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let list = async |query: &str| {
            let page = editor.get(app.url(&format!("/admin/pictures?{query}"))).send();
            page.await.unwrap().text().await.unwrap()
        };
        let page = list("q=v%C3%86KSTHUS").await;
        assert!(page.contains("Væksthusdagen.webp"), "{page}");
        assert!(list("q=findes-ikke").await.contains("Vi fandt ingen billeder"));
        let hash = page.split("id=\"picture-").nth(1).unwrap();
        let hash = page.split("id=\"picture-").find(|part| part.as_bytes().get(64) == Some(&b'"'))
            .unwrap_or(hash)[..64].to_owned();

        let act = async |action: &str, form: &[(&str, &str)]| {
            let address = app.url(&format!("/admin/pictures/{hash}{action}"));
            editor.post(address).form(form).send().await.unwrap().status()
        };
        assert_eq!(act("", &[("alt", "Ledere  i\tsamtale")]).await, StatusCode::SEE_OTHER);
        assert!(list("q=samtale").await.contains("value=\"Ledere i samtale\""));
        assert_eq!(act("", &[("alt", "x"), ("decorative", "on")]).await, StatusCode::SEE_OTHER);
        assert!(list("pick=on").await.contains("data-decorative"));
        assert_eq!(act("", &[("alt", &"å".repeat(201))]).await, StatusCode::UNPROCESSABLE_ENTITY);

        assert_eq!(act("/archive", &[]).await, StatusCode::SEE_OTHER);
        assert!(!list("").await.contains("Væksthusdagen"));
        assert!(list("archived=on").await.contains("Væksthusdagen"));
        assert_eq!(act("/restore", &[]).await, StatusCode::SEE_OTHER);
        assert!(list("").await.contains("Væksthusdagen"));
        // Sent again, it comes back by itself.
        assert_eq!(act("/archive", &[]).await, StatusCode::SEE_OTHER);
        submit(&editor, &app, "", "igen.webp", &file).await;
        assert!(list("").await.contains("Væksthusdagen"));
        let unknown = app.url(&format!("/admin/pictures/{}", "0".repeat(64)));
        let unknown = editor.post(unknown).form(&[("alt", "x")]).send().await.unwrap();
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn what_is_no_picture_is_refused_with_what_to_do() {
    let app = TestApp::sqlite().await;
    let token = app.token(Role::Editor).await;
    let editor = app.signed_in(Role::Editor).await;
    let html = b"<!doctype html><script>alert(1)</script>";
    let cases: [(&[u8], &str); 5] = [
        (html, "ikke et billede"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG kan indeholde programkode"),
        (b"II*\0\x08\0\0\0", "JPEG eller PNG"),
        (b"\xff\xd8\xff\xe0<script>alert(1)</script>", "beskadiget"),
        (b"", "Vælg en billedfil"),
    ];
    for (file, words) in cases {
        let page = submit(&editor, &app, "", "photo.jpg", file).await;
        assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        let page = page.text().await.unwrap();
        assert!(page.contains(words), "{words}: {page}");
        assert!(!page.contains("alert(1)"));
        let answer = send(&app, &token, "name=photo.jpg", file.to_vec()).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["field"], "file");
    }
    for size in [MOST_BYTES + 1, MOST_BYTES + 1_000_000] {
        let answer = send(&app, &token, "name=photo.jpg", vec![0xff; size]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let answer = answer.text().await.unwrap();
        assert!(answer.contains("20 MB"), "{answer}");
    }
    // Names are text, wherever they are shown.
    let name = "<img src=x onerror=alert(1)>.png";
    let file = photograph(20, 20, ImageFormat::Png);
    assert_eq!(submit(&editor, &app, "", name, &file).await.status(), StatusCode::SEE_OTHER);
    for address in ["/admin/pictures", "/admin/pictures?pick=on"] {
        let page = editor.get(app.url(address)).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("onerror") && !page.contains("<img src=x"), "{page}");
    }
}
