//! The certificates of buddies, and with them the last day on which a buddy is ready.

use diesel::prelude::*;
use naast_domain::access::{Grant, ManageBuddies, Upkeep};
use naast_domain::buddies::{Buddy, Certificate, ready_until};
use naast_domain::ids::{CertificateId, PersonId};
use naast_domain::{Date, Moment, day_of};

use super::standing;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::privacy::erasure::Subject;
use crate::privacy::tombstones;
use crate::retries;
use crate::rows::{Stored, code, must_reach, one};
use crate::schema::{buddies, certificates};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A certificate as it is kept: with who saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCertificate {
    /// Its id.
    pub id: CertificateId,
    /// What it says.
    pub certificate: Certificate,
    /// Who saw it.
    pub seen_by: PersonId,
    /// When it was recorded.
    pub recorded_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates)]
pub(super) struct CertificateRow {
    programme_id: Key,
    id: Key,
    buddy_id: Key,
    kind: String,
    profile: Option<String>,
    issued_on: Date,
    expires_on: Option<Date>,
    seen_by: Key,
    recorded_at: At,
}

impl CertificateRow {
    pub(super) fn read(self) -> Result<(Key, KeptCertificate), Error> {
        Ok((
            self.buddy_id,
            KeptCertificate {
                id: self.id.into(),
                certificate: Certificate {
                    kind: code("certificates", "kind", &self.kind)?,
                    profile: self.profile,
                    issued_on: self.issued_on,
                    expires_on: self.expires_on,
                },
                seen_by: self.seen_by.into(),
                recorded_at: self.recorded_at.0,
            },
        ))
    }
}

/// Keeps a certificate, and with it the last day on which the buddy is ready.
pub fn insert_certificate(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    kept: &KeptCertificate,
    today: Date,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let row = CertificateRow {
        programme_id: buddy.programme.into(),
        id: kept.id.into(),
        buddy_id: buddy.id.into(),
        kind: kept.certificate.kind.to_string(),
        profile: kept.certificate.profile.clone(),
        issued_on: kept.certificate.issued_on,
        expires_on: kept.certificate.expires_on,
        seen_by: kept.seen_by.into(),
        recorded_at: At(kept.recorded_at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(certificates::table).values(row).execute(c))?;
    count_anew(tx, buddy, today)
}

/// Takes out a certificate of a buddy that was recorded by mistake, counts anew until when she is ready, and takes along what she has waiting
/// of an export: it holds the mistake. A tombstone keeps a backup from bringing it back. False when she has none with this id.
pub fn remove_certificate(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    id: CertificateId,
    now: Moment,
) -> Result<bool, Error> {
    must_reach(grant, standing(buddy))?;
    take_out(tx, buddy, id, now)
}

/// Takes out again what a backup brought back after it had been taken out.
pub fn remove_certificate_again(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    buddy: &Stored<Buddy>,
    id: CertificateId,
    now: Moment,
) -> Result<bool, Error> {
    take_out(tx, buddy, id, now)
}

fn take_out(
    tx: &mut Transaction<'_, '_>,
    buddy: &Stored<Buddy>,
    id: CertificateId,
    now: Moment,
) -> Result<bool, Error> {
    let row = certificates::table
        .find((Key::from(buddy.programme), Key::from(id)))
        .filter(certificates::buddy_id.eq(Key::from(buddy.id)));
    let gone = on_either!(&mut **tx, |c| diesel::delete(row).execute(c))?;
    if gone == 0 {
        return Ok(false);
    }
    retries::blank_of_file(tx, buddy.id)?;
    count_anew(tx, buddy, day_of(now))?;
    tombstones::lay(tx, tombstones::Kind::Certificate, id.uuid(), Subject::Buddy(buddy.id), now)?;
    Ok(true)
}

/// Keeps the last day on which a buddy is ready, by the certificates that stand now.
fn count_anew(tx: &mut Transaction<'_, '_>, buddy: &Stored<Buddy>, today: Date) -> Result<(), Error> {
    let all: Vec<Certificate> =
        certificates_of(tx, buddy)?.into_iter().map(|kept| kept.certificate).collect();
    let update = diesel::update(buddies::table.find((Key::from(buddy.programme), Key::from(buddy.id))))
        .set((buddies::ready_until.eq(ready_until(&all, today)), buddies::version.eq(buddies::version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// The certificates of a buddy who was loaded with a grant.
pub fn certificates_of(
    database: &mut Database<'_>,
    buddy: &Stored<Buddy>,
) -> Result<Vec<KeptCertificate>, Error> {
    let rows: Vec<CertificateRow> = on_either!(database, |c| certificates::table
        .filter(certificates::programme_id.eq(Key::from(buddy.programme)))
        .filter(certificates::buddy_id.eq(Key::from(buddy.id)))
        .order((certificates::recorded_at, certificates::id))
        .select(CertificateRow::as_select())
        .load(c))?;
    rows.into_iter().map(|row| row.read().map(|(_, kept)| kept)).collect()
}
