//! The yearly question (S2, rule 38): a buddy who was not asked after her ties for twelve months is put to nobody, starts nothing, and what
//! she does already rests until she has answered. Across the clock.

use chrono::{Months, TimeDelta};
use naast_api::independence::round::round;
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, ELSEWHERE, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    what_runs_rests_from_the_day_that_the_yearly_question_waits_until_it_is_answered,
    a_yes_from_before_the_yearly_question_starts_nothing,
    what_a_buddy_declares_for_one_match_answers_the_yearly_question_for_all,
);

fn changes(world: &World) -> usize {
    round(&world.app.platform).expect("the rules can be asked").changes
}

/// To the last day on which a buddy who was asked today need not be asked again.
fn a_year_later(world: &World) {
    let today = world.app.platform.clock.today();
    world.app.platform.clock.advance((today + Months::new(12)) - today);
}

fn a_day_later(world: &World) {
    world.app.platform.clock.advance(TimeDelta::days(1));
    // theirs is another question
    world.coordinators_declare();
}

fn running(world: &World, buddy: &Buddy, school: Option<&str>) -> (PersonId, String) {
    let parent = world.person();
    let mut body = world.request_body(0);
    if let Some(school) = school {
        body["locationCode"] = json!(school);
    }
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    (parent, world.matched(0, parent, &request, buddy).0)
}

fn rests_for(world: &World, who: PersonId, matched: &str) -> Value {
    world.app.get(who, &format!("/matches/{matched}")).expect(200).body["pausedFor"].clone()
}

fn answers(world: &World, buddy: &Buddy) {
    let path = format!("/buddies/{}", buddy.id);
    world.app.ask_on(buddy.person, &path, &format!("{path}/tie-declarations")).expect(200);
}

fn what_runs_rests_from_the_day_that_the_yearly_question_waits_until_it_is_answered(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 2 }));
    let (parent, first) = running(&world, &buddy, None);
    let (other, second) = running(&world, &buddy, Some(ELSEWHERE));
    let (none, resting) = (json!([]), json!(["ties-not-declared"]));
    a_year_later(&world);
    assert_eq!((changes(&world), rests_for(&world, parent, &first)), (0, none.clone()), "on the last day");
    a_day_later(&world);
    assert!(changes(&world) > 0);
    for who in [parent, buddy.person, world.coordinators[0]] {
        assert_eq!(rests_for(&world, who, &first), resting);
        let path = format!("/matches/{first}");
        refused(world.app.ask_on(who, &path, &format!("{path}/resumptions")), 409, "ties-not-declared");
    }
    assert_eq!(rests_for(&world, other, &second), resting);
    assert_eq!(changes(&world), 0, "a second round finds nothing to do");
    // it ended nothing: the consent stands, the buddy stays hers, and she is put to nobody else
    let fresh = world.consented(0, world.person());
    refused(world.propose(0, &fresh, &buddy), 409, "buddy-not-independent");
    assert_eq!(count(&world, "matches WHERE state = 'closed'"), 0);

    answers(&world, &buddy);
    assert_eq!(rests_for(&world, parent, &first), none, "in the same step");
    assert_eq!(rests_for(&world, other, &second), none);
    assert_eq!(changes(&world), 0);
    // and again a year after the answer, not after the match began
    a_year_later(&world);
    assert_eq!(changes(&world), 0);
    a_day_later(&world);
    assert_eq!((changes(&world) > 0, rests_for(&world, parent, &first)), (true, resting));
    assert_sound(&world);
}

fn a_yes_from_before_the_yearly_question_starts_nothing(engine: Engine) {
    let world = World::new(engine);
    for with_a_round in [true, false] {
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
        let request = world.consented(0, parent);
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        world.answer(buddy.person, &proposal, "accepted").expect(201);
        a_year_later(&world);
        a_day_later(&world);
        if with_a_round {
            assert!(changes(&world) > 0);
        }
        // her yes is kept, and starts nothing: her buddy has first to say what is new
        assert_eq!(world.answer(parent, &proposal, "accepted").expect(201).body["matchId"], Value::Null);
        let shown = world.app.get(buddy.person, &format!("/proposals/{proposal}")).expect(200);
        let said = (&shown.body["buddyAnswer"], &shown.body["tiesDeclaredDate"], &shown.body["parentAnswer"]);
        assert_eq!(said, (&Value::Null, &Value::Null, &json!("accepted")));
        let path = format!("/proposals/{proposal}");
        let silent = json!({ "answer": "accepted" });
        let silent = world.app.post_on(buddy.person, &path, &format!("{path}/acceptances"), &silent);
        refused(silent, 409, "ties-not-declared");
        assert!(world.answer(buddy.person, &proposal, "accepted").expect(201).body["matchId"].is_string());
        let profile = world.app.get(buddy.person, &format!("/buddies/{}", buddy.id)).expect(200);
        assert_eq!(profile.body["tiesAskedDate"], json!(world.app.platform.clock.today()));
    }
    assert_sound(&world);
}

fn what_a_buddy_declares_for_one_match_answers_the_yearly_question_for_all(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let (parent, matched) = running(&world, &buddy, None);
    let waiting = world.person();
    let mut body = world.request_body(0);
    body["locationCode"] = json!(ELSEWHERE);
    let request = world.app.post(waiting, "/support-requests", &body).expect(201).id();
    world.consent(waiting, &request).expect(201);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    a_year_later(&world);
    a_day_later(&world);
    assert!(changes(&world) > 0);
    assert_eq!(rests_for(&world, parent, &matched), json!(["ties-not-declared"]));
    // with her yes to another parent she says today what ties her to anybody
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    assert_eq!(rests_for(&world, parent, &matched), json!([]));
    // the parent's yes comes in time: nothing waits any more
    assert!(world.answer(waiting, &proposal, "accepted").expect(201).body["matchId"].is_string());
    assert_sound(&world);
}
