//! A hold that was placed or lifted after a backup is as it was last when the backup is restored.

use chrono::TimeDelta;
use naast_api::privacy::round::round;
use naast_tests::app::TestApp;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::backups::{backup, elsewhere, stones_of, text};
use crate::ended_again::{served, without};
use crate::looks::count_in;

on_both!(a_hold_is_after_a_restore_as_it_was_last);

fn a_hold_is_after_a_restore_as_it_was_last(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let cases = [0; 5].map(|_| {
        let parent = world.person();
        let request = world.consented(0, parent);
        world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
        format!("/support-requests/{request}/holds")
    });
    let place = |case: usize, because: &str| {
        world.app.post(coordinator, &cases[case], &json!({ "because": because })).expect(201).id()
    };
    let lift = |case: usize, hold: &str| {
        world.app.ask(coordinator, &format!("{}/{hold}/release", cases[case])).expect(200);
    };
    let (second, third) = (place(1, "complaint"), place(2, "complaint"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    place(0, "legal-claim");
    lift(1, &second);
    lift(2, &third);
    place(2, "authority");
    let fourth = place(3, "safety-signal");
    lift(3, &fourth);

    let held = |app: &TestApp| -> Vec<Value> {
        cases.iter().map(|case| app.get(coordinator, case).expect(200).body["data"].clone()).collect()
    };
    let last = held(&world.app);
    let in_force = |held: &[Value]| -> Vec<bool> {
        let is = |one: &Value| one["liftedAt"].is_null();
        held.iter().map(|data| data.as_array().expect("a page").iter().any(is)).collect()
    };
    assert_eq!(in_force(&last), [true, false, true, false, false]);
    // without the tombstones of a kind exactly that comes back: the look would see it
    for (kind, expected) in
        [("hold", [false, false, false, false, false]), ("hold-lifted", [true, true, true, true, false])]
    {
        let there = elsewhere(engine);
        let others = without(&world, folder.path(), kind);
        let done = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
        assert!(done.status.success(), "{}", text(&done));
        assert_eq!(in_force(&held(&served(&world, &there))), expected, "{kind}");
    }

    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains("held or released again: 5 cases"), "{}", text(&done));
    let app = served(&world, &there);
    assert_eq!(held(&app), last, "which hold, why, and since and until when");
    // and by whom, which nobody reads
    let by = |app: &TestApp, column: &str| {
        count_in(app, &format!("holds WHERE CAST({column} AS text) = '{coordinator}'"))
    };
    assert_eq!(["placed_by", "lifted_by"].map(|column| by(&app, column)), [5, 3]);
    assert_eq!(["placed_by", "lifted_by"].map(|column| by(&world.app, column)), [5, 3]);
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("held or released again: 0 cases"), "{}", text(&again));
    // what is held stays, and what is not goes
    app.platform.clock.advance(TimeDelta::days(100));
    let report = round(&app.platform, app.platform.clock.now(), false).expect("a round");
    assert_eq!((report.held, report.erased.get("request withdrawn")), (2, Some(&3)), "{:?}", report.erased);
}
