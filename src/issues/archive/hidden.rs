//! Elements of an old issue that no reader saw, and where they end: an end tag may be left out
//! (HTML, section 13.1.2.4), and what follows must not go with them.

/// What holds no words for readers.
const SILENT: [&str; 14] = [
    "script", "style", "head", "title", "noscript", "template", "svg", "iframe", "object",
    "select", "textarea", "math", "audio", "video",
];
/// What has no end.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "meta", "link", "col", "wbr"];
/// What a paragraph ends before.
const ENDS_PARAGRAPH: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];
/// What holds items, cells or rows of its own.
const HOLDERS: [&str; 4] = ["ul", "ol", "table", "dl"];

/// An element whose words nobody saw.
#[derive(Debug)]
pub struct Hidden {
    name: String,
    /// How many of its name are open, itself included.
    depth: usize,
    /// How many lists and tables are open in it.
    holders: usize,
}

/// What an end tag means to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on.
    Open,
    /// It is its own end.
    Own,
    /// It is the end of an element around it, which ends it too.
    Outer,
}

impl Hidden {
    /// Whether an element is one, by its name, its style and its attribute `hidden`.
    pub fn begin(name: &str, style: &str, is_hidden: bool) -> Option<Self> {
        let style = style.to_lowercase().replace(' ', "");
        let is_hidden = is_hidden
            || SILENT.contains(&name)
            || style.contains("display:none")
            || style.contains("mso-hide:all");
        (is_hidden && !VOID.contains(&name)).then(|| Self {
            name: name.to_owned(),
            depth: 1,
            holders: 0,
        })
    }

    /// Takes note of a start tag in it. Returns whether it was over before that.
    pub fn is_over_before(&mut self, tag: &str) -> bool {
        let can_be_over = self.holders == 0 && self.depth == 1;
        let is_over = match &*self.name {
            "p" => ENDS_PARAGRAPH.contains(&tag),
            "li" => can_be_over && tag == "li",
            "td" | "th" => can_be_over && matches!(tag, "td" | "th" | "tr" | "tbody" | "tfoot"),
            "tr" => can_be_over && matches!(tag, "tr" | "tbody" | "tfoot"),
            "dt" | "dd" => can_be_over && matches!(tag, "dt" | "dd"),
            _ => false,
        };
        if !is_over {
            // A browser reads `<div/>` as a beginning, too.
            if self.name == tag && self.holders == 0 {
                self.depth += 1;
            } else if HOLDERS.contains(&tag) {
                self.holders += 1;
            }
        }
        is_over
    }

    /// Takes note of an end tag.
    pub fn end(&mut self, tag: &str) -> End {
        if self.holders > 0 {
            if HOLDERS.contains(&tag) {
                self.holders -= 1;
            }
            return End::Open;
        }
        if self.name == tag {
            self.depth -= 1;
            return if self.depth == 0 { End::Own } else { End::Open };
        }
        let is_outer = match &*self.name {
            "p" => ENDS_PARAGRAPH.contains(&tag) || matches!(tag, "td" | "th" | "tr" | "body"),
            "li" => matches!(tag, "ul" | "ol"),
            "td" | "th" => matches!(tag, "tr" | "tbody" | "thead" | "tfoot" | "table"),
            "tr" => matches!(tag, "tbody" | "thead" | "tfoot" | "table"),
            "dt" | "dd" => tag == "dl",
            _ => false,
        };
        if is_outer && self.depth == 1 { End::Outer } else { End::Open }
    }
}
