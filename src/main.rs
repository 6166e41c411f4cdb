//! Parses the command line and runs it.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match lederbrev::cli::run(lederbrev::cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "lederbrev: {error:#}");
            ExitCode::FAILURE
        }
    }
}
