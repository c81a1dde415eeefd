//! What a parent takes back is gone: the keys, the rows, and what lies in the files.

use diesel::prelude::*;
use naast_domain::ids::PersonId;
use naast_persistence::Database;
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::command_line::naast;
use crate::looks::{contents, count, differing, files, found as holds, raw};

on_both!(
    nothing_that_was_sealed_for_an_erased_parent_is_left_in_the_files,
    whoever_has_a_role_keeps_her_account_and_loses_her_cases,
    nothing_of_anybody_else_changes_when_a_parent_is_erased,
);

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// How many hexadecimal digits a wrapped key has.
const WRAPPED: usize = 242;

/// Sealed values and wrapped keys of a case and of a person, as they lie in the database.
fn sealed(world: &World, request: &str, person: PersonId) -> Vec<String> {
    let hex = |column: &str, engine: &Database<'_>| match engine {
        Database::Sqlite(_) => format!("hex({column})"),
        Database::Postgres(_) => format!("encode({column}, 'hex')"),
    };
    around(&world.app.location, |database| {
        let wrapped = hex("wrapped", database);
        let question = format!(
            "SELECT contact_name AS value FROM support_requests WHERE CAST(id AS text) = '{request}' \
             UNION ALL SELECT contact_value FROM support_requests WHERE CAST(id AS text) = '{request}' \
             UNION ALL SELECT words FROM private_entries WHERE CAST(request_id AS text) = '{request}' \
             UNION ALL SELECT name FROM people WHERE CAST(id AS text) = '{person}' \
             UNION ALL SELECT {wrapped} FROM data_keys WHERE wrapped IS NOT NULL \
             AND CAST(owner_id AS text) IN ('{request}', '{person}')"
        );
        let rows: Result<Vec<One>, _> = match database {
            Database::Sqlite(c) => diesel::sql_query(question).load(*c),
            Database::Postgres(c) => diesel::sql_query(question).load(*c),
        };
        rows.expect("the question is sound").into_iter().map(|one| one.value).collect()
    })
}

/// Whether bytes hold a value: as text, or as the bytes that hexadecimal digits stand for.
fn found(bytes: &[u8], value: &str) -> bool {
    let raw: Option<Vec<u8>> = (0..value.len())
        .step_by(2)
        .map(|at| value.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let as_bytes = raw.is_some_and(|raw| bytes.windows(raw.len()).any(|window| window == raw));
    as_bytes || holds(bytes, value)
}

fn nothing_that_was_sealed_for_an_erased_parent_is_left_in_the_files(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 5 }));
    let case = |parent| {
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        let note = json!({ "kind": "goal", "text": "Zeer persoonlijke woorden", "aboutHealth": false });
        world.app.post(parent, &format!("/matches/{matched}/private-notes"), &note).expect(201);
        (request, matched)
    };
    let (gone, stays) = (world.person(), world.person());
    let (request, matched) = case(gone);
    let (other, _) = case(stays);
    let (hers, anothers) = (sealed(&world, &request, gone), sealed(&world, &other, stays));
    assert_eq!((hers.len(), anothers.len()), (7, 7), "three of the case, one of the person, three keys");
    let before = raw(&world.app.location);
    for value in hers.iter().chain(&anothers) {
        assert!(found(&before, value), "the search finds what is there");
    }
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    let receipt = world.app.post(gone, "/me/erasure", &words).expect(200).body;
    assert_eq!(receipt["erasedRequestIds"], json!([request]));
    assert_eq!((&receipt["accountErased"], &receipt["accountKeptBecause"]), (&json!(true), &json!([])));
    world.app.get(gone, "/me").expect(401);
    world.app.get(buddy.person, &format!("/matches/{matched}")).expect(404);
    let after = raw(&world.app.location);
    for value in &hers {
        assert!(!found(&after, value), "something of hers is left");
    }
    // On PostgreSQL no key of hers lies in the room of a dead row either, once no transaction is older than her erasure: the server is shared with
    // other tests. What else lies there nobody opens any more.
    let is_key = |value: &&String| value.len() == WRAPPED;
    assert_eq!(hers.iter().filter(is_key).count(), 3);
    let left = |on_disk: &[u8]| hers.iter().filter(is_key).any(|key| found(on_disk, key));
    let mut on_disk = files(&world.app.location);
    let begun = std::time::Instant::now();
    while left(&on_disk) && begun.elapsed() < std::time::Duration::from_secs(60) {
        std::thread::sleep(std::time::Duration::from_millis(100));
        world.app.platform.store.tidy().expect("it is tidied");
        on_disk = files(&world.app.location);
    }
    assert!(!left(&on_disk), "a key of hers is left in the files");
    for key in anothers.iter().filter(is_key) {
        assert!(found(&on_disk, key), "the other's key is there");
    }
    // the same search still finds what was not erased: it can find things
    for value in &anothers {
        assert!(found(&after, value), "the other's is there");
    }
    let stones = std::fs::read_to_string(world.app.platform.data.join("tombstones.jsonl")).expect("written");
    assert!(stones.lines().count() >= 2 && !stones.contains(&request) && !stones.contains(&gone.to_string()));
    let events = world
        .app
        .get(world.coordinators[0], &format!("/events?programmeId={}&pageSize=200", world.programmes[0]));
    let events = events.expect(200);
    let told = events.body["data"].as_array().expect("events").iter();
    let told: Vec<_> = told.filter(|event| event["type"] == json!("nl.naast.subject.erased")).collect();
    assert_eq!(told.len(), 1, "receivers are told");
    for command in [vec!["doctor"], vec!["journal", "verify", "--without-anchors"], vec!["keys", "check"]] {
        let output = naast(&world, &command);
        assert!(output.status.success(), "{command:?} {}", String::from_utf8_lossy(&output.stdout));
    }
}

fn whoever_has_a_role_keeps_her_account_and_loses_her_cases(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[2];
    let request = world.consented(0, coordinator);
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    let receipt = world.app.post(coordinator, "/me/erasure", &words).expect(200).body;
    assert_eq!(receipt["erasedRequestIds"], json!([request]));
    assert_eq!(receipt["accountKeptBecause"], json!(["role"]));
    world.app.get(coordinator, "/me").expect(200);
    world.app.get(coordinator, &format!("/support-requests/{request}")).expect(404);
    let again = world.app.post(coordinator, "/me/erasure", &words).expect(200).body;
    assert_eq!(again["erasedRequestIds"], json!([]));
}

fn nothing_of_anybody_else_changes_when_a_parent_is_erased(engine: Engine) {
    let world = World::new(engine);
    let (gone, stays) = (world.person(), world.person());
    world.consented(0, stays);
    world.app.get(world.leader, "/conversations?locationCode=98ZA00").expect(200);
    let before = contents(&world);
    let rows = count(&world, "journal");
    world.consented(0, gone);
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(gone, "/me/erasure", &words).expect(200);
    let mut changed = differing(&before, &contents(&world));
    changed.retain(|table| {
        let kept_of_her = [
            "journal",
            "journal_heads",
            "tombstones",
            "consent_proofs",
            "erased_counts",
            "erasure_notices",
            "people",
            "data_keys",
        ];
        !kept_of_her.contains(&table.as_str())
    });
    assert_eq!(changed, [""; 0], "a table of cases is not as it was");
    assert!(count(&world, "journal") > rows, "what was done is written down");
    assert_eq!(count(&world, "support_requests"), 1);
}
