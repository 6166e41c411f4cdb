//! The name of an issue in the archive's addresses.

use unicode_normalization::UnicodeNormalization;

/// Most characters; a word is not cut.
const LIMIT: usize = 60;

/// A subject as a slug: "Særnummer om kerneopgaven" is `saernummer-om-kerneopgaven`. Empty when
/// nothing of it can stand there.
pub fn of(subject: &str) -> String {
    let mut slug = String::new();
    let mut word = String::new();
    for c in subject.chars().chain([' ']) {
        match c.to_lowercase().next().unwrap_or(c) {
            'æ' => word.push_str("ae"),
            'ø' => word.push_str("oe"),
            'å' => word.push_str("aa"),
            'ß' => word.push_str("ss"),
            c if c.is_alphanumeric() => {
                word.extend(std::iter::once(c).nfd().filter(char::is_ascii_alphanumeric));
            }
            _ => {
                let longer = slug.len() + 1 + word.len();
                if !word.is_empty() && (longer <= LIMIT || slug.is_empty()) {
                    if !slug.is_empty() {
                        slug.push('-');
                    }
                    slug.push_str(&word[..word.len().min(LIMIT)]);
                } else if longer > LIMIT {
                    break;
                }
                word.clear();
            }
        }
    }
    slug
}

/// The slug itself, or with the first number that makes it differ from those that are taken.
pub fn free(slug: &str, taken: &[String]) -> String {
    if !taken.iter().any(|other| other == slug) {
        return slug.to_owned();
    }
    (2..)
        .map(|number: u32| format!("{slug}-{number}"))
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{free, of};

    #[test]
    fn danish_letters_are_written_out_and_words_stay_whole() {
        assert_eq!(of("Særnummer om kerneopgaven"), "saernummer-om-kerneopgaven");
        assert_eq!(of("Når jorden brænder – på Ærø!"), "naar-jorden-braender-paa-aeroe");
        assert_eq!(of("Café 2017"), "cafe-2017");
        assert_eq!(of("Кириллица …"), "");
        let long = of(&"kompetenceudvikling ".repeat(5));
        assert_eq!(long, "kompetenceudvikling-kompetenceudvikling-kompetenceudvikling");
    }

    #[test]
    fn a_taken_slug_gets_a_number() {
        let taken = ["nyt".to_owned(), "nyt-2".to_owned()];
        assert_eq!(free("nyt", &taken), "nyt-3");
        assert_eq!(free("andet", &taken), "andet");
    }
}
