//! Independence over time (S2): facts begin on their day, a school moves, a form begins, a buddy leaves, a coordinator is
//! tied herself. The platform's own round finds what no call announces.

use chrono::Days;
use naast_api::independence::round::{Resting, Round, rehearse, round, work_off};
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, contents, count, differing, refused};

on_both!(
    a_tie_counts_from_its_first_day,
    a_form_that_was_dated_ahead_counts_from_its_day,
    a_school_that_moves_to_another_board_is_assessed_by_it,
    a_round_over_what_did_not_change_writes_nothing,
    a_pause_that_the_parent_asked_for_outlives_a_tie_on_top_of_it,
    a_buddy_whom_the_parent_did_not_want_is_not_put_to_her_again,
    a_buddy_who_leaves_leaves_nobody_waiting,
    nobody_handles_her_own_request,
    a_match_rests_while_its_buddy_is_not_ready,
    what_the_parent_answered_on_ties_changes_the_version_of_the_proposal,
    a_turn_that_fails_holds_up_nobody_else_and_is_tried_again,
    a_rehearsal_counts_what_would_change_and_changes_nothing,
);

pub fn at(school: &str) -> Value {
    json!({ "kind": "school", "locationCode": school })
}

pub struct Case {
    pub buddy: Buddy,
    pub parent: PersonId,
    pub request: String,
    pub matched: String,
    pub proposal: String,
}

impl Case {
    pub fn running(world: &World) -> Self {
        let buddy = world.buddy(0, &json!({}));
        let parent = world.person();
        let request = world.consented(0, parent);
        let (matched, proposal) = world.matched(0, parent, &request, &buddy);
        Self { buddy, parent, request, matched, proposal }
    }

    pub fn shown(&self, world: &World) -> Value {
        world.app.get(self.parent, &format!("/matches/{}", self.matched)).expect(200).body
    }

    pub fn state(&self, world: &World) -> String {
        self.shown(world)["state"].as_str().expect("a state").to_owned()
    }

    pub fn request_state(&self, world: &World) -> Value {
        world.app.get(self.parent, &format!("/support-requests/{}", self.request)).expect(200).body["state"]
            .clone()
    }
}

fn a_day_later(world: &World) {
    world.app.platform.clock.advance(chrono::TimeDelta::days(1));
}

fn changes(world: &World) -> usize {
    round(&world.app.platform).expect("the rules can be asked").changes
}

fn a_tie_counts_from_its_first_day(engine: Engine) {
    let world = World::new(engine);
    let board = json!({ "kind": "board", "boardNumber": "99901" });
    for (kind, about, after) in [
        ("joint-council-member", board, "paused"),
        ("own-child-at-school", at(SCHOOL), "paused"),
        ("employed-at-school", at(SCHOOL), "closed"),
    ] {
        let case = Case::running(&world);
        let tomorrow = world.app.platform.clock.today() + Days::new(1);
        let tie = json!({ "kind": kind, "about": about, "sinceDate": tomorrow });
        world.app.post(case.buddy.person, &format!("/buddies/{}/ties", case.buddy.id), &tie).expect(201);
        assert_eq!((changes(&world), case.state(&world).as_str()), (0, "active"));
        a_day_later(&world);
        assert!(changes(&world) > 0);
        assert_eq!(case.state(&world), after, "{kind}");
        assert_eq!(changes(&world), 0, "a second round finds nothing to do");
    }
    assert_sound(&world);
}

fn a_form_that_was_dated_ahead_counts_from_its_day(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    // told in an independent programme, a block in a school's own
    world.tie(&buddy, "supplier-of-school", &at(SCHOOL)).expect(201);
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let state = || world.app.get(parent, &format!("/matches/{matched}")).expect(200).text("state");
    let tomorrow = world.app.platform.clock.today() + Days::new(1);
    let change = json!({ "form": "school", "funders": ["school"], "sinceDate": tomorrow, "reason": "Overname (test)." });
    world.change_form_as_before(0, &change).expect(201);
    assert_eq!((changes(&world), state().as_str()), (0, "active"));
    a_day_later(&world);
    assert!(changes(&world) > 0);
    assert_ne!(state(), "active");
}

fn a_school_that_moves_to_another_board_is_assessed_by_it(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    // the buddy works at a school of another board: nothing to this parent, until her school moves to that board
    world.tie(&case.buddy, "employed-at-school", &at(ELSEWHERE)).expect(201);
    assert_eq!((changes(&world), case.state(&world).as_str()), (0, "active"));
    world.move_school("99902");
    assert!(changes(&world) > 0);
    assert_ne!(case.state(&world), "active");
}

fn a_round_over_what_did_not_change_writes_nothing(engine: Engine) {
    let world = World::new(engine);
    let running = Case::running(&world);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    world.propose(0, &request, &buddy).expect(201);
    let rows = |table: &str| count(&world, table);
    let before = (rows("journal"), rows("assessments"), rows("proposals"));
    let done = round(&world.app.platform).expect("the rules can be asked");
    assert_eq!(done, Round { buddies: 2, ..Round::default() });
    assert_eq!((rows("journal"), rows("assessments"), rows("proposals")), before);
    assert_eq!(running.state(&world), "active");
}

fn a_pause_that_the_parent_asked_for_outlives_a_tie_on_top_of_it(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let path = format!("/matches/{}", case.matched);
    let etag = world.app.get(case.parent, &path).expect(200).etag();
    world.app.call(Some(case.parent), "POST", &format!("{path}/pauses"), None, Some(&etag)).expect(200);
    world.told_tie(&case.buddy).expect(201);
    assert_eq!(case.shown(&world)["pausedBecause"], "new-tie");
    world.answer_ties(case.parent, &case.proposal, "accepted");
    let shown = case.shown(&world);
    assert_eq!((&shown["state"], &shown["pausedBecause"]), (&json!("paused"), &json!("parent-asked")));
    let etag = world.app.get(case.parent, &path).expect(200).etag();
    world.app.call(Some(case.parent), "POST", &format!("{path}/resumptions"), None, Some(&etag)).expect(200);
    assert_eq!(case.state(&world), "active");
    assert_sound(&world);
}

fn a_buddy_whom_the_parent_did_not_want_is_not_put_to_her_again(engine: Engine) {
    let world = World::new(engine);
    let closed = Case::running(&world);
    let path = format!("/matches/{}", closed.matched);
    world
        .app
        .post_on(closed.parent, &path, &format!("{path}/closure"), &json!({ "reason": "other-buddy" }))
        .expect(200);
    let refused_tie = Case::running(&world);
    world.tie(&refused_tie.buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
    world.answer_ties(refused_tie.parent, &refused_tie.proposal, "refused");
    for case in [&closed, &refused_tie] {
        assert_eq!(case.request_state(&world), "consented");
        let reply = refused(world.propose(0, &case.request, &case.buddy), 409, "buddy-unsuitable");
        assert_eq!(reply.body["reasons"], json!(["already-proposed"]));
        let seen = world
            .app
            .get(world.coordinators[0], &format!("/support-requests/{}/candidates", case.request))
            .expect(200);
        let excluded = seen.body["excluded"].as_array().expect("a list");
        assert!(excluded.iter().any(|one| one["buddyId"] == json!(case.buddy.id)), "{}", seen.body);
    }
}

fn a_buddy_who_leaves_leaves_nobody_waiting(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 2 }));
    let (parent, other) = (world.person(), world.person());
    let (request, asked) = (world.consented(0, parent), world.consented(0, other));
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let proposal = world.propose(0, &asked, &buddy).expect(201).id();
    let path = format!("/buddies/{}", buddy.id);
    let left = world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    assert_eq!((&left.body["status"], &left.body["runningMatches"]), (&json!("left"), &json!(0)));
    assert_eq!(world.app.get(world.coordinators[0], &path).expect(200).etag(), left.etag());
    let shown = world.app.get(parent, &format!("/matches/{matched}")).expect(200).body;
    assert_eq!((&shown["state"], &shown["closedBecause"]), (&json!("closed"), &json!("buddy-stops")));
    assert_eq!(
        world.app.get(other, &format!("/proposals/{proposal}")).expect(200).body["state"],
        "cancelled"
    );
    // a new buddy is sought, on the consent that the parent gave
    world.matched(0, parent, &request, &world.buddy(0, &json!({})));
    assert_sound(&world);
}

fn nobody_handles_her_own_request(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let request = world.consented(0, coordinator);
    let buddy = world.buddy(0, &json!({}));
    refused(world.propose(0, &request, &buddy), 409, "coordinator-tied");
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let path = format!("/support-requests/{request}/proposals");
    world.app.post(colleague, &path, &json!({ "buddyId": buddy.id })).expect(201);
}

fn a_match_rests_while_its_buddy_is_not_ready(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let (coordinator, buddy) = (world.coordinators[0], format!("/buddies/{}", case.buddy.id));
    let matched = format!("/matches/{}", case.matched);
    world.app.patch(coordinator, &buddy, &json!({ "status": "paused" })).expect(200);
    let shown = case.shown(&world);
    assert_eq!((&shown["state"], &shown["pausedBecause"]), (&json!("paused"), &json!("buddy-not-ready")));
    for anybody in [case.parent, case.buddy.person, coordinator] {
        let etag = world.app.get(anybody, &matched).expect(200).etag();
        let reply =
            world.app.call(Some(anybody), "POST", &format!("{matched}/resumptions"), None, Some(&etag));
        refused(reply, 409, "buddy-not-ready");
    }
    world.app.patch(coordinator, &buddy, &json!({ "status": "active" })).expect(200);
    assert_eq!(case.state(&world), "active");
    // a certificate that lapses announces itself to nobody
    world.app.platform.clock.advance(chrono::TimeDelta::days(3 * 366));
    assert!(changes(&world) > 0);
    assert_eq!(case.shown(&world)["pausedFor"], json!(["buddy-not-ready", "ties-not-declared"]));
    world.app.ask_on(case.buddy.person, &buddy, &format!("{buddy}/tie-declarations")).expect(200);
    assert_eq!(case.shown(&world)["pausedBecause"], "buddy-not-ready");
    for kind in ["vog", "training"] {
        world.certificate(0, &case.buddy, kind).expect(201);
    }
    assert_eq!(case.state(&world), "active", "the last certificate that was missing wakes it");
    assert_sound(&world);
}

fn what_the_parent_answered_on_ties_changes_the_version_of_the_proposal(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    world.tie(&buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    let path = format!("/proposals/{proposal}");
    let before = world.app.get(parent, &path).expect(200).etag();
    world.answer_ties(parent, &proposal, "accepted");
    assert_ne!(world.app.get(parent, &path).expect(200).etag(), before);
    let yes = json!({ "answer": "accepted" });
    let stale =
        world.app.call(Some(parent), "POST", &format!("{path}/acceptances"), Some(&yes), Some(&before));
    refused(stale, 412, "stale-version");
}

/// Two matches whose buddy works at the school from tomorrow on, the one with the smaller id of buddy first; and a day later.
fn two_that_are_to_end(world: &World) -> [Case; 2] {
    let mut cases = [Case::running(world), Case::running(world)];
    cases.sort_by(|one, other| one.buddy.id.cmp(&other.buddy.id));
    let tomorrow = world.app.platform.clock.today() + Days::new(1);
    for case in &cases {
        let tie = json!({ "kind": "employed-at-school", "about": at(SCHOOL), "sinceDate": tomorrow });
        world.app.post(case.buddy.person, &format!("/buddies/{}/ties", case.buddy.id), &tie).expect(201);
    }
    work_off(&world.app.platform, &mut Resting::default()).expect("nothing is due yet");
    a_day_later(world);
    cases
}

fn spoil(world: &World, case: &Case, how: &str) {
    let sql = format!("UPDATE ties SET kind = '{how}' WHERE buddy_id = '{}'", case.buddy.id);
    around(&world.app.location, |database| database.batch(&sql)).expect("an administrator may");
}

fn a_turn_that_fails_holds_up_nobody_else_and_is_tried_again(engine: Engine) {
    let world = World::new(engine);
    let [first, second] = two_that_are_to_end(&world);
    // the end of a match asks its buddy's others again as well: those rows are not what this is about
    let waits = || count(&world, &format!("reassessments WHERE buddy_id = '{}'", first.buddy.id));
    spoil(&world, &first, "nobody-knows");
    let done = round(&world.app.platform).expect("a round");
    assert_eq!((done.buddies, done.left), (2, 1), "{done:?}");
    assert_eq!((first.state(&world).as_str(), second.state(&world).as_str()), ("active", "closed"));
    assert_eq!(waits(), 1, "what failed waits");
    // it rests, and holds up none of those that come after it
    let mut resting = Resting::default();
    let tried = |resting: &mut Resting| work_off(&world.app.platform, resting).expect("what waits is tried");
    assert_eq!(tried(&mut resting).left, 1);
    assert_eq!(tried(&mut resting), Round::default(), "it rests");
    let third = Case::running(&world);
    tried(&mut resting);
    assert_eq!((third.state(&world).as_str(), waits()), ("active", 1));
    spoil(&world, &first, "employed-at-school");
    assert!(tried(&mut Resting::default()).changes > 0);
    assert_eq!((first.state(&world).as_str(), waits()), ("closed", 0));
    assert_sound(&world);
}

fn a_rehearsal_counts_what_would_change_and_changes_nothing(engine: Engine) {
    let world = World::new(engine);
    let rehearsed = || rehearse(&world.app.platform).expect("a rehearsal");
    let [first, second] = two_that_are_to_end(&world);
    let before = contents(&world);
    let expected = rehearsed();
    assert!(expected >= 2, "{expected}");
    assert_eq!(differing(&before, &contents(&world)), Vec::<String>::new());
    assert_eq!((first.state(&world).as_str(), second.state(&world).as_str()), ("active", "active"));
    assert_eq!(changes(&world), expected);
    assert_eq!(rehearsed(), 0);
}
