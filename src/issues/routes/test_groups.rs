//! `/admin/test-groups/{newsletter}`: the groups of addresses that get a test.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::store;
use crate::issues::test_groups::{self, MOST_ADDRESSES, Typed};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// A group as a form.
struct Group {
    /// Its id; none of the one that is to be made.
    uuid: Option<PublicId>,
    typed: Typed,
    errors: Vec<FieldError>,
}

impl Group {
    /// What its ids on the page begin with.
    fn id(&self) -> String {
        self.uuid.map_or_else(|| "new".to_owned(), |uuid| format!("group-{uuid}"))
    }
    fn is_wrong(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }
}

#[derive(Template)]
#[template(path = "issues/pages/test_groups.html")]
struct GroupsPage {
    page: Page,
    newsletter: Newsletter,
    groups: Vec<Group>,
    most: usize,
}

/// The form of a group.
#[derive(Deserialize)]
pub struct Sent {
    r#do: String,
    group: Option<PublicId>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    addresses: String,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    slug: &str,
    sent: Option<(Sent, Vec<FieldError>)>,
) -> Result<GroupsPage> {
    let slug = slug.to_owned();
    let (newsletter, stored) = app
        .db
        .read(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &slug)?;
            let groups = store::test_groups(conn, newsletter.id)?;
            Ok((newsletter, groups))
        })
        .await?;
    let mut groups: Vec<Group> = stored
        .iter()
        .map(|group| {
            let typed = Typed { name: group.name.clone(), addresses: group.list().join("\n") };
            Group { uuid: Some(group.uuid), typed, errors: Vec::new() }
        })
        .collect();
    groups.push(Group { uuid: None, typed: Typed::default(), errors: Vec::new() });
    if let Some((sent, errors)) = sent
        && let Some(group) = groups.iter_mut().find(|group| group.uuid == sent.group)
    {
        group.typed = Typed { name: sent.name, addresses: sent.addresses };
        group.errors = errors;
    }
    Ok(GroupsPage { page: Page::new(request), newsletter, groups, most: MOST_ADDRESSES })
}

/// `GET /admin/test-groups/{newsletter}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, &slug, None).await?)
}

/// `POST /admin/test-groups/{newsletter}`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    slug: web::Path<String>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse> {
    let sent = sent.into_inner();
    let typed = Typed { name: sent.name.clone(), addresses: sent.addresses.clone() };
    let (done, word) = match (sent.r#do.as_str(), sent.group) {
        ("save", group) => {
            (test_groups::save(&app, &slug, group, &typed, &staff).await, "group-saved")
        }
        ("remove", Some(group)) => {
            (test_groups::remove(&app, &slug, group, &staff).await, "group-removed")
        }
        _ => return Err(Error::BadRequest("there is no such button".to_owned())),
    };
    match done {
        Ok(()) => Ok(see_other(format!("/admin/test-groups/{slug}?done={word}"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, &slug, Some((sent, errors))).await?)
        }
        Err(other) => Err(other),
    }
}
