//! A pupil of 16 or older decides on the data on her own health (UAVG art. 5). Her parent gets a code for her; with it she
//! says yes, and takes it back, without an account and without a name. What she says binds her parent: who spoke as a pupil is 16 whatever
//! is said of her age, and a no is changed with the code by which it was said, and no other.

pub mod look;

use actix_web::{post, web};
use naast_domain::Moment;
use naast_domain::access::DecideOnRequest;
use naast_domain::ids::{ConsentId, RequestId};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::privacy::consents::{
    ConsentKind, ConsentState, GivenHow, PupilsWord, another_code, says_yes,
};
use naast_domain::privacy::retention::Due;
use naast_domain::rejection::Rejection;
use naast_domain::requests::{RequestState, SupportRequest, WithdrawnBy};
use naast_domain::text::Text;
use naast_persistence::privacy::consents::{self, KeptConsent, Which};
use naast_persistence::privacy::pupils;
use naast_persistence::{Database, Kept, Stored, Transaction, locks, programmes, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give::{ShownTextBody, shown};
use super::take_back::{letter_on, tell};
use crate::answer::Answer;
use crate::call;
use crate::caller::Caller;
use crate::clock::{day_of, fresh, fresh_code};
use crate::contract::{Body, Path};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;
use crate::requests::letters::WriteTo;

fn of_pupil(code: &str) -> [u8; 32] {
    crate::conversations::fingerprint("pupil", code)
}

/// What was said with the codes of a request that is locked.
pub(super) fn words(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<PupilsWord>, Error> {
    Ok(pupils::said_with_codes(tx, request)?.into_iter().map(|one| one.word).collect())
}

/// A code for a pupil.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilCodeView {
    /// The code, shown once. With it the pupil says yes, and takes it back.
    pub pupil_code: String,
}

/// Get a code for my child of 16 or older, who decides on the data on her own health.
///
/// From her first word with it on nobody decides for her. While she has said no, there is no other code.
#[utoipa::path(
    operation_id = "createPupilCode",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 201, description = "Made; give it to your child", body = PupilCodeView)),
)]
#[post("/support-requests/{id}/pupil-codes")]
pub async fn create_pupil_code(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Answer<PupilCodeView>, Error> {
    let code = fresh_code();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            stored.consent(ConsentKind::ChildHealthData)?;
            another_code(&words(cx.tx, &stored)?)?;
            pupils::keep_pupil_code(cx.tx, &grant, &stored, &of_pupil(&code), cx.now)?;
            let entry = cx.entry(stored.programme, role, Purpose::Support, "request.pupil-code-made").on(id);
            let view = PupilCodeView { pupil_code: code.clone() };
            Ok(cx.tx.keep([entry], Answer::made(view).shown_once(true))?)
        })
        .await
}

/// A pupil's yes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789", "text": super::give::example_of(naast_domain::privacy::consents::ConsentKind::PupilHealthData) }))]
pub struct PupilConsentBody {
    /// The pupil's own code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
    /// The words of the kind `pupil-health-data` that were shown.
    pub text: ShownTextBody,
}

/// A pupil's code alone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789" }))]
pub struct PupilCodeBody {
    /// The pupil's own code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
}

/// Where a pupil's consent stands. Nothing of her parent's request is in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilConsentView {
    /// Where it stands.
    pub state: ConsentState,
    /// When it is erased: with the request of her parent, of which this says nothing.
    pub retention: RetentionView,
}

impl PupilConsentView {
    fn of(state: ConsentState) -> Self {
        Self { state, retention: RetentionView::of(Due::WITH_REQUEST) }
    }
}

/// Say yes as a pupil, with nothing but the code.
#[utoipa::path(
    operation_id = "consentAsPupil",
    tag = "privacy",
    security(()),
    request_body = PupilConsentBody,
    responses(
        (
            status = 200,
            description = "Kept, now or before, with the words that were shown",
            body = PupilConsentView,
        ),
        (
            status = 404,
            description = "No request has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
        (
            status = 409,
            description = "Not now",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/pupil-consents")]
pub async fn consent_as_pupil(
    platform: web::Data<Platform>,
    Body(body): Body<PupilConsentBody>,
) -> Result<Answer<PupilConsentView>, Error> {
    let consent_id: ConsentId = fresh();
    let now = platform.clock.now();
    let holder = of_pupil(&body.code);
    platform
        .write_held(holder, move |tx| {
            let first = pupils::find_by_pupil_code(tx, &holder)?.ok_or(Error::NotFound)?;
            locks::lock_request(tx, first.id)?;
            let stored = pupils::find_by_pupil_code(tx, &holder)?.ok_or(Error::NotFound)?;
            if matches!(stored.state, RequestState::Closed | RequestState::Withdrawn) {
                let text = Text::of(
                    "De aanvraag is voorbij. Er wordt niets bewaard.",
                    "The request is over. Nothing is kept.",
                );
                // the pupil's side holds nothing of the parent's request but that it is over
                return Err(Rejection::rule("request-not-open", "S5", text)
                    .in_state("over", Vec::new())
                    .into());
            }
            let kind = (ConsentKind::PupilHealthData, GivenHow::OneTimeCode);
            let mut consent = shown(consent_id, kind, stored.id.uuid(), &body.text, now)?;
            let answer = Answer::found(PupilConsentView::of(ConsentState::InForce));
            // what she said while the programme had another form was to somebody else
            let form = programmes::form_on(tx, stored.programme, day_of(now))?;
            let holds = |kept: &KeptConsent| {
                let one = &kept.consent;
                one.kind == ConsentKind::PupilHealthData && one.in_force_on(day_of(now)) && one.is_for(form)
            };
            if consents::on(tx, &stored)?.iter().any(holds) {
                return Ok(Kept::unchanged(answer));
            }
            let said = pupils::said_with_codes(tx, &stored)?;
            let with_others = said.iter().filter(|one| one.code != holder).map(|one| one.word);
            says_yes(&with_others.collect::<Vec<_>>())?;
            pupils::note_word(tx, &stored, &holder, true, now)?;
            // from now on it is hers to decide on
            pupils::lapse_of_parent(tx, &stored, now)?;
            consents::give_as_pupil(tx, &stored, &mut consent)?;
            let entry = unsigned_entry(stored.programme, "pupil", Purpose::Support, "consent.given", now);
            Ok(tx.keep([entry.on(consent_id)], answer)?)
        })
        .await
}

/// Say no as a pupil, or take it back. Never refused, also when repeated.
///
/// It counts for what her parent said of her health data as well, who reads so among her notices (`consent-withdrawn-by-pupil`) and is written to that
/// a consent was taken back, and not which or by whom. She changes her mind with this same code, and nobody with another.
///
/// It is done, and counted, also when too many calls were made; beyond a limit a code that opens no request is 429.
#[utoipa::path(
    operation_id = "withdrawAsPupil",
    tag = "privacy",
    security(()),
    request_body = PupilCodeBody,
    responses(
        (status = 200, description = "Taken back, now or before", body = PupilConsentView),
        (
            status = 404,
            description = "No request has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/pupil-consents/withdrawal")]
pub async fn withdraw_as_pupil(
    platform: web::Data<Platform>,
    Body(body): Body<PupilCodeBody>,
) -> Result<Answer<PupilConsentView>, Error> {
    let now = platform.clock.now();
    let holder = of_pupil(&body.code);
    if let Some(refusal) = call::refusal() {
        let opens = move |db: &mut Database<'_>| Ok(pupils::find_by_pupil_code(db, &holder)?.is_some());
        if !platform.read_open(opens).await? {
            return Err(refusal);
        }
    }
    let (keys, write_to) = (platform.keys.clone(), WriteTo::default());
    let found = write_to.clone();
    let answer = platform
        .write_held(holder, move |tx| {
            let first = pupils::find_by_pupil_code(tx, &holder)?.ok_or(Error::NotFound)?;
            locks::lock_request(tx, first.id)?;
            let stored = pupils::find_by_pupil_code(tx, &holder)?.ok_or(Error::NotFound)?;
            let answer = Answer::found(PupilConsentView::of(ConsentState::Withdrawn));
            let entry = |act| unsigned_entry(stored.programme, "pupil", Purpose::Support, act, now);
            let (back, entries) = says_no(tx, &stored, (&holder, now), entry, now)?;
            found.note(letter_on(tx, &keys, &stored, &back)?);
            if entries.is_empty() {
                return Ok(Kept::unchanged(answer));
            }
            Ok(tx.keep(entries, answer)?)
        })
        .await?;
    write_to.send(&platform);
    Ok(answer)
}

/// A pupil says no with a code, at a moment, on a request that is locked. It counts for what her parent said of her too, and also when nobody had
/// said yes before. Gives back what she took back, and the journal rows, none when she had said it with this code and nothing was left to take back.
pub(super) fn says_no(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<SupportRequest>,
    (code, at): (&[u8], Moment),
    entry: impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<(Vec<KeptConsent>, Vec<Entry>), Error> {
    let (mut back, by) = (Vec::new(), Some(WithdrawnBy::Pupil));
    for kind in [ConsentKind::PupilHealthData, ConsentKind::ChildHealthData] {
        back.extend(consents::withdraw(tx, stored, Which::About(kind, stored.id.uuid()), by, at)?);
    }
    let said = pupils::said_with_codes(tx, stored)?;
    let has_said_no = said.iter().any(|one| one.code == code && one.word == PupilsWord::No);
    if back.is_empty() && has_said_no {
        return Ok((back, Vec::new()));
    }
    pupils::note_word(tx, stored, code, false, at)?;
    let mut entries = vec![entry("request.pupil-said-no").on(stored.id)];
    entries.extend(back.iter().map(|kept| entry("consent.withdrawn").on(kept.id)));
    entries.extend(tell(tx, stored, &back, false, &entry, now)?);
    Ok((back, entries))
}
