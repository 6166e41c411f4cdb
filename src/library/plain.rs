//! HTML of others as plain text: tags, scripts and styles are gone, entities are characters.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

pub(super) use crate::web::tags::line;

/// More tokens than any text has that is meant for people.
const MOST_TOKENS: usize = 50_000;

/// One line of text.
pub(super) fn text(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut text, mut is_hidden) = (String::new(), false);
    for token in Tokenizer::new_with_emitter(html, emitter).take(MOST_TOKENS).flatten() {
        match token {
            Token::StartTag(tag) => {
                is_hidden = is_unread(&tag.name) && !tag.self_closing;
                text.push_str(between(&tag.name));
            }
            Token::EndTag(tag) => {
                is_hidden = is_hidden && !is_unread(&tag.name);
                text.push_str(between(&tag.name));
            }
            Token::String(part) if !is_hidden => text.push_str(&String::from_utf8_lossy(&part)),
            _ => {}
        }
    }
    line(&text)
}

fn is_unread(name: &[u8]) -> bool {
    matches!(name, b"script" | b"style" | b"template" | b"noscript" | b"iframe")
}

/// Words on both sides of a paragraph's end are two words; those of an emphasis may be one.
fn between(name: &[u8]) -> &'static str {
    match name {
        b"a" | b"abbr" | b"b" | b"cite" | b"code" | b"em" | b"i" | b"mark" | b"q" | b"small"
        | b"span" | b"strong" | b"sub" | b"sup" | b"u" | b"wbr" => "",
        _ => " ",
    }
}

/// The beginning of a text that is too long, in characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_html_is_left_but_its_words() {
        for (html, words) in [
            (
                "<p>Undgå <b>værdi</b>løs</p><p>kompetence&shy;udvikling &amp; mere</p>",
                "Undgå værdiløs kompetenceudvikling & mere",
            ),
            ("a<script>alert(1)</script>b<style>p{}</style>c<!-- d -->", "a b c"),
            ("5 < 7 &lt;b&gt; {{navn}}", "5 < 7 <b> {{navn}}"),
            ("<img src=x onerror=alert(1)>Billede<br/>tekst", "Billede tekst"),
            ("<script>aldrig lukket", ""),
        ] {
            assert_eq!(text(html), words, "{html}");
        }
    }
}
