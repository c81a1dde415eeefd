//! What a programme is told of a withdrawal or an erasure reaches somebody: where a tie of each coordinator's own keeps her from it, whoever
//! appoints coordinators hears which programme it is, and the colleague who is named reads it (ADR 59, ADR 63).

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_persistence::Location;
use naast_persistence::privacy::tombstones::{Kind, Tombstone};
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::looks::{assert_sound, count};
use crate::over_time::{Case, at};

on_both!(
    a_withdrawal_that_no_coordinator_may_read_is_told_to_who_appoints_one,
    an_erasure_that_no_coordinator_may_read_is_told_to_who_appoints_one,
    who_could_read_before_her_tie_began_is_asked_after_the_erasure,
    who_was_proposed_as_buddy_is_told_and_of_nobodys_health,
    the_coordinator_answers_for_a_buddy_whose_file_is_gone,
    a_list_is_read_on_behind_what_a_coordinator_may_not_see,
    what_is_erased_again_is_withdrawn_in_the_same_transaction,
);

fn waiting(world: &World, who: PersonId, programme: bool) -> Vec<Value> {
    let of = if programme { format!("?programmeId={}", world.programmes[0]) } else { String::new() };
    let page = world.app.get(who, &format!("/withdrawal-notices{of}")).expect(200).body;
    page["data"].as_array().expect("a list").clone()
}

fn needs(world: &World) -> Value {
    world.app.get(world.administrator, "/coordination-needs").expect(200).body["data"].clone()
}

fn told(world: &World, parent: PersonId) -> Vec<Value> {
    let page = world.app.get(parent, "/me/notices").expect(200).body;
    page["data"].as_array().expect("a list").iter().map(|one| one["kind"].clone()).collect()
}

fn colleague(world: &World) -> PersonId {
    world.member(&world.association, "coordinator", Some(&world.programmes[0]))
}

fn ties(world: &World) -> String {
    format!("/programmes/{}/coordinator-ties", world.programmes[0])
}

fn tie(world: &World, coordinator: PersonId) {
    let tie = json!({ "kind": "employed-at-school", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    world.app.post(coordinator, &ties(world), &tie).expect(201);
}

fn suspend(world: &World, person: PersonId) {
    let roles = format!("/organisations/{}/memberships", world.association);
    let all = world.app.get(world.administrator, &format!("{roles}?pageSize=200")).expect(200).body;
    let hers = all["data"].as_array().expect("a list").iter().find(|one| one["personId"] == json!(person));
    let hers = format!("{roles}/{}", hers.expect("her role")["id"].as_str().expect("an id"));
    world.app.patch(world.administrator, &hers, &json!({ "status": "suspended" })).expect(200);
}

fn confirm(world: &World, who: PersonId, notice: &Value) {
    let id = notice["noticeId"].as_str().expect("an id");
    world.app.ask(who, &format!("/withdrawal-notices/{id}/confirmation")).expect(200);
}

fn erase(world: &World, parent: PersonId) -> Value {
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(parent, "/me/erasure", &sure).expect(200).body
}

/// What is told of a programme in need, and nothing more than that.
fn names_the_programme_only(world: &World, told: &Value) {
    let only: Vec<_> = told[0].as_object().expect("a programme").keys().cloned().collect();
    assert_eq!((told.as_array().map(Vec::len), only.len()), (Some(1), 3), "{told}");
    assert_eq!(told[0]["programmeId"], json!(world.programmes[0]));
}

fn a_withdrawal_that_no_coordinator_may_read_is_told_to_who_appoints_one(engine: Engine) {
    let world = World::new(engine);
    let (alone, parent) = (world.coordinators[0], world.person());
    let request = world.consented(0, parent);
    tie(&world, alone);
    let while_it_ran = needs(&world);
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    assert!(waiting(&world, alone, true).is_empty());
    // it is told on, in the very same bytes
    names_the_programme_only(&world, &needs(&world));
    assert_eq!((needs(&world), told(&world, parent)), (while_it_ran, vec![json!("withdrawal-unread")]));
    let named = colleague(&world);
    assert_eq!((needs(&world), told(&world, parent)), (json!([]), vec![]));
    let hers = waiting(&world, named, true);
    assert_eq!((hers.len(), &hers[0]["requestId"]), (1, &json!(request)));
    // she goes before she answered
    suspend(&world, named);
    names_the_programme_only(&world, &needs(&world));
    let another = colleague(&world);
    confirm(&world, another, &hers[0]);
    suspend(&world, another);
    assert_eq!((needs(&world), told(&world, parent)), (json!([]), vec![]), "it is answered");
    assert_sound(&world);
}

fn an_erasure_that_no_coordinator_may_read_is_told_to_who_appoints_one(engine: Engine) {
    let world = World::new(engine);
    let alone = world.coordinators[0];
    tie(&world, alone);
    let parent = world.person();
    let request = world.consented(0, parent);
    erase(&world, parent);
    assert!(waiting(&world, alone, true).is_empty(), "she was kept from it from the first day");
    names_the_programme_only(&world, &needs(&world));
    let one_who_is_tied = colleague(&world);
    tie(&world, one_who_is_tied);
    names_the_programme_only(&world, &needs(&world));
    let named = colleague(&world);
    assert_eq!(needs(&world), json!([]));
    let hers = waiting(&world, named, true);
    assert_eq!((hers.len(), &hers[0]["requestId"]), (1, &json!(request)));
    suspend(&world, named);
    names_the_programme_only(&world, &needs(&world));
    let another = colleague(&world);
    confirm(&world, another, &hers[0]);
    suspend(&world, another);
    assert_eq!(needs(&world), json!([]), "it is answered");
}

fn who_could_read_before_her_tie_began_is_asked_after_the_erasure(engine: Engine) {
    let world = World::new(engine);
    let (day, platform) = (TimeDelta::days(1), &world.app.platform);
    let (reader, at_school) = (world.coordinators[0], colleague(&world));
    let from_the_start = colleague(&world);
    tie(&world, from_the_start);
    let case = Case::running(&world);
    platform.clock.advance(day);
    // one declares a tie, one gets a role at the school; neither reads anything of the case from then on
    tie(&world, reader);
    platform.clock.advance(day);
    let list = format!("/organisations/{}/memberships", world.school);
    let staff = json!({ "personId": at_school, "role": "school-staff" });
    world.app.post(world.administrator, &list, &staff).expect(201);
    // one worked there before she came to coordinate
    let later = world.member(&world.school, "school-staff", None);
    let list = format!("/organisations/{}/memberships", world.association);
    let role = json!({ "personId": later, "role": "coordinator", "programmeId": world.programmes[0] });
    world.app.post(world.administrator, &list, &role).expect(201);
    for kept_out in [reader, at_school, from_the_start, later] {
        let request = format!("/support-requests/{}", case.request);
        assert_eq!(world.app.get(kept_out, &request).status, 409);
    }
    platform.clock.advance(day);
    erase(&world, case.parent);
    for knew in [reader, at_school] {
        let hers = waiting(&world, knew, true);
        assert_eq!((hers.len(), &hers[0]["requestId"]), (1, &json!(case.request)));
    }
    for never in [from_the_start, later] {
        assert!(waiting(&world, never, true).is_empty(), "she learns by it that there was a case");
    }
    assert_eq!(needs(&world), json!([]));
    confirm(&world, at_school, &waiting(&world, at_school, true)[0]);
    assert!(waiting(&world, reader, true).is_empty(), "the programme is asked once");
    // whoever read it and is kept from it by what is not known any more: which school it was before
    let parent = world.person();
    let body = {
        let mut body = world.request_body(0);
        body["locationCode"] = Value::Null;
        body
    };
    let nameless = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &nameless).expect(201);
    world.app.get(from_the_start, &format!("/support-requests/{nameless}")).expect(200);
    let named = json!({ "locationCode": SCHOOL });
    world.app.patch(parent, &format!("/support-requests/{nameless}"), &named).expect(200);
    erase(&world, parent);
    let of = |who| waiting(&world, who, true).len();
    assert_eq!((of(from_the_start), of(later)), (1, 0), "who read it, and who did not");
}

fn who_was_proposed_as_buddy_is_told_and_of_nobodys_health(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy, other) = (world.person(), world.buddy(0, &json!({})), world.buddy(0, &json!({})));
    // by a talk at school: that she came so is no buddy's to know before the parent chose her
    let code = world.explained(&world.conversation());
    let request = world.refer(parent, &code, &world.request_body(0)).expect(201).id();
    world.consent(parent, &request).expect(201);
    let path = format!("/support-requests/{request}");
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    world.app.post(parent, &format!("{path}/consents"), &health).expect(201);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    world.answer(parent, &proposal, "refused").expect(201);
    let stopped = world.app.ask(parent, &format!("{path}/withdrawal")).expect(200).body;
    let of_kind = |kind: &str| -> Vec<&Value> {
        let all = stopped["recipients"].as_array().expect("a list");
        all.iter().filter(|one| one["kind"] == kind).collect()
    };
    let told = of_kind("buddy");
    assert_eq!((told.len(), &told[0]["recipient"]), (1, &json!(buddy.id)), "{stopped}");
    assert_eq!(told[0]["withdrawnKinds"], json!(["request"]));
    assert!(of_kind("programme")[0]["withdrawnKinds"].as_array().is_some_and(|all| all.len() == 3));
    let hers = waiting(&world, buddy.person, false);
    assert_eq!((hers.len(), &hers[0]["requestId"]), (1, &json!(request)));
    assert!(waiting(&world, other.person, false).is_empty());
    // whoever was told of it is asked after the erasure too, and what goes with the case goes today
    confirm(&world, buddy.person, &hers[0]);
    let receipt = erase(&world, parent);
    let today = world.app.platform.clock.today();
    for one in receipt["recipients"].as_array().expect("a list") {
        let after = if one["state"] == "pending" { today + TimeDelta::days(90) } else { today };
        assert_eq!(one["retention"]["eraseAfterDate"], json!(after), "{one}");
    }
}

fn the_coordinator_answers_for_a_buddy_whose_file_is_gone(engine: Engine) {
    let world = World::new(engine);
    let (case, coordinator) = (Case::running(&world), world.coordinators[0]);
    let (clock, path) = (&world.app.platform.clock, format!("/buddies/{}", case.buddy.id));
    world.app.patch(coordinator, &path, &json!({ "status": "left" })).expect(200);
    clock.advance(TimeDelta::days(320));
    erase(&world, case.parent);
    assert_eq!(waiting(&world, coordinator, true).len(), 1, "the buddy answers for herself");
    clock.advance(TimeDelta::days(60));
    naast_api::privacy::round::round(&world.app.platform, clock.now(), false).expect("a round");
    let named = format!("buddies WHERE CAST(id AS text) = '{}' AND first_name <> ''", case.buddy.id);
    assert_eq!((count(&world, &named), count(&world, "erasure_notices")), (0, 2));
    let all = waiting(&world, coordinator, true);
    let of_buddy = all.iter().find(|one| one["kind"] == "buddy").expect("what she was asked");
    assert_eq!((all.len(), &of_buddy["recipient"]), (2, &json!(case.buddy.id)));
    assert!(waiting(&world, world.coordinators[1], true).is_empty());
    confirm(&world, coordinator, of_buddy);
    let left = waiting(&world, coordinator, true);
    assert_eq!((left.len(), &left[0]["kind"]), (1, &json!("programme")));
    // where only a coordinator with a tie is left, this waits for another as well
    confirm(&world, coordinator, &left[0]);
    assert_eq!(needs(&world), json!([]));
}

/// Lays as many notices more as a list shows, each like the one there is, and before it.
fn fill(world: &World, table: &str, request: &str) {
    let (id, by) = match table {
        "withdrawal_notices" => ("request_id", "request_id"),
        _ => ("reference", "reference"),
    };
    let columns = |rest: &str| format!("INSERT INTO {table} (programme_id, id, {id}, {rest})");
    let rest = match table {
        "withdrawal_notices" => "recipient_kind, recipient, kinds, state, told_at, confirmed_at",
        _ => "recipient_kind, recipient, kinds, state, coordinators, told_at, confirmed_at, erased_at",
    };
    let cast = if matches!(world.app.location, Location::Sqlite(_)) { "" } else { "::uuid" };
    let all: Vec<String> = (0..205)
        .map(|_| {
            let fresh: uuid::Uuid = naast_api::clock::fresh();
            format!(
                "{} SELECT programme_id, '{fresh}'{cast}, {by}, {rest} FROM {table} WHERE CAST({by} AS text) = '{request}' \
                 AND recipient_kind = 'programme' LIMIT 1",
                columns(rest)
            )
        })
        .collect();
    around(&world.app.location, |database| database.batch(&all.join(";"))).expect("they can be laid");
}

fn a_list_is_read_on_behind_what_a_coordinator_may_not_see(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    tie(&world, coordinator);
    let elsewhere = |world: &World| -> (PersonId, String) {
        let parent = world.person();
        let mut body = world.request_body(0);
        body["locationCode"] = json!(naast_tests::world::ELSEWHERE);
        let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
        world.consent(parent, &request).expect(201);
        (parent, request)
    };
    let stop = |parent, request: &str| {
        world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    };
    let parent = world.person();
    let hidden = world.consented(0, parent);
    stop(parent, &hidden);
    fill(&world, "withdrawal_notices", &hidden);
    let (other, open) = elsewhere(&world);
    world.app.platform.clock.advance(TimeDelta::minutes(1));
    stop(other, &open);
    let shown = waiting(&world, coordinator, true);
    assert_eq!((shown.len(), &shown[0]["requestId"]), (1, &json!(open)));
    confirm(&world, coordinator, &shown[0]);
    // the same of cases that are gone
    world.app.platform.clock.advance(TimeDelta::minutes(1));
    erase(&world, parent);
    assert!(count(&world, "erasure_notices") > 200);
    world.app.platform.clock.advance(TimeDelta::minutes(1));
    let (third, gone) = elsewhere(&world);
    erase(&world, third);
    let shown = waiting(&world, coordinator, true);
    assert_eq!((shown.len(), &shown[0]["requestId"]), (1, &json!(gone)));
    // and a list that is full is two hundred long
    assert_eq!(waiting(&world, colleague(&world), true).len(), 200);
}

fn what_is_erased_again_is_withdrawn_in_the_same_transaction(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    // as a backup leaves it: the case is there and runs, and outside lies the tombstone of its erasure
    let id = uuid::Uuid::parse_str(&case.request).expect("an id");
    let mut hash = Sha256::new();
    for part in [b"naast.tombstone.v1".as_slice(), b"case", id.as_bytes()] {
        hash.update(u32::try_from(part.len()).expect("short").to_be_bytes());
        hash.update(part);
    }
    let laid_at = world.app.platform.clock.now();
    let stone = Tombstone { kind: Kind::Case, fingerprint: hash.finalize().into(), laid_at };
    let batch = |statements: &str| {
        around(&world.app.location, |database| database.batch(statements)).expect("the database takes it");
    };
    // it is cut short at its last step
    let kind = if engine == Engine::Sqlite { "TEXT" } else { "uuid" };
    batch(&format!(
        "CREATE TABLE in_the_way (programme_id {kind}, request_id {kind}, \
         FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)); \
         INSERT INTO in_the_way SELECT programme_id, id FROM support_requests"
    ));
    let replay = || naast_api::privacy::replay::replay(&world.app.platform, &[stone]);
    assert!(replay().is_err(), "it could not be erased");
    let (running, told) = (case.request_state(&world), count(&world, "withdrawal_notices"));
    assert_eq!((running, told, case.state(&world).as_str()), (json!("matched"), 0, "active"));
    batch("DROP TABLE in_the_way");
    assert_eq!(replay().expect("replayed").cases, 1);
    let left = count(&world, "support_requests") + count(&world, "withdrawal_notices");
    assert_eq!((left, count(&world, "erasure_notices")), (0, 2));
    assert_eq!(replay().expect("again").cases, 0, "and once");
    assert_eq!(count(&world, "erasure_notices"), 2);
}
