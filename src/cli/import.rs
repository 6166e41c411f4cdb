//! `lederbrev import`: a file, from the command line to its end.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use actix_web::web::Data;
use anyhow::Context;
use chrono::NaiveDate;
use clap::Args;

use super::CLI;
use crate::app::App;
use crate::error::{Error, Result};
use crate::imports::errors_file::ErrorsFile;
use crate::imports::{Existing, Kind, api, fields, run, steps, store};
use crate::newsletters;
use crate::subscribers::EndReason;
use crate::web::Lang;

/// What is said of a file.
#[derive(Args)]
pub struct ImportCommand {
    /// CSV, TSV or XLSX: encoding, separator and columns are guessed.
    file: PathBuf,
    /// The newsletter's slug.
    #[arg(long, value_name = "SLUG")]
    newsletter: String,
    /// subscribers, or suppressions: addresses that are to get nothing any more.
    #[arg(long, default_value = "subscribers")]
    kind: Kind,
    /// What their consent rests on, in words; it is kept with each of them. Needed for subscribers.
    #[arg(long, default_value = "")]
    basis: String,
    /// The day they consented, YYYY-MM-DD. Needed when the file does not say it of each of them.
    #[arg(long, value_name = "DATE")]
    consented_on: Option<NaiveDate>,
    /// The text they agreed to.
    #[arg(long, default_value = "")]
    consent_text: String,
    /// Where the evidence is kept.
    #[arg(long, default_value = "")]
    reference: String,
    /// Where they come from, when the file does not say it.
    #[arg(long, default_value = "")]
    source: String,
    /// What is done with people who are there: leave, fill or overwrite.
    #[arg(long, default_value = "leave")]
    existing: Existing,
    /// Why the addresses of a list of suppressions are: unsubscribed, bounced, complained or staff.
    #[arg(long, default_value = "unsubscribed")]
    reason: EndReason,
    /// The name of a saved mapping of the columns.
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,
    /// Write the rows that change nothing, with why, to this file.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
}

/// Imports, or says what would happen; the answer is JSON.
pub async fn import(app: Data<App>, command: ImportCommand) -> Result<String> {
    let file =
        File::open(&command.file).with_context(|| format!("reading {}", command.file.display()))?;
    let name = command.newsletter.clone();
    let newsletter = app.db.read(move |conn| Ok(newsletters::store::by_name(conn, &name)?)).await;
    let newsletter = newsletter.context("there is no such newsletter")?;
    let file_name = command.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let uploaded = steps::take_file(&app, &newsletter, command.kind, &file_name, CLI, file).await?;
    let mut plan = uploaded.plan()?;
    if let Some(name) = command.mapping.clone() {
        let saved = app.db.read(move |conn| store::mapping(conn, &name)).await;
        let saved = saved.context("there is no such mapping")?;
        plan.mapping = fields::apply(&saved, &plan.columns, &plan.mapping);
    }
    plan.basis = command.basis;
    plan.consented_on = command.consented_on;
    plan.consent_text = command.consent_text;
    plan.reference = command.reference;
    plan.source = command.source;
    plan.existing = command.existing;
    plan.reason = command.reason;
    let planned = steps::set_plan(&app, &uploaded, plan).await?;
    let begun = match command.dry_run {
        true => steps::check(&app, &planned, &newsletter).await,
        false => steps::run(&app, &planned, &newsletter).await,
    };
    if let Err(error) = begun {
        steps::discard(&app, &planned).await?;
        return Err(error);
    }
    let import = run::to_the_end(&app, planned.id).await?;
    let view = api::with_findings(&app, &import, &newsletter).await?;
    if let Some(path) = &command.errors {
        write_errors(&app, import.clone(), path)?;
    }
    if command.dry_run {
        steps::discard(&app, &import).await?;
    }
    if let Some(problem) = &import.problem {
        let code = Lang::En.texts().get(problem);
        return Err(Error::Internal(anyhow::anyhow!(code)));
    }
    Ok(serde_json::to_string_pretty(&view).context("writing the report")?)
}

fn write_errors(app: &Data<App>, import: crate::imports::Import, path: &Path) -> Result<()> {
    let mut out =
        super::private_file(path).with_context(|| format!("writing {}", path.display()))?;
    let mut errors = ErrorsFile::new(app.clone().into_inner(), import, Lang::Da)?;
    while let Some(piece) = errors.next_piece()? {
        out.write_all(piece.as_bytes()).map_err(anyhow::Error::from)?;
    }
    Ok(())
}
