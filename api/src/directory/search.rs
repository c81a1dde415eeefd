//! How a parent finds her school: by the beginning of any word, by place or postcode, or by who answers for it. Everybody
//! signed in can look.

use actix_web::{get, web};
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode, place_meant, search_words};
use naast_persistence::directory::{self, Search};
use serde::Deserialize;
use utoipa::IntoParams;

use super::schools::SchoolView;
use crate::caller::Caller;
use crate::contract::Query;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::problem::{Error, InputFault};

/// Which schools. Of several filters each must fit.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SchoolQuery {
    /// Words, each the beginning of a word of the school's name or place. Capitals, accents and punctuation do not
    /// count.
    #[param(min_length = 1, max_length = 100, pattern = r"[\p{L}\p{N}]")]
    pub name: Option<String>,
    /// The whole name of the place, or its everyday name (`den bosch`, `den haag`). Capitals, accents and punctuation do not count.
    #[param(min_length = 1, max_length = 100, pattern = r"[\p{L}\p{N}]")]
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
}

impl SchoolQuery {
    fn search(&self) -> Result<Search, Error> {
        let board = self.board_number.as_deref().map(BoardNumber::parse).transpose();
        let partnership = self.partnership_code.as_deref().map(PartnershipCode::parse).transpose();
        let identifier = |name| move |fault| InputFault::identifier(name, fault);
        Ok(Search {
            name_words: shortest_question(&self.name.as_deref().map(search_words).unwrap_or_default()),
            place_key: self.place.as_deref().map(place_meant),
            postcode: self.postcode.as_deref().map(as_published),
            board: board.map_err(identifier("boardNumber"))?,
            partnership: partnership.map_err(identifier("partnershipCode"))?,
            include_gone: self.include_gone.unwrap_or_default(),
        })
    }
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

page_of! {
    /// A page of schools, by location code.
    SchoolPage of SchoolView
}

/// List schools; those that fit every filter that is given.
#[utoipa::path(
    operation_id = "listSchools",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(SchoolQuery, PageQuery),
    responses((status = 200, description = "A page", body = SchoolPage)),
)]
#[get("/schools")]
pub async fn list_schools(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<SchoolQuery>,
    paging: Paging,
) -> Result<SchoolPage, Error> {
    let search = query.search()?;
    let after = paging.after(|code| LocationCode::parse(code).ok())?;
    let size = paging.size();
    platform
        .read(caller.0, move |cx| {
            let slice = directory::search(cx.db, &search, size, after.as_ref())?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|one| paging.write(one.school.location.as_str()));
            Ok(SchoolPage { data: slice.items.into_iter().map(SchoolView::from).collect(), next_cursor })
        })
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{CONTRACT, WORDS};

    #[test]
    fn a_postcode_is_asked_for_as_it_is_published() {
        for (typed, asked) in [("1011", "1011"), ("1011 AB", "1011 AB"), ("1011ab", "1011 AB")] {
            assert_eq!(as_published(typed), asked);
        }
    }

    #[test]
    fn what_another_word_begins_with_asks_for_nothing_more() {
        let asked = |words: [&str; 3]| shortest_question(&words.map(str::to_owned));
        assert_eq!(asked(["ark", "a", "ar"]), ["ark"]);
        assert_eq!(asked(["urk", "de", "ark"]), ["ark", "de", "urk"]);
    }

    #[test]
    fn what_the_contract_lets_through_holds_a_word() {
        let contract = &CONTRACT.document["paths"]["/schools"]["get"]["parameters"];
        let of = |name| {
            contract.as_array().expect("parameters").iter().find(|one| one["name"] == name).expect(name)
        };
        for name in ["name", "place"] {
            assert_eq!(of(name)["schema"]["pattern"], WORDS, "{name}");
        }
        let pattern = jsonschema::validator_for(&json!({ "pattern": WORDS })).expect("a schema");
        let letters = ('\0'..='\u{2ffff}').filter(|letter| pattern.is_valid(&json!(letter.to_string())));
        for letter in letters {
            assert!(!search_words(&letter.to_string()).is_empty(), "{letter:?}");
        }
    }
}
