//! A fact about one match counts in the others of its buddy (S2): a child changes school, a match begins or ends, a school gets
//! another board. Those others are asked again within a second, and not forgotten when the server is killed.

use std::fs::{File, read_to_string};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::Days;
use naast_api::independence::round::{Resting, Round, work_off};
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, World};
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::looks::{assert_sound, count, lines};
use crate::program::{Served, begin, program};

on_both!(
    a_child_that_comes_to_the_school_pauses_the_other_match_there_until_it_goes,
    a_match_that_ends_lifts_what_the_others_rest_for,
    a_match_in_one_programme_counts_in_the_other_programmes_of_its_buddy,
    an_import_asks_again_whoever_is_killed_after_it,
    a_partnership_that_is_recorded_asks_again,
    a_partnership_of_one_school_asks_whom_it_can_touch_and_nobody_else,
    a_server_asks_the_others_within_a_second,
    a_round_that_fails_is_tried_again_soon,
    what_waits_survives_servers_that_are_killed,
);

/// A parent whom a buddy supports.
struct Case {
    parent: PersonId,
    buddy: PersonId,
    request: String,
    matched: String,
}

impl Case {
    fn running(world: &World, buddy: &Buddy, school: &str) -> Self {
        let parent = world.person();
        let mut body = world.request_body(0);
        body["locationCode"] = json!(school);
        let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
        world.consent(parent, &request).expect(201);
        let (matched, _) = world.matched(0, parent, &request, buddy);
        Self { parent, buddy: buddy.person, request, matched }
    }

    fn state(&self, world: &World) -> String {
        world.app.get(self.parent, &format!("/matches/{}", self.matched)).expect(200).text("state")
    }

    fn moves_to(&self, world: &World, school: &str) {
        let path = format!("/support-requests/{}", self.request);
        world.app.patch(self.parent, &path, &json!({ "locationCode": school })).expect(200);
    }

    /// Her buddy says what ties her to the school that it is about now.
    fn declares(&self, world: &World) {
        let matched = world.app.get(self.parent, &format!("/matches/{}", self.matched)).expect(200);
        world.answer(self.buddy, &matched.text("proposalId"), "accepted").expect(201);
    }
}

/// Two parents of one buddy, at schools that have nothing to do with each other; nothing waits.
fn two(world: &World) -> (Case, Case) {
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let cases = (Case::running(world, &buddy, SCHOOL), Case::running(world, &buddy, ELSEWHERE));
    worked_off(world);
    cases
}

fn worked_off(world: &World) -> Round {
    let done = work_off(&world.app.platform, &mut Resting::default()).expect("the rules can be asked");
    assert_eq!(waiting(world), 0);
    done
}

fn waiting(world: &World) -> i64 {
    count(world, "reassessments")
}

fn a_child_that_comes_to_the_school_pauses_the_other_match_there_until_it_goes(engine: Engine) {
    let world = World::new(engine);
    let (first, second) = two(&world);
    assert_eq!((first.state(&world).as_str(), second.state(&world).as_str()), ("active", "active"));
    second.moves_to(&world, SCHOOL);
    assert_eq!(second.state(&world), "paused", "her own match in the same step");
    assert_eq!((waiting(&world), first.state(&world).as_str()), (1, "active"));
    assert!(worked_off(&world).changes > 0);
    assert_eq!(first.state(&world), "paused", "the other parent must know");
    second.moves_to(&world, ELSEWHERE);
    assert!(worked_off(&world).changes > 0);
    assert_eq!(first.state(&world), "active", "what she was asked about is gone");
    second.declares(&world);
    assert_eq!(second.state(&world), "active");
    assert_eq!(worked_off(&world), Round::default(), "nothing waits any more");
    assert_sound(&world);
}

fn a_match_that_ends_lifts_what_the_others_rest_for(engine: Engine) {
    let world = World::new(engine);
    for how in ["closure", "withdrawal", "tie"] {
        let (first, second) = two(&world);
        second.moves_to(&world, SCHOOL);
        worked_off(&world);
        assert_eq!(first.state(&world), "paused");
        let path = format!("/matches/{}", second.matched);
        match how {
            "closure" => {
                let reason = json!({ "reason": "goal-reached" });
                world.app.post_on(second.parent, &path, &format!("{path}/closure"), &reason).expect(200);
            }
            "withdrawal" => {
                let path = format!("/support-requests/{}/withdrawal", second.request);
                world.app.ask(second.parent, &path).expect(200);
            }
            _ => {
                // she does not want a buddy with this tie
                let proposal = world.app.get(second.parent, &path).expect(200).text("proposalId");
                world.answer_ties(second.parent, &proposal, "refused");
            }
        }
        assert_eq!(first.state(&world), "paused");
        worked_off(&world);
        assert_eq!(first.state(&world), "active", "{how}");
    }
    assert_sound(&world);
}

fn a_match_in_one_programme_counts_in_the_other_programmes_of_its_buddy(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let first = Case::running(&world, &buddy, SCHOOL);
    // the same person is a buddy of the support point
    let body = json!({
        "programmeId": world.programmes[2], "personId": buddy.person, "firstName": "Test", "languages": ["nl"],
        "specialisms": [], "channels": ["online", "in-person"], "municipalityCodes": ["9901"], "capacity": 1
    });
    let there = world.app.post(world.coordinators[2], "/buddies", &body).expect(201).id();
    let there = Buddy { id: there, person: buddy.person };
    for kind in ["vog", "training", "agreement", "code-of-conduct"] {
        world.certificate(2, &there, kind).expect(201);
    }
    let path = format!("/buddies/{}", there.id);
    world.app.ask_on(there.person, &path, &format!("{path}/tie-declarations")).expect(200);
    world.app.patch(world.coordinators[2], &path, &json!({ "status": "active" })).expect(200);
    worked_off(&world);
    let second = world.person();
    let request = world.consented(2, second);
    world.matched(2, second, &request, &there);
    assert_eq!(first.state(&world), "active");
    assert!(worked_off(&world).changes > 0);
    assert_eq!(first.state(&world), "paused");
}

fn an_import_asks_again_whoever_is_killed_after_it(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let case = Case::running(&world, &buddy, SCHOOL);
    world
        .tie(&buddy, "employed-at-school", &json!({ "kind": "school", "locationCode": ELSEWHERE }))
        .expect(201);
    worked_off(&world);
    assert_eq!(case.state(&world), "active");
    // only the transaction of the import itself, as when its program is killed right after
    world.move_school("99902");
    assert_eq!((waiting(&world), case.state(&world).as_str()), (1, "active"));
    assert!(worked_off(&world).changes > 0);
    assert_ne!(case.state(&world), "active");
    // the same files again change nothing, and nothing is asked
    world.move_school("99902");
    assert_eq!(waiting(&world), 0);
}

/// Recording one is the only way to know the partnership of a school of a national denomination.
fn a_partnership_that_is_recorded_asks_again(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let case = Case::running(&world, &buddy, SCHOOL);
    let other = json!({ "kind": "partnership", "partnershipCode": "PO9902" });
    world.tie(&buddy, "employed-by-partnership", &other).expect(201);
    worked_off(&world);
    assert_eq!(case.state(&world), "active", "nothing to do with this school");
    let path = format!("/schools/{SCHOOL}");
    let record = || {
        let seen = world.app.get(world.administrator, &path).expect(200).etag();
        let body = json!({ "partnershipCode": "PO9902", "source": "partnership", "sinceDate": "2026-08-01" });
        world
            .app
            .call(Some(world.administrator), "PUT", &format!("{path}/partnership"), Some(&body), Some(&seen))
            .expect(200);
    };
    record();
    assert_eq!(waiting(&world), 1, "in the same transaction");
    assert!(worked_off(&world).changes > 0);
    assert_eq!(case.state(&world), "closed");
    record();
    assert_eq!(waiting(&world), 0, "what was recorded before changes nothing");
    assert_sound(&world);
}

fn buddy(world: &World, case: &Case) -> String {
    world.app.get(case.parent, &format!("/matches/{}", case.matched)).expect(200).text("buddyId")
}

fn a_partnership_of_one_school_asks_whom_it_can_touch_and_nobody_else(engine: Engine) {
    let world = World::new(engine);
    let case = |school| {
        let buddy = world.buddy(0, &json!({}));
        (Case::running(&world, &buddy, school), buddy)
    };
    let (here, _) = case(SCHOOL);
    // who is proposed here to a parent, and supports nobody
    let parent = world.person();
    let mut body = world.request_body(0);
    body["locationCode"] = json!(SCHOOL);
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    let proposed = world.buddy(0, &json!({}));
    world.propose(0, &request, &proposed).expect(201);
    // two who support elsewhere, and have this school in their lives: one said so, of one the platform knows it
    let (told, tied) = case(ELSEWHERE);
    let child = json!({ "kind": "school", "locationCode": SCHOOL });
    world.tie(&tied, "own-child-at-school", &child).expect(201);
    let (known, member) = case(ELSEWHERE);
    let role = json!({ "personId": member.person, "role": "school-staff" });
    world
        .app
        .post(world.administrator, &format!("/organisations/{}/memberships", world.school), &role)
        .expect(201);
    // and two who said so elsewhere: with a profile that she left, and as a coordinator
    let former = world.buddy(0, &json!({}));
    world.tie(&former, "own-child-at-school", &child).expect(201);
    let path = format!("/buddies/{}", former.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    let again = world.buddy(0, &json!({ "personId": former.person }));
    let came_back = Case::running(&world, &again, ELSEWHERE);
    let coordinator = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let own = json!({ "kind": "own-child-at-school", "about": child });
    let declared = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    world.app.post(coordinator, &declared, &own).expect(201);
    let both = world.buddy(0, &json!({ "personId": coordinator }));
    let coordinates = Case::running(&world, &both, ELSEWHERE);
    // and three who have nothing to do with it, the last with the partnership that it comes to and its board
    let (away, _) = case(ELSEWHERE);
    let (sister, _) = case(SISTER);
    let (far, beside) = case(ELSEWHERE);
    let seat = json!({ "kind": "board", "boardNumber": "99901" });
    world.tie(&beside, "joint-council-member", &seat).expect(201);
    worked_off(&world);
    let all = [&here, &told, &known, &came_back, &coordinates, &away, &sister, &far];
    assert_eq!(all.map(|one| one.state(&world)), ["active"; 8]);

    let path = format!("/schools/{SCHOOL}");
    let seen = world.app.get(world.administrator, &path).expect(200).etag();
    let today = world.app.platform.clock.today();
    let body = json!({ "partnershipCode": "PO9902", "source": "partnership", "sinceDate": today });
    world
        .app
        .call(Some(world.administrator), "PUT", &format!("{path}/partnership"), Some(&body), Some(&seen))
        .expect(200);
    let asked = lines(
        &world,
        "SELECT CAST(b.person_id AS text) AS name FROM reassessments r JOIN buddies b ON b.id = r.buddy_id",
    );
    let mut asked: Vec<_> = asked.iter().map(String::as_str).collect();
    asked.sort_unstable();
    let touched = [here.buddy, proposed.person, tied.person, member.person, former.person, coordinator];
    let touched = touched.map(|one| one.to_string());
    let mut touched: Vec<_> = touched.iter().map(String::as_str).collect();
    touched.sort_unstable();
    assert_eq!(asked, touched);
    let done = worked_off(&world);
    assert_eq!(done.buddies, 6, "nobody else is asked, however many there are");
    // a school in her life and that of the request are in one partnership now: there is more to ask her after
    let states = all.map(|one| one.state(&world));
    assert_eq!(states, ["active", "paused", "paused", "paused", "paused", "active", "active", "active"]);
    assert_sound(&world);
}

/// The real server beside the one of the test, on the same database; its own rounds are far away.
fn server(world: &World) -> Served {
    let mut command: Command = program(&world.app.location, &world.app.platform.data);
    command.env("NAAST_SIGNING_KEY_FILE", world.app.platform.data.join("key.pk8"));
    command.env("NAAST_ROUNDS_AFTER_SECONDS", "3600");
    Served(begin(command, &["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"]).0)
}

fn a_server_asks_the_others_within_a_second(engine: Engine) {
    let world = World::new(engine);
    let (first, second) = two(&world);
    let _server = server(&world);
    for (school, state) in [(SCHOOL, "paused"), (ELSEWHERE, "active")] {
        second.moves_to(&world, school);
        let since = Instant::now();
        // a loaded machine may take its time; that it does not wait for a round is what counts
        while first.state(&world) != state {
            assert!(since.elapsed() < Duration::from_secs(10), "the other match is still not {state}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn a_round_that_fails_is_tried_again_soon(engine: Engine) {
    let world = World::new(engine);
    let (first, second) = two(&world);
    let today = world.app.platform.clock.today();
    let sql = |text: &str| {
        around(&world.app.location, |database| database.batch(text)).expect("an administrator may");
    };
    let tie = json!({ "kind": "employed-at-school", "about": { "kind": "school", "locationCode": SCHOOL }, "sinceDate": today + Days::new(30) });
    world.app.post(first.buddy, &format!("/buddies/{}/ties", buddy(&world, &first)), &tie).expect(201);
    sql(&format!("UPDATE ties SET since = '{}' WHERE kind = 'employed-at-school'", today - Days::new(1)));
    sql("ALTER TABLE matches RENAME TO matches_away");
    let log = world.app.platform.data.join("log");
    let mut command: Command = program(&world.app.location, &world.app.platform.data);
    command.env("NAAST_SIGNING_KEY_FILE", world.app.platform.data.join("key.pk8"));
    command.env("NAAST_ROUNDS_AFTER_SECONDS", "1").stderr(File::create(&log).expect("a file"));
    let _server = Served(begin(command, &["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"]).0);
    let since = Instant::now();
    while !read_to_string(&log).expect("a log").contains("independence rules could not be asked again") {
        assert!(since.elapsed() < Duration::from_secs(30), "no round failed");
        std::thread::sleep(Duration::from_millis(50));
    }
    sql("ALTER TABLE matches_away RENAME TO matches");
    let since = Instant::now();
    while first.state(&world) != "closed" {
        // the next look at the day is a minute away, the next round hours
        assert!(since.elapsed() < Duration::from_secs(30), "what failed is not tried again");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(second.state(&world), "active", "her child goes to another school");
}

fn what_waits_survives_servers_that_are_killed(engine: Engine) {
    let world = World::new(engine);
    let (first, second) = two(&world);
    second.moves_to(&world, SCHOOL);
    // from before it looks for the first time to in the middle of what it does
    for delay in [0, 2, 5, 10, 20, 40] {
        let mut server = server(&world);
        std::thread::sleep(Duration::from_millis(delay));
        server.0.kill().expect("killed");
        server.0.wait().expect("gone");
        let (state, left) = (first.state(&world), waiting(&world));
        assert!(left == 1 || state == "paused", "{left} rows wait and the match is {state}");
    }
    let _server = server(&world);
    let since = Instant::now();
    while waiting(&world) > 0 {
        assert!(since.elapsed() < Duration::from_secs(10), "it is not worked off");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(first.state(&world), "paused");
    let of_it = format!("journal WHERE action = 'match.paused' AND object_id = '{}'", first.matched);
    assert_eq!(count(&world, &of_it), 1, "however often it was begun");
    assert_sound(&world);
}
