//! The command line: one small function a command. Answers go to standard output, logs to
//! standard error; exit codes are 0 done, 1 failed, 2 wrong arguments.

mod check;
mod dkim;
mod export;
mod import;
mod status_note;

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::web::Data;
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, PRIVATE, SETTINGS};
use crate::db;
use crate::deliveries;
use crate::demo;
use crate::jobs;
use crate::mail::{Catcher, MailUrl};
use crate::staff::{self, Role};
use crate::subscribers;
use crate::tracking;

/// A self-hosted newsletter and subscriber management service.
#[derive(Parser)]
#[command(name = "lederbrev", version, about, long_about = None)]
pub struct Cli {
    /// A TOML file with settings; the environment (LEDERBREV_…) comes before it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// A file with personal data, which nobody else on the machine can read; one that is there is written
/// anew.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(PRIVATE).open(path)?;
    // One that was there keeps its mode otherwise; what is no file on a disk has none of its own.
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
    }
    Ok(file)
}

#[derive(Subcommand)]
enum Command {
    /// Serve: the public pages, the staff pages, the API and the sending of issues.
    Serve,
    /// Try it: fill an example database, really send an issue to 27,699 made-up people, serve it,
    /// and print where to look. Mail stays on this machine.
    Demo {
        /// Fill, send, print the equation and stop; fails unless it agrees with the receipts.
        #[arg(long)]
        once: bool,
    },
    /// Bring the database up to date and stop.
    Migrate,
    /// End and erase again what withdrawals.log beside the database says, in a database that was
    /// restored from a backup. Serving does the same before anything is sent.
    EraseAgain,
    /// Send what is due of one issue, here and now, and print the equation. While serving, the
    /// service sends by itself.
    Send {
        /// The issue's uuid or slug.
        issue: String,
    },
    /// Add staff.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Make API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Make, show and switch the keys that sign mail (DKIM).
    #[command(subcommand)]
    Dkim(dkim::DkimCommand),
    /// Count again what is kept as sums, look up what the world sees; exit code 1 when something is
    /// not well.
    #[command(subcommand)]
    Check(check::CheckCommand),
    /// Import a file of people whose consent you state, or of addresses that are to get nothing any
    /// more, and print what became of its rows.
    Import(Box<import::ImportCommand>),
    /// Write people of the register as CSV or XLSX to a file or to standard output. The reason goes
    /// into the audit log.
    Export(export::ExportCommand),
    /// Write the yearly status note of a newsletter: every number with its day, its definition and its
    /// rows, and the words that editors have written for that period.
    StatusNote(status_note::StatusNoteCommand),
    /// List every setting with its default.
    Settings,
    /// Catch mail in a process of its own: an SMTP server on loopback that keeps the newest 500
    /// messages and a receipt for each, and sends nothing on.
    Catch {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:2525")]
        bind: SocketAddr,
        /// The folder to keep them in.
        #[arg(long, value_name = "DIR", default_value = "data/outbox")]
        dir: PathBuf,
    },
    /// Ask the service that runs with these settings whether it lives: for a container's health check.
    Health,
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Add somebody (or find them again) and print a link that signs them in once.
    Add {
        /// Their address.
        email: String,
        /// admin, editor, operator or reader.
        #[arg(long)]
        role: Role,
        /// Their name; without it, the part of the address before the @.
        #[arg(long, default_value = "")]
        name: String,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token and print it alone; it cannot be shown again.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// admin, editor, operator or reader.
        #[arg(long)]
        role: Role,
    },
}

/// Runs the command.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let config = cli.config.as_deref();
    match cli.command {
        Command::Serve => serve(config),
        Command::Demo { once } => demo(config, once),
        Command::Migrate => migrate(config),
        Command::Send { issue } => send(config, &issue),
        Command::Staff(StaffCommand::Add { email, role, name }) => {
            with_app(config, async move |app| {
                let added = staff::add::add(&app, &email, &name, role, CLI).await?;
                if added.was_there {
                    tracing::warn!(%role, "this person has access already; only the link is new");
                }
                Ok(added.link)
            })
        }
        Command::Token(TokenCommand::Create { name, role }) => {
            with_app(config, async move |app| staff::tokens::create(&app, &name, role, CLI).await)
        }
        Command::Dkim(command) => dkim::run(config, command),
        Command::Check(command) => check::run(config, &command),
        Command::Import(command) => {
            with_app(config, async move |app| {
                // A database that was restored may hold people who have left or been erased since.
                subscribers::withdrawals::replay(&app).await?;
                import::import(app, *command).await
            })
        }
        Command::Export(command) => with_app(config, async move |app| {
            subscribers::withdrawals::replay(&app).await?;
            export::export(app, command).await
        }),
        Command::StatusNote(command) => {
            if let Err(wrong) = command.period() {
                wrong.exit();
            }
            with_app(config, async move |app| status_note::status_note(app, command).await)
        }
        Command::EraseAgain => with_app(config, async move |app| {
            let ended = subscribers::withdrawals::replay(&app).await?;
            app.db.rewrite().await?;
            Ok(match ended {
                0 => "nothing had to be ended or erased again".to_owned(),
                ended => format!("ended or erased again: {ended}"),
            })
        }),
        Command::Settings => settings(),
        Command::Catch { bind, dir } => catch(bind, dir),
        Command::Health => health(config),
    }
}

/// Who did it, in the audit log.
const CLI: &str = "command line";

/// Writes an answer.
fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("writing the answer")
}

fn settings() -> anyhow::Result<()> {
    for setting in SETTINGS {
        say(&format!(
            "LEDERBREV_{}\n    {}\n    default: {}",
            setting.name, setting.doc, setting.default
        ))?;
    }
    Ok(())
}

fn catch(bind: SocketAddr, dir: PathBuf) -> anyhow::Result<()> {
    let catcher = Catcher::start(dir, bind).with_context(|| format!("listening on {bind}"))?;
    say(&format!("smtp://{}", catcher.address()))?;
    actix_web::rt::System::new().block_on(async {
        stop_signal()?.await;
        Ok(())
    })
}

/// Plain HTTP to the port that `BIND` names, on this machine.
fn health(file: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    let port = config.bind.rsplit_once(':').map_or("8080", |(_, port)| port);
    let patience = Duration::from_secs(4);
    let address = format!("127.0.0.1:{port}").parse().context("LEDERBREV_BIND has no port")?;
    let mut stream = TcpStream::connect_timeout(&address, patience).context("nobody answers")?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1000).read_to_string(&mut answer)?;
    anyhow::ensure!(answer.contains(" 200 "), "the service answers, but not that it is well");
    say("alive")
}

fn migrate(file: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    let _lock = db::migrate::lock(&config.database_url)?;
    match db::migrate::run(&config.database_url)? {
        0 => say("the database is up to date"),
        count => say(&format!("the database is up to date after {count} migration(s)")),
    }
}

/// Runs one verb and prints its answer.
fn with_app(
    file: Option<&Path>,
    verb: impl AsyncFnOnce(Data<App>) -> crate::error::Result<String>,
) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    // The service may be running on it, perhaps in an earlier version.
    db::migrate::run_if_new(&config.database_url)?;
    let answer = actix_web::rt::System::new().block_on(async {
        let app = App::build(config, Clock::real()).map_err(explain)?;
        verb(app).await.map_err(explain)
    })?;
    // Whoever writes to standard output themselves has said it.
    if answer.is_empty() { Ok(()) } else { say(&answer) }
}

/// An error of a verb in words: for fields, the texts that a form would show.
fn explain(error: crate::error::Error) -> anyhow::Error {
    match error {
        crate::error::Error::Invalid(findings) => {
            let texts = crate::web::Lang::En.texts();
            let all: Vec<String> = findings
                .iter()
                .map(|finding| format!("{}: {}", finding.field, texts.error(finding)))
                .collect();
            anyhow::anyhow!(all.join("\n"))
        }
        crate::error::Error::Conflict(code) => {
            anyhow::anyhow!(crate::web::Lang::En.texts().get(code))
        }
        crate::error::Error::Internal(error) => error,
        other => other.into(),
    }
}

fn serve(file: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    let _lock = db::migrate::lock(&config.database_url)?;
    let listener = TcpListener::bind(&config.bind).with_context(|| {
        format!(
            "listening on {}: is another program there? Set LEDERBREV_BIND to another port",
            config.bind
        )
    })?;
    db::migrate::run(&config.database_url)?;
    actix_web::rt::System::new().block_on(async move {
        let app = App::build(config, Clock::real()).map_err(explain)?;
        serve_until_stopped(app, listener, async { Ok(()) }).await
    })
}

/// Mail of made-up people must not leave the machine.
fn demo(file: Option<&Path>, once: bool) -> anyhow::Result<()> {
    // Nor does the example ask the sites of others.
    let defaults =
        [("DATABASE_URL", "sqlite://data/demo.db"), ("LOG", "warn"), ("LINK_CHECKS", "off")];
    let config = Config::load_with(file, &defaults)?;
    start_tracing(&config)?;
    if let MailUrl::Smtp(relay) = &config.mail_url
        && !relay.is_loopback()
    {
        bail!(
            "the demo sends to a relay on this machine only; LEDERBREV_MAIL_URL names {}",
            relay.host
        );
    }
    let _lock = db::migrate::lock(&config.database_url)?;
    let listener = TcpListener::bind(&config.bind).with_context(|| {
        format!(
            "listening on {}: is another program there? Set LEDERBREV_BIND to another port",
            config.bind
        )
    })?;
    db::migrate::run(&config.database_url)?;
    actix_web::rt::System::new().block_on(async move {
        let app = App::build(config, Clock::real()).map_err(explain)?;
        if once {
            return demo_once(app).await;
        }
        let alongside = {
            let app = app.clone();
            async move {
                let newsletter = demo::fill(&app, note).await.map_err(explain)?;
                let issue = demo::send(&app, &newsletter, note).await.map_err(explain)?;
                say(&demo::welcome(&app, &issue).await.map_err(explain)?)?;
                demo::watch(&app, &issue, note).await.map_err(explain)?;
                say(&demo::equation(&app, &issue).await.map_err(explain)?.text)
            }
        };
        let alongside = async move {
            alongside.await.context(
                "the demo is not whole: start it again with an empty database in \
                 LEDERBREV_DATABASE_URL, on SQLite by deleting its file",
            )
        };
        serve_until_stopped(app, listener, alongside).await
    })
}

/// Fills, sends, prints the equation; fails when it does not agree with the receipts.
async fn demo_once(app: Data<App>) -> anyhow::Result<()> {
    let local = tokio::task::LocalSet::new();
    let equation = local
        .run_until(async {
            let newsletter = demo::fill(&app, note).await.map_err(explain)?;
            let issue = demo::send(&app, &newsletter, note).await.map_err(explain)?;
            let mut scheduler = jobs::start(&app).await?;
            demo::watch(&app, &issue, note).await.map_err(explain)?;
            scheduler.shutdown().await?;
            app.sender.stop().await;
            demo::equation(&app, &issue).await.map_err(explain)
        })
        .await?;
    say(&equation.text)?;
    anyhow::ensure!(equation.adds_up, "the equation does not add up");
    Ok(())
}

/// What is being done, beside the answer.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "demo: {text}");
}

fn send(file: Option<&Path>, issue: &str) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    start_tracing(&config)?;
    let _lock = db::migrate::lock(&config.database_url)?;
    db::migrate::run(&config.database_url)?;
    let equation = actix_web::rt::System::new().block_on(async {
        let app = App::build(config, Clock::real()).map_err(explain)?;
        // As when serving: a restored backup sends to nobody who has left since.
        subscribers::withdrawals::replay(&app).await.map_err(explain)?;
        let mut sending = std::pin::pin!(deliveries::send_now::send_now(&app, issue));
        tokio::select! {
            equation = &mut sending => return equation.map_err(explain),
            () = stop_signal()? => {}
        }
        // Who breaks it off leaves nobody in doubt.
        tracing::info!("stopping: finishing what is in flight");
        app.sender.stop().await;
        let sent = tokio::time::timeout(deliveries::sender::GOODBYE, sending).await;
        sent.context("the relay has not answered in time; what is on the line is uncertain")?
            .map_err(explain)
    })?;
    say(&equation.to_string())?;
    anyhow::ensure!(equation.adds_up(), "not everybody in the audience is done yet");
    Ok(())
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
///
/// What is done alongside begins with the serving, is given up when it ends, and ends it when it
/// fails.
pub async fn serve_until_stopped(
    app: Data<App>,
    listener: TcpListener,
    alongside: impl Future<Output = anyhow::Result<()>> + 'static,
) -> anyhow::Result<()> {
    // From here on, so that whoever reads that it serves can tell it to end in order.
    let stop = stop_signal()?;
    subscribers::withdrawals::replay(&app).await.map_err(explain)?;
    let server = app::serve(app.clone(), listener)?;
    let handle = server.handle();
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let mut scheduler = jobs::start(&app).await?;
            let running = tokio::task::spawn_local(server);
            tracing::info!(address = %app.config.public_url, "serving");
            let mut alongside = tokio::task::spawn_local(alongside);
            let stopped = tokio::select! {
                () = stop => Ok(()),
                error = failure(&mut alongside) => Err(error),
            };
            alongside.abort();
            tracing::info!("stopping: finishing what is in flight");
            scheduler.shutdown().await?;
            let stopping = async {
                app.sender.stop().await;
                handle.stop(true).await;
            };
            // Mail that is under way may take half a minute, and somebody may kill us before that.
            write_down_until(&app, stopping).await;
            running.await??;
            // Nobody asks any more: these are the last opens and clicks.
            if tracking::write_down(&app).await.is_err() {
                // Two processes can have waited for each other: once more is enough.
                tracking::write_down(&app).await.map_err(explain)?;
            }
            stopped
        })
        .await?;
    tracing::info!("stopped");
    Ok(())
}

/// Writes opens and clicks down, at once and every second, until something has ended.
async fn write_down_until(app: &App, ended: impl Future<Output = ()>) {
    let over = tokio::sync::Notify::new();
    let writing = async {
        loop {
            // Between two waits, so that no batch is dropped on its way.
            if let Err(error) = tracking::write_down(app).await {
                tracing::warn!(%error, "opens and clicks could not be written down; trying again");
            }
            tokio::select! {
                biased;
                () = over.notified() => return,
                () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
            }
        }
    };
    // Beside each other: hits without end must not keep us from stopping.
    tokio::join!(
        async {
            ended.await;
            over.notify_one();
        },
        writing
    );
}

/// Why a task failed; never returns when it did not.
async fn failure(task: &mut tokio::task::JoinHandle<anyhow::Result<()>>) -> anyhow::Error {
    match task.await {
        Ok(Ok(())) => std::future::pending().await,
        Ok(Err(error)) => error,
        Err(error) => error.into(),
    }
}

/// Listens for SIGTERM and SIGINT from now on; the future ends when one has come.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Logs go to standard error.
pub fn start_tracing(config: &Config) -> anyhow::Result<()> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log).context("LEDERBREV_LOG")?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if config.log_json { log.json().try_init() } else { log.try_init() };
    started.map_err(|error| anyhow::anyhow!(error))
}
