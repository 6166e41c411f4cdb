//! Words as XML.

/// The namespace of Word's text.
pub(super) const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// A text as it may stand in XML: marks escaped, and without what XML has no place for.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() && !matches!(letter, '\t' | '\n' | '\r') => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A run of text with its properties, which are XML.
pub(super) fn run(text: &str, properties: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let properties = match properties {
        "" => String::new(),
        inner => format!("<w:rPr>{inner}</w:rPr>"),
    };
    format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(text))
}

/// A paragraph in a style.
pub(super) fn paragraph(style: &str, properties: &str, inside: &str) -> String {
    let style = match style {
        "" => String::new(),
        id => format!("<w:pStyle w:val=\"{id}\"/>"),
    };
    let properties = match style.len() + properties.len() {
        0 => String::new(),
        _ => format!("<w:pPr>{style}{properties}</w:pPr>"),
    };
    format!("<w:p>{properties}{inside}</w:p>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_text_in_xml() {
        assert_eq!(escape("<w:p>\u{b} & \"æ\"\u{ffff}"), "&lt;w:p&gt; &amp; &quot;æ&quot;");
        assert_eq!(paragraph("", "", &run("", "<w:b/>")), "<w:p></w:p>");
    }
}
