//! The title of the first newsletter, which stands over every public page.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::web::page::Brand;

/// How long a title may be out of date: every page needs it, and it changes once in years.
const KEPT: TimeDelta = TimeDelta::minutes(1);

/// The title as it was read last.
#[derive(Debug, Default)]
pub struct LastBrand(Mutex<Option<(Instant, Arc<str>)>>);

/// What machines ask for has no title, and must be answered at once, database or not.
const WITHOUT: [&str; 7] = ["/o/", "/c/", "/assets/", "/api/", "/healthz", "/readyz", "/metrics"];

/// The middleware that puts it into the request. With the database away, it is the last one known.
pub async fn know(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_page = !WITHOUT.iter().any(|start| request.path().starts_with(start));
    if let Some(app) = request.app_data::<web::Data<App>>().cloned()
        && is_page
        && let Some(title) = title(&app).await
    {
        request.extensions_mut().insert(Brand(title));
    }
    next.call(request).await
}

async fn title(app: &App) -> Option<Arc<str>> {
    let now = app.clock.now();
    let last = app.brand.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((read_at, title)) = &last
        && now - *read_at < KEPT
    {
        return Some(title.clone());
    }
    let title: Arc<str> = match app.db.read(|conn| Ok(store::all(conn)?)).await {
        Ok(newsletters) => newsletters.first()?.title.as_str().into(),
        Err(_) => last?.1,
    };
    *app.brand.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, title.clone()));
    Some(title)
}
