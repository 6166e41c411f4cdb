//! Where new blocks go, as a browser without JavaScript asks for it.

use lederbrev::issues::IssueKind;
use lederbrev::library::{self, Details, ItemKind, NewItem};
use lederbrev::web::Lang;
use reqwest::StatusCode;

use crate::both;
use crate::composer::{Editor, Form, special_edition};

/// Presses a button and reads the page that it leads to.
async fn page_after(editor: &Editor<'_>, form: &Form, button: &str) -> (String, String) {
    let answer = editor.press(form, button).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = editor.browser.get(editor.app.url(&to)).send().await.unwrap();
    (to, page.text().await.unwrap())
}

both! {
    async fn a_block_is_added_between_two_others_and_above_all(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let form = editor.form().await;
        let before = form.blocks();
        let (second, third) = (&before[1].0, &before[2].0);
        let mut typed = form.clone();
        typed.set("subject", "Skrevet, før der blev tilføjet");
        let (to, page) = page_after(&editor, &typed, &format!("place:{second}")).await;
        assert!(to.ends_with("#add"), "{to}");
        assert_eq!(page.matches("id=\"add\"").count(), 1);
        let stands = page.find("id=\"add\" open").unwrap();
        let place = |id: &str| page.find(&format!("id=\"block-{id}\"")).unwrap();
        assert!(place(second) < stands && stands < place(third), "it stands where it adds");
        let form = Form::read(&page);
        assert_eq!(form.get("subject"), "Skrevet, før der blev tilføjet");
        let form = editor.press_and_see(&form, "add:quote").await;
        let mut expected: Vec<String> = before.iter().map(|(_, kind)| kind.clone()).collect();
        expected.insert(2, "quote".to_owned());
        assert_eq!(form.kinds(), expected);

        let (_, page) = page_after(&editor, &form, "place:start").await;
        let first = page.find("id=\"block-").unwrap();
        assert!(page.find("id=\"add\" open").unwrap() < first);
        let form = editor.press_and_see(&Form::read(&page), "add:divider").await;
        expected.insert(0, "divider".to_owned());
        assert_eq!(form.kinds(), expected);

        // Behind the last, and behind one that is gone, is the end.
        let last = form.blocks().pop().unwrap().0;
        for place in [last.as_str(), "6f1d2c1e-0001-4a6b-9c10-5d3b7a9e9999", "nonsens"] {
            let (_, page) = page_after(&editor, &editor.form().await, &format!("place:{place}")).await;
            assert!(page.rfind("id=\"block-").unwrap() < page.find("id=\"add\" open").unwrap());
            let form = editor.press_and_see(&Form::read(&page), "add:button").await;
            expected.push("button".to_owned());
            assert_eq!(form.kinds(), expected);
        }
    }

    async fn an_item_of_the_library_goes_where_it_was_asked_for(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let item = NewItem {
            details: Details {
                kind: ItemKind::Podcast,
                title: "Når jorden brænder under lederen".to_owned(),
                summary: String::new(),
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
            addresses: vec!["https://lederweb.dk/153607".to_owned()],
        };
        let now = app.clock.now();
        let item = app.app.db.write(move |conn| Ok(library::store::insert(conn, &item, now)?)).await;
        let uuid = item.unwrap().uuid.to_string();
        let form = editor.form().await;
        let first = form.blocks().remove(0).0;
        let (_, page) = page_after(&editor, &form, &format!("place:{first}")).await;
        let library = format!("/library?after={first}");
        assert!(page.contains(&library));
        // Looking for it does not forget the place.
        let page = editor.get(&format!("{library}&q=jorden")).await.text().await.unwrap();
        let kept = format!("name=\"after\" value=\"{first}\"");
        assert_eq!(page.matches(&kept).count(), 3, "{page}");
        let picked = editor.browser.post(editor.path("/library"));
        let picked = picked.form(&[("item", &uuid), ("after", &first)]).send().await.unwrap();
        assert_eq!(picked.status(), StatusCode::SEE_OTHER);
        assert_eq!(editor.form().await.kinds()[1], "podcast");
    }

    async fn a_place_that_is_asked_for_while_something_is_wrong_is_kept(app: TestApp) {
        let editor = Editor::with(&app, IssueKind::Special, special_edition()).await;
        let mut form = editor.form().await;
        let first = form.blocks().remove(0).0;
        form.set(".url", "javascript:alert(1)");
        let answer = editor.press(&form, &format!("place:{first}")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let mut form = Form::read(&answer.text().await.unwrap());
        assert_eq!((form.get("after"), form.get(".url")), (first.as_str(), "javascript:alert(1)"));
        form.set(".url", "https://lederweb.dk");
        let form = editor.press_and_see(&form, "add:text").await;
        assert_eq!(form.kinds()[1], "text");
    }
}
