//! `/admin/issues/{id}/report/clicks`: the clicks, drawn over the issue as it was sent.

use std::collections::{HashMap, HashSet};

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::db::PublicId;
use crate::deliveries;
use crate::error::{Error, Result};
use crate::issues::splice::{Person, PersonalAddresses, Piece, Place, Splice, pieces};
use crate::issues::{self, Origin, preview};
use crate::reports::issue::Verdicts;
use crate::reports::store;
use crate::web::Page;

/// What stands at a link. The colours are the same in light and in dark: it stands on a mail.
const MARK: &str = "display:inline-block;margin:0 4px;padding:0 8px;border-radius:10px;\
     border:1px solid #ffffff;background:#5b1a3a;color:#ffffff;text-decoration:none;\
     font:bold 12px/20px Arial,Helvetica,sans-serif;vertical-align:middle;white-space:nowrap";

/// `GET /admin/issues/{id}/report/clicks`
pub async fn over_the_issue(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (html, clicks) = app
        .db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, id)?;
            if issue.origin == Origin::Imported || issue.started_at.is_none() {
                return Err(Error::NotFound);
            }
            let rendered = deliveries::store::rendition(conn, &issue)?;
            Ok((rendered.html, store::clicks(conn, issue.id)?))
        })
        .await?;
    let mut by_link: HashMap<i32, Verdicts> = HashMap::new();
    for click in clicks {
        by_link.entry(click.link).or_default().add(click.verdict, click.hits);
    }
    let page = Page::new(&request);
    let mark = |link| {
        let clicks = by_link.get(&link).copied().unwrap_or_default();
        page.t1(
            "report-map-clicks",
            "clicks",
            super::between(&page, &clicks.human, &clicks.human_at_most()),
        )
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, preview::MAIL_POLICY))
        .content_type("text/html; charset=utf-8")
        .body(drawn(&html, mark)))
}

/// The addresses of a mail that is nobody's.
struct Nowhere;

impl PersonalAddresses for Nowhere {
    fn unsubscribe(&self) -> String {
        "#".to_owned()
    }
    fn preferences(&self) -> String {
        "#".to_owned()
    }
    fn open(&self) -> String {
        "#".to_owned()
    }
    fn click(&self, _: i32) -> String {
        "#".to_owned()
    }
}

/// A mail with something said at the end of each of its links, where it stands first; the links lead
/// nowhere.
fn drawn(html: &str, mark: impl Fn(i32) -> String) -> String {
    let nobody = Person { name: None, addresses: &Nowhere };
    let mut out = String::with_capacity(html.len() + 4_096);
    let (mut open, mut said) = (None, HashSet::new());
    for piece in pieces(html) {
        match piece {
            Piece::Splice(Splice::Link(number), _) => {
                out.push('#');
                // A picture, a title and a button of one block can be one link: it is said once.
                open = said.insert(number).then_some(number);
            }
            Piece::Splice(splice, fallback) => {
                out.push_str(&nobody.value(splice, fallback, Place::Html));
            }
            Piece::Fixed(text) => match (open, text.split_once("</a>")) {
                (Some(number), Some((before, after))) => {
                    let words = Place::Html.write(&mark(number)).into_owned();
                    out.push_str(before);
                    out.push_str(&format!("<span style=\"{MARK}\">{words}</span></a>"));
                    out.push_str(after);
                    open = None;
                }
                _ => out.push_str(text),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_says_its_own_clicks_once_and_leads_nowhere() {
        let (one, two) = (Splice::Link(1).marker(), Splice::Link(2).marker());
        let leave = Splice::Unsubscribe.marker();
        let html = format!(
            "<a href=\"{one}\">Læs</a> og <a href=\"{two}\"><img alt=\"\"></a> <a href=\"{one}\">Mere</a> <a href=\"{leave}\">Afmeld</a>"
        );
        let drawn = drawn(&html, |link| format!("{link}<"));
        let mark = |link: i32| format!("<span style=\"{MARK}\">{link}&#60;</span>");
        let expected = format!(
            "<a href=\"#\">Læs{}</a> og <a href=\"#\"><img alt=\"\">{}</a> <a href=\"#\">Mere</a> <a href=\"#\">Afmeld</a>",
            mark(1),
            mark(2)
        );
        assert_eq!(drawn, expected);
    }
}
