//! What only matters on the day on which an issue goes.

use super::*;

#[test]
fn an_event_that_has_been_stops() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.date", "error-preflight-past");
    for date in [
        "23. marts 2017",
        "Torsdag den 23. marts 2017 kl. 9.00",
        "22.-23. mar. 2017",
        "23/3 2017",
        "23-03-2017",
        "2017-03-23",
        "23 March 2017",
        "Oktober 2016",
    ] {
        assert_eq!(in_blocks(vec![event(date)])?, stop, "{date}");
    }
    for date in [
        "24. marts 2017",
        "23.-24. marts 2017",
        "30. november 2016 og 4. april 2017",
        "23. marts",
        "Hver torsdag",
        "",
    ] {
        assert_eq!(in_blocks(vec![event(date)])?, [], "{date}");
    }
    Ok(())
}

#[test]
fn what_the_library_keeps_to_a_last_day_warns_after_it() -> TestResult {
    let item = "0b8f3c52-7a51-4f0e-9d55-1c2b3a4d5e6f";
    let url = "https://lederweb.dk/motivation";
    let course =
        json!({ "kind": "ecourse", "title": "Motivation", "url": url, "library_item": item });
    let project = json!({ "title": "Samspil", "url": url, "groups": [], "library_item": item });
    let list = json!({ "kind": "project_list", "title": "Projekter", "projects": [project] });
    let content = issue("Nyt", "Kort", vec![course, list])?;
    let found = |last: &str| -> TestResult<Vec<_>> {
        let last_days = [(item.parse()?, last.parse()?)].into_iter().collect();
        let known = Known { last_days, ..Known::default() };
        let facts = Facts { details: details(), day: day(), known, ..Facts::default() };
        let found = check(&content, &facts).into_iter();
        let outdated = found.filter(|found| found.error.code == "error-preflight-outdated");
        Ok(outdated.map(|found| (found.level, found.error.field)).collect())
    };
    assert_eq!(found("2017-03-24")?, [], "the last day is one of them");
    let fields = ["blocks.0.url", "blocks.1.projects.0.url"];
    assert_eq!(found("2017-03-23")?, fields.map(|field| (Level::Warn, field.to_owned())));
    Ok(())
}

#[test]
fn what_only_matters_when_it_is_about_to_go_is_asked_then() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    let found = |audience, last, is_tested| {
        let sending = Some(Sending { audience, is_past: false, last, is_tested, close: None });
        let facts = Facts { details: details(), day: day(), sending, ..Facts::default() };
        check(&content, &facts).into_iter().map(|found| found.error.code).collect::<Vec<_>>()
    };
    assert_eq!(found(100, None, true), [""; 0]);
    assert_eq!(found(0, Some(100), true), ["error-preflight-nobody"]);
    assert_eq!(found(100, None, false), ["error-preflight-untested"]);
    for (audience, is_unusual) in [(80, false), (79, true), (120, false), (121, true)] {
        let expected: &[&str] = if is_unusual { &["error-preflight-audience"] } else { &[] };
        assert_eq!(found(audience, Some(100), true), expected, "{audience}");
    }
    Ok(())
}

#[test]
fn a_time_that_has_passed_stops() -> TestResult {
    let content = issue("Nyt", "Kort", vec![text("Nyt.")])?;
    let sending = Sending { audience: 1, is_past: true, last: None, is_tested: true, close: None };
    let sending = Some(sending);
    let facts = Facts { details: details(), day: day(), sending, ..Facts::default() };
    let found = check(&content, &facts).into_iter();
    let found: Vec<_> = found.map(|one| (one.level, one.error.field, one.error.code)).collect();
    assert_eq!(found, one(Level::Stop, "at", "error-time-past"));
    Ok(())
}

#[test]
fn a_month_that_is_over_has_passed() -> TestResult {
    let stop = one(Level::Stop, "blocks.0.date", "error-preflight-past");
    for (date, is_past) in
        [("februar 2017", true), ("Marts 2017", false), ("foråret 2017", false), ("1 2017", false)]
    {
        let expected = if is_past { stop.clone() } else { vec![] };
        assert_eq!(in_blocks(vec![event(date)])?, expected, "{date}");
    }
    Ok(())
}
