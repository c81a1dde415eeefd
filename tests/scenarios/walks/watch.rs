//! What must never be, asked of the rows themselves.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Months;
use naast_domain::Date;
use naast_tests::Engine;
use naast_tests::world::World;
use serde_json::Value;

use super::acts::Walk;
use super::rules::{Does, Fact, what_it_does};
use crate::invariants::never;
use crate::looks::{count, lines};

fn engine(world: &World) -> Engine {
    match world.app.location {
        naast_persistence::Location::Sqlite(_) => Engine::Sqlite,
        naast_persistence::Location::Postgres(_) => Engine::Postgres,
    }
}

/// What must not be and is, in words; empty when all is well.
pub fn broken_in(world: &World, walk: &Walk<'_>) -> Vec<String> {
    let parents: Vec<String> = walk.parents.iter().map(ToString::to_string).collect();
    let requests: Vec<String> = walk.requests.iter().map(|(_, _, request)| request.clone()).collect();
    broken(world, &parents, &requests)
}

/// The same, for these parents and requests.
pub fn broken(world: &World, parents: &[String], requests: &[String]) -> Vec<String> {
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
    broken.extend(not_asked_this_year(world));
    broken.extend(not_ready(world));
    broken.extend(overfull(world));
    broken.extend(school_side(world, parents, requests));
    broken.extend(journal(world));
    broken
}

/// A tie as it lies there: its id, what it is about, its kind, its first and its last day.
type Kept = (String, Value, String, Option<Date>, Option<Date>);

/// Each running match, with the ties of its buddy, weighed by rules of the tests' own.
fn not_independent(world: &World) -> Vec<String> {
    let today = world.app.platform.clock.today();
    let boards = pairs(world, "SELECT location_code || '|' || board_number AS name FROM schools");
    let forms = forms(world, today);
    let accepted: BTreeSet<String> = lines(
        world,
        "SELECT CAST(proposal_id AS text) || '|' || finding AS name FROM tie_answers WHERE answer = 'accepted'",
    )
    .into_iter()
    .collect();
    let running = lines(
        world,
        "SELECT CAST(m.id AS text) || '|' || CAST(m.proposal_id AS text) || '|' || CAST(m.buddy_id AS text) || '|' || \
         m.state || '|' || CAST(m.programme_id AS text) || '|' || coalesce(r.location_code, '') AS name FROM matches m \
         JOIN support_requests r ON r.id = m.request_id WHERE m.state <> 'closed'",
    );
    let ties = ties(world);
    let mut broken = Vec::new();
    for line in running {
        let parts: Vec<&str> = line.split('|').collect();
        let (proposal, state, form, school) = (parts[1], parts[3], forms[parts[4]].as_str(), parts[5]);
        if school.is_empty() && state == "active" && !accepted.contains(&format!("{proposal}|0")) {
            broken.push(
                "an active match with a tie that the parent did not accept (0 no school named)".to_owned(),
            );
        }
        for (id, about, kind, since, until) in ties.get(parts[2]).into_iter().flatten() {
            let Some(other) = about["school"].as_str() else { continue };
            let fact = Fact {
                kind: kind.clone(),
                same_school: other == school,
                same_board: boards.get(other) == boards.get(school),
                since: *since,
                until: *until,
            };
            match what_it_does(&fact, form, today) {
                Does::Block => {
                    broken.push(format!("a running match with a buddy who is not independent ({kind})"));
                }
                Does::Tell(rule)
                    if state == "active" && !accepted.contains(&format!("{proposal}|{rule}:{id}")) =>
                {
                    broken.push(format!(
                        "an active match with a tie that the parent did not accept ({rule} {kind})"
                    ));
                }
                _ => {}
            }
        }
    }
    broken
}

/// The ties of each buddy, as they lie there.
fn ties(world: &World) -> BTreeMap<String, Vec<Kept>> {
    let mut ties: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
    for line in lines(
        world,
        "SELECT CAST(buddy_id AS text) || '|' || CAST(id AS text) || '|' || kind || '|' || coalesce(CAST(since AS text), '') \
         || '|' || coalesce(CAST(until AS text), '') || '|' || CAST(about AS text) AS name FROM ties",
    ) {
        let parts: Vec<&str> = line.splitn(6, '|').collect();
        let day = |text: &str| text.parse::<Date>().ok();
        let about = serde_json::from_str(parts[5]).expect("an object of a tie");
        let tie = (parts[1].to_owned(), about, parts[2].to_owned(), day(parts[3]), day(parts[4]));
        ties.entry(parts[0].to_owned()).or_default().push(tie);
    }
    ties
}

/// Each active match whose buddy did not say what ties her to what it is about now: its school, and each kind of tie that is to be asked
/// after because a school in her life has its board or a partnership of it.
fn not_declared(world: &World) -> Vec<String> {
    let boards = pairs(world, "SELECT location_code || '|' || board_number AS name FROM schools");
    let mut partnerships: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines(
        world,
        "SELECT location_code || '|' || partnership_code AS name FROM school_partnerships WHERE until IS NULL",
    ) {
        let (school, partnership) = line.split_once('|').expect("two parts");
        partnerships.entry(school.to_owned()).or_default().insert(partnership.to_owned());
    }
    let ties = ties(world);
    let active = lines(
        world,
        "SELECT CAST(m.buddy_id AS text) || '|' || coalesce(r.location_code, '') || '|' || \
         coalesce(CAST(p.ties_declared_upon AS text), '{}') AS name FROM matches m \
         JOIN support_requests r ON r.id = m.request_id JOIN proposals p ON p.id = m.proposal_id WHERE m.state = 'active'",
    );
    let mut broken = Vec::new();
    for line in active {
        let parts: Vec<&str> = line.splitn(3, '|').collect();
        let (school, upon): (&str, Value) =
            (parts[1], serde_json::from_str(parts[2]).expect("what was asked"));
        if school.is_empty() {
            continue;
        }
        if upon["school"] != school {
            broken.push("an active match whose buddy did not declare upon its school".to_owned());
        }
        let words = |member: &str| -> BTreeSet<String> {
            upon[member]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one.as_str().map(str::to_owned))
                .collect()
        };
        let (asked, said_of) = (words("kinds"), words("partnerships"));
        let none = BTreeSet::new();
        let of = |school: &str| partnerships.get(school).unwrap_or(&none);
        for (_, about, ..) in ties.get(parts[0]).into_iter().flatten() {
            let Some(near) = about["school"].as_str().filter(|near| *near != school) else { continue };
            let mut must = Vec::new();
            if boards.contains_key(near) && boards.get(near) == boards.get(school) {
                must.push((
                    "employed-at-school",
                    upon["board"].as_str() == boards.get(school).map(String::as_str),
                ));
            }
            if of(near).intersection(of(school)).next().is_some() {
                let same = of(school).is_subset(&said_of);
                for kind in
                    ["employed-by-partnership", "partnership-board-member", "support-plan-council-parent"]
                {
                    must.push((kind, same));
                }
            }
            for (kind, same) in must {
                if !same || !asked.contains(kind) {
                    broken.push(format!("an active match whose buddy was not asked after a kind ({kind})"));
                }
            }
        }
    }
    broken
}

fn pairs(world: &World, question: &str) -> BTreeMap<String, String> {
    lines(world, question)
        .into_iter()
        .filter_map(|line| line.split_once('|').map(|(one, other)| (one.to_owned(), other.to_owned())))
        .collect()
}

/// The form of each programme today: the latest that has begun.
fn forms(world: &World, today: Date) -> BTreeMap<String, String> {
    let mut forms = BTreeMap::new();
    for line in lines(
        world,
        "SELECT CAST(programme_id AS text) || '|' || CAST(since AS text) || '|' || form AS name FROM programme_forms \
         ORDER BY since",
    ) {
        let parts: Vec<&str> = line.split('|').collect();
        if parts[1].parse::<Date>().is_ok_and(|since| since <= today) {
            forms.insert(parts[0].to_owned(), parts[2].to_owned());
        }
    }
    forms
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
fn school_side(world: &World, parents: &[String], requests: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    let cells = lines(
        world,
        "SELECT CAST(id AS text) || '|' || CAST(opened_by AS text) || '|' || CAST(parent_reference AS text) || '|' || \
         location_code || '|' || ground || '|' || state || '|' || coalesce(CAST(handed_over_on AS text), '') AS name \
         FROM conversations UNION ALL \
         SELECT CAST(conversation_id AS text) || '|' || step || '|' || side || '|' || coalesce(wording_version, '') || '|' || \
         coalesce(language, '') || '|' || coalesce(CAST(programmes_shown AS text), '') FROM conversation_steps UNION ALL \
         SELECT object_id || '|' || coalesce(CAST(actor AS text), '') || '|' || coalesce(state_before, '') || '|' || \
         coalesce(state_after, '') FROM journal WHERE object_kind = 'conversation'",
    );
    for cell in &cells {
        if parents.iter().chain(requests).any(|id| cell.contains(id.as_str())) {
            broken.push("a row of the school's side that leads to a parent".to_owned());
        }
        if cell.contains("ouder@example.org") {
            broken.push("a contact way on the school's side".to_owned());
        }
    }
    broken.dedup();
    broken
}

/// A chain with a number that is missing, or a head that is not its end.
fn journal(world: &World) -> Option<String> {
    let chains = "(SELECT chain, count(*) AS rows, min(seq) AS first, max(seq) AS last FROM journal GROUP BY chain) j \
                  LEFT JOIN journal_heads h ON h.chain = j.chain \
                  WHERE j.first <> 1 OR j.last <> j.rows OR h.seq IS NULL OR h.seq <> j.last";
    (count(world, chains) > 0).then(|| "a journal with a gap".to_owned())
}
