//! The chart as Word's own, drawn from the numbers, with words for those who do not see it.

use super::OFFICE;
use super::xml::escape;
use crate::reports::note::document::{Chart, Document};

/// How large it is, in English metric units: 17 by 6.5 centimetres.
const SIZE: (u32, u32) = (6_120_000, 2_340_000);

/// The place of a chart in the text.
pub(super) fn drawing(chart: &Chart, number: usize) -> String {
    let (width, height) = SIZE;
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"{number}\" name=\"{}\" \
         descr=\"{}\"/><wp:cNvGraphicFramePr/><a:graphic>\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\">\
         <c:chart r:id=\"rChart{number}\"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
        escape(&chart.title),
        escape(&chart.alt)
    )
}

/// The chart's part: bars from 0 up.
pub(super) fn part(document: &Document, chart: &Chart) -> String {
    let points = |of: &dyn Fn(usize) -> String| -> String {
        (0..chart.bars.len())
            .map(|at| format!("<c:pt idx=\"{at}\"><c:v>{}</c:v></c:pt>", escape(&of(at))))
            .collect()
    };
    let bar = |at: usize| chart.bars.get(at);
    let names = points(&|at| {
        bar(at).map_or_else(String::new, |bar| match bar.year {
            Some(year) => format!("{} {year}", bar.label),
            None => bar.label.clone(),
        })
    });
    let values = points(&|at| bar(at).map_or_else(String::new, |bar| bar.value.to_string()));
    let count = chart.bars.len();
    // The numbers that stand on bars, as the note prints them.
    let labels: String = chart
        .bars
        .iter()
        .enumerate()
        .filter(|(_, bar)| !bar.number.is_empty())
        .map(|(at, bar)| {
            format!(
                "<c:dLbl><c:idx val=\"{at}\"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:rPr b=\"1\" \
                 sz=\"900\"/><a:t>{}</a:t></a:r></a:p></c:rich></c:tx><c:dLblPos val=\"outEnd\"/>\
                 {SHOWN}</c:dLbl>",
                escape(document.shown(&bar.number))
            )
        })
        .collect();
    format!(
        "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"{OFFICE}\">\
         <c:roundedCorners val=\"0\"/><c:chart><c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/>\
         <c:barChart><c:barDir val=\"col\"/><c:grouping val=\"clustered\"/><c:varyColors val=\"0\"/>\
         <c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:tx><c:v>{}</c:v></c:tx>\
         <c:spPr><a:solidFill><a:srgbClr val=\"0B4F5C\"/></a:solidFill></c:spPr>\
         <c:invertIfNegative val=\"0\"/><c:dLbls>{labels}{HIDDEN}</c:dLbls>\
         <c:cat><c:strLit><c:ptCount val=\"{count}\"/>{names}</c:strLit></c:cat>\
         <c:val><c:numLit><c:formatCode>#,##0</c:formatCode><c:ptCount val=\"{count}\"/>{values}\
         </c:numLit></c:val></c:ser><c:gapWidth val=\"25\"/><c:axId val=\"1\"/><c:axId val=\"2\"/>\
         </c:barChart><c:catAx><c:axId val=\"1\"/><c:scaling><c:orientation val=\"minMax\"/></c:scaling>\
         <c:delete val=\"0\"/><c:axPos val=\"b\"/><c:numFmt formatCode=\"General\" sourceLinked=\"0\"/>\
         <c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/>\
         <c:crossAx val=\"2\"/><c:crosses val=\"autoZero\"/></c:catAx><c:valAx><c:axId val=\"2\"/>\
         <c:scaling><c:orientation val=\"minMax\"/><c:min val=\"0\"/></c:scaling><c:delete val=\"0\"/>\
         <c:axPos val=\"l\"/><c:majorGridlines><c:spPr><a:ln w=\"6350\"><a:solidFill>\
         <a:srgbClr val=\"C9D2D5\"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>\
         <c:numFmt formatCode=\"#,##0\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/>\
         <c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/><c:crossAx val=\"1\"/>\
         <c:crosses val=\"autoZero\"/></c:valAx></c:plotArea><c:plotVisOnly val=\"1\"/></c:chart>\
         <c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz=\"900\"/></a:pPr><a:endParaRPr/></a:p></c:txPr>\
         </c:chartSpace>",
        escape(&chart.unit)
    )
}

const SHOWN: &str = "<c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/>\
    <c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/>";
const HIDDEN: &str = "<c:showLegendKey val=\"0\"/><c:showVal val=\"0\"/><c:showCatName val=\"0\"/>\
    <c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/>";
