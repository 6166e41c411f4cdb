//! Saved groups of addresses that get a test: the editors, the director, a mailbox in each mail
//! program.

use serde_json::json;

use super::store::{self, TestGroup};
use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};

/// Most addresses in a group: a test is looked at, it is not a small issue.
pub const MOST_ADDRESSES: usize = 20;
/// Most groups of a newsletter.
const MOST_GROUPS: usize = 20;
/// Longest name, in characters.
const NAME_LONGEST: usize = 80;

/// A group as it is typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Its name.
    pub name: String,
    /// Its addresses, apart by line ends, commas or semicolons.
    pub addresses: String,
}

impl Typed {
    fn read(&self) -> Result<(String, Vec<String>)> {
        let mut findings = Vec::new();
        let name = super::text::line(&self.name);
        let length = name.chars().count();
        if name.is_empty() {
            findings.push(FieldError::new("name", "error-test-group-name"));
        } else if length > NAME_LONGEST {
            let error = FieldError::new("name", "error-content-too-long");
            findings.push(error.with("length", length).with("max", NAME_LONGEST));
        }
        let (mut keys, mut addresses) = (Vec::new(), Vec::new());
        let typed = self.addresses.split(['\n', ',', ';']).map(str::trim);
        for typed in typed.filter(|typed| !typed.is_empty()) {
            match EmailAddress::parse(typed) {
                Ok(address) if keys.contains(&address.key()) => {}
                Ok(address) => {
                    keys.push(address.key());
                    addresses.push(typed.to_owned());
                }
                Err(_) => {
                    let error = FieldError::new("addresses", "error-test-group-address");
                    findings.push(error.with("address", typed));
                }
            }
        }
        if addresses.len() > MOST_ADDRESSES {
            let error = FieldError::new("addresses", "error-test-group-many");
            findings.push(error.with("number", addresses.len()).with("most", MOST_ADDRESSES));
        } else if addresses.is_empty() && findings.is_empty() {
            findings.push(FieldError::new("addresses", "error-test-group-empty"));
        }
        if findings.is_empty() { Ok((name, addresses)) } else { Err(Error::Invalid(findings)) }
    }
}

/// Saves a group of a newsletter: an old one by its id, or a new one.
///
/// # Errors
/// [`Error::Invalid`] when a field cannot be taken, or another group has the name.
pub async fn save(
    app: &App,
    newsletter: &str,
    group: Option<PublicId>,
    typed: &Typed,
    staff: &Staff,
) -> Result<()> {
    let (name, addresses) = typed.read()?;
    let (slug, actor, now) = (newsletter.to_owned(), staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &slug)?;
            let others = store::test_groups(conn, newsletter.id)?;
            let same = |other: &TestGroup| other.name == name && Some(other.uuid) != group;
            if others.iter().any(same) {
                return Err(Error::field("name", "error-test-group-twice"));
            }
            match group {
                Some(uuid) => {
                    let known = find(conn, &newsletter, uuid)?;
                    store::change_test_group(conn, known.id, &name, &addresses)?;
                }
                None if others.len() >= MOST_GROUPS => {
                    let error = FieldError::new("name", "error-test-groups-many");
                    return Err(Error::Invalid(vec![error.with("most", MOST_GROUPS)]));
                }
                None => store::insert_test_group(conn, newsletter.id, &name, &addresses, now)?,
            }
            let masked: Vec<String> = addresses.iter().map(|address| masked(address)).collect();
            let details = json!({ "group": name, "addresses": masked });
            let subject = format!("newsletter {}", newsletter.uuid);
            Ok(staff::store::audit(conn, &actor, "test-group.save", &subject, details, now)?)
        })
        .await
}

/// Removes a group of a newsletter.
pub async fn remove(app: &App, newsletter: &str, group: PublicId, staff: &Staff) -> Result<()> {
    let (slug, actor, now) = (newsletter.to_owned(), staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &slug)?;
            let group = find(conn, &newsletter, group)?;
            store::delete_test_group(conn, group.id)?;
            let details = json!({ "group": group.name });
            let subject = format!("newsletter {}", newsletter.uuid);
            Ok(staff::store::audit(conn, &actor, "test-group.remove", &subject, details, now)?)
        })
        .await
}

/// A group of a newsletter, and of no other.
pub fn find(conn: &mut DbConn, newsletter: &Newsletter, group: PublicId) -> Result<TestGroup> {
    let groups = store::test_groups(conn, newsletter.id)?;
    groups.into_iter().find(|known| known.uuid == group).ok_or(Error::NotFound)
}

fn masked(address: &str) -> String {
    EmailAddress::parse(address).map(|address| address.masked()).unwrap_or_default()
}
