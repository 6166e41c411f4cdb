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
