//! `/admin/library/fetch`: an address is pasted, and the form of an item comes back filled in.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::item::{ItemPage, new_around};
use super::{ListQuery, Pasted, list_page};
use crate::app::App;
use crate::error::{Error, Result};
use crate::library::{Proposal, fetch};
use crate::web::{html, page, see_other};

/// What was pasted.
#[derive(Debug, Deserialize)]
pub struct Address {
    #[serde(default)]
    address: String,
}

/// `POST /admin/library/fetch`
pub async fn propose(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Address>,
) -> Result<HttpResponse> {
    let address = form.into_inner().address;
    match fetch(&app, &address).await {
        Ok(Proposal::Known(item)) => {
            Ok(see_other(format!("/admin/library/{}?done=library-known", item.uuid)))
        }
        Ok(Proposal::New(form)) => {
            let mut form = ItemPage::new(&request, None, new_around(&app).await?, *form);
            form.is_proposal = true;
            html(&form)
        }
        Err(Error::Invalid(errors)) => {
            let pasted = Pasted { address, errors };
            page::unprocessable(&list_page(&request, &app, ListQuery::default(), pasted).await?)
        }
        Err(other) => Err(other),
    }
}
