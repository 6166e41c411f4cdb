//! `lederbrev status-note`: the yearly note of a newsletter.

use std::io::Write;
use std::path::PathBuf;

use actix_web::web::Data;
use anyhow::{Context, anyhow};
use chrono::NaiveDate;
use clap::Args;
use clap::error::ErrorKind;

use crate::app::App;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::reports::note::{self, Format, plan::Period};
use crate::web::Lang;

/// Which note.
#[derive(Args)]
pub struct StatusNoteCommand {
    /// The first day of the period, YYYY-MM-DD.
    #[arg(long, value_name = "D")]
    from: NaiveDate,
    /// The last day of the period, YYYY-MM-DD.
    #[arg(long, value_name = "D")]
    to: NaiveDate,
    /// The day with which the last day is compared, YYYY-MM-DD.
    #[arg(long, value_name = "D")]
    compare: NaiveDate,
    /// html, pdf, docx or csv.
    #[arg(long)]
    format: Format,
    /// Where to write it; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The newsletter's slug; needed only where there are several.
    #[arg(long, value_name = "SLUG")]
    newsletter: Option<String>,
    /// da or en; without it, the newsletter's language.
    #[arg(long)]
    language: Option<Lang>,
}

impl StatusNoteCommand {
    /// The period, or why its days are not in their order.
    pub fn period(&self) -> std::result::Result<Period, clap::Error> {
        Period::new(self.from, self.to, self.compare).map_err(|error| {
            let why = super::explain(error).to_string();
            clap::Error::raw(ErrorKind::ValueValidation, format!("{why}\n"))
        })
    }
}

/// Writes it; the note is the answer, unless it goes into a file.
pub async fn status_note(app: Data<App>, command: StatusNoteCommand) -> Result<String> {
    let period = Period::new(command.from, command.to, command.compare)?;
    let newsletter = newsletter(&app, command.newsletter.as_deref()).await?;
    let language = command.language.unwrap_or(newsletter.language);
    let document = note::asked_for(&app, newsletter, period, language).await?;
    let file = note::write(&document, command.format)?;
    match &command.out {
        Some(path) => {
            std::fs::write(path, file).with_context(|| format!("writing {}", path.display()))?;
            Ok(format!("{}: {}", document.title, path.display()))
        }
        None => {
            std::io::stdout().write_all(&file).context("writing the note")?;
            Ok(String::new())
        }
    }
}

async fn newsletter(app: &App, slug: Option<&str>) -> Result<Newsletter> {
    let mut all = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let known: Vec<String> = all.iter().map(|newsletter| newsletter.slug.clone()).collect();
    match slug {
        Some(slug) => all.retain(|newsletter| newsletter.slug == slug),
        None if all.len() > 1 => {
            let which = anyhow!("say which newsletter with --newsletter: {}", known.join(", "));
            return Err(Error::Internal(which));
        }
        None => {}
    }
    all.pop().ok_or_else(|| {
        let which = match known.is_empty() {
            true => "there is no newsletter in this database".to_owned(),
            false => format!("there is no such newsletter; there are: {}", known.join(", ")),
        };
        Error::Internal(anyhow!(which))
    })
}
