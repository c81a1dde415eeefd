//! A seat on a council and a task in a programme of a school, a board or a partnership are ties that nobody has to declare (S2, ADR 82).

use chrono::{Days, TimeDelta};
use naast_api::independence::round::round;
use naast_domain::ids::PersonId;
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, refused};
use crate::over_time::Case;

on_both!(
    a_seat_and_a_task_are_told_though_nobody_declared_them,
    who_trains_for_a_school_is_no_buddy_in_its_own_programme_and_who_coordinates_it_is_told,
    a_seat_that_is_given_later_waits_for_the_parent_and_its_end_lifts_that,
    a_role_counts_from_its_first_day_and_not_before,
    who_coordinates_a_schools_own_programme_has_no_tie_with_its_cases_by_that,
    a_talk_that_was_announced_stands_while_the_parent_decides_as_she_is_told,
);

/// Gives a role, and says where it stands.
fn give(world: &World, person: PersonId, organisation: &str, body: &Value) -> String {
    let mut body = body.clone();
    body["personId"] = json!(person);
    let path = format!("/organisations/{organisation}/memberships");
    format!("{path}/{}", world.app.post(world.administrator, &path, &body).expect(201).id())
}

fn organisation(world: &World, kind: &str, code: (&str, &str)) -> String {
    let mut body = json!({ "kind": kind, "name": format!("{kind} (test)") });
    body[code.0] = json!(code.1);
    world.app.post(world.administrator, "/organisations", &body).expect(201).id()
}

/// The rules that the parent is told of in a proposal, and what each means.
fn told(world: &World, parent: PersonId, proposal: &str) -> Vec<(String, String)> {
    let shown = world.app.get(parent, &format!("/proposals/{proposal}")).expect(200).body;
    let text = |tie: &Value, name: &str| tie[name].as_str().expect("a text").to_owned();
    let rule = |tie: &Value| text(tie, "finding").split(':').next().expect("a rule").to_owned();
    shown["ties"].as_array().expect("a list").iter().map(|tie| (rule(tie), text(tie, "meaning"))).collect()
}

fn a_day_later(world: &World) {
    world.app.platform.clock.advance(TimeDelta::days(1));
}

fn changes(world: &World) -> usize {
    round(&world.app.platform).expect("the rules can be asked").changes
}

fn a_seat_and_a_task_are_told_though_nobody_declared_them(engine: Engine) {
    let world = World::new(engine);
    let board = organisation(&world, "board", ("boardNumber", "99901"));
    let office = organisation(&world, "partnership", ("partnershipCode", "PO9901"));
    let other = organisation(&world, "partnership", ("partnershipCode", "PO9902"));
    let (school, association) = (&world.school, &world.association);
    let [independent, of_the_school, of_the_point] = &world.programmes;
    let parent = world.person();
    let request = world.consented(0, parent);
    for (place, role, programme, rule, words) in [
        (school, "council-member", None, "11", "medezeggenschapsraad (MR) van de school"),
        (&board, "council-member", None, "12", "(GMR)"),
        (&office, "council-member", None, "13", "(OPR)"),
        (school, "coordinator", Some(of_the_school), "15", "heeft een taak"),
        // also where another appointed her: the school runs it
        (association, "coordinator", Some(of_the_school), "15", "heeft een taak"),
        (association, "coordinator", Some(of_the_point), "15", "het samenwerkingsverband"),
        (association, "trainer", Some(of_the_point), "15", "het samenwerkingsverband"),
        (school, "trainer", Some(of_the_school), "32", "training"),
        (&other, "council-member", None, "", ""),
        (association, "coordinator", Some(independent), "", ""),
    ] {
        let buddy = world.buddy(0, &json!({}));
        let mut body = json!({ "role": role });
        if let Some(programme) = programme {
            body["programmeId"] = json!(programme);
        }
        give(&world, buddy.person, place, &body);
        let candidates =
            world.app.get(world.coordinators[0], &format!("/support-requests/{request}/candidates"));
        let candidates = candidates.expect(200).body["candidates"].clone();
        let hers =
            candidates.as_array().expect("a list").iter().find(|one| one["buddyId"] == json!(buddy.id));
        let to_accept = usize::from(!rule.is_empty());
        assert_eq!(hers.expect("a candidate")["tiesToAccept"], json!(to_accept), "{role} {rule}");
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        let ties = told(&world, parent, &proposal);
        let rules: Vec<&str> = ties.iter().map(|(rule, _)| rule.as_str()).collect();
        let explained = world.app.get(parent, &format!("/proposals/{proposal}/explanation")).expect(200).body;
        let summary = explained["summary"].as_str().expect("words");
        if rule.is_empty() {
            assert_eq!(rules, [""; 0], "{role}");
            assert!(summary.contains("geen band"), "{summary}");
        } else {
            assert_eq!(rules, [rule], "{role}");
            assert!(ties[0].1.contains(words), "{}", ties[0].1);
            // nobody said for whom she sits there
            assert!(role != "council-member" || !ties[0].1.contains("zit voor"), "{}", ties[0].1);
            assert!(!summary.contains("geen band"), "{summary}");
            refused(world.answer(parent, &proposal, "accepted"), 409, "tie-not-accepted");
        }
        world.answer(buddy.person, &proposal, "refused").expect(201);
    }
}

fn who_trains_for_a_school_is_no_buddy_in_its_own_programme_and_who_coordinates_it_is_told(engine: Engine) {
    let world = World::new(engine);
    let programme = &world.programmes[1];
    let (trainer, coordinator, plain) =
        (world.buddy(1, &json!({})), world.buddy(1, &json!({})), world.buddy(1, &json!({})));
    for (buddy, role) in [(&trainer, "trainer"), (&coordinator, "coordinator")] {
        give(&world, buddy.person, &world.school, &json!({ "role": role, "programmeId": programme }));
    }
    let parent = world.person();
    let request = world.consented(1, parent);
    refused(world.propose(1, &request, &trainer), 409, "buddy-not-independent");
    for (buddy, expected) in [(&coordinator, vec!["15", "28"]), (&plain, vec!["28"])] {
        let proposal = world.propose(1, &request, buddy).expect(201).id();
        let rules: Vec<String> = told(&world, parent, &proposal).into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(rules, expected, "that a school runs the programme is no tie of its buddies");
        world.answer(buddy.person, &proposal, "refused").expect(201);
    }
}

fn a_seat_that_is_given_later_waits_for_the_parent_and_its_end_lifts_that(engine: Engine) {
    let world = World::new(engine);
    for answer in ["accepted", "refused", "none"] {
        let case = Case::running(&world);
        let seat = give(&world, case.buddy.person, &world.school, &json!({ "role": "council-member" }));
        let shown = case.shown(&world);
        assert_eq!((&shown["state"], &shown["pausedBecause"]), (&json!("paused"), &json!("new-tie")));
        let rules = told(&world, case.parent, &case.proposal);
        assert_eq!(rules.len(), 1, "{rules:?}");
        // the school is one in her life now: she says as well what else ties her to its board and its partnership
        let declares = || world.answer(case.buddy.person, &case.proposal, "accepted").expect(201);
        match answer {
            "none" => {
                world.app.patch(world.administrator, &seat, &json!({ "status": "ended" })).expect(200);
                assert_eq!(case.state(&world), "paused", "it counts on its last day");
                a_day_later(&world);
                assert!(changes(&world) > 0);
                assert_eq!(case.shown(&world)["pausedFor"], json!(["ties-not-declared"]));
                declares();
                assert_eq!(case.state(&world), "active");
                assert_eq!(told(&world, case.parent, &case.proposal), []);
            }
            "accepted" => {
                declares();
                assert_eq!(case.shown(&world)["pausedFor"], json!(["new-tie"]));
                world.answer_ties(case.parent, &case.proposal, answer);
                assert_eq!(case.state(&world), "active");
            }
            _ => {
                world.answer_ties(case.parent, &case.proposal, answer);
                assert_eq!(case.state(&world), "closed");
            }
        }
    }
    assert_sound(&world);
}

fn a_role_counts_from_its_first_day_and_not_before(engine: Engine) {
    let world = World::new(engine);
    let tomorrow = world.app.platform.clock.today() + Days::new(1);
    let case = Case::running(&world);
    let (seated, employed) = (world.buddy(0, &json!({})), world.buddy(0, &json!({})));
    let parents = [world.person(), world.person()];
    let requests = parents.map(|parent| world.consented(0, parent));
    for (person, role) in [
        (case.buddy.person, "council-member"),
        (seated.person, "council-member"),
        (employed.person, "school-staff"),
    ] {
        give(&world, person, &world.school, &json!({ "role": role, "sinceDate": tomorrow }));
    }
    let [of_seated, of_employed] = [(&requests[0], &seated), (&requests[1], &employed)]
        .map(|(request, buddy)| world.propose(0, request, buddy).expect(201).id());
    assert_eq!((changes(&world), case.state(&world)), (0, "active".into()));
    assert_eq!(told(&world, parents[0], &of_seated), []);

    a_day_later(&world);
    // whoever asks before the round of that day came by finds what counts on that day
    let fresh = world.consented(0, world.person());
    let seen = world.app.get(world.coordinators[0], &format!("/support-requests/{fresh}/candidates"));
    let seen = seen.expect(200).body;
    let of = |list: &str, id: &str| {
        let all = seen[list].as_array().expect("a list").clone();
        all.into_iter().find(|one| one["buddyId"] == json!(id)).expect("she is there")
    };
    assert_eq!(of("candidates", &seated.id)["tiesToAccept"], json!(1));
    assert_eq!(of("excluded", &employed.id)["reasons"][0]["code"], json!("not-independent"));
    refused(world.propose(0, &fresh, &employed), 409, "buddy-not-independent");
    let late = world.answer(parents[0], &of_seated, "accepted");
    assert!(late.body["matchId"].is_null(), "{}", late.body);
    let late = world.answer(parents[1], &of_employed, "accepted");
    assert!(late.body["matchId"].is_null(), "{}", late.body);
    for (buddy, proposal) in [(&seated, &of_seated), (&employed, &of_employed)] {
        let yes = world.answer(buddy.person, proposal, "accepted");
        assert!(yes.body["matchId"].is_null(), "{}", yes.body);
    }
    changes(&world);
    assert_eq!(case.shown(&world)["pausedBecause"], "new-tie");
    assert_eq!(told(&world, parents[0], &of_seated).len(), 1);
    let state = world.app.get(parents[1], &format!("/proposals/{of_employed}")).expect(200).text("state");
    assert_eq!(state, "cancelled");
    assert_sound(&world);
}

fn who_coordinates_a_schools_own_programme_has_no_tie_with_its_cases_by_that(engine: Engine) {
    let world = World::new(engine);
    let (programme, coordinator, parent) = (&world.programmes[1], world.coordinators[1], world.person());
    let request = world.consented(1, parent);
    let buddy = world.buddy(1, &json!({}));
    let app = &world.app;
    // she sits on the council as well: that is told of a buddy, and keeps no coordinator from a case
    give(&world, coordinator, &world.school, &json!({ "role": "council-member" }));
    app.get(coordinator, &format!("/support-requests/{request}/candidates")).expect(200);
    world.matched(1, parent, &request, &buddy);
    app.post(parent, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    // of a case that is gone nobody can tell whose it was: whoever has a tie is told nothing of it, and she has none
    let path = format!("/withdrawal-notices?programmeId={programme}");
    let notices = app.get(coordinator, &path).expect(200).body["data"].clone();
    assert_eq!(notices.as_array().map(Vec::len), Some(1), "{notices}");
    assert_eq!(app.get(world.administrator, "/coordination-needs").expect(200).body["data"], json!([]));
}

fn a_talk_that_was_announced_stands_while_the_parent_decides_as_she_is_told(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    for (role, answer, states) in [
        ("council-member", Some("accepted"), ["announced", "announced"]),
        ("council-member", Some("refused"), ["announced", "cancelled"]),
        ("school-staff", None, ["cancelled", "cancelled"]),
    ] {
        let case = Case::running(&world);
        let talks = format!("/matches/{}/meeting-announcements", case.matched);
        let talk = json!({ "date": app.platform.clock.today(), "text": words("meeting-announcement") });
        let talk = app.post(case.parent, &talks, &talk).expect(201).id();
        // what she reads, and what school reads of the only talk that was announced last
        let state = || {
            let hers = app.get(case.parent, &talks).expect(200).body["data"].clone();
            let hers = hers.as_array().expect("a list").iter().find(|one| one["id"] == json!(talk)).cloned();
            let list = format!("/announced-meetings?locationCode={SCHOOL}");
            let theirs = app.get(world.leader, &list).expect(200).body["data"].clone();
            let open =
                theirs.as_array().expect("a list").iter().any(|one| one["state"] == json!("announced"));
            let hers = hers.expect("it is there")["state"].as_str().expect("a state").to_owned();
            assert_eq!(open, hers == "announced", "{theirs}");
            hers
        };
        give(&world, case.buddy.person, &world.school, &json!({ "role": role }));
        let notices = app.get(case.parent, "/me/notices").expect(200).body["data"].clone();
        let said = notices[0]["text"].as_str().expect("words").to_owned();
        assert_eq!(said.contains("Dat blijft staan"), states[0] == "announced", "{said}");
        assert_eq!(said.contains("Dat is ingetrokken"), states[0] == "cancelled", "{said}");
        assert_eq!(state(), states[0]);
        if let Some(answer) = answer {
            world.answer_ties(case.parent, &case.proposal, answer);
        }
        assert_eq!(state(), states[1], "{role} {answer:?}");
        if states[1] == "announced" {
            app.ask(case.parent, &format!("{talks}/{talk}/cancellation")).expect(200);
        }
    }
}
