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

/// The middleware that puts it into the request. A database that is away leaves the page without.
pub async fn know(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(app) = request.app_data::<web::Data<App>>().cloned()
        && let Some(title) = title(&app).await
    {
        request.extensions_mut().insert(Brand(title));
    }
    next.call(request).await
}

async fn title(app: &App) -> Option<Arc<str>> {
    let now = app.clock.now();
    let last = app.brand.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match last {
        Some((read_at, title)) if now - read_at < KEPT => Some(title),
        _ => {
            let newsletters = app.db.read(|conn| Ok(store::all(conn)?)).await.ok()?;
            let title: Arc<str> = newsletters.first()?.title.as_str().into();
            let read = Some((now, title.clone()));
            *app.brand.0.lock().unwrap_or_else(PoisonError::into_inner) = read;
            Some(title)
        }
    }
}
