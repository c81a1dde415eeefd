//! Rounds that tell of last days and end what nobody said goes on: tried dry, by command, at once, cut short, beside a word of the parent at the
//! last moment, after years in which nobody looked, and of a case that is held.

use chrono::TimeDelta;
use naast_api::privacy::round::{Pace, round, round_at};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::command_line::naast;
use crate::concurrency::{Call, at_once};
use crate::last_days::{ago, ahead, days, done, goes_on, journal, notices, run, shown, told};
use crate::looks::{assert_sound, contents, count, differing};
use crate::over_time::Case;
use crate::signing_in::letters;

on_both!(
    a_dry_round_tells_and_ends_nothing_and_the_command_does_the_same_work,
    who_could_not_be_told_in_time_has_her_thirty_days,
    rounds_at_once_and_rounds_cut_short_send_no_second_letter,
    a_word_at_the_last_moment_wins_or_loses_cleanly,
    a_hold_keeps_a_case_and_not_its_end,
);

fn a_dry_round_tells_and_ends_nothing_and_the_command_does_the_same_work(engine: Engine) {
    let world = ago(engine, 367);
    let over = Case::running(&world);
    let said = |arguments: &[&str]| {
        let output = naast(&world, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    days(&world, 217);
    let near = world.person();
    let of_near = world.consented(0, near);
    days(&world, 119);
    assert_eq!(done(&run(&world)), (1, 0));
    days(&world, 31);
    // it is the moment now of which the command knows
    let later = world.person();
    let of_later = world.consented(0, later);
    let at = |days: i64| (world.app.platform.clock.now() + TimeDelta::days(days)).to_rfc3339();
    let before = contents(&world);
    let platform = &world.app.platform;
    let dry = round(platform, platform.clock.now() + TimeDelta::days(151), true).expect("a dry round");
    assert_eq!(done(&dry), (2, 1), "a dry round shows what would come");
    let told_of = said(&["retention", "run", "--dry-run", "--at", &at(151)]);
    assert!(told_of.contains("2 parents told"), "{told_of}");
    assert_eq!((differing(&before, &contents(&world)), told(&world).len()), (Vec::<String>::new(), 1));
    // whatever moment it is done as of, she is told and it ends by the clock
    let done_by = said(&["retention", "run", "--at", &at(-300)]);
    assert!(done_by.contains("1 parent told") && done_by.contains("1 request ended"), "{done_by}");
    assert_eq!(told(&world).len(), 1, "the command waits until its letters are sent");
    let of = |who, request: &str| shown(&world, who, request)["continuation"].clone();
    let goes = of(near, &of_near);
    assert_eq!((&goes["lastDate"], &goes["told"]), (&json!(ahead(&world, 30)), &json!(true)));
    assert_eq!(over.request_state(&world), "closed");
    said(&["retention", "run", "--at", &at(400), "--ahead"]);
    assert_eq!(
        (of(near, &of_near), &of(later, &of_later)["told"], told(&world).len()),
        (goes, &json!(false), 0)
    );
    assert_eq!(journal(&world, "request.last-day-told", &of_near), 1);
    days(&world, 31);
    assert_eq!(done(&run(&world)), (0, 1));
    assert_sound(&world);
}

fn who_could_not_be_told_in_time_has_her_thirty_days(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let mut body = world.request_body(0);
    body["contact"] = json!({ "name": "Ouder", "kind": "phone", "value": "+31600000000" });
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    // nobody looked for years, or the clock leapt
    days(&world, 1500);
    assert_eq!((done(&run(&world)), told(&world).len()), ((1, 0), 0), "by telephone nobody is written to");
    assert_eq!(notices(&world, parent).len(), 1);
    let goes = shown(&world, parent, &request)["continuation"].clone();
    assert_eq!((&goes["lastDate"], &goes["told"]), (&json!(ahead(&world, 30)), &json!(true)));
    // and leapt back: she is told of one day only
    days(&world, -1450);
    assert_eq!(done(&run(&world)), (0, 0));
    days(&world, 1480);
    assert_eq!(done(&run(&world)), (0, 0));
    days(&world, 1);
    assert_eq!(done(&run(&world)), (0, 1));
    assert_sound(&world);
}

fn rounds_at_once_and_rounds_cut_short_send_no_second_letter(engine: Engine) {
    let world = ago(engine, 155);
    for _ in 0..8 {
        let parent = world.person();
        world.consented(0, parent);
    }
    let _ = letters(&world.app);
    days(&world, 150);
    let platform = &world.app.platform;
    let now = platform.clock.now();
    // one of several replicas leads; what it did not come to, the next round does
    let rounds = std::thread::scope(|scope| {
        let pace = || Pace::default().at_most(2);
        let all: Vec<_> =
            (0..4).map(|_| scope.spawn(move || round_at(platform, now, false, pace()))).collect();
        all.into_iter().map(|one| one.join().expect("a round")).collect::<Vec<_>>()
    });
    assert!(rounds.iter().any(Result::is_ok));
    run(&world);
    assert_eq!(told(&world).len(), 8);
    // who is told stands in the database: another server that starts on it writes to nobody again
    let again = naast(&world, &["retention", "run"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    for _ in 0..3 {
        days(&world, 1);
        assert_eq!((done(&run(&world)), told(&world).len()), ((0, 0), 0));
    }
    assert_eq!(count(&world, "journal WHERE action = 'request.last-day-told'"), 8);
}

fn a_word_at_the_last_moment_wins_or_loses_cleanly(engine: Engine) {
    let world = World::new(engine);
    let cases: Vec<_> = (0..10).map(|_| Case::running(&world)).collect();
    days(&world, 336);
    assert_eq!(done(&run(&world)), (10, 0));
    days(&world, 31);
    let calls: Vec<Call<'_>> = cases
        .iter()
        .map(|case| -> Call<'_> { Box::new(|| goes_on(&world, case.parent, &case.request)) })
        .collect();
    let platform = &world.app.platform;
    let replies = std::thread::scope(|scope| {
        let going = scope.spawn(|| at_once(&calls));
        let report = round(platform, platform.clock.now(), false);
        assert!(report.is_ok(), "{report:?}");
        going.join().expect("calls")
    });
    let (mut went_on, mut ended) = (0, 0);
    for reply in &replies {
        if reply.status == 200 {
            went_on += 1;
        } else {
            assert_eq!((reply.status, &reply.body["code"]), (409, &json!("request-not-open")));
            ended += 1;
        }
    }
    let in_state = |state: &str| count(&world, &format!("support_requests WHERE state = '{state}'"));
    assert_eq!((in_state("matched"), in_state("closed")), (went_on, ended), "a word that was taken holds");
    assert_eq!(count(&world, "matches WHERE state = 'active'"), went_on);
    assert_sound(&world);
}

fn a_hold_keeps_a_case_and_not_its_end(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let holds = format!("/support-requests/{request}/holds");
    let hold =
        world.app.post(world.coordinators[0], &holds, &json!({ "because": "complaint" })).expect(201).id();
    days(&world, 150);
    assert_eq!(done(&run(&world)), (1, 0));
    days(&world, 31);
    let report = run(&world);
    assert_eq!((done(&report), report.held), ((0, 1), 0));
    let ended = shown(&world, parent, &request);
    assert_eq!((&ended["state"], &ended["retention"]["held"]), (&json!("closed"), &json!(true)));
    days(&world, 91);
    let report = run(&world);
    assert_eq!((report.held, report.erased.get("request closed-unmatched")), (1, None));
    assert_ne!(shown(&world, parent, &request)["contact"], Value::Null, "nothing of it is gone");
    world.app.ask(world.coordinators[0], &format!("{holds}/{hold}/release")).expect(200);
    assert_eq!(run(&world).erased.get("request closed-unmatched"), Some(&1));
}
