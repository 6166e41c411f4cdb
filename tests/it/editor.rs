//! An editor with the form of an issue, as a browser without JavaScript has it: read it, change it,
//! press a button.

use lederbrev::db::DbConn;
use lederbrev::issues::compose::{self, NewIssue};
use lederbrev::issues::content::BlockKind;
use lederbrev::issues::preflight::examine;
use lederbrev::issues::{Content, Issue, IssueKind, store};
use lederbrev::staff::{self, Role};
use reqwest::{Client, Response, StatusCode};

use crate::app::{TestApp, browser};
use crate::sending::{Reader, readers};

/// The example: the special edition on the core task.
pub fn special_edition() -> Content {
    let json = include_str!("../../assets/demo/special_kerneopgaven.json");
    Content::read(&serde_json::from_str(json).unwrap()).unwrap()
}

/// The same without its events, which are over on later days.
pub fn special_edition_without_events() -> Content {
    let mut content = special_edition();
    content.blocks.retain(|block| !matches!(block.kind, BlockKind::Event(_)));
    content
}

/// An editor with an issue open.
pub struct Editor<'a> {
    pub app: &'a TestApp,
    pub browser: Client,
    pub issue: Issue,
}

/// A form as a browser would send it.
#[derive(Clone, Debug, PartialEq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// Reads the fields of the first form that holds `revision`.
    pub fn read(html: &str) -> Self {
        let start = html.find("<form method=\"post\" action=\"/admin/issues/").expect("a form");
        let html = &html[start..start + html[start..].find("</form>").unwrap()];
        let mut fields = Vec::new();
        let mut rest = html;
        let is_field =
            |tag: &str| ["<input", "<textarea", "<select"].iter().any(|t| tag.starts_with(t));
        while let Some((at, _)) = rest.match_indices('<').find(|(at, _)| is_field(&rest[*at..])) {
            rest = &rest[at..];
            let (tag, inside) = rest.split_once('>').unwrap();
            let name = attribute(tag, "name").unwrap_or_default();
            let is_tick = tag.contains("type=\"checkbox\"");
            let value = if tag.starts_with("<textarea") {
                let text = inside.split_once("</textarea>").unwrap().0;
                unescape(text.strip_prefix('\n').unwrap_or(text))
            } else if tag.starts_with("<select") {
                let options = inside.split_once("</select>").unwrap().0;
                let selected = options.split("<option").find(|option| option.contains(" selected"));
                attribute(selected.unwrap(), "value").unwrap()
            } else {
                attribute(tag, "value").unwrap_or_default()
            };
            if !is_tick || tag.contains(" checked") {
                fields.push((name, value));
            }
            rest = inside;
        }
        Self(fields)
    }

    /// The value of a field; the name may be its end, such as `.title`.
    pub fn get(&self, end: &str) -> &str {
        let found = self.0.iter().find(|(name, _)| name.ends_with(end));
        &found.unwrap_or_else(|| panic!("no field {end} in {self:?}")).1
    }

    /// Types into a field.
    pub fn set(&mut self, end: &str, value: &str) -> &mut Self {
        match self.0.iter_mut().find(|(name, _)| name.ends_with(end)) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((end.to_owned(), value.to_owned())),
        }
        self
    }

    /// The ids and kinds of the blocks, in the order of the page.
    pub fn blocks(&self) -> Vec<(String, String)> {
        let kinds = self.0.iter().filter(|(name, _)| name.ends_with(".kind"));
        kinds
            .map(|(name, kind)| (name.split('.').nth(1).unwrap().to_owned(), kind.clone()))
            .collect()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.blocks().into_iter().map(|(_, kind)| kind).collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescape(rest.split_once('"')?.0))
}

fn unescape(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

impl<'a> Editor<'a> {
    /// Signs in and makes an issue.
    pub async fn with(app: &'a TestApp, kind: IssueKind, content: Content) -> Self {
        let browser = app.signed_in(Role::Editor).await;
        let newsletter = app.newsletter().await;
        let new = NewIssue { newsletter, kind, content };
        let issue = compose::create(&app.app, new, "editor@lederweb.example").await.unwrap();
        Self { app, browser, issue }
    }

    /// With an empty ordinary issue.
    pub async fn new(app: &'a TestApp) -> Self {
        Self::with(app, IssueKind::Ordinary, Content::default()).await
    }

    pub fn path(&self, rest: &str) -> String {
        self.app.url(&format!("/admin/issues/{}{rest}", self.issue.uuid))
    }

    pub async fn get(&self, rest: &str) -> Response {
        self.browser.get(self.path(rest)).send().await.unwrap()
    }

    /// The same editor with a copy of the issue open.
    pub async fn copy(&self) -> Self {
        let issue = compose::duplicate(&self.app.app, self.issue.uuid, "editor@lederweb.example");
        Self { app: self.app, browser: self.browser.clone(), issue: issue.await.unwrap() }
    }

    /// The same editor with another issue of the same newsletter open.
    pub async fn another(&self, kind: IssueKind) -> Self {
        let newsletter = self.issue.newsletter;
        let content =
            if kind == IssueKind::Special { special_edition() } else { Content::default() };
        let new = NewIssue { newsletter, kind, content };
        let issue = compose::create(&self.app.app, new, "editor@lederweb.example");
        Self { app: self.app, browser: self.browser.clone(), issue: issue.await.unwrap() }
    }

    /// The same editor with an ordinary issue of the same newsletter open, that says this.
    pub async fn with_newsletter(editor: &Self, content: Content) -> Self {
        let newsletter = editor.issue.newsletter;
        let new = NewIssue { newsletter, kind: IssueKind::Ordinary, content };
        let issue = compose::create(&editor.app.app, new, "editor@lederweb.example").await;
        Self { app: editor.app, browser: editor.browser.clone(), issue: issue.unwrap() }
    }

    /// Gives the newsletter some active subscribers: without recipients nothing is sent.
    pub async fn readers(&self, count: usize) -> Vec<Reader> {
        let (newsletter, now) = (self.issue.newsletter, self.app.clock.now());
        let insert = move |conn: &mut DbConn| Ok(readers(conn, newsletter, count, now)?);
        self.app.app.db.write(insert).await.unwrap()
    }

    /// Presses a button of the page on which an issue is planned, or approved, as somebody who has
    /// read the page: every warning is ticked, and the number of recipients is typed.
    pub async fn act(&self, form: &[(&str, &str)]) -> Response {
        let is_review = form.iter().any(|(_, value)| ["approve", "return"].contains(value));
        let path = if is_review { "/review" } else { "/schedule" };
        let page = self.get(path).await.text().await.unwrap();
        let mut form: Vec<(String, String)> =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for tag in page.split("<input") {
            let name = attribute(tag, "name").unwrap_or_default();
            if ["seen", "rendition", "recipients"].contains(&&*name) {
                form.push((name, attribute(tag, "value").unwrap()));
            }
        }
        let plans = form.iter().any(|(_, value)| ["schedule", "send-now"].contains(&&**value));
        if plans && !form.iter().any(|(name, _)| name == "number") {
            let examined = examine(&self.app.app, self.issue.uuid, None).await.unwrap();
            form.push(("number".to_owned(), examined.audience.to_string()));
        }
        let answer = self.browser.post(self.path(path)).form(&form).send().await.unwrap();
        if !plans || answer.status() != StatusCode::UNPROCESSABLE_ENTITY {
            return answer;
        }
        // What the time brings with it is only said when the time is known: it is ticked, too.
        let url = self.path(path);
        let page = answer.text().await.unwrap();
        form.extend(
            page.split("<input")
                .filter(|tag| attribute(tag, "name").as_deref() == Some("seen"))
                .map(|tag| ("seen".to_owned(), attribute(tag, "value").unwrap())),
        );
        self.browser.post(url).form(&form).send().await.unwrap()
    }

    /// Posts to the page on which an issue is planned, and nothing but this.
    pub async fn post(&self, form: &(impl serde::Serialize + ?Sized)) -> Response {
        self.browser.post(self.path("/schedule")).form(form).send().await.unwrap()
    }

    pub async fn form(&self) -> Form {
        Form::read(&self.get("").await.text().await.unwrap())
    }

    /// Presses a button of the form.
    pub async fn press(&self, form: &Form, button: &str) -> Response {
        let mut fields = form.0.clone();
        fields.push(("do".to_owned(), button.to_owned()));
        self.browser.post(self.path("")).form(&fields).send().await.unwrap()
    }

    /// Presses a button that leads back to the form, and returns the form then.
    pub async fn press_and_see(&self, form: &Form, button: &str) -> Form {
        let answer = self.press(form, button).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{button}");
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        let page = self.browser.get(self.app.url(&to)).send().await.unwrap();
        Form::read(&page.text().await.unwrap())
    }

    /// The content that is stored.
    pub async fn content(&self) -> Content {
        let uuid = self.issue.uuid;
        self.app.app.db.read(move |conn| Ok(compose::open(conn, uuid)?.content)).await.unwrap()
    }

    /// The numbers of the revisions that are stored.
    pub async fn revisions(&self) -> Vec<i32> {
        let id = self.issue.id;
        let all = self.app.app.db.read(move |conn| Ok(store::revisions(conn, id)?)).await.unwrap();
        all.into_iter().map(|revision| revision.number).collect()
    }

    /// Another editor, who looks at the same issue.
    pub async fn colleague(&self) -> Self {
        let link =
            staff::add::add(&self.app.app, "bo@lederweb.example", "Bo Krag", Role::Editor, "test");
        let browser = browser();
        browser.post(link.await.unwrap().link).send().await.unwrap();
        Self { app: self.app, browser, issue: self.issue.clone() }
    }
}
