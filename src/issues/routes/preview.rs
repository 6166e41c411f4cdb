//! `/admin/issues/{id}/preview`: an issue as its readers get it.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, Result};
use crate::issues::compose::{self, Composition};
use crate::issues::html::Html;
use crate::issues::store::{self, TestGroup};
use crate::issues::{Issue, freeze, preview, web_version};
use crate::newsletters::Newsletter;
use crate::staff::Staff;
use crate::web::{Page, html};

/// How the preview is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// As a wide mail program shows it.
    #[default]
    Desktop,
    /// 375 pixels wide.
    Phone,
    /// As a dark mail program shows it.
    Dark,
    /// As a mail program shows it that turns all colours around.
    Forced,
    /// With pictures kept back, as many mail programs do at first.
    Unpictured,
    /// The text part.
    Text,
    /// The web version.
    Web,
}

impl View {
    const ALL: [Self; 7] = [
        Self::Desktop,
        Self::Phone,
        Self::Dark,
        Self::Forced,
        Self::Unpictured,
        Self::Text,
        Self::Web,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Dark => "dark",
            Self::Forced => "forced",
            Self::Unpictured => "unpictured",
            Self::Text => "text",
            Self::Web => "web",
        }
    }

    /// The document that it shows.
    fn document(self) -> &'static str {
        match self {
            Self::Desktop | Self::Phone | Self::Forced => "html?",
            Self::Dark => "html?dark=1&",
            Self::Unpictured => "html?pictures=off&",
            Self::Text => "text?",
            Self::Web => "web?",
        }
    }
}

#[derive(Template)]
#[template(path = "issues/pages/preview.html")]
struct PreviewPage {
    page: Page,
    issue: Issue,
    name: String,
    subject: String,
    view: View,
    views: [View; 7],
    reader: Reader,
    readers: [Reader; 2],
    /// The issues of the newsletter made right before and after it.
    before: Option<Issue>,
    after: Option<Issue>,
    email: String,
    newsletter: Newsletter,
    groups: Vec<TestGroup>,
    test_error: Option<String>,
    test_to: String,
    test_whom: String,
    may_edit: bool,
}

/// As whom it is shown. Nothing else of a reader changes the mail: not the group, and the language
/// is the newsletter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// With the name of whoever looks.
    #[default]
    Named,
    /// As somebody whose name is not known.
    Unnamed,
}

impl Reader {
    const ALL: [Self; 2] = [Self::Named, Self::Unnamed];

    fn word(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Unnamed => "unnamed",
        }
    }

    fn name(self, staff: &Staff) -> &str {
        if self == Self::Named { &staff.name } else { "" }
    }
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    view: View,
    #[serde(default)]
    reader: Reader,
}

/// `GET /admin/issues/{id}/preview`
pub async fn page(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (composition, groups, (before, after)) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            let groups = store::test_groups(conn, composition.newsletter.id)?;
            let beside = store::beside(conn, &composition.issue)?;
            Ok((composition, groups, beside))
        })
        .await?;
    let page = Page::new(&request);
    let mail = preview::mail(&app, &composition, asked.reader.name(&staff))?;
    let Composition { issue, newsletter, .. } = composition;
    let name = match issue.subject.is_empty() {
        true => page.t("issue-untitled"),
        false => issue.subject.clone(),
    };
    html(&PreviewPage {
        may_edit: page.is("editor admin"),
        page,
        issue,
        name,
        subject: mail.subject,
        view: asked.view,
        views: View::ALL,
        reader: asked.reader,
        readers: Reader::ALL,
        before,
        after,
        email: staff.email,
        newsletter,
        groups,
        test_error: None,
        test_to: String::new(),
        test_whom: String::new(),
    })
}

/// What the address of a document says.
#[derive(Deserialize)]
pub struct Version {
    /// An older revision.
    revision: Option<i32>,
    dark: Option<String>,
    /// `off` keeps pictures back.
    pictures: Option<String>,
    #[serde(default)]
    reader: Reader,
}

#[derive(Template)]
#[template(path = "issues/pages/preview_web.html")]
struct WebDocument {
    lang: crate::web::Lang,
    subject: String,
    theme: String,
    web: Html,
}

/// `GET /admin/issues/{id}/preview/{form}`: `html`, `text`, `web`, and `theme.css` for it. Each is
/// a document with a policy of its own.
pub async fn document(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
    version: web::Query<Version>,
) -> Result<HttpResponse> {
    let ((id, form), version) = (path.into_inner(), version.into_inner());
    let composition = app.db.read(move |conn| open_at(conn, id, version.revision)).await?;
    let name = version.reader.name(&staff);
    let (kind, policy, body) = match form.as_str() {
        "html" => {
            let html = preview::mail(&app, &composition, name)?.html;
            let html = if version.dark.is_some() { preview::darkened(&html) } else { html };
            let policy = match version.pictures.as_deref() {
                Some("off") => preview::UNPICTURED_POLICY,
                _ => preview::MAIL_POLICY,
            };
            ("text/html; charset=utf-8", policy, html)
        }
        "text" => {
            let text = preview::mail(&app, &composition, name)?.text;
            ("text/plain; charset=utf-8", preview::MAIL_POLICY, text)
        }
        "web" => {
            let Composition { issue, newsletter, content, revision, .. } = &composition;
            let frame = preview::frame(&app, newsletter, issue);
            let document = WebDocument {
                lang: frame.lang,
                subject: content.subject.without_name(),
                theme: format!("theme.css?revision={}", revision.number),
                web: match &composition.frozen {
                    Some(frozen) => Html::of_rendition(frozen),
                    None => web_version::render(content, &frame).map_err(anyhow::Error::new)?,
                },
            };
            // What is public later is shown from here before.
            let (public, here) =
                (web_version::mail_path(&frame), format!("html?revision={}", revision.number));
            let body = document.render().map_err(anyhow::Error::new)?;
            let body = body.replacen(&format!("src=\"{public}\""), &format!("src=\"{here}\""), 1);
            ("text/html; charset=utf-8", preview::WEB_POLICY, body)
        }
        "theme.css" => {
            let css = web_version::theme_css(&composition.content);
            ("text/css; charset=utf-8", preview::WEB_POLICY, css)
        }
        _ => return Err(Error::NotFound),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .content_type(kind)
        .body(body))
}

fn open_at(conn: &mut DbConn, id: PublicId, revision: Option<i32>) -> Result<Composition> {
    let mut composition = compose::open(conn, id)?;
    // An autosave that has been replaced since is shown as the newest one.
    let older = revision.filter(|number| *number != composition.revision.number);
    if let Some(number) = older
        && let Ok(older) = store::revision(conn, composition.issue.id, number)
    {
        composition.content = freeze::content(&older)?;
        composition.frozen = None;
        composition.revision = older;
    }
    Ok(composition)
}
