//! How a parent finds her school: by the beginning of any word, by place, by postcode, by who answers for it.

use diesel::prelude::*;
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode};

use super::schools::{Listed, find_all};
use crate::database::Database;
use crate::rows::Slice;
use crate::schema::{school_partnerships, school_words, schools};
use crate::{Error, on_either};

/// What a school must be to be found. What is left out asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Each must be the beginning of a word of the name or the place, in the form of
    /// [`search_words`](naast_domain::directory::search_words).
    pub name_words: Vec<String>,
    /// The place, in the form of [`place_key`](naast_domain::directory::place_key).
    pub place_key: Option<String>,
    /// A postcode as it is published, or its four digits for the whole area.
    pub postcode: Option<String>,
    /// The board.
    pub board: Option<BoardNumber>,
    /// The partnership that the school belongs to now.
    pub partnership: Option<PartnershipCode>,
    /// Also the schools that are no longer published.
    pub include_gone: bool,
}

/// The first text after all that begins so; text is compared by its bytes on both databases.
fn end_of(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

/// A page of the schools that are found, by location code. The second of its two questions to the database asks for
/// what belongs to the schools of this page only.
pub fn search(
    database: &mut Database<'_>,
    search: &Search,
    size: i64,
    after: Option<&LocationCode>,
) -> Result<Slice<Listed>, Error> {
    // each part of the question begins after the page before, so that a later page costs no more than the first
    let after = after.map_or("", LocationCode::as_str);
    let codes: Vec<String> = on_either!(database, |c| {
        let mut query = schools::table
            .filter(schools::location_code.gt(after))
            .select(schools::location_code)
            .order(schools::location_code)
            .limit(size + 1)
            .into_boxed();
        if !search.include_gone {
            query = query.filter(schools::gone_since.is_null());
        }
        for word in &search.name_words {
            let named = school_words::table
                .filter(school_words::word.ge(word).and(school_words::word.lt(end_of(word))))
                .filter(school_words::location_code.gt(after))
                .select(school_words::location_code);
            query = query.filter(schools::location_code.eq_any(named));
        }
        if let Some(place_key) = &search.place_key {
            query = query.filter(schools::place_key.eq(place_key));
        }
        if let Some(postcode) = &search.postcode {
            query = query.filter(schools::postcode.ge(postcode).and(schools::postcode.lt(end_of(postcode))));
        }
        if let Some(board) = &search.board {
            query = query.filter(schools::board_number.eq(board.as_str()));
        }
        if let Some(partnership) = &search.partnership {
            let belonging = school_partnerships::table
                .filter(school_partnerships::partnership_code.eq(partnership.as_str()))
                .filter(school_partnerships::location_code.gt(after))
                .filter(school_partnerships::until.is_null())
                .select(school_partnerships::location_code);
            query = query.filter(schools::location_code.eq_any(belonging));
        }
        query.load(c)
    })?;
    let page = Slice::cut(codes, size);
    Ok(Slice { more: page.more, items: find_all(database, &page.items)? })
}
