//! Buddies, their ties and their certificates.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{
    Action, DeclareTies, Grant, ManageBuddies, Principal, ReadBuddy, ReadCandidates, Standing, Upkeep,
};
use naast_domain::buddies::{Buddy, BuddyStatus, Certificate, ready_until};
use naast_domain::code::CodeSet;
use naast_domain::directory::MunicipalityCode;
use naast_domain::ids::{BuddyId, CertificateId, PersonId, ProgrammeId};
use naast_domain::independence::Tie;
use naast_domain::organisations::Role;
use naast_domain::requests::{ChannelWish, SupportRequest};
use naast_domain::{Date, Moment};

use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::{Page, Slice, Stored, code, count, must_reach, one};
use crate::schema::{buddies, certificates};
use crate::transaction::Transaction;
use crate::{Error, on_either};

const T: &str = "buddies";

#[derive(Queryable, Selectable)]
#[diesel(table_name = buddies)]
struct Row {
    programme_id: Key,
    id: Key,
    person_id: Key,
    languages: i64,
    specialisms: i64,
    channels: i64,
    municipalities: Json,
    capacity: i32,
    matches: i32,
    status: String,
    ties_asked_on: Option<Date>,
    version: i32,
    created_at: At,
}

impl TryFrom<Row> for Stored<Buddy> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: Buddy {
                id: row.id.into(),
                programme: row.programme_id.into(),
                person: row.person_id.into(),
                languages: CodeSet::from_bits(row.languages),
                specialisms: CodeSet::from_bits(row.specialisms),
                channels: CodeSet::from_bits(row.channels),
                municipalities: row.municipalities.read::<Vec<MunicipalityCode>>(T, "municipalities")?,
                capacity: count(T, "capacity", row.capacity)?,
                matches: count(T, "matches", row.matches)?,
                status: code(T, "status", &row.status)?,
                ties_asked_on: row.ties_asked_on,
            },
        })
    }
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// How a buddy stands to a caller.
pub fn standing(buddy: &Buddy) -> Standing<'static> {
    Standing { owner: Some(buddy.person), programme: Some(buddy.programme), ..Standing::default() }
}

/// How the buddy of a proposal or match stands to it: a buddy who has left has no part in any case any more. Her own
/// profile stays hers to read.
pub(crate) fn assigned(person: Key, status: &str) -> Result<Option<PersonId>, Error> {
    let status: BuddyStatus = code(T, "status", status)?;
    Ok((status != BuddyStatus::Left).then(|| person.into()))
}

/// Registers a buddy.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<ManageBuddies>,
    buddy: &Buddy,
    first_name: &str,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let first_name = keys.seal(tx, Owner::Person(buddy.person), place(buddy.id), first_name, now)?;
    let row = (
        buddies::programme_id.eq(Key::from(buddy.programme)),
        buddies::id.eq(Key::from(buddy.id)),
        buddies::person_id.eq(Key::from(buddy.person)),
        buddies::first_name.eq(first_name.as_str()),
        buddies::languages.eq(buddy.languages.bits()),
        buddies::specialisms.eq(buddy.specialisms.bits()),
        buddies::channels.eq(buddy.channels.bits()),
        buddies::municipalities.eq(Json::of(&buddy.municipalities)),
        buddies::capacity.eq(small(buddy.capacity)),
        buddies::status.eq(buddy.status.to_string()),
        buddies::ties_asked_on.eq(buddy.ties_asked_on),
        buddies::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(buddies::table).values(row).execute(c))?;
    Ok(())
}

/// A buddy that the grant reaches, with the role in which it does.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: BuddyId,
) -> Result<Option<(Stored<Buddy>, Role)>, Error> {
    let row: Option<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(buddy) = row.map(Stored::try_from).transpose()? else { return Ok(None) };
    Ok(grant.reaches(standing(&buddy)).map(|role| (buddy, role)))
}

/// The buddy of a proposal that a grant reached already.
pub fn of_proposal(
    database: &mut Database<'_>,
    of: &Stored<crate::matching::KeptProposal>,
) -> Result<Stored<Buddy>, Error> {
    of_programme(database, of.programme, of.proposal.buddy)
}

/// The buddy of a match that a grant reached already.
pub fn of_match(
    database: &mut Database<'_>,
    of: &Stored<crate::support::Match>,
) -> Result<Stored<Buddy>, Error> {
    of_programme(database, of.programme, of.buddy)
}

/// These buddies of a programme, by id, for work that goes through all of them.
pub fn in_use(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    programme: ProgrammeId,
    ids: &[BuddyId],
) -> Result<Vec<Stored<Buddy>>, Error> {
    let keys: Vec<Key> = ids.iter().map(|id| Key::from(*id)).collect();
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::programme_id.eq(Key::from(programme)))
        .filter(buddies::id.eq_any(&keys))
        .order(buddies::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Whom this person is a buddy as, in every programme that she has not left.
pub fn of_person(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    person: PersonId,
) -> Result<Vec<Stored<Buddy>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(person)))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .order(buddies::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

fn of_programme(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<Stored<Buddy>, Error> {
    let row: Row = on_either!(database, |c| buddies::table
        .find((Key::from(programme), Key::from(id)))
        .select(Row::as_select())
        .first(c))?;
    row.try_into()
}

/// The buddies that the caller herself is: one in each programme at most.
pub fn list_own(database: &mut Database<'_>, grant: &Grant<ReadBuddy>) -> Result<Vec<Stored<Buddy>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(grant.person())))
        .order((buddies::created_at, buddies::id))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of a programme's buddies, newest first. Empty where the grant does not reach.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadBuddy>,
    programme: ProgrammeId,
    page: Page,
) -> Result<Slice<Stored<Buddy>>, Error> {
    if grant.reaches(Standing { programme: Some(programme), ..Standing::default() }).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = buddies::table
            .filter(buddies::programme_id.eq(Key::from(programme)))
            .select(Row::as_select())
            .order((buddies::created_at.desc(), buddies::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                buddies::created_at.le(at).and(buddies::created_at.lt(at).or(buddies::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Keeps a changed profile of a buddy that stands as it was loaded.
pub fn change_profile(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let row = buddies::table
        .find((Key::from(buddy.programme), Key::from(buddy.id)))
        .filter(buddies::version.eq(buddy.version));
    let update = diesel::update(row).set((
        buddies::languages.eq(buddy.languages.bits()),
        buddies::specialisms.eq(buddy.specialisms.bits()),
        buddies::channels.eq(buddy.channels.bits()),
        buddies::municipalities.eq(Json::of(&buddy.municipalities)),
        buddies::capacity.eq(small(buddy.capacity)),
        buddies::status.eq(buddy.status.to_string()),
        buddies::version.eq(buddy.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    // from the day that she left on, her file has a term; when she comes back it has none
    let has_left = buddy.status == BuddyStatus::Left;
    let row = buddies::table
        .find((Key::from(buddy.programme), Key::from(buddy.id)))
        .filter(buddies::left_at.is_null().eq(has_left));
    let dated = diesel::update(row).set(buddies::left_at.eq(has_left.then_some(At(now))));
    on_either!(&mut **tx, |c| dated.execute(c))?;
    Ok(())
}

/// Takes away what is known of a buddy whose file is erased, and keeps her id for the cases that name it.
pub(crate) fn forget(
    tx: &mut Transaction<'_, '_>,
    (programme, buddy): (ProgrammeId, BuddyId),
) -> Result<(), Error> {
    let row = buddies::table.find((Key::from(programme), Key::from(buddy)));
    let update = diesel::update(row).set((
        buddies::first_name.eq(""),
        buddies::languages.eq(0),
        buddies::specialisms.eq(0),
        buddies::channels.eq(0),
        buddies::municipalities.eq(Json::of(&Vec::<MunicipalityCode>::new())),
        buddies::ties_asked_on.eq(None::<Date>),
        buddies::ready_until.eq(None::<Date>),
        buddies::left_at.eq(None::<At>),
        buddies::version.eq(buddies::version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Changes what parents call a buddy who was loaded with a grant.
pub fn rename(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    first_name: &str,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let sealed = keys.seal(tx, Owner::Person(buddy.person), place(buddy.id), first_name, now)?;
    let row = buddies::table.find((Key::from(buddy.programme), Key::from(buddy.id)));
    let update = diesel::update(row).set(buddies::first_name.eq(sealed.as_str()));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

fn place(buddy: BuddyId) -> Place {
    Place { table: T, column: "first_name", row: buddy.uuid() }
}

/// What parents call these buddies, who were loaded with a grant; empty for one who was erased.
pub fn names(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &[&Stored<Buddy>],
) -> Result<HashMap<BuddyId, String>, Error> {
    let all: Vec<_> = of.iter().map(|buddy| (buddy.programme, buddy.id)).collect();
    open_names(database, keys, &all)
}

/// What parents call the buddy of a proposal that was loaded with a grant; empty for one who was erased.
pub fn name_in(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &Stored<crate::matching::KeptProposal>,
) -> Result<String, Error> {
    let buddy = of.proposal.buddy;
    Ok(open_names(database, keys, &[(of.programme, buddy)])?.remove(&buddy).unwrap_or_default())
}

/// What parents call these buddies of the programme of a request, who were considered for it; empty for one who was erased.
pub fn names_for(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    of: &[BuddyId],
) -> Result<HashMap<BuddyId, String>, Error> {
    must_reach(grant, Standing { programme: Some(request.programme), ..Standing::default() })?;
    let all: Vec<_> = of.iter().map(|buddy| (request.programme, *buddy)).collect();
    open_names(database, keys, &all)
}

pub(crate) fn open_names(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &[(ProgrammeId, BuddyId)],
) -> Result<HashMap<BuddyId, String>, Error> {
    let programmes: Vec<Key> = of.iter().map(|(programme, _)| Key::from(*programme)).collect();
    let ids: Vec<Key> = of.iter().map(|(_, buddy)| Key::from(*buddy)).collect();
    let rows: Vec<(Key, String)> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq_any(programmes))
        .filter(buddies::id.eq_any(ids))
        .select((buddies::id, buddies::first_name))
        .load(c))?;
    let sealed: Vec<(BuddyId, Sealed)> =
        rows.into_iter().map(|(id, name)| (BuddyId::from(id), Sealed(name))).collect();
    let places: Vec<(Place, &Sealed)> = sealed.iter().map(|(id, name)| (place(*id), name)).collect();
    let opened = keys.open_all(database, &places)?;
    Ok(sealed.iter().map(|(id, _)| *id).zip(opened.into_iter().map(Option::unwrap_or_default)).collect())
}

/// Takes one place of a buddy, when she has one free. Says whether she had.
pub(crate) fn take_place(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<bool, Error> {
    let row = buddies::table
        .find((Key::from(programme), Key::from(id)))
        .filter(buddies::matches.lt(buddies::capacity))
        .filter(buddies::status.eq(BuddyStatus::Active.to_string()));
    let update = diesel::update(row)
        .set((buddies::matches.eq(buddies::matches + 1), buddies::version.eq(buddies::version + 1)));
    Ok(on_either!(&mut **tx, |c| update.execute(c))? == 1)
}

/// Gives one place of a buddy back.
pub(crate) fn free_place(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<(), Error> {
    let update = diesel::update(buddies::table.find((Key::from(programme), Key::from(id))))
        .set((buddies::matches.eq(buddies::matches - 1), buddies::version.eq(buddies::version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Notes that a buddy was asked on a day whether there is any tie.
pub fn note_asked(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DeclareTies>,
    buddy: &Stored<Buddy>,
    on: Date,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let update = diesel::update(buddies::table.find((Key::from(buddy.programme), Key::from(buddy.id))))
        .set((buddies::ties_asked_on.eq(Some(on)), buddies::version.eq(buddies::version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

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
struct CertificateRow {
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
    fn read(self) -> Result<(Key, KeptCertificate), Error> {
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

/// A buddy with everything that a consideration reads.
#[derive(Debug, Clone)]
pub struct WithFacts {
    /// The buddy.
    pub buddy: Buddy,
    /// Her certificates.
    pub certificates: Vec<Certificate>,
    /// Her ties: those that she declared, and those that the installation knows itself.
    pub ties: Vec<Tie>,
}

/// The buddies of a request's programme who have a place free, speak the language, can meet in the wished way and
/// whose certificates are valid today, with their facts, in four queries however many they are. What remains, the
/// rules decide.
pub fn available_for(
    database: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    today: Date,
) -> Result<Vec<WithFacts>, Error> {
    let programme = Key::from(request.programme);
    if grant.reaches(Standing { programme: Some(request.programme), ..Standing::default() }).is_none() {
        return Ok(Vec::new());
    }
    // the partial index knows exactly these words, so they stand in the text and not in a parameter
    let free = diesel::dsl::sql::<diesel::sql_types::Bool>("status = 'active' AND matches < capacity");
    let shared = |column: &str, bits: i64| {
        diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("({column} & "))
            .bind::<diesel::sql_types::BigInt, _>(bits)
            .sql(") <> 0")
    };
    let language = CodeSet::<naast_domain::buddies::SpokenLanguage>::bit_of(request.language);
    let channels = ChannelWish::channels(request.channel).bits();
    let rows: Vec<Row> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq(programme))
        .filter(buddies::ready_until.ge(today))
        .filter(free)
        .filter(shared("languages", language))
        .filter(shared("channels", channels))
        .select(Row::as_select())
        .load(c))?;
    let keys: Vec<Key> = rows.iter().map(|row| row.id).collect();
    with_facts(database, programme, &keys, rows)
}

/// The programmes in which a caller is a buddy and has not left.
pub fn programmes_of(database: &mut Database<'_>, me: &Principal) -> Result<Vec<ProgrammeId>, Error> {
    let keys: Vec<Key> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(me.person)))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .order(buddies::programme_id)
        .select(buddies::programme_id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// One buddy of a request's programme with her facts, whether she is available or not.
pub fn one_with_facts(database: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<WithFacts, Error> {
    Ok(WithFacts {
        certificates: certificates_of(database, buddy)?.into_iter().map(|kept| kept.certificate).collect(),
        ties: crate::independence::ties::counting_for(database, buddy)?,
        buddy: buddy.value.clone(),
    })
}

fn with_facts(
    database: &mut Database<'_>,
    programme: Key,
    keys: &[Key],
    rows: Vec<Row>,
) -> Result<Vec<WithFacts>, Error> {
    let mut certificates_by_buddy: HashMap<Key, Vec<Certificate>> = HashMap::new();
    let mut ties_by_buddy: HashMap<Key, Vec<Tie>> = HashMap::new();
    // SQLite takes 32,766 parameters in one statement
    for keys in keys.chunks(10_000) {
        let found: Vec<CertificateRow> = on_either!(&mut *database, |c| certificates::table
            .filter(certificates::programme_id.eq(programme))
            .filter(certificates::buddy_id.eq_any(keys))
            .select(CertificateRow::as_select())
            .load(c))?;
        for row in found {
            let (buddy, kept) = row.read()?;
            certificates_by_buddy.entry(buddy).or_default().push(kept.certificate);
        }
        crate::independence::ties::of_buddies(database, programme, keys, &mut ties_by_buddy)?;
    }
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id.into()).collect();
    let mut known = crate::independence::known::of_people(database, &people)?;
    rows.into_iter()
        .map(|row| {
            let key = row.id;
            let mut ties = ties_by_buddy.remove(&key).unwrap_or_default();
            ties.extend(known.remove(&row.person_id.into()).unwrap_or_default());
            Ok(WithFacts {
                buddy: Stored::<Buddy>::try_from(row)?.value,
                certificates: certificates_by_buddy.remove(&key).unwrap_or_default(),
                ties,
            })
        })
        .collect()
}
