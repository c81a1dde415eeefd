//! A coordinator is asked each year after her own ties (S2, ADR 83): until she answers she has no hand in a case, and reads as before.

use chrono::{Months, TimeDelta};
use naast_domain::ids::PersonId;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};
use crate::over_time::{Case, at};

on_both!(
    a_coordinator_who_was_not_asked_for_a_year_changes_nothing_of_a_case_until_she_answers,
    what_she_declares_when_she_is_asked_keeps_her_from_the_case,
    a_role_that_is_given_anew_is_a_new_asking,
);

const NOT_ASKED: &str = "coordinator-not-asked-this-year";

/// To the last day on which whoever was asked today need not be asked again.
fn a_year_later(world: &World) {
    let today = world.app.platform.clock.today();
    world.app.platform.clock.advance((today + Months::new(12)) - today);
}

fn a_day_later(world: &World) {
    world.app.platform.clock.advance(TimeDelta::days(1));
}

fn declarations(world: &World) -> String {
    format!("/programmes/{}/coordinator-tie-declarations", world.programmes[0])
}

/// Everything by which a coordinator has a hand in a case that runs and in one that waits.
fn hands(
    world: &World,
    case: &Case,
    waiting: &str,
    proposal: &str,
    buddy: &str,
) -> Vec<(String, String, Value)> {
    let (request, matched) =
        (format!("/support-requests/{}", case.request), format!("/matches/{}", case.matched));
    let today = world.app.platform.clock.today();
    let contact = json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" });
    let heard = json!({ "kind": "request", "text": naast_tests::world::words("request") });
    let call = |path: String, of: &str, body: Value| (path, of.to_owned(), body);
    vec![
        call(format!("/support-requests/{waiting}/proposals"), "", json!({ "buddyId": buddy })),
        call(format!("{request}/reported-consents"), "", heard),
        call(format!("{request}/holds"), "", json!({ "because": "complaint" })),
        call(
            format!("/proposals/{proposal}/cancellation"),
            &format!("/proposals/{proposal}"),
            json!({ "reason": "made-by-mistake" }),
        ),
        call(format!("{matched}/contacts"), "", contact),
        call(format!("{matched}/pauses"), &matched, Value::Null),
        call(format!("{matched}/closure"), &matched, json!({ "reason": "goal-reached" })),
    ]
}

fn a_coordinator_who_was_not_asked_for_a_year_changes_nothing_of_a_case_until_she_answers(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator) = (&world.app, world.coordinators[0]);
    let case = Case::running(&world);
    a_year_later(&world);
    let (buddy, parent) = (world.buddy(0, &json!({ "capacity": 3 })), world.person());
    let (first, waiting, taken_back) =
        (world.consented(0, parent), world.consented(0, world.person()), world.consented(0, world.person()));
    // on the last day she still proposes
    let proposal = world.propose(0, &first, &buddy).expect(201).id();
    a_day_later(&world);
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let all = hands(&world, &case, &waiting, &proposal, &buddy.id);
    let before = count(&world, "journal");
    for (path, of, body) in &all {
        let body = (!body.is_null()).then_some(body);
        let etag = (!of.is_empty()).then(|| app.get(coordinator, of).expect(200).etag());
        let reply = app.call(Some(coordinator), "POST", path, body, etag.as_deref());
        let told = refused(reply, 409, NOT_ASKED);
        let words = told.body["detail"].as_str().expect("words");
        assert!(words.contains("coordinator-tie-declarations"), "{path}: {words}");
    }
    assert_eq!(count(&world, "journal"), before, "nothing was changed");
    // she reads as before, and what a parent takes back is noted
    for path in [
        format!("/support-requests/{waiting}"),
        format!("/support-requests/{waiting}/candidates"),
        format!("/support-requests?programmeId={}", world.programmes[0]),
        format!("/matches/{}", case.matched),
        format!("/proposals/{proposal}"),
        format!("/withdrawal-notices?programmeId={}", world.programmes[0]),
    ] {
        app.get(coordinator, &path).expect(200);
    }
    app.ask(coordinator, &format!("/support-requests/{taken_back}/withdrawal")).expect(200);
    // a colleague is asked for herself, and so is she in another programme
    app.post(colleague, &all[0].0, &all[0].2).expect(201);
    refused(
        app.ask(coordinator, &declarations(&world).replace(&world.programmes[0], &world.programmes[1])),
        404,
        "not-found",
    );
    refused(app.ask(parent, &declarations(&world)), 403, "forbidden");

    let said = app.ask(coordinator, &declarations(&world)).expect(200).body;
    assert_eq!(said["declaredDate"], json!(app.platform.clock.today()), "{said}");
    let rows = count(&world, "journal");
    app.ask(coordinator, &declarations(&world)).expect(200);
    assert_eq!(count(&world, "journal"), rows, "said again it changes nothing");
    let pauses = format!("/matches/{}/pauses", case.matched);
    app.ask_on(coordinator, &format!("/matches/{}", case.matched), &pauses).expect(200);
    // and again a year after her answer
    a_year_later(&world);
    let resume = format!("/matches/{}/resumptions", case.matched);
    let resumes = || app.ask_on(coordinator, &format!("/matches/{}", case.matched), &resume);
    a_day_later(&world);
    refused(resumes(), 409, NOT_ASKED);
    app.ask(coordinator, &declarations(&world)).expect(200);
    assert_ne!(resumes().body["code"], json!(NOT_ASKED));
    assert_sound(&world);
}

fn what_she_declares_when_she_is_asked_keeps_her_from_the_case(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator): (_, PersonId) = (&world.app, world.coordinators[0]);
    let request = world.consented(0, world.person());
    a_year_later(&world);
    a_day_later(&world);
    let buddy = world.buddy(0, &json!({}));
    refused(world.propose(0, &request, &buddy), 409, NOT_ASKED);
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let tie = json!({ "kind": "family-on-staff", "about": at(SCHOOL) });
    app.post(coordinator, &ties, &tie).expect(201);
    // to declare one is not yet to say that it is all; and the tie is told before the question is
    refused(world.propose(0, &request, &buddy), 409, "coordinator-tied");
    app.ask(coordinator, &declarations(&world)).expect(200);
    refused(world.propose(0, &request, &buddy), 409, "coordinator-tied");
    refused(app.get(coordinator, &format!("/support-requests/{request}")), 409, "coordinator-tied");
}

fn a_role_that_is_given_anew_is_a_new_asking(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator) = (&world.app, world.coordinators[0]);
    let request = world.consented(0, world.person());
    a_year_later(&world);
    a_day_later(&world);
    let buddy = world.buddy(0, &json!({}));
    refused(world.propose(0, &request, &buddy), 409, NOT_ASKED);
    let list = format!("/organisations/{}/memberships", world.association);
    let all = app.get(world.administrator, &list).expect(200).body["data"].clone();
    let hers = |one: &&Value| one["personId"] == json!(coordinator);
    let role = all.as_array().expect("a list").iter().find(hers).expect("her role")["id"].clone();
    let place = format!("{list}/{}", role.as_str().expect("an id"));
    app.patch(world.administrator, &place, &json!({ "status": "ended" })).expect(200);
    let anew = json!({ "personId": coordinator, "role": "coordinator", "programmeId": world.programmes[0] });
    app.post(world.administrator, &list, &anew).expect(201);
    world.propose(0, &request, &buddy).expect(201);
}
