//! What the rules could not check for a request, told to its coordinator as it is told to the parent.

use naast_domain::Date;
use naast_domain::access::{Grant, ReadCandidates};
use naast_domain::independence::Effect;
use naast_domain::requests::SupportRequest;
use naast_domain::text::{Text, Tongue};
use naast_persistence::independence::own_verdict;
use naast_persistence::{Database, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::Facts;
use crate::problem::Error;

/// Something that the rules could not check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotKnownView {
    /// What: `partnership-not-known`, or `own-tie-not-known` for a tie of the coordinator herself. More codes may come.
    pub code: String,
    /// What follows from it, and what can be done.
    pub reason: String,
}

/// A code and the words that a coordinator reads.
type NotKnown = (&'static str, Text);

const PARTNERSHIP: NotKnown = (
    "partnership-not-known",
    Text::of(
        "Van de school van deze aanvraag is het samenwerkingsverband niet bekend. Een band van een buddy met een samenwerkingsverband \
         wordt daarom aan de ouder verteld. De beheerder kan het samenwerkingsverband vastleggen.",
        "The partnership of this request's school is not known. A buddy's tie with a partnership is therefore told to the parent. The \
         administrator can record the partnership.",
    ),
);

const OWN_TIE: NotKnown = (
    "own-tie-not-known",
    Text::of(
        "U heeft zelf een band met een samenwerkingsverband. Het is niet bekend of de school van deze aanvraag daarbij hoort; hoort zij \
         erbij, laat de aanvraag dan aan een andere coördinator.",
        "You have a tie with a partnership yourself. It is not known whether this request's school belongs to it; if it does, leave the \
         request to another coordinator.",
    ),
);

/// What could not be checked for a request, for the coordinator who handles it.
pub fn not_known(
    db: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    today: Date,
    tongue: Tongue,
) -> Result<Vec<NotKnownView>, Error> {
    let facts = Facts::load(db, request, std::iter::empty(), today)?;
    let own = own_verdict(db, grant, request)? == Effect::Disclose;
    let all = [(facts.lacks_partnership(), PARTNERSHIP), (own, OWN_TIE)];
    let view = |(code, reason): NotKnown| NotKnownView {
        code: code.to_owned(),
        reason: reason.get(tongue).to_owned(),
    };
    Ok(all.into_iter().filter_map(|(holds, what)| holds.then(|| view(what))).collect())
}
