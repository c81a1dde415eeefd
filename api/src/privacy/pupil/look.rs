//! What a pupil is told of her own consent, with her code and without an account (AVG art. 13 to 15): to whom it is, in which words, how it stands, and
//! when it goes. Nothing of her parent but that she ended everything, where that took the consent back, and nothing of the request but its programme.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::journal::Purpose;
use naast_domain::privacy::consents::{
    ConsentKind, ConsentState, PupilsWord, RecipientKind, text_in_use, text_of,
};
use naast_domain::privacy::retention::{Due, Rule, Terms, case_in_words};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::{SupportRequest, WithdrawnBy};
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::consents::{self, KeptConsent};
use naast_persistence::privacy::{pupils, retention};
use naast_persistence::{Database, Stored, organisations, programmes};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PupilCodeBody, of_pupil};
use crate::answer::Answer;
use crate::caller::Reader;
use crate::contract::Body;
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

const KIND: ConsentKind = ConsentKind::PupilHealthData;

/// A pupil's consent as she gave it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilGivenView {
    /// The words that she was shown, in the language in which they were.
    pub words: String,
    /// Their version.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their SHA-256.
    pub text_hash: String,
    /// When she gave it.
    pub given_at: DateTime<Utc>,
    /// The last day on which it is good; null when it has no end of its own.
    pub valid_until_date: Option<Date>,
    /// The form that the programme had then: it is for whoever was responsible. Under another it opens nothing until she gives it anew.
    pub programme_form: Option<OrganisationForm>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who took it back, where that is known: she herself, or her parent or a coordinator, who ended everything.
    pub withdrawn_by: Option<WithdrawnBy>,
}

/// What a pupil's code is for, and how her own consent stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilInformationView {
    /// What the programme is called that asks for it.
    pub programme_name: String,
    /// The organisation that runs it. With questions and complaints she turns to it; the Autoriteit Persoonsgegevens is there whatever comes of it.
    pub organisation_name: String,
    /// The form that the programme has today, which says who answers for her data.
    pub programme_form: Option<OrganisationForm>,
    /// What the data are used for.
    pub purpose: Purpose,
    /// Who may receive something on it.
    pub recipients: Vec<RecipientKind>,
    /// The words in use today, in the language of Accept-Language: to be shown before she says yes, which sends version, language and fingerprint.
    pub words: String,
    /// Their version.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their SHA-256.
    pub text_hash: String,
    /// Where her consent stands today; null while she has said nothing.
    pub state: Option<ConsentState>,
    /// What she said yes to, the last time that she did; null when she never did.
    pub given: Option<PupilGivenView>,
    /// How long what she said is kept, by the terms of the programme, in words of the language of Accept-Language.
    pub kept_how_long: String,
    /// When it is erased: with the request of her parent, of which this says nothing.
    pub retention: RetentionView,
}

impl PupilGivenView {
    fn of(kept: &KeptConsent) -> Result<Self, Error> {
        let (consent, last) = (&kept.consent, &kept.words);
        let tongue = if last.language == Tongue::English.code() { Tongue::English } else { Tongue::Dutch };
        let words = text_of(KIND, &last.text_version)
            .filter(|words| words.fingerprint(tongue) == last.text_hash)
            .ok_or(Error::Internal("the words of a consent are those that were shown"))?;
        Ok(Self {
            words: words.text.get(tongue).to_owned(),
            text_version: last.text_version.clone(),
            language: last.language.clone(),
            text_hash: last.text_hash.clone(),
            given_at: kept.given_at,
            valid_until_date: consent.valid_until,
            programme_form: consent.form,
            withdrawn_at: consent.withdrawn_at,
            withdrawn_by: consent.withdrawn_by,
        })
    }
}

impl PupilInformationView {
    fn load(
        db: &mut Database<'_>,
        request: &Stored<SupportRequest>,
        code: &[u8],
        (tongue, today): (Tongue, Date),
    ) -> Result<Self, Error> {
        let programme = programmes::find(db, request.programme)?.ok_or(Error::NotFound)?;
        let organisation = organisations::find(db, programme.organisation)?.ok_or(Error::NotFound)?;
        let given = consents::on(db, request)?.into_iter().rfind(|kept| kept.consent.kind == KIND);
        let says_no = pupils::said_with_codes(db, request)?
            .iter()
            .any(|said| said.code == code && said.word == PupilsWord::No);
        // who says no and never said yes has nothing that could be taken back, and said it all the same
        let no = says_no.then_some(ConsentState::Withdrawn);
        let words = text_in_use(KIND);
        let terms =
            retention::terms(db, &[request.programme])?.remove(&request.programme).unwrap_or_default();
        Ok(Self {
            programme_name: programme.name.clone(),
            organisation_name: organisation.name.clone(),
            programme_form: programme.form_on(today).map(|period| period.form),
            purpose: KIND.purpose(),
            recipients: KIND.recipients().to_vec(),
            words: words.text.get(tongue).to_owned(),
            text_version: words.version.to_owned(),
            language: tongue.code().to_owned(),
            text_hash: words.fingerprint(tongue),
            state: given.as_ref().map(|kept| kept.consent.state_on(today)).or(no),
            given: given.as_ref().map(PupilGivenView::of).transpose()?,
            kept_how_long: kept_how_long(&terms).get(tongue).to_owned(),
            retention: RetentionView::of(Due::WITH_REQUEST),
        })
    }
}

/// How long what she said is kept: by the terms of the programme, and not by how the request of her parent stands.
fn kept_how_long(terms: &Terms) -> Text {
    let (case, proof) = (case_in_words(terms), Rule::ConsentProof.label());
    Text::new(
        format!(
            "Wat u zei wordt gewist met de aanvraag van uw ouder ({}). Daarna blijft alleen het bewijs dat het gezegd is ({}).",
            case.nl, proof.nl
        ),
        format!(
            "What you said is erased with your parent's request ({}). After that only the proof stays that it was said ({}).",
            case.en, proof.en
        ),
    )
}

/// Read as a pupil what my code is for, to whom I say yes, and how it stands, with nothing but the code.
///
/// Show it before she says yes. Of her parent's request nothing is in it but its programme, and that it was ended where that took her consent back.
#[utoipa::path(
    operation_id = "findPupilConsent",
    tag = "privacy",
    security(()),
    request_body = PupilCodeBody,
    responses(
        (status = 200, description = "Who asks, the words, and what she said", body = PupilInformationView),
        (
            status = 404,
            description = "No request has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/pupil-consents/_search")]
pub async fn find_pupil_consent(
    platform: web::Data<Platform>,
    Reader(tongue): Reader,
    Body(body): Body<PupilCodeBody>,
) -> Result<Answer<PupilInformationView>, Error> {
    let (code, today) = (of_pupil(&body.code), platform.clock.today());
    platform
        .read_open(move |db| {
            let request = pupils::find_by_pupil_code(db, &code)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(PupilInformationView::load(db, &request, &code, (tongue, today))?))
        })
        .await
}
