//! `lederbrev export`: people of the register as a file.

use std::io::Write;
use std::path::PathBuf;

use actix_web::web::Data;
use anyhow::Context;
use clap::Args;

use super::CLI;
use crate::app::App;
use crate::error::Result;
use crate::newsletters;
use crate::people::export::file::ExportFile;
use crate::people::export::{Column, Format, Plan, prepare};
use crate::people::search::Query;
use crate::subscribers::SubscriptionState;
use crate::web::Lang;

/// Who is written, and what about them.
#[derive(Args)]
pub struct ExportCommand {
    /// Where to write it; standard output without it.
    file: Option<PathBuf>,
    /// The newsletter's slug.
    #[arg(long, value_name = "SLUG")]
    newsletter: String,
    /// What it is needed for; it goes into the audit log.
    #[arg(long)]
    reason: String,
    /// Of email, name, organisation, sector, leadership_group, attributes, language, newsletter,
    /// state, scope, source, asked, confirmed, ended and tracking, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "email,name,organisation,state")]
    columns: Vec<Column>,
    /// csv or xlsx.
    #[arg(long, default_value = "csv")]
    format: Format,
    /// Only those in this state: pending, active, paused or ended.
    #[arg(long)]
    state: Option<SubscriptionState>,
    /// The language of headings and choices, da or en; without it, the newsletter's. With da, CSV is
    /// separated by semicolons, with en by commas.
    #[arg(long)]
    language: Option<Lang>,
}

/// Writes it; the answer is how many rows there are, or nothing where the file itself is the answer.
pub async fn export(app: Data<App>, command: ExportCommand) -> Result<String> {
    let slug = command.newsletter.clone();
    let newsletter = app.db.read(move |conn| Ok(newsletters::store::by_slug(conn, &slug)?)).await;
    let newsletter = newsletter.context("there is no such newsletter")?;
    let query = Query {
        newsletter: newsletter.slug,
        state: command.state.map_or_else(String::new, |state| state.to_string()),
        ..Query::default()
    };
    let plan = Plan {
        query,
        columns: command.columns,
        format: command.format,
        language: command.language.unwrap_or(newsletter.language),
    };
    let id = prepare::begin(&app, plan.clone(), &command.reason, CLI).await?;
    let mut out: Box<dyn Write> = match &command.file {
        Some(path) => {
            let file = super::private_file(path);
            Box::new(file.with_context(|| format!("writing {}", path.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut file = ExportFile::new(app.clone().into_inner(), plan)?;
    let written = write(&mut file, &mut out);
    prepare::fetched(&app, id, CLI, file.rows(), written.is_ok()).await?;
    written?;
    Ok(match command.file {
        Some(_) => format!("rows: {}", file.rows()),
        None => String::new(),
    })
}

fn write(file: &mut ExportFile, out: &mut dyn Write) -> Result<()> {
    while let Some(piece) = file.next_piece()? {
        out.write_all(&piece).context("writing the file")?;
    }
    Ok(out.flush().context("writing the file")?)
}
