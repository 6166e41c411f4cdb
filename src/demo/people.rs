//! The made-up subscribers: nobody in here exists. Names are common Danish ones put together at
//! random, workplaces are Denmark's municipalities and regions, and every address lies under
//! `.example`, which RFC 2606 keeps from ever being real.

use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::subscribers::{LeadershipGroup, Sector};

/// Numbers of the real newsletter, which the made-up ledger gives on the same days.
pub const FIRST_COUNT: (i64, NaiveDate) = (26_420, day(2016, 10, 14));
/// The second of them.
pub const SECOND_COUNT: (i64, NaiveDate) = (27_699, day(2017, 10, 26));

/// The day the made-up ledger begins, with an import of so many.
const BEGIN: NaiveDate = day(2016, 1, 4);
const IMPORTED: usize = 25_800;
/// How many ended their subscription up to the first and up to the second count.
const ENDED: [usize; 2] = [700, 1_440];

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

/// Somebody made up.
pub struct MadeUp {
    /// Their name.
    pub name: String,
    /// Their address, under `.example`.
    pub email: String,
    /// Their workplace.
    pub organisation: String,
    /// Where that is.
    pub sector: Sector,
    /// At which level they lead.
    pub leadership_group: LeadershipGroup,
    /// Whether they were there when the ledger began.
    pub imported: bool,
    /// The day they joined.
    pub joined: NaiveDate,
    /// The day they left.
    pub left: Option<NaiveDate>,
}

/// Everyone, the same at every run.
pub fn all() -> Vec<MadeUp> {
    let mut random = StdRng::seed_from_u64(27_699);
    let periods = [(BEGIN, FIRST_COUNT.1), (FIRST_COUNT.1, SECOND_COUNT.1)];
    // What the counts and the endings leave: so many must have joined.
    let counts = [IMPORTED, usize_of(FIRST_COUNT.0), usize_of(SECOND_COUNT.0)];
    let mut people: Vec<MadeUp> =
        (0..IMPORTED).map(|number| person(&mut random, number, BEGIN, true)).collect();
    for (at, (after, until)) in periods.into_iter().enumerate() {
        let joining = counts[at + 1] + ENDED[at] - counts[at];
        let span = u64::try_from((until - after).num_days()).unwrap_or(1);
        for _ in 0..joining {
            let joined = after + Days::new(random.random_range(1..=span));
            let number = people.len();
            people.push(person(&mut random, number, joined, false));
        }
    }
    // Those who left are among the first, so that everyone leaves after they joined.
    let mut leaving: Vec<usize> = (0..IMPORTED).collect();
    for (at, (after, until)) in periods.into_iter().enumerate() {
        let span = u64::try_from((until - after).num_days()).unwrap_or(1);
        for _ in 0..ENDED[at] {
            let who = leaving.swap_remove(random.random_range(0..leaving.len()));
            people[who].left = Some(after + Days::new(random.random_range(1..=span)));
        }
    }
    people
}

fn usize_of(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn person(random: &mut StdRng, number: usize, joined: NaiveDate, imported: bool) -> MadeUp {
    let first = pick(random, FIRST_NAMES);
    let last = pick(random, LAST_NAMES);
    let in_a_region = random.random_range(0..100) < 18;
    let place = pick(random, if in_a_region { REGIONS } else { MUNICIPALITIES });
    let domain = place.to_lowercase().replace(' ', "-");
    let (organisation, sector, domain) = if in_a_region {
        (format!("Region {place}"), Sector::Region, format!("region-{domain}"))
    } else {
        (format!("{} Kommune", possessive(place)), Sector::Kommune, domain)
    };
    let leadership_group = match random.random_range(0..100) {
        0..5 => LeadershipGroup::One,
        5..28 => LeadershipGroup::Two,
        28..97 => LeadershipGroup::Three,
        _ => LeadershipGroup::Other,
    };
    MadeUp {
        name: format!("{first} {last}"),
        // The number keeps addresses apart; the domain may have æ, ø and å, as real ones do.
        email: format!("{}.{}{number}@{domain}.example", ascii(first), ascii(last)),
        organisation,
        sector,
        leadership_group,
        imported,
        joined,
        left: None,
    }
}

fn pick(random: &mut StdRng, from: &[&'static str]) -> &'static str {
    from.choose(random).copied().unwrap_or_default()
}

/// The names of some municipalities stand in the genitive, as in "Aarhus Kommune" (already with an
/// s) and "Københavns Kommune".
fn possessive(place: &str) -> String {
    if place == "København" { "Københavns".to_owned() } else { place.to_owned() }
}

fn ascii(name: &str) -> String {
    name.to_lowercase().replace('æ', "ae").replace('ø', "oe").replace('å', "aa").replace(' ', "-")
}

const FIRST_NAMES: &[&str] = &[
    "Anne",
    "Mette",
    "Kirsten",
    "Hanne",
    "Anna",
    "Helle",
    "Susanne",
    "Lene",
    "Maria",
    "Marianne",
    "Inge",
    "Lone",
    "Camilla",
    "Pia",
    "Charlotte",
    "Louise",
    "Bente",
    "Karen",
    "Ida",
    "Gitte",
    "Peter",
    "Michael",
    "Lars",
    "Jens",
    "Thomas",
    "Henrik",
    "Søren",
    "Christian",
    "Martin",
    "Jan",
    "Morten",
    "Jesper",
    "Anders",
    "Niels",
    "Mads",
    "Rasmus",
    "Per",
    "Hans",
    "Bo",
    "Jørgen",
    "Trine",
    "Birgitte",
    "Dorthe",
    "Rikke",
    "Sanne",
    "Ulla",
    "Kåre",
    "Åse",
    "Bjørn",
    "Karsten",
];

const LAST_NAMES: &[&str] = &[
    "Nielsen",
    "Jensen",
    "Hansen",
    "Pedersen",
    "Andersen",
    "Christensen",
    "Larsen",
    "Sørensen",
    "Rasmussen",
    "Jørgensen",
    "Petersen",
    "Madsen",
    "Kristensen",
    "Olsen",
    "Thomsen",
    "Christiansen",
    "Poulsen",
    "Johansen",
    "Møller",
    "Mortensen",
    "Knudsen",
    "Holm",
    "Lund",
    "Schmidt",
    "Eriksen",
    "Holst",
    "Bach",
    "Dahl",
    "Friis",
    "Vestergaard",
    "Kjær",
    "Nørgaard",
    "Bruun",
    "Skov",
    "Toft",
    "Winther",
    "Østergaard",
    "Ravn",
    "Lauritsen",
    "Damgaard",
];

const MUNICIPALITIES: &[&str] = &[
    "Aabenraa",
    "Aalborg",
    "Aarhus",
    "Albertslund",
    "Allerød",
    "Assens",
    "Ballerup",
    "Billund",
    "Bornholm",
    "Brøndby",
    "Brønderslev",
    "Dragør",
    "Egedal",
    "Esbjerg",
    "Fanø",
    "Favrskov",
    "Faxe",
    "Fredensborg",
    "Fredericia",
    "Frederiksberg",
    "Frederikshavn",
    "Frederikssund",
    "Furesø",
    "Faaborg-Midtfyn",
    "Gentofte",
    "Gladsaxe",
    "Glostrup",
    "Greve",
    "Gribskov",
    "Guldborgsund",
    "Haderslev",
    "Halsnæs",
    "Hedensted",
    "Helsingør",
    "Herlev",
    "Herning",
    "Hillerød",
    "Hjørring",
    "Holbæk",
    "Holstebro",
    "Horsens",
    "Hvidovre",
    "Høje-Taastrup",
    "Hørsholm",
    "Ikast-Brande",
    "Ishøj",
    "Jammerbugt",
    "Kalundborg",
    "Kerteminde",
    "Kolding",
    "København",
    "Køge",
    "Langeland",
    "Lejre",
    "Lemvig",
    "Lolland",
    "Lyngby-Taarbæk",
    "Læsø",
    "Mariagerfjord",
    "Middelfart",
    "Morsø",
    "Norddjurs",
    "Nordfyn",
    "Nyborg",
    "Næstved",
    "Odder",
    "Odense",
    "Odsherred",
    "Randers",
    "Rebild",
    "Ringkøbing-Skjern",
    "Ringsted",
    "Roskilde",
    "Rudersdal",
    "Rødovre",
    "Samsø",
    "Silkeborg",
    "Skanderborg",
    "Skive",
    "Slagelse",
    "Solrød",
    "Sorø",
    "Stevns",
    "Struer",
    "Svendborg",
    "Syddjurs",
    "Sønderborg",
    "Thisted",
    "Tønder",
    "Tårnby",
    "Vallensbæk",
    "Varde",
    "Vejen",
    "Vejle",
    "Vesthimmerland",
    "Viborg",
    "Vordingborg",
    "Ærø",
];

const REGIONS: &[&str] = &["Hovedstaden", "Sjælland", "Syddanmark", "Midtjylland", "Nordjylland"];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_made_up_people_give_the_real_counts_on_the_real_days() {
        let people = all();
        for (count, on) in [FIRST_COUNT, SECOND_COUNT] {
            let there = people
                .iter()
                .filter(|p| p.joined <= on && p.left.is_none_or(|left| left > on))
                .count();
            assert_eq!(there, usize_of(count), "on {on}");
        }
        let emails: HashSet<&str> = people.iter().map(|p| p.email.as_str()).collect();
        assert_eq!(emails.len(), people.len());
        assert!(emails.iter().all(|email| email.ends_with(".example")));
        assert!(people.iter().all(|p| p.left.is_none_or(|left| left > p.joined)));
    }
}
