//! Pages of collections. A cursor is opaque, says where the last page ended, and belongs to the question that it came
//! from.

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

/// The size of a page.
pub fn size(wish: Option<i64>) -> i64 {
    wish.unwrap_or(USUAL).clamp(1, MOST)
}

/// The fingerprint of a question: the operation and its filters, without the paging.
fn fingerprint(question: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(question)[..6])
}

/// Writes a cursor.
pub fn write(question: &str, place: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{place}", fingerprint(question)))
}

/// Reads a cursor that belongs to this question.
///
/// # Errors
/// `cursor` when it is none of ours, or of another question.
pub fn read(question: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once('.').map(|(print, place)| (print.to_owned(), place.to_owned())))
        .filter(|(print, _)| *print == fingerprint(question))
        .map(|(_, place)| place);
    place.map(Some).ok_or_else(foreign)
}

fn foreign() -> Error {
    InputFault::parameter(
        "cursor",
        "cursor",
        Text::of(
            "Deze cursor hoort niet bij deze vraag. Gebruik `nextCursor` van de vorige pagina, met dezelfde filters.",
            "This cursor does not belong to this question. Use `nextCursor` of the page before, with the same filters.",
        ),
    )
    .into()
}

/// The page that is asked for, of a collection in order of time.
pub fn by_time(question: &str, wish: Option<i64>, cursor: Option<&str>) -> Result<Page, Error> {
    let after = read(question, cursor)?
        .map(|place| {
            let (at, id) = place.split_once('_')?;
            Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::try_parse(id).ok()?))
        })
        .map(|place| place.ok_or_else(foreign))
        .transpose()?;
    Ok(Page { size: size(wish), after })
}

/// The cursor behind the last row of a page in order of time; `None` when the page is the last.
pub fn next<T>(question: &str, slice: &Slice<T>, place: impl Fn(&T) -> (Moment, Uuid)) -> Option<String> {
    behind(question, slice.items.last().filter(|_| slice.more).map(place))
}

/// The cursor behind the last row that was looked at for a page in order of time, also when it was left out.
pub fn behind(question: &str, last: Option<(Moment, Uuid)>) -> Option<String> {
    last.map(|(at, id)| write(question, &format!("{}_{id}", at.timestamp_micros())))
}

/// The query of a collection that has no filters of its own.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
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

    #[test]
    fn a_cursor_belongs_to_its_question() {
        let cursor = write("schools?place=URK", "03GR01");
        assert_eq!(read("schools?place=URK", Some(&cursor)).expect("ours").as_deref(), Some("03GR01"));
        assert!(read("schools?place=EDE", Some(&cursor)).is_err());
        assert!(read("schools?place=URK", Some("abc")).is_err());
        assert!(read("schools?place=URK", None).expect("none").is_none());
    }

    #[test]
    fn a_page_is_never_empty_by_wish_and_never_larger_than_allowed() {
        assert_eq!((size(None), size(Some(0)), size(Some(7)), size(Some(9999))), (50, 1, 7, 200));
    }
}
