//! A proposal ends before both answered (S5): the coordinator takes it back, or the buddy has no place left. Parent, buddy and
//! coordinator read why; it keeps no other proposal away; and nobody is left with a yes that can come to nothing.

use naast_api::independence::round::{Resting, work_off};
use naast_domain::code::Code as _;
use naast_domain::ids::PersonId;
use naast_domain::matching::CancellationReason;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::concurrency::{Call, at_once, with};
use crate::looks::{assert_sound, count, refused};

on_both!(
    a_coordinator_takes_a_proposal_back_and_everybody_reads_why,
    a_proposal_is_taken_back_only_while_it_waits_and_by_the_coordinator,
    what_was_taken_back_keeps_no_other_proposal_away,
    a_buddy_whose_last_place_is_taken_leaves_nobody_waiting,
    a_buddy_who_can_support_fewer_leaves_nobody_waiting,
    a_buddy_who_was_full_before_leaves_nobody_waiting_after_the_upgrade,
    of_parents_who_say_yes_to_the_last_place_at_once_all_but_one_are_told,
    of_taking_back_and_saying_yes_at_once_one_wins,
    of_fewer_places_and_a_yes_at_once_none_is_left_waiting,
);

/// A proposal, to whom it is, and what it is for.
struct Put {
    parent: PersonId,
    request: String,
    path: String,
}

/// Puts a buddy to a parent of her own, whose request names no school: for parents at one school each match is a fact for the others.
fn put(world: &World, buddy: &Buddy) -> Put {
    let parent = world.person();
    let mut body = world.request_body(0);
    body.as_object_mut().expect("an object").remove("locationCode");
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    let id = world.propose(0, &request, buddy).expect(201).id();
    Put { parent, request, path: format!("/proposals/{id}") }
}

impl Put {
    fn id(&self) -> &str {
        self.path.rsplit('/').next().expect("an id")
    }

    /// Its parent says yes, after everything that she must accept.
    fn parent_says_yes(&self, world: &World) {
        world.answer_ties(self.parent, self.id(), "accepted");
        world.answer(self.parent, self.id(), "accepted").expect(201);
    }

    fn read(&self, world: &World, who: PersonId) -> Value {
        world.app.get(who, &self.path).expect(200).body
    }

    /// State and reason, which its parent, the buddy and the coordinator read alike.
    fn how(&self, world: &World, buddy: &Buddy) -> (String, Value) {
        let told = |who| {
            let read = self.read(world, who);
            assert_eq!(read["cancelledAt"].is_null(), read["cancelledBecause"].is_null(), "{read}");
            (read["state"].as_str().expect("a state").to_owned(), read["cancelledBecause"].clone())
        };
        let how = told(self.parent);
        assert_eq!(told(buddy.person), how);
        assert_eq!(told(world.coordinators[0]), how);
        how
    }

    fn take_back(&self, world: &World, reason: &str) -> Reply {
        let place = format!("{}/cancellation", self.path);
        world.app.post_on(world.coordinators[0], &self.path, &place, &json!({ "reason": reason }))
    }

    /// The kinds of notice that its parent reads.
    fn notices(&self, world: &World) -> Vec<Value> {
        let page = world.app.get(self.parent, "/me/notices").expect(200).body;
        page["data"].as_array().expect("a list").iter().map(|one| one["kind"].clone()).collect()
    }

    /// A call of somebody on the version that she reads now.
    fn call<'a>(&self, world: &'a World, who: PersonId, operation: &str, body: Value) -> Call<'a> {
        let etag = world.app.get(who, &self.path).expect(200).etag();
        let place = format!("{}/{operation}", self.path);
        Box::new(move || world.app.call(Some(who), "POST", &place, Some(&body), Some(&etag)))
    }
}

fn cancelled(because: &str) -> (String, Value) {
    ("cancelled".to_owned(), json!(because))
}

fn open() -> (String, Value) {
    ("open".to_owned(), Value::Null)
}

fn a_coordinator_takes_a_proposal_back_and_everybody_reads_why(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 9 }));
    let given: Vec<_> = CancellationReason::ALL.iter().filter(|reason| reason.may_be_given()).collect();
    assert_eq!(given.len(), 5);
    for (place, reason) in given.into_iter().enumerate() {
        let one = put(&world, &buddy);
        if place % 2 == 1 {
            one.parent_says_yes(&world);
        }
        assert_eq!(one.how(&world, &buddy), open());
        let taken = one.take_back(&world, reason.code()).expect(200);
        assert_eq!(
            (&taken.body["state"], &taken.body["cancelledBecause"]),
            (&json!("cancelled"), &json!(reason))
        );
        assert_eq!(one.how(&world, &buddy), cancelled(reason.code()));
        // the version of the answer is the version that is read
        assert_eq!(taken.etag(), world.app.get(world.coordinators[0], &one.path).etag());
        // whoever answers after it reads why it is over, in words and as a code
        let late = refused(world.answer(one.parent, one.id(), "accepted"), 409, "proposal-not-open");
        assert_eq!(
            (&late.body["state"], &late.body["reasons"], &late.body["permitted"]),
            (&json!("cancelled"), &json!([reason]), &json!([]))
        );
        assert!(late.text("detail").contains(&*reason.label().nl), "{}", late.body);
        let news = if *reason == CancellationReason::ParentAsked {
            vec![]
        } else {
            vec![json!("proposal-cancelled")]
        };
        assert_eq!(one.notices(&world), news, "{reason:?}");
    }
    let by_coordinator = "journal WHERE action = 'proposal.cancelled' AND role = 'coordinator' \
                          AND state_before = 'open' AND state_after = 'cancelled'";
    assert_eq!(count(&world, by_coordinator), 5);
    assert_sound(&world);
}

fn a_proposal_is_taken_back_only_while_it_waits_and_by_the_coordinator(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let one = put(&world, &buddy);
    let place = format!("{}/cancellation", one.path);
    let body = json!({ "reason": "no-answer" });
    // only the programme's coordinator: for parent and buddy a no is the way, for others it is not there
    for (who, status) in
        [(one.parent, 403), (buddy.person, 403), (world.coordinators[1], 404), (world.leader, 403)]
    {
        world.app.call(Some(who), "POST", &place, Some(&body), Some("*")).expect(status);
    }
    let coordinator = Some(world.coordinators[0]);
    world.app.call(coordinator, "POST", &place, Some(&body), None).expect(428);
    world.app.call(coordinator, "POST", &place, Some(&body), Some("\"v99\"")).expect(412);
    // what only the rules say, nobody says for them
    for reason in
        ["buddy-full", "buddy-stops", "independence-lost", "request-matched", "request-withdrawn", "x"]
    {
        let wrong = one.take_back(&world, reason).expect(400);
        assert_eq!(wrong.body["errors"][0]["pointer"], "/reason", "{}", wrong.body);
    }
    assert_eq!(one.how(&world, &buddy), open());
    one.parent_says_yes(&world);
    world.answer(buddy.person, one.id(), "accepted").expect(201);
    let runs = refused(one.take_back(&world, "no-answer"), 409, "proposal-not-open");
    assert_eq!(runs.body["state"], "accepted");
    let other = put(&world, &buddy);
    other.take_back(&world, "made-by-mistake").expect(200);
    let again = refused(other.take_back(&world, "no-answer"), 409, "proposal-not-open");
    assert_eq!(
        (&again.body["state"], &again.body["reasons"]),
        (&json!("cancelled"), &json!(["made-by-mistake"]))
    );
    assert_eq!(other.how(&world, &buddy), cancelled("made-by-mistake"));
    assert_sound(&world);
}

fn what_was_taken_back_keeps_no_other_proposal_away(engine: Engine) {
    let world = World::new(engine);
    let buddies: Vec<_> = (0..3).map(|_| world.buddy(0, &json!({}))).collect();
    let one = put(&world, &buddies[0]);
    world.propose(0, &one.request, &buddies[1]).expect(201);
    let many = refused(world.propose(0, &one.request, &buddies[2]), 409, "too-many-proposals");
    assert_eq!(
        (&many.body["state"], &many.body["permitted"]),
        (&json!("consented"), &json!(["cancellation"]))
    );
    one.take_back(&world, "better-suited").expect(200);
    world.propose(0, &one.request, &buddies[2]).expect(201);
    // what came in its place is told instead
    assert_eq!(one.notices(&world), [json!("proposal-waits"), json!("proposal-waits")]);
    // and she who was taken back may be proposed again, when there is room for it
    refused(world.propose(0, &one.request, &buddies[0]), 409, "too-many-proposals");
    let list = world.app.get(one.parent, &format!("/support-requests/{}/proposals", one.request)).expect(200);
    for open in list.body["data"].as_array().expect("a list").iter().filter(|one| one["state"] == "open") {
        let id = open["id"].as_str().expect("an id");
        let put = Put { parent: one.parent, request: one.request.clone(), path: format!("/proposals/{id}") };
        put.take_back(&world, "no-answer").expect(200);
    }
    world.propose(0, &one.request, &buddies[0]).expect(201);
    assert_sound(&world);
}

fn a_buddy_whose_last_place_is_taken_leaves_nobody_waiting(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 2 }));
    let all: Vec<_> = (0..4).map(|_| put(&world, &buddy)).collect();
    for one in &all[..3] {
        one.parent_says_yes(&world);
    }
    world.answer(buddy.person, all[0].id(), "accepted").expect(201);
    // one place is left: everybody still waits for it
    for one in &all[1..] {
        assert_eq!(one.how(&world, &buddy), open());
    }
    world.answer(buddy.person, all[1].id(), "accepted").expect(201);
    for one in &all[2..] {
        assert_eq!(one.how(&world, &buddy), cancelled("buddy-full"));
        assert_eq!(one.notices(&world), [json!("proposal-cancelled")]);
    }
    let yes = refused(world.answer(all[3].parent, all[3].id(), "accepted"), 409, "proposal-not-open");
    assert_eq!((&yes.body["state"], &yes.body["reasons"]), (&json!("cancelled"), &json!(["buddy-full"])));
    let by_rules =
        "journal WHERE action = 'proposal.cancelled' AND role = 'system' AND state_after = 'cancelled'";
    assert_eq!(count(&world, by_rules), 2);
    // for whoever waited two others can be proposed at once, and the same one is not while she has no place
    let full = refused(world.propose(0, &all[2].request, &buddy), 409, "buddy-full");
    assert_eq!(
        (&full.body["state"], &full.body["permitted"]),
        (&json!("consented"), &json!(["candidates", "proposals"]))
    );
    for _ in 0..2 {
        world.propose(0, &all[2].request, &world.buddy(0, &json!({}))).expect(201);
    }
    // when she has a place again, she can be proposed to whoever waited for her
    let list = world.app.get(all[0].parent, "/matches").expect(200).body;
    let running = format!("/matches/{}", list["data"][0]["id"].as_str().expect("an id"));
    let ended = json!({ "reason": "goal-reached" });
    world.app.post_on(all[0].parent, &running, &format!("{running}/closure"), &ended).expect(200);
    world.propose(0, &all[3].request, &buddy).expect(201);
    assert_sound(&world);
}

fn a_buddy_who_can_support_fewer_leaves_nobody_waiting(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 3 }));
    let all: Vec<_> = (0..3).map(|_| put(&world, &buddy)).collect();
    all[0].parent_says_yes(&world);
    all[1].parent_says_yes(&world);
    world.answer(buddy.person, all[0].id(), "accepted").expect(201);
    let path = format!("/buddies/{}", buddy.id);
    let to = |capacity: u32| {
        world.app.patch(world.coordinators[0], &path, &json!({ "capacity": capacity })).expect(200);
    };
    to(2);
    assert_eq!(all[1].how(&world, &buddy), open());
    to(1);
    for one in &all[1..] {
        assert_eq!(one.how(&world, &buddy), cancelled("buddy-full"));
        assert_eq!(one.notices(&world), [json!("proposal-cancelled")]);
    }
    assert_eq!(count(&world, "matches WHERE state = 'active'"), 1);
    assert_sound(&world);
}

/// What stood open with a full buddy before the rules ended it is ended by the work that the migration leaves.
fn a_buddy_who_was_full_before_leaves_nobody_waiting_after_the_upgrade(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 2 }));
    let (runs, waits) = (put(&world, &buddy), put(&world, &buddy));
    for one in [&runs, &waits] {
        one.parent_says_yes(&world);
    }
    world.answer(buddy.person, runs.id(), "accepted").expect(201);
    let sql = |text: &str| around(&world.app.location, |database| database.batch(text)).expect("it is done");
    sql(&format!("UPDATE buddies SET capacity = 1 WHERE id = '{}'", buddy.id));
    // as it was before: two yeses come to nothing, and the refusal says where the proposal stands and what can be done
    let yes = refused(world.answer(buddy.person, waits.id(), "accepted"), 409, "buddy-full");
    assert_eq!(
        (&yes.body["state"], &yes.body["permitted"]),
        (&json!("open"), &json!(["acceptances", "cancellation"]))
    );
    let folder = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../persistence/migrations");
    let up = format!("{root}/{folder}/0028_cancelled_proposals/up.sql");
    let up = std::fs::read_to_string(up).expect("the migration");
    let (_, leaves) = up.split_once("INSERT").expect("it leaves work");
    sql(&format!("INSERT{leaves}"));
    work_off(&world.app.platform, &mut Resting::default()).expect("the work is done");
    assert_eq!(waits.how(&world, &buddy), cancelled("buddy-full"));
    assert_eq!(runs.how(&world, &buddy).0, "accepted");
    assert_sound(&world);
}

fn of_parents_who_say_yes_to_the_last_place_at_once_all_but_one_are_told(engine: Engine) {
    let world = World::new(engine);
    for capacity in 1..=2 {
        let buddy = world.buddy(0, &json!({ "capacity": capacity }));
        let all: Vec<_> = (0..10).map(|_| put(&world, &buddy)).collect();
        // the buddy said yes to each: the parents have the last word
        for one in &all {
            world.answer_ties(one.parent, one.id(), "accepted");
            world.answer(buddy.person, one.id(), "accepted").expect(201);
        }
        let yes = json!({ "answer": "accepted" });
        let calls: Vec<_> =
            all.iter().map(|one| one.call(&world, one.parent, "acceptances", yes.clone())).collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (capacity, 10 - capacity));
        for (one, reply) in all.iter().zip(&replies) {
            if reply.status == 409 {
                assert_eq!(
                    (&reply.body["code"], &reply.body["reasons"]),
                    (&json!("proposal-not-open"), &json!(["buddy-full"]))
                );
                assert_eq!(one.how(&world, &buddy), cancelled("buddy-full"));
                assert_eq!(one.notices(&world), [json!("proposal-cancelled")]);
            }
        }
    }
    assert_sound(&world);
}

fn of_taking_back_and_saying_yes_at_once_one_wins(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 10 }));
    for _ in 0..6 {
        let one = put(&world, &buddy);
        one.parent_says_yes(&world);
        let calls = [
            one.call(&world, buddy.person, "acceptances", json!({ "answer": "accepted", "tiesAsked": [] })),
            one.call(&world, world.coordinators[0], "cancellation", json!({ "reason": "no-answer" })),
        ];
        let replies = at_once(&calls);
        let state = if replies[0].status == 201 { "accepted" } else { "cancelled" };
        assert_eq!(replies[1].status == 200, state == "cancelled", "{replies:?}");
        assert_eq!(replies.iter().filter(|reply| reply.status == 409).count(), 1, "{replies:?}");
        assert_eq!(one.how(&world, &buddy).0, state);
    }
    assert_sound(&world);
}

fn of_fewer_places_and_a_yes_at_once_none_is_left_waiting(engine: Engine) {
    let world = World::new(engine);
    for _ in 0..5 {
        let buddy = world.buddy(0, &json!({ "capacity": 2 }));
        let all: Vec<_> = (0..4).map(|_| put(&world, &buddy)).collect();
        for one in &all {
            one.parent_says_yes(&world);
        }
        let path = format!("/buddies/{}", buddy.id);
        let coordinator = world.coordinators[0];
        let yes = json!({ "answer": "accepted", "tiesAsked": [] });
        let mut calls: Vec<_> =
            all.iter().map(|one| one.call(&world, buddy.person, "acceptances", yes.clone())).collect();
        calls.push(Box::new(|| {
            let fewer = json!({ "capacity": 1 });
            world.app.call(Some(coordinator), "PATCH", &path, Some(&fewer), Some("*"))
        }));
        let replies = at_once(&calls);
        let places = if replies[4].status == 200 { 1..=2 } else { 2..=2 };
        let matched = with(&replies, 201);
        assert!(places.contains(&matched), "{matched} {replies:?}");
        let waiting = all.iter().filter(|one| one.how(&world, &buddy) == open()).count();
        let shown = world.app.get(coordinator, &path).expect(200).body;
        let full = shown["capacity"].as_u64() <= shown["runningMatches"].as_u64();
        assert!(full && waiting == 0, "{waiting} wait, {shown}");
    }
    assert_sound(&world);
}
