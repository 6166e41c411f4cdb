//! One's own page in a real browser: light and dark, wide and at 320 pixels, by keyboard alone.

use crate::app::TestApp;
use crate::browser::{Browser, NARROWEST, PHONE, WIDE};
use crate::personal::ANNE;

const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";

impl Browser<'_> {
    /// Looks at the page that is open in every way.
    async fn is_fine(&self, name: &str) {
        for (width, dark) in [(WIDE, false), (PHONE, true), (NARROWEST, false)] {
            self.resize(width).await;
            self.dark(dark).await;
            self.axe().await;
            assert_eq!(self.too_wide().await, "", "{name} at {width}");
            let scheme = if dark { "dark" } else { "light" };
            self.screenshot(&format!("own-{name}-{width}-{scheme}")).await;
        }
        self.resize(WIDE).await;
        self.dark(false).await;
        self.no_console_errors().await;
    }

    /// Presses Tab until something with this text has the focus, and then Enter.
    async fn press_by_keyboard(&self, text: &str) {
        for _ in 0..80 {
            let focused = self.run("return document.activeElement.textContent.trim()").await;
            if focused.as_str() == Some(text) {
                let element = self.client.active_element().await.unwrap();
                element.send_keys(ENTER).await.unwrap();
                return;
            }
            self.client.active_element().await.unwrap().send_keys(TAB).await.unwrap();
        }
        panic!("nothing says {text}");
    }
}

#[actix_web::test]
async fn ones_own_page_is_for_everybody_from_the_mail_to_the_receipt() {
    let app = TestApp::sqlite().await;
    let browser = Browser::open(&app).await;
    app.newsletter_that_measures().await;
    app.another_newsletter().await;
    let form =
        [("email", ANNE), ("name", "Anne Holm"), ("consent", "yes"), ("tracking_consent", "yes")];
    app.post("/subscribe/lederweb", &form).await;
    let confirm = app.mailed(ANNE, "/confirm/").await;
    app.post(&confirm, &[]).await;

    browser.goto(&app.preferences(ANNE).await).await;
    browser.is_fine("preferences").await;
    browser.goto("/my-page").await;
    browser.is_fine("ask").await;
    browser.fill("#email", "anne").await;
    browser.click("main form button").await;
    browser.wait_for(".error-summary").await;
    // That the browser notes the answer 422.
    browser.console_errors().await;
    browser.is_fine("ask-wrong").await;
    browser.fill("#email", ANNE).await;
    browser.press_by_keyboard("Send mig et link").await;
    browser.wait_for("main ul").await;
    browser.is_fine("check").await;
    let link = app.mailed(ANNE, "/my-page/enter/").await;
    browser.goto(&link).await;
    browser.is_fine("enter").await;
    browser.press_by_keyboard("Åbn min side").await;
    browser.wait_for("#newsletter-lederweb").await;
    browser.is_fine("page").await;
    browser.press_by_keyboard("Tilmeld dig Ledelse nu").await;
    browser.wait_for(".toast").await;
    browser.is_fine("page-both").await;
    browser.press_by_keyboard("Hold pause").await;
    browser.wait_for(".chip.paused").await;
    browser.is_fine("page-paused").await;
    for (path, name) in [
        ("/my-page/data", "data"),
        ("/my-page/receipt/1", "receipt"),
        ("/my-page/address", "address"),
        ("/my-page/erase", "erase"),
    ] {
        browser.goto(path).await;
        browser.is_fine(name).await;
    }
    browser.goto("/my-page/receipt/1").await;
    browser.print(true).await;
    browser.screenshot("own-receipt-printed").await;
    browser.print(false).await;
    browser.goto("/my-page/address").await;
    browser.fill("#email", "anne").await;
    browser.press_by_keyboard("Send mail til den nye adresse").await;
    browser.wait_for("main .field-error").await;
    browser.console_errors().await;
    browser.is_fine("address-wrong").await;
    browser.fill("#email", "anne@odense.example").await;
    browser.press_by_keyboard("Send mail til den nye adresse").await;
    browser.wait_for("main ul").await;
    browser.is_fine("address-asked").await;
    let new = app.mailed("anne@odense.example", "/my-page/address/").await;
    browser.goto(&new).await;
    browser.is_fine("address-confirm").await;
    browser.goto("/my-page/erase").await;
    browser.press_by_keyboard("Slet alt om mig").await;
    browser.wait_for("main h2").await;
    assert_eq!(browser.text("h1").await, "Du er slettet");
    browser.is_fine("erased").await;
    browser.goto(&new).await;
    assert_eq!(browser.text("h1").await, "Siden findes ikke");
    browser.close().await;
}
