//! `/admin/activities`: media, adverts, conferences and meetings.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::reports::activities::{self, Activity, ActivityForm, ActivityKind};
use crate::reports::store::activities as store;
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// The fields that are a line of text: name, what was typed, whether it has a hint.
type Fields<'f> = [(&'static str, &'f str, bool); 6];

fn fields(form: &ActivityForm) -> Fields<'_> {
    [
        ("title", &form.title, false),
        ("sort", &form.sort, true),
        ("place", &form.place, true),
        ("day", &form.day, true),
        ("url", &form.url, false),
        ("source", &form.source, true),
    ]
}

#[derive(Template)]
#[template(path = "reports/pages/activities.html")]
struct ActivitiesPage {
    page: Page,
    activities: Vec<Activity>,
    kinds: &'static [ActivityKind],
    form: ActivityForm,
    errors: Vec<FieldError>,
    may_enter: bool,
}

impl ActivitiesPage {
    fn fields(&self) -> Fields<'_> {
        fields(&self.form)
    }

    fn of(&self, kind: &ActivityKind) -> Vec<&Activity> {
        self.activities.iter().filter(|activity| activity.said.kind == *kind).collect()
    }
}

/// The page of one, where it is corrected or taken back.
#[derive(Template)]
#[template(path = "reports/pages/activity.html")]
struct ActivityPage {
    page: Page,
    activity: Activity,
    /// What it said before, the newest first.
    earlier: Vec<Activity>,
    stands: bool,
    kinds: &'static [ActivityKind],
    form: ActivityForm,
    errors: Vec<FieldError>,
}

impl ActivityPage {
    fn entered(&self, activity: &Activity) -> String {
        let day = activity.entered_at.day_in(chrono_tz::Europe::Copenhagen);
        self.page.t1("activity-entered", "when", self.page.day(&day))
    }

    fn fields(&self) -> Fields<'_> {
        fields(&self.form)
    }
}

async fn activities_page(
    request: &HttpRequest,
    app: &App,
    form: ActivityForm,
    errors: Vec<FieldError>,
) -> Result<ActivitiesPage> {
    let activities = app.db.read(|conn| Ok(store::standing(conn)?)).await?;
    let page = Page::new(request);
    Ok(ActivitiesPage {
        may_enter: page.is("editor admin"),
        page,
        activities,
        kinds: ActivityKind::ALL,
        form,
        errors,
    })
}

/// `GET /admin/activities`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&activities_page(&request, &app, ActivityForm::default(), vec![]).await?)
}

/// `POST /admin/activities`
pub async fn enter(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ActivityForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let entered = match form.read() {
        Ok(new) => activities::enter(&app, new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(_) => Ok(see_other("/admin/activities?done=saved")),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&activities_page(&request, &app, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

async fn activity_page(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    typed: Option<(ActivityForm, Vec<FieldError>)>,
) -> Result<ActivityPage> {
    let (activity, earlier, is_corrected) = app
        .db
        .read(move |conn| {
            let activity = store::by_uuid(conn, id)?;
            let earlier = store::earlier(conn, &activity)?;
            let is_corrected = store::is_corrected(conn, activity.id)?;
            Ok((activity, earlier, is_corrected))
        })
        .await?;
    let (form, errors) = typed.unwrap_or_else(|| (ActivityForm::from(&activity.said), Vec::new()));
    Ok(ActivityPage {
        page: Page::new(request),
        stands: !is_corrected && !activity.taken_back,
        activity,
        earlier,
        kinds: ActivityKind::ALL,
        form,
        errors,
    })
}

/// `GET /admin/activities/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&activity_page(&request, &app, id.into_inner(), None).await?)
}

/// `POST /admin/activities/{id}`: corrects it or takes it back.
pub async fn correct(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<ActivityForm>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    if form.step == "take-back" {
        activities::take_back(&app, id, &staff.actor()).await?;
        return Ok(see_other("/admin/activities?done=activity-taken-back"));
    }
    let corrected = match form.read() {
        Ok(new) => activities::correct(&app, id, new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match corrected {
        Ok(_) => Ok(see_other("/admin/activities?done=saved")),
        Err(Error::Invalid(errors)) => {
            let typed = Some((form, errors));
            page::unprocessable(&activity_page(&request, &app, id, typed).await?)
        }
        Err(other) => Err(other),
    }
}
