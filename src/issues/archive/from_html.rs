//! An old issue's HTML as blocks: headings, texts with bold, italics, links and lists, and pictures.
//! Only tokens are looked at and no tree is built, so that no nesting is too deep; what is not one
//! of those becomes its words, and what no reader saw goes.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};

use super::hidden::{End, Hidden};
use crate::error::FieldError;
use crate::issues::content::{
    BLOCK_LIMIT, Block, BlockKind, Heading, Image, LINE_LIMIT, Line, Picture, TEXT_LIMIT, Text,
    WebAddress,
};
use crate::issues::rich_text::{Part, Piece, RichText, Run, Style};
use crate::issues::text::{self, Target};

/// Largest HTML, in bytes.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Pictures that nothing is said about.
    pub silent_images: usize,
    /// Pictures that cannot be kept, because they are not at an `https` address.
    pub lost_images: usize,
}

/// Reads HTML.
///
/// # Errors
/// When it is too large, when it becomes too many blocks, or when there is nothing in it.
pub fn read(html: &str) -> Result<Read, FieldError> {
    if html.len() > MOST_BYTES {
        return Err(FieldError::new("html", "error-import-too-large"));
    }
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut reader = Reader::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&name(&tag.name)),
            Token::String(words) => reader.words(&String::from_utf8_lossy(&words)),
            _ => {}
        }
        if reader.read.blocks.len() > BLOCK_LIMIT {
            let error = FieldError::new("html", "error-import-too-many");
            return Err(error.with("max", BLOCK_LIMIT));
        }
    }
    reader.end_block();
    if reader.read.blocks.is_empty() {
        return Err(FieldError::new("html", "error-import-empty"));
    }
    Ok(reader.read)
}

/// What begins a new paragraph.
const BREAKS: [&str; 24] = [
    "p",
    "div",
    "table",
    "tr",
    "td",
    "th",
    "tbody",
    "thead",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "blockquote",
    "figure",
    "figcaption",
    "center",
    "form",
    "pre",
    "address",
    "dl",
    "dd",
];
fn name(name: &HtmlString) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn value(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

#[derive(Default)]
struct Reader {
    read: Read,
    /// The text block that is being read, and how long it is, in characters.
    parts: Vec<Part>,
    length: usize,
    /// The paragraph, heading or item that is being read.
    runs: Vec<Run>,
    heading: Option<u8>,
    /// The lists that are open: numbered or not.
    lists: Vec<bool>,
    is_item: bool,
    bold: usize,
    italic: usize,
    link: Option<String>,
    /// The element whose words nobody saw.
    hidden: Option<Hidden>,
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = name(&tag.name);
        if let Some(hidden) = &mut self.hidden {
            if !hidden.is_over_before(&name) {
                return;
            }
            self.hidden = None;
        }
        let style = value(tag, "style").unwrap_or_default();
        self.hidden = Hidden::begin(&name, &style, tag.attributes.contains_key(&b"hidden"[..]));
        if self.hidden.is_some() {
            return;
        }
        match &*name {
            "br" => self.push("\n"),
            "b" | "strong" => self.bold += 1,
            "i" | "em" => self.italic += 1,
            "a" => {
                let href = value(tag, "href").unwrap_or_default();
                self.link = text::address(&href, Target::WebOrMail).map(str::to_owned);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                self.heading = Some(if matches!(&*name, "h1" | "h2") { 2 } else { 3 });
            }
            "ul" | "ol" => {
                self.end_paragraph();
                self.lists.push(name == "ol");
            }
            "li" => {
                self.end_paragraph();
                self.is_item = true;
            }
            "img" => self.image(tag),
            "hr" => self.end_paragraph(),
            _ if BREAKS.contains(&&*name) => self.end_paragraph_unless_item(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(hidden) = &mut self.hidden {
            let end = hidden.end(name);
            if end != End::Open {
                self.hidden = None;
            }
            if end != End::Outer {
                return;
            }
        }
        match name {
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "i" | "em" => self.italic = self.italic.saturating_sub(1),
            "a" => self.link = None,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_block(),
            "ul" | "ol" => {
                self.end_paragraph();
                self.lists.pop();
            }
            "li" => self.end_paragraph(),
            _ if BREAKS.contains(&name) => self.end_paragraph_unless_item(),
            _ => {}
        }
    }

    /// A `p` in an item is no item of its own.
    fn end_paragraph_unless_item(&mut self) {
        if self.is_item && !self.lists.is_empty() {
            if !self.runs.is_empty() {
                self.push("\n");
            }
        } else {
            self.end_paragraph();
        }
    }

    fn words(&mut self, words: &str) {
        if self.hidden.is_some() {
            return;
        }
        let mut out = String::new();
        for letter in words.chars() {
            match letter {
                ' ' | '\t' | '\n' | '\r' | '\u{c}' if out.ends_with(' ') => {}
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => out.push(' '),
                // No-break spaces and marks of width zero fill up what an inbox shows.
                '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{34f}' | '\u{ad}' | '\u{feff}' => {}
                letter => out.push(letter),
            }
        }
        self.push(&out);
    }

    fn push(&mut self, words: &str) {
        let ends_in_blank = self.runs.last().is_none_or(
            |run| matches!(&run.piece, Piece::Text(text) if text.ends_with([' ', '\n'])),
        );
        let words = if ends_in_blank { words.trim_start_matches(' ') } else { words };
        if words.is_empty() || self.runs.is_empty() && words == "\n" {
            return;
        }
        let style = Style { bold: self.bold > 0, italic: self.italic > 0, link: self.link.clone() };
        match self.runs.last_mut() {
            Some(Run { piece: Piece::Text(text), style: known }) if *known == style => {
                text.push_str(words);
            }
            _ => self.runs.push(Run { piece: Piece::Text(words.to_owned()), style }),
        }
    }

    fn image(&mut self, tag: &StartTag<()>) {
        let is_dot = ["width", "height"].iter().any(|side| {
            value(tag, side).is_some_and(|side| matches!(side.trim_end_matches("px"), "0" | "1"))
        });
        if is_dot {
            return;
        }
        let src = value(tag, "src").unwrap_or_default();
        let url = Some(src.trim()).filter(|src| src.starts_with("https://"));
        let Some(url) = url.and_then(|url| WebAddress::parse(url, Target::Image)) else {
            self.read.lost_images += 1;
            return;
        };
        let alt = value(tag, "alt").unwrap_or_default();
        let alt = Line::new(&alt.chars().take(LINE_LIMIT).collect::<String>().replace("{{", "{ {"));
        let link = self.link.clone().filter(|link| text::is_web(link));
        self.end_block();
        let decorative = alt.is_empty();
        self.read.silent_images += usize::from(decorative);
        let picture = Picture {
            image: Some(Image { url, alt, decorative }),
            caption: Line::default(),
            url: link.and_then(|link| WebAddress::parse(&link, Target::Web)).unwrap_or_default(),
        };
        self.read.blocks.push(Block::new(BlockKind::Image(picture)));
    }

    /// The paragraph, heading or item is at its end.
    fn end_paragraph(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let is_item = std::mem::take(&mut self.is_item);
        let length: usize = runs
            .iter()
            .map(|run| match &run.piece {
                Piece::Text(text) => {
                    text.chars().count() + run.style.link.as_ref().map_or(0, String::len)
                }
                Piece::Name { fallback } => fallback.len(),
            })
            .sum();
        let is_blank =
            |run: &Run| matches!(&run.piece, Piece::Text(text) if text.trim().is_empty());
        if runs.iter().all(is_blank) {
            return;
        }
        if let Some(level) = self.heading {
            let words: String = runs
                .iter()
                .map(|run| match &run.piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Name { fallback } => fallback,
                })
                .collect();
            let words: String = words.replace("{{", "{ {").chars().take(LINE_LIMIT).collect();
            let heading = Heading { text: Line::new(&words), level };
            self.read.blocks.push(Block::new(BlockKind::Heading(heading)));
            return;
        }
        // Half of the limit, because marks need room too.
        if self.length + length > TEXT_LIMIT / 2 {
            self.end_text();
        }
        self.length += length;
        let is_numbered = self.lists.last().copied().unwrap_or_default();
        match (is_item && !self.lists.is_empty(), is_numbered, self.parts.last_mut()) {
            (true, false, Some(Part::Bullets(items)))
            | (true, true, Some(Part::Numbers(items))) => {
                items.push(runs);
            }
            (true, false, _) => self.parts.push(Part::Bullets(vec![runs])),
            (true, true, _) => self.parts.push(Part::Numbers(vec![runs])),
            (false, ..) => self.parts.push(Part::Paragraph(runs)),
        }
    }

    /// The text block is at its end.
    fn end_text(&mut self) {
        self.length = 0;
        let parts = std::mem::take(&mut self.parts);
        let body = RichText::from_parts(parts.clone()).unwrap_or_else(|_| plain(&parts));
        let is_short = body.to_markup().chars().count() <= TEXT_LIMIT;
        if !body.is_empty() && is_short {
            self.read.blocks.push(Block::new(BlockKind::Text(Text { body })));
        } else if !body.is_empty() {
            // One paragraph that is longer than a block may be.
            let words = plain_words(&parts);
            let words: Vec<char> = words.chars().collect();
            for piece in words.chunks(TEXT_LIMIT / 4) {
                let piece = Piece::Text(piece.iter().collect());
                let run = Run { piece, style: Style::default() };
                let body =
                    RichText::from_parts(vec![Part::Paragraph(vec![run])]).unwrap_or_default();
                self.read.blocks.push(Block::new(BlockKind::Text(Text { body })));
            }
        }
    }

    fn end_block(&mut self) {
        self.end_paragraph();
        self.end_text();
        self.heading = None;
    }
}

fn plain_words(parts: &[Part]) -> String {
    let mut words = String::new();
    for part in parts {
        let runs: Vec<&Run> = match part {
            Part::Paragraph(runs) => runs.iter().collect(),
            Part::Bullets(items) | Part::Numbers(items) => items.iter().flatten().collect(),
        };
        for run in runs {
            if let Piece::Text(text) = &run.piece {
                words.push_str(text);
            }
        }
        words.push(' ');
    }
    words.replace('{', "(").replace('}', ")")
}

/// The words alone, for what cannot be written as marks.
fn plain(parts: &[Part]) -> RichText {
    let run = Run { piece: Piece::Text(plain_words(parts)), style: Style::default() };
    RichText::from_parts(vec![Part::Paragraph(vec![run])]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::issues::Content;

    fn blocks(html: &str) -> Vec<(String, String)> {
        let read = read(html).unwrap_or_default();
        read.blocks
            .iter()
            .map(|block| {
                let words = match &block.kind {
                    BlockKind::Text(text) => text.body.to_markup(),
                    BlockKind::Image(picture) => {
                        let image = picture.image.as_ref();
                        let url = image.map(|image| image.url.as_str()).unwrap_or_default();
                        format!("{url} {} {}", block.kind.title(), picture.url.as_str())
                    }
                    kind => kind.title(),
                };
                (block.kind.name().to_owned(), words)
            })
            .collect()
    }

    #[test]
    fn an_old_issue_becomes_blocks() {
        let html = "<html><head><title>x</title><style>p{}</style></head><body>\
            <div style='display: none'>Læs i browser</div><table><tr><td><h1>Nyt om <b>ledelse</b></h1></td></tr>\
            <tr><td>Kære leder<br>Læs <a href='https://lederweb.dk/a?b=1&amp;c=2'><strong>artiklen</strong></a>.</td></tr></table>\
            <p>To</p><ul><li>ét</li><li><p>to</p></li></ul><ol><li>a</li></ol>\
            <a href='https://lederweb.dk/x'><img src='https://lederweb.dk/b.png' alt='En &quot;sol&quot;'></a>\
            <img src='http://lederweb.dk/c.png'><img src='https://t.example/o.gif' width=1 height=1>\
            <h3>Slut</h3>tekst<script>alert(1)</script>";
        let expected = [
            ("heading", "Nyt om ledelse"),
            ("text", "Kære leder\nLæs **[artiklen](https://lederweb.dk/a?b=1&c=2)**.\n\nTo\n\n- ét\n- to\n\n1. a"),
            ("image", "https://lederweb.dk/b.png En \"sol\" https://lederweb.dk/x"),
            ("heading", "Slut"),
            ("text", "tekst"),
        ]
        .map(|(kind, words)| (kind.to_owned(), words.to_owned()));
        assert_eq!(blocks(html), expected);
        assert_eq!(read(html).map(|read| read.lost_images).ok(), Some(1));
    }

    #[test]
    fn what_no_reader_saw_ends_where_a_browser_ends_it() {
        for html in [
            "<div><p style='display:none'>væk<p>set</div>",
            "<div><p hidden>væk<div>set</div></div>",
            "<table><tr><td><p hidden>væk</td><td>set</td></tr></table>",
            "<table><tr><td hidden>væk<table><tr><td>væk</td></tr></table><td>set</table>",
            "<table><tr hidden><td>væk<tr><td>set</table>",
            "<p><span hidden>væk<b>væk</b></span>set</p>",
            "<div hidden>væk<div>væk</div><p>væk</div>set",
        ] {
            assert_eq!(blocks(html), [("text".to_owned(), "set".to_owned())], "{html}");
        }
        let list = "<ul><li hidden>væk<ul><li>væk</ul>væk<li>set<li hidden>væk</ul><p>og set";
        assert_eq!(blocks(list), [("text".to_owned(), "- set\n\nog set".to_owned())]);
    }

    #[test]
    fn hostile_html_is_words_or_nothing() {
        let html = "<p onclick=alert(1)>a<a href='javascript:alert(1)'>b</a><img src='data:image/png,x' alt=x>\
            <svg onload=alert(1)><p>væk</p></svg>&lt;script&gt; {{navn|x}} **fed** \u{E000}open\u{E002}</p>";
        let content =
            serde_json::to_string(&read(html).unwrap_or_default().blocks).unwrap_or_default();
        assert!(
            !content.contains("javascript")
                && !content.contains("onclick")
                && !content.contains("data:")
        );
        assert!(!content.contains("\"name\"") && !content.contains('\u{E000}'), "{content}");
        assert_eq!(
            read("<script>alert(1)</script>").map_err(|e| e.code).err(),
            Some("error-import-empty")
        );
        assert!(read(&"<div>".repeat(500_000)).is_err(), "deep and empty");
        assert!(
            read(&format!("{}x", "<div><b><a href='https://a.example'>".repeat(100_000))).is_ok()
        );
        assert_eq!(
            read(&"x".repeat(MOST_BYTES + 1)).map_err(|e| e.code).err(),
            Some("error-import-too-large")
        );
        assert_eq!(
            read(&"<h2>x</h2>".repeat(300)).map_err(|e| e.code).err(),
            Some("error-import-too-many")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn whatever_is_read_can_be_stored_and_read_again(
            html in "(<|>|/|p|b|a|li|ul|h2|div|img| href='https://a.example'| src='https://a.example/x.png'|&lt;|\\*|\\[|\\]|\\(|\\)|- |1\\. |\\\\|\\{\\{navn\\|x\\}\\}|æ|\n| ){0,80}"
        ) {
            if let Ok(read) = read(&html) {
                let json = json!({ "subject": "x", "blocks": read.blocks });
                let content = Content::read(&json);
                prop_assert!(content.is_ok(), "{:?}", content);
            }
        }
    }
}
