//! Which issues link an item.
//!
//! A link is the item's that it was made from when the issue was frozen; a link of which that is not
//! known is the item's that has its address now. So the clicks of an item stay its own when its
//! addresses change, and no link counts for two items.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::db::schema::{issue_links, issues, library_addresses};
use crate::db::{DbConn, PublicId};

/// A link of an issue that leads to an item.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct LinkTo {
    /// The item, inside.
    pub item: i64,
    /// The issue, inside.
    pub issue: i64,
    /// The link's number in the issue.
    pub number: i32,
    /// Where it leads.
    pub url: String,
}

/// The links of all issues that lead to some items.
pub fn links_to(conn: &mut DbConn, items: &[i64]) -> QueryResult<Vec<LinkTo>> {
    let mut links: Vec<LinkTo> = issue_links::table
        .filter(issue_links::library_item.eq_any(items))
        .select((
            issue_links::library_item.assume_not_null(),
            issue_links::issue,
            issue_links::number,
            issue_links::url,
        ))
        .load(conn)?;
    let by_address: Vec<LinkTo> = issue_links::table
        .inner_join(library_addresses::table.on(library_addresses::url.eq(issue_links::url)))
        .filter(library_addresses::item.eq_any(items))
        .filter(issue_links::library_item.is_null())
        .select((
            library_addresses::item,
            issue_links::issue,
            issue_links::number,
            issue_links::url,
        ))
        .load(conn)?;
    links.extend(by_address);
    Ok(links)
}

/// An issue that links an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The item, inside.
    pub item: i64,
    /// The issue, outside.
    pub issue: PublicId,
    /// The issue's subject.
    pub subject: String,
}

/// Which issues link these items, the newest first; each once an item, however often it links it.
pub fn used_in(conn: &mut DbConn, items: &[i64]) -> QueryResult<Vec<Use>> {
    let links = links_to(conn, items)?;
    let ids: HashSet<i64> = links.iter().map(|link| link.issue).collect();
    let issues: HashMap<i64, (PublicId, String)> = issues::table
        .filter(issues::id.eq_any(ids))
        .select((issues::id, (issues::uuid, issues::subject)))
        .load::<(i64, (PublicId, String))>(conn)?
        .into_iter()
        .collect();
    let mut pairs: Vec<(i64, i64)> = links.iter().map(|link| (link.issue, link.item)).collect();
    pairs.sort_unstable_by(|one, other| other.cmp(one));
    pairs.dedup();
    let uses = pairs.into_iter().filter_map(|(issue, item)| {
        let (issue, subject) = issues.get(&issue)?.clone();
        Some(Use { item, issue, subject })
    });
    Ok(uses.collect())
}

/// In how many issues each address of an item is linked.
pub fn uses_of_addresses(conn: &mut DbConn, item: i64) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = issue_links::table
        .inner_join(library_addresses::table.on(library_addresses::url.eq(issue_links::url)))
        .filter(library_addresses::item.eq(item))
        .group_by(library_addresses::url)
        .select((
            library_addresses::url,
            diesel::dsl::count(issue_links::issue).aggregate_distinct(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
