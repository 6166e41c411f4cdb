//! What a column can be, and how that is guessed: by the names that Danish and English lists use,
//! and those of the exports of listmonk and Mailchimp; without a header, by what stands in it.

use std::collections::BTreeMap;

use super::table::guess::Found;
use crate::text_enum;

text_enum! {
    /// What a column is.
    pub enum Field {
        /// The address.
        Email = "email",
        /// The whole name.
        Name = "name",
        /// The first part of the name.
        FirstName = "first_name",
        /// The last part of the name.
        LastName = "last_name",
        /// The workplace.
        Organisation = "organisation",
        /// A word for [`crate::subscribers::Sector`].
        Sector = "sector",
        /// A word for [`crate::subscribers::LeadershipGroup`].
        Group = "leadership_group",
        /// A word for [`crate::web::Lang`].
        Language = "language",
        /// A word for [`crate::subscribers::Scope`].
        Scope = "scope",
        /// The day they asked.
        Requested = "requested_on",
        /// The day they confirmed, from which they count.
        Confirmed = "confirmed_on",
        /// Whether they subscribe, have left, …
        State = "state",
        /// The day they left.
        Ended = "ended_on",
        /// The day their address was found not to take mail.
        Bounced = "bounced_on",
        /// Where they come from.
        Source = "source",
        /// Kept under the name of the column.
        Attribute = "attribute",
        /// A JSON object: what it knows is taken as columns, the rest is kept.
        Attributes = "attributes",
    }
}

impl Field {
    /// Whether more than one column may be this.
    pub fn may_repeat(self) -> bool {
        matches!(self, Self::Attribute)
    }
}

/// Names of columns, small and without anything but letters and digits.
const NAMES: [(Field, &[&str]); 16] = [
    (
        Field::Email,
        &["email", "emailaddress", "emailadresse", "mail", "mailadresse", "epost", "adresse"],
    ),
    (Field::Name, &["name", "navn", "fuldenavn", "fuldtnavn", "fullname"]),
    (Field::FirstName, &["firstname", "fornavn", "givenname", "fname"]),
    (Field::LastName, &["lastname", "efternavn", "surname", "lname"]),
    (
        Field::Organisation,
        &[
            "organisation",
            "organization",
            "company",
            "virksomhed",
            "arbejdsplads",
            "arbejdssted",
            "workplace",
            "firma",
        ],
    ),
    (Field::Sector, &["sector", "sektor"]),
    (
        Field::Group,
        &[
            "leadershipgroup",
            "leadershiplevel",
            "group",
            "gruppe",
            "ledelsesniveau",
            "lederniveau",
            "ledergruppe",
            "niveau",
            "level",
            "væksthus",
        ],
    ),
    (Field::Language, &["language", "sprog", "lang"]),
    (Field::Scope, &["scope", "issues", "udgaver", "ønsker"]),
    (
        Field::Requested,
        &[
            "asked",
            "requestedon",
            "requestedat",
            "createdat",
            "created",
            "optintime",
            "oprettet",
            "subscribedat",
            "subscribedon",
        ],
    ),
    (
        Field::Confirmed,
        &[
            "confirmedon",
            "confirmedat",
            "confirmtime",
            "confirmed",
            "bekræftet",
            "tilmeldt",
            "tilmeldtden",
            "tilmeldingsdato",
        ],
    ),
    (Field::State, &["state", "status", "subscriptionstatus", "tilstand"]),
    (
        Field::Ended,
        &[
            "ended",
            "endedon",
            "endedat",
            "unsubtime",
            "unsubscribedat",
            "unsubscribedon",
            "afmeldt",
            "afmeldtden",
            "afmeldingsdato",
            "ophørt",
        ],
    ),
    (Field::Bounced, &["cleantime", "bouncedon", "bouncedat"]),
    (Field::Source, &["source", "kilde"]),
    (Field::Attributes, &["attributes", "attribs", "egenskaber"]),
];

/// Names of columns that are kept as they are: the tags and the job of somebody.
const KEPT: [&str; 7] = ["tags", "role", "rolle", "stilling", "titel", "jobtitle", "title"];

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// What a column of this name is.
pub fn by_name(name: &str) -> Option<Field> {
    let plain = plain(name);
    let known = NAMES.iter().find(|(_, names)| names.contains(&plain.as_str()));
    known.map(|(field, _)| *field).or(KEPT.contains(&plain.as_str()).then_some(Field::Attribute))
}

/// What each column is; a field that is found twice is the first of them. The addresses stand where
/// there are some: "adresse" may be a street.
pub fn guess(found: &Found) -> Vec<Option<Field>> {
    let named: Vec<Option<Field>> = found.columns.iter().map(|name| by_name(name)).collect();
    let email = address_column(found, &named);
    // "Tilmeldt" beside "Bekræftet" is when they asked, as in our own export.
    let confirmed = |name: &str| plain(name).starts_with("bekræftet") || plain(name) == "confirmed";
    let is_confirmed = found.columns.iter().any(|name| confirmed(name));
    let mut fields: Vec<Option<Field>> = Vec::with_capacity(named.len());
    for (column, (field, name)) in named.iter().zip(&found.columns).enumerate() {
        let field = match field {
            _ if Some(column) == email => Some(Field::Email),
            Some(Field::Email) => None,
            Some(Field::Confirmed) if is_confirmed && plain(name).starts_with("tilmeld") => {
                Some(Field::Requested)
            }
            field => *field,
        };
        let is_new = |field: &Field| field.may_repeat() || !fields.contains(&Some(*field));
        let field = field.filter(is_new);
        fields.push(field);
    }
    fields
}

/// The column with the addresses: of those that are called so, the first in which some stand; else
/// the one in which most stand; else the first that is called so.
fn address_column(found: &Found, named: &[Option<Field>]) -> Option<usize> {
    let addresses = |column: usize| {
        let cells = found.sample.iter().filter_map(|row| row.cells.get(column));
        cells.filter(|cell| cell.contains('@')).count()
    };
    let called_so = |column: &usize| named.get(*column).copied().flatten() == Some(Field::Email);
    let mut columns = 0..named.len();
    let most = (0..named.len()).rev().max_by_key(|column| addresses(*column));
    (0..named.len())
        .filter(called_so)
        .find(|column| addresses(*column) > 0)
        .or(most.filter(|column| addresses(*column) > 0))
        .or_else(|| columns.find(called_so))
}

/// A mapping by the names of the columns, as it is saved.
pub fn named(columns: &[String], mapping: &[Option<Field>]) -> BTreeMap<String, Option<Field>> {
    let names = columns.iter().map(|name| plain(name));
    names.zip(mapping.iter().copied()).filter(|(name, _)| !name.is_empty()).collect()
}

/// A saved mapping for the columns of a file; what it does not name stays as it was guessed.
pub fn apply(
    saved: &BTreeMap<String, Option<Field>>,
    columns: &[String],
    guessed: &[Option<Field>],
) -> Vec<Option<Field>> {
    let columns = columns.iter().zip(guessed);
    columns.map(|(name, guess)| saved.get(&plain(name)).copied().unwrap_or(*guess)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::table::guess::look;
    use super::*;
    use crate::error::Result;

    fn guessed(file: &'static str) -> Result<Vec<String>> {
        let found = look(Cursor::new(file))?;
        let word = |field: Option<Field>| field.map_or("-", Field::as_str).to_owned();
        Ok(guess(&found).into_iter().map(word).collect())
    }

    #[test]
    fn danish_lists_and_the_exports_of_others_are_known() -> Result<()> {
        let danish = "Fornavn;Efternavn;E-mail;Arbejdsplads;Ledelsesniveau;Tilmeldt den;Afmeldt\n";
        let fields = [
            "first_name",
            "last_name",
            "email",
            "organisation",
            "leadership_group",
            "confirmed_on",
            "ended_on",
        ];
        assert_eq!(guessed(danish)?, fields);
        let listmonk = "uuid,email,name,attributes,status,created_at,updated_at\n";
        let fields = ["-", "email", "name", "attributes", "state", "requested_on", "-"];
        assert_eq!(guessed(listmonk)?, fields);
        let mailchimp = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,\
                         CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,TAGS\n";
        let fields = ["email", "first_name", "last_name", "-", "requested_on", "-", "confirmed_on"];
        let found = guessed(mailchimp)?;
        assert_eq!(found[..7], fields);
        assert_eq!(found[7..], ["-", "-", "-", "-", "attribute"]);
        assert_eq!(guessed("Anne Holm,anne@x.dk\n")?, ["-", "email"]);
        let export = "E-mailadresse;Navn;Status;Udgaver;Tilmeldt;Bekræftet;Ophørt\n";
        let fields =
            ["email", "name", "state", "scope", "requested_on", "confirmed_on", "ended_on"];
        assert_eq!(guessed(export)?, fields);
        Ok(())
    }

    #[test]
    fn a_street_is_no_address_when_another_column_has_some() -> Result<()> {
        let two = "Navn;Adresse;E-mail\nAnne;Rådhuspladsen 2;anne@x.dk\n";
        assert_eq!(guessed(two)?, ["name", "-", "email"]);
        let unnamed = "Navn;Adresse;Kontakt\nAnne;Rådhuspladsen 2;anne@x.dk\n";
        assert_eq!(guessed(unnamed)?, ["name", "-", "email"]);
        assert_eq!(guessed("Navn;Adresse\nAnne;anne@x.dk\n")?, ["name", "email"]);
        // Before anybody knows what stands in it.
        assert_eq!(guessed("Navn;Adresse\n")?, ["name", "email"]);
        Ok(())
    }
}
