//! A way in that was shut after a backup is shut when it is restored: roles that ended, and systems that were shut out.

use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::backups::{backup, elsewhere, stones_of, text};
use crate::ended_again::{served, without};
use crate::looks::refused;
use crate::signing_in::{ask, basic, secret_client};

on_both!(a_way_in_that_was_shut_after_a_backup_is_shut_after_a_restore);

/// Where somebody's one role stands, as the administrator reads it.
fn standing(app: &TestApp, world: &World, organisation: &str, person: PersonId) -> Value {
    let list = format!("/organisations/{organisation}/memberships?pageSize=100");
    let page = app.get(world.administrator, &list).expect(200).body;
    let hers = |one: &&Value| one["personId"] == json!(person.to_string());
    let all: Vec<&Value> = page["data"].as_array().expect("a page").iter().filter(hers).collect();
    assert_eq!(all.len(), 1, "one role");
    all[0].clone()
}

fn to(world: &World, organisation: &str, person: PersonId, status: &str) -> Reply {
    let id = standing(&world.app, world, organisation, person)["id"].as_str().expect("an id").to_owned();
    let path = format!("/organisations/{organisation}/memberships/{id}");
    world.app.patch(world.administrator, &path, &json!({ "status": status }))
}

fn a_way_in_that_was_shut_after_a_backup_is_shut_after_a_restore(engine: Engine) {
    let world = World::new(engine);
    let organisation = &world.association;
    let member = || world.member(organisation, "coordinator", Some(&world.programmes[0]));
    let (gone, back_soon, stays) = (member(), member(), member());
    let systems = [0, 1].map(|_| secret_client(&world, &world.school, &["directory:read"]));
    world.request(0, world.person());
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    to(&world, organisation, gone, "ended").expect(200);
    to(&world, organisation, back_soon, "suspended").expect(200);
    let shut = systems[0].0.parse().expect("a UUID");
    naast_api::cli::client::revoke(&world.app.platform, shut).expect("it is connected");
    let ended = standing(&world.app, &world, organisation, gone);

    let requests = format!("/support-requests?programmeId={}", world.programmes[0]);
    let reads = |app: &TestApp, who: PersonId| {
        app.get(who, &requests).expect(200).body["data"].as_array().expect("a page").len()
    };
    let lets_in = |app: &TestApp, (id, secret): &(String, String)| {
        let fields = [("grant_type", "client_credentials")];
        ask(app, &[("authorization", &basic(id, secret))], &fields).status
    };
    // without the tombstones of a kind exactly that comes back: the look would see it
    for (kind, read, let_in) in [("membership", 1, [401, 200]), ("client", 0, [200, 200])] {
        let there = elsewhere(engine);
        let others = without(&world, folder.path(), kind);
        let done = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
        assert!(done.status.success(), "{}", text(&done));
        let app = served(&world, &there);
        assert_eq!(reads(&app, gone), read, "{kind}");
        assert_eq!(systems.each_ref().map(|one| lets_in(&app, one)), let_in, "{kind}");
    }

    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    let told = "ended again: 0 matches, 1 roles; shut out again: 1 systems";
    assert!(text(&done).contains(told), "{}", text(&done));
    let app = served(&world, &there);
    assert_eq!([gone, stays].map(|who| reads(&app, who)), [0, 1]);
    assert_eq!(systems.each_ref().map(|one| lets_in(&app, one)), [401, 200]);
    let now = standing(&app, &world, organisation, gone);
    assert_eq!(
        (&now["status"], &now["untilDate"]),
        (&ended["status"], &ended["untilDate"]),
        "as of when it ended"
    );
    // what can be taken back is no end: she who was suspended is what she was in the backup
    assert_eq!(standing(&app, &world, organisation, back_soon)["status"], json!("active"));
    // nobody gives her role back by the one that ended
    let place = format!("/organisations/{organisation}/memberships/{}", now["id"].as_str().expect("an id"));
    refused(app.patch(world.administrator, &place, &json!({ "status": "active" })), 409, "membership-status");
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("0 roles; shut out again: 0 systems"), "{}", text(&again));
}
