//! A real browser: Debian's chromium through chromedriver, one driver for the suite.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use lederbrev::staff::{self, Role};
use serde_json::{Value, json};

use crate::app::TestApp;

const INSTALL: &str =
    "the browser is missing: apt-get install --no-install-recommends chromium chromium-driver";

/// WCAG 2.2 AA and all it stands on.
const RULES: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// Those that look at colours.
const COLOUR_RULES: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// What a wide screen and a phone show, and the narrowest page that WCAG asks for.
pub const WIDE: u32 = 1280;
/// A phone.
pub const PHONE: u32 = 375;
/// WCAG 1.4.10: no sideways scrolling down to this width.
pub const NARROWEST: u32 = 320;

/// The driver's address; it is started once, on a free port, and ends with the suite.
fn driver() -> &'static str {
    static DRIVER: OnceLock<String> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
        assert!(has("chromium") && has("chromedriver"), "{INSTALL}");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut driver = Command::new("setpriv");
        // It ends with the thread that started it, and that one lives as long as the suite.
        driver
            .args(["--pdeathsig=TERM", "--", "chromedriver", &format!("--port={port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        std::thread::Builder::new()
            .name("chromedriver".to_owned())
            .spawn(move || driver.spawn().unwrap().wait())
            .unwrap();
        format!("http://127.0.0.1:{port}")
    })
}

/// A window of the browser, looking at a running app, asking for Danish.
pub struct Browser<'a> {
    /// The driver's client, for what this helper does not know.
    pub client: Client,
    app: &'a TestApp,
}

impl<'a> Browser<'a> {
    /// A wide window.
    pub async fn open(app: &'a TestApp) -> Self {
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=da",
        ];
        let capabilities = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "args": flags,
                "prefs": { "intl.accept_languages": "da-DK,da" },
            },
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().unwrap().clone());
        let mut tries = 0;
        let client = loop {
            match builder.connect(driver()).await {
                Ok(client) => break client,
                Err(error) if tries == 200 => panic!("no browser: {error}"),
                Err(_) => tries += 1,
            }
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        };
        let browser = Self { client, app };
        browser.resize(WIDE).await;
        browser
    }

    /// The width of the page in CSS pixels; windows have a smallest width, emulated screens none.
    pub async fn resize(&self, width: u32) {
        let screen = json!({
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
        });
        self.command("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// Asks pages for dark colours, or for light ones.
    pub async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Shows pages as they are printed, or as they are on a screen.
    pub async fn print(&self, print: bool) {
        let media = json!({ "media": if print { "print" } else { "" } });
        self.command("Emulation.setEmulatedMedia", media).await;
    }

    /// A command of the browser's own protocol, which goes by chromedriver's side door.
    async fn command(&self, name: &str, parameters: Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let address = format!("{}/session/{session}/goog/cdp/execute", driver());
        let body = json!({ "cmd": name, "params": parameters });
        let answer = self.app.client.post(address).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{name}: {answer}");
        answer["value"].clone()
    }

    /// Signs somebody with this role in, the way a newcomer is: by the link's button.
    pub async fn sign_in(&self, role: Role) {
        let email = format!("{role}@lederweb.example");
        let link =
            staff::add::add(&self.app.app, &email, "Mette Lund", role, "test").await.unwrap();
        self.goto(&link.link).await;
        self.click("main button").await;
        self.wait_for(".staff-header").await;
    }

    /// Opens a path of the app.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&self.app.url(path)).await.unwrap();
    }

    /// Waits until something is on the page, ten seconds at most.
    pub async fn wait_for(&self, css: &str) -> fantoccini::elements::Element {
        let wait = self.client.wait().at_most(Duration::from_secs(10));
        match wait.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css}: {error}\n{}", self.text("body").await),
        }
    }

    /// Presses the first that matches.
    pub async fn click(&self, css: &str) {
        if let Err(error) = self.wait_for(css).await.click().await {
            self.screenshot("not-pressed").await;
            panic!("{css} cannot be pressed: {error}");
        }
    }

    /// Writes into a field in place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.wait_for(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What a reader sees of the first that matches; nothing when nothing does.
    pub async fn text(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap(),
            Err(_) => String::new(),
        }
    }

    /// Runs a script's body and returns what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Fails when the page breaks a rule of WCAG 2.2 AA, and says where.
    pub async fn axe(&self) {
        let findings = self.axe_findings().await;
        let address = self.client.current_url().await.unwrap();
        assert!(findings.is_empty(), "{address} breaks WCAG:\n{findings}");
    }

    /// Fails when a state of a page breaks a rule of WCAG 2.2 AA in light or dark colours, on a wide
    /// screen or a phone, or is too wide for a narrow one. Leaves pictures, and a wide light page.
    pub async fn is_accessible_everywhere(&self, name: &str) {
        for (width, dark) in [(PHONE, false), (PHONE, true), (WIDE, true), (WIDE, false)] {
            self.resize(width).await;
            self.dark(dark).await;
            // A bar that stays at the top hides a part of what is scrolled below it.
            self.run("scrollTo(0, 0)").await;
            let findings = self.findings_in(dark).await;
            assert!(findings.is_empty(), "{name}, {width} pixels, dark {dark}:\n{findings}");
            let scheme = if dark { "dark" } else { "light" };
            self.screenshot(&format!("{name}-{width}-{scheme}")).await;
        }
        self.fits_a_narrow_screen().await;
        self.resize(WIDE).await;
    }

    /// The broken rules, a paragraph each.
    pub async fn axe_findings(&self) -> String {
        self.findings(json!(RULES)).await
    }

    /// The broken rules among those that ask for colours: all that dark ones can change.
    async fn colour_findings(&self) -> String {
        self.findings(json!({ "type": "rule", "values": COLOUR_RULES })).await
    }

    /// All rules in light colours; in dark ones, those that ask for colours.
    pub async fn findings_in(&self, dark: bool) -> String {
        if dark { self.colour_findings().await } else { self.axe_findings().await }
    }

    async fn findings(&self, rules: Value) -> String {
        if self.run("return typeof axe").await == "undefined" {
            self.run(include_str!("../vendor/axe.min.js")).await;
        }
        let run = format!(
            "const done = arguments[arguments.length - 1];
             axe.run(document, {{ runOnly: {} }}).then(
               result => done(result.violations.map(rule => rule.id + ': ' + rule.help + '\\n' +
                 rule.nodes.map(node => '  ' + node.target.join(' ') + '\\n    ' + node.html +
                   '\\n    ' + node.failureSummary.replaceAll('\\n', '\\n    ')).join('\\n'))
                 .join('\\n')),
               error => done('axe failed: ' + error));",
            rules
        );
        let findings = self.client.execute_async(&run, vec![]).await.unwrap();
        findings.as_str().unwrap().to_owned()
    }

    /// Fails when a page scrolls sideways at 320 pixels; leaves the width there.
    pub async fn fits_a_narrow_screen(&self) {
        self.resize(NARROWEST).await;
        let too_wide = self.too_wide().await;
        let address = self.client.current_url().await.unwrap();
        assert!(too_wide.is_empty(), "{address} scrolls sideways: {too_wide}");
    }

    /// What sticks out of the page sideways; nothing when the page fits.
    pub async fn too_wide(&self) -> String {
        let script = "const page = document.documentElement;
            if (page.scrollWidth <= page.clientWidth) return '';
            const inside = element => element && (
              getComputedStyle(element).overflowX !== 'visible' || inside(element.parentElement));
            return page.scrollWidth + ' pixels: ' + [...document.querySelectorAll('body *')]
              .filter(e => e.getBoundingClientRect().right > page.clientWidth + 1
                && !inside(e.parentElement))
              .map(e => e.outerHTML.slice(0, 100)).join(' | ');";
        self.run(script).await.as_str().unwrap().to_owned()
    }

    /// Fails when the browser complained: a blocked script or style, an error in a script, a file
    /// that is not there. Forgets what it has read.
    pub async fn no_console_errors(&self) {
        let errors = self.console_errors().await;
        assert!(errors.is_empty(), "the browser complains: {errors:#?}");
    }

    /// What the browser has complained about since the last time.
    pub async fn console_errors(&self) -> Vec<String> {
        let session = self.client.session_id().await.unwrap().unwrap();
        let address = format!("{}/session/{session}/se/log", driver());
        let body = json!({ "type": "browser" });
        let answer = self.app.client.post(address).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let entries = answer["value"].as_array().unwrap();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Takes a picture of the whole page into `screenshots/` of the test's temporary folder, when
    /// somebody wants to look at them (`SCREENSHOTS=1`): taking them is a good part of the work.
    pub async fn screenshot(&self, name: &str) {
        if std::env::var_os("SCREENSHOTS").is_none() {
            return;
        }
        let picture = json!({ "captureBeyondViewport": true });
        let answer = self.command("Page.captureScreenshot", picture).await;
        let picture = answer["data"].as_str().unwrap();
        let picture = data_encoding::BASE64.decode(picture.as_bytes()).unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Closes the window. A test that fails leaves it to the driver, which ends with the suite.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
