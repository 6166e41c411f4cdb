//! `/admin/library/{id}`: the form of an item, and what stands around it.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::library::form::ItemForm;
use crate::library::links::Outcome;
use crate::library::store::Use;
use crate::library::store::links::Check;
use crate::library::{Item, ItemKind, archive, relate, restore, save_with_tags, store, unrelate};
use crate::staff::Staff;
use crate::web::page::Part;
use crate::web::{Lang, Page, html, page, see_other, tags};

/// What stands around an item.
#[derive(Default)]
pub(super) struct Around {
    /// The issues that link it.
    uses: Vec<Use>,
    /// In how many issues each of its addresses is linked.
    addresses: HashMap<String, i64>,
    /// What looks at its addresses found.
    checks: HashMap<String, Check>,
    /// The name of the feed that it came from.
    feed: Option<String>,
    /// The items that it is about.
    about: Vec<Item>,
    /// The items that are about it.
    by: Vec<Item>,
    /// Every tag and how many items have it.
    tags: Vec<(String, i64)>,
    /// What was typed as the item that it is about.
    wanted: String,
}

/// What `pictures/pages/tools.html` asks of a field.
struct PictureField<'a> {
    id: &'static str,
    value: &'a str,
}

#[derive(Template)]
#[template(path = "library/pages/item.html")]
pub(super) struct ItemPage {
    page: Page,
    /// The item as it is stored; none for a new one.
    item: Option<Item>,
    around: Around,
    /// What became of it, when its reports are shown with it; see [`show`].
    used: Option<Part>,
    today: NaiveDate,
    form: ItemForm,
    kinds: &'static [ItemKind],
    languages: &'static [Lang],
    errors: Vec<FieldError>,
    /// The form is filled in from the page at its address.
    pub(super) is_proposal: bool,
}

impl ItemPage {
    pub(super) fn new(
        request: &HttpRequest,
        item: Option<Item>,
        around: Around,
        form: ItemForm,
    ) -> Self {
        Self {
            page: Page::new(request),
            item,
            around,
            used: None,
            today: NaiveDate::MIN,
            form,
            kinds: ItemKind::ALL,
            languages: Lang::ALL,
            errors: vec![],
            is_proposal: false,
        }
    }

    /// The items that belong together with this one, below the keys of their headings.
    fn related(&self) -> [(&'static str, &[Item]); 2] {
        [("library-related-about", &self.around.about), ("library-related-by", &self.around.by)]
    }

    /// The status of an address where the page is gone.
    fn gone(&self, address: &str) -> Option<i32> {
        let check = self.around.checks.get(address)?;
        check.status.filter(|_| check.outcome == Some(Outcome::Broken))
    }

    /// Whether its addresses are told one by one.
    fn tells_addresses(&self, item: &Item) -> bool {
        item.addresses.len() > 1 || item.addresses.iter().any(|url| self.gone(url).is_some())
    }

    /// The field that the button of pictures fills.
    fn picture(&self) -> PictureField<'_> {
        PictureField { id: "image_url", value: &self.form.image_url }
    }

    /// The boxes of the leadership groups and whether they are ticked.
    fn groups(&self) -> [(u8, bool); 3] {
        [
            (1, self.form.group_1.is_some()),
            (2, self.form.group_2.is_some()),
            (3, self.form.group_3.is_some()),
        ]
    }
}

/// Which kind a new item begins as.
#[derive(Deserialize)]
pub struct NewQuery {
    kind: Option<ItemKind>,
}

/// `GET /admin/library/new`
pub async fn blank(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse> {
    let mut form = ItemForm::default();
    form.kind = query.kind.unwrap_or(form.kind);
    html(&ItemPage::new(&request, None, new_around(&app).await?, form))
}

/// What stands around an item that is not there yet.
pub(super) async fn new_around(app: &App) -> Result<Around> {
    let tags = app.db.read(|conn| Ok(store::tags::all(conn)?)).await?;
    Ok(Around { tags, ..Around::default() })
}

/// `POST /admin/library`
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ItemForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    match save_form(&app, None, &form, &staff).await {
        Ok(item) => Ok(see_other(format!("/admin/library/{}?done=saved", item.uuid))),
        Err(Error::Invalid(errors)) => {
            let around = new_around(&app).await?;
            let form = ItemPage { errors, ..ItemPage::new(&request, None, around, form) };
            page::unprocessable(&form)
        }
        Err(other) => Err(other),
    }
}

async fn save_form(
    app: &App,
    uuid: Option<PublicId>,
    form: &ItemForm,
    staff: &Staff,
) -> Result<Item> {
    save_with_tags(app, uuid, form.read()?, tags::read(&form.tags), &staff.actor()).await
}

/// The page of an item, with what the reports say of the issues that link it: the route is theirs,
/// because they know the library and it does not know them.
pub async fn show(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    used: Part,
) -> Result<HttpResponse> {
    let (item, around) = with_around(app, id).await?;
    let form = ItemForm::from(&item);
    let today = app.clock.now().day_in(chrono_tz::Europe::Copenhagen);
    let page = ItemPage::new(request, Some(item), around, form);
    html(&ItemPage { today, used: Some(used), ..page })
}

async fn with_around(app: &App, uuid: PublicId) -> Result<(Item, Around)> {
    app.db
        .read(move |conn| {
            let item = store::by_uuid(conn, uuid)?;
            let (about, by) = store::tags::related(conn, item.id)?;
            let around = Around {
                uses: store::used_in(conn, &[item.id])?,
                addresses: store::uses_of_addresses(conn, item.id)?,
                checks: store::links::of(conn, &item.addresses)?
                    .into_iter()
                    .map(|check| (check.url.clone(), check))
                    .collect(),
                feed: item.feed.map(|id| store::feeds::name(conn, id)).transpose()?,
                about,
                by,
                tags: store::tags::all(conn)?,
                wanted: String::new(),
            };
            Ok((item, around))
        })
        .await
}

/// `POST /admin/library/{id}`
pub async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<ItemForm>,
) -> Result<HttpResponse> {
    let (uuid, form) = (*id, form.into_inner());
    let (item, around) = with_around(&app, uuid).await?;
    match save_form(&app, Some(uuid), &form, &staff).await {
        Ok(_) => Ok(see_other(format!("/admin/library/{uuid}?done=saved"))),
        Err(Error::Invalid(errors)) => {
            let form = ItemPage { errors, ..ItemPage::new(&request, Some(item), around, form) };
            page::unprocessable(&form)
        }
        Err(other) => Err(other),
    }
}

/// Which item an item is about.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    about: String,
}

/// `POST /admin/library/{id}/about`
pub async fn add_about(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<About>,
) -> Result<HttpResponse> {
    let uuid = *id;
    match relate(&app, uuid, &form.about, &staff.actor()).await {
        Ok(_) => Ok(see_other(format!("/admin/library/{uuid}?done=library-related#related"))),
        Err(Error::Invalid(errors)) => {
            let (item, around) = with_around(&app, uuid).await?;
            let around = Around { wanted: form.into_inner().about, ..around };
            let form = ItemForm::from(&item);
            page::unprocessable(&ItemPage {
                errors,
                ..ItemPage::new(&request, Some(item), around, form)
            })
        }
        Err(other) => Err(other),
    }
}

/// The item that an item belongs together with no longer.
#[derive(Deserialize)]
pub struct Other {
    other: PublicId,
}

/// `POST /admin/library/{id}/unrelate`
pub async fn remove_about(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<Other>,
) -> Result<HttpResponse> {
    let uuid = *id;
    unrelate(&app, uuid, form.other, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{uuid}?done=library-unrelated#related")))
}

/// `POST /admin/library/{id}/archive`
pub async fn put_aside(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    archive(&app, *id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{id}?done=library-archived")))
}

/// `POST /admin/library/{id}/restore`
pub async fn take_back(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    restore(&app, *id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{id}?done=library-restored")))
}
