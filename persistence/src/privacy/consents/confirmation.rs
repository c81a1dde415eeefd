//! What somebody of the programme heard the parent say, and that she confirmed it herself: once, with the words that she was shown.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_domain::privacy::consents::ConfirmedHow;
use naast_domain::requests::SupportRequest;

use super::{KeptConsent, Row, ShownWords, lapse, on};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::consents;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Notes that and how the parent herself confirmed what was reported, and the words that she was shown. What she said of another form of the
/// programme lapses.
pub fn confirm(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    kept: &KeptConsent,
    (how, words): (ConfirmedHow, &ShownWords),
    now: Moment,
) -> Result<(), Error> {
    let about = |one: &KeptConsent| {
        one.id != kept.id && one.consent.kind == kept.consent.kind && one.subject == kept.subject
    };
    for other in on(tx, request)?.into_iter().filter(about) {
        lapse(tx, request, other.id, now)?;
    }
    let row = consents::table
        .find((Key::from(request.programme), Key::from(kept.id)))
        .filter(consents::confirmed_at.is_null())
        .filter(consents::withdrawn_at.is_null())
        .filter(consents::lapsed_at.is_null());
    let update = diesel::update(row).set((
        consents::confirmed_at.eq(Some(At(now))),
        consents::confirmed_how.eq(Some(how.to_string())),
        consents::confirmed_text_version.eq(Some(words.text_version.clone())),
        consents::confirmed_language.eq(Some(words.language.clone())),
        consents::confirmed_text_hash.eq(Some(words.text_hash.clone())),
    ));
    crate::rows::one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// What a code confirms.
#[derive(Debug, Clone)]
pub struct ToConfirm {
    /// The request.
    pub request: Stored<SupportRequest>,
    /// The consent on it.
    pub consent: KeptConsent,
    /// Who reported it; nobody, once her account is gone.
    pub reported_by: Option<PersonId>,
}

/// What a code confirms, for whoever holds the code.
pub fn find_by_confirmation(
    database: &mut Database<'_>,
    fingerprint: &[u8],
) -> Result<Option<ToConfirm>, Error> {
    let row: Option<(Row, Option<Key>)> = on_either!(&mut *database, |c| consents::table
        .filter(consents::confirmation_hash.eq(fingerprint))
        .select((Row::as_select(), consents::recorded_by))
        .first(c)
        .optional())?;
    let Some((row, reported_by)) = row else { return Ok(None) };
    let (programme, request) = (row.programme_id.into(), row.request_id.into());
    let request = crate::requests::of_programme(database, programme, request)?;
    let reported_by = reported_by.map(PersonId::from);
    Ok(Some(ToConfirm { request, consent: row.try_into()?, reported_by }))
}
