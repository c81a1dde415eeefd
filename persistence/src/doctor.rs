//! Invariants that constraints alone cannot keep, counted: each must find nothing.

mod parts;

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use naast_domain::text::Text;

use crate::database::Database;
use crate::{Error, on_either};

pub use parts::{Differences, Part, differences};

/// One invariant and how many rows break it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What must hold.
    pub name: Text,
    /// How many rows break it.
    pub wrong: i64,
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    wrong: i64,
}

const CHECKS: &[(Text, &str)] = &[
    (
        Text::of(
            "het aantal koppelingen van een buddy is dat van haar lopende koppelingen",
            "a buddy's count of matches is the number of her running matches",
        ),
        "SELECT count(*) AS wrong FROM buddies b WHERE b.matches <> (SELECT count(*) FROM matches m \
         WHERE m.programme_id = b.programme_id AND m.buddy_id = b.id AND m.state <> 'closed')",
    ),
    (
        Text::of(
            "een aanvraag is gekoppeld precies zolang een koppeling ervan loopt",
            "a request is matched exactly while a match of it runs",
        ),
        "SELECT count(*) AS wrong FROM support_requests r WHERE (r.state = 'matched') <> EXISTS (SELECT 1 FROM matches m \
         WHERE m.programme_id = r.programme_id AND m.request_id = r.id AND m.state <> 'closed')",
    ),
    (
        Text::of(
            "bij een lopende koppeling hoort toestemming van de ouder",
            "a running match has the parent's consent",
        ),
        "SELECT count(*) AS wrong FROM matches m WHERE m.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM consents c \
         WHERE c.programme_id = m.programme_id AND c.request_id = m.request_id AND c.kind = 'request' \
         AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL))",
    ),
    (
        Text::of(
            "een koppeling die niet rust, heeft toestemming voor de vorm waarin zij is beoordeeld",
            "a match that does not rest has consent to the form in which it was assessed",
        ),
        "SELECT count(*) AS wrong FROM matches m JOIN proposals p ON p.programme_id = m.programme_id \
         AND p.id = m.proposal_id JOIN assessments a ON a.programme_id = p.programme_id AND a.id = p.assessment_id \
         WHERE m.state = 'active' AND NOT EXISTS (SELECT 1 FROM consents c \
         WHERE c.programme_id = m.programme_id AND c.request_id = m.request_id AND c.kind = 'request' \
         AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND c.programme_form = a.form)",
    ),
    (
        Text::of(
            "een ingetrokken aanvraag houdt geen toestemming vast",
            "a withdrawn request holds no consent",
        ),
        "SELECT count(*) AS wrong FROM consents c JOIN support_requests r ON r.programme_id = c.programme_id \
         AND r.id = c.request_id WHERE r.state = 'withdrawn' AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL",
    ),
    (
        Text::of(
            "een lopende koppeling komt van een voorstel dat beiden goedvonden",
            "a running match comes from a proposal that both accepted",
        ),
        "SELECT count(*) AS wrong FROM matches m JOIN proposals p ON p.programme_id = m.programme_id \
         AND p.id = m.proposal_id WHERE m.state <> 'closed' AND (p.state <> 'accepted' \
         OR COALESCE(p.parent_answer, '') <> 'accepted' OR COALESCE(p.buddy_answer, '') <> 'accepted')",
    ),
    (
        Text::of(
            "geen lopende koppeling is beoordeeld als geblokkeerd",
            "no running match was assessed as blocked",
        ),
        "SELECT count(*) AS wrong FROM matches m JOIN proposals p ON p.programme_id = m.programme_id \
         AND p.id = m.proposal_id JOIN assessments a ON a.programme_id = p.programme_id AND a.id = p.assessment_id \
         WHERE m.state <> 'closed' AND a.verdict = 'block'",
    ),
    (
        Text::of(
            "een ingetrokken aanvraag houdt geen contactgegevens vast",
            "a withdrawn request holds no contact way",
        ),
        "SELECT count(*) AS wrong FROM support_requests WHERE state = 'withdrawn' \
         AND (contact_name IS NOT NULL OR contact_kind IS NOT NULL OR contact_value IS NOT NULL)",
    ),
    (
        Text::of("elk programma heeft een vorm", "every programme has a form"),
        "SELECT count(*) AS wrong FROM programmes p WHERE NOT EXISTS (SELECT 1 FROM programme_forms f \
         WHERE f.programme_id = p.id)",
    ),
];

/// Counts what breaks each invariant. Reads whole tables: it is for an administrator, not for a request.
pub fn run(database: &mut Database<'_>) -> Result<Vec<Check>, Error> {
    CHECKS
        .iter()
        .map(|(name, question)| {
            let counted: Counted =
                on_either!(&mut *database, |c| diesel::sql_query(*question).get_result(c))?;
            Ok(Check { name: name.clone(), wrong: counted.wrong })
        })
        .collect()
}

/// What SQLite says of the pages of its file and of what points at nothing; empty when it is whole. Reads the whole file. `None` for
/// PostgreSQL: its own tools look at its files (`pg_amcheck`).
pub fn faults_of_the_file(database: &mut Database<'_>) -> Result<Option<Vec<String>>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Said {
        #[diesel(sql_type = diesel::sql_types::Text)]
        said: String,
    }
    let Database::Sqlite(connection) = database else { return Ok(None) };
    // the words name pages, tables and indices, and no values
    let pages: Vec<Said> =
        diesel::sql_query("SELECT quick_check AS said FROM pragma_quick_check").load(&mut **connection)?;
    let lost: Vec<Said> = diesel::sql_query(
        "SELECT \"table\" || ' points at a row of ' || parent || ' that is not there' AS said \
         FROM pragma_foreign_key_check LIMIT 100",
    )
    .load(&mut **connection)?;
    Ok(Some(pages.into_iter().chain(lost).map(|one| one.said).filter(|said| said != "ok").collect()))
}

/// How many programmes have, or will have, the form of a school's own although neither a school nor a board runs them, so that nobody reads by name who is responsible:
/// such a form could be taken before it was kept for those.
pub fn schools_own_of_others(database: &mut Database<'_>) -> Result<i64, Error> {
    let counted: Counted = on_either!(&mut *database, |c| {
        diesel::sql_query(
        "SELECT count(DISTINCT p.id) AS wrong FROM programme_forms f JOIN programmes p ON p.id = f.programme_id \
         JOIN organisations o ON o.id = p.organisation_id WHERE f.form = 'school' AND o.kind NOT IN ('school', 'board') \
         AND NOT EXISTS (SELECT 1 FROM programme_forms later WHERE later.programme_id = f.programme_id \
         AND later.since > f.since AND later.since <= CURRENT_DATE)",
    )
    .get_result(c)
    })?;
    Ok(counted.wrong)
}

/// How many schools there are, and of how many the directory knows no partnership today: a tie with one is then told to
/// the parent, because nobody can say whether it matters.
pub fn schools(database: &mut Database<'_>, today: naast_domain::Date) -> Result<(i64, i64), Error> {
    use crate::schema::{school_partnerships as links, schools};
    use diesel::prelude::*;

    let published = schools::table.filter(schools::gone_since.is_null());
    let linked = links::table
        .filter(links::location_code.eq(schools::location_code))
        .filter(links::since.le(today))
        .filter(links::until.is_null().or(links::until.ge(today)));
    let all: i64 = on_either!(&mut *database, |c| published.count().get_result(c))?;
    let unlinked = published.filter(diesel::dsl::not(diesel::dsl::exists(linked)));
    Ok((all, on_either!(database, |c| unlinked.count().get_result(c))?))
}
