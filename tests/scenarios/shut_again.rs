//! A way in that was shut after a backup is shut when it is restored: roles that ended, systems that were shut out, and sessions.

use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::backups::{backup, elsewhere, stones_of, text};
use crate::ended_again::{served, without};
use crate::looks::refused;
use crate::signing_in::{
    FORM, ask, ask_code, basic, call, code_in, form, letters, secret_client, sign_in, signed_in,
};

on_both!(
    a_way_in_that_was_shut_after_a_backup_is_shut_after_a_restore,
    everybody_signs_in_once_more_after_a_restore,
);

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

fn everybody_signs_in_once_more_after_a_restore(engine: Engine) {
    let world = World::new(engine);
    let sessions = ["ouder@example.org", "ander@example.org"].map(|address| signed_in(&world.app, address));
    let waiting = ask_code(&world.app, "derde@example.org");
    let code = code_in(&letters(&world.app)[0]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let out = form(&[("token", &sessions[0].text("refresh_token"))]);
    world.app.send("POST", "/v1/oauth/revoke", &[FORM], out).expect(200);

    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)];
    let done = there.run(&world, &line);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains("Every session is ended: everybody signs in once more"), "{}", text(&done));
    // the keys that signed the tokens sign here too
    let app = world.app.restored_at(there.location.clone());
    for session in &sessions {
        call(&app, &session.text("access_token"), "GET", "/me", None).expect(401);
        let token = session.text("refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        crate::signing_in::refused(ask(&app, &[], &fields), 400, "invalid_grant");
    }
    crate::signing_in::refused(sign_in(&app, &waiting, &code), 400, "invalid_grant");
    // her account is the one that it was
    let id = ask_code(&app, "ouder@example.org");
    let again = sign_in(&app, &id, &code_in(&letters(&world.app)[0])).expect(200);
    assert_eq!(again.body["subject"], sessions[0].body["subject"]);
    call(&app, &again.text("access_token"), "GET", "/me", None).expect(200);
}
