//! The consent register. A row is written once; that it was confirmed, lapsed or was taken back is added to it, once each,
//! and a trigger refuses anything else. Every call that changes one holds the lock of its request.

mod anew;
mod confirmation;
mod to_ask_again;
mod withdrawal;

use diesel::prelude::*;
use naast_domain::access::{DecideOnRequest, Grant, ReadConsents, ReportConsent};
use naast_domain::ids::{ConsentId, PersonId, ProgrammeId, RequestId};
use naast_domain::privacy::consents::{Confirmation, ConfirmedHow, Consent, ConsentKind};
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, Moment, day_of};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::programmes;
use crate::requests::standing;
use crate::rows::{Stored, code, code_or_none, must_reach};
use crate::schema::consents;
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use anew::asked_anew;
pub use confirmation::{ToConfirm, confirm, find_by_confirmation};
pub use to_ask_again::to_ask_again;
pub use withdrawal::{Which, withdraw};

const T: &str = "consents";

/// Words that somebody was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownWords {
    /// Their version.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their fingerprint.
    pub text_hash: String,
}

/// A consent as it is kept: with the exact words that were shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptConsent {
    /// Its id.
    pub id: ConsentId,
    /// What for, how it was given, and what came of it.
    pub consent: Consent,
    /// What it is about: the request itself, an announcement or a pool.
    pub subject: Uuid,
    /// The words that were shown to whoever sent it.
    pub words: ShownWords,
    /// When it was given.
    pub given_at: Moment,
    /// The words that the parent was shown when she confirmed it; none where nobody confirmed it, or before they were kept.
    pub confirmed_words: Option<ShownWords>,
}

impl KeptConsent {
    /// The words that the parent was shown, or as yet only whoever reported what she said.
    pub fn last_words(&self) -> &ShownWords {
        self.confirmed_words.as_ref().unwrap_or(&self.words)
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
struct Row {
    programme_id: Key,
    id: Key,
    request_id: Key,
    kind: String,
    subject_id: Key,
    text_version: String,
    language: String,
    text_hash: String,
    how: String,
    given_at: At,
    valid_until: Option<Date>,
    confirmed_at: Option<At>,
    withdrawn_at: Option<At>,
    lapsed_at: Option<At>,
    confirmed_how: Option<String>,
    confirmed_text_version: Option<String>,
    confirmed_language: Option<String>,
    confirmed_text_hash: Option<String>,
    programme_form: Option<String>,
    withdrawn_by: Option<String>,
}

impl TryFrom<Row> for KeptConsent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let how: Option<ConfirmedHow> =
            row.confirmed_how.map(|how| code(T, "confirmed_how", &how)).transpose()?;
        let words = (row.confirmed_text_version, row.confirmed_language, row.confirmed_text_hash);
        let confirmed_words = match words {
            (Some(text_version), Some(language), Some(text_hash)) => {
                Some(ShownWords { text_version, language, text_hash })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            consent: Consent {
                kind: code(T, "kind", &row.kind)?,
                how: code(T, "how", &row.how)?,
                valid_until: row.valid_until,
                confirmed: row.confirmed_at.map(|at| Confirmation { at: at.0, how }),
                withdrawn_at: row.withdrawn_at.map(|at| at.0),
                withdrawn_by: code_or_none(T, "withdrawn_by", row.withdrawn_by.as_deref())?,
                lapsed_at: row.lapsed_at.map(|at| at.0),
                form: row.programme_form.map(|form| code(T, "programme_form", &form)).transpose()?,
            },
            subject: row.subject_id.0,
            words: ShownWords {
                text_version: row.text_version,
                language: row.language,
                text_hash: row.text_hash,
            },
            given_at: row.given_at.0,
            confirmed_words,
        })
    }
}

/// Keeps a consent of the parent, with the form that the programme has. What somebody reported of her before, on the same thing, lapses: her
/// own word counts; and so does what she said of another form, and what she is asked again for.
pub fn give(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DecideOnRequest>,
    request: &Stored<SupportRequest>,
    consent: &mut KeptConsent,
) -> Result<(), Error> {
    must_reach(grant, standing(request))?;
    let day = grant.today();
    note_form(tx, request, consent)?;
    for earlier in on(tx, request)? {
        let same = earlier.consent.kind == consent.consent.kind && earlier.subject == consent.subject;
        if same && earlier.consent.gives_way_on(day, consent.consent.form) {
            lapse(tx, request, earlier.id, consent.given_at)?;
        }
    }
    insert(tx, request, consent, Some(grant.person()), None)
}

/// A consent is for whoever is responsible in the form that the programme has on its day.
fn note_form(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    consent: &mut KeptConsent,
) -> Result<(), Error> {
    let programme = programmes::find(tx, request.programme)?;
    consent.consent.form = programme.and_then(|one| one.form_consented_to(day_of(consent.given_at)));
    Ok(())
}

/// Keeps what a coordinator heard the parent say, with the fingerprint of the code by which she confirms it. One that is over makes room for it; one that
/// holds gives way to the parent's own word alone.
pub fn report(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ReportConsent>,
    request: &Stored<SupportRequest>,
    consent: &mut KeptConsent,
    confirmation: &[u8],
) -> Result<(), Error> {
    must_reach(grant, standing(request))?;
    note_form(tx, request, consent)?;
    for earlier in on(tx, request)? {
        let same = earlier.consent.kind == consent.consent.kind && earlier.subject == consent.subject;
        if same && earlier.consent.valid_until.is_some_and(|last| last < grant.today()) {
            lapse(tx, request, earlier.id, consent.given_at)?;
        }
    }
    insert(tx, request, consent, Some(grant.person()), Some(confirmation))
}

/// Keeps the consent of a pupil, for whoever holds a code of this request.
pub fn give_as_pupil(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    consent: &mut KeptConsent,
) -> Result<(), Error> {
    note_form(tx, request, consent)?;
    // what she said of another form
    for earlier in on(tx, request)? {
        let one = &earlier.consent;
        if one.kind == consent.consent.kind && !one.is_for(consent.consent.form) {
            lapse(tx, request, earlier.id, consent.given_at)?;
        }
    }
    insert(tx, request, consent, None, None)
}

fn insert(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    kept: &KeptConsent,
    by: Option<PersonId>,
    confirmation: Option<&[u8]>,
) -> Result<(), Error> {
    let row = Row {
        programme_id: request.programme.into(),
        id: kept.id.into(),
        request_id: request.id.into(),
        kind: kept.consent.kind.to_string(),
        subject_id: Key(kept.subject),
        text_version: kept.words.text_version.clone(),
        language: kept.words.language.clone(),
        text_hash: kept.words.text_hash.clone(),
        how: kept.consent.how.to_string(),
        given_at: At(kept.given_at),
        valid_until: kept.consent.valid_until,
        confirmed_at: None,
        withdrawn_at: None,
        lapsed_at: None,
        confirmed_how: None,
        confirmed_text_version: None,
        confirmed_language: None,
        confirmed_text_hash: None,
        programme_form: kept.consent.form.map(|form| form.to_string()),
        withdrawn_by: None,
    };
    let values =
        (row, consents::recorded_by.eq(by.map(Key::from)), consents::confirmation_hash.eq(confirmation));
    on_either!(&mut **tx, |c| diesel::insert_into(consents::table).values(values).execute(c))?;
    Ok(())
}

fn lapse(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    id: ConsentId,
    now: Moment,
) -> Result<(), Error> {
    let row = consents::table
        .find((Key::from(request.programme), Key::from(id)))
        .filter(consents::lapsed_at.is_null())
        .filter(consents::withdrawn_at.is_null());
    let update = diesel::update(row).set(consents::lapsed_at.eq(Some(At(now))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// What consents of a kind were about is over, and they with it.
pub(crate) fn lapse_about(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    kind: ConsentKind,
    subjects: &[Key],
    now: Moment,
) -> Result<(), Error> {
    let row = consents::table
        .filter(consents::programme_id.eq(Key::from(programme)))
        .filter(consents::kind.eq(kind.to_string()))
        .filter(consents::subject_id.eq_any(subjects.to_vec()))
        .filter(consents::lapsed_at.is_null())
        .filter(consents::withdrawn_at.is_null());
    let update = diesel::update(row).set(consents::lapsed_at.eq(Some(At(now))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// Every consent on a request that was loaded with a grant, in the order in which they were given.
pub fn on(database: &mut Database<'_>, request: &Stored<SupportRequest>) -> Result<Vec<KeptConsent>, Error> {
    of_request(database, request.programme, request.id)
}

/// The same, for a room that let somebody in by its own rules.
pub(crate) fn of_request(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    request: RequestId,
) -> Result<Vec<KeptConsent>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| consents::table
        .filter(consents::programme_id.eq(Key::from(programme)))
        .filter(consents::request_id.eq(Key::from(request)))
        .order((consents::given_at, consents::id))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A request with every consent on it.
pub type Registered = (Stored<SupportRequest>, Vec<KeptConsent>);

/// Every request of the caller with the consents on it, earliest first: her whole register.
pub fn register(database: &mut Database<'_>, grant: &Grant<ReadConsents>) -> Result<Vec<Registered>, Error> {
    let mut register = Vec::new();
    for request in crate::requests::all_own(database, grant)? {
        let consents = on(database, &request)?;
        register.push((request, consents));
    }
    Ok(register)
}
