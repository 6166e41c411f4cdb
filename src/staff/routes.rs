//! `/admin/sign-in`, `/admin/account`, `/admin/staff`.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::store::{ApiToken, Person};
use super::{
    Role, Staff, access, account, add, guard, mail_link, password, sign_in, store, tokens,
};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::web::{Lang, Page, headers, html, page, see_other};

#[derive(Template)]
#[template(path = "staff/pages/sign_in.html")]
struct SignInPage {
    page: Page,
    email: String,
    next: String,
    errors: Vec<FieldError>,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /admin/sign-in`
pub async fn form(request: HttpRequest, query: web::Query<Next>) -> Result<HttpResponse> {
    let next = query.into_inner().next;
    html(&SignInPage { page: Page::new(&request), email: String::new(), next, errors: vec![] })
}

/// The form of the sign-in page.
#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /admin/sign-in`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<SignIn>,
) -> Result<HttpResponse> {
    let SignIn { email, password, next } = form.into_inner();
    let client = headers::network_of(&request, &app.config.trusted_proxies);
    match sign_in::by_password(&app, &email, &password, &client).await {
        Ok(token) => {
            let mut response = see_other(if is_own(&next) { &next } else { "/admin" });
            response.add_cookie(&session_cookie(&app, token)).map_err(anyhow::Error::from)?;
            Ok(response)
        }
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&SignInPage { page: Page::new(&request), email, next, errors })
        }
        Err(other) => Err(other),
    }
}

/// Whether this is a page of ours, written as a browser writes it: "//other.example" would lead
/// away, and what is no plain text is no header.
fn is_own(next: &str) -> bool {
    let below = next.strip_prefix("/admin");
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !next.contains("//")
}

/// Who wants a link by mail.
#[derive(Deserialize)]
pub struct WantsLink {
    #[serde(default)]
    email: String,
}

/// `POST /admin/sign-in/link`: the same answer for everyone.
pub async fn send_link(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<WantsLink>,
) -> Result<HttpResponse> {
    let client = headers::network_of(&request, &app.config.trusted_proxies);
    mail_link::mail_link(&app, &form.email, &client).await?;
    Ok(see_other("/admin/sign-in?done=link-sent"))
}

fn session_cookie(app: &App, token: String) -> Cookie<'static> {
    Cookie::build(guard::COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.public_url.scheme() == "https")
        .max_age(Duration::days(30))
        .finish()
}

#[derive(Template)]
#[template(path = "staff/pages/sign_in_link.html")]
struct LinkPage {
    page: Page,
    name: String,
}

/// `GET /admin/sign-in/{token}`: one button, because link scanners follow links.
pub async fn link(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let person = sign_in::owner(&app, &token).await?;
    html(&LinkPage { page: Page::new(&request), name: person.name })
}

/// `POST /admin/sign-in/{token}`
pub async fn use_link(app: web::Data<App>, token: web::Path<String>) -> Result<HttpResponse> {
    let person = sign_in::owner(&app, &token).await?;
    let session = sign_in::by_link(&app, &token).await?;
    let to =
        if person.password_hash.is_none() { "/admin/account?done=signed-in" } else { "/admin" };
    let mut response = see_other(to);
    response.add_cookie(&session_cookie(&app, session)).map_err(anyhow::Error::from)?;
    Ok(response)
}

/// `POST /admin/sign-out`
pub async fn sign_out(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    if let Some(hash) = staff.session {
        sign_in::sign_out(&app, hash).await?;
    }
    let mut response = see_other("/admin/sign-in");
    let mut cookie = Cookie::build(guard::COOKIE, "").path("/").finish();
    cookie.make_removal();
    response.add_cookie(&cookie).map_err(anyhow::Error::from)?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "staff/pages/account.html")]
struct AccountPage {
    page: Page,
    email: String,
    shortest: usize,
    errors: Vec<FieldError>,
}

/// `GET /admin/account`
pub async fn account(request: HttpRequest, staff: Staff) -> Result<HttpResponse> {
    html(&AccountPage {
        page: Page::new(&request),
        email: staff.email,
        shortest: password::SHORTEST,
        errors: vec![],
    })
}

/// A new password or another language.
#[derive(Deserialize)]
pub struct Account {
    password: Option<String>,
    language: Option<Lang>,
}

/// `POST /admin/account`
pub async fn change_account(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<Account>,
) -> Result<HttpResponse> {
    let Account { password, language } = form.into_inner();
    let id = staff.id.ok_or(Error::Forbidden)?;
    if let Some(language) = language {
        account::set_language(&app, id, language).await?;
    }
    let email = staff.email.clone();
    match password {
        Some(new) => match account::set_password(&app, id, staff, new).await {
            Err(Error::Invalid(errors)) => {
                let shortest = password::SHORTEST;
                let page = Page::new(&request);
                page::unprocessable(&AccountPage { page, email, shortest, errors })
            }
            done => done.map(|()| see_other("/admin/account?done=saved")),
        },
        None => Ok(see_other("/admin/account?done=saved")),
    }
}

#[derive(Template)]
#[template(path = "staff/pages/staff.html")]
struct StaffPage {
    page: Page,
    people: Vec<Person>,
    tokens: Vec<ApiToken>,
    roles: &'static [Role],
    /// A link or a token that was just made, and is shown this once.
    made: Option<String>,
    /// The link is for somebody who had access before, in this role.
    was_there: Option<Role>,
    errors: Vec<FieldError>,
}

/// `GET /admin/staff`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&staff_page(&request, &app, None, vec![]).await?)
}

async fn staff_page(
    request: &HttpRequest,
    app: &App,
    made: Option<String>,
    errors: Vec<FieldError>,
) -> Result<StaffPage> {
    let (people, tokens) =
        app.db.read(|conn| Ok((store::all(conn)?, store::tokens(conn)?))).await?;
    Ok(StaffPage {
        page: Page::new(request),
        people,
        tokens,
        roles: Role::ALL,
        made,
        was_there: None,
        errors,
    })
}

/// Somebody or something to be let in.
#[derive(Deserialize)]
pub struct NewStaff {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    role: Role,
}

/// `POST /admin/staff`: adds somebody and shows the link to hand over.
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<NewStaff>,
) -> Result<HttpResponse> {
    let added = add::add(&app, &form.email, &form.name, form.role, &staff.actor()).await;
    let was_there = added.as_ref().is_ok_and(|added| added.was_there).then_some(form.role);
    show_made(&request, &app, added.map(|added| added.link), was_there).await
}

/// `POST /admin/tokens`: makes an API token and shows it.
pub async fn create_token(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<NewStaff>,
) -> Result<HttpResponse> {
    let made = tokens::create(&app, &form.name, form.role, &staff.actor()).await;
    show_made(&request, &app, made, None).await
}

async fn show_made(
    request: &HttpRequest,
    app: &App,
    made: Result<String>,
    was_there: Option<Role>,
) -> Result<HttpResponse> {
    match made {
        Ok(made) => {
            let page = staff_page(request, app, Some(made), vec![]).await?;
            html(&StaffPage { was_there, ..page })
        }
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&staff_page(request, app, None, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// What somebody may do from now on.
#[derive(Deserialize)]
pub struct NewAccess {
    role: Role,
    disabled: Option<String>,
}

/// `POST /admin/staff/{id}`
pub async fn change(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<NewAccess>,
) -> Result<HttpResponse> {
    access::change(&app, id.into_inner(), form.role, form.disabled.is_some(), &staff).await?;
    Ok(see_other("/admin/staff?done=saved"))
}

/// `POST /admin/tokens/{id}/revoke`
pub async fn revoke_token(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    tokens::revoke(&app, id.into_inner(), &staff.actor()).await?;
    Ok(see_other("/admin/staff?done=saved"))
}
