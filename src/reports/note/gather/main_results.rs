//! The main results: what the other sections say, in a few numbers and sentences.

use super::Gather;
use super::channels::{Channels, Told, key};
use super::content::Content;
use super::newsletter::Growth;
use crate::reports::figures::Channel;
use crate::reports::note::document::{Block, Fact};
use crate::web::format;

/// Large numbers beside each other: as many as a line of a page holds.
const FACTS: usize = 4;

impl Gather<'_> {
    pub(super) fn main_results(
        &self,
        growth: &Growth,
        channels: &Channels,
        content: &Content,
    ) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut facts = self.facts(growth, channels);
        facts.truncate(FACTS);
        if !facts.is_empty() {
            blocks.push(Block::Facts(facts));
        }
        let mut points = Vec::new();
        let period = self.newsletter_period();
        if growth.has_change {
            points.push(self.say("note-newsletter-growth", &self.growth_values(period)));
        }
        if growth.special > 0 || growth.ordinary.is_some_and(|count| count > 0) {
            points.push(self.issue_sentence(period, growth.ordinary, growth.special));
        }
        if !content.published.is_empty() {
            points.push(self.say("note-published", &self.counts(&content.counts)));
        }
        // Figures without a comparison are told of in their section; of the site, of social media
        // and of podcasts the board hears here, too.
        let is_main = |told: &&Told| {
            told.has_growth || !matches!(told.channel, Channel::Courses | Channel::Other)
        };
        points.extend(channels.told.iter().filter(is_main).map(|told| self.told_sentence(told)));
        if !points.is_empty() {
            blocks.push(Block::List(points));
        }
        blocks
    }

    fn facts(&self, growth: &Growth, channels: &Channels) -> Vec<Fact> {
        let mut facts = Vec::new();
        let period = self.newsletter_period();
        if growth.is_known {
            let text = if growth.has_change { "note-fact-growth" } else { "note-fact-day" };
            let mut values = self.growth_values(period);
            values.push(("day", format::day(self.lang, period.to)));
            facts.push(Fact {
                label: self.texts.get("note-subscribers"),
                number: "newsletter.later".to_owned(),
                detail: self.say(text, &values),
            });
        }
        // The largest of each channel.
        for channel in [Channel::Site, Channel::Social, Channel::Podcasts, Channel::Courses] {
            let of_channel = channels.told.iter().filter(|told| told.channel == channel);
            if let Some(told) = of_channel.max_by_key(|told| told.value) {
                facts.push(self.fact(told));
            }
        }
        facts
    }

    fn fact(&self, told: &Told) -> Fact {
        let values = [
            ("change", super::number(&key(&told.kind, "change"))),
            ("percent", super::number(&key(&told.kind, "percent"))),
            ("earlier", super::number(&key(&told.kind, "earlier"))),
            ("before", told.before.clone().unwrap_or_default()),
            ("day", told.on.clone()),
        ];
        let text = match (told.has_growth, told.is_broken) {
            (true, _) => "note-fact-since",
            (false, true) => "note-fact-broken",
            (false, false) => "note-fact-day",
        };
        Fact {
            label: told.kind.clone(),
            number: key(&told.kind, "later"),
            detail: self.say(text, &values),
        }
    }
}
