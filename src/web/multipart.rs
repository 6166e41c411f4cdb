//! Forms with a file (RFC 7578), read from a body that is in memory already: each route says how
//! large that may be. It takes what browsers send and no more, and so needs no crate.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;

/// Most fields that are read.
const MOST_FIELDS: usize = 50;

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of the file, when it is one.
    pub file_name: Option<&'a str>,
    /// What was sent.
    pub bytes: &'a [u8],
}

/// The boundary, when a request says that its body is such a form.
pub fn boundary(request: &HttpRequest) -> Option<String> {
    let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = kind.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    // RFC 2046, 5.1.1.
    (1..=70).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// The fields of a body; `None` when it is not such a form from beginning to end.
pub fn fields<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Field<'a>>> {
    let opening = format!("--{boundary}");
    let between = memchr::memmem::Finder::new(&format!("\r\n{opening}")).into_owned();
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut fields = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(fields);
        }
        if fields.len() == MOST_FIELDS {
            return None;
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let head = memchr::memmem::find(part, b"\r\n\r\n")?;
        let content = part.get(head + 4..)?;
        let end = between.find(content)?;
        let disposition = std::str::from_utf8(&part[..head]).ok()?.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        fields.push(Field {
            name: parameter(disposition, "name")?,
            file_name: parameter(disposition, "filename"),
            bytes: &content[..end],
        });
        rest = content.get(end + 2 + opening.len()..)?;
    }
}

/// A parameter in quotation marks. A mark inside is sent as `%22` (WHATWG HTML, 4.10.22.7).
pub(super) fn parameter<'a>(disposition: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("; {name}=\"");
    let value = &disposition[disposition.find(&start)? + start.len()..];
    value.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\n\
        Et m\xc3\xb8de\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
        Content-Type: image/png\r\n\r\n\x89PNG\r\n--y\r\n\r\n--x--\r\n";

    #[test]
    fn fields_and_files_are_read() {
        let fields = fields(BODY, "x");
        assert_eq!(
            fields,
            Some(vec![
                Field { name: "alt", file_name: None, bytes: "Et møde".as_bytes() },
                Field { name: "file", file_name: Some("a.png"), bytes: b"\x89PNG\r\n--y\r\n" },
            ])
        );
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_none() {
        for cut in 0..BODY.len() - 4 {
            assert_eq!(fields(&BODY[..cut], "x"), None, "{cut}");
        }
        assert_eq!(fields(BODY, "z"), None);
        assert_eq!(fields(b"--x\r\n\r\n\r\n--x--", "x"), None);
        assert_eq!(fields(b"--x--", "x"), Some(vec![]));
    }
}
