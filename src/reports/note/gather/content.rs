//! What was published, which projects run, and what was done beside the newsletter.

use chrono::NaiveDate;

use super::{Counted, Gather, link, note, number};
use crate::db::DbConn;
use crate::error::Result;
use crate::library::store::{Search, search};
use crate::library::{Item, ItemKind, Precision};
use crate::reports::activities::{Activity, ActivityKind};
use crate::reports::note::document::{Block, Inline, Note, SectionId, Table};
use crate::reports::store;

/// The parts of the note that tell what was done.
pub(super) struct Content {
    pub(super) published: Vec<Block>,
    pub(super) projects: Vec<Block>,
    pub(super) media: Vec<Block>,
    pub(super) conferences: Vec<Block>,
    /// How many of each there are.
    pub(super) counts: Vec<(&'static str, i64)>,
}

/// More than a library of one organisation gets in a year.
const MOST: i64 = 10_000;

/// Projects, those that were put aside, too.
const PROJECTS: &str = "admin/library?kind=project&archived=on";

const PUBLISHED: [(ItemKind, &str); 5] = [
    (ItemKind::Publication, "publications"),
    (ItemKind::Podcast, "podcasts"),
    (ItemKind::Article, "articles"),
    (ItemKind::Ecourse, "ecourses"),
    (ItemKind::Tool, "tools"),
];

impl Gather<'_> {
    pub(super) fn content(&mut self, conn: &mut DbConn) -> Result<Content> {
        let mut content = Content {
            published: vec![],
            projects: vec![],
            media: vec![],
            conferences: vec![],
            counts: vec![],
        };
        for (kind, word) in PUBLISHED {
            let items = self.published_items(conn, kind)?;
            content.counts.push((word, items.len() as i64));
            if items.is_empty() {
                continue;
            }
            let rows = format!("admin/library?kind={kind}&archived=on");
            self.count_content(word, items.len(), SectionId::Published, "library", &rows);
            content.published.push(Block::Heading(self.texts.get(&format!("note-{word}"))));
            let points = items.iter().map(|item| self.item(item)).collect();
            content.published.push(Block::List(points));
        }
        if !content.published.is_empty() {
            self.keep_content_note("library", "admin/library?archived=on");
            let values = self.counts(&content.counts);
            content.published.insert(0, Block::Paragraph(self.say("note-published", &values)));
        }
        self.projects(conn, &mut content)?;
        let activities = store::activities::standing(conn)?;
        content.media = self.activity_blocks(
            SectionId::Media,
            &[ActivityKind::Media, ActivityKind::Advert],
            &activities,
            &mut content.counts,
        );
        content.conferences = self.activity_blocks(
            SectionId::Conferences,
            &[ActivityKind::Conference, ActivityKind::Meeting],
            &activities,
            &mut content.counts,
        );
        Ok(content)
    }

    /// Those of the kinds that there are, as "1 udgivelse, 5 podcasts og 1 artikel".
    pub(super) fn counts(&self, counts: &[(&'static str, i64)]) -> Vec<(&'static str, String)> {
        let mut parts: Vec<String> = counts
            .iter()
            .filter(|(word, count)| {
                *count > 0 && PUBLISHED.iter().any(|(_, published)| published == word)
            })
            .map(|(word, count)| {
                let values =
                    [("count", count.to_string()), ("shown", number(&format!("{word}.count")))];
                self.t(&format!("note-{word}-count"), &values)
            })
            .collect();
        let last = parts.pop().unwrap_or_default();
        let all = match parts.is_empty() {
            true => last,
            false => self.t("note-and", &[("first", parts.join(", ")), ("last", last)]),
        };
        vec![("all", all), ("note", note("library"))]
    }

    fn published_items(&self, conn: &mut DbConn, kind: ItemKind) -> Result<Vec<Item>> {
        let period = self.plan.period_of(SectionId::Published);
        let asked = Search { kind: Some(kind), archived: true, limit: MOST, ..Search::default() };
        let mut items = search(conn, &asked)?;
        items.retain(|item| is_between(item, period.from, period.to) && !item.is_new);
        items.sort_by_key(|item| (item.details.number, item.details.published_on, item.id));
        Ok(items)
    }

    /// "Nr. 7: Fyringer og dårlig ledelse (2017)", linked.
    fn item(&self, item: &Item) -> Vec<Inline> {
        let details = &item.details;
        let title = match details.number {
            Some(of) => {
                let values = [("number", of.to_string()), ("title", details.title.clone())];
                self.t("note-numbered", &values)
            }
            None => details.title.clone(),
        };
        let mut about: Vec<String> = details.series.iter().cloned().collect();
        about.extend(details.date(self.lang));
        let mut text = link(&title, item.address());
        if !about.is_empty() {
            text.push_str(&format!(" ({})", super::clean(&about.join(", "))));
        }
        super::inlines(&text)
    }

    fn projects(&mut self, conn: &mut DbConn, content: &mut Content) -> Result<()> {
        let period = self.plan.period_of(SectionId::Projects);
        let asked = Search {
            kind: Some(ItemKind::Project),
            archived: true,
            limit: MOST,
            ..Search::default()
        };
        let mut items = search(conn, &asked)?;
        let zone = self.newsletter.zone();
        items.retain(|item| {
            let has_begun = item.details.published_on.is_none_or(|first| first <= period.to);
            let last = item.details.valid_until;
            let aside = item.archived_at.map(|at| at.day_in(zone));
            has_begun && [last, aside].iter().flatten().all(|last| *last >= period.from)
        });
        items.sort_by_key(|item| item.id);
        content.counts.push(("projects", items.len() as i64));
        if items.is_empty() {
            return Ok(());
        }
        self.count_content("projects", items.len(), SectionId::Projects, "projects", PROJECTS);
        self.keep_content_note("projects", PROJECTS);
        let values = [
            ("count", items.len().to_string()),
            ("shown", number("projects.count")),
            ("note", note("projects")),
        ];
        content.projects.push(Block::Paragraph(self.say("note-projects-count", &values)));
        // One group each first, then those that several share, the widest first.
        let mut groups: Vec<Vec<u8>> = items.iter().map(|item| item.details.groups()).collect();
        groups.sort_by_key(|group| match group.len() {
            0 => (3, 0, group.clone()),
            1 => (1, 0, group.clone()),
            wide => (2, usize::MAX - wide, group.clone()),
        });
        groups.dedup();
        let rows = groups.iter().flat_map(|group| {
            let of = items.iter().filter(|item| item.details.groups() == *group);
            of.map(|item| {
                let title = super::inlines(&link(&item.details.title, item.address()));
                vec![title, vec![Inline::Text(self.group(group))]]
            })
        });
        content.projects.push(Block::Table(Table {
            caption: self.texts.get("note-projects-caption"),
            rows: rows.collect(),
            columns: vec![
                self.column("note-column-project", false, 5),
                self.column("note-column-group", false, 3),
            ],
            has_sum: false,
        }));
        Ok(())
    }

    /// The groups that a project is for.
    fn group(&self, group: &[u8]) -> String {
        match group {
            [] => self.texts.get("note-group-none"),
            [one] => self.texts.get(&format!("note-group-{one}")),
            several => {
                let mut names: Vec<String> = several.iter().map(u8::to_string).collect();
                let last = names.pop().unwrap_or_default();
                let groups = self.t("note-and", &[("first", names.join(", ")), ("last", last)]);
                self.t("note-group-several", &[("groups", groups)])
            }
        }
    }

    fn activity_blocks(
        &mut self,
        id: SectionId,
        kinds: &[ActivityKind],
        all: &[Activity],
        counts: &mut Vec<(&'static str, i64)>,
    ) -> Vec<Block> {
        let period = self.plan.period_of(id);
        let mut blocks = Vec::new();
        for kind in kinds {
            let mut these: Vec<&Activity> = all
                .iter()
                .filter(|one| one.said.kind == *kind && one.said.is_between(period.from, period.to))
                .collect();
            // What is only known to the year stands last.
            these.sort_by_key(|one| (one.said.precision == Precision::Year, one.said.day, one.id));
            counts.push((kind.as_str(), these.len() as i64));
            if these.is_empty() {
                continue;
            }
            let rows = format!("admin/activities#kind-{kind}");
            self.count_content(kind.as_str(), these.len(), id, "activities", &rows);
            self.keep_content_note("activities", "admin/activities");
            let values = [
                ("count", these.len().to_string()),
                ("shown", number(&format!("{kind}.count"))),
                ("note", note("activities")),
            ];
            blocks.push(Block::Paragraph(self.say(&format!("note-{kind}-count"), &values)));
            let rows = these.iter().map(|one| {
                let said = &one.said;
                let url = Some(said.url.as_str()).filter(|url| !url.is_empty());
                vec![
                    super::inlines(&link(&said.title, url)),
                    vec![Inline::Text(said.sort.clone())],
                    vec![Inline::Text(said.place.clone())],
                    vec![Inline::Text(said.date(self.lang))],
                ]
            });
            let place = match kind {
                ActivityKind::Media | ActivityKind::Advert => "note-column-medium",
                _ => "note-column-place",
            };
            let table = Table {
                caption: self.texts.get(&format!("note-{kind}-caption")),
                rows: rows.collect(),
                columns: vec![
                    self.column("note-column-title", false, 5),
                    self.column("note-column-sort", false, 3),
                    self.column(place, false, 3),
                    self.column("note-column-day", false, 3),
                ],
                has_sum: false,
            };
            blocks.push(Block::Table(table.without_empty_columns()));
        }
        blocks
    }

    /// Keeps how many of something there are.
    fn count_content(&mut self, word: &str, count: usize, id: SectionId, note: &str, rows: &str) {
        let period = self.plan.period_of(id);
        self.count(Counted {
            key: &format!("{word}.count"),
            label: self.texts.get(&format!("note-{word}")),
            value: Some(count as i64),
            unit: self.texts.get("note-unit-pieces"),
            first: Some(period.from),
            last: period.to,
            note,
            rows: self.rows(rows),
        });
    }

    fn keep_content_note(&mut self, key: &str, rows: &str) {
        self.keep(Note {
            key: key.to_owned(),
            title: self.texts.get(&format!("note-{key}-title")),
            definition: self.texts.get(&format!("note-{key}-definition")),
            limits: self.texts.get(&format!("note-{key}-limits")),
            source: self.texts.get(&format!("note-{key}-source")),
            rows: self.rows(rows),
        });
    }
}

/// Whether an item may have come out between two days, both included.
fn is_between(item: &Item, first: NaiveDate, last: NaiveDate) -> bool {
    let details = &item.details;
    match (details.published_on, details.published_precision) {
        (Some(day), Some(precision)) => day <= last && precision.last(day) >= first,
        _ => false,
    }
}
