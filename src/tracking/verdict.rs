//! Who may be behind a hit: a person, a machine, or nobody can tell. For reports only; it never
//! protects an action.
//!
//! The rules here look at a single hit. They are all there is where nothing about a person is kept
//! to compare it with; of those who consent, [`super::judge`] sees more.

use chrono::TimeDelta;

use crate::text_enum;

/// The version of all rules, here and in [`super::judge`]. A hit that was judged by others is
/// judged again.
pub const RULE_VERSION: i32 = 2;

/// In place of a version: the hit was judged alone so far.
pub const ALONE: i32 = 0;

text_enum! {
    /// Who may be behind a hit.
    pub enum Verdict {
        /// A person, as far as can be seen.
        Human = "human",
        /// A machine.
        Machine = "machine",
        /// It cannot be told.
        Unknown = "unknown",
    }
}

text_enum! {
    /// The rule that decided, in the order in which they are asked.
    pub enum Reason {
        /// It asked for the headers only.
        Head = "head",
        /// It did not say what it is.
        NoAgent = "no_agent",
        /// A mail provider's proxy, which loads an image when its reader looks, so a person is
        /// possible and the time approximate.
        ImageProxy = "image_proxy",
        /// A browser that nobody looks at.
        Headless = "headless",
        /// A security product that looks at mail before its reader does.
        Scanner = "scanner",
        /// A program that shows a preview of a link that somebody passed on.
        LinkPreview = "link_preview",
        /// It says that it is a robot or a tool.
        Robot = "robot",
        /// A click among several on different links within a few seconds, or an open with them.
        Burst = "burst",
        /// One of very many hits from one network within a minute, and nothing of the reader's
        /// own came after it: an employer's gateway.
        Crowd = "crowd",
        /// An agent that hides everything, as Apple's Mail Privacy Protection does: it loads
        /// images when mail arrives, and then a later look by the reader cannot be seen.
        PrivacyPrefetch = "privacy_prefetch",
        /// A click sooner after the mail was accepted than people are.
        TooSoon = "too_soon",
        /// Nothing speaks against a person.
        Ordinary = "ordinary",
    }
}

impl Reason {
    /// Whether the rule needs more than the hit itself, and so only holds where hits have rows: for
    /// people who consented to that.
    pub fn needs_rows(self) -> bool {
        matches!(self, Self::TooSoon | Self::Burst | Self::Crowd)
    }

    /// What follows from the rule.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Head
            | Self::NoAgent
            | Self::Robot
            | Self::Headless
            | Self::Scanner
            | Self::LinkPreview
            | Self::Burst
            | Self::Crowd => Verdict::Machine,
            Self::PrivacyPrefetch | Self::TooSoon => Verdict::Unknown,
            Self::ImageProxy | Self::Ordinary => Verdict::Human,
        }
    }
}

/// What is known of one hit. There is no address in it: no rule needs one.
#[derive(Debug, Clone, Copy)]
pub struct Signals<'a> {
    /// `HEAD` instead of `GET`.
    pub is_head: bool,
    /// The `User-Agent`; empty when there was none.
    pub agent: &'a str,
    /// For a click with consent: how long after the mail was accepted it came; zero while that is
    /// not yet known.
    pub click_after: Option<TimeDelta>,
}

/// A click within this time after acceptance is hardly a person's.
const TOO_SOON: TimeDelta = TimeDelta::seconds(10);

/// Words in agents, in lower case, and what they say. The first that fits decides.
const AGENTS: &[(&str, Reason)] = &[
    ("googleimageproxy", Reason::ImageProxy),
    ("yahoomailproxy", Reason::ImageProxy),
    ("headless", Reason::Headless),
    ("phantomjs", Reason::Headless),
    ("puppeteer", Reason::Headless),
    ("playwright", Reason::Headless),
    ("selenium", Reason::Headless),
    ("barracuda", Reason::Scanner),
    ("mimecast", Reason::Scanner),
    ("proofpoint", Reason::Scanner),
    ("symantec", Reason::Scanner),
    ("trendmicro", Reason::Scanner),
    ("fortigate", Reason::Scanner),
    ("office existence discovery", Reason::Scanner),
    ("urlscan", Reason::Scanner),
    ("virustotal", Reason::Scanner),
    ("bingpreview", Reason::LinkPreview),
    ("skypeuripreview", Reason::LinkPreview),
    ("facebookexternalhit", Reason::LinkPreview),
    ("slackbot", Reason::LinkPreview),
    ("linkedinbot", Reason::LinkPreview),
    ("twitterbot", Reason::LinkPreview),
    ("whatsapp/", Reason::LinkPreview),
    ("telegrambot", Reason::LinkPreview),
    // "bot" alone is also part of the names of telephones (Cubot).
    ("bot/", Reason::Robot),
    ("googlebot", Reason::Robot),
    ("crawler", Reason::Robot),
    ("spider", Reason::Robot),
    ("curl/", Reason::Robot),
    ("wget/", Reason::Robot),
    ("python-", Reason::Robot),
    ("go-http-client", Reason::Robot),
    ("libwww-perl", Reason::Robot),
    ("apache-httpclient", Reason::Robot),
    ("powershell/", Reason::Robot),
];

/// Judges one hit.
pub fn judge(signals: &Signals<'_>) -> Reason {
    let agent = signals.agent.trim();
    if signals.is_head {
        return Reason::Head;
    }
    if agent.is_empty() {
        return Reason::NoAgent;
    }
    let lower = agent.to_lowercase();
    if let Some((_, reason)) = AGENTS.iter().find(|(word, _)| lower.contains(word)) {
        return *reason;
    }
    if agent == "Mozilla/5.0" {
        return Reason::PrivacyPrefetch;
    }
    if signals.click_after.is_some_and(|after| after < TOO_SOON) {
        return Reason::TooSoon;
    }
    Reason::Ordinary
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTLOOK: &str = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)";
    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";

    #[test]
    fn each_rule_and_its_near_misses() {
        use Reason::{
            Headless, ImageProxy, LinkPreview, NoAgent, Ordinary, PrivacyPrefetch, Robot, Scanner,
        };
        let cases = [
            ("", NoAgent),
            ("  ", NoAgent),
            ("Mozilla/5.0", PrivacyPrefetch),
            ("Mozilla/5.0 ", PrivacyPrefetch),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Ordinary),
            ("Mozilla/5.1", Ordinary),
            (IPHONE, Ordinary),
            (OUTLOOK, Ordinary),
            (
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                ImageProxy,
            ),
            (
                "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
                ImageProxy,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/122.0.0.0 Safari/537.36", Headless),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/122.0.0.0 Safari/537.36", Ordinary),
            ("Microsoft Office Existence Discovery", Scanner),
            ("BarracudaCentral/1.0", Scanner),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Robot),
            ("Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36", Ordinary),
            ("curl/8.5.0", Robot),
            ("python-requests/2.31", Robot),
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", LinkPreview),
            ("facebookexternalhit/1.1", LinkPreview),
        ];
        for (agent, expected) in cases {
            let signals = Signals { is_head: false, agent, click_after: None };
            assert_eq!(judge(&signals), expected, "{agent:?}");
        }
    }

    #[test]
    fn whoever_asks_for_headers_only_is_a_machine() {
        let signals = Signals { is_head: true, agent: IPHONE, click_after: None };
        assert_eq!(judge(&signals), Reason::Head);
        assert_eq!(Reason::Head.verdict(), Verdict::Machine);
    }

    #[test]
    fn a_click_ten_seconds_after_acceptance_is_not_too_soon() {
        let after = |seconds| Signals {
            is_head: false,
            agent: IPHONE,
            click_after: Some(TimeDelta::seconds(seconds)),
        };
        assert_eq!(judge(&after(0)), Reason::TooSoon);
        assert_eq!(judge(&after(9)), Reason::TooSoon);
        assert_eq!(judge(&after(10)), Reason::Ordinary);
        assert_eq!(Reason::TooSoon.verdict(), Verdict::Unknown);
    }
}
