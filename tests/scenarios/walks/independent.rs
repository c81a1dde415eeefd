//! Whether each running match is one of a buddy who is independent, by rules of the tests' own: her ties with schools, boards and
//! partnerships, the roles that she holds, what the programme is; and whether she declared upon what it is about.

use std::collections::{BTreeMap, BTreeSet};

use naast_domain::Date;
use naast_tests::world::World;
use serde_json::{Value, json};

use super::rules::{Does, Fact, tie_of_role, what_it_does, what_pays};
use crate::looks::lines;

/// A tie as it lies there: its id, what it is about, its kind, its first and its last day, and whether the further question was answered with yes.
type Kept = (String, Value, String, Option<Date>, Option<Date>, bool);

/// What a running match is about.
struct Of<'a> {
    school: &'a str,
    municipality: &'a str,
    parent: &'a str,
}

/// What the directory says of the schools.
struct Schools {
    boards: BTreeMap<String, String>,
    municipalities: BTreeMap<String, String>,
    partnerships: BTreeMap<String, BTreeSet<String>>,
}

impl Schools {
    fn read(world: &World) -> Self {
        let mut partnerships: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in lines(
            world,
            "SELECT location_code || '|' || partnership_code AS name FROM school_partnerships WHERE until IS NULL",
        ) {
            let (school, partnership) = line.split_once('|').expect("two parts");
            partnerships.entry(school.to_owned()).or_default().insert(partnership.to_owned());
        }
        Self {
            boards: pairs(world, "SELECT location_code || '|' || board_number AS name FROM schools"),
            municipalities: pairs(
                world,
                "SELECT location_code || '|' || municipality_code AS name FROM schools",
            ),
            partnerships,
        }
    }

    fn partnerships_of(&self, school: &str) -> BTreeSet<String> {
        self.partnerships.get(school).cloned().unwrap_or_default()
    }

    /// Whether something that a tie is about is the school's or the case's, and whether it is of the school's board.
    fn concerns(&self, about: &Value, of: &Of<'_>) -> (bool, bool) {
        let school = of.school;
        if about == "everywhere" {
            return (true, false);
        }
        if let Some(parent) = about["parent"].as_str() {
            return (parent == of.parent, false);
        }
        let board = self.boards.get(school).map(String::as_str);
        let has =
            |code: &Value| code.as_str().is_some_and(|code| self.partnerships_of(school).contains(code));
        if let Some(other) = about["school"].as_str() {
            let board_of = self.boards.get(other).map(String::as_str);
            (other == school, board_of.is_some() && board_of == board)
        } else if let Some(other) = about["board"].as_str() {
            (Some(other) == board, false)
        } else if about["seat"].is_array() {
            (has(&about["seat"][0]), about["seat"][1].as_str() == board)
        } else if let Some(other) = about["municipality"].as_str() {
            (
                other == of.municipality
                    || self.municipalities.get(school).map(String::as_str) == Some(other),
                false,
            )
        } else {
            (has(&about["partnership"]), false)
        }
    }
}

/// Each running match, with the ties of its buddy, weighed by rules of the tests' own.
pub fn not_independent(world: &World) -> Vec<String> {
    let today = world.app.platform.clock.today();
    let (schools, forms) = (Schools::read(world), forms(world, today));
    let accepted: BTreeSet<String> = lines(
        world,
        "SELECT CAST(proposal_id AS text) || '|' || finding AS name FROM tie_answers WHERE answer = 'accepted'",
    )
    .into_iter()
    .collect();
    let running = lines(
        world,
        "SELECT CAST(m.id AS text) || '|' || CAST(m.proposal_id AS text) || '|' || CAST(m.buddy_id AS text) || '|' || \
         m.state || '|' || CAST(m.programme_id AS text) || '|' || coalesce(r.location_code, '') || '|' || \
         CAST(r.parent_id AS text) || '|' || coalesce(r.municipality_code, '') AS name FROM matches m \
         JOIN support_requests r ON r.id = m.request_id WHERE m.state <> 'closed'",
    );
    let (ties, beside_another) = (ties(world), beside_another(world));
    let mut broken = Vec::new();
    for line in running {
        let parts: Vec<&str> = line.split('|').collect();
        let (proposal, buddy, is_active, school) = (parts[1], parts[2], parts[3] == "active", parts[5]);
        let (form, funders) = &forms[parts[4]];
        let mut tell = |keys: &[String], what: &str| {
            let key = &keys[0];
            if is_active && !keys.iter().any(|key| accepted.contains(&format!("{proposal}|{key}"))) {
                broken.push(format!(
                    "an active match with a tie that the parent did not accept ({key} {what})"
                ));
            }
        };
        if school.is_empty() {
            tell(&["0".to_owned()], "no school named");
        }
        for number in what_pays(form, funders & 1 > 0, funders & 2 > 0) {
            tell(&[number.to_string()], "who pays");
        }
        let of = Of { school, municipality: parts[7], parent: parts[6] };
        let (mut blocked, mut declared_another) = (Vec::new(), false);
        let hers = ties.get(buddy).map(Vec::as_slice).unwrap_or_default();
        for (id, about, kind, since, until, aggravated) in hers {
            let (same, same_board) = schools.concerns(about, &of);
            let on_the_case = about["parent"].is_string();
            let heavier = *aggravated || (kind == "authority-worker" && on_the_case);
            let fact = Fact { kind: kind.clone(), same, same_board, heavier, since: *since, until: *until };
            let does = what_it_does(&fact, form, today);
            declared_another |= kind == "buddy-for-other-parent" && does != Does::Nothing;
            match does {
                Does::Block => blocked.push(kind),
                Does::Tell(rule) => {
                    // of what was declared twice the parent reads the one that was declared first
                    let same = hers
                        .iter()
                        .filter(|other| (&other.1, &other.2, other.5) == (about, kind, *aggravated));
                    let keys: Vec<_> = std::iter::once(id).chain(same.map(|other| &other.0)).collect();
                    // what nobody knows is of this school
                    let of = if rule == 0 { format!(":{school}") } else { String::new() };
                    tell(&keys.into_iter().map(|one| format!("{rule}:{one}{of}")).collect::<Vec<_>>(), kind);
                }
                Does::Nothing => {}
            }
        }
        // what she declared of it herself says more, and stands in its place
        if beside_another.contains(parts[0]) && !declared_another {
            tell(&[format!("33:{school}")], "another parent at the school");
        }
        let say = |kind| format!("a running match with a buddy who is not independent ({kind})");
        broken.extend(blocked.into_iter().map(say));
    }
    broken
}

/// The running matches whose buddy supports another parent at the same school, in whatever programme.
fn beside_another(world: &World) -> BTreeSet<String> {
    let question = "SELECT CAST(mine.id AS text) AS name FROM matches mine JOIN support_requests r ON r.id = mine.request_id \
         JOIN buddies b ON b.id = mine.buddy_id WHERE mine.state <> 'closed' AND EXISTS \
         (SELECT 1 FROM matches m JOIN support_requests s ON s.id = m.request_id JOIN buddies c ON c.id = m.buddy_id \
         WHERE m.state <> 'closed' AND c.person_id = b.person_id AND s.location_code = r.location_code \
         AND s.parent_id <> r.parent_id)";
    lines(world, question).into_iter().collect()
}

/// The ties of each buddy: those that lie there, and those that her roles are.
fn ties(world: &World) -> BTreeMap<String, Vec<Kept>> {
    let mut ties: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
    let day = |text: &str| text.parse::<Date>().ok();
    let parents = pairs(
        world,
        "SELECT CAST(id AS text) || '|' || CAST(parent_id AS text) AS name FROM support_requests",
    );
    // what she declared in the programme in whatever she is or was there: a buddy under another profile, its coordinator
    let hers = |from: &str, of: &str| {
        format!(
            "SELECT CAST(b.id AS text) || '|' || CAST(t.id AS text) || '|' || t.kind || '|' || coalesce(CAST(t.since AS text), '') \
             || '|' || coalesce(CAST(t.until AS text), '') || '|' || CASE WHEN t.aggravated THEN 'yes' ELSE 'no' END || '|' || \
             CAST(t.about AS text) AS name FROM {from} JOIN buddies b ON b.person_id = {of}.person_id AND b.programme_id = t.programme_id"
        )
    };
    let as_buddy = hers("ties t JOIN buddies d ON d.id = t.buddy_id", "d");
    let as_coordinator = hers("coordinator_ties t", "t");
    for line in lines(world, &as_buddy).into_iter().chain(lines(world, &as_coordinator)) {
        let parts: Vec<&str> = line.splitn(7, '|').collect();
        let mut about: Value = serde_json::from_str(parts[6]).expect("an object of a tie");
        // what is about one request is about the child of its parent, and so about each request of hers
        if let Some(request) = about["request"].as_str() {
            let parent = parents.get(request).map_or("nobody any more", String::as_str);
            about = json!({ "parent": parent });
        }
        let tie = (
            parts[1].to_owned(),
            about,
            parts[2].to_owned(),
            day(parts[3]),
            day(parts[4]),
            parts[5] == "yes",
        );
        ties.entry(parts[0].to_owned()).or_default().push(tie);
    }
    for line in lines(
        world,
        // a role of a programme that a school, a board or a partnership runs is held there, whoever appointed her
        "SELECT CAST(b.id AS text) || '|' || CAST(m.id AS text) || '|' || m.role || '|' || CAST(m.since AS text) || '|' || \
         coalesce(CAST(m.until AS text), '') || '|' || coalesce(o.location_code, '') || '|' || coalesce(o.board_number, '') \
         || '|' || coalesce(o.partnership_code, '') AS name FROM memberships m JOIN buddies b ON b.person_id = m.person_id \
         JOIN organisations o ON o.id = coalesce((SELECT h.id FROM programmes p JOIN organisations h ON h.id = p.organisation_id \
         WHERE p.id = m.programme_id AND coalesce(h.location_code, h.board_number, h.partnership_code) IS NOT NULL), \
         m.organisation_id) WHERE m.status <> 'invited'",
    ) {
        let parts: Vec<&str> = line.split('|').collect();
        let (school, board, partnership) = (parts[5], parts[6], parts[7]);
        let [at_school, on_board, in_partnership] = [school, board, partnership].map(|code| !code.is_empty());
        let Some(kind) = tie_of_role(parts[2], at_school, on_board, in_partnership) else { continue };
        let about = if at_school {
            json!({ "school": school })
        } else if on_board {
            json!({ "board": board })
        } else {
            json!({ "partnership": partnership })
        };
        let tie = (parts[1].to_owned(), about, kind.to_owned(), day(parts[3]), day(parts[4]), false);
        ties.entry(parts[0].to_owned()).or_default().push(tie);
    }
    ties
}

/// Each active match whose buddy did not say what ties her to what it is about now: its school, and each kind of tie that is to be asked
/// after because a school in her life, that school itself too, has its board or a partnership of it.
pub fn not_declared(world: &World) -> Vec<String> {
    let (schools, ties) = (Schools::read(world), ties(world));
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
        let (board, partnerships) = (schools.boards.get(school), schools.partnerships_of(school));
        let today = world.app.platform.clock.today();
        for (_, about, _, since, ..) in ties.get(parts[0]).into_iter().flatten() {
            if since.is_some_and(|first| first > today) {
                continue;
            }
            let Some(near) = about["school"].as_str() else { continue };
            let mut must = Vec::new();
            if board.is_some() && schools.boards.get(near) == board {
                must.push(("employed-at-school", upon["board"].as_str() == board.map(String::as_str)));
            }
            if schools.partnerships_of(near).intersection(&partnerships).next().is_some() {
                let same = partnerships.is_subset(&said_of);
                for kind in
                    ["employed-by-partnership", "partnership-board-member", "support-plan-council-parent"]
                {
                    must.push((kind, same));
                }
            }
            let left_out = must.into_iter().filter(|(kind, same)| !same || !asked.contains(*kind));
            let say = |(kind, _)| format!("an active match whose buddy was not asked after a kind ({kind})");
            broken.extend(left_out.map(say));
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

/// The form of each programme today, the latest that has begun, and who pays for it: the bits of a school and a partnership first.
pub fn forms(world: &World, today: Date) -> BTreeMap<String, (String, i64)> {
    let mut forms = BTreeMap::new();
    for line in lines(
        world,
        "SELECT CAST(programme_id AS text) || '|' || CAST(since AS text) || '|' || form || '|' || CAST(funders AS text) AS name \
         FROM programme_forms ORDER BY since",
    ) {
        let parts: Vec<&str> = line.split('|').collect();
        if parts[1].parse::<Date>().is_ok_and(|since| since <= today) {
            let funders = parts[3].parse().expect("bits");
            forms.insert(parts[0].to_owned(), (parts[2].to_owned(), funders));
        }
    }
    forms
}
