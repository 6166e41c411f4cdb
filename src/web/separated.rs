//! Rows of a file that a spreadsheet opens: quoted, and harmless as formulas.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a spreadsheet would take a text for a formula.
pub fn is_like_a_formula(text: &str) -> bool {
    text.starts_with(FORMULA)
}

/// Writes a row. What is like a formula gets a ' before it, by which it is text (OWASP, CSV
/// injection); every cell is quoted, so that no separator or line break in it begins another one.
pub fn write_row(
    out: &mut String,
    separator: char,
    cells: impl IntoIterator<Item = impl AsRef<str>>,
) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(separator);
        }
        write_cell(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

/// Writes one cell of text.
pub fn write_cell(out: &mut String, cell: &str) {
    out.push('"');
    if is_like_a_formula(cell) {
        out.push('\'');
    }
    out.push_str(&cell.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_neither_a_formula_nor_two_cells() {
        let mut out = String::new();
        write_row(&mut out, ';', ["=1+1", "Anne; \"Holm\"", "a-b", "\t@x", ""]);
        assert_eq!(out, "\"'=1+1\";\"Anne; \"\"Holm\"\"\";\"a-b\";\"'\t@x\";\"\"\r\n");
    }
}
