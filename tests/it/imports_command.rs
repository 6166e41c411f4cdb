//! `lederbrev import`: a file from the command line.

use lederbrev::imports::api::ImportView;
use lederbrev::subscribers::ledger::Basis;

use crate::app::TestApp;
use crate::both;

const FILE: &str = "Navn;E-mail;Sektor;Tilmeldt den\n\
    Anne Holm;anne.holm@aarhus.example;kommune;14-10-2016\n\
    Bo Dam;bo.dam@rm.example;region;02-03-2017\n\
    Anne Holm;ANNE.HOLM@aarhus.example;kommune;14-10-2016\n\
    Carla;ikke en adresse;kommune;14-10-2016\n";

/// Runs `lederbrev import` with a file; its report, or what it says when it fails.
fn import(app: &TestApp, file: &str, words: &[&str]) -> Result<ImportView, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("abonnenter.csv");
    std::fs::write(&path, file).unwrap();
    let command = ["import", path.to_str().unwrap()];
    let out = app.command(&[&command[..], words].concat());
    match out.status.success() {
        true => Ok(serde_json::from_slice(&out.stdout).unwrap()),
        false => Err(String::from_utf8(out.stderr).unwrap()),
    }
}

both! {
    async fn the_command_line_says_what_would_happen_and_does_it(app: TestApp) {
        let newsletter = app.newsletter().await;
        let folder = tempfile::tempdir().unwrap();
        let errors = folder.path().join("fejl.csv");
        let to = ["--newsletter", "lederweb", "--basis", "Papir fra Ledertræf", "--errors"];
        let to = [&to[..], &[errors.to_str().unwrap()]].concat();
        let checked = import(&app, FILE, &[&to[..], &["--dry-run"]].concat()).unwrap();
        assert_eq!((checked.counts.created, checked.counts.skipped, checked.counts.invalid), (2, 1, 1));
        assert_eq!(app.count(newsletter, "2026-01-01").await, (None, Basis::Unknown));
        let done = import(&app, FILE, &to).unwrap();
        assert_eq!(done.counts, checked.counts);
        assert_eq!(app.count(newsletter, "2016-10-14").await, (Some(1), Basis::Counted));
        assert_eq!(app.count(newsletter, "2017-03-24").await, (Some(2), Basis::Counted));
        let errors = std::fs::read_to_string(&errors).unwrap();
        assert!(errors.contains("Det er ikke en e-mailadresse.") && errors.lines().count() == 3, "{errors}");
        let again = import(&app, FILE, &to).unwrap();
        assert_eq!((again.counts.created, again.counts.unchanged), (0, 2));
    }

    async fn a_list_of_suppressions_is_taken_and_shuts_out_who_comes_after_it(app: TestApp) {
        app.newsletter().await;
        let to = ["--newsletter", "lederweb"];
        let list = "email\nbo.dam@rm.example\n";
        let shut = [&to[..], &["--kind", "suppressions", "--reason", "complained"]].concat();
        import(&app, list, &shut).unwrap();
        let basis = [&to[..], &["--basis", "Papir fra Ledertræf"]].concat();
        let done = import(&app, FILE, &basis).unwrap();
        assert_eq!((done.counts.created, done.counts.suppressed), (1, 1));
    }

    async fn what_cannot_be_taken_says_why_and_leaves_nothing(app: TestApp) {
        let newsletter = app.newsletter().await;
        let said = import(&app, FILE, &["--newsletter", "lederwebb"]).unwrap_err();
        assert!(said.contains("there is no such newsletter"), "{said}");
        let said = import(&app, "Navn\nAnne Holm\n", &["--newsletter", "lederweb"]).unwrap_err();
        assert!(said.contains("address"), "{said}");
        assert_eq!(app.count(newsletter, "2026-01-01").await, (None, Basis::Unknown));
        let code = app.command(&["import"]).status.code();
        assert_eq!(code, Some(2), "wrong arguments");
    }
}
