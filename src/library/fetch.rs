//! An address that somebody pasted: the item that has it already, or a proposal for one, read
//! from its page.

use percent_encoding::percent_decode_str;
use url::Url;

use super::form::ItemForm;
use super::read_page::{Found, read_page};
use super::{Item, ItemKind, Precision, store};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, FieldError, Result};
use crate::web::Lang;
use crate::web::outside::{OutsideError, Refusal};

/// What an address is to the library.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// The item that has the address.
    Known(Box<Item>),
    /// What its page says, for a person to look at.
    New(Box<ItemForm>),
}

/// Looks an address up, and fetches its page when the library does not have it.
///
/// # Errors
/// [`Error::Invalid`] says in the field `address` why there is no page, and what to do next.
pub async fn fetch(app: &App, address: &str) -> Result<Proposal> {
    let address = with_scheme(address.trim());
    if address.is_empty() {
        return Err(Error::field("address", "error-required"));
    }
    if let Some(item) = known(app, &address).await? {
        return Ok(Proposal::Known(Box::new(item)));
    }
    let page =
        app.outside.page(&address).await.map_err(|why| Error::Invalid(vec![refused(&why)]))?;
    // It may have led to where the library has been before.
    if let Some(item) = known(app, page.url.as_str()).await? {
        return Ok(Proposal::Known(Box::new(item)));
    }
    let mut form = form(read_page(&page.html, &page.url));
    let found = clean(&page.url);
    let asked = Url::parse(&address).map(|url| clean(&url)).unwrap_or_default();
    form.addresses = match asked {
        asked if key(&asked) == key(&found) => found,
        asked => format!("{found}\n{asked}"),
    };
    Ok(Proposal::New(Box::new(form)))
}

async fn known(app: &App, address: &str) -> Result<Option<Item>> {
    let address = address.to_owned();
    app.db.read(move |conn| Ok(by_any_form(conn, &address)?)).await
}

/// The item that has an address, however it is written.
pub(super) fn by_any_form(conn: &mut DbConn, address: &str) -> diesel::QueryResult<Option<Item>> {
    if let Some(item) = store::by_address(conn, address)? {
        return Ok(Some(item));
    }
    let Some(key) = key(address) else { return Ok(None) };
    let beginning = key.split('?').next().unwrap_or_default();
    let near = store::addresses_containing(conn, beginning)?;
    let found = near.into_iter().find(|(url, _)| self::key(url).as_ref() == Some(&key));
    found.map(|(_, item)| store::find(conn, item)).transpose()
}

/// "lederweb.dk/artikel" is what people type.
pub(super) fn with_scheme(address: &str) -> String {
    let is_bare = !address.is_empty() && !address.contains("://") && !address.starts_with('/');
    let names_a_host = address.split(['/', '?', '#']).next().is_some_and(|host| host.contains('.'));
    match is_bare && names_a_host && !address.contains(char::is_whitespace) {
        true => format!("https://{address}"),
        false => address.to_owned(),
    }
}

/// Whether a name in a query says where a reader came from, and not what is shown.
fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("mc_")
        || matches!(name.as_str(), "fbclid" | "gclid" | "msclkid" | "dclid" | "igshid")
}

/// An address without what follows readers, and without a place on the page; the rest stays as it
/// was written.
pub(super) fn clean(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let kept: Vec<&str> = url.query().map_or_else(Vec::new, |query| {
        query
            .split('&')
            .filter(|pair| !is_tracking(pair.split('=').next().unwrap_or_default()))
            .filter(|pair| !pair.is_empty())
            .collect()
    });
    let query = kept.join("&");
    url.set_query((!query.is_empty()).then_some(&query));
    url.into()
}

/// What two addresses of one page have in common: not the scheme, not the slash at the end, and
/// nothing that follows readers. `None` when it is no address.
pub fn key(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let host = url.host_str()?.to_owned();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let clean = Url::parse(&clean(&url)).ok()?;
    let path = percent_decode_str(clean.path()).decode_utf8_lossy().into_owned();
    let query = clean.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{host}{port}{}{query}", path.trim_end_matches('/')))
}

fn form(found: Found) -> ItemForm {
    ItemForm {
        kind: found.kind.unwrap_or(ItemKind::Article),
        title: found.title,
        summary: found.summary,
        language: found.language.unwrap_or(Lang::Da),
        published: match found.published {
            Some((day, Precision::Year)) => day.format("%Y").to_string(),
            Some((day, Precision::Month)) => day.format("%Y-%m").to_string(),
            Some((day, Precision::Day)) => day.to_string(),
            None => String::new(),
        },
        series: found.series,
        number: found.number.map(|number| number.to_string()).unwrap_or_default(),
        place: found.place,
        image_url: found.image.unwrap_or_default(),
        ..ItemForm::default()
    }
}

/// Why there is no page, in words that say what to do next.
pub(super) fn refused(why: &OutsideError) -> FieldError {
    let code = match why {
        OutsideError::Refused(Refusal::Address) => "error-fetch-address",
        OutsideError::Refused(Refusal::Credentials) => "error-fetch-credentials",
        OutsideError::Refused(Refusal::Port) => "error-fetch-port",
        OutsideError::Refused(Refusal::Inside) => "error-fetch-inside",
        OutsideError::Unreachable(_) => "error-fetch-unreachable",
        OutsideError::TooSlow => "error-fetch-slow",
        OutsideError::TooLarge => "error-fetch-large",
        OutsideError::WrongKind(kind) => {
            let kind = if kind.is_empty() { "?" } else { kind };
            return FieldError::new("address", "error-fetch-kind").with("kind", kind);
        }
        OutsideError::Status(404 | 410) => "error-fetch-gone",
        OutsideError::Status(401 | 403) => "error-fetch-closed",
        OutsideError::Status(status) => {
            return FieldError::new("address", "error-fetch-status").with("status", status);
        }
        OutsideError::TooManyRedirects => "error-fetch-redirects",
    };
    FieldError::new("address", code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_page_have_one_key() {
        let key = |address: &str| key(address).unwrap_or_default();
        let page = key("https://lederweb.dk/artikel/153607");
        for same in [
            "http://lederweb.dk/artikel/153607",
            "https://LEDERWEB.dk/artikel/153607/",
            "https://lederweb.dk:443/artikel/153607#top",
            "https://lederweb.dk/artikel/153607?utm_source=nyhedsbrev&UTM_medium=mail",
            "https://lederweb.dk/artikel/153607?fbclid=a&gclid=b&mc_cid=c&mc_eid=d#x",
        ] {
            assert_eq!(key(same), page, "{same}");
        }
        for other in [
            "https://lederweb.dk/artikel/153608",
            "https://lederweb.dk/artikel/153607?side=2",
            "https://lederweb.dk/Artikel/153607",
            "https://www.lederweb.dk/artikel/153607",
            "https://lederweb.dk:8443/artikel/153607",
        ] {
            assert_ne!(key(other), page, "{other}");
        }
        assert_eq!(
            key("https://x.example/søg/å?b=2&a=1"),
            key("https://x.example/s%C3%B8g/%C3%A5?b=2&a=1&")
        );
    }

    #[test]
    fn only_what_follows_readers_is_taken_out_of_an_address() {
        let clean = |address: &str| Url::parse(address).map(|url| clean(&url)).unwrap_or_default();
        let kept = "https://lederweb.dk/soeg?q=n%C3%A5r+jorden&side=2&tom=";
        assert_eq!(clean(kept), kept);
        assert_eq!(
            clean("https://lederweb.dk/?utm_campaign=a&id=3&mc_eid=9#bund"),
            "https://lederweb.dk/?id=3"
        );
        assert_eq!(clean("https://lederweb.dk/?gclid=1"), "https://lederweb.dk/");
    }

    #[test]
    fn an_address_may_be_typed_without_its_beginning() {
        assert_eq!(with_scheme("lederweb.dk/artikel"), "https://lederweb.dk/artikel");
        for kept in
            ["http://a.example/", "artikel", "/admin", "javascript:alert(1)", "en sætning. To"]
        {
            assert_eq!(with_scheme(kept), kept);
        }
    }
}
