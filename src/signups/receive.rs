//! Taking a form down, and looking it up afterwards.
//!
//! A form is answered as soon as one row is written, the same row for every address: neither the
//! answer nor the time that it takes tells who subscribes. A job looks the address up a moment
//! later.

use std::net::IpAddr;

use actix_web::web::Data;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::form_token::Judgement;
use super::{pace, store};
use crate::app::App;
use crate::db::Json;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::subscribers::shown::Hashes;
use crate::subscribers::subscribe::{self, Origin, SubscribeForm};

/// Requests that are looked up in one go.
const AT_ONCE: i64 = 200;

/// What a form said, and where it came from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The form; it can be taken.
    pub form: SubscribeForm,
    /// Where it came from.
    pub origin: Origin,
    /// What it costs of what may be sent.
    pub cost: u32,
    /// The texts that it said yes to.
    #[serde(default)]
    pub texts: Hashes,
}

impl Request {
    /// A form with the judgement of its note.
    pub fn new(form: SubscribeForm, origin: Origin, judgement: Judgement, texts: Hashes) -> Self {
        let cost = if judgement == Judgement::Good { 1 } else { pace::DOUBTFUL };
        Self { form, origin, cost, texts }
    }

    /// The client's address in the network.
    pub fn client(&self) -> Option<IpAddr> {
        self.origin.ip.as_ref().and_then(|ip| ip.parse().ok())
    }
}

/// Takes a form down: when it returns, it is kept.
pub async fn take_down(app: &App, newsletter: &Newsletter, request: &Request) -> Result<()> {
    let (id, now) = (newsletter.id, app.clock.now());
    let request = Json(serde_json::to_value(request).map_err(anyhow::Error::new)?);
    app.db.write(move |conn| Ok(store::put(conn, id, request, now)?)).await
}

/// The job that looks up what was taken down; says whether there was any. One that fails stays and
/// holds up none of the others.
pub async fn look_up(app: &Data<App>) -> Result<bool> {
    let mut after = 0;
    let mut has_any = false;
    loop {
        let waiting = app.db.read(move |conn| Ok(store::waiting(conn, after, AT_ONCE)?)).await?;
        let Some((last, ..)) = waiting.last() else { return Ok(has_any) };
        after = *last;
        let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
        // All of them ask for the database at once, in the order in which they came.
        let looks = waiting.into_iter().map(|one| look_up_one(app, &newsletters, one));
        for done in join_all(looks).await {
            match done {
                Ok(()) => has_any = true,
                Err(error) => {
                    app.metrics.job_failed("look up who signs up");
                    tracing::error!(error = ?error, "a sign-up could not be looked up; it stays");
                }
            }
        }
    }
}

async fn look_up_one(
    app: &Data<App>,
    newsletters: &[Newsletter],
    (id, newsletter, request, at): store::Waiting,
) -> Result<()> {
    let newsletter = newsletters.iter().find(|known| known.id == newsletter);
    let newsletter = newsletter.cloned().ok_or(Error::NotFound)?;
    let read = serde_json::from_value::<Request>(request.0)
        .map_err(|e| Error::from(anyhow::Error::new(e)));
    let take = match read.and_then(|request| subscribe::Take::new(app, newsletter, request, at)) {
        Ok(take) => take,
        // Trying once more would not make it readable, and it holds an address.
        Err(error) => {
            tracing::error!(error = ?error, "a sign-up cannot be read and is dropped");
            return app.db.write(move |conn| Ok(store::remove(conn, id).map(drop)?)).await;
        }
    };
    let app_of_write = app.clone();
    app.db
        .write(move |conn| {
            // The row goes with what comes of it.
            if store::remove(conn, id)? {
                take.run(conn, &app_of_write.pace, &app_of_write.config.signups)
            } else {
                Ok(())
            }
        })
        .await
}
