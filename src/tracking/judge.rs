//! Rules about several hits, for those who consent to being measured: what came around a hit is
//! looked at, too. A function of hits alone, so that it says the same whenever it is asked.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use super::verdict::{self, Reason, Signals, Verdict};
use crate::clock::Instant;

/// Clicks on different links within this time from one network are hardly a person's.
const BURST: TimeDelta = TimeDelta::seconds(5);
/// So many different links are a burst, however many the issue has.
const BURST_LINKS: usize = 3;
/// The time in which a network's recipients are counted.
const CROWD: TimeDelta = TimeDelta::seconds(60);
/// More recipients than that from one network are a crowd.
const CROWD_RECIPIENTS: usize = 20;
/// How long after a crowd a reader's own hit is looked for.
const FOLLOWED: TimeDelta = TimeDelta::minutes(10);

/// Which hits before one have a say in its verdict.
pub const BEFORE: TimeDelta = CROWD;
/// Which hits after one do: those that may follow it, and those that may be a crowd with these.
pub const AFTER: TimeDelta = TimeDelta::minutes(11);

/// A hit that has a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Whose copy.
    pub delivery: i64,
    /// The link that was clicked; none for an open.
    pub link: Option<i32>,
    /// When.
    pub at: Instant,
    /// `HEAD` instead of `GET`.
    pub is_head: bool,
    /// The `User-Agent`.
    pub agent: String,
    /// The client's network.
    pub network: String,
    /// When the copy was accepted, if that is known.
    pub accepted_at: Option<Instant>,
}

impl Hit {
    /// By the rules about single hits. Acceptance may be written down after the first hit, which
    /// came at once then.
    pub fn alone(&self) -> Reason {
        let click_after = self.link.map(|_| self.at - self.accepted_at.unwrap_or(self.at));
        verdict::judge(&Signals { is_head: self.is_head, agent: &self.agent, click_after })
    }
}

/// Judges hits of one issue, which stand in the order in which they came. Its number of links says
/// what half of them is.
pub fn judge(hits: &[Hit], links: usize) -> Vec<Reason> {
    let alone: Vec<Reason> = hits.iter().map(Hit::alone).collect();
    let bursts = bursts(hits, links);
    // A proxy and a prefetch come from few networks for very many people.
    let is_own = |at: usize| matches!(alone[at], Reason::Ordinary | Reason::TooSoon);
    let crowds = crowds(hits, |at| is_own(at) && !bursts.contains(&at));
    let mut own_later: HashMap<i64, Vec<Instant>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate() {
        let is_human = alone[at].verdict() == Verdict::Human;
        if is_human && !bursts.contains(&at) && !crowds.contains(&at) {
            own_later.entry(hit.delivery).or_default().push(hit.at);
        }
    }
    let is_followed = |hit: &Hit| {
        let later = own_later.get(&hit.delivery).into_iter().flatten();
        later.map(|at| *at - hit.at).any(|after| after > CROWD && after <= FOLLOWED)
    };
    let reason = |(at, hit): (usize, &Hit)| match alone[at] {
        alone if alone.verdict() == Verdict::Machine => alone,
        _ if bursts.contains(&at) => Reason::Burst,
        _ if crowds.contains(&at) && !is_followed(hit) => Reason::Crowd,
        alone => alone,
    };
    hits.iter().enumerate().map(reason).collect()
}

/// Clicks on many different links at once in one copy from one network, and the opens with them.
fn bursts(hits: &[Hit], links: usize) -> HashSet<usize> {
    let mut by_reader: HashMap<(i64, &str), Vec<usize>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate() {
        by_reader.entry((hit.delivery, &hit.network)).or_default().push(at);
    }
    let mut found = HashSet::new();
    for all in by_reader.values() {
        let clicks: Vec<usize> =
            all.iter().copied().filter(|at| hits[*at].link.is_some()).collect();
        for first in 0..clicks.len() {
            let start = hits[clicks[first]].at;
            let together: Vec<usize> = clicks[first..]
                .iter()
                .copied()
                .take_while(|at| hits[*at].at - start <= BURST)
                .collect();
            let different: HashSet<_> = together.iter().filter_map(|at| hits[*at].link).collect();
            // One link is all that an issue with one link has: that is no burst.
            if different.len() >= BURST_LINKS || different.len() > 1.max(links / 2) {
                found.extend(together);
            }
        }
        let clicked: Vec<usize> = clicks.into_iter().filter(|at| found.contains(at)).collect();
        found.extend(all.iter().copied().filter(|open| {
            let open = &hits[*open];
            open.link.is_none()
                && clicked.iter().any(|click| {
                    let click = &hits[*click];
                    (click.at - open.at).abs() <= BURST && click.agent == open.agent
                })
        }));
    }
    found
}

/// Hits of more recipients from one network within a minute than look at a mail at one time.
fn crowds(hits: &[Hit], counts: impl Fn(usize) -> bool) -> HashSet<usize> {
    let mut by_network: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate().filter(|(at, _)| counts(*at)) {
        if !hit.network.is_empty() {
            by_network.entry(&hit.network).or_default().push(at);
        }
    }
    let mut found = HashSet::new();
    for all in by_network.values() {
        let (mut first, mut marked) = (0, 0);
        let mut recipients: HashMap<i64, usize> = HashMap::new();
        for (last, at) in all.iter().enumerate() {
            *recipients.entry(hits[*at].delivery).or_default() += 1;
            while hits[*at].at - hits[all[first]].at > CROWD {
                let left = hits[all[first]].delivery;
                if let Some(number) = recipients.get_mut(&left) {
                    *number -= 1;
                    if *number == 0 {
                        recipients.remove(&left);
                    }
                }
                first += 1;
            }
            if recipients.len() > CROWD_RECIPIENTS {
                found.extend(&all[first.max(marked)..=last]);
                marked = last + 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of hits, each of an issue of its own: seconds after acceptance, copy, network,
    /// method, link or `-`, the expected reason, and the agent.
    const LOG: &str = include_str!("hits.log");

    struct Line {
        hit: Hit,
        expected: Reason,
        text: String,
    }

    fn read(line: &str) -> Vec<Line> {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap_or_default();
        let (seconds, copies, network, method, link, expected) =
            (word(), word(), word(), word(), word(), word());
        let agent = words.collect::<Vec<_>>().join(" ");
        let agent = match agent.as_str() {
            "FIREFOX" => "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/128.0",
            "OUTLOOK" => "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "EMPTY" => "",
            other => other,
        };
        let start = Instant::new("2017-03-24T09:00:00Z".parse().unwrap());
        let after = seconds.parse::<f64>().unwrap();
        // "1..21" is a line for each of these copies.
        let (first, last) = copies.split_once("..").unwrap_or((copies, copies));
        let (first, last): (i64, i64) = (first.parse().unwrap(), last.parse().unwrap());
        let copy = |delivery| Line {
            hit: Hit {
                delivery,
                link: link.parse().ok(),
                at: Instant::from_micros(start.micros() + (after * 1e6) as i64),
                is_head: method == "HEAD",
                agent: agent.to_owned(),
                network: network.to_owned(),
                accepted_at: Some(start),
            },
            expected: expected.parse().unwrap_or_else(|_| panic!("{line}")),
            text: line.to_owned(),
        };
        (first..=last).map(copy).collect()
    }

    #[test]
    fn every_line_of_the_log_is_judged_as_the_table_says() {
        let (mut links, mut lines, mut seen) = (5, 0, HashSet::new());
        for group in LOG.split("\n\n") {
            let mut all: Vec<Line> = Vec::new();
            for line in group.lines().filter(|line| !line.starts_with('#')) {
                match line.strip_prefix("links ") {
                    Some(number) => links = number.parse().unwrap(),
                    None => {
                        all.extend(read(line));
                        lines += 1;
                    }
                }
            }
            all.sort_by_key(|line| line.hit.at);
            let hits: Vec<Hit> = all.iter().map(|line| line.hit.clone()).collect();
            for (line, reason) in all.iter().zip(judge(&hits, links)) {
                assert_eq!(reason, line.expected, "{}\n{group}", line.text);
                seen.insert(reason);
            }
        }
        assert!(lines >= 60, "{lines} lines");
        for reason in Reason::ALL {
            assert!(seen.contains(reason), "no line for {reason}");
        }
    }

    #[test]
    fn what_is_judged_twice_is_judged_alike() {
        let mut all: Vec<Line> =
            LOG.lines().filter(|line| line.starts_with(char::is_numeric)).flat_map(read).collect();
        all.sort_by_key(|line| line.hit.at);
        let hits: Vec<Hit> = all.into_iter().map(|line| line.hit).collect();
        assert_eq!(judge(&hits, 5), judge(&hits, 5));
    }
}
