//! A child changes school, or the parent names the school after all: the rules are asked again for whoever is proposed to her
//! or supports her, in the same step. Only the parent says so.

use actix_web::{patch, web};
use naast_domain::access::DecideOnRequest;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::GivenHow;
use naast_persistence::independence::waiting;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{directory, locks, programmes, requests, support};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::submit::is_asked_by_the_parent;
use super::view::SupportRequestView;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::{Path, Sent};
use crate::independence::again::{Occasion, recheck_request};
use crate::platform::{Platform, Writing};
use crate::privacy::choice::{SaidShown, is_shown_a_choice_anew};
use crate::problem::Error;

/// The child's school from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "locationCode": "03GR00" }))]
pub struct SchoolChangeBody {
    /// The school; null when the parent does not want to name it any longer. Then nobody can check that a buddy is
    /// independent of it, and she is told so. Left out, it stays.
    #[serde(default)]
    #[schema(value_type = Option<LocationCode>)]
    pub location_code: NamedSchool,
    /// The programmes that the parent was shown for this school, when a school runs the programme that she asked and she consented
    /// already: at least one that the school does not run (S2), one that runs elsewhere where no other covers her school.
    #[schema(max_items = 50)]
    pub programmes_shown: Option<Vec<ProgrammeId>>,
}

/// What becomes of the school. Left out is another thing than null (RFC 7396).
#[derive(Debug, Clone, Default)]
pub enum NamedSchool {
    /// It stays.
    #[default]
    Stays,
    /// It is this one from now on, or none is named any longer.
    From(Option<LocationCode>),
}

impl<'de> Deserialize<'de> for NamedSchool {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::From)
    }
}

/// Say that my child goes to another school. Proposals and a running match are assessed again in the same step.
///
/// The buddy has to say anew what ties her to this school: her yes to a proposal falls away, and a match rests until she did.
#[utoipa::path(
    operation_id = "changeRequestSchool",
    tag = "requests",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("If-Match" = String, Header, description = "The ETag of the request that was read"),
    ),
    request_body(content = SchoolChangeBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed, and assessed again", body = SupportRequestView)),
)]
#[patch("/support-requests/{id}")]
pub async fn change_request_school(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
    seen: IfMatch,
    sent: Sent<SchoolChangeBody>,
) -> Result<Answer<SupportRequestView>, Error> {
    let show = move |cx: &mut Writing<'_, '_, '_>| {
        let grant = cx.grant::<DecideOnRequest>()?;
        let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
        cx.shows([Shown::request(DataKind::Request, role, &stored)]);
        let view = SupportRequestView::load(cx.tx, cx.keys, &stored, cx.today)?;
        Ok(Answer::found(view).version(stored.version))
    };
    platform
        .patch(caller.0, show, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            check.refers("/locationCode", |school| {
                Ok(directory::school_facts(cx.tx, &school, cx.today)?.is_some())
            })?;
            check.refers_each("/programmesShown/*", |ids| Ok(programmes::are_there(cx.tx, &ids)?))?;
            let body = sent.sound(check)?;
            let school = match &body.location_code {
                NamedSchool::Stays => stored.school.as_ref(),
                NamedSchool::From(named) => named.as_ref(),
            };
            is_asked_by_the_parent(cx, school)?;
            stored.change_school()?;
            seen.check(stored.version)?;
            let programmes = body.programmes_shown.as_deref();
            let said = SaidShown { programmes, how: GivenHow::OwnLogin, at: cx.now, today: cx.today };
            is_shown_a_choice_anew(cx.tx, &stored, school, said)?;
            // before the rules end it: what changes for the others of its buddy changes then too
            let running = support::running_of_request(cx.tx, &stored)?;
            requests::change_school(cx.tx, &grant, &stored, school, cx.now)?;
            let entry = cx.entry(stored.programme, role, Purpose::Matching, "request.school-changed");
            let mut entries = vec![crate::platform::Said::on(entry, id)];
            let (changed, _) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            entries.extend(recheck_request(cx.tx, &changed, Occasion::of(cx, role))?);
            if let Some(running) = &running {
                waiting::ask_others_of(cx.tx, running.buddy, cx.now)?;
            }
            let (after, _) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let view = SupportRequestView::load(cx.tx, cx.keys, &after, cx.today)?;
            Ok(cx.tx.keep(entries, Answer::found(view).version(after.version))?)
        })
        .await
}
