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

/// Which hits before one have a say in its verdict: those of its crowd, and what shows that these
/// were bursts.
pub const BEFORE: TimeDelta = TimeDelta::seconds(60 + 2 * 5);
/// Which hits after one do: one that follows it, the crowd of that, and the bursts in it.
pub const AFTER: TimeDelta = TimeDelta::seconds(10 * 60 + 60 + 2 * 5);

/// A hit that has a row, as far as the rules ask: agents and networks are only compared. It is
/// small, because many come in a short time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Whose copy.
    pub delivery: i64,
    /// The link that was clicked; none for an open.
    pub link: Option<i32>,
    /// When.
    pub at: Instant,
    /// What stands for the agent.
    pub agent: u64,
    /// What stands for the client's network; none when it is not known.
    pub network: Option<u64>,
    /// By the rules about single hits.
    pub alone: Reason,
}

/// A hit judged by itself. Acceptance may be written down after the first hit, which came at once
/// then.
pub fn alone(
    is_click: bool,
    is_head: bool,
    agent: &str,
    at: Instant,
    accepted_at: Option<Instant>,
) -> Reason {
    let click_after = is_click.then(|| at - accepted_at.unwrap_or(at));
    verdict::judge(&Signals { is_head, agent, click_after })
}

/// Judges hits of one issue, which stand in the order in which they came. Its number of links says
/// what half of them is.
pub fn judge(hits: &[Hit], links: usize) -> Vec<Reason> {
    let bursts = bursts(hits, links);
    // A proxy and a prefetch come from few networks for very many people.
    let is_own = |hit: &Hit| matches!(hit.alone, Reason::Ordinary | Reason::TooSoon);
    let crowds = crowds(hits, |at| is_own(&hits[at]) && !bursts.contains(&at));
    let mut own_later: HashMap<i64, Vec<Instant>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate() {
        let is_human = hit.alone.verdict() == Verdict::Human;
        if is_human && !bursts.contains(&at) && !crowds.contains(&at) {
            own_later.entry(hit.delivery).or_default().push(hit.at);
        }
    }
    let is_followed = |hit: &Hit| {
        let Some(later) = own_later.get(&hit.delivery) else { return false };
        // They stand in order.
        let next = later.partition_point(|at| *at <= hit.at + CROWD);
        later.get(next).is_some_and(|at| *at <= hit.at + FOLLOWED)
    };
    let reason = |(at, hit): (usize, &Hit)| match hit.alone {
        alone if alone.verdict() == Verdict::Machine => alone,
        _ if bursts.contains(&at) => Reason::Burst,
        _ if crowds.contains(&at) && !is_followed(hit) => Reason::Crowd,
        alone => alone,
    };
    hits.iter().enumerate().map(reason).collect()
}

/// What is in a stretch of time that moves on, each thing as often as it is in it.
struct Window<T>(HashMap<T, usize>);

impl<T: std::hash::Hash + Eq> Window<T> {
    fn add(&mut self, thing: T) {
        *self.0.entry(thing).or_default() += 1;
    }

    fn remove(&mut self, thing: &T) {
        if let Some(number) = self.0.get_mut(thing) {
            *number -= 1;
            if *number == 0 {
                self.0.remove(thing);
            }
        }
    }

    /// How many different ones there are.
    fn different(&self) -> usize {
        self.0.len()
    }
}

/// The hits of a list that stand in a stretch of so long in which there are enough different things.
fn dense<T: std::hash::Hash + Eq>(
    hits: &[Hit],
    list: &[usize],
    stretch: TimeDelta,
    thing: impl Fn(&Hit) -> T,
    is_enough: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let (mut first, mut marked) = (0, 0);
    let (mut window, mut found) = (Window(HashMap::new()), Vec::new());
    for (last, at) in list.iter().enumerate() {
        window.add(thing(&hits[*at]));
        while hits[*at].at - hits[list[first]].at > stretch {
            window.remove(&thing(&hits[list[first]]));
            first += 1;
        }
        if is_enough(window.different()) {
            found.extend(&list[first.max(marked)..=last]);
            marked = last + 1;
        }
    }
    found
}

/// Clicks on many different links at once in one copy from one network, and the opens with them.
fn bursts(hits: &[Hit], links: usize) -> HashSet<usize> {
    let mut by_reader: HashMap<(i64, Option<u64>), [Vec<usize>; 2]> = HashMap::new();
    for (at, hit) in hits.iter().enumerate() {
        let [clicks, opens] = by_reader.entry((hit.delivery, hit.network)).or_default();
        if hit.link.is_some() { clicks.push(at) } else { opens.push(at) }
    }
    // One link is all that an issue with one link has: that is no burst.
    let is_burst = |different| different >= BURST_LINKS || different > 1.max(links / 2);
    let mut found = HashSet::new();
    for [clicks, opens] in by_reader.values() {
        let clicked = dense(hits, clicks, BURST, |hit| hit.link, is_burst);
        let mut by_agent: HashMap<u64, Vec<Instant>> = HashMap::new();
        for click in &clicked {
            by_agent.entry(hits[*click].agent).or_default().push(hits[*click].at);
        }
        found.extend(opens.iter().copied().filter(|open| {
            let open = &hits[*open];
            by_agent.get(&open.agent).is_some_and(|times| {
                let next = times.partition_point(|at| *at < open.at - BURST);
                times.get(next).is_some_and(|at| *at <= open.at + BURST)
            })
        }));
        found.extend(clicked);
    }
    found
}

/// Hits of more recipients from one network within a minute than look at a mail at one time.
fn crowds(hits: &[Hit], counts: impl Fn(usize) -> bool) -> HashSet<usize> {
    let mut by_network: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate().filter(|(at, _)| counts(*at)) {
        if let Some(network) = hit.network {
            by_network.entry(network).or_default().push(at);
        }
    }
    let is_crowd = |different| different > CROWD_RECIPIENTS;
    let dense = |all: &Vec<usize>| dense(hits, all, CROWD, |hit| hit.delivery, is_crowd);
    by_network.values().flat_map(dense).collect()
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

    fn number<T: std::str::FromStr>(word: &str) -> T {
        word.parse().unwrap_or_else(|_| panic!("{word:?} is no number"))
    }

    fn named(words: &str) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        hasher.finish()
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
        let start = Instant::from_micros(1_490_346_000_000_000); // 24 March 2017 9.00 UTC
        let after: f64 = number(seconds);
        let at = Instant::from_micros(start.micros() + (after * 1e6) as i64);
        let link: Option<i32> = link.parse().ok();
        // "1..21" is a line for each of these copies.
        let (first, last) = copies.split_once("..").unwrap_or((copies, copies));
        let copy = |delivery| Line {
            hit: Hit {
                delivery,
                link,
                at,
                agent: named(agent),
                network: Some(named(network)),
                alone: alone(link.is_some(), method == "HEAD", agent, at, Some(start)),
            },
            expected: expected.parse().unwrap_or_else(|_| panic!("{line}")),
            text: line.to_owned(),
        };
        (number(first)..=number(last)).map(copy).collect()
    }

    /// The groups of the log, each in order, with the number of links.
    fn groups() -> Vec<(usize, Vec<Line>)> {
        let (mut links, mut groups) = (5, Vec::new());
        for group in LOG.split("\n\n") {
            let mut all: Vec<Line> = Vec::new();
            for line in group.lines().filter(|line| !line.starts_with('#')) {
                match line.strip_prefix("links ") {
                    Some(of_it) => links = number(of_it),
                    None => all.extend(read(line)),
                }
            }
            all.sort_by_key(|line| line.hit.at);
            groups.push((links, all));
        }
        groups
    }

    #[test]
    fn every_line_of_the_log_is_judged_as_the_table_says() {
        let lines = LOG.lines().filter(|line| line.starts_with(char::is_numeric)).count();
        assert!(lines >= 60, "{lines} lines");
        let mut seen = HashSet::new();
        for (links, all) in groups() {
            let hits: Vec<Hit> = all.iter().map(|line| line.hit).collect();
            for (line, reason) in all.iter().zip(judge(&hits, links)) {
                assert_eq!(reason, line.expected, "{}", line.text);
                seen.insert(reason);
            }
        }
        for reason in Reason::ALL {
            assert!(seen.contains(reason), "no line for {reason}");
        }
    }

    #[test]
    fn what_lies_further_off_has_no_say() {
        for (links, all) in groups() {
            let hits: Vec<Hit> = all.iter().map(|line| line.hit).collect();
            let whole = judge(&hits, links);
            for (at, hit) in hits.iter().enumerate() {
                let first = hits.partition_point(|other| other.at < hit.at - BEFORE);
                let end = hits.partition_point(|other| other.at <= hit.at + AFTER);
                let around = judge(&hits[first..end], links);
                assert_eq!(around[at - first], whole[at], "{}", all[at].text);
            }
        }
    }
}
