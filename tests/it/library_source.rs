//! A block and the library item that it was made from: the one changes, and the other says so.

use lederbrev::issues::content::BlockKind;
use lederbrev::library::Item;
use lederbrev::library::store::{self, Search};
use reqwest::StatusCode;

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;
use crate::composer::Editor;

async fn save(editor: &Editor<'_>, path: &str, title: &str, summary: &str) {
    let form = [
        ("kind", "podcast"),
        ("title", title),
        ("summary", summary),
        ("series", "Ørerne i maskinen"),
        ("number", "9"),
        ("addresses", "https://lederweb.example/9"),
    ];
    let answer = editor.browser.post(editor.app.url(path)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

async fn newest(editor: &Editor<'_>) -> Item {
    let search = Search { limit: 1, ..Search::default() };
    let found = editor.app.app.db.read(move |conn| Ok(store::search(conn, &search)?)).await;
    found.unwrap().remove(0)
}

const CHANGED: &str = "Kilden er ændret";

async fn save_project(editor: &Editor<'_>, path: &str, title: &str, address: &str) {
    let form = [("kind", "project"), ("title", title), ("group_2", "on"), ("addresses", address)];
    let answer = editor.browser.post(editor.app.url(path)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

both! {
    async fn a_list_of_projects_says_which_of_them_has_changed_and_takes_the_new_one(app: TestApp) {
        let editor = Editor::new(&app).await;
        save_project(&editor, "/admin/library", "Samspil", "https://lederweb.example/samspil").await;
        let item = newest(&editor).await;
        let form = editor.form().await;
        let form = editor.press_and_see(&form, &format!("library:{}", item.uuid)).await;
        let block = form.blocks()[0].0.clone();
        let mut form = editor.press_and_see(&form, &format!("add-project:{block}")).await;
        form.set(".projects.1.title", "Ledelse på distancen");
        editor.press_and_see(&form, "save").await;
        let path = format!("/admin/library/{}", item.uuid);
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        save_project(&editor, &path, "Samspil på tværs", "https://lederweb.example/samspil").await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains(CHANGED), "{page}");
        let titles = async || {
            let content = editor.content().await;
            let BlockKind::ProjectList(list) = &content.blocks[0].kind else { panic!("no list") };
            list.projects.iter().map(|project| project.title.to_string()).collect::<Vec<_>>()
        };
        let form = editor.form().await;
        editor.press(&form, &format!("update:{block}")).await;
        assert_eq!(titles().await, ["Samspil på tværs", "Ledelse på distancen"]);
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        // Or the own words stay.
        save_project(&editor, &path, "Samspil igen", "https://lederweb.example/samspil").await;
        assert!(editor.get("").await.text().await.unwrap().contains(CHANGED));
        let form = editor.form().await;
        editor.press(&form, &format!("keep:{block}")).await;
        assert_eq!(titles().await, ["Samspil på tværs", "Ledelse på distancen"]);
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
    }

    async fn a_block_says_that_its_source_has_changed_and_takes_the_new_one(app: TestApp) {
        let editor = Editor::new(&app).await;
        save(&editor, "/admin/library", "Når jorden brænder", "Om pres.").await;
        let item = newest(&editor).await;
        let path = format!("/admin/library/{}", item.uuid);
        let form = editor.form().await;
        let mut form = editor.press_and_see(&form, &format!("library:{}", item.uuid)).await;
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        form.set(".link_text", "Hør den");
        let form = editor.press_and_see(&form, "save").await;
        // Saving it as it was changes nothing; a new title does.
        save(&editor, &path, "Når jorden brænder", "Om pres.").await;
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        save(&editor, &path, "Når jorden brænder under lederen", "Om at stå fast.").await;
        let page = editor.get("").await.text().await.unwrap();
        assert!(page.contains(CHANGED) && page.contains("Hent det nye"), "{page}");
        let block = form.blocks()[0].0.clone();
        let updated = editor.press(&form, &format!("update:{block}")).await;
        assert_eq!(updated.status(), StatusCode::SEE_OTHER);
        let place = updated.headers()["location"].to_str().unwrap().to_owned();
        let card = |content: lederbrev::issues::Content| content.blocks[0].kind.card().unwrap().clone();
        let now = card(editor.content().await);
        assert_eq!(now.title.as_str(), "Når jorden brænder under lederen");
        assert_eq!((now.link_text.as_str(), now.teaser.to_markup().as_str()), ("Hør den", "Om at stå fast."));
        let page = editor.browser.get(app.url(&place)).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains(CHANGED) && page.contains("er hentet igen fra biblioteket"), "{page}");
        // Undone it is what it was, and says again that its source has changed.
        let undo = page.split("value=\"").find(|rest| rest.starts_with("revert:")).unwrap();
        let undo = undo.split('"').next().unwrap().to_owned();
        let form = editor.form().await;
        editor.press(&form, &undo).await;
        assert_eq!(card(editor.content().await).title.as_str(), "Når jorden brænder");
        assert!(editor.get("").await.text().await.unwrap().contains(CHANGED));
        // One's own is kept, until the source changes once more.
        let form = editor.form().await;
        editor.press(&form, &format!("keep:{block}")).await;
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        assert_eq!(card(editor.content().await).title.as_str(), "Når jorden brænder");
        save(&editor, &path, "En tredje titel", "Om at stå fast.").await;
        assert!(editor.get("").await.text().await.unwrap().contains(CHANGED));
    }

    async fn what_the_item_does_not_say_and_what_is_hidden_stays(app: TestApp) {
        let editor = Editor::new(&app).await;
        save(&editor, "/admin/library", "Når jorden brænder", "").await;
        let item = newest(&editor).await;
        let form = editor.form().await;
        let mut form = editor.press_and_see(&form, &format!("library:{}", item.uuid)).await;
        form.set(".teaser", "Vores egne ord.");
        let block = form.blocks()[0].0.clone();
        let form = editor.press_and_see(&form, &format!("hide:{block}")).await;
        save(&editor, &format!("/admin/library/{}", item.uuid), "En ny titel", "").await;
        editor.press_and_see(&form, &format!("update:{block}")).await;
        let stored = editor.content().await.blocks.remove(0);
        let card = stored.kind.card().unwrap();
        assert_eq!((card.title.as_str(), card.teaser.to_markup().as_str()), ("En ny titel", "Vores egne ord."));
        assert!(stored.hidden);
    }

    async fn a_block_without_a_source_cannot_be_updated(app: TestApp) {
        let editor = Editor::new(&app).await;
        let form = editor.form().await;
        let form = editor.press_and_see(&form, "add:article").await;
        let block = form.blocks()[0].0.clone();
        assert!(!editor.get("").await.text().await.unwrap().contains(CHANGED));
        let answer = editor.press(&form, &format!("update:{block}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }

    async fn what_belongs_together_is_offered_beside_the_block(app: TestApp) {
        let editor = Editor::new(&app).await;
        save(&editor, "/admin/library", "Om bogen", "").await;
        let article = newest(&editor).await;
        let form = [("kind", "publication"), ("title", "Ledelse tæt på")];
        editor.browser.post(app.url("/admin/library")).form(&form).send().await.unwrap();
        let about = app.url(&format!("/admin/library/{}/about", article.uuid));
        editor.browser.post(about).form(&[("about", "Ledelse tæt på")]).send().await.unwrap();
        let form = editor.form().await;
        let answer = editor.press(&form, &format!("library:{}", article.uuid)).await;
        let place = app.url(answer.headers()["location"].to_str().unwrap());
        let page = editor.browser.get(&place).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Også om emnet") && page.contains("Indsæt »Ledelse tæt på«"), "{page}");
        let also = page.split("Også om emnet").nth(1).unwrap();
        let also = also.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = editor.form().await;
        editor.press(&form, &also).await;
        assert_eq!(editor.content().await.blocks.len(), 2);
        let page = editor.browser.get(&place).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("Også om emnet"), "both are there: {page}");
    }
}

#[actix_web::test]
async fn a_changed_source_is_seen_in_a_browser() {
    let app = TestApp::sqlite().await;
    let editor = Editor::new(&app).await;
    save(&editor, "/admin/library", "Når jorden brænder", "Om pres.").await;
    let item = newest(&editor).await;
    let form = editor.form().await;
    editor.press(&form, &format!("library:{}", item.uuid)).await;
    save(&editor, &format!("/admin/library/{}", item.uuid), "Ny titel", "Om at stå fast.").await;
    let browser = Browser::open(&app).await;
    browser.sign_in(lederbrev::staff::Role::Admin).await;
    browser.console_errors().await;
    browser.goto(&format!("/admin/issues/{}", editor.issue.uuid)).await;
    browser.click(".block summary").await;
    browser.axe().await;
    browser.screenshot("composer-source-changed").await;
    browser.dark(true).await;
    browser.resize(375).await;
    browser.axe().await;
    browser.screenshot("composer-source-changed-narrow").await;
    browser.dark(false).await;
    browser.resize(1280).await;
    browser.click("[id^=update-]").await;
    browser.wait_for("#undo").await;
    browser.axe().await;
    browser.fits_a_narrow_screen().await;
    browser.no_console_errors().await;
    browser.close().await;
}
