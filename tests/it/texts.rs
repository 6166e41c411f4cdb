//! The texts: both languages say the same things, and every text that is asked for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lederbrev::app::ROUTES;
use lederbrev::web::Lang;

/// Every file under a folder of the repository with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, endings, found);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), endings, &mut found);
    found.sort();
    found
}

/// The messages of a language by key, each with its text.
fn messages(lang: Lang) -> BTreeMap<String, String> {
    let mut messages = BTreeMap::new();
    for file in files(&format!("locales/{lang}"), &[".ftl"]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut last = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(' ') {
                messages.entry(last.clone()).or_insert_with(String::new).push_str(line);
            } else if let Some((key, value)) = line.split_once(" =") {
                last = key.to_owned();
                let before = messages.insert(last.clone(), value.to_owned());
                assert!(before.is_none(), "{lang}: {key} is written twice ({})", file.display());
            } else {
                assert!(line.is_empty(), "{}: not a message: {line}", file.display());
            }
        }
    }
    messages
}

/// The names of the values in a message.
fn values(message: &str) -> BTreeSet<&str> {
    let name = |rest: &'_ str| rest.len() - rest.trim_start_matches(is_key_letter).len();
    message.split('$').skip(1).map(|rest| &rest[..name(rest)]).collect()
}

fn is_key_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// The program, and what it writes pages and mails from.
fn sources() -> String {
    let templates = files("src", &[".html"]).into_iter().chain(files("mjml", &[".mjml", ".txt"]));
    program() + &read(templates)
}

fn program() -> String {
    read(files("src", &[".rs"]))
}

fn read(files: impl IntoIterator<Item = PathBuf>) -> String {
    files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// What stands after a marker, up to the end of the string literal.
fn literals_after<'s>(sources: &'s str, marker: &str) -> BTreeSet<&'s str> {
    sources.split(marker).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

#[test]
fn both_languages_have_every_text_with_the_same_values() {
    let (danish, english) = (messages(Lang::Da), messages(Lang::En));
    let keys =
        |messages: &BTreeMap<String, String>| -> Vec<String> { messages.keys().cloned().collect() };
    assert_eq!(keys(&danish), keys(&english));
    for (key, text) in &danish {
        assert_eq!(values(text), values(&english[key]), "the values of {key}");
        let shown = |lang: Lang| {
            let values: Vec<(&'static str, &dyn std::fmt::Display)> =
                values(text).into_iter().map(|name| (&*name.to_owned().leak(), &1 as _)).collect();
            lang.texts().with(key, &values)
        };
        assert_ne!(&shown(Lang::Da), key, "{key} cannot be read as Fluent");
        // What cannot be read in English falls back to Danish.
        let is_same = shown(Lang::Da) == shown(Lang::En);
        assert_eq!(is_same, *text == english[key], "{key} cannot be read as Fluent in English");
    }
}

#[test]
fn every_text_that_is_asked_for_is_there() {
    let (danish, sources, program) = (messages(Lang::Da), sources(), program());
    let mut missing = BTreeSet::new();
    for marker in [".t(\"", ".t1(\"", ".t2(\"", "texts.get(\"", "texts().get(\"", "texts.with(\""] {
        missing.extend(literals_after(&sources, marker));
    }
    // Codes of errors, and what a page says was just done.
    let codes: Vec<String> =
        literals_after(&program, "\"error-").iter().map(|code| format!("error-{code}")).collect();
    let done: Vec<String> = sources
        .split("?done=")
        .skip(1)
        .map(|rest| format!("done-{}", &rest[..rest.find(|l| !is_key_letter(l)).unwrap()]))
        .collect();
    missing.extend(codes.iter().chain(&done).map(String::as_str));
    // A key that is put together ends in a hyphen or goes on in braces.
    missing.retain(|key| !key.ends_with('-') && !key.contains('{') && !key.contains("()"));
    missing.retain(|key| !danish.contains_key(*key));
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn every_beginning_of_a_key_that_is_put_together_is_that_of_a_text() {
    let (danish, sources) = (messages(Lang::Da), sources());
    let mut beginnings = BTreeSet::new();
    for marker in [".t(\"", ".t1(\"", ".t(format!(\"", ".t1(format!(\""] {
        beginnings.extend(literals_after(&sources, marker));
    }
    let beginnings = beginnings.into_iter().filter(|key| key.ends_with('-') || key.contains('{'));
    let beginnings = beginnings.map(|key| key.split('{').next().unwrap_or_default());
    let missing: Vec<&str> = beginnings
        .filter(|beginning| !danish.keys().any(|key| key.starts_with(beginning)))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn one_second_is_not_several() {
    let words = |seconds| Lang::Da.texts().t1("countdown-words", "seconds", seconds);
    assert_eq!(words(1), "Udsendelsen begynder om 1 sekund.");
    assert_eq!(words(59), "Udsendelsen begynder om 59 sekunder.");
}

#[test]
fn large_counts_in_errors_are_written_as_the_reader_writes_them() {
    use lederbrev::error::FieldError;
    let wrong = FieldError::new("number", "error-number-wrong");
    let wrong = wrong.with("typed", "27698").with("number", 27_699);
    assert!(Lang::Da.texts().error(&wrong).contains("skrev 27698, men udgaven går til 27.699."));
    assert!(Lang::En.texts().error(&wrong).contains("27698, but the issue goes to 27,699."));
    let audience = FieldError::new("", "error-preflight-audience");
    let audience = audience.with("number", 27_699).with("last", 999);
    let words = Lang::Da.texts().error(&audience);
    assert!(words.contains("sendes til 27.699.") && words.contains("sendt til 999."), "{words}");
}

#[test]
fn no_text_is_left_that_nobody_asks_for() {
    let (danish, sources) = (messages(Lang::Da), sources());
    let literals: BTreeSet<&str> = sources.split('"').collect();
    // `"role-"` and `"error-title-{}"` ask for every key that begins so; `?done=saved` for one.
    let beginnings: Vec<&str> = literals
        .iter()
        .map(|literal| literal.split('{').next().unwrap_or_default())
        .filter(|beginning| beginning.ends_with('-') && beginning.len() > 2)
        .collect();
    let is_asked = |key: &str| {
        literals.contains(key)
            || beginnings.iter().any(|beginning| key.starts_with(beginning))
            || key.strip_prefix("done-").is_some_and(|w| sources.contains(&format!("done={w}")))
    };
    let unused: Vec<&String> = danish.keys().filter(|key| !is_asked(key)).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn every_file_that_a_page_names_is_served() {
    let sources = sources();
    let missing: Vec<&str> = literals_after(&sources, "static_files::address(\"")
        .into_iter()
        .filter(|path| !lederbrev::web::static_files::address(path).contains("?v="))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(ROUTES.iter().any(|route| route.pattern.starts_with("/assets/")));
}
