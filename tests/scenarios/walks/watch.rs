//! What must never be, asked of the rows themselves.

use chrono::Months;
use naast_api::independence::round::{Resting, work_off};
use naast_tests::Engine;
use naast_tests::world::World;

use super::acts::Walk;
use super::consented::{to_another_form, without_a_choice};
use super::erased::left_of_erased;
use super::independent::{not_declared, not_independent};
use crate::invariants::never;
use crate::looks::{count, lines};

/// The database that a world is on.
pub fn engine(world: &World) -> Engine {
    match world.app.location {
        naast_persistence::Location::Sqlite(_) => Engine::Sqlite,
        naast_persistence::Location::Postgres(_) => Engine::Postgres,
    }
}

/// Whom and what the tests know of.
#[derive(Default)]
pub struct Known {
    /// The parents, also those who are gone.
    pub parents: Vec<String>,
    /// Their requests, also those that are gone.
    pub requests: Vec<String>,
    /// The requests that were erased.
    pub erased: Vec<String>,
    /// Those whose accounts were.
    pub left: Vec<String>,
}

/// What must not be and is, in words; empty when all is well.
pub fn broken_in(world: &World, walk: &Walk<'_>) -> Vec<String> {
    // what a fact touches in the other matches of a buddy waits as a row for a second
    work_off(&world.app.platform, &mut Resting::default()).expect("the rules can be asked");
    let mut broken = walk.lost.clone();
    broken.extend(self::broken(world, &walk.known()));
    broken
}

/// The same, for whom and what is known.
pub fn broken(world: &World, known: &Known) -> Vec<String> {
    let mut broken: Vec<String> = never(engine(world))
        .into_iter()
        .filter(|(what, rows)| {
            // this one looks at one kind of tie only and knows no days; the rules below know them all
            *what != "a match with a buddy who works at the school" && count(world, rows) > 0
        })
        .map(|(what, _)| what.to_owned())
        .collect();
    broken.extend(not_independent(world));
    broken.extend(not_declared(world));
    broken.extend(to_another_form(world));
    broken.extend(without_a_choice(world));
    broken.extend(not_asked_this_year(world));
    broken.extend(not_ready(world));
    broken.extend(overfull(world));
    broken.extend(school_side(world, known));
    broken.extend(left_of_erased(world, known));
    broken.extend(talks(world));
    broken.extend(journal(world));
    broken
}

/// An active match whose buddy was not asked after her ties for more than twelve months (rule 38).
fn not_asked_this_year(world: &World) -> Option<String> {
    let last = world.app.platform.clock.today() - Months::new(12);
    let rows = format!(
        "matches m JOIN buddies b ON b.id = m.buddy_id WHERE m.state = 'active' AND (b.ties_asked_on IS NULL \
         OR b.ties_asked_on < '{last}')"
    );
    (count(world, &rows) > 0).then(|| "an active match whose buddy was not asked this year".to_owned())
}

/// An active match whose buddy lacks one of the four papers today, or is not there.
fn not_ready(world: &World) -> Option<String> {
    let today = world.app.platform.clock.today();
    let has = |kind: &str| {
        format!(
            "EXISTS (SELECT 1 FROM certificates c WHERE c.buddy_id = b.id AND c.kind = '{kind}' \
             AND c.issued_on <= '{today}' AND (c.expires_on IS NULL OR c.expires_on >= '{today}'))"
        )
    };
    let rows = format!(
        "matches m JOIN buddies b ON b.id = m.buddy_id WHERE m.state = 'active' AND (b.status <> 'active' OR NOT ({} AND {} \
         AND {} AND {}))",
        has("vog"),
        has("training"),
        has("agreement"),
        has("code-of-conduct")
    );
    (count(world, &rows) > 0).then(|| "an active match with a buddy who is not ready".to_owned())
}

/// A match that was started while the buddy had no place: her count is that of her matches, and no start went over it.
fn overfull(world: &World) -> Option<String> {
    let rows = "buddies b WHERE b.matches <> (SELECT count(*) FROM matches m WHERE m.buddy_id = b.id AND m.state <> 'closed') \
                OR b.matches > 3";
    (count(world, rows) > 0).then(|| "more parents than places".to_owned())
}

/// Something on the school's side that leads to a parent: her id, her request, or how she can be reached.
fn school_side(world: &World, known: &Known) -> Vec<String> {
    let mut broken = Vec::new();
    let cells = lines(
        world,
        "SELECT CAST(id AS text) || '|' || CAST(opened_by AS text) || '|' || CAST(parent_reference AS text) || '|' || \
         location_code || '|' || ground || '|' || state || '|' || coalesce(CAST(handed_over_on AS text), '') AS name \
         FROM conversations UNION ALL \
         SELECT CAST(conversation_id AS text) || '|' || step || '|' || side || '|' || coalesce(wording_version, '') || '|' || \
         coalesce(language, '') || '|' || coalesce(CAST(programmes_shown AS text), '') FROM conversation_steps UNION ALL \
         SELECT CAST(id AS text) || '|' || location_code || '|' || state FROM announced_meetings UNION ALL \
         SELECT object_id || '|' || coalesce(CAST(actor AS text), '') || '|' || coalesce(state_before, '') || '|' || \
         coalesce(state_after, '') FROM journal WHERE object_kind = 'conversation'",
    );
    for cell in &cells {
        if known.parents.iter().chain(&known.requests).any(|id| cell.contains(id.as_str())) {
            broken.push("a row of the school's side that leads to a parent".to_owned());
        }
        if cell.contains("ouder@example.org") {
            broken.push("a contact way on the school's side".to_owned());
        }
    }
    broken.dedup();
    broken
}

/// A talk at school that stands though nothing carries it any more.
fn talks(world: &World) -> Vec<String> {
    let rules = [
        (
            "a talk is announced of a match that is over",
            "meeting_announcements a JOIN matches m ON m.id = a.match_id WHERE a.state = 'announced' AND m.state = 'closed'",
        ),
        (
            "a talk is announced without consent",
            "meeting_announcements a WHERE a.state = 'announced' AND NOT EXISTS (SELECT 1 FROM consents c \
             WHERE c.kind = 'meeting-announcement' AND c.subject_id = a.id AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL)",
        ),
        (
            "school reads of a talk that nobody announces",
            "announced_meetings s WHERE s.state = 'announced' AND NOT EXISTS (SELECT 1 FROM meeting_announcements a \
             WHERE a.school_key = s.id AND a.state = 'announced')",
        ),
    ];
    rules.into_iter().filter(|(_, rows)| count(world, rows) > 0).map(|(what, _)| what.to_owned()).collect()
}

/// A chain with a number that is missing, or a head that is not its end.
fn journal(world: &World) -> Option<String> {
    let chains = "(SELECT chain, count(*) AS rows, min(seq) AS first, max(seq) AS last FROM journal GROUP BY chain) j \
                  LEFT JOIN journal_heads h ON h.chain = j.chain \
                  WHERE j.first <> 1 OR j.last <> j.rows OR h.seq IS NULL OR h.seq <> j.last";
    (count(world, chains) > 0).then(|| "a journal with a gap".to_owned())
}
