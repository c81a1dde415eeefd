//! Each thing that must never be, made by hand behind the program's back: and the look finds it. A look that finds nothing
//! when there is something proves nothing when it finds nothing.
//!
//! In a fault `ERASED` and `LEFT` stand for the id of a request and of a parent that were erased.

use naast_tests::world::{ELSEWHERE, SCHOOL, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use super::watch::{Known, broken};

on_both!(what_is_broken_behind_its_back_is_found);

/// A world with a running match that has one told and accepted tie, a referred request, a withdrawn one, one that was only asked, a talk at school, one
/// to a school's own programme, and a parent who is gone.
fn world(engine: Engine) -> (World, Known) {
    let world = World::new(engine);
    // she was a buddy here before, under another profile
    let former = world.applicant(0, &json!({}));
    world
        .app
        .patch(world.coordinators[0], &format!("/buddies/{}", former.id), &json!({ "status": "left" }))
        .expect(200);
    let buddy = world.buddy(0, &json!({ "capacity": 2, "personId": former.person }));
    world
        .tie(&buddy, "own-child-at-school", &json!({ "kind": "school", "locationCode": SCHOOL }))
        .expect(201);
    let (parent, second, third) = (world.person(), world.person(), world.person());
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
    world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
    let code = world.explained(&world.conversation());
    let referred = world.refer(second, &code, &world.request_body(0)).expect(201).id();
    world.consent(second, &referred).expect(201);
    world.matched(0, second, &referred, &buddy);
    // a pupil who spoke herself, after her parent did, and one who has not spoken
    let health = json!({
        "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data")
    });
    for (parent, request) in [(parent, &request), (second, &referred)] {
        world.app.post(parent, &format!("/support-requests/{request}/consents"), &health).expect(201);
    }
    world.app.ask(second, &format!("/support-requests/{referred}/pupil-codes")).expect(201);
    let pupil = world.app.ask(parent, &format!("/support-requests/{request}/pupil-codes")).expect(201);
    let yes = json!({
        "code": pupil.text("pupilCode"), "text": words("pupil-health-data")
    });
    world.app.call(None, "POST", "/pupil-consents", Some(&yes), None).expect(200);
    let withdrawn = world.consented(0, third);
    world.app.ask(third, &format!("/support-requests/{withdrawn}/withdrawal")).expect(200);
    let asked = world.request(0, world.person());
    let of_school = world.consented(1, third);
    let left = world.person();
    let erased = world.consented(0, left);
    world.app.post(left, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    let known = Known {
        parents: [parent, second, third, left].iter().map(ToString::to_string).collect(),
        requests: vec![request, referred, withdrawn, asked, of_school, erased.clone()],
        erased: vec![erased],
        left: vec![left.to_string()],
    };
    (world, known)
}

/// Each fault, with what must be found of it.
#[expect(clippy::too_many_lines, reason = "a few lines for each fault, and the list of them is the point")]
fn faults(engine: Engine) -> Vec<(&'static str, String)> {
    let lapse = |kind: &str| {
        format!("UPDATE consents SET lapsed_at = given_at WHERE kind = '{kind}' AND withdrawn_at IS NULL")
    };
    let (lift, lift_changes) = match engine {
        Engine::Sqlite => ("DROP TRIGGER journal_no_delete;", "DROP TRIGGER journal_no_update;"),
        Engine::Postgres => {
            let one = "ALTER TABLE journal DISABLE TRIGGER journal_no_update;";
            (one, one)
        }
    };
    let about = format!("'{{\"school\": \"{SCHOOL}\"}}'");
    let (at, no, json) = match engine {
        Engine::Sqlite => ("'2026-01-01T00:00:00.000000Z'", "0", "text"),
        Engine::Postgres => ("'2026-01-01T00:00:00Z'", "false", "jsonb"),
    };
    let a_tie_with = |kind: &str, about: &str| {
        format!(
            "INSERT INTO ties (programme_id, id, buddy_id, kind, about, aggravated, since, until, declared_at, version) \
             SELECT programme_id, buddy_id, buddy_id, '{kind}', {about}, {no}, '2024-01-01', NULL, {at}, 1 \
             FROM matches WHERE state = 'active' LIMIT 1"
        )
    };
    let of_the_case = |thing: &str, column: &str| match engine {
        Engine::Sqlite => format!("json_object('{thing}', {column})"),
        Engine::Postgres => format!("jsonb_build_object('{thing}', {column})"),
    };
    let person_again = format!("INSERT INTO people (id, name, created_at) VALUES ('LEFT', '', {at})");
    let a_tie = |kind: &str| a_tie_with(kind, &about);
    vec![
        ("a match without consent", lapse("request")),
        ("a referred match without that consent", lapse("referral")),
        ("a consent to a school's own programme without a choice", "DELETE FROM choices_shown".to_owned()),
        (
            "a consent to a school's own programme without a choice",
            "DELETE FROM choices_shown WHERE shown_programme_id <> programme_id".to_owned(),
        ),
        ("a match that not both said yes to", "UPDATE proposals SET buddy_answer = NULL".to_owned()),
        ("an active match with a tie that the parent did not accept", "DELETE FROM tie_answers".to_owned()),
        ("a running match with a buddy who is not independent", a_tie("employed-at-school")),
        ("an active match with a tie that the parent did not accept (15", a_tie("school-volunteer")),
        ("an active match whose buddy declared nothing for it", "UPDATE proposals SET ties_declared_on = NULL".to_owned()),
        (
            "an active match whose buddy did not declare upon its school",
            format!("UPDATE support_requests SET location_code = '{ELSEWHERE}'"),
        ),
        (
            "an active match whose buddy was not asked after a kind (support-plan-council-parent",
            format!(
                "UPDATE proposals SET ties_declared_upon = CAST(replace(CAST(ties_declared_upon AS text), \
                 'support-plan-council-parent', 'tie-with-parent') AS {json})"
            ),
        ),
        (
            "an active match with a tie that the parent did not accept (0",
            "UPDATE support_requests SET location_code = NULL".to_owned(),
        ),
        ("an active match whose buddy was not asked this year", "UPDATE buddies SET ties_asked_on = '2020-01-01' WHERE status = 'active'".to_owned()),
        ("an active match with a tie that the parent did not accept (12", a_tie_with("joint-council-member", "'{\"board\": \"99901\"}'")),
        ("a running match with a buddy who is not independent", a_tie_with("employed-by-partnership", "'{\"partnership\": \"PO9901\"}'")),
        (
            "a running match with a buddy who is not independent",
            a_tie_with("support-plan-council-staff", "'{\"seat\": [\"PO9901\", \"99901\"]}'"),
        ),
        ("an active match with a tie that the parent did not accept (7", a_tie_with("support-point-worker", "'{\"partnership\": \"PO9902\"}'")),
        (
            "a running match with a buddy who is not independent",
            format!(
                "INSERT INTO memberships (id, person_id, organisation_id, programme_id, role, status, since, until, version) \
                 SELECT b.id, b.person_id, o.id, NULL, 'school-staff', 'active', '2024-01-01', NULL, 1 \
                 FROM buddies b, organisations o WHERE b.status = 'active' AND o.location_code = '{SCHOOL}'"
            ),
        ),
        (
            "an active match with a tie that the parent did not accept (11",
            format!(
                "INSERT INTO memberships (id, person_id, organisation_id, programme_id, role, status, since, until, version) \
                 SELECT b.id, b.person_id, o.id, NULL, 'council-member', 'active', '2024-01-01', NULL, 1 \
                 FROM buddies b, organisations o WHERE b.status = 'active' AND o.location_code = '{SCHOOL}'"
            ),
        ),
        (
            "an active match with a tie that the parent did not accept (15",
            "INSERT INTO memberships (id, person_id, organisation_id, programme_id, role, status, since, until, version) \
             SELECT b.id, b.person_id, o.id, p.id, 'coordinator', 'active', '2024-01-01', NULL, 1 FROM buddies b, organisations o, \
             programmes p JOIN programme_forms f ON f.programme_id = p.id WHERE b.status = 'active' AND o.kind = 'parent-association' AND f.form = 'school'"
                .to_owned(),
        ),
        (
            "an active match with a tie that the parent did not accept (29",
            "UPDATE programme_forms SET funders = 2".to_owned(),
        ),
        ("an active match whose parent consented to another form", "UPDATE programme_forms SET form = 'support-point'".to_owned()),
        ("an active match with a tie that the parent did not accept (33", "DELETE FROM tie_answers WHERE finding LIKE '33:______'".to_owned()),
        ("a match that was assessed as blocked", "UPDATE assessments SET verdict = 'block'".to_owned()),
        ("an active match with a buddy who is not ready", "DELETE FROM certificates WHERE kind = 'training'".to_owned()),
        ("an active match with a buddy who is not available", "UPDATE buddies SET status = 'paused' WHERE status = 'active'".to_owned()),
        (
            "a proposal that waits for a buddy without a place",
            "UPDATE proposals SET state = 'open' WHERE request_id = (SELECT id FROM support_requests WHERE origin = 'referral')"
                .to_owned(),
        ),
        ("more parents than places", "UPDATE buddies SET matches = matches - 1 WHERE status = 'active'".to_owned()),
        (
            "a parent's consent to data on the health of a pupil who spoke herself",
            format!("UPDATE pupil_codes SET used_at = {at}"),
        ),
        (
            "a pupil's consent beside her no",
            format!("UPDATE pupil_codes SET said_no_at = {at}"),
        ),
        (
            "a withdrawn request with something left of it",
            "UPDATE support_requests SET contact_value = 'x' WHERE state = 'withdrawn'".to_owned(),
        ),
        (
            "a row of the school's side that leads to a parent",
            "UPDATE conversations SET parent_reference = (SELECT parent_id FROM support_requests WHERE origin = 'referral')"
                .to_owned(),
        ),
        (
            "a row of the school's side that leads to a parent",
            "UPDATE conversation_steps SET wording_version = (SELECT CAST(id AS text) FROM support_requests \
             WHERE origin = 'referral')"
                .to_owned(),
        ),
        (
            "a contact way on the school's side",
            "UPDATE conversation_steps SET wording_version = 'ouder@example.org'".to_owned(),
        ),
        (
            "a talk is announced of a match that is over",
            format!("UPDATE matches SET state = 'closed', closed_because = 'goal-reached', ended_at = {at}"),
        ),
        ("a talk is announced without consent", lapse("meeting-announcement")),
        (
            "school reads of a talk that nobody announces",
            format!("UPDATE meeting_announcements SET state = 'cancelled', school_key = NULL, withdrawn_at = {at}"),
        ),
        ("a running match with a buddy who is not independent (family-on-staff", a_tie("family-on-staff")),
        (
            "a running match with a buddy who is not independent (commercial-interest",
            a_tie_with("commercial-interest", "'\"everywhere\"'"),
        ),
        (
            "a running match with a buddy who is not independent (decides-on-child-support",
            a_tie_with("decides-on-child-support", &of_the_case("request", "request_id")),
        ),
        (
            "an active match with a tie that the parent did not accept (21",
            a_tie_with("tie-with-parent", &of_the_case(
                "parent",
                "(SELECT r.parent_id FROM support_requests r WHERE r.id = matches.request_id)",
            )),
        ),
        (
            "a running match with a buddy who is not independent (decides-on-child-support",
            format!(
                "UPDATE support_requests SET parent_id = (SELECT r.parent_id FROM support_requests r JOIN matches m ON m.request_id = r.id \
                 WHERE m.state = 'active' LIMIT 1) WHERE state = 'withdrawn'; {}",
                a_tie_with(
                    "decides-on-child-support",
                    &of_the_case("request", "(SELECT r.id FROM support_requests r WHERE r.state = 'withdrawn')"),
                )
            ),
        ),
        (
            "a running match with a buddy who is not independent (family-on-staff",
            a_tie("family-on-staff").replace("SELECT programme_id, buddy_id, buddy_id,", "SELECT programme_id, id, id,")
                .replace("FROM matches WHERE state = 'active'", "FROM buddies WHERE status = 'left'"),
        ),
        (
            "a running match with a buddy who is not independent (family-on-staff",
            a_tie("family-on-staff").replace("INTO ties (programme_id, id, buddy_id,", "INTO coordinator_ties (programme_id, id, person_id,")
                .replace("SELECT programme_id, buddy_id, buddy_id,", "SELECT programme_id, id, person_id,")
                .replace("FROM matches WHERE state = 'active'", "FROM buddies WHERE status = 'active'"),
        ),
        ("an active match with a tie that the parent did not accept (34", a_tie_with("authority-worker", "'\"everywhere\"'")),
        (
            "a case that was erased stands in support_requests",
            "UPDATE support_requests SET id = 'ERASED' WHERE state = 'submitted'".to_owned(),
        ),
        (
            "an account that was erased stands in people",
            person_again.clone(),
        ),
        (
            "an account that was erased stands in erasure_requests",
            format!("{person_again}; INSERT INTO erasure_requests (person_id, asked_at) VALUES ('LEFT', {at})"),
        ),
        (
            "a key of what was erased",
            "UPDATE data_keys SET owner_id = 'ERASED' WHERE owner_id IN (SELECT id FROM support_requests WHERE state = 'submitted')".to_owned(),
        ),
        (
            "two matches for one request",
            "DROP INDEX matches_one_for_a_request; UPDATE matches SET request_id = (SELECT id FROM support_requests WHERE origin = 'referral')"
                .to_owned(),
        ),
        (
            "a consent that another than the parent gave",
            format!(
                "{lift_changes} UPDATE journal SET actor = (SELECT person_id FROM memberships LIMIT 1) WHERE action = 'request.consented'"
            ),
        ),
        ("a journal with a gap", format!("{lift} DELETE FROM journal WHERE seq = 3")),
    ]
}

fn what_is_broken_behind_its_back_is_found(engine: Engine) {
    let faults = faults(engine);
    println!("{} faults", faults.len());
    for (what, fault) in faults {
        let (world, known) = world(engine);
        let fault = fault.replace("ERASED", &known.erased[0]).replace("LEFT", &known.left[0]);
        assert_eq!(broken(&world, &known), [""; 0], "before: {what}");
        around(&world.app.location, |database| database.batch(&fault))
            .unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
        let found = broken(&world, &known);
        assert!(found.iter().any(|one| one.starts_with(what)), "{what} is not found, but {found:?}");
    }
}
