//! MJML of one's own: looked at as blocks are.

use super::*;

#[test]
fn words_in_ones_own_mjml_that_are_hard_to_read_are_warned_of() -> TestResult {
    let section = |colour: &str| {
        let source = format!(
            "<mj-section><mj-column><mj-text color=\"{colour}\">Om opgaven</mj-text></mj-column>\
             </mj-section>"
        );
        json!({ "kind": "mjml", "source": source })
    };
    let found = in_blocks(vec![text("Nyt."), section("#999999")])?;
    assert_eq!(found, one(Level::Warn, "blocks.1.source", "error-preflight-contrast"));
    assert_eq!(in_blocks(vec![section("#555555")])?, []);
    let mut whole = crate::issues::mjml::BEGINNING.to_owned();
    let value = |mjml: &str| json!({ "version": 1, "subject": "Nyt", "preheader": "Kort", "blocks": [], "mjml": mjml });
    let read = |mjml: &str| Content::read(&value(mjml)).map_err(|errors| format!("{errors:?}"));
    let faint = |content: &Content| {
        let faint = |(_, field, code): &(_, String, &str)| {
            field == "mjml" && *code == "error-preflight-contrast"
        };
        super::found(content, None).iter().filter(|found| faint(found)).count()
    };
    assert_eq!(faint(&read(&whole)?), 0);
    whole = whole.replace("#1c2830", "#b0b0b0");
    assert_eq!(faint(&read(&whole)?), 1);
    Ok(())
}

#[test]
fn mjml_of_ones_own_is_looked_at_as_the_blocks_are() -> TestResult {
    let found = |inside: &str| -> TestResult<Vec<(Level, &str)>> {
        let source = format!("<mj-section><mj-column>{inside}</mj-column></mj-section>");
        let found = in_blocks(vec![json!({ "kind": "mjml", "source": source })])?;
        assert!(found.iter().all(|(_, field, _)| field == "blocks.0.source"), "{found:?}");
        Ok(found.into_iter().map(|(level, _, code)| (level, code)).collect())
    };
    assert_eq!(
        found("<mj-button>Tilmeld dig</mj-button><mj-text>Se <a>planen</a></mj-text>")?,
        [(Level::Stop, "error-preflight-link-empty"); 2]
    );
    assert_eq!(
        found("<mj-image src=\"https://10.0.0.1/moede.png\" alt=\"Et møde\" />")?,
        [(Level::Stop, "error-preflight-private")]
    );
    assert_eq!(
        found("<mj-text>Planen: <a href=\"https://lederweb.dk/a\">læs <b>her</b></a></mj-text>")?,
        [(Level::Warn, "error-preflight-link-words")]
    );
    let well = "<mj-text>Læs <a href=\"https://lederweb.dk/a\">om planen</a> her</mj-text>";
    assert_eq!(found(well)?, []);
    Ok(())
}
