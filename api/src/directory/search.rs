//! How a parent finds her school: by the beginning of any word, by place or postcode, or by who answers for it. Everybody
//! signed in can look.

use actix_web::{get, web};
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode, place_meant, search_words};
use naast_domain::text::Text;
use naast_persistence::directory::{self, Search};
use serde::Deserialize;
use utoipa::IntoParams;

use super::schools::SchoolView;
use crate::caller::Caller;
use crate::contract::Query;
use crate::page_of;
use crate::paging;
use crate::platform::Platform;
use crate::problem::{Error, InputFault};

/// Which schools. Of several filters each must fit.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SchoolQuery {
    /// Words, each the beginning of a word of the school's name or place. Capitals, accents and punctuation do not
    /// count.
    #[param(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// The whole name of the place, or its everyday name (`den bosch`, `den haag`). Capitals, accents and punctuation do not count.
    #[param(min_length = 1, max_length = 100)]
    pub place: Option<String>,
    /// A postcode, or its four digits for the whole area. The space and capitals do not count.
    #[param(pattern = "^[1-9][0-9]{3}( ?[A-Za-z]{2})?$")]
    pub postcode: Option<String>,
    /// Only schools of this board.
    #[param(pattern = "^[0-9]{5}$")]
    pub board_number: Option<String>,
    /// Only schools that belong to this partnership now.
    #[param(pattern = "^(PO|VO)[0-9]{4}$")]
    pub partnership_code: Option<String>,
    /// Also schools that are no longer published.
    pub include_gone: Option<bool>,
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

impl SchoolQuery {
    fn search(&self) -> Result<Search, Error> {
        let mut faults = Vec::new();
        let name_words = self.name.as_deref().map(search_words);
        if name_words.as_ref().is_some_and(Vec::is_empty) {
            faults.push(without_words("name"));
        }
        let place_key = self.place.as_deref().map(place_meant);
        if place_key.as_ref().is_some_and(String::is_empty) {
            faults.push(without_words("place"));
        }
        let board = self.board_number.as_deref().map(BoardNumber::parse).transpose();
        let partnership = self.partnership_code.as_deref().map(PartnershipCode::parse).transpose();
        faults.extend(board.as_ref().err().map(|fault| InputFault::identifier("boardNumber", *fault)));
        faults.extend(
            partnership.as_ref().err().map(|fault| InputFault::identifier("partnershipCode", *fault)),
        );
        match (board, partnership) {
            (Ok(board), Ok(partnership)) if faults.is_empty() => Ok(Search {
                name_words: shortest_question(&name_words.unwrap_or_default()),
                place_key,
                postcode: self.postcode.as_deref().map(as_published),
                board,
                partnership,
                include_gone: self.include_gone.unwrap_or_default(),
            }),
            _ => Err(Error::Input(faults)),
        }
    }
}

fn without_words(parameter: &str) -> InputFault {
    let text = Text::of("Hier staat geen letter of cijfer in.", "There is no letter or digit in here.");
    InputFault::parameter(parameter, "without-words", text)
}

/// The words in their order, without those that another one begins with: they ask for nothing more.
fn shortest_question(words: &[String]) -> Vec<String> {
    let asks_less =
        |word: &String| words.iter().any(|other| other != word && other.starts_with(word.as_str()));
    let mut words: Vec<String> = words.iter().filter(|word| !asks_less(word)).cloned().collect();
    words.sort_unstable();
    words
}

/// The postcode as DUO writes it.
fn as_published(postcode: &str) -> String {
    let (area, letters) = postcode.split_at(4);
    let letters = letters.trim_start().to_uppercase();
    if letters.is_empty() { area.to_owned() } else { format!("{area} {letters}") }
}

/// What a cursor of this search belongs to. None of the filters can hold an ampersand any more.
fn question(search: &Search) -> String {
    format!(
        "schools?name={}&place={}&postcode={}&board={}&partnership={}&gone={}",
        search.name_words.join(" "),
        search.place_key.as_deref().unwrap_or_default(),
        search.postcode.as_deref().unwrap_or_default(),
        search.board.as_ref().map(BoardNumber::as_str).unwrap_or_default(),
        search.partnership.as_ref().map(PartnershipCode::as_str).unwrap_or_default(),
        search.include_gone,
    )
}

page_of! {
    /// A page of schools, by location code.
    SchoolPage of SchoolView
}

/// List schools; those that fit every filter that is given.
#[utoipa::path(
    operation_id = "listSchools",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(SchoolQuery),
    responses((status = 200, description = "A page", body = SchoolPage)),
)]
#[get("/schools")]
pub async fn list_schools(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<SchoolQuery>,
) -> Result<SchoolPage, Error> {
    let search = query.search()?;
    let question = question(&search);
    let after =
        paging::read(&question, query.cursor.as_deref())?.and_then(|code| LocationCode::parse(&code).ok());
    let size = paging::size(query.page_size);
    platform
        .read(caller.0, move |cx| {
            let slice = directory::search(cx.db, &search, size, after.as_ref())?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|one| paging::write(&question, one.school.location.as_str()));
            Ok(SchoolPage { data: slice.items.into_iter().map(SchoolView::from).collect(), next_cursor })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> SchoolQuery {
        SchoolQuery {
            name: None,
            place: None,
            postcode: None,
            board_number: None,
            partnership_code: None,
            include_gone: None,
            page_size: None,
            cursor: None,
        }
    }

    fn of(name: &str) -> String {
        let query = SchoolQuery { name: Some(name.to_owned()), ..query() };
        question(&query.search().expect("a question"))
    }

    #[test]
    fn the_same_question_in_other_words_has_the_same_cursors() {
        assert_eq!(of("De  Ark Urk"), of("urk árk, DE"));
        assert_eq!(of("ark a ar"), of("ark"));
        assert_ne!(of("de ark"), of("dé arken"));
    }

    #[test]
    fn a_postcode_is_asked_for_as_it_is_published() {
        for (typed, asked) in [("1011", "1011"), ("1011 AB", "1011 AB"), ("1011ab", "1011 AB")] {
            assert_eq!(as_published(typed), asked);
        }
    }

    #[test]
    fn a_question_without_a_letter_is_refused_for_each_parameter() {
        let empty = || Some("...".to_owned());
        let query = SchoolQuery { name: empty(), place: empty(), ..query() };
        assert!(matches!(query.search(), Err(Error::Input(faults)) if faults.len() == 2));
    }
}
