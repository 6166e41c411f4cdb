//! What is entered by hand for the yearly note: figures of the other channels, and activities.

use lederbrev::reports::store;
use lederbrev::staff::Role;
use reqwest::{Client, StatusCode};

use crate::app::TestApp;
use crate::both;
use crate::browser::Browser;

async fn text(client: &Client, url: &str) -> String {
    client.get(url).send().await.unwrap().text().await.unwrap()
}

const SHEET: &str = "Tal for;Dag;Værdi;Enhed;Kilde;Første dag;Kanal;Databrud\n\
    Følgere på Facebook;01-11-2016;4.117;følgere;Facebook;;sociale medier;\n\
    Følgere på Facebook;01-11-2017;4.544;følgere;Facebook;;sociale medier;\n\
    Besøg på Lederweb;31-12-2016;80.952;besøg;statistik;01-01-2016;websted;\n\
    Besøg på Lederweb;01-11-2017;95.958;besøgende;statistik;01-01-2017;websted;\n\
    Følgere på LinkedIn;01-11-2016;7.161;følgere;LinkedIn;;sociale medier;\n\
    Følgere på LinkedIn;01-11-2017;8.795;følgere;LinkedIn;;sociale medier;Ny side fra juni\n\
    Følgere på Twitter;engang;2.349;følgere;Twitter;;sociale medier;\n";

both! {
    async fn a_sheet_is_judged_first_and_then_taken_without_the_lines_that_are_wrong(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let url = app.url("/admin/figures/import");
        let post = async |step: &str, rows: &str| {
            let form = [("do", step), ("rows", rows)];
            editor.post(&url).form(&form).send().await.unwrap().text().await.unwrap()
        };
        let judged = post("check", SHEET).await;
        assert!(judged.contains("7 linjer, hvoraf 6 kan bruges"), "{judged}");
        assert!(judged.contains("Skriv dagen som 2017-11-01"));
        assert!(text(&editor, &app.url("/admin/figures")).await.contains("Der er ingen tal endnu"));
        assert!(post("import", SHEET).await.contains("6 tal er hentet"));
        let page = text(&editor, &app.url("/admin/figures")).await;
        assert!(page.contains("+427 (+10,4 %)"), "{page}");
        assert!(page.matches("databrud").count() == 2, "another unit, and the words of a person");
        assert!(!page.contains("18,5 %") && !page.contains("+22,8 %"), "nothing is compared across a break");
        assert!(page.contains("ikke opgjort"), "what comes first has nothing before it");

        // A second time nothing is new; another value corrects.
        // By the heading that the column had before.
        let sheet = SHEET.replace("4.544", "4.545").replace("Databrud", "Brud i serien");
        let again = post("import", &sheet).await;
        assert!(again.contains("1 tal er hentet"), "{again}");
        let page = text(&editor, &app.url("/admin/figures")).await;
        assert!(page.contains("<del>4.544</del>") && page.contains("4.545"));
    }

    async fn a_figure_that_is_taken_back_stays_as_a_row_and_counts_no_more(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let form = [("do", "import"), ("rows", SHEET)];
        editor.post(app.url("/admin/figures/import")).form(&form).send().await.unwrap();
        let all = app.app.db.read(|conn| Ok(store::figures::all(conn)?)).await.unwrap();
        let figure = all.iter().find(|figure| figure.said.value == 4_544).unwrap();
        let url = app.url(&format!("/admin/figures/{}/take-back", figure.uuid));
        let done = editor.post(&url).send().await.unwrap();
        assert_eq!(done.status(), StatusCode::SEE_OTHER);
        let page = text(&editor, &app.url("/admin/figures")).await;
        assert!(page.contains("<del>4.544</del>") && page.contains("trukket tilbage"), "{page}");
        assert!(!page.contains("+427"));
        assert_eq!(editor.post(&url).send().await.unwrap().status(), StatusCode::CONFLICT);
        let reader = app.signed_in(Role::Reader).await;
        assert_eq!(reader.post(&url).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        let after = app.app.db.read(|conn| Ok(store::figures::all(conn)?)).await.unwrap();
        assert_eq!(after.len(), all.len() + 1, "no row is lost");
    }

    async fn an_activity_is_corrected_by_another_row_and_can_be_taken_back(app: TestApp) {
        let editor = app.signed_in(Role::Editor).await;
        let list = app.url("/admin/activities");
        let form = |title: &'static str, day: &'static str| {
            [
                ("kind", "media"),
                ("title", title),
                ("sort", "kronik"),
                ("place", "Danske Kommuner"),
                ("day", day),
                ("source", "statusnotat 2017"),
            ]
        };
        let wrong = editor.post(&list).form(&form("", "i maj")).send().await.unwrap();
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = wrong.text().await.unwrap();
        assert!(page.contains(r##"href="#title""##) && page.contains(r##"href="#day""##), "{page}");
        let title = "Ledelseskommission – lær af <b>praksis</b>";
        let made = editor.post(&list).form(&form(title, "2017-05")).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let page = text(&editor, &list).await;
        assert!(page.contains("maj 2017") && !page.contains("<b>praksis"), "{page}");

        let standing = async || {
            app.app.db.read(|conn| Ok(store::activities::standing(conn)?)).await.unwrap()
        };
        let first = app.url(&format!("/admin/activities/{}", standing().await[0].uuid));
        let title = "Ledelseskommission – lær af praksis";
        let corrected = editor.post(&first).form(&form(title, "2017-05-02")).send().await.unwrap();
        assert_eq!(corrected.status(), StatusCode::SEE_OTHER);
        let now = standing().await;
        assert_eq!((now.len(), now[0].said.day.to_string().as_str()), (1, "2017-05-02"));
        let again = editor.post(&first).form(&form("Anden titel", "2017")).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::CONFLICT, "somebody else was first");

        let second = app.url(&format!("/admin/activities/{}", now[0].uuid));
        let page = text(&editor, &second).await;
        assert!(page.contains("<del>Ledelseskommission – lær af &#60;b&#62;praksis"), "{page}");
        let back = editor.post(&second).form(&[("do", "take-back")]).send().await.unwrap();
        assert_eq!(back.status(), StatusCode::SEE_OTHER);
        assert!(standing().await.is_empty());
        let rows = app.app.db.read(|conn| Ok(store::activities::all(conn)?)).await.unwrap();
        assert_eq!(rows.len(), 3);
    }
}

#[actix_web::test]
async fn figures_and_activities_can_be_entered_by_everybody() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    browser.sign_in(Role::Editor).await;
    browser.goto("/admin/figures/import").await;
    browser.is_accessible_everywhere("figures-import").await;
    browser.fill("#rows", SHEET).await;
    browser.click("button[value=check]").await;
    browser.wait_for("#verdicts").await;
    browser.is_accessible_everywhere("figures-import-checked").await;
    browser.click("button[value=import]").await;
    browser.wait_for(".notice.done").await;
    browser.goto("/admin/figures").await;
    browser.is_accessible_everywhere("figures").await;
    browser.goto("/admin/activities").await;
    for (field, words) in [
        ("#title", "Det afgørende samspil med din chef"),
        ("#sort", "kronik"),
        ("#place", "Danske Kommuner"),
        ("#day", "2017-02-23"),
        ("#source", "statusnotat 2017"),
    ] {
        browser.fill(field, words).await;
    }
    browser.click("main form .button").await;
    browser.wait_for("#kind-media").await;
    browser.is_accessible_everywhere("activities").await;
    browser.click("tbody a").await;
    browser.wait_for("#activity-correct").await;
    browser.is_accessible_everywhere("activity").await;
    browser.no_console_errors().await;
    browser.close().await;
}
