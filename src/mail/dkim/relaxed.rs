//! The relaxed form (RFC 6376, 3.4.2 and 3.4.4), in which white space may change on the way.

use aws_lc_rs::digest::{Context, Digest, SHA256};

/// Whole lines of a body in their relaxed form: a run of white space is one space, and none stands
/// before a line end. Empty lines at the end are left to [`BodyHash`].
pub fn relaxed(lines: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines.len());
    let mut gap = false;
    for &byte in lines {
        match byte {
            b' ' | b'\t' => gap = true,
            b'\r' | b'\n' => {
                gap = false;
                out.push(byte);
            }
            _ => {
                if std::mem::take(&mut gap) {
                    out.push(b' ');
                }
                out.push(byte);
            }
        }
    }
    out
}

/// The hash of a body, which may come in parts.
#[derive(Clone)]
pub struct BodyHash {
    context: Context,
    /// Line ends that count only if something follows them.
    waiting: usize,
    is_empty: bool,
}

impl Default for BodyHash {
    fn default() -> Self {
        Self::new()
    }
}

impl BodyHash {
    /// That of nothing yet.
    pub fn new() -> Self {
        Self { context: Context::new(&SHA256), waiting: 0, is_empty: true }
    }

    /// Adds whole lines in their relaxed form, as [`relaxed`] makes it.
    pub fn add(&mut self, relaxed: &[u8]) {
        let mut text = relaxed;
        let mut line_ends = 0;
        while let Some(shorter) = text.strip_suffix(b"\r\n") {
            text = shorter;
            line_ends += 1;
        }
        if !text.is_empty() {
            for _ in 0..std::mem::take(&mut self.waiting) {
                self.context.update(b"\r\n");
            }
            self.context.update(text);
            self.is_empty = false;
        }
        self.waiting += line_ends;
    }

    /// Empty lines at the end do not count, and a last line ends in CRLF.
    pub(super) fn finish(mut self) -> Digest {
        if !self.is_empty {
            self.context.update(b"\r\n");
        }
        self.context.finish()
    }
}

/// Appends the relaxed form of the fields with these names, in the order of the names, and returns
/// the names for `h=`. From is named once more than it is there: a second one would break the
/// signature. Of fields that are there twice, the last is taken.
pub(super) fn fields(head: &[u8], names: &[&'static str], out: &mut Vec<u8>) -> Vec<&'static str> {
    let mut found: Vec<Option<&[u8]>> = vec![None; names.len()];
    for field in Fields(head) {
        let Some(colon) = memchr::memchr(b':', field) else { continue };
        let name = field[..colon].trim_ascii_end();
        if let Some(at) = names.iter().position(|n| n.as_bytes().eq_ignore_ascii_case(name)) {
            found[at] = Some(&field[colon + 1..]);
        }
    }
    let mut signed = Vec::with_capacity(names.len() + 1);
    for (name, value) in names.iter().zip(found) {
        let Some(value) = value else { continue };
        push_field(name.as_bytes(), value, out);
        out.extend_from_slice(b"\r\n");
        signed.push(*name);
        if *name == "From" {
            signed.push(*name);
        }
    }
    signed
}

/// Appends the relaxed form of an unfinished DKIM-Signature field, which has no line end.
pub(super) fn signature_field(field: &[u8], out: &mut Vec<u8>) {
    let value = field.strip_prefix(b"DKIM-Signature:").unwrap_or(field);
    push_field(b"dkim-signature", value, out);
}

fn push_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let mut gap = false;
    for &byte in value.trim_ascii() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => gap = true,
            _ => {
                if std::mem::take(&mut gap) {
                    out.push(b' ');
                }
                out.push(byte);
            }
        }
    }
}

/// The fields of a head, folded as they are, each without its last CRLF.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let mut end = 0;
        loop {
            match memchr::memmem::find(&self.0[end..], b"\r\n") {
                // The empty line that ends the head.
                Some(0) if end == 0 => return None,
                Some(length) => end += length + 2,
                None => end = self.0.len(),
            }
            if !matches!(self.0.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (field, rest) = self.0.split_at(end);
        self.0 = rest;
        (!field.is_empty()).then(|| field.strip_suffix(b"\r\n").unwrap_or(field))
    }
}
