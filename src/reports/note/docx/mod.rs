//! A note as a Word file: plain OOXML with Word's own styles, so that a house's template applies.
//!
//! A file is a zip of a few parts; the fixed ones stand beside this as XML.

mod body;
mod chart;
mod xml;

use std::io::{Cursor, Write};

use anyhow::Context;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::document::Document;
use crate::error::Result;
use crate::web::Lang;
use xml::escape;

const STYLES: &str = include_str!("styles.xml");
const NUMBERING: &str = include_str!("numbering.xml");
const SETTINGS: &str = include_str!("settings.xml");

/// The head of every part.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The file.
pub(super) fn file(document: &Document) -> Result<Vec<u8>> {
    let language = match document.language {
        Lang::Da => "da-DK",
        Lang::En => "en-GB",
    };
    let body = body::Body::of(document);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| -> anyhow::Result<()> {
        zip.start_file(name, SimpleFileOptions::default())
            .with_context(|| format!("beginning {name}"))?;
        zip.write_all(content.as_bytes()).with_context(|| format!("writing {name}"))
    };
    add("[Content_Types].xml", &content_types(body.charts.len()))?;
    add(
        "_rels/.rels",
        &relations(&[
            ("rId1", "officeDocument", "word/document.xml", false),
            ("rId3", "extended-properties", "docProps/app.xml", false),
        ])
        .replace(
            "</Relationships>",
            "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/\
             relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
             </Relationships>",
        ),
    )?;
    add("docProps/core.xml", &core(document, language))?;
    add(
        "docProps/app.xml",
        &format!(
            "{XML}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/\
             extended-properties\"><Application>Lederbrev</Application></Properties>"
        ),
    )?;
    add("word/document.xml", &body.xml())?;
    add("word/styles.xml", &STYLES.replace("LANGUAGE", language))?;
    add("word/numbering.xml", NUMBERING)?;
    add("word/settings.xml", &SETTINGS.replace("LANGUAGE", language))?;
    add("word/footer1.xml", &footer(document))?;
    let fixed = [
        ("rId1", "styles", "styles.xml", false),
        ("rId2", "numbering", "numbering.xml", false),
        ("rId3", "settings", "settings.xml", false),
        ("rId4", "footer", "footer1.xml", false),
    ];
    let names: Vec<(String, String)> = (1..=body.charts.len())
        .map(|number| (format!("rChart{number}"), format!("charts/chart{number}.xml")))
        .collect();
    let charts = names.iter().map(|(id, target)| (id.as_str(), "chart", target.as_str(), false));
    let links = body.links.iter().map(|(id, url)| (id.as_str(), "hyperlink", url.as_str(), true));
    let all: Vec<_> = fixed.into_iter().chain(charts).chain(links).collect();
    add("word/_rels/document.xml.rels", &relations(&all))?;
    for (at, chart) in body.charts.iter().enumerate() {
        add(&format!("word/charts/chart{}.xml", at + 1), &format!("{XML}{chart}"))?;
    }
    let written = zip.finish().context("finishing the Word file")?;
    Ok(written.into_inner())
}

fn content_types(charts: usize) -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let mut parts = vec![
        ("/word/document.xml".to_owned(), format!("{word}.document.main+xml")),
        ("/word/styles.xml".to_owned(), format!("{word}.styles+xml")),
        ("/word/numbering.xml".to_owned(), format!("{word}.numbering+xml")),
        ("/word/settings.xml".to_owned(), format!("{word}.settings+xml")),
        ("/word/footer1.xml".to_owned(), format!("{word}.footer+xml")),
        (
            "/docProps/core.xml".to_owned(),
            "application/vnd.openxmlformats-package.core-properties+xml".to_owned(),
        ),
        (
            "/docProps/app.xml".to_owned(),
            "application/vnd.openxmlformats-officedocument.extended-properties+xml".to_owned(),
        ),
    ];
    for number in 1..=charts {
        let kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";
        parts.push((format!("/word/charts/chart{number}.xml"), kind.to_owned()));
    }
    let overrides: String = parts
        .iter()
        .map(|(part, kind)| format!("<Override PartName=\"{part}\" ContentType=\"{kind}\"/>"))
        .collect();
    format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.\
         relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         {overrides}</Types>"
    )
}

/// Which parts belong to a part, or where its links lead.
fn relations(all: &[(&str, &str, &str, bool)]) -> String {
    let one = |(id, kind, target, is_outside): &(&str, &str, &str, bool)| {
        let mode = if *is_outside { " TargetMode=\"External\"" } else { "" };
        let target = escape(target);
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"{mode}/>")
    };
    let all: String = all.iter().map(one).collect();
    format!("{XML}<Relationships xmlns=\"{RELATIONS}\">{all}</Relationships>")
}

fn core(document: &Document, language: &str) -> String {
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/\
         metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>{language}</dc:language>\
         </cp:coreProperties>",
        escape(&document.title),
        escape(&document.organisation)
    )
}

/// The line at the foot of each page, with Word's own page numbers.
fn footer(document: &Document) -> String {
    let words =
        document.language.texts().with("note-page", &[("page", &"\u{1}"), ("of", &"\u{2}")]);
    let mut runs = String::new();
    for piece in words.split_inclusive(['\u{1}', '\u{2}']) {
        let text = piece.trim_end_matches(['\u{1}', '\u{2}']);
        runs.push_str(&xml::run(text, ""));
        let field = match piece.chars().last() {
            Some('\u{1}') => "PAGE",
            Some('\u{2}') => "NUMPAGES",
            _ => continue,
        };
        runs.push_str(&format!(
            "<w:fldSimple w:instr=\"{field}\"><w:r><w:t>1</w:t></w:r></w:fldSimple>"
        ));
    }
    let title = xml::run(&format!("{} · {}", document.title, document.organisation), "");
    format!(
        "{XML}<w:ftr xmlns:w=\"{}\"><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>{title}\
         <w:r><w:tab/></w:r>{runs}</w:p></w:ftr>",
        xml::WORD
    )
}
