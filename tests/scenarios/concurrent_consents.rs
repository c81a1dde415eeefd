//! One consent is taken back at the very moment at which it is given anew, confirmed or used. Whatever came before is undone with it, and what comes
//! after stands on a consent of its own: nothing runs without one that holds, and what she took back is gone.

use naast_tests::app::Reply;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::concurrency::{Call, at_once, with};
use crate::consents::confirmation_in;
use crate::looks::{assert_sound, count};
use crate::over_time::Case;
use crate::signing_in::letters;

on_both!(
    the_consent_to_a_request_is_taken_back_while_it_is_given_anew_and_confirmed,
    the_consent_to_health_data_is_taken_back_while_it_is_given_anew_and_used,
    the_consent_to_a_talk_is_taken_back_while_talks_are_announced_and_cancelled,
);

const HOLDS: &str = "c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL)";

/// Nothing stands without the consent that it rests on.
fn assert_rests_on_consents(world: &World) {
    for (what, rows) in [
        (
            "a match",
            format!(
                "matches m WHERE m.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.request_id = m.request_id \
                 AND c.kind = 'request' AND {HOLDS})"
            ),
        ),
        (
            "a talk",
            format!(
                "meeting_announcements a WHERE a.state = 'announced' AND NOT EXISTS (SELECT 1 FROM consents c \
                 WHERE c.kind = 'meeting-announcement' AND c.subject_id = a.id AND {HOLDS})"
            ),
        ),
        (
            "a consent to a talk that was cancelled",
            format!(
                "meeting_announcements a WHERE a.state = 'cancelled' AND EXISTS (SELECT 1 FROM consents c \
                 WHERE c.kind = 'meeting-announcement' AND c.subject_id = a.id AND {HOLDS})"
            ),
        ),
        (
            "an entry about health",
            format!(
                "private_entries e WHERE e.about_health AND NOT EXISTS (SELECT 1 FROM consents c \
                 WHERE c.request_id = e.request_id AND c.kind = 'child-health-data' AND {HOLDS})"
            ),
        ),
    ] {
        assert_eq!(count(world, &rows), 0, "{what}");
    }
    assert_sound(world);
}

/// The calls with the one that takes back among them at a place, all at the same moment; gives back all answers.
fn all_at_once<'a>(mut calls: Vec<Call<'a>>, place: usize, back: Call<'a>) -> Vec<Reply> {
    let place = place % calls.len();
    calls.insert(place, back);
    let replies = at_once(&calls);
    assert_eq!(replies[place].status, 200, "a withdrawal is never refused: {}", replies[place].body);
    replies
}

fn id_of(world: &World, case: &Case, kind: &str) -> String {
    let all = world.app.get(case.parent, &format!("/support-requests/{}/consents", case.request));
    let all = all.expect(200).body["data"].as_array().expect("a page").clone();
    let of_kind = all.into_iter().rfind(|one| one["kind"] == kind).expect("it was given");
    of_kind["id"].as_str().expect("an id").to_owned()
}

fn the_consent_to_a_request_is_taken_back_while_it_is_given_anew_and_confirmed(engine: Engine) {
    let world = World::new(engine);
    let cases: Vec<_> = (0..5).map(|_| Case::running(&world)).collect();
    let programme = format!("/programmes/{}", world.programmes[0]);
    let form = json!({
        "form": "support-point", "funders": ["members"], "sinceDate": world.app.platform.clock.today(), "reason": "Test."
    });
    world
        .app
        .post_on(world.administrator, &programme, &format!("{programme}/form-changes"), &form)
        .expect(201);
    for (round, case) in cases.iter().enumerate() {
        let app = &world.app;
        let path = format!("/support-requests/{}", case.request);
        let given = id_of(&world, case, "request");
        let _ = letters(app);
        let body = json!({
            "kind": "request", "text": words("request"), "programmesShown": world.programmes, "formShown": "support-point"
        });
        let heard = app.post(world.coordinators[0], &format!("{path}/reported-consents"), &body);
        let heard = heard.expect(201).id();
        let code = confirmation_in(&letters(app).pop().expect("a letter"));
        let mut calls: Vec<Call<'_>> = Vec::new();
        for _ in 0..5 {
            calls.push(Box::new(|| app.post(case.parent, &format!("{path}/consents"), &body)));
            calls.push(Box::new(|| {
                let read = json!({ "text": words("request") });
                app.post(case.parent, &format!("{path}/consents/{heard}/confirmation"), &read)
            }));
            calls.push(Box::new(|| {
                let body = json!({ "code": code, "text": words("request") });
                app.call(None, "POST", "/consent-confirmations", Some(&body), None)
            }));
        }
        let way = format!("{path}/consents/{given}/withdrawal");
        all_at_once(calls, 4 * round, Box::new(|| app.ask(case.parent, &way)));
        // whichever of them came first: she took back what she knows, and what came in its place
        assert_eq!(
            (case.request_state(&world), case.state(&world)),
            (json!("withdrawn"), "closed".to_owned())
        );
        let left = format!("consents c WHERE c.request_id = '{}' AND {HOLDS}", case.request);
        assert_eq!(count(&world, &left), 0);
    }
    assert_rests_on_consents(&world);
}

fn the_consent_to_health_data_is_taken_back_while_it_is_given_anew_and_used(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    for round in 0..6 {
        let case = Case::running(&world);
        let path = format!("/support-requests/{}", case.request);
        let yes = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        let given = app.post(case.parent, &format!("{path}/consents"), &yes).expect(201).id();
        let note = json!({ "kind": "goal", "text": "Rust na school.", "aboutHealth": true });
        let notes = format!("/matches/{}/private-notes", case.matched);
        let before = app.post(case.parent, &notes, &note).expect(201).id();
        // where it is not given anew, nothing that was written on it is left
        let is_anew = round % 2 == 0;
        let mut calls: Vec<Call<'_>> = Vec::new();
        for _ in 0..5 {
            if is_anew {
                calls.push(Box::new(|| app.post(case.parent, &format!("{path}/consents"), &yes)));
            }
            calls.push(Box::new(|| app.post(case.parent, &notes, &note)));
            calls.push(Box::new(|| app.post(case.buddy.person, &notes, &note)));
            calls.push(Box::new(|| {
                app.post(world.coordinators[0], &format!("{path}/reported-consents"), &yes)
            }));
        }
        let way = format!("{path}/consents/{given}/withdrawal");
        let who = if round < 3 { case.parent } else { world.coordinators[0] };
        all_at_once(calls, 5 * round, Box::new(|| app.ask(who, &way)));
        let one = format!("consents WHERE id = '{given}' AND withdrawn_at IS NOT NULL");
        assert_eq!(
            (count(&world, &one), app.get(case.parent, &format!("{notes}/{before}")).status),
            (1, 404)
        );
        assert_eq!(case.state(&world), "active", "her buddy stays");
        let left = format!("private_entries WHERE request_id = '{}' AND about_health", case.request);
        assert!(is_anew || count(&world, &left) == 0, "{round}");
    }
    assert_rests_on_consents(&world);
}

fn the_consent_to_a_talk_is_taken_back_while_talks_are_announced_and_cancelled(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    for round in 0..5 {
        let case = Case::running(&world);
        let talks = format!("/matches/{}/meeting-announcements", case.matched);
        let talk = json!({ "date": app.platform.clock.today(), "text": words("meeting-announcement") });
        let [kept, taken] = [(); 2].map(|()| app.post(case.parent, &talks, &talk).expect(201).id());
        let given = id_of(&world, &case, "meeting-announcement");
        let mut calls: Vec<Call<'_>> = Vec::new();
        for _ in 0..4 {
            calls.push(Box::new(|| app.post(case.parent, &talks, &talk)));
            calls.push(Box::new(|| app.ask(case.parent, &format!("{talks}/{taken}/cancellation"))));
            calls.push(Box::new(|| {
                let path = format!("/matches/{}", case.matched);
                app.ask_on(case.parent, &path, &format!("{path}/pauses"))
            }));
        }
        let way = format!("/support-requests/{}/consents/{given}/withdrawal", case.request);
        let replies = all_at_once(calls, 3 * round, Box::new(|| app.ask(case.parent, &way)));
        let state = |id: &str| -> Value {
            app.get(case.parent, &format!("{talks}/{id}")).expect(200).body["state"].clone()
        };
        assert_eq!((state(&kept), state(&taken)), (json!("announced"), json!("cancelled")));
        let announced =
            format!("meeting_announcements WHERE match_id = '{}' AND state = 'announced'", case.matched);
        assert_eq!(count(&world, &announced), 1 + i64::try_from(with(&replies, 201)).expect("few"));
    }
    assert_rests_on_consents(&world);
}
