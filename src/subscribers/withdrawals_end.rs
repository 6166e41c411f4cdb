//! The end of the lines of `withdrawals.log`: a keyed hash is still somebody's, so it is not kept for
//! ever.
//!
//! A line is kept for as long as the hash of somebody who was erased (`ERASED_YEARS`): it is there for
//! a backup that is older than the line. What was said before an erasure, and the moves that lead to an
//! address of which something is kept, go with the last of that.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;

use super::withdrawals::{self, Event, Line};
use crate::app::App;
use crate::clock::Instant;
use crate::config::PRIVATE;
use crate::error::Result;
use crate::privacy::Kept;

/// The job of the night that takes the lines out which have ended; says whether there were any.
pub async fn clear(app: &App) -> Result<bool> {
    let path = withdrawals::path(app);
    let before = app.config.retention.before(Kept::Erased, app.clock.now());
    let cleared = tokio::task::spawn_blocking(move || rewrite(&path, before))
        .await
        .map_err(anyhow::Error::from)?
        .with_context(|| "taking ended lines out of withdrawals.log")?;
    if cleared > 0 {
        tracing::info!(cleared, "took ended lines out of withdrawals.log");
    }
    Ok(cleared > 0)
}

/// Writes the log anew without the lines that have ended; says how many those were. Nobody adds a line
/// meanwhile, and a crash leaves the one file or the other.
fn rewrite(path: &Path, before: Instant) -> std::io::Result<usize> {
    if !path.exists() {
        return Ok(0);
    }
    let lock = withdrawals::lock_of(path)?;
    lock.lock()?;
    let text = std::fs::read_to_string(path)?;
    let all: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let kept = kept(&all, before);
    let ended = all.len() - kept.len();
    if ended == 0 {
        return Ok(0);
    }
    let new = path.with_extension("log.new");
    let mut file =
        OpenOptions::new().create(true).truncate(true).write(true).mode(PRIVATE).open(&new)?;
    for line in kept {
        file.write_all(format!("\n{line}").as_bytes())?;
    }
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(ended)
}

/// The lines that have not ended, in their order. One that cannot be read was cut short by a crash, and
/// says nothing.
fn kept<'a>(all: &[&'a str], before: Instant) -> Vec<&'a str> {
    let lines: Vec<(&str, Line)> =
        all.iter().filter_map(|text| Some((*text, withdrawals::read(text)?))).collect();
    let mut needed: HashSet<&[u8]> = HashSet::new();
    // From the last to the first: what is said later decides what of before is needed.
    let mut kept: Vec<&str> = Vec::new();
    for (text, line) in lines.iter().rev() {
        let leads_there = line.to.as_ref().is_some_and(|to| needed.contains(to.as_slice()));
        if line.at < before && !leads_there && !needed.contains(line.hash.as_slice()) {
            continue;
        }
        if line.event == Event::Erased || line.to.is_some() {
            needed.insert(&line.hash);
        }
        kept.push(text);
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNE: &str = "11";
    const BO: &str = "22";
    const CARL: &str = "33";

    fn line(year: i32, what: &str, of: &str) -> String {
        format!("{year}-03-24T07:00:00.000000Z {what} {}", of.repeat(32))
    }

    fn left(lines: &[String]) -> Vec<usize> {
        let all: Vec<&str> = lines.iter().map(String::as_str).collect();
        let before = Instant::new("2022-01-01T00:00:00Z".parse().unwrap_or_default());
        let kept = kept(&all, before);
        (0..lines.len()).filter(|at| kept.contains(&all[*at])).collect()
    }

    #[test]
    fn a_line_ends_when_its_time_is_over_and_what_a_later_one_needs_is_kept() {
        let to_bo = format!("moved {}", BO.repeat(32));
        let lines = [
            line(2015, "complained *", ANNE),
            line(2016, "unsubscribed lederweb", CARL),
            // An old address of Bo's, who was erased lately.
            line(2017, &to_bo, ANNE),
            line(2018, "complained *", BO),
            line(2019, "undone lederweb", CARL),
            line(2023, "erased *", BO),
            line(2024, "unmeasured lederweb", CARL),
            "2024-03-24T07:00:00.000000Z erased * 44".to_owned(),
        ];
        assert_eq!(left(&lines), [0, 2, 3, 5, 6]);
    }

    #[test]
    fn nothing_is_left_of_somebody_whose_erasure_has_ended() {
        let to_bo = format!("renamed {}", BO.repeat(32));
        let lines = [
            line(2014, "complained *", BO),
            line(2015, &to_bo, ANNE),
            line(2016, "erased *", BO),
            line(2024, "unsubscribed lederweb", CARL),
        ];
        assert_eq!(left(&lines), [3]);
    }
}
