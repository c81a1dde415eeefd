//! Pages of collections. A cursor is opaque, says where the last page ended, and belongs to the question that it came
//! from.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use naast_domain::Moment;
use naast_domain::text::Text;
use naast_persistence::{Page, Slice};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::problem::{Error, InputFault};

/// Rows of a page when the caller does not say.
const USUAL: i64 = 50;
/// Rows of a page at most; a larger wish is cut down to it.
const MOST: i64 = 200;

/// The parameters with which a call says where it is in a collection: its question is what else it asks.
const SIZE: &str = "pageSize";
/// Behind which row, in a collection whose pages end.
const CURSOR: &str = "cursor";
/// Behind which row, in a feed that goes on.
const AFTER: &str = "after";

/// The page that a call asks for. A cursor belongs to the question that it came from: the path and the filters. A handler says
/// neither; both are read from the call, so that no collection can forget one.
#[derive(Debug, Clone)]
pub struct Paging {
    question: String,
    size: i64,
    /// The place that a cursor stands for, and the parameter that it came in.
    after: Option<(&'static str, String)>,
}

impl FromRequest for Paging {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Self::of(request.path(), &pairs(request)).map_err(Error::from))
    }
}

impl Paging {
    /// The page that a path is asked for with these parameters.
    ///
    /// # Errors
    /// `cursor` when there is one that does not belong to this question.
    pub fn of(path: &str, pairs: &[(String, String)]) -> Result<Self, InputFault> {
        let value = |name| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value);
        let question = question(path, pairs);
        let size = value(SIZE).and_then(|wish| wish.parse().ok()).unwrap_or(USUAL).clamp(1, MOST);
        let after = match given(pairs) {
            Some((parameter, cursor)) => match read(cursor) {
                Some((print, place)) if print == fingerprint(&question) => Some((parameter, place)),
                _ => return Err(foreign(parameter)),
            },
            None => None,
        };
        Ok(Self { question, size, after })
    }

    /// How many rows.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// Behind which place; `None` from the beginning.
    ///
    /// # Errors
    /// `cursor` when there is no such place: nobody got this cursor from us.
    pub fn after<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Error> {
        let read = |(parameter, place): &(&'static str, String)| {
            read(place).ok_or_else(|| foreign(parameter).into())
        };
        self.after.as_ref().map(read).transpose()
    }

    /// The page, of a collection in order of time.
    ///
    /// # Errors
    /// As [`Self::after`].
    pub fn by_time(&self) -> Result<Page, Error> {
        let after = self.after(|place| {
            let (at, id) = place.split_once('_')?;
            Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::try_parse(id).ok()?))
        })?;
        Ok(Page { size: self.size, after })
    }

    /// The refusal of a cursor that is written as ours are, and stands for nothing that is there.
    pub fn refusal(&self) -> Error {
        foreign(self.after.as_ref().map_or(CURSOR, |(parameter, _)| parameter)).into()
    }

    /// The cursor of a place.
    pub fn write(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{place}", fingerprint(&self.question)))
    }

    /// The cursor behind the last row of a page in order of time; `None` when the page is the last.
    pub fn next<T>(&self, slice: &Slice<T>, place: impl Fn(&T) -> (Moment, Uuid)) -> Option<String> {
        self.behind(slice.items.last().filter(|_| slice.more).map(place))
    }

    /// The cursor behind the last row that was looked at for a page in order of time, also when it was left out.
    pub fn behind(&self, last: Option<(Moment, Uuid)>) -> Option<String> {
        last.map(|(at, id)| self.write(&format!("{}_{id}", at.timestamp_micros())))
    }
}

/// What is wrong with the cursor of a call. Whether it belongs to the question is asked only where the filters are known to be
/// sound: of a question that nobody could ask there is no cursor.
pub fn fault(path: &str, pairs: &[(String, String)], question_is_sound: bool) -> Option<InputFault> {
    if question_is_sound {
        return Paging::of(path, pairs).err();
    }
    let (parameter, cursor) = given(pairs)?;
    read(cursor).is_none().then(|| foreign(parameter))
}

/// Whether a parameter says where in the collection, and not what is asked.
pub fn is_of_page(parameter: &str) -> bool {
    parameter == SIZE || is_cursor(parameter)
}

/// Whether a parameter is a cursor.
pub fn is_cursor(parameter: &str) -> bool {
    [CURSOR, AFTER].contains(&parameter)
}

fn pairs(request: &HttpRequest) -> Vec<(String, String)> {
    serde_urlencoded::from_str(request.query_string()).unwrap_or_default()
}

/// The question of a call: its path and its filters, in whatever order they were written.
fn question(path: &str, pairs: &[(String, String)]) -> String {
    let mut filters: Vec<_> = pairs.iter().filter(|(name, _)| !is_of_page(name)).collect();
    filters.sort_unstable();
    let filters = serde_urlencoded::to_string(filters).unwrap_or_default();
    format!("{path}?{filters}")
}

/// The cursor of a call, with the parameter that it came in.
fn given(pairs: &[(String, String)]) -> Option<(&'static str, &str)> {
    [CURSOR, AFTER].into_iter().find_map(|parameter| {
        let (_, cursor) = pairs.iter().find(|(name, _)| name == parameter)?;
        Some((parameter, cursor.as_str()))
    })
}

/// The fingerprint of a question.
fn fingerprint(question: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(question)[..6])
}

/// The fingerprint and the place that a cursor holds; `None` when it is none of ours.
fn read(cursor: &str) -> Option<(String, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.split_once('.').map(|(print, place)| (print.to_owned(), place.to_owned()))
}

/// A cursor of another collection, of another history that a backup undid, or of nobody.
fn foreign(parameter: &'static str) -> InputFault {
    let text = match parameter {
        AFTER => Text::of(
            "Deze plaats is niet van deze reeks. Begin opnieuw zonder `after`; wat u al had, herkent u aan `id`.",
            "This position is not of this feed. Begin again without `after`; what you had already has the same `id`.",
        ),
        _ => Text::of(
            "Deze cursor hoort niet bij deze vraag. Gebruik `nextCursor` van de vorige pagina, met dezelfde filters.",
            "This cursor does not belong to this question. Use `nextCursor` of the page before, with the same filters.",
        ),
    };
    InputFault::parameter(parameter, "cursor", text)
}

/// What every collection takes beside its filters. A handler gets it as [`Paging`].
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PageQuery {
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// What a feed takes beside its filters. A handler gets it as [`Paging`].
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct FeedQuery {
    /// `after` of the page before; from the beginning when you leave it out.
    pub after: Option<String>,
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
}

/// Declares the page of a collection: `{ data, nextCursor }`.
#[macro_export]
macro_rules! page_of {
    ($(#[doc = $doc:literal])+ $name:ident of $view:ty) => {
        $(#[doc = $doc])+
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// The rows of this page.
            pub data: Vec<$view>,
            /// The cursor of the next page; null on the last.
            pub next_cursor: Option<String>,
        }

        impl actix_web::Responder for $name {
            type Body = actix_web::body::BoxBody;

            fn respond_to(self, request: &actix_web::HttpRequest) -> actix_web::HttpResponse {
                $crate::paging::respond(request, self.next_cursor.as_deref(), &self)
            }
        }
    };
}

/// Answers with a page, and with the way to the next in `Link` (RFC 8288).
pub fn respond(
    request: &actix_web::HttpRequest,
    next: Option<&str>,
    page: &impl serde::Serialize,
) -> actix_web::HttpResponse {
    let mut response = actix_web::HttpResponse::Ok();
    if let Some(next) = next {
        let others =
            request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: Vec<String> = others.map(str::to_owned).chain([format!("cursor={next}")]).collect();
        response.insert_header(("Link", format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))));
    }
    response.json(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        serde_urlencoded::from_str(query).expect("a query")
    }

    fn asked(query: &str) -> Result<Paging, InputFault> {
        Paging::of("/v1/schools", &pairs(query))
    }

    #[test]
    fn a_cursor_belongs_to_its_question_whatever_its_order_and_size() {
        let cursor = asked("place=URK&includeGone=true").expect("sound").write("03GR01");
        let place =
            |query: &str| asked(&format!("{query}&cursor={cursor}")).map(|it| it.after.expect("a place").1);
        assert_eq!(place("place=URK&includeGone=true").expect("ours"), "03GR01");
        assert_eq!(place("pageSize=7&includeGone=true&place=URK").expect("ours"), "03GR01");
        for other in ["place=EDE&includeGone=true", "place=URK", "place=URK&includeGone=true&name=ark"] {
            assert!(place(other).is_err(), "{other}");
        }
        assert!(
            Paging::of("/v1/boards", &pairs(&format!("place=URK&includeGone=true&cursor={cursor}"))).is_err()
        );
        assert!(asked("cursor=abc").is_err());
    }

    #[test]
    fn of_filters_that_are_wrong_only_the_form_of_a_cursor_is_asked() {
        let cursor = asked("place=URK").expect("sound").write("03GR01");
        let of = |query: &str, sound| fault("/v1/schools", &pairs(query), sound).is_some();
        assert!(!of(&format!("place=...&cursor={cursor}"), false));
        assert!(of(&format!("place=...&cursor={cursor}"), true));
        assert!(of("place=...&cursor=abc", false) && of("after=abc", false));
    }

    #[test]
    fn a_place_that_does_not_read_is_no_cursor_of_ours() {
        let cursor = asked("").expect("sound").write("nowhere");
        assert!(asked(&format!("cursor={cursor}")).expect("its form is ours").by_time().is_err());
    }

    #[test]
    fn a_page_is_never_empty_by_wish_and_never_larger_than_allowed() {
        let sizes = ["", "pageSize=0", "pageSize=7", "pageSize=9999"]
            .map(|query| asked(query).expect("sound").size());
        assert_eq!(sizes, [50, 1, 7, 200]);
    }
}
