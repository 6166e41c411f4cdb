//! MJML → HTML, by mrml, with what mrml leaves to its callers: it ends the whole program on deep
//! nesting, its tokenizer panics on bad conditional comments, it links to Google's fonts, it leaves
//! out the `alt` of decorative images, and it writes attributes as Rust writes string literals.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use mrml::prelude::parser::Error as ParseError;
use mrml::prelude::render::RenderOptions;

/// Octets of the longest MJML that is taken.
const MOST_BYTES: usize = 1024 * 1024;
/// Elements inside each other.
const MOST_DEPTH: usize = 100;

/// Where MJML cannot be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} in line {line}, column {column}")]
pub struct MjmlError {
    /// What is wrong.
    pub fault: Fault,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

/// What can be wrong with MJML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More than 1 MB.
    #[error("too long")]
    TooLong,
    /// More than 100 elements inside each other.
    #[error("nested too deeply")]
    TooDeep,
    /// A tag, attribute or comment that is not written as it should be.
    #[error("not well-formed")]
    Syntax,
    /// An element without its end, or an end without its element.
    #[error("a tag that does not match")]
    Unmatched,
    /// An element or attribute that cannot stand there.
    #[error("an element or attribute that is out of place")]
    Misplaced,
    /// A script, which no mail may carry.
    #[error("a script")]
    Script,
}

impl Fault {
    /// The Fluent message that tells the person; it takes `line` and `column`.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong => "error-mjml-too-long",
            Self::TooDeep => "error-mjml-too-deep",
            Self::Syntax => "error-mjml-syntax",
            Self::Unmatched => "error-mjml-unmatched",
            Self::Misplaced => "error-mjml-misplaced",
            Self::Script => "error-mjml-script",
        }
    }
}

/// Renders MJML. It must be written as XML is: attribute values in quotes, every element closed
/// (but `<br>` and its like), `&lt;` for a bare `<`.
pub fn to_html(mjml: &str) -> Result<String, MjmlError> {
    let tags = check(mjml).map_err(|(fault, at)| located(mjml, fault, at))?;
    let mjml = &*with_references(mjml, tags);
    let root = mrml::parse(mjml).map_err(|error| {
        let (fault, at) = place(&error);
        located(mjml, fault, at.unwrap_or(mjml.len()))
    })?;
    // No fonts: a link to a font tells somebody else who opens the mail.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    // What cannot be rendered is a value such as a width that is no number; mrml does not say where.
    let html = root.element.render(&options).map_err(|_| located(mjml, Fault::Misplaced, 0))?;
    Ok(with_dark_preview(&with_alt(&html)))
}

/// How mrml begins the text that an inbox shows behind the subject.
const PREVIEW: &str = "<div style=\"display:none;font-size:1px;color:#ffffff;";
/// The same, dark.
const DARK_PREVIEW: &str = "<div style=\"display:none;font-size:1px;color:#1c2830;";

/// Gives the preview text a dark colour. It is not shown anyhow, and white on a light ground is how
/// spam hides its words: filters count it.
fn with_dark_preview(html: &str) -> String {
    html.replacen(PREVIEW, DARK_PREVIEW, 1)
}

fn located(mjml: &str, fault: Fault, at: usize) -> MjmlError {
    let before = mjml.get(..at).unwrap_or(mjml);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    MjmlError { fault, line, column }
}

fn place(error: &ParseError) -> (Fault, Option<usize>) {
    match error {
        ParseError::UnexpectedElement { position, .. }
        | ParseError::MissingAttribute { position, .. }
        | ParseError::InvalidAttribute { position, .. }
        | ParseError::IncludeLoaderError { position, .. } => {
            (Fault::Misplaced, Some(position.start))
        }
        ParseError::UnexpectedToken { position, .. }
        | ParseError::InvalidFormat { position, .. } => (Fault::Syntax, Some(position.start)),
        ParseError::SizeLimit { .. } => (Fault::TooLong, None),
        ParseError::NoRootNode => (Fault::Misplaced, Some(0)),
        ParseError::EndOfStream { .. } | ParseError::ParserError { .. } => (Fault::Syntax, None),
    }
}

/// A fault and the octet where it is.
type Found = (Fault, usize);

/// Elements that mrml does not look for the end of.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Walks over the tags, so that mrml is only given what it can take; says where the start tags are.
fn check(mjml: &str) -> Result<Vec<Range<usize>>, Found> {
    if mjml.len() > MOST_BYTES {
        return Err((Fault::TooLong, MOST_BYTES));
    }
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = mjml[at..].find('<') {
        let start = at + found;
        let rest = &mjml[start..];
        if cuts_a_character(&mjml[at..start]) {
            return Err((Fault::Syntax, at));
        }
        if rest.starts_with("<!") {
            at = start + comment(rest).ok_or((Fault::Syntax, start))?;
        } else if let Some(closing) = rest.strip_prefix("</") {
            let end = closing.find('>').ok_or((Fault::Syntax, start))?;
            let name = closing[..end].trim_end();
            match open.pop() {
                Some((opened, _)) if opened == name => {}
                _ => return Err((Fault::Unmatched, start)),
            }
            at = start + 2 + end + 1;
        } else {
            let tag = tag(rest).ok_or((Fault::Syntax, start))?;
            if tag.name.eq_ignore_ascii_case("script") {
                return Err((Fault::Script, start));
            }
            if !tag.closed && !VOID.contains(&tag.name) {
                open.push((tag.name, start));
                if open.len() > MOST_DEPTH {
                    return Err((Fault::TooDeep, start));
                }
            }
            at = start + tag.length;
            tags.push(start..at);
        }
    }
    match open.pop() {
        Some((_, start)) => Err((Fault::Unmatched, start)),
        None if cuts_a_character(&mjml[at..]) => Err((Fault::Syntax, at)),
        None => Ok(tags),
    }
}

/// Whether mrml's tokenizer would end the program over a text: it looks at what stands two octets
/// before the first `>`, which may be in the middle of a character (htmlparser 0.2, `]]>`).
fn cuts_a_character(text: &str) -> bool {
    text.find('>').is_some_and(|at| !text.is_char_boundary(at.saturating_sub(2)))
}

/// Writes what mrml would write as `\u{…}` or `\\` in the values of attributes, such as a no-break
/// space in an `alt`, as character references, which every mail program reads.
fn with_references(mjml: &str, tags: Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(mjml.len() + 64);
    let mut at = 0;
    for tag in tags {
        out.push_str(&mjml[at..tag.start]);
        let mut value_ends_with = None;
        for c in mjml[tag.clone()].chars() {
            match value_ends_with {
                None => value_ends_with = Some(c).filter(|c| matches!(c, '"' | '\'')),
                Some(quote) if c == quote => value_ends_with = None,
                Some(_) if c != '\'' && c.escape_debug().len() > 1 => {
                    // Writing into a string cannot fail.
                    let _ = write!(out, "&#x{:X};", u32::from(c));
                    continue;
                }
                Some(_) => {}
            }
            out.push(c);
        }
        at = tag.end;
    }
    out.push_str(&mjml[at..]);
    out
}

/// The length of the comment, or of the mark of a conditional one, that `text` begins with. What
/// stands inside a conditional comment is read as elements, as mrml does.
fn comment(text: &str) -> Option<usize> {
    const CONDITIONAL: [&str; 4] = ["<!--[if", "<![if", "<![endif]", "<!--<![endif]"];
    const ENDS: [&str; 4] = ["]>-->", "]><!-->", "]-->", "]>"];
    if CONDITIONAL.iter().any(|start| text.starts_with(start)) {
        let bracket = text.find(']')?;
        let end = ENDS.iter().find(|end| text[bracket..].starts_with(**end))?;
        return Some(bracket + end.len());
    }
    let inside = text.strip_prefix("<!--")?;
    let end = inside.find("--")?;
    inside[end..].starts_with("-->").then_some("<!--".len() + end + "-->".len())
}

struct Tag<'a> {
    name: &'a str,
    length: usize,
    closed: bool,
}

/// The start tag that `text` begins with.
fn tag(text: &str) -> Option<Tag<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    let after = text.strip_prefix('<')?;
    let name = &after[..after.find(|c| !is_name(c))?];
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    let mut rest = &after[name.len()..];
    let mut closed = false;
    loop {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix('>') {
            rest = after;
            break;
        }
        if let Some(after) = trimmed.strip_prefix("/>") {
            (rest, closed) = (after, true);
            break;
        }
        let attribute = trimmed.find(|c| !is_name(c))?;
        if attribute == 0 || trimmed.len() == rest.len() {
            return None;
        }
        rest = &trimmed[attribute..];
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let end = value[1..].find([quote, '<'])?;
            rest = value[1 + end..].strip_prefix(quote)?;
        }
    }
    Some(Tag { name, length: text.len() - rest.len(), closed })
}

/// Gives each image without an `alt` an empty one, so that a screen reader does not read its
/// address aloud.
fn with_alt(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(found) = rest.find("<img") {
        let (before, image) = rest.split_at(found);
        let (start, attributes) = image.split_at("<img".len());
        let end = attributes.find('>').unwrap_or(attributes.len());
        out.push_str(before);
        out.push_str(start);
        if !attributes[..end].split_whitespace().any(|word| word.starts_with("alt=")) {
            out.push_str(" alt=\"\"");
        }
        rest = attributes;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(body: &str) -> String {
        format!(
            "<mjml lang=\"da\"><mj-body>\n<mj-section><mj-column>{body}</mj-column></mj-section>\n\
             </mj-body></mjml>"
        )
    }

    fn fault(mjml: &str) -> Option<(Fault, usize, usize)> {
        to_html(mjml).err().map(|error| (error.fault, error.line, error.column))
    }

    #[test]
    fn an_attribute_says_what_was_written() -> Result<(), MjmlError> {
        let html = to_html(&letter(
            "<mj-image src=\"https://lederweb.example/a.png\" alt='4,8\u{a0}% \\ \"nye\" \u{ad}ledere\u{200d}' />",
        ))?;
        let alt = "alt=\"4,8&#xA0;% &#x5C; &#x22;nye&#x22; &#xAD;ledere&#x200D;\"";
        assert!(html.contains(alt), "{html}");
        Ok(())
    }

    #[test]
    fn a_bare_bracket_behind_a_danish_letter_is_refused_and_ends_nothing() {
        assert_eq!(fault(&letter("<mj-text>æa></mj-text>")), Some((Fault::Syntax, 2, 33)));
        assert_eq!(fault(&letter("<mj-text>æ> aa> &gt;</mj-text>")), None);
        assert_eq!(fault("<mjml><mj-body></mj-body></mjml>æa>").map(|f| f.0), Some(Fault::Syntax));
    }

    #[test]
    fn a_letter_becomes_html_without_anyone_else_s_fonts() -> Result<(), MjmlError> {
        let html = to_html(&letter(
            "<mj-text>Kære leder &amp; kollega<br>Velkommen</mj-text>\
             <mj-image src=\"https://lederweb.example/a.png\" />\
             <mj-image src=\"https://lederweb.example/b.png\" alt=\"Væksthusdagen\" />",
        ))?;
        assert!(html.contains("Kære leder &amp; kollega<br"));
        assert!(html.contains("lang=\"da\""), "{html}");
        assert!(!html.contains("fonts.googleapis"));
        assert_eq!(html.matches("<img alt=\"\"").count(), 1);
        assert_eq!(html.matches("alt=\"Væksthusdagen\"").count(), 1);
        Ok(())
    }

    #[test]
    fn the_preview_text_is_not_hidden_by_its_colour() -> Result<(), MjmlError> {
        let html = to_html(
            "<mjml><mj-head><mj-preview>Læs om kerneopgaven</mj-preview></mj-head>\
             <mj-body background-color=\"#eef1f3\"></mj-body></mjml>",
        )?;
        let (before, _) = html.split_once(">Læs om kerneopgaven").unwrap_or_default();
        let style = before.rsplit('<').next().unwrap_or_default();
        assert!(style.contains("display:none") && style.contains("color:#1c2830"), "{style}");
        assert!(!style.contains("#fff"), "{style}");
        Ok(())
    }

    #[test]
    fn faults_are_found_with_line_and_column() {
        assert_eq!(fault(&letter("<mj-text>a < b</mj-text>")), Some((Fault::Syntax, 2, 35)));
        assert_eq!(fault(&letter("<mj-text><b>a</mj-text>")), Some((Fault::Unmatched, 2, 37)));
        assert_eq!(fault("<mjml><mj-body>"), Some((Fault::Unmatched, 1, 7)));
        assert_eq!(
            fault(&letter("<mj-text><SCRIPT>x</SCRIPT></mj-text>")),
            Some((Fault::Script, 2, 33))
        );
        assert_eq!(
            fault("<mjml>\n<mj-banner></mj-banner></mjml>").map(|f| f.0),
            Some(Fault::Misplaced)
        );
        assert_eq!(fault("").map(|f| f.0), Some(Fault::Misplaced));
        assert_eq!(fault("bare tekst").map(|f| f.0), Some(Fault::Syntax));
        assert!(fault(&letter("<mj-include path=\"/etc/passwd\" />")).is_some());
        assert_eq!(fault(&"a".repeat(MOST_BYTES + 1)).map(|f| f.0), Some(Fault::TooLong));
    }

    #[test]
    fn a_nesting_bomb_is_refused_before_it_reaches_the_parser() {
        let deep = |n: usize| {
            letter(&format!("<mj-text>{}{}</mj-text>", "<b>".repeat(n), "</b>".repeat(n)))
        };
        assert_eq!(fault(&deep(90)), None);
        for open in
            ["<b>", "<b a='\"'>", "<mj-section>", "<!--[if mso]><b>", "<b><!-- </b> -->", "<b><br>"]
        {
            let found = fault(&letter(&format!("<mj-text>{}", open.repeat(60_000)))).map(|f| f.0);
            assert_eq!(found, Some(Fault::TooDeep), "{open}");
        }
        for open in [
            "<b \">",
            "<b a=b>",
            "<b a=\"<b>",
            "<b/",
            "<![CDATA[",
            "<!--[if",
            "<!--[if x]y",
            "<!-- -- -->",
            "<?b",
            "<",
        ] {
            let found = fault(&letter(&format!("<mj-text>{}", open.repeat(60_000)))).map(|f| f.0);
            assert_eq!(found, Some(Fault::Syntax), "{open}");
        }
    }
}
