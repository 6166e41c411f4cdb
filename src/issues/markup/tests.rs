//! What people type, and that it comes back.

use proptest::prelude::*;

use super::super::rich_text::{Part, Piece, RichText, Run, Style};
use super::parse_line;

fn run(text: &str, bold: bool, italic: bool, link: Option<&str>) -> Run {
    let style = Style { bold, italic, link: link.map(str::to_owned) };
    Run { piece: Piece::Text(text.to_owned()), style }
}

#[test]
fn an_editor_types_as_in_a_mail() {
    let text = "Kære {{navn|leder}}\n\nLæs **mere** om *kerneopgaven* på \
                [Lederweb](https://lederweb.dk/a_(b)?x=1&y=2).\n- Et\n- To\n1. Først\n\n2 * 3 er 6";
    let link = Some("https://lederweb.dk/a_(b)?x=1&y=2");
    let expected = RichText(vec![
        Part::Paragraph(vec![
            run("Kære ", false, false, None),
            Run { piece: Piece::Name { fallback: "leder".to_owned() }, style: Style::default() },
        ]),
        Part::Paragraph(vec![
            run("Læs ", false, false, None),
            run("mere", true, false, None),
            run(" om ", false, false, None),
            run("kerneopgaven", false, true, None),
            run(" på ", false, false, None),
            run("Lederweb", false, false, link),
            run(".", false, false, None),
        ]),
        Part::Bullets(vec![
            vec![run("Et", false, false, None)],
            vec![run("To", false, false, None)],
        ]),
        Part::Numbers(vec![vec![run("Først", false, false, None)]]),
        Part::Paragraph(vec![run("2 * 3 er 6", false, false, None)]),
    ]);
    assert_eq!(RichText::parse(text), Ok(expected));
}

#[test]
fn what_cannot_be_meant_is_named() {
    let code = |text| RichText::parse(text).map_err(|error| (error.code, error.found));
    assert_eq!(
        code("Hej {{fornavn|du}}"),
        Err(("error-merge-field-unknown", "fornavn".to_owned()))
    );
    assert_eq!(code("Hej {{navn}}"), Err(("error-merge-field-fallback", "navn".to_owned())));
    assert_eq!(
        code("[klik](javascript:alert)"),
        Err(("error-link", "javascript:alert".to_owned()))
    );
    assert_eq!(
        parse_line("Til {{Name|leder}}: nyt"),
        Ok(vec![
            Piece::Text("Til ".to_owned()),
            Piece::Name { fallback: "leder".to_owned() },
            Piece::Text(": nyt".to_owned()),
        ])
    );
}

#[test]
fn a_star_right_behind_a_mark_stays_a_star() {
    for text in ["*-*\\* 2.", "**a**\\* b", "***a***\\* b"] {
        let tree = RichText::parse(text).map_err(|error| error.code);
        let markup = tree.as_ref().map(RichText::to_markup).unwrap_or_default();
        assert_eq!(RichText::parse(&markup).map_err(|error| error.code), tree, "{markup}");
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(
        text in r"([-a.1æ*\[\]\(\){}\\ \n|]|\*\*|https://a\.b|\{\{navn\|x\}\}|\[a\]\(https://a\.b\)|[0-9]\. ){0,30}"
    ) {
        if let Ok(tree) = RichText::parse(&text) {
            let markup = tree.to_markup();
            prop_assert_eq!(RichText::parse(&markup), Ok(tree), "{:?}", markup);
        }
    }

    #[test]
    fn any_text_is_read_or_named(text in r"\PC{0,200}") {
        let _ = RichText::parse(&text);
        let _ = parse_line(&text);
    }

    #[test]
    fn plain_words_come_through_as_typed(words in proptest::collection::vec("[a-zæøå,!?]{1,8}", 1..20)) {
        let text = words.join(" ");
        let tree = RichText::parse(&text).map_err(|error| TestCaseError::fail(error.code))?;
        prop_assert_eq!(tree.to_text(), text.clone());
        prop_assert_eq!(tree.to_markup(), text);
    }
}
