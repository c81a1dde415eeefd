//! A role that ends takes effect on the very next call, with the same token and the same words.

use naast_domain::organisations::Role;
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use super::calls::{call, state_for};
use super::cast::NAMES;
use super::objects::State;
use super::stage::Stage;
use super::table::{Cell, Column, Operation, Table, operations};
use crate::looks::{contents, differing};

on_both!(
    every_role_that_ends_is_gone_on_the_very_next_call,
    a_buddy_who_leaves_or_whose_match_ends_reads_no_more
);

/// What stays hers when her role is over: what she declared of herself, which counts on
/// (`whoever_declared_a_tie_as_a_coordinator_ends_it_also_after_her_role`).
const HERS_AFTERWARDS: &[&str] = &["listOwnTies", "endOwnTie"];

/// What is open to a role and not to somebody without any, nor to her when it is over.
fn open_to(table: &Table, role: &str) -> Vec<(Operation, Column)> {
    let mut found = Vec::new();
    for operation in operations().into_iter().filter(|one| !HERS_AFTERWARDS.contains(&one.id.as_str())) {
        let column = Column::Own;
        let of = |caller| table.cell(&operation.id, caller, column);
        if of(role).is_some_and(Cell::is_kind) && of("stranger").is_some_and(|cell| !cell.is_kind()) {
            found.push((operation, column));
        }
    }
    found
}

fn every_role_that_ends_is_gone_on_the_very_next_call(engine: Engine) {
    let stage = Stage::new(engine);
    let table = Table::read().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let world = &stage.world;
    let (mut tried, mut without) = (0, Vec::new());
    for role in Role::of_memberships() {
        let role = role.to_string();
        let name = NAMES.iter().copied().find(|name| *name == role).expect("the table knows every role");
        let open = open_to(&table, name);
        if open.is_empty() {
            without.push(name);
        }
        let memberships = world.app.get(stage.cast.person(name), "/me/memberships").expect(200);
        let held = memberships.body["data"].as_array().expect("memberships").clone();
        let held = held.iter().find(|one| one["role"] == *role).expect("she holds her role").clone();
        // whoever administers the installation takes her own role away as well
        let other = world.member(&world.association, "administrator", None);
        for status in ["suspended", "invited", "ended"] {
            for (operation, column) in &open {
                set(world, other, &held, "active");
                assert_eq!(powers(world, &stage, name), 1, "{name}");
                let cell = table.cell(&operation.id, name, *column).expect("a cell");
                let need = state_for(&operation.id);
                let reply = stage.with_fresh(&operation.id, &operation.template, (*column, need), |on| {
                    call(&stage, operation, name, on)
                });
                assert_eq!(reply.status, cell.status(), "{} by {name}: {}", operation.id, reply.body);

                set(world, other, &held, status);
                let refusal = table.cell(&operation.id, "stranger", *column).expect("a cell");
                let before = contents(world);
                let reply = call(&stage, operation, name, &stage.standing(*column, need));
                assert_eq!(
                    reply.status,
                    refusal.status(),
                    "{} by {name} {status}: {}",
                    operation.id,
                    reply.body
                );
                if refusal == Cell::None {
                    assert_eq!(reply.body["data"], json!([]), "{} by {name} {status}", operation.id);
                }
                assert_eq!(differing(&before, &contents(world)), [""; 0], "{} by {name}", operation.id);
                tried += 1;
            }
            set(world, other, &held, status);
            assert_eq!(powers(world, &stage, name), 0, "{name} {status}");
            set(world, other, &held, "active");
        }
    }
    // roles that open nothing yet: when one gets its first operation, it leaves this list
    assert_eq!(without, ["trainer", "board-member", "partnership-staff", "council-member", "pool-manager"]);
    println!("{tried} calls that succeeded were refused once the role was gone");
}

/// Suspends and ends over the API. An invitation does not come back and what ended stays ended, so these are set by hand for
/// the next call that is tried.
fn set(world: &World, by: naast_domain::ids::PersonId, membership: &Value, status: &str) {
    let id = membership["id"].as_str().expect("an id");
    if ["active", "invited"].contains(&status) {
        let row = format!("UPDATE memberships SET status = '{status}', until = NULL WHERE id = '{id}'");
        around(&world.app.location, |database| database.batch(&row)).expect("set by hand");
        return;
    }
    let organisation = membership["organisationId"].as_str().expect("an id");
    let path = format!("/organisations/{organisation}/memberships/{id}");
    let change = json!({ "status": status });
    world.app.call(Some(by), "PATCH", &path, Some(&change), Some("*")).expect(200);
}

fn powers(world: &World, stage: &Stage, name: &str) -> usize {
    let me = world.app.get(stage.cast.person(name), "/me").expect(200);
    let powers = me.body["powers"].as_array().into_iter().flatten();
    powers.filter(|power| power["organisationId"].is_string()).count()
}

fn a_buddy_who_leaves_or_whose_match_ends_reads_no_more(engine: Engine) {
    let stage = Stage::new(engine);
    let app = &stage.world.app;
    let (buddy, coordinator) = (stage.cast.person("buddy"), stage.cast.person("coordinator"));
    let on = stage.standing(Column::Own, State::Matched);
    let request = format!("/support-requests/{}", on.request);
    let of_the_case = [
        request.clone(),
        format!("/proposals/{}", on.proposal),
        format!("/matches/{}", on.matched),
        format!("/matches/{}/contacts", on.matched),
    ];
    let profile = format!("/buddies/{}", on.buddy);
    let proposals = format!("/proposals?buddyId={}", on.buddy);
    for (status, reads) in [("active", true), ("paused", true), ("left", false)] {
        app.call(Some(coordinator), "PATCH", &profile, Some(&json!({ "status": status })), Some("*"))
            .expect(200);
        for path in &of_the_case {
            assert_eq!(app.get(buddy, path).status, if reads { 200 } else { 404 }, "{status}: {path}");
        }
        for path in [proposals.as_str(), "/matches"] {
            let rows = app.get(buddy, path).expect(200).body["data"].as_array().map_or(0, Vec::len);
            assert_eq!(rows > 0, reads, "{status}: {path}");
        }
        // what is known of herself stays hers to read
        app.get(buddy, &profile).expect(200);
    }
    // of a match that ended while she stayed she keeps what was of herself, and not the parent's request
    let buddy = stage.cast.person("other-buddy");
    let on = stage.standing(Column::Sister, State::Matched);
    let (request, matched) =
        (format!("/support-requests/{}", on.request), format!("/matches/{}", on.matched));
    app.get(buddy, &request).expect(200);
    let reason = json!({ "reason": "goal-reached" });
    let path = format!("{matched}/closure");
    app.call(Some(stage.cast.person("other-parent")), "POST", &path, Some(&reason), Some("*")).expect(200);
    app.get(buddy, &request).expect(404);
    app.get(buddy, &matched).expect(200);
}
