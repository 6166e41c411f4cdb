//! The tables `images`, `image_files` and `image_tags`.

use std::collections::HashMap;

use diesel::prelude::*;

use super::prepare::File;
use super::{Address, MediaType, Picture};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::matching::{containing, folded};
use crate::db::schema::{image_files, image_tags, images};

/// A picture to be.
#[derive(Clone)]
pub struct NewRow<'a> {
    /// SHA-256 of the file that was sent.
    pub hash: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What our files are.
    pub media_type: MediaType,
    /// The largest first.
    pub files: &'a [File],
    /// What it shows.
    pub alt: &'a str,
    /// It shows nothing that needs words.
    pub decorative: bool,
    /// Who uploaded it.
    pub uploaded_by: &'a str,
}

/// Adds a picture with its files.
pub fn insert(conn: &mut DbConn, new: &NewRow<'_>, now: Instant) -> QueryResult<Picture> {
    let number = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let largest = new.files.first().ok_or(diesel::NotFound)?;
    let id: i64 = diesel::insert_into(images::table)
        .values((
            images::hash.eq(new.hash),
            images::name.eq(new.name),
            images::media_type.eq(new.media_type),
            images::width.eq(number(largest.width)),
            images::height.eq(number(largest.height)),
            images::alt.eq(new.alt),
            images::decorative.eq(new.decorative),
            images::search_text.eq(search_text(new.name, new.alt, &[])),
            images::uploaded_by.eq(new.uploaded_by),
            images::uploaded_at.eq(now),
        ))
        .returning(images::id)
        .get_result(conn)?;
    for file in new.files {
        diesel::insert_into(image_files::table)
            .values((
                image_files::image.eq(id),
                image_files::width.eq(number(file.width)),
                image_files::height.eq(number(file.height)),
                image_files::size.eq(i32::try_from(file.bytes.len()).unwrap_or(i32::MAX)),
                image_files::bytes.eq(&file.bytes),
            ))
            .execute(conn)?;
    }
    images::table.find(id).select(Picture::as_select()).first(conn)
}

/// By the hash of the file that was sent.
pub fn by_hash(conn: &mut DbConn, hash: &str) -> QueryResult<Picture> {
    images::table.filter(images::hash.eq(hash)).select(Picture::as_select()).first(conn)
}

/// The bytes that an address names.
pub fn bytes(conn: &mut DbConn, address: &Address) -> QueryResult<Vec<u8>> {
    let number = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    image_files::table
        .inner_join(images::table)
        .filter(images::hash.eq(&address.hash))
        .filter(images::media_type.eq(address.media_type))
        .filter(image_files::width.eq(number(address.width)))
        .filter(image_files::height.eq(number(address.height)))
        .select(image_files::bytes)
        .first(conn)
}

/// The size in bytes of the largest file of each of these pictures, by hash. What is not there is
/// not in it.
pub fn sizes(conn: &mut DbConn, hashes: &[String]) -> QueryResult<HashMap<String, i64>> {
    if hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, i32)> = image_files::table
        .inner_join(images::table)
        .filter(images::hash.eq_any(hashes))
        .filter(image_files::width.eq(images::width))
        .select((images::hash, image_files::size))
        .load(conn)?;
    Ok(found.into_iter().map(|(hash, size)| (hash, size.into())).collect())
}

/// Replaces what is said about a picture; its tags stay.
pub fn describe(conn: &mut DbConn, of: &Picture, alt: &str, decorative: bool) -> QueryResult<()> {
    let tags = tags_of(conn, &[of.id])?.remove(&of.id).unwrap_or_default();
    diesel::update(images::table.find(of.id))
        .set((
            images::alt.eq(alt),
            images::decorative.eq(decorative),
            images::search_text.eq(search_text(&of.name, alt, &tags)),
        ))
        .execute(conn)
        .map(drop)
}

/// Gives a picture these tags and no others, and lets it be found by them.
pub fn set_tags(conn: &mut DbConn, of: &Picture, tags: &[String]) -> QueryResult<()> {
    diesel::delete(image_tags::table.filter(image_tags::image.eq(of.id))).execute(conn)?;
    for tag in tags {
        diesel::insert_into(image_tags::table)
            .values((image_tags::image.eq(of.id), image_tags::tag.eq(tag)))
            .execute(conn)?;
    }
    diesel::update(images::table.find(of.id))
        .set(images::search_text.eq(search_text(&of.name, &of.alt, tags)))
        .execute(conn)
        .map(drop)
}

/// The tags of some pictures by their ids inside, each in alphabetical order.
pub fn tags_of(conn: &mut DbConn, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<String>>> {
    let found: Vec<(i64, String)> = image_tags::table
        .filter(image_tags::image.eq_any(ids))
        .order((image_tags::image, image_tags::tag))
        .select((image_tags::image, image_tags::tag))
        .load(conn)?;
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for (image, tag) in found {
        tags.entry(image).or_default().push(tag);
    }
    Ok(tags)
}

/// Every tag with the number of pictures that have it.
pub fn all_tags(conn: &mut DbConn) -> QueryResult<Vec<(String, i64)>> {
    image_tags::table
        .group_by(image_tags::tag)
        .order(image_tags::tag)
        .select((image_tags::tag, diesel::dsl::count_star()))
        .load(conn)
}

/// Puts a picture aside, or takes it back.
pub fn set_archived(conn: &mut DbConn, id: i64, at: Option<Instant>) -> QueryResult<()> {
    diesel::update(images::table.find(id)).set(images::archived_at.eq(at)).execute(conn).map(drop)
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words that name, description and tags must all contain, in any order and case.
    pub text: String,
    /// Pictures with this tag only.
    pub tag: String,
    /// Those that were put aside, too.
    pub archived: bool,
    /// How many to pass over.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// Pictures, the newest first, each with the size in bytes of its largest file.
pub fn search(conn: &mut DbConn, search: &Search) -> QueryResult<Vec<(Picture, i64)>> {
    let mut query = images::table
        .order(images::id.desc())
        .offset(search.offset)
        .limit(search.limit)
        .select(Picture::as_select())
        .into_boxed();
    if !search.archived {
        query = query.filter(images::archived_at.is_null());
    }
    if !search.tag.is_empty() {
        let tagged =
            image_tags::table.filter(image_tags::tag.eq(&search.tag)).select(image_tags::image);
        query = query.filter(images::id.eq_any(tagged));
    }
    for word in folded(&search.text).split_whitespace() {
        query = query.filter(images::search_text.like(containing(word)).escape('\\'));
    }
    let found = query.load(conn)?;
    with_sizes(conn, found)
}

/// Pictures in the order in which they were added, after an id inside; for the API's pages.
pub fn after(conn: &mut DbConn, after: i64, limit: i64) -> QueryResult<Vec<(Picture, i64)>> {
    let found = images::table
        .filter(images::id.gt(after))
        .order(images::id)
        .limit(limit)
        .select(Picture::as_select())
        .load(conn)?;
    with_sizes(conn, found)
}

fn with_sizes(conn: &mut DbConn, found: Vec<Picture>) -> QueryResult<Vec<(Picture, i64)>> {
    let hashes: Vec<String> = found.iter().map(|picture| picture.hash.clone()).collect();
    let sizes = sizes(conn, &hashes)?;
    let with_size = |picture: Picture| {
        let size = sizes.get(&picture.hash).copied().unwrap_or_default();
        (picture, size)
    };
    Ok(found.into_iter().map(with_size).collect())
}

fn search_text(name: &str, alt: &str, tags: &[String]) -> String {
    folded(&format!("{name}\n{alt}\n{}", tags.join("\n")))
}
