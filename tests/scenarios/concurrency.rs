//! What holds when many do things at the same moment.

use std::sync::Barrier;

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count};

on_both!(
    a_buddy_never_gets_more_parents_than_she_has_places,
    one_answer_given_many_times_at_once_counts_once,
    one_step_taken_many_times_at_once_is_taken_once,
    withdrawal_wins_from_whatever_happens_at_the_same_moment,
    one_withdrawal_wins_from_a_hundred_calls_that_would_go_on,
    a_buddy_who_is_no_longer_independent_never_gets_a_running_match,
    a_buddy_who_is_proposed_while_she_declares_a_tie_stays_proposed_to_nobody,
    no_more_proposals_are_open_for_a_request_than_a_parent_can_weigh,
    one_conversation_is_opened_with_a_parent_at_a_time,
    of_two_administrators_who_change_one_role_one_wins,
    one_buddy_is_proposed_once_and_registered_once_however_many_ask,
);

/// A call that waits for the others.
pub type Call<'a> = Box<dyn Fn() -> Reply + Sync + 'a>;

/// One call for each of these, all at the same moment.
pub fn at_once(calls: &[Call<'_>]) -> Vec<Reply> {
    let start = Barrier::new(calls.len());
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let threads: Vec<_> = calls
            .iter()
            .map(|call| {
                scope.spawn(|| {
                    start.wait();
                    call()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a call answers")).collect()
    });
    for reply in &replies {
        assert!(reply.status < 500, "{}", reply.body);
    }
    replies
}

pub fn with(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

/// Says yes on a version that was read before.
fn yes<'a>(world: &'a World, person: PersonId, proposal: &str) -> Call<'a> {
    let path = format!("/proposals/{proposal}");
    let etag = world.app.get(person, &path).expect(200).etag();
    Box::new(move || {
        let body = json!({ "answer": "accepted", "tiesAsked": [] });
        world.app.call(Some(person), "POST", &format!("{path}/acceptances"), Some(&body), Some(&etag))
    })
}

/// A proposal that waits for the buddy alone. It names no school: for parents at one school each match is a fact for the others.
fn accepted_by_the_parent(world: &World, buddy: &Buddy) -> (PersonId, String, String) {
    let parent = world.person();
    let mut body = world.request_body(0);
    body.as_object_mut().expect("an object").remove("locationCode");
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    let proposal = world.propose(0, &request, buddy).expect(201).id();
    world.answer_ties(parent, &proposal, "accepted");
    world.answer(parent, &proposal, "accepted").expect(201);
    (parent, request, proposal)
}

fn a_buddy_never_gets_more_parents_than_she_has_places(engine: Engine) {
    let world = World::new(engine);
    for capacity in 1..=3 {
        let buddy = world.buddy(0, &json!({ "capacity": capacity }));
        let proposals: Vec<_> = (0..12).map(|_| accepted_by_the_parent(&world, &buddy).2).collect();
        let calls: Vec<_> = proposals.iter().map(|proposal| yes(&world, buddy.person, proposal)).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (capacity, 12 - capacity));
        for refusal in replies.iter().filter(|reply| reply.status == 409) {
            // what she has no place for any more has ended
            assert_eq!(
                (&refusal.body["code"], &refusal.body["reasons"]),
                (&json!("proposal-not-open"), &json!(["buddy-full"]))
            );
        }
        let shown = world.app.get(world.coordinators[0], &format!("/buddies/{}", buddy.id)).expect(200);
        assert_eq!(shown.body["runningMatches"], json!(capacity));
    }
    assert_eq!(count(&world, "matches WHERE state = 'active'"), 6);
    assert_sound(&world);
}

fn one_answer_given_many_times_at_once_counts_once(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 10 }));
    for round in 1..=3 {
        let (_, _, proposal) = accepted_by_the_parent(&world, &buddy);
        let calls: Vec<_> = (0..16).map(|_| yes(&world, buddy.person, &proposal)).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (1, 15));
        assert_eq!(count(&world, "matches"), round);
        assert_eq!(count(&world, "journal WHERE action = 'match.started'"), round);
    }
    assert_sound(&world);
}

fn one_step_taken_many_times_at_once_is_taken_once(engine: Engine) {
    let world = World::new(engine);
    for round in 1..=3 {
        let conversation = world.conversation();
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            let path = format!("/conversations/{conversation}");
            let etag = world.app.get(world.leader, &path).expect(200).etag();
            let body = match step {
                "has-nobody" | "agrees" => json!({ "step": step }),
                _ => json!({ "step": step, "wordingVersion": "2026-1", "language": "nl" }),
            };
            let call = || -> Reply {
                world.app.call(
                    Some(world.leader),
                    "POST",
                    &format!("{path}/answers"),
                    Some(&body),
                    Some(&etag),
                )
            };
            let calls: Vec<Call> = (0..12).map(|_| Box::new(call) as Call).collect();
            let replies = at_once(&calls);
            assert_eq!((with(&replies, 201), with(&replies, 412) + with(&replies, 409)), (1, 11), "{step}");
        }
        assert_eq!(count(&world, "conversation_steps"), 4 * round);
    }
    assert_sound(&world);
}

fn withdrawal_wins_from_whatever_happens_at_the_same_moment(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 1 }));
    for _ in 0..6 {
        let (parent, request, proposal) = accepted_by_the_parent(&world, &buddy);
        let path = format!("/support-requests/{request}");
        let mut calls = Vec::new();
        for _ in 0..6 {
            calls.push(yes(&world, buddy.person, &proposal));
            calls.push(Box::new(|| world.app.ask(parent, &format!("{path}/withdrawal"))));
        }
        let replies = at_once(&calls);
        assert_eq!(with(&replies[..], 200), 6, "a withdrawal is never refused");
        assert_eq!(world.app.get(parent, &path).expect(200).body["state"], "withdrawn");
        let shown = world.app.get(world.coordinators[0], &format!("/buddies/{}", buddy.id)).expect(200);
        assert_eq!(shown.body["runningMatches"], 0);
    }
    assert_eq!(count(&world, "matches WHERE state <> 'closed'"), 0);
    assert_sound(&world);
}

/// A hundred calls that would bring the case further, and one that takes everything back. Whatever of them came before it is
/// undone by it, and whatever comes after it is refused.
fn one_withdrawal_wins_from_a_hundred_calls_that_would_go_on(engine: Engine) {
    let world = World::new(engine);
    for (round, way) in ["request", "consent", "everything"].into_iter().enumerate() {
        let buddies: Vec<_> = (0..4).map(|_| world.buddy(0, &json!({ "capacity": 3 }))).collect();
        let parent = world.person();
        let request = world.request(0, parent);
        let given = world.consent(parent, &request).expect(201).id();
        let path = format!("/support-requests/{request}");
        let proposals: Vec<_> =
            buddies[..2].iter().map(|buddy| world.propose(0, &request, buddy).expect(201).id()).collect();
        for proposal in &proposals {
            world.answer(parent, proposal, "accepted").expect(201);
        }
        let health = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        let heard = json!({ "kind": "request", "text": words("request") });
        let about = json!({ "kind": "school", "locationCode": SCHOOL });
        let withdrawal = match way {
            "request" => format!("{path}/withdrawal"),
            "consent" => format!("{path}/consents/{given}/withdrawal"),
            _ => "/me/consents/withdrawal".to_owned(),
        };
        let mut calls: Vec<Call> = Vec::new();
        for _ in 0..10 {
            for (buddy, proposal) in buddies.iter().zip(&proposals) {
                calls.push(yes(&world, buddy.person, proposal));
                let app = &world.app;
                calls.push(Box::new(move || {
                    let answers = json!({ "answers": [{ "finding": "28", "answer": "accepted" }] });
                    let path = format!("/proposals/{proposal}/tie-answers");
                    app.call(Some(parent), "POST", &path, Some(&answers), Some("*"))
                }));
            }
            for buddy in &buddies[2..] {
                calls.push(Box::new(|| world.propose(0, &request, buddy)));
            }
            calls.push(Box::new(|| world.consent(parent, &request)));
            calls.push(Box::new(|| world.app.post(parent, &format!("{path}/consents"), &health)));
            calls.push(Box::new(|| {
                world.app.post(world.coordinators[0], &format!("{path}/reported-consents"), &heard)
            }));
            calls.push(Box::new(|| world.tie(&buddies[0], "own-child-at-school", &about)));
        }
        assert_eq!(calls.len(), 100);
        let place = 20 + 30 * round;
        calls.insert(place, Box::new(|| world.app.ask(parent, &withdrawal)));
        let replies = at_once(&calls);
        assert_eq!(replies[place].status, 200, "a withdrawal is never refused: {}", replies[place].body);
        let of = |rows: &str| count(&world, &format!("{rows} AND request_id = '{request}'"));
        assert_eq!(world.app.get(parent, &path).expect(200).body["state"], "withdrawn");
        assert_eq!(of("matches WHERE state <> 'closed'"), 0, "{way}");
        assert_eq!(of("proposals WHERE state = 'open'"), 0, "{way}");
        assert_eq!(of("consents WHERE withdrawn_at IS NULL AND lapsed_at IS NULL"), 0, "{way}");
        let holding = format!("support_requests WHERE id = '{request}' AND contact_value IS NOT NULL");
        assert_eq!(count(&world, &holding), 0, "{way}");
    }
    assert_eq!(count(&world, "buddies WHERE matches > 0"), 0);
    assert_sound(&world);
}

fn a_buddy_who_is_no_longer_independent_never_gets_a_running_match(engine: Engine) {
    let world = World::new(engine);
    for _ in 0..5 {
        let buddy = world.buddy(0, &json!({ "capacity": 5 }));
        let proposals: Vec<_> = (0..5).map(|_| accepted_by_the_parent(&world, &buddy).2).collect();
        let about = json!({ "kind": "everywhere" });
        let mut calls: Vec<_> =
            proposals.iter().map(|proposal| yes(&world, buddy.person, proposal)).collect();
        calls.insert(2, Box::new(|| world.tie(&buddy, "commercial-interest", &about)));
        let replies = at_once(&calls);
        assert_eq!(replies[2].status, 201, "{}", replies[2].body);
        let shown = world.app.get(world.coordinators[0], &format!("/buddies/{}", buddy.id)).expect(200);
        assert_eq!(shown.body["runningMatches"], 0);
    }
    assert_eq!(count(&world, "matches WHERE state <> 'closed'"), 0);
    assert_eq!(count(&world, "proposals WHERE state = 'open'"), 0);
    assert_sound(&world);
}

fn a_buddy_who_is_proposed_while_she_declares_a_tie_stays_proposed_to_nobody(engine: Engine) {
    let world = World::new(engine);
    let requests: Vec<_> = (0..6).map(|_| world.consented(0, world.person())).collect();
    for _ in 0..6 {
        let buddy = world.buddy(0, &json!({ "capacity": 10 }));
        let about = json!({ "kind": "school", "locationCode": SCHOOL });
        let mut calls: Vec<Call> = Vec::new();
        for request in &requests {
            calls.push(Box::new(|| world.propose(0, request, &buddy)));
        }
        calls.insert(3, Box::new(|| world.tie(&buddy, "employed-at-school", &about)));
        let replies = at_once(&calls);
        assert_eq!(replies[3].status, 201, "{}", replies[3].body);
        assert_eq!(count(&world, "proposals WHERE state = 'open'"), 0, "refused, or cancelled at once");
    }
    assert_sound(&world);
}

fn no_more_proposals_are_open_for_a_request_than_a_parent_can_weigh(engine: Engine) {
    let world = World::new(engine);
    let buddies: Vec<_> = (0..8).map(|_| world.buddy(0, &json!({}))).collect();
    for _ in 0..3 {
        let request = world.consented(0, world.person());
        let calls: Vec<Call> =
            buddies.iter().map(|buddy| Box::new(|| world.propose(0, &request, buddy)) as Call).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (2, 6));
    }
    assert_sound(&world);
}

fn one_conversation_is_opened_with_a_parent_at_a_time(engine: Engine) {
    let world = World::new(engine);
    for _ in 0..4 {
        let body =
            json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
        let open = || world.app.post(world.leader, "/conversations", &body);
        let calls: Vec<Call> = (0..12).map(|_| Box::new(open) as Call).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (1, 11));
    }
    assert_sound(&world);
}

fn of_two_administrators_who_change_one_role_one_wins(engine: Engine) {
    let world = World::new(engine);
    let second = world.member(&world.association, "administrator", None);
    for _ in 0..4 {
        let person = world.person();
        let list = format!("/organisations/{}/memberships", world.association);
        let body = json!({ "personId": person, "role": "auditor" });
        let role = world.app.post(world.administrator, &list, &body).expect(201);
        let (path, etag) = (format!("{list}/{}", role.id()), role.etag());
        let change = |who: PersonId, status: &str| {
            world.app.call(Some(who), "PATCH", &path, Some(&json!({ "status": status })), Some(&etag))
        };
        let replies = at_once(&[
            Box::new(|| change(world.administrator, "suspended")),
            Box::new(|| change(second, "ended")),
        ]);
        assert_eq!((with(&replies, 200), with(&replies, 412)), (1, 1));
        let won: &Value = &replies.iter().find(|reply| reply.status == 200).expect("one won").body;
        assert_eq!(&world.app.get(second, &path).expect(200).body, won);
    }
    assert_sound(&world);
}

fn one_buddy_is_proposed_once_and_registered_once_however_many_ask(engine: Engine) {
    let world = World::new(engine);
    let (buddy, coordinator) = (world.buddy(0, &json!({})), world.coordinators[0]);
    for _ in 0..3 {
        let request = world.consented(0, world.person());
        let propose = || world.propose(0, &request, &buddy);
        let calls: Vec<Call> = (0..6).map(|_| Box::new(propose) as Call).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (1, 5));
        let body = json!({
            "programmeId": world.programmes[0], "personId": world.person(), "firstName": "Test", "languages": ["nl"],
            "specialisms": [], "channels": ["online"], "municipalityCodes": ["9901"], "capacity": 1
        });
        let register = || world.app.post(coordinator, "/buddies", &body);
        let calls: Vec<Call> = (0..6).map(|_| Box::new(register) as Call).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (1, 5), "{}", replies[0].body);
    }
    assert_sound(&world);
}
