//! An Excel workbook (ECMA-376), written row by row: a zip of XML in which every cell is a text,
//! never a formula. What is written can be taken at any time; nothing is gone back to.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::web::separated::is_like_a_formula;

/// Rows that Excel lets stand on a sheet.
const MOST_ROWS: usize = 1_048_576;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Numbers of the styles below: what looks like a formula keeps being text when somebody edits it.
const PLAIN: u8 = 0;
const TEXT_FOR_EVER: u8 = 1;
const HEADING: u8 = 2;
const STYLES: &str = r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>"#;

/// What has been written and not taken yet. The zip holds one end of it.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The workbook that is being written.
pub struct Workbook {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    name: String,
    heading: Vec<String>,
    most_rows: usize,
    sheets: usize,
    /// On the sheet that is being written.
    rows: usize,
}

impl Workbook {
    /// Begins, with the name of its sheet and the heading of each column.
    pub fn new(name: String, heading: Vec<String>) -> anyhow::Result<Self> {
        Self::with_sheets_of(MOST_ROWS, name, heading)
    }

    fn with_sheets_of(
        most_rows: usize,
        name: String,
        heading: Vec<String>,
    ) -> anyhow::Result<Self> {
        let pipe = Pipe::default();
        let zip = ZipWriter::new_stream(pipe.clone());
        let mut book = Self { zip, pipe, name, heading, most_rows, sheets: 0, rows: 0 };
        book.begin_sheet()?;
        Ok(book)
    }

    /// Writes a row, on another sheet when this one is full.
    pub fn row(&mut self, cells: &[String]) -> anyhow::Result<()> {
        if self.rows == self.most_rows {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        let style = |cell: &str| if is_like_a_formula(cell) { TEXT_FOR_EVER } else { PLAIN };
        self.write_row(cells, style)
    }

    /// What has been written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        self.pipe.take()
    }

    /// Ends the sheet, and writes the parts that say which sheets there are. Nothing can be written
    /// after it.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        self.end_sheet()?;
        let (mut types, mut sheets, mut relations) = (String::new(), String::new(), String::new());
        for number in 1..=self.sheets {
            let mut name = self.name.clone();
            if number > 1 {
                name = format!("{name} {number}");
            }
            let name = escaped(&name);
            types += &format!(
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
            sheets +=
                &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
            relations += &format!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        let styles = self.sheets + 1;
        for (part, xml) in [
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{RELATIONS}\">{relations}<Relationship Id=\"rId{styles}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
                ),
            ),
            ("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>")),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>{types}</Types>"
                ),
            ),
        ] {
            self.begin_part(part)?;
            self.write(&format!("{XML}{xml}"))?;
        }
        let zip = std::mem::replace(&mut self.zip, ZipWriter::new_stream(Pipe::default()));
        zip.finish().context("ending the zip")?;
        Ok(())
    }

    fn begin_sheet(&mut self) -> anyhow::Result<()> {
        self.sheets += 1;
        self.rows = 0;
        self.begin_part(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        let columns = self.heading.len().max(1);
        self.write(&format!(
            "{XML}<worksheet xmlns=\"{MAIN}\"><cols><col min=\"1\" max=\"{columns}\" width=\"28\" customWidth=\"1\"/></cols><sheetData>"
        ))?;
        self.write_row(&self.heading.clone(), |_| HEADING)
    }

    fn end_sheet(&mut self) -> anyhow::Result<()> {
        self.write("</sheetData></worksheet>")
    }

    fn write_row(&mut self, cells: &[String], style: impl Fn(&str) -> u8) -> anyhow::Result<()> {
        self.rows += 1;
        let row = self.rows;
        let mut xml = format!("<row r=\"{row}\">");
        // There are fewer columns than letters.
        for (letter, cell) in ('A'..='Z').zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let (style, cell) = (style(cell), escaped(cell));
            xml += &format!(
                "<c r=\"{letter}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{cell}</t></is></c>"
            );
        }
        xml.push_str("</row>");
        self.write(&xml)
    }

    fn begin_part(&mut self, name: &str) -> anyhow::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(name, options).context("beginning a part of the zip")
    }

    fn write(&mut self, xml: &str) -> anyhow::Result<()> {
        self.zip.write_all(xml.as_bytes()).context("writing the zip")
    }
}

/// A text as XML; what XML cannot hold is marked.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Else it is read as a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn part(zip: &[u8], name: &str) -> anyhow::Result<String> {
        let mut archive = zip::ZipArchive::new(Cursor::new(zip))?;
        let mut text = String::new();
        archive.by_name(name)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_full_sheet_is_followed_by_another_with_the_same_heading() -> anyhow::Result<()> {
        let heading = vec!["Navn".to_owned()];
        let mut book = Workbook::with_sheets_of(3, "Abonnenter".to_owned(), heading)?;
        let mut zip = Vec::new();
        for name in ["Anne Holm", "=1+1", "Bo & <Krag>"] {
            book.row(&[name.to_owned()])?;
            zip.extend(book.take());
        }
        book.finish()?;
        zip.extend(book.take());
        let (first, second) =
            (part(&zip, "xl/worksheets/sheet1.xml")?, part(&zip, "xl/worksheets/sheet2.xml")?);
        assert!(first.contains("Navn") && first.contains("Anne Holm") && !first.contains("Krag"));
        assert!(second.contains("Navn") && second.contains("Bo &amp; &lt;Krag&gt;"));
        assert!(first.contains("<c r=\"A3\" s=\"1\" t=\"inlineStr\">"), "{first}");
        assert!(part(&zip, "xl/workbook.xml")?.contains("name=\"Abonnenter 2\""));
        Ok(())
    }
}
