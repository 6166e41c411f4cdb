//! Pictures of this service, in the mail and in the web version.

use serde_json::json;

use super::{TestResult, frame, read, render, web_version};

/// An issue with these pictures, one block each.
fn with(paths: &[&str]) -> TestResult<crate::issues::Content> {
    let block = |(at, path): (usize, &&str)| {
        json!({
            "id": format!("6f1d2c1e-0001-4a6b-9c10-5d3b7a9e{at:04}"),
            "kind": "image", "image": { "url": path, "alt": "Et \"møde\"" },
        })
    };
    let blocks: Vec<_> = paths.iter().enumerate().map(block).collect();
    read(&json!({ "version": 1, "subject": "Nyt", "preheader": "", "blocks": blocks }))
}

#[test]
fn the_mail_has_the_large_file_and_never_enlarges_a_small_one() -> TestResult {
    let hash = "0123456789abcdef".repeat(4);
    let (wide, narrow) =
        (format!("/images/{hash}-1200x800.jpg"), format!("/images/{hash}-200x100.png"));
    let html = render::render(&with(&[&wide, &narrow])?, &frame())?.html;
    let base = "https://nyhedsbrev.lederweb.example";
    let tag = |path: &str| {
        let src = format!("src=\"{base}{path}\"");
        let tag = html.split("<img").find(|tag| tag.contains(&src)).ok_or(src)?;
        Ok::<_, String>(tag.split('>').next().unwrap_or_default().to_owned())
    };
    assert!(tag(&wide)?.contains("width=\"536\""), "{}", tag(&wide)?);
    assert!(tag(&narrow)?.contains("width=\"200\""), "{}", tag(&narrow)?);
    Ok(())
}

#[test]
fn the_web_version_offers_both_files_and_says_their_size() -> TestResult {
    let hash = "0123456789abcdef".repeat(4);
    let own = |rest: &str| format!("/images/{hash}-{rest}");
    let paths = [own("1200x801.jpg"), own("200x100.png"), "https://lederweb.dk/a.png".to_owned()];
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let html = web_version::render(&with(&paths)?, &frame())?.into_string();
    let (large, small) = (own("1200x801.jpg"), own("600x401.jpg"));
    let expected = [
        format!(
            "<img class=\"issue-wide\" src=\"{small}\" srcset=\"{small} 600w, {large} 1200w\" \
             sizes=\"(max-width: 40rem) 100vw, 600px\" width=\"600\" height=\"401\" \
             alt=\"Et &#34;møde&#34;\" loading=\"lazy\">"
        ),
        format!(
            "<img class=\"issue-narrow\" src=\"{}\" width=\"200\" height=\"100\" \
             alt=\"Et &#34;møde&#34;\" loading=\"lazy\">",
            own("200x100.png")
        ),
        "<img src=\"https://lederweb.dk/a.png\" alt=\"Et &#34;møde&#34;\" loading=\"lazy\">"
            .to_owned(),
    ];
    for tag in expected {
        assert!(html.contains(&tag), "no {tag} in {html}");
    }
    Ok(())
}
