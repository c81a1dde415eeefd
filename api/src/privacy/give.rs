//! The parent consents, in the exact words that she was shown. Nobody can do it for her.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::DecideOnRequest;
use naast_domain::code::Code as _;
use naast_domain::ids::{ConsentId, OrganisationId, ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::consents::{
    ChildAge, Consent, ConsentKind, GivenHow, TEXTS, parent_decides, text_in_use,
};
use naast_domain::programmes::OrganisationForm;
use naast_domain::rejection::Rejection;
use naast_domain::requests::{ContinuedBy, RequestState, SupportRequest};
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::consents::{self, KeptConsent, ShownWords};
use naast_persistence::{Stored, Transaction, locks, programmes, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::choice::{SaidShown, was_shown_a_choice, was_shown_the_form};
use super::pupil::words;
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::{day_of, fresh};
use crate::contract::{Check, Path, Sent};
use crate::independence::again::{Occasion, recheck_request};
use crate::page_of;
use crate::platform::{Platform, Said as _, Writing};
use crate::problem::Error;

/// The words that were shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!(example_of(ConsentKind::Request)))]
pub struct ShownTextBody {
    /// Their version; only the version in use can be consented to.
    #[schema(min_length = 1, max_length = 20)]
    pub text_version: String,
    /// Their language.
    #[schema(pattern = "^(nl|en)$")]
    pub language: String,
    /// The SHA-256 of the words that stood on the screen: of their UTF-8, in lower case. It must be that of the version, the language
    /// and the kind of consent, as `GET /consent-texts` gives it: so a frontend that shows other words is found out.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub text_hash: String,
}

/// The words in use of a kind, as a frontend that showed them in Dutch sends them: for the examples of the contract.
pub(crate) fn example_of(kind: ConsentKind) -> serde_json::Value {
    let words = text_in_use(kind);
    let hash = words.fingerprint(Tongue::Dutch);
    serde_json::json!({ "textVersion": words.version, "language": "nl", "textHash": hash })
}

/// A consent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "request", "text": example_of(ConsentKind::Request) }))]
pub struct ConsentBody {
    /// What it is for: `request`, and apart from it `child-health-data` or `pool`.
    pub kind: ConsentKind,
    /// The words that were shown.
    pub text: ShownTextBody,
    /// Which pool, for `pool`: the organisation that runs it. One that has a programme that runs now and is no school's own.
    pub pool_organisation_id: Option<OrganisationId>,
    /// The programmes that the parent was shown before she chose this one, for `request` to a programme that a school runs: at
    /// least one that the school does not run (S2), one that runs elsewhere where no other covers her school. Whichever way she came: also after a
    /// conversation at school. They are kept with her consent.
    #[schema(max_items = 50)]
    pub programmes_shown: Option<Vec<ProgrammeId>>,
    /// The form in which the parent was shown the programme, as its position statement says it. For `request`; needed when she consents anew
    /// because the programme took another form, and always the one that it has today.
    pub form_shown: Option<OrganisationForm>,
    /// How old the child is, for `child-health-data`. It decides whose consent counts, and is not kept. Once the pupil has spoken with a
    /// code of her own, nothing that is said here counts against it.
    pub child_age: Option<ChildAge>,
}

impl ConsentBody {
    /// Looks up what it names, and whether it has what its kind needs, for whoever may give or report it.
    pub(super) fn look_up(check: &mut Check<'_>, cx: &mut Writing<'_, '_, '_>) -> Result<(), Error> {
        let (today, tx) = (cx.today, &mut *cx.tx);
        let needed = match check.get("/kind") {
            Some(ConsentKind::Pool) => Some("/poolOrganisationId"),
            Some(ConsentKind::ChildHealthData) => Some("/childAge"),
            _ => None,
        };
        if let Some(pointer) = needed.filter(|pointer| !check.has(pointer)) {
            let text = Text::of("Dit hoort bij deze toestemming.", "This belongs to this consent.");
            check.fault(pointer, "required", text);
        }
        check.refers("/poolOrganisationId", |id| Ok(programmes::runs_a_pool(tx, id, today)?))?;
        check.refers_each("/programmesShown/*", |ids| Ok(programmes::are_there(tx, &ids)?))
    }

    /// What it says of the programmes that the parent was shown.
    pub(super) fn said_shown(&self, how: GivenHow, cx: &Writing<'_, '_, '_>) -> SaidShown<'_> {
        SaidShown { programmes: self.programmes_shown.as_deref(), how, at: cx.now, today: cx.today }
    }

    /// What the consent is about, and whether the parent is the one to give it, on a request that is locked.
    pub(super) fn subject(
        &self,
        tx: &mut Transaction<'_, '_>,
        request: &Stored<SupportRequest>,
    ) -> Result<Uuid, Error> {
        let checked = || Error::Internal("a sound consent has what its kind needs");
        match self.kind {
            ConsentKind::Pool => Ok(self.pool_organisation_id.ok_or_else(checked)?.uuid()),
            ConsentKind::ChildHealthData => {
                parent_decides(self.child_age.ok_or_else(checked)?, &words(tx, request)?)?;
                Ok(request.id.uuid())
            }
            _ => Ok(request.id.uuid()),
        }
    }
}

/// The consent that these words are, given now.
///
/// # Errors
/// As [`in_use`].
pub fn shown(
    id: ConsentId,
    (kind, how): (ConsentKind, GivenHow),
    subject: Uuid,
    text: &ShownTextBody,
    now: DateTime<Utc>,
) -> Result<KeptConsent, Rejection> {
    Ok(KeptConsent {
        id,
        consent: Consent::given(kind, how, kind.valid_until(day_of(now))),
        subject,
        words: in_use(kind, text)?,
        given_at: now,
        confirmed_words: None,
    })
}

/// The words that were shown, when they are those in use for a kind of consent.
///
/// # Errors
/// `consent-text-unknown` and `consent-text-differs`, at the member of the body's `text`.
pub(super) fn in_use(kind: ConsentKind, text: &ShownTextBody) -> Result<ShownWords, Rejection> {
    let tongue = if text.language == "en" { Tongue::English } else { Tongue::Dutch };
    let words = text_in_use(kind);
    if text.text_version != words.version {
        let version = words.version;
        return Err(Rejection::rule(
            "consent-text-unknown",
            "L6",
            Text::new(
                format!("Toon de tekst die nu geldt: versie {version}."),
                format!("Show the text that is in use now: version {version}."),
            ),
        )
        .while_it_is(&version)
        .at("/text/textVersion"));
    }
    let text_hash = words.fingerprint(tongue);
    if text.text_hash != text_hash {
        let (version, language) = (words.version, &text.language);
        return Err(Rejection::rule(
            "consent-text-differs",
            "L6",
            Text::new(
                format!(
                    "De woorden die zijn getoond, zijn niet die van versie {version} in de taal {language}. Toon de tekst van \
                     /consent-texts; de SHA-256 daarvan staat in current."
                ),
                format!(
                    "The words that were shown are not those of version {version} in the language {language}. Show the text of \
                     /consent-texts; its SHA-256 stands in current."
                ),
            ),
        )
        .while_it_is(&text_hash)
        .at("/text/textHash"));
    }
    Ok(ShownWords { text_version: words.version.to_owned(), language: text.language.clone(), text_hash })
}

/// The words of a consent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentTextView {
    /// What it is for.
    pub kind: ConsentKind,
    /// The version.
    pub version: String,
    /// The language.
    pub language: String,
    /// The words to show.
    pub text: String,
    /// Their SHA-256, which a consent keeps.
    pub text_hash: String,
    /// Whether this is the version in use.
    pub current: bool,
}

page_of! {
    /// The words of every consent, in both languages.
    ConsentTextPage of ConsentTextView
}

/// Read the words that a parent must be shown before she consents.
#[utoipa::path(
    operation_id = "listConsentTexts",
    tag = "privacy",
    security(()),
    responses((status = 200, description = "All of them, on one page", body = ConsentTextPage)),
)]
#[get("/consent-texts")]
pub async fn list_consent_texts() -> ConsentTextPage {
    let languages = [("nl", Tongue::Dutch), ("en", Tongue::English)];
    let data = TEXTS.iter().flat_map(|words| languages.map(|(language, tongue)| (words, language, tongue)));
    let data = data.map(|(words, language, tongue)| ConsentTextView {
        kind: words.kind,
        version: words.version.to_owned(),
        language: language.to_owned(),
        text: words.text.get(tongue).to_owned(),
        text_hash: words.fingerprint(tongue),
        current: words.version == text_in_use(words.kind).version,
    });
    ConsentTextPage { data: data.collect(), next_cursor: None }
}

/// Consent. Only the parent herself can.
#[utoipa::path(
    operation_id = "giveConsent",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    request_body = ConsentBody,
    responses((status = 201, description = "Kept, with the words that were shown", body = ConsentView)),
)]
#[post("/support-requests/{id}/consents")]
pub async fn give_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
    sent: Sent<ConsentBody>,
) -> Result<Answer<ConsentView>, Error> {
    let consent_id: ConsentId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            ConsentBody::look_up(&mut check, cx)?;
            let body = sent.sound(check)?;
            let next = stored.consent(body.kind)?;
            was_shown_the_form(cx.tx, &stored, &body, cx.today)?;
            was_shown_a_choice(cx.tx, &stored, body.kind, body.said_shown(GivenHow::OwnLogin, cx))?;
            let subject = body.subject(cx.tx, &stored)?;
            let mut consent =
                shown(consent_id, (body.kind, GivenHow::OwnLogin), subject, &body.text, cx.now)?;
            consents::give(cx.tx, &grant, &stored, &mut consent)?;
            if next != stored.state {
                requests::change_state(cx.tx, &stored, next, None, cx.now)?;
            }
            if body.kind == ConsentKind::Request {
                requests::go_on(cx.tx, &stored, ContinuedBy::Parent, cx.now)?;
            }
            let entry = cx
                .entry(stored.programme, role, Purpose::Matching, "request.consented")
                .on(id)
                .states(Some(stored.state.code()), Some(next.code()));
            let mut entries = vec![entry];
            if stored.state == RequestState::Matched && body.kind == ConsentKind::Request {
                // what rested for her answer goes on
                entries.extend(recheck_request(cx.tx, &stored, Occasion::of(cx, role))?);
            }
            let place = format!("/support-requests/{id}/consents/{consent_id}/receipt");
            let view = ConsentView::load(cx.tx, &consent, id, cx.today)?;
            Ok(cx.tx.keep(entries, Answer::created(view, &place))?)
        })
        .await
}
