//! What does not read, or cannot be erased, is named and left to the next round; everything else has its turn, and the lead is given back.

use chrono::TimeDelta;
use naast_api::privacy::round::{Pace, Report, round_at};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::command_line::command_on;
use crate::looks::count;

on_both!(
    what_does_not_read_stops_nothing_that_is_erased,
    a_round_that_fails_gives_the_lead_back_and_does_the_rest,
);

fn run(world: &World, dry: bool, pace: Pace) -> Result<Report, naast_api::problem::Error> {
    let platform = &world.app.platform;
    round_at(platform, platform.clock.now(), dry, pace)
}

fn change(world: &World, statement: &str) {
    around(&world.app.location, |database| database.batch(statement)).expect("an administrator can");
}

/// A request that its parent withdrew.
fn withdrawn(world: &World) -> String {
    let parent = world.person();
    let request = world.consented(0, parent);
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    request
}

fn there(world: &World, request: &str) -> bool {
    count(world, &format!("support_requests WHERE id = '{request}'")) == 1
}

fn leads(world: &World) -> i64 {
    count(world, "job_leases WHERE job = 'retention'")
}

fn what_does_not_read_stops_nothing_that_is_erased(engine: Engine) {
    let world = World::new(engine);
    let all: Vec<String> = (0..6).map(|_| withdrawn(&world)).collect();
    let [unread, torn, well @ ..] = all.as_slice() else { panic!("six") };
    // one that its page does not read, and one that its erasure does not
    change(
        &world,
        &format!("UPDATE support_requests SET state = 'closed', ended_because = '?' WHERE id = '{unread}'"),
    );
    change(&world, &format!("UPDATE support_requests SET language = '?' WHERE id = '{torn}'"));
    // a buddy's file that does not read: PostgreSQL keeps no such day
    let left = [world.buddy(0, &json!({})), world.buddy(0, &json!({}))];
    for buddy in &left {
        let path = format!("/buddies/{}", buddy.id);
        world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    }
    let is_sqlite = matches!(engine, Engine::Sqlite);
    if is_sqlite {
        change(&world, &format!("UPDATE buddies SET left_at = '?' WHERE id = '{}'", left[0].id));
    }
    let broken = if is_sqlite { 3 } else { 2 };
    // what comes after the cases
    let talk = world.conversation();
    let code = world.explained(&talk);
    world.parent_step(&code, "decline-buddy").expect(200);
    world.app.platform.clock.advance(TimeDelta::days(100));

    let dry = run(&world, true, Pace::default()).expect("a dry round");
    assert_eq!((dry.failed, dry.erased.get("request withdrawn")), (broken - 1, Some(&5)), "{dry:?}");
    let report = run(&world, false, Pace { page: 3, batch: 2 }).expect("a round");
    assert_eq!((report.failed, report.erased.get("request withdrawn")), (broken, Some(&4)), "{report:?}");
    assert!(well.iter().all(|request| !there(&world, request)));
    assert!(there(&world, unread) && there(&world, torn));
    assert_eq!(report.erased.get("conversation-steps"), Some(&1), "what comes later has its turn");
    assert_eq!(report.erased.get("certificates"), Some(&if is_sqlite { 1 } else { 2 }), "{report:?}");
    assert_eq!(leads(&world), 0);

    // the command names them and says that it is not done
    let more = withdrawn(&world);
    world.app.platform.clock.advance(TimeDelta::days(31));
    let at = world.app.platform.clock.now().to_rfc3339();
    let mut command = command_on(&world, &world.app.location, &world.app.platform.data);
    let output =
        command.args(["retention", "run", "--at", &at, "--ahead"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(unread) && said.contains(torn), "{said}");
    assert!(said.contains(&format!("{broken} items not done")), "{said}");
    assert_eq!((there(&world, &more), leads(&world)), (false, 0));

    // mended, they go
    change(
        &world,
        &format!(
            "UPDATE support_requests SET language = 'nl', ended_because = NULL WHERE id IN ('{unread}', '{torn}')"
        ),
    );
    let report = run(&world, false, Pace::default()).expect("a round");
    assert_eq!(report.failed, broken - 2, "{report:?}");
    assert!(!there(&world, unread) && !there(&world, torn));
}

fn a_round_that_fails_gives_the_lead_back_and_does_the_rest(engine: Engine) {
    let world = World::new(engine);
    let request = withdrawn(&world);
    world.app.platform.clock.advance(TimeDelta::days(31));
    // accounts cannot even be looked for, and they come before cases
    change(&world, "ALTER TABLE sessions RENAME TO sessions_elsewhere");
    run(&world, false, Pace::default()).expect_err("it says so");
    assert_eq!((leads(&world), there(&world, &request)), (0, false));
    change(&world, "ALTER TABLE sessions_elsewhere RENAME TO sessions");
    let report = run(&world, false, Pace::default()).expect("a round");
    assert!(!report.busy && report.failed == 0, "{report:?}");
}
