//! Ties are asked for each match (S2): with her yes a buddy says that whatever ties her to this request is declared, after the
//! questions that the directory gives reason for; and what the platform itself arranged counts without being declared.

use naast_tests::world::{ELSEWHERE, SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    a_buddy_says_with_each_yes_that_her_ties_are_declared,
    who_supports_another_parent_at_the_school_is_told_of_to_both,
    who_supports_the_same_parent_or_another_school_has_nothing_to_tell,
);

fn a_buddy_says_with_each_yes_that_her_ties_are_declared(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    world
        .tie(&buddy, "own-child-at-school", &json!({ "kind": "school", "locationCode": SISTER }))
        .expect(201);
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    let path = format!("/proposals/{proposal}");

    // her child's school has the board and the partnership of this one
    let shown = world.app.get(buddy.person, &path).expect(200);
    assert_eq!(shown.text("locationCode"), naast_tests::world::SCHOOL);
    let asked = world.ties_to_ask(buddy.person, &proposal);
    let kinds = [
        "employed-at-school",
        "employed-by-partnership",
        "partnership-board-member",
        "support-plan-council-parent",
    ];
    assert_eq!(asked, kinds);
    assert!(shown.body["tiesToAsk"][0]["question"].as_str().is_some_and(|words| words.ends_with('?')));
    assert_eq!(world.ties_to_ask(parent, &proposal), [Value::Null; 0]);

    let say = |body: Value| world.app.post_on(buddy.person, &path, &format!("{path}/acceptances"), &body);
    for left_out in [Value::Null, json!([]), json!(kinds[1..])] {
        let reply = say(json!({ "answer": "accepted", "tiesAsked": left_out }));
        assert!(reply.text("detail").contains(kinds[0]), "{}", reply.body);
        refused(reply, 409, "ties-not-declared");
    }
    assert_eq!(world.app.get(buddy.person, &path).body["tiesDeclaredDate"], Value::Null);
    world.answer_ties(parent, &proposal, "accepted");
    world.answer(parent, &proposal, "accepted").expect(201);
    say(json!({ "answer": "accepted", "tiesAsked": kinds })).expect(201);
    let today = json!(world.app.platform.clock.today());
    let after = world.app.get(parent, &path).expect(200);
    assert_eq!((&after.body["tiesDeclaredDate"], &after.body["state"]), (&today, &json!("accepted")));
    let profile = world.app.get(buddy.person, &format!("/buddies/{}", buddy.id)).expect(200);
    assert_eq!(profile.body["tiesAskedDate"], today);

    // a no declares nothing
    let second = world.buddy(0, &json!({}));
    let other = world.consented(0, world.person());
    let refused_one = world.propose(0, &other, &second).expect(201).id();
    let path = format!("/proposals/{refused_one}");
    let no = json!({ "answer": "refused" });
    world.app.post_on(second.person, &path, &format!("{path}/acceptances"), &no).expect(201);
}

fn who_supports_another_parent_at_the_school_is_told_of_to_both(engine: Engine) {
    let world = World::new(engine);
    let (first, second) = (world.person(), world.person());
    let buddy = world.buddy(0, &json!({ "capacity": 2 }));
    let request = world.consented(0, first);
    let (running, before) = world.matched(0, first, &request, &buddy);

    let other = world.consented(0, second);
    let proposal = world.propose(0, &other, &buddy).expect(201).id();
    let codes = |person, proposal: &str| -> Vec<Value> {
        let shown = world.app.get(person, &format!("/proposals/{proposal}")).expect(200);
        shown.body["ties"].as_array().expect("a list").iter().map(|tie| tie["code"].clone()).collect()
    };
    let told = json!("buddy-for-other-parent");
    assert!(codes(second, &proposal).contains(&told));
    assert!(!codes(first, &before).contains(&told));
    refused(world.answer(second, &proposal, "accepted"), 409, "tie-not-accepted");
    world.answer_ties(second, &proposal, "accepted");
    world.answer(second, &proposal, "accepted").expect(201);
    let state = |person, id: &str| world.app.get(person, &format!("/matches/{id}")).expect(200).text("state");
    assert_eq!(state(first, &running), "active");
    let begun = world.answer(buddy.person, &proposal, "accepted").expect(201).text("matchId");

    // for the first parent it is a fact that is new
    assert_eq!((state(first, &running), state(second, &begun)), ("paused".to_owned(), "active".to_owned()));
    assert!(codes(first, &before).contains(&told));
    world.answer_ties(first, &before, "accepted");
    assert_eq!(state(first, &running), "active");
}

fn who_supports_the_same_parent_or_another_school_has_nothing_to_tell(engine: Engine) {
    let world = World::new(engine);
    let (parent, elsewhere) = (world.person(), world.person());
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let mut body = world.request_body(0);
    body["locationCode"] = json!(ELSEWHERE);
    let there = world.app.post(elsewhere, "/support-requests", &body).expect(201).id();
    world.consent(elsewhere, &there).expect(201);
    world.matched(0, elsewhere, &there, &buddy);
    for _ in 0..2 {
        let request = world.consented(0, parent);
        let (running, proposal) = world.matched(0, parent, &request, &buddy);
        let shown = world.app.get(parent, &format!("/proposals/{proposal}")).expect(200);
        assert_eq!(shown.body["ties"], json!([]));
        let shown = world.app.get(parent, &format!("/matches/{running}")).expect(200);
        assert_eq!(shown.text("state"), "active");
    }
}
