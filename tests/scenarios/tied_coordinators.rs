//! A coordinator's own tie keeps her from a whole case (rule 37): she neither handles nor reads it, and no feed names it to her.

use naast_domain::ids::PersonId;
use naast_tests::world::{ELSEWHERE, SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::checker::Checker;
use crate::command_line::naast;
use crate::looks::{assert_sound, count, refused};
use crate::over_time::{Case, at};

on_both!(
    a_coordinator_with_a_tie_leaves_the_case_to_another,
    who_works_at_the_school_does_not_handle_its_cases_in_its_own_programme,
    a_case_that_no_coordinator_may_handle_is_told_to_who_appoints_one,
);

/// Makes something of each kind of a case happen, and gives back the ids by which the feed names it.
fn events_of(world: &World, case: &Case) -> Vec<(&'static str, String)> {
    let (app, matched) = (&world.app, format!("/matches/{}", case.matched));
    let today = app.platform.clock.today();
    let met = json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" });
    let contact = app.post(case.buddy.person, &format!("{matched}/contacts"), &met).expect(201).id();
    let talk = json!({ "date": today, "text": words("meeting-announcement") });
    let talk = app.post(case.parent, &format!("{matched}/meeting-announcements"), &talk).expect(201).id();
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let consents = format!("/support-requests/{}/consents", case.request);
    let consent = app.post(case.parent, &consents, &health).expect(201).id();
    let back = app.ask(case.parent, &format!("{consents}/{consent}/withdrawal")).expect(200);
    let notice = back.body["recipients"][0]["noticeId"].as_str().expect("somebody is told").to_owned();
    let proposals =
        app.get(case.parent, &format!("/support-requests/{}/proposals", case.request)).expect(200);
    let proposal = proposals.body["data"][0]["id"].as_str().expect("it was proposed").to_owned();
    vec![
        ("contact", contact),
        ("announcement", talk),
        ("consent", consent),
        ("notice", notice),
        ("proposal", proposal),
    ]
}

/// Of each consent that she takes back on the parent's word she is told only that, and the same when it was done before; her colleague is shown it, and
/// leaves the record of a reading.
fn takes_consents_back(world: &World, entangled: PersonId, colleague: PersonId) {
    let app = &world.app;
    let records = || count(world, "access_log");
    let other = world.person();
    let path_of_other = format!("/support-requests/{}", world.consented(0, other));
    let yes =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    app.post(other, &format!("{path_of_other}/consents"), &yes).expect(201);
    let consents = app.get(colleague, &format!("{path_of_other}/consents")).expect(200);
    for consent in consents.body["data"].as_array().expect("consents") {
        let id = consent["id"].as_str().expect("an id");
        let back = format!("{path_of_other}/consents/{id}/withdrawal");
        let before = records();
        // taken back now, and before: the same
        for _ in 0..2 {
            let told = app.ask(entangled, &back).expect(200);
            let nothing = json!({
                "consentId": id, "consent": null, "consequence": null, "requestState": null, "recipients": []
            });
            assert_eq!(told.body, nothing);
        }
        assert_eq!(records(), before, "who is shown nothing has read nothing");
        let told = app.ask(colleague, &back).expect(200).body;
        assert!(told["consent"]["id"] == id && told["requestState"].is_string(), "{told}");
        assert_eq!(records(), before + 1);
    }
}

fn a_coordinator_with_a_tie_leaves_the_case_to_another(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let entangled = world.coordinators[0];
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let case = Case::running(&world);
    let (open, buddy) = (world.consented(0, world.person()), world.buddy(0, &json!({})));
    let elsewhere = {
        let mut body = world.request_body(0);
        body["locationCode"] = json!(ELSEWHERE);
        let parent = world.person();
        let id = app.post(parent, "/support-requests", &body).expect(201).id();
        world.consent(parent, &id).expect(201);
        id
    };
    let tie = json!({ "kind": "employed-at-school", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    for nobody in [world.coordinators[1], world.leader, world.administrator, case.parent] {
        assert!([403, 404].contains(&app.post(nobody, &ties, &tie).status));
    }
    let matched = format!("/matches/{}", case.matched);
    let objects = events_of(&world, &case);
    let etag = app.get(entangled, &matched).expect(200).etag();
    let declared = app.post(entangled, &ties, &tie).expect(201);
    assert_eq!(app.get(entangled, &ties).expect(200).body["data"][0]["id"], declared.body["id"]);
    assert_eq!(app.get(colleague, &ties).expect(200).body["data"], json!([]), "her own, and nobody else's");

    let path = format!("/support-requests/{open}");
    let put = json!({ "buddyId": buddy.id });
    let contact = json!({
        "date": app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening"
    });
    // from the very next call on she neither handles nor reads what is her colleague's now, as the contract says
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("GET", format!("{path}/candidates"), None),
        ("GET", format!("{path}/decisions"), None),
        ("GET", format!("{path}/consents"), None),
        ("GET", format!("{path}/holds"), None),
        ("GET", format!("{path}/withdrawal-recipients"), None),
        ("GET", format!("{matched}/meeting-announcements"), None),
        ("POST", format!("{path}/proposals"), Some(&put)),
        ("GET", matched.clone(), None),
        ("GET", format!("{matched}/contacts"), None),
        ("POST", format!("{matched}/contacts"), Some(&contact)),
        ("POST", format!("{matched}/pauses"), None),
        ("POST", format!("{matched}/closure"), Some(&json!({ "reason": "goal-reached" }))),
    ] {
        let reply = app.call(Some(entangled), method, &path, body, Some(&etag));
        refused(Checker::default().check(method, &path, reply), 409, "coordinator-tied");
    }
    // lists and the feed go on behind what they leave out, a row at a time
    let shown = |person, list: &str| -> String {
        let (mut all, mut after) = (String::new(), String::new());
        for _ in 0..200 {
            let page = app.get(person, &format!("{list}&pageSize=1{after}")).expect(200);
            all.push_str(&page.body["data"].to_string());
            let Some(next) = page.body["nextCursor"].as_str() else { return all };
            let name = if list.starts_with("/events") { "after" } else { "cursor" };
            after = format!("&{name}={next}");
        }
        panic!("{list} does not end");
    };
    for (list, hers) in [("/support-requests", true), ("/matches", false), ("/events", true)] {
        let list = format!("{list}?programmeId={}", world.programmes[0]);
        let (told, all) = (shown(entangled, &list), shown(colleague, &list));
        for (id, is_tied) in
            [(&open, true), (&case.request, true), (&case.matched, true), (&elsewhere, false)]
        {
            assert!(!(is_tied && told.contains(id.as_str())), "{list} shows {id}");
        }
        // nor anything else of it, of which the feed names a colleague
        for (kind, id) in &objects {
            assert!(!told.contains(id.as_str()), "{list} shows the {kind}");
            assert!(
                all.contains(id.as_str()) || !list.starts_with("/events"),
                "{list} of a colleague: {kind}"
            );
        }
        assert_eq!(told.contains(&elsewhere), hers, "{list}");
        assert!(all.contains(&case.matched) || all.contains(&open), "{list} of a colleague");
    }
    app.post(colleague, &format!("{path}/proposals"), &put).expect(201);
    app.get(entangled, &format!("/support-requests/{elsewhere}/candidates")).expect(200);
    // what a parent wants stopped is stopped, whoever takes her call; and nothing of the case is shown by that
    takes_consents_back(&world, entangled, colleague);
    let stopped = app.ask(entangled, &format!("{path}/withdrawal")).expect(200);
    assert_eq!(
        stopped.body,
        json!({
            "requestId": open, "state": "withdrawn", "cancelledProposalIds": [], "closedMatchId": null,
            "recipients": []
        })
    );
    // nor how often something of it was changed; and the same when it was done before
    assert!(stopped.header("etag").is_none());
    let again = app.ask(entangled, &format!("{path}/withdrawal")).expect(200);
    assert_eq!((&again.bytes, again.header("etag")), (&stopped.bytes, None));
    assert_eq!(app.get(colleague, &path).expect(200).body["state"], "withdrawn");

    // what counted is not dated away, and nobody else dates it at all
    let place = format!("{ties}/{}", declared.id());
    let end = json!({ "untilDate": "2021-07-31" });
    refused(app.call(Some(colleague), "PATCH", &place, Some(&end), Some(&declared.etag())), 404, "not-found");
    let away = app.call(Some(entangled), "PATCH", &place, Some(&end), Some(&declared.etag()));
    assert_eq!(away.expect(400).body["errors"][0]["code"], "too-early");
    let pause = app.call(Some(entangled), "POST", &format!("{matched}/pauses"), None, Some(&etag));
    refused(pause, 409, "coordinator-tied");
    assert_sound(&world);
}

fn who_works_at_the_school_does_not_handle_its_cases_in_its_own_programme(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let coordinator = world.coordinators[1];
    let request = world.request(1, world.person());
    let path = format!("/support-requests/{request}");
    app.get(coordinator, &path).expect(200);
    // the school's own programme may have a coordinator at the school; but not one who works with its children
    let list = format!("/organisations/{}/memberships", world.school);
    let staff = json!({ "personId": coordinator, "role": "school-staff" });
    app.post(world.administrator, &list, &staff).expect(201);
    for of in ["", "/consents", "/proposals", "/candidates"] {
        refused(app.get(coordinator, &format!("{path}{of}")), 409, "coordinator-tied");
    }
    let all = app.get(coordinator, &format!("/support-requests?programmeId={}", world.programmes[1]));
    assert_eq!(all.expect(200).body["data"], json!([]));
    // one from outside the school handles it
    let outside = world.member(&world.school, "coordinator", Some(&world.programmes[1]));
    app.get(outside, &path).expect(200);
    assert_sound(&world);
}

fn a_case_that_no_coordinator_may_handle_is_told_to_who_appoints_one(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let (alone, parent) = (world.coordinators[0], world.person());
    let request = world.consented(0, parent);
    let needs = || app.get(world.administrator, "/coordination-needs").expect(200).body["data"].clone();
    let told = || {
        let page = app.get(parent, "/me/notices").expect(200).body;
        let all = page["data"].as_array().expect("a list").clone();
        all.into_iter().find(|one| one["kind"] == "waits-for-coordinator")
    };
    let doctor = || {
        let output = naast(&world, &["--language", "en", "doctor"]);
        assert!(output.status.success(), "a case that waits is no fault of the installation");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!((needs(), told()), (json!([]), None));
    assert!(doctor().contains("each programme has who may handle its cases"));

    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let tie = json!({ "kind": "employed-at-school", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    app.post(alone, &ties, &tie).expect(201);
    // a second case changes nothing of what is told: no number, and no id of any case
    let in_need = needs();
    let another = world.person();
    let hers = world.consented(0, another);
    assert_eq!(needs(), in_need);
    assert_eq!(in_need.as_array().map(Vec::len), Some(1), "{in_need}");
    assert_eq!(in_need[0]["programmeId"], json!(world.programmes[0]));
    let keys: Vec<_> = in_need[0].as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["programmeId", "organisationId", "name"], "nothing of a case");
    assert!(doctor().contains("WARNING: another coordinator needed in 1 programme;"));
    assert_eq!(in_need_of(&world), 1);
    let notice = told().expect("the parent reads that it waits");
    assert_eq!(notice["requestId"], json!(request));
    let text = notice["text"].as_str().expect("words");
    assert!(text.contains("ander programma") && text.contains("stop met deze vraag"), "{text}");
    // what she can do: it stops, or it goes to another programme
    for nobody in [alone, world.coordinators[1], world.leader, parent] {
        refused(app.get(nobody, "/coordination-needs"), 403, "forbidden");
    }

    // a colleague who is tied as well does not help, one who is not does
    let second = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    app.post(second, &ties, &tie).expect(201);
    assert_eq!(needs(), in_need);
    let colleague = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    assert_eq!((needs(), told(), in_need_of(&world)), (json!([]), None, 0));
    app.get(colleague, &format!("/support-requests/{request}")).expect(200);
    // without her nobody is left again
    let roles = format!("/organisations/{}/memberships", world.association);
    let all = app.get(world.administrator, &format!("{roles}?pageSize=200")).expect(200).body["data"].clone();
    let role = all.as_array().expect("a list").iter().find(|one| one["personId"] == json!(colleague));
    let role = format!("{roles}/{}", role.expect("her role")["id"].as_str().expect("an id"));
    app.patch(world.administrator, &role, &json!({ "status": "suspended" })).expect(200);
    assert_eq!((needs(), told().is_some(), in_need_of(&world)), (in_need.clone(), true, 1));
    for (who, request) in [(parent, &request), (another, &hers)] {
        app.ask(who, &format!("/support-requests/{request}/withdrawal")).expect(200);
    }
    // nor then: what was withdrawn is told to the programme, and nobody there may read it
    assert_eq!((needs(), told(), in_need_of(&world)), (in_need, None, 1));
    assert_sound(&world);
}

fn in_need_of(world: &World) -> usize {
    naast_api::independence::coordination::in_need(&world.app.platform).expect("counted")
}
