//! Every request has a last day, also one that waits or runs: it counts from what the parent last said. She is told thirty days ahead, once, and what nobody
//! says goes on ends like any other.

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_api::privacy::round::{Report, round};
use naast_domain::Date;
use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, contents, count, differing, refused};
use crate::over_time::Case;
use crate::signing_in::letters;

on_both!(
    a_request_that_waits_is_told_of_once_and_ends_when_nobody_says_that_it_goes_on,
    whoever_says_that_it_goes_on_moves_the_day,
    a_match_that_runs_ends_with_its_request_and_the_buddy_is_free_again,
    a_parent_who_does_not_answer_to_a_new_form_has_a_last_day_too,
    a_programme_says_within_bounds_how_long_a_request_goes_on,
    nothing_that_the_two_write_or_do_moves_the_day,
);

pub fn days(world: &World, days: i64) {
    world.app.platform.clock.advance(TimeDelta::days(days));
}

/// A world that began so many days ago: the program goes by the true clock.
pub fn ago(engine: Engine, days: i64) -> World {
    let clock = Clock::default();
    clock.advance(TimeDelta::days(-days));
    World::on(TestApp::start_as(engine, Shape { clock, ..Shape::default() }))
}

pub fn run(world: &World) -> Report {
    let platform = &world.app.platform;
    round(platform, platform.clock.now(), false).expect("a round")
}

pub fn done(report: &Report) -> (u64, u64) {
    (report.told, report.ended)
}

pub fn ahead(world: &World, days: i64) -> Date {
    world.app.platform.clock.today() + TimeDelta::days(days)
}

pub fn goes_on(world: &World, who: PersonId, request: &str) -> Reply {
    world.app.ask(who, &format!("/support-requests/{request}/continuations"))
}

pub fn shown(world: &World, who: PersonId, request: &str) -> Value {
    world.app.get(who, &format!("/support-requests/{request}")).expect(200).body
}

/// What waits for a parent of the last day of her request.
pub fn notices(world: &World, parent: PersonId) -> Vec<Value> {
    let all = world.app.get(parent, "/me/notices").expect(200).body;
    let about = |one: &&Value| one["kind"] == "last-day-near" || one["kind"] == "not-continued";
    all["data"].as_array().expect("rows").iter().filter(about).cloned().collect()
}

/// The letters about a last day.
pub fn told(world: &World) -> Vec<String> {
    let all = letters(&world.app).into_iter().map(|letter| letter.replace("=\r\n", ""));
    all.filter(|letter| letter.contains("stopt binnenkort vanzelf")).collect()
}

pub fn journal(world: &World, action: &str, request: &str) -> i64 {
    count(world, &format!("journal WHERE action = '{action}' AND object_id = '{request}'"))
}

fn a_request_that_waits_is_told_of_once_and_ends_when_nobody_says_that_it_goes_on(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let begun = shown(&world, parent, &request);
    let last = ahead(&world, 180);
    assert_eq!(
        (&begun["continuation"]["lastDate"], &begun["continuation"]["told"], &begun["closedBecause"]),
        (&json!(last), &json!(false), &Value::Null)
    );
    // ninety days after it ends, on the day after its last
    let goes = json!({ "eraseAfterDate": ahead(&world, 271), "ground": "waiting", "held": false });
    assert_eq!(begun["retention"], goes);
    days(&world, 149);
    assert_eq!((done(&run(&world)), notices(&world, parent).len(), told(&world).len()), ((0, 0), 0, 0));
    days(&world, 1);
    // she reads it whether the round came by or not
    assert_eq!(notices(&world, parent)[0]["kind"], "last-day-near");
    assert_eq!(done(&run(&world)), (1, 0));
    let sent = told(&world);
    assert_eq!(sent.len(), 1);
    let (day, place) = (last.format("%-d-%-m-%Y").to_string(), shown(&world, parent, &request));
    assert!(sent[0].contains("ouder@example.org") && sent[0].contains(&day), "{}", sent[0]);
    assert!(!sent[0].contains(&request) && !sent[0].contains("Programma"), "{}", sent[0]);
    assert!(notices(&world, parent)[0]["text"].as_str().expect("a text").contains(&day));
    assert_eq!((&place["continuation"]["told"], &place["retention"]), (&json!(true), &goes));
    // a coordinator reads the day, and a school nothing
    assert_eq!(shown(&world, world.coordinators[0], &request)["continuation"]["lastDate"], json!(last));
    world.app.get(world.leader, &format!("/support-requests/{request}")).expect(404);
    // her search goes on to the end
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    for _ in 0..30 {
        assert_eq!(done(&run(&world)), (0, 0));
        days(&world, 1);
    }
    assert_eq!((ahead(&world, 0), done(&run(&world))), (last, (0, 0)), "the day itself is hers");
    days(&world, 1);
    assert_eq!(done(&run(&world)), (0, 1));
    let ended = shown(&world, parent, &request);
    let why = |shown: &Value| (shown["state"].clone(), shown["closedBecause"].clone());
    assert_eq!(why(&ended), (json!("closed"), json!("not-continued")));
    assert_eq!(why(&shown(&world, world.coordinators[0], &request)), why(&ended));
    assert_eq!(
        (&ended["continuation"], &ended["retention"]),
        (
            &Value::Null,
            &json!({ "eraseAfterDate": ahead(&world, 90), "ground": "closed-unmatched", "held": false })
        )
    );
    let of_proposal = world.app.get(buddy.person, &format!("/proposals/{proposal}")).expect(200).body;
    assert_eq!(of_proposal["cancelledBecause"], "request-ended");
    assert_eq!(notices(&world, parent)[0]["kind"], "not-continued");
    refused(goes_on(&world, parent, &request), 409, "request-not-open");
    assert_eq!((done(&run(&world)), told(&world).len()), ((0, 0), 0));
    let of = |action| journal(&world, action, &request);
    assert_eq!((of("request.last-day-told"), of("request.ended")), (1, 1));
    // and it goes on its day
    days(&world, 91);
    assert_eq!(run(&world).erased.get("request closed-unmatched"), Some(&1));
    assert_sound(&world);
}

fn whoever_says_that_it_goes_on_moves_the_day(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    refused(goes_on(&world, parent, &request), 409, "consent-missing");
    assert_eq!(shown(&world, parent, &request)["continuation"], Value::Null);
    world.consent(parent, &request).expect(201);
    days(&world, 160);
    assert_eq!((done(&run(&world)), told(&world).len()), ((1, 0), 1));
    // nobody says it for her but whoever heard it
    for who in [world.leader, world.administrator, world.coordinators[1], world.person()] {
        let reply = goes_on(&world, who, &request);
        assert!([403, 404].contains(&reply.status), "{}", reply.status);
    }
    let said = |reply: Reply| {
        let said = reply.expect(200).body["continuation"].clone();
        (said["saidBy"].clone(), said["lastDate"].clone(), said["told"].clone())
    };
    let later = || json!(ahead(&world, 180));
    assert_eq!(
        said(goes_on(&world, world.coordinators[0], &request)),
        (json!("coordinator"), later(), json!(false))
    );
    assert_eq!(notices(&world, parent), Vec::<Value>::new());
    assert_eq!(said(goes_on(&world, parent, &request)), (json!("parent"), later(), json!(false)));
    // again on the same day: nothing changes
    let before = contents(&world);
    assert_eq!(said(goes_on(&world, parent, &request)).0, json!("parent"));
    let changed: Vec<_> = differing(&before, &contents(&world));
    assert!(
        !changed.iter().any(|table| ["support_requests", "journal"].contains(&table.as_str())),
        "{changed:?}"
    );
    assert_eq!(journal(&world, "request.continued", &request), 2);
    // of the next last day she is told anew
    days(&world, 149);
    assert_eq!((done(&run(&world)), told(&world).len()), ((0, 0), 0));
    days(&world, 1);
    assert_eq!((done(&run(&world)), told(&world).len()), ((1, 0), 1));
    // to say yes to a buddy says it as well
    let buddy = world.buddy(0, &json!({}));
    world.matched(0, parent, &request, &buddy);
    let goes = shown(&world, parent, &request);
    assert_eq!(
        (&goes["continuation"]["lastDate"], &goes["continuation"]["told"]),
        (&json!(ahead(&world, 365)), &json!(false))
    );
    assert_eq!(shown(&world, buddy.person, &request)["retention"]["ground"], "supported");
    assert_sound(&world);
}

fn a_match_that_runs_ends_with_its_request_and_the_buddy_is_free_again(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let place = format!("/matches/{}/meeting-announcements", case.matched);
    days(&world, 335);
    assert_eq!(done(&run(&world)), (1, 0));
    let body = json!({ "date": ahead(&world, 60), "text": words("meeting-announcement") });
    world.app.post(case.parent, &place, &body).expect(201);
    let at_school = format!("/announced-meetings?locationCode={SCHOOL}");
    let told_school = || world.app.get(world.leader, &at_school).expect(200).body["data"][0]["state"].clone();
    let stood = told_school();
    days(&world, 30);
    assert_eq!(done(&run(&world)), (0, 0), "the day itself is hers");
    days(&world, 1);
    assert_eq!(done(&run(&world)), (0, 1));
    let (of_match, of_request) = (case.shown(&world), shown(&world, case.parent, &case.request));
    assert_eq!((&of_match["state"], &of_match["closedBecause"]), (&json!("closed"), &json!("not-continued")));
    assert_eq!(
        (&of_request["state"], &of_request["closedBecause"]),
        (&json!("closed"), &json!("not-continued"))
    );
    // her buddy reads why, and has her place again
    let hers = world.app.get(case.buddy.person, &format!("/matches/{}", case.matched)).expect(200).body;
    assert_eq!(hers["closedBecause"], "not-continued");
    let profile = world.app.get(case.buddy.person, &format!("/buddies/{}", case.buddy.id)).expect(200).body;
    assert_eq!(profile["runningMatches"], json!(0));
    assert_ne!(told_school(), stood);
    assert_eq!(told_school(), "cancelled", "nobody comes along any more");
    assert_eq!(of_request["retention"]["ground"], "closed-matched");
    assert_eq!(journal(&world, "match.closed", &case.matched), 1);
    assert_eq!(journal(&world, "request.match-ended", &case.request), 1);
    assert_eq!((done(&run(&world)), told(&world).len()), ((0, 0), 1));
    assert_sound(&world);
}

fn a_parent_who_does_not_answer_to_a_new_form_has_a_last_day_too(engine: Engine) {
    let world = World::new(engine);
    let [silent, stays] = [Case::running(&world), Case::running(&world)];
    days(&world, 100);
    let path = format!("/programmes/{}", world.programmes[0]);
    let body = json!({ "form": "support-point", "funders": ["members"], "sinceDate": ahead(&world, 0), "reason": "Test." });
    world.app.post_on(world.administrator, &path, &format!("{path}/form-changes"), &body).expect(201);
    // that it goes on is said by consenting to what it is now
    for who in [silent.parent, world.coordinators[0]] {
        let reply = refused(goes_on(&world, who, &silent.request), 409, "form-changed");
        assert_eq!(reply.body["permitted"], json!(["consents", "withdrawal"]));
    }
    let anew = json!({ "kind": "request", "text": words("request"), "formShown": "support-point" });
    world.app.post(stays.parent, &format!("/support-requests/{}/consents", stays.request), &anew).expect(201);
    days(&world, 235);
    assert_eq!(done(&run(&world)), (1, 0));
    // what she reads and the letter send her to what is not refused
    let read = notices(&world, silent.parent)[0]["text"].as_str().expect("a text").to_owned();
    assert!(read.contains("Geef dan opnieuw toestemming") && !read.contains("Zeg dat"), "{read}");
    let sent = told(&world);
    assert!(sent[0].contains("Daar leest u hoe u dat zegt") && !sent[0].contains("zeg dat"), "{}", sent[0]);
    days(&world, 31);
    assert_eq!(done(&run(&world)), (0, 1));
    assert_eq!(
        (silent.request_state(&world), stays.request_state(&world)),
        (json!("closed"), json!("matched"))
    );
    assert_eq!(silent.shown(&world)["closedBecause"], "not-continued");
    assert_sound(&world);
}

fn a_programme_says_within_bounds_how_long_a_request_goes_on(engine: Engine) {
    let world = World::new(engine);
    let (parent, other) = (world.person(), world.person());
    let request = world.consented(0, parent);
    let elsewhere = world.consented(1, other);
    let place = format!("/programmes/{}/retention-terms/waiting", world.programmes[0]);
    let set = |body: Value| world.app.call(Some(world.administrator), "PUT", &place, Some(&body), Some("*"));
    let short = refused(set(json!({ "days": 89 })), 409, "term-too-short");
    assert_eq!(
        (&short.body["current"], &short.body["errors"][0]["pointer"]),
        (&json!("90"), &json!("/days"))
    );
    refused(set(json!({ "days": 181 })), 409, "term-needs-reason");
    refused(set(json!({ "days": 366, "reason": "Wens." })), 409, "term-too-long");
    days(&world, 70);
    set(json!({ "days": 90 })).expect(200);
    let last = |who, request: &str| shown(&world, who, request)["continuation"]["lastDate"].clone();
    assert_eq!(
        (last(parent, &request), last(other, &elsewhere)),
        (json!(ahead(&world, 30)), json!(ahead(&world, 110)))
    );
    // it counts at once, and she has her thirty days all the same
    assert_eq!(done(&run(&world)), (1, 0));
    assert_eq!(last(parent, &request), json!(ahead(&world, 30)));
    // lengthened, it is told anew when it is near again
    set(json!({ "days": 300, "reason": "Er zijn weinig buddy's." })).expect(200);
    assert_eq!(last(parent, &request), json!(ahead(&world, 230)));
    assert_eq!((notices(&world, parent).len(), told(&world).len()), (0, 1));
    days(&world, 200);
    // the request of the other programme is over its usual days as well
    assert_eq!((done(&run(&world)), told(&world).len()), ((2, 0), 2));
}

/// A day that moved with what the two do would tell others that they did.
fn nothing_that_the_two_write_or_do_moves_the_day(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let seen = |who| {
        let body = shown(&world, who, &case.request);
        (body["continuation"].clone(), body["retention"].clone())
    };
    let before = seen(world.coordinators[0]);
    days(&world, 40);
    let hello = json!({ "text": "Dag", "aboutHealth": false });
    for who in [case.parent, case.buddy.person] {
        world.app.post(who, &format!("/matches/{}/messages", case.matched), &hello).expect(201);
    }
    let met = json!({ "date": ahead(&world, 0), "channel": "online", "minutes": 30, "task": "listening" });
    world.app.post(case.buddy.person, &format!("/matches/{}/contacts", case.matched), &met).expect(201);
    for who in [world.coordinators[0], case.parent] {
        assert_eq!(seen(who), before);
    }
    // the buddy reads the same day, and nothing of holds
    let (continuation, mut retention) = before;
    retention["held"] = Value::Null;
    assert_eq!(seen(case.buddy.person), (continuation, retention));
    // whoever reads something of the case and may not know how it stands reads that it runs
    let hold = json!({ "because": "complaint" });
    let holds = format!("/support-requests/{}/holds", case.request);
    let of_hold = world.app.post(world.administrator, &holds, &hold).expect(201).body["retention"].clone();
    let (asked, other) = (world.buddy(0, &json!({})), world.person());
    let request = world.consented(0, other);
    let proposal = world.propose(0, &request, &asked).expect(201).id();
    let of_proposal = world.app.get(asked.person, &format!("/proposals/{proposal}")).expect(200);
    let runs = |held: Value| json!({ "eraseAfterDate": null, "ground": "running", "held": held });
    let of_proposal = of_proposal.body["retention"].clone();
    assert_eq!((of_hold, of_proposal), (runs(json!(true)), runs(Value::Null)));
}
