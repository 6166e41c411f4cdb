//! The words of choices as lists write them: ours in both languages, as the export writes them, and
//! those that others use.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fields::Field;
use crate::segments::{Field as Of, sentence};
use crate::subscribers::{LeadershipGroup, Scope, Sector, SubscriptionState};
use crate::web::Lang;

/// The words of our own pages and exports, small, with what they stand for.
static OURS: LazyLock<HashMap<(Field, String), &'static str>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for lang in Lang::ALL {
        let texts = lang.texts();
        for sector in Sector::ALL {
            let word = sentence::choice(Of::Sector, sector.as_str(), texts);
            words.insert((Field::Sector, word.to_lowercase()), sector.as_str());
        }
        for group in LeadershipGroup::ALL {
            let word = sentence::choice(Of::LeadershipGroup, group.as_str(), texts);
            words.insert((Field::Group, word.to_lowercase()), group.as_str());
        }
        for language in Lang::ALL {
            let word = sentence::choice(Of::Language, language.as_str(), texts);
            words.insert((Field::Language, word.to_lowercase()), language.as_str());
        }
        for scope in Scope::ALL {
            let word = texts.get(&format!("scope-{scope}"));
            words.insert((Field::Scope, word.to_lowercase()), scope.as_str());
        }
        for state in SubscriptionState::ALL {
            let word = texts.get(&format!("state-{state}"));
            words.insert((Field::State, word.to_lowercase()), state.as_str());
        }
    }
    words
});

/// What one of our own words stands for, if it is one.
fn ours(field: Field, word: &str) -> Option<&'static str> {
    OURS.get(&(field, word.to_owned())).copied()
}

/// Where somebody works, by a word in small letters.
pub fn sector(word: &str) -> Option<Sector> {
    Some(match word {
        "kommune" | "municipality" | "kommunal" => Sector::Kommune,
        "region" | "regional" => Sector::Region,
        "stat" | "state" | "statslig" => Sector::Stat,
        "anden" | "andet" | "other" | "privat" => Sector::Anden,
        _ => return ours(Field::Sector, word)?.parse().ok(),
    })
}

/// At which level somebody leads.
pub fn group(word: &str) -> Option<LeadershipGroup> {
    Some(match word {
        "1" | "topleder" | "væksthus 1" => LeadershipGroup::One,
        "2" | "chef" | "væksthus 2" => LeadershipGroup::Two,
        "3" | "leder" | "væksthus 3" => LeadershipGroup::Three,
        "andet" | "anden" | "other" => LeadershipGroup::Other,
        _ => return ours(Field::Group, word)?.parse().ok(),
    })
}

/// In which language somebody reads.
pub fn language(word: &str) -> Option<Lang> {
    Some(match word {
        "da" | "dk" | "da-dk" | "dansk" | "danish" => Lang::Da,
        "en" | "en-gb" | "en-us" | "engelsk" | "english" => Lang::En,
        _ => return ours(Field::Language, word)?.parse().ok(),
    })
}

/// Which issues somebody wants.
pub fn scope(word: &str) -> Option<Scope> {
    Some(match word {
        "all" | "alle" => Scope::All,
        "ordinary" | "almindelige" => Scope::Ordinary,
        "specials" | "special" | "særnumre" => Scope::Specials,
        _ => return ours(Field::Scope, word)?.parse().ok(),
    })
}

/// What a list says that a subscription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// They get the newsletter.
    Active,
    /// They get nothing for a while.
    Paused,
    /// They never confirmed.
    Unconfirmed,
    /// They left.
    Left,
    /// Their address does not take mail.
    Bounced,
    /// They called it spam.
    Complained,
    /// Somebody shut them out.
    ShutOut,
}

/// A state in the words of lists, of listmonk and of Mailchimp.
pub fn state(word: &str) -> Option<Said> {
    Some(match word {
        "active" | "aktiv" | "enabled" | "subscribed" | "confirmed" | "tilmeldt" => Said::Active,
        "paused" | "pauset" | "på pause" => Said::Paused,
        "ended" | "unsubscribed" | "afmeldt" | "ophørt" => Said::Left,
        "cleaned" | "bounced" | "hard bounce" => Said::Bounced,
        "complained" | "abuse" | "spam" => Said::Complained,
        "disabled" | "blocklisted" | "blocked" => Said::ShutOut,
        "unconfirmed" | "pending" | "nonsubscribed" | "ikke bekræftet" => Said::Unconfirmed,
        _ => match ours(Field::State, word)?.parse().ok()? {
            SubscriptionState::Active => Said::Active,
            SubscriptionState::Paused => Said::Paused,
            SubscriptionState::Pending => Said::Unconfirmed,
            SubscriptionState::Ended => Said::Left,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_our_own_export_is_known_in_both_languages() {
        for lang in Lang::ALL {
            let texts = lang.texts();
            let small = |key: String| texts.get(&key).to_lowercase();
            for one in Sector::ALL {
                let word = sentence::choice(Of::Sector, one.as_str(), texts).to_lowercase();
                assert_eq!(sector(&word), Some(*one), "{word}");
            }
            for one in LeadershipGroup::ALL {
                let word = sentence::choice(Of::LeadershipGroup, one.as_str(), texts);
                assert_eq!(group(&word.to_lowercase()), Some(*one), "{word}");
            }
            for one in Scope::ALL {
                let word = small(format!("scope-{one}"));
                assert_eq!(scope(&word), Some(*one), "{word}");
            }
            for one in Lang::ALL {
                let word = sentence::choice(Of::Language, one.as_str(), texts).to_lowercase();
                assert_eq!(language(&word), Some(*one), "{word}");
            }
            let said = [Said::Unconfirmed, Said::Active, Said::Paused, Said::Left];
            for (one, said) in SubscriptionState::ALL.iter().zip(said) {
                let word = small(format!("state-{one}"));
                assert_eq!(state(&word), Some(said), "{word}");
            }
        }
    }
}
