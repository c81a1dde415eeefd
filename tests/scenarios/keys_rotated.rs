//! The master key is replaced while servers run that nobody starts again: what they make from then on is wrapped with the new
//! one, so that the old one can go. One that does not have the new key makes nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use naast_persistence::keys::{Keys, Ring};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::command_line::naast;
use crate::looks::{assert_sound, count};

on_both!(
    a_server_that_was_not_started_again_wraps_with_the_new_master,
    what_is_made_while_a_rotation_runs_is_wrapped_with_the_new_master,
    a_replica_without_the_new_key_makes_nothing_until_it_has_it,
    a_master_that_is_needed_is_not_taken_out,
);

fn run(world: &World, line: &[&str]) {
    let output = naast(world, line);
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The id of the newest master key of the file.
fn newest(world: &World) -> String {
    let ring = Ring::open(&world.app.platform.data.join("master-keys"), false).expect("the file is there");
    ring.newest().id.clone()
}

fn wrapped_by(world: &World, master: &str) -> i64 {
    count(world, &format!("data_keys WHERE wrapped IS NOT NULL AND master_id = '{master}'"))
}

/// Goes through the data keys of everything that a parent keeps.
fn a_case(world: &World) -> (naast_domain::ids::PersonId, String) {
    let parent = world.person();
    (parent, world.consented(0, parent))
}

fn a_server_that_was_not_started_again_wraps_with_the_new_master(engine: Engine) {
    let world = World::new(engine);
    let (before, old) = (a_case(&world), newest(&world));
    run(&world, &["keys", "add"]);
    let new = newest(&world);
    assert_ne!(old, new);
    a_case(&world);
    assert_eq!(wrapped_by(&world, &new), 0, "nobody rotated yet");
    run(&world, &["keys", "rotate"]);
    assert_eq!(wrapped_by(&world, &old), 0);
    // the server of this test was started before the new key was in the file
    let rows = wrapped_by(&world, &new);
    let after = a_case(&world);
    assert_eq!(wrapped_by(&world, &old), 0, "made with the key that is on its way out");
    assert!(wrapped_by(&world, &new) > rows);
    run(&world, &["keys", "retire", &old]);
    let left = std::fs::read_to_string(world.app.platform.data.join("master-keys")).expect("the file");
    assert_eq!(left.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count(), 1);
    // whoever begins now has the new key alone, and reads both
    let keys = Keys::at(
        &world.app.platform.data.join("master-keys"),
        &world.app.platform.store,
        world.app.platform.clock.now(),
    );
    let twin = world.app.twin_with(keys.expect("everything that is wrapped is wrapped with what is there"));
    for (parent, request) in [&before, &after] {
        let shown = twin.get(*parent, &format!("/support-requests/{request}")).expect(200);
        assert_eq!(shown.body["contact"]["name"], json!("Ouder"));
        world.app.get(*parent, &format!("/support-requests/{request}")).expect(200);
    }
    run(&world, &["keys", "check"]);
    assert_sound(&world);
}

fn what_is_made_while_a_rotation_runs_is_wrapped_with_the_new_master(engine: Engine) {
    let world = World::new(engine);
    let old = newest(&world);
    run(&world, &["keys", "add"]);
    let goes_on = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let makers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut made = 0;
                    while goes_on.load(Ordering::Relaxed) {
                        world.person();
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        for _ in 0..3 {
            run(&world, &["keys", "rotate"]);
        }
        goes_on.store(false, Ordering::Relaxed);
        let made: u32 = makers.into_iter().map(|maker| maker.join().expect("every call is answered")).sum();
        assert!(made > 10, "{made} people were made beside it");
    });
    assert_eq!(wrapped_by(&world, &old), 0);
}

fn a_replica_without_the_new_key_makes_nothing_until_it_has_it(engine: Engine) {
    let world = World::new(engine);
    let (known, file) = (a_case(&world), world.app.platform.data.join("master-keys"));
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("master-keys");
    std::fs::copy(&file, &copy).expect("copied");
    let keys =
        Keys::at(&copy, &world.app.platform.store, world.app.platform.clock.now()).expect("the same keys");
    let replica = world.app.twin_with(keys);
    let name = json!({ "name": "Persoon (test)" });
    replica.post(world.administrator, "/people", &name).expect(201);
    let old = newest(&world);
    run(&world, &["keys", "add"]);
    run(&world, &["keys", "rotate"]);
    let (people, keys) = (count(&world, "people"), count(&world, "data_keys"));
    replica.post(world.administrator, "/people", &name).expect(500);
    replica.get(known.0, &format!("/support-requests/{}", known.1)).expect(500);
    assert_eq!((count(&world, "people"), count(&world, "data_keys")), (people, keys), "nothing half done");
    assert_eq!(wrapped_by(&world, &old), 0);
    // the file comes, and nobody starts anything
    std::fs::copy(&file, &copy).expect("copied");
    replica.post(world.administrator, "/people", &name).expect(201);
    replica.get(known.0, &format!("/support-requests/{}", known.1)).expect(200);
    assert_eq!(wrapped_by(&world, &old), 0);
}

fn a_master_that_is_needed_is_not_taken_out(engine: Engine) {
    let world = World::new(engine);
    let (first, file) = (newest(&world), world.app.platform.data.join("master-keys"));
    let text = || std::fs::read_to_string(&file).expect("the file");
    let before = text();
    let refused = |id: &str, why: &str| {
        let output = naast(&world, &["keys", "retire", id]);
        assert_eq!(output.status.code(), Some(4));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(why), "{said}");
    };
    refused(&first, "in use");
    assert_eq!(text(), before);
    run(&world, &["keys", "add"]);
    run(&world, &["keys", "rotate"]);
    // as a program of before would have left it
    let new = newest(&world);
    let of_a_person = "WHERE CAST(id AS text) = \
        (SELECT max(CAST(id AS text)) FROM data_keys WHERE owner_kind = 'person')";
    let one = format!("UPDATE data_keys SET master_id = '{{}}' {of_a_person}");
    let set = |master: &str| {
        naast_tests::around(&world.app.location, |database| database.batch(&one.replace("{}", master)))
            .expect("an administrator can");
    };
    set(&first);
    refused(&first, "still wraps 1 data keys");
    set(&new);
    run(&world, &["keys", "retire", &first]);
    refused(&new, "in use");
    // what is not there is not taken out, and nobody is told that it was
    let gone = naast(&world, &["keys", "retire", &first]);
    assert_eq!(gone.status.code(), Some(2), "{gone:?}");
    assert!(String::from_utf8_lossy(&gone.stderr).contains("is not in it"), "{gone:?}");
}
