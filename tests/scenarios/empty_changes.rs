//! A change of a part (`PATCH`) that names nothing to change is answered with what stands: no other version, no row of the journal.
//! Read from the contract, so that a new operation is tried by itself.

use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::authorisation::calls::{body, call_with, path, state_for};
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Column, Table, operations};
use crate::looks::{contents, count, differing};
use crate::one_round::who_may;

on_both!(a_change_that_names_nothing_changes_nothing, a_member_that_is_left_out_stays_and_null_takes_it_away);

/// Reads something, or changes nothing of it on a version.
fn send(stage: &Stage, caller: &str, method: &str, place: &str, version: Option<&str>) -> Reply {
    let mut headers = vec![("accept", "application/json")];
    headers.extend(stage.cast.token(caller).map(|token| ("authorization", token)));
    headers.extend(version.map(|version| ("if-match", version)));
    headers.extend(version.map(|_| ("content-type", "application/json")));
    let body = version.map(|_| b"{}".to_vec()).unwrap_or_default();
    stage.world.app.send(method, &format!("/v1{place}"), &headers, body)
}

fn a_change_that_names_nothing_changes_nothing(engine: Engine) {
    let (table, stage) = (Table::read().expect("the table"), Stage::new(engine));
    let (mut stood, mut asked) = (Vec::new(), Vec::new());
    for operation in operations().into_iter().filter(|operation| operation.method == "PATCH") {
        let on = stage.standing(Column::Own, state_for(&operation.id));
        let caller = who_may(&table, &operation);
        let place = path(&operation, &on);
        let read = send(&stage, caller, "GET", &place, None);
        let before = contents(&stage.world);
        let reply = call_with(&stage, &operation, caller, &on, Some(json!({})));
        let mut changed = differing(&before, &contents(&stage.world));
        // what a coordinator is shown of a buddy by it is a reading, and leaves its record (answered_again.rs)
        changed.retain(|table| !(table == "access_log" && operation.id == "updateBuddy"));
        assert_eq!(changed, [""; 0], "{} {}", operation.id, reply.body);
        if reply.status == 400 {
            // a member that must be there
            assert_eq!(reply.body["errors"][0]["code"], "required", "{} {}", operation.id, reply.body);
            asked.push(operation.id);
            continue;
        }
        let read = read.expect(200);
        let reply = reply.expect(200);
        assert_eq!((&reply.body, reply.etag()), (&read.body, read.etag()), "{}", operation.id);
        // and what refuses another change refuses this one
        let refusal = send(&stage, caller, "PATCH", &place, Some("\"v99\""));
        assert_eq!(refusal.status, 412, "{} {}", operation.id, refusal.body);
        // a change of something goes on from the version that stands
        let full = body(&operation, &on, &stage);
        let rows = count(&stage.world, "journal");
        let done = call_with(&stage, &operation, caller, &on, full).expect(200);
        assert!(done.etag() != read.etag() && count(&stage.world, "journal") > rows, "{}", operation.id);
        stood.push(operation.id);
    }
    stood.sort_unstable();
    assert_eq!(stood, ["changePrivateNote", "changeRequestSchool", "updateBuddy"]);
    assert_eq!(asked.len(), 3, "{asked:?}");
}

fn a_member_that_is_left_out_stays_and_null_takes_it_away(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let path = format!("/support-requests/{}", world.request(0, parent));
    let change = |body: Value| world.app.patch(parent, &path, &body).expect(200).body["locationCode"].clone();
    let named = json!(SCHOOL);
    assert_eq!(change(json!({})), named);
    assert_eq!(change(json!({ "programmesShown": world.programmes })), named);
    assert_eq!(change(json!({ "locationCode": null })), Value::Null);
    assert_eq!(change(json!({})), Value::Null);
    assert_eq!(change(json!({ "locationCode": named })), named);
}
