//! What the consideration of buddies for a request reads.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::expression::{SqlLiteral, UncheckedBind};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use naast_domain::Date;
use naast_domain::access::{Grant, ReadCandidates};
use naast_domain::buddies::{Buddy, BuddyStatus, Certificate, SpokenLanguage};
use naast_domain::code::CodeSet;
use naast_domain::ids::PersonId;
use naast_domain::independence::Tie;
use naast_domain::matching::Exclusion;
use naast_domain::requests::{ChannelWish, SupportRequest};

use super::Row;
use super::certificates::{CertificateRow, certificates_of};
use crate::columns::Key;
use crate::database::Database;
use crate::rows::{Stored, must_reach};
use crate::schema::{buddies, certificates};
use crate::{Error, on_either};

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

/// The hard rules that a row alone can answer, as conditions. The partial index knows the words of [`FREE`], so they stand in the
/// text and not in a parameter.
const FREE: &str = "status = 'active' AND matches < capacity";

/// Whether a set that is kept as bits shares one with these.
fn shares(column: &str, bits: i64) -> Condition {
    sql::<Bool>(&format!("({column} & ")).bind::<BigInt, _>(bits).sql(") <> 0")
}

type Condition = SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, diesel::dsl::AsExprOf<i64, BigInt>>>;

/// The language and the channels of a request, as bits.
fn wishes(request: &SupportRequest) -> (i64, i64) {
    (CodeSet::<SpokenLanguage>::bit_of(request.language), ChannelWish::channels(request.channel).bits())
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
    if grant.reaches(crate::requests::standing(request)).is_none() {
        return Ok(Vec::new());
    }
    let (language, channels) = wishes(request);
    let rows: Vec<Row> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq(programme))
        .filter(buddies::ready_until.ge(today))
        .filter(sql::<Bool>(FREE))
        .filter(shares("languages", language))
        .filter(shares("channels", channels))
        .select(Row::as_select())
        .load(c))?;
    let keys: Vec<Key> = rows.iter().map(|row| row.id).collect();
    with_facts(database, programme, &keys, rows)
}

/// The buddies of a programme whom their row alone excludes for a request.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// How many each rule excludes, exactly; a buddy counts for every rule that excludes her.
    pub counts: Vec<(Exclusion, u64)>,
    /// The first of them with their facts: who is active before who is not.
    pub some: Vec<WithFacts>,
}

/// The buddies of a request's programme whom [`available_for`] passes over, at most `most` of them, with the number of all by
/// rule; who has left is none of them. Two queries read the rows of the programme, and no others.
pub fn filtered_for(
    database: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    today: Date,
    most: usize,
) -> Result<Filtered, Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let programme = Key::from(request.programme);
    let (language, channels) = wishes(request);
    let stays = buddies::status.ne(BuddyStatus::Left.to_string());
    let counted = |condition: &str| format!("coalesce(sum(CASE WHEN {condition} THEN 0 ELSE 1 END), 0)");
    let ready = sql::<BigInt>("coalesce(sum(CASE WHEN status = 'active' AND ready_until >= ")
        .bind::<diesel::sql_types::Date, _>(today)
        .sql(" THEN 0 ELSE 1 END), 0)");
    let without = |column: &str, bits: i64| {
        sql::<BigInt>(&format!("coalesce(sum(CASE WHEN ({column} & "))
            .bind::<BigInt, _>(bits)
            .sql(") <> 0 THEN 0 ELSE 1 END), 0)")
    };
    let (unready, full, mute, apart): (i64, i64, i64, i64) = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq(programme))
        .filter(stays.clone())
        .select((
            ready.clone(),
            sql::<BigInt>(&counted("matches < capacity")),
            without("languages", language),
            without("channels", channels),
        ))
        .first(c))?;
    let fails = sql::<Bool>("(matches >= capacity OR (languages & ")
        .bind::<BigInt, _>(language)
        .sql(") = 0 OR (channels & ")
        .bind::<BigInt, _>(channels)
        .sql(") = 0 OR status <> 'active' OR ready_until IS NULL OR ready_until < ")
        .bind::<diesel::sql_types::Date, _>(today)
        .sql(")");
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<Row> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq(programme))
        .filter(stays.clone())
        .filter(fails.clone())
        .order((buddies::status, buddies::id))
        .limit(limit)
        .select(Row::as_select())
        .load(c))?;
    let keys: Vec<Key> = rows.iter().map(|row| row.id).collect();
    let counts = [
        (Exclusion::NotReady, unready),
        (Exclusion::NoCapacity, full),
        (Exclusion::Language, mute),
        (Exclusion::Channel, apart),
    ];
    Ok(Filtered {
        counts: counts.map(|(rule, count)| (rule, u64::try_from(count).unwrap_or(0))).into(),
        some: with_facts(database, programme, &keys, rows)?,
    })
}

/// One buddy of a request's programme with her facts, whether she is available or not.
pub fn one_with_facts(database: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<WithFacts, Error> {
    Ok(WithFacts {
        certificates: certificates_of(database, buddy)?.into_iter().map(|kept| kept.certificate).collect(),
        ties: crate::independence::by_person::counting_for(database, buddy)?,
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
    }
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id.into()).collect();
    let ties = crate::independence::by_person::counting(database, programme.into(), &people)?;
    rows.into_iter()
        .map(|row| {
            let key = row.id;
            let ties = ties.get(&row.person_id.into()).cloned().unwrap_or_default();
            Ok(WithFacts {
                buddy: Stored::<Buddy>::try_from(row)?.value,
                certificates: certificates_by_buddy.remove(&key).unwrap_or_default(),
                ties,
            })
        })
        .collect()
}
