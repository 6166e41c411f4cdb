//! What is written in the cells of a spreadsheet: kinds, languages and days in people's words.

use chrono::NaiveDate;

use crate::library::ItemKind;
use crate::web::Lang;

/// A kind in Danish words.
pub(super) fn kind(word: &str) -> Option<ItemKind> {
    Some(match word.to_lowercase().as_str() {
        "artikel" => ItemKind::Article,
        "udgivelse" | "publikation" => ItemKind::Publication,
        "arrangement" => ItemKind::Event,
        "e-kursus" => ItemKind::Ecourse,
        "værktøj" => ItemKind::Tool,
        "projekt" => ItemKind::Project,
        _ => return None,
    })
}

/// A language by its code, or by its name in Danish or English.
pub(super) fn language(word: &str) -> Option<Lang> {
    match word.to_lowercase().as_str() {
        "dansk" | "danish" => Some(Lang::Da),
        "engelsk" | "english" => Some(Lang::En),
        code => {
            code.get(..2).filter(|_| code.len() == 2 || code[2..].starts_with('-'))?.parse().ok()
        }
    }
}

/// "25-08-2017", "25/8/2017" and "25.08.2017" are what spreadsheets make of a day.
pub fn day(text: &str) -> String {
    ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .map_or_else(|| text.to_owned(), |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_by_its_code_or_its_name() {
        for (word, meant) in [
            ("da", Some(Lang::Da)),
            ("EN", Some(Lang::En)),
            ("en-GB", Some(Lang::En)),
            ("Engelsk", Some(Lang::En)),
            ("dansk", Some(Lang::Da)),
            ("", None),
            ("enten", None),
            ("æ", None),
        ] {
            assert_eq!(language(word), meant, "{word}");
        }
    }
}
