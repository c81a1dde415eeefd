//! What a coordinator heard and reported is taken back without anything else: it counted for nothing yet. Once the parent has confirmed it, it is a
//! consent like any other.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::{confirmation_in, health, running, state_of};
use crate::concurrency::{Call, at_once};
use crate::looks::{assert_sound, count, refused};
use crate::signing_in::letters;

on_both!(
    a_report_that_is_taken_back_takes_nothing_along,
    what_a_parent_said_since_a_report_stands_when_it_is_taken_back,
    a_report_on_health_that_is_taken_back_leaves_what_rests_on_a_consent,
    a_report_is_taken_back_or_confirmed_and_never_both,
);

struct Report<'w> {
    world: &'w World,
    parent: PersonId,
    path: String,
    id: String,
    code: String,
}

impl<'w> Report<'w> {
    fn of(world: &'w World, parent: PersonId, request: &str, body: &Value) -> Self {
        let path = format!("/support-requests/{request}");
        let _ = letters(&world.app);
        let made = world.app.post(world.coordinators[0], &format!("{path}/reported-consents"), body);
        let id = made.expect(201).id();
        let code = confirmation_in(&letters(&world.app).pop().expect("a letter"));
        Self { world, parent, path, id, code }
    }

    fn on_a_request(world: &'w World) -> Self {
        let parent = world.person();
        let request = world.request(0, parent);
        Self::of(world, parent, &request, &heard())
    }

    fn taken_back(&self, who: PersonId) -> Reply {
        self.world.app.ask(who, &format!("{}/consents/{}/withdrawal", self.path, self.id))
    }

    fn confirmed(&self) -> Reply {
        let path = format!("{}/consents/{}/confirmation", self.path, self.id);
        self.world.app.post(self.parent, &path, &json!({ "text": words("request") }))
    }

    fn confirmed_by_code(&self) -> Reply {
        let body = json!({ "code": self.code, "text": words("request") });
        self.world.app.call(None, "POST", "/consent-confirmations", Some(&body), None)
    }

    fn look(&self) -> Reply {
        let body = json!({ "code": self.code });
        self.world.app.call(None, "POST", "/consent-confirmations/_search", Some(&body), None)
    }

    fn state(&self) -> String {
        state_of(self.world, self.parent, &self.path)
    }

    /// The states of all consents, in the order in which they were given.
    fn states(&self) -> Vec<Value> {
        let all = self.world.app.get(self.parent, &format!("{}/consents", self.path)).expect(200).body;
        all["data"].as_array().expect("a page").iter().map(|one| one["state"].clone()).collect()
    }

    fn notices(&self) -> Value {
        self.world.app.get(self.parent, "/me/notices").expect(200).body["data"].clone()
    }
}

fn heard() -> Value {
    json!({ "kind": "request", "text": words("request") })
}

fn a_report_that_is_taken_back_takes_nothing_along(engine: Engine) {
    let world = World::new(engine);
    for by in ["coordinator", "parent"] {
        let report = Report::on_a_request(&world);
        let who = if by == "parent" { report.parent } else { world.coordinators[0] };
        assert_eq!(report.notices()[0]["kind"], "consent-to-confirm");
        report.look().expect(200);
        for _ in 0..2 {
            let back = report.taken_back(who).expect(200).body;
            assert_eq!(
                (&back["consequence"], &back["requestState"]),
                (&json!("report-ends"), &json!("submitted"))
            );
            assert_eq!(
                (&back["consent"]["state"], &back["consent"]["withdrawnBy"]),
                (&json!("withdrawn"), &json!(by))
            );
            assert_eq!(back["recipients"], json!([]), "nobody received anything on it");
        }
        // the request is as it was, with how she is reached; nothing waits for her, and nobody writes to her
        let shown = world.app.get(report.parent, &report.path).expect(200).body;
        assert_eq!((&shown["state"], &shown["withdrawnBy"]), (&json!("submitted"), &Value::Null));
        assert_eq!(shown["contact"]["value"], "ouder@example.org");
        assert_eq!((report.notices(), letters(&world.app).len()), (json!([]), 0));
        // its code opens nothing any more
        refused(report.look(), 409, "consent-not-to-confirm");
        refused(report.confirmed_by_code(), 409, "consent-not-to-confirm");
        refused(report.confirmed(), 409, "consent-not-to-confirm");
        assert_eq!(report.state(), "submitted");
        // it is heard again, and counts once she confirms that
        let request = report.path.rsplit('/').next().expect("an id").to_owned();
        let again = Report::of(&world, report.parent, &request, &heard());
        again.confirmed_by_code().expect(200);
        assert_eq!(
            (again.state().as_str(), again.states()),
            ("consented", vec![json!("withdrawn"), json!("in-force")])
        );
        // the one of before, once more, touches nothing of it
        report.taken_back(who).expect(200);
        assert_eq!(report.state(), "consented");
        // and what she confirmed is a consent like any other
        let back = again.taken_back(world.coordinators[0]).expect(200).body;
        assert_eq!(
            (&back["consequence"], &back["requestState"]),
            (&json!("request-ends"), &json!("withdrawn"))
        );
        assert_eq!(letters(&world.app).len(), 1);
    }
    assert_sound(&world);
}

fn what_a_parent_said_since_a_report_stands_when_it_is_taken_back(engine: Engine) {
    let world = World::new(engine);
    let report = Report::on_a_request(&world);
    world.consent(report.parent, report.path.rsplit('/').next().expect("an id")).expect(201);
    for who in [world.coordinators[0], report.parent] {
        let back = report.taken_back(who).expect(200).body;
        assert_eq!(
            (&back["consequence"], &back["requestState"]),
            (&json!("report-ends"), &json!("consented"))
        );
    }
    assert_eq!(report.states(), [json!("lapsed"), json!("in-force")]);
    assert_eq!(count(&world, "withdrawal_notices"), 0);
    assert_sound(&world);
}

fn a_report_on_health_that_is_taken_back_leaves_what_rests_on_a_consent(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    health(&world, case.parent, &case.request).expect(201);
    let note = json!({ "kind": "goal", "text": "Rust na school.", "aboutHealth": true });
    let notes = format!("/matches/{}/private-notes", case.matched);
    let note = format!("{notes}/{}", world.app.post(case.parent, &notes, &note).expect(201).id());
    // the programme takes another form, and what is heard of that waits beside what she consented to before
    let programme = format!("/programmes/{}", world.programmes[0]);
    let form = json!({
        "form": "support-point", "funders": ["members"], "sinceDate": world.app.platform.clock.today(), "reason": "Test."
    });
    world
        .app
        .post_on(world.administrator, &programme, &format!("{programme}/form-changes"), &form)
        .expect(201);
    let body =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let report = Report::of(&world, case.parent, &case.request, &body);
    let back = report.taken_back(world.coordinators[0]).expect(200).body;
    assert_eq!(back["consequence"], "report-ends");
    // whoever heard it is asked to keep nothing of it; the buddy, who was told nothing, is not
    let told: Vec<_> = back["recipients"].as_array().expect("rows").iter().map(|one| &one["kind"]).collect();
    assert_eq!(told, ["programme"]);
    assert_eq!(report.states(), [json!("in-force"), json!("in-force"), json!("withdrawn")]);
    world.app.get(case.parent, &note).expect(200);
    assert_sound(&world);
}

/// Whichever comes first: a report that was taken back is confirmed by nobody, and one that was confirmed is a consent that holds, with which the
/// request ends.
fn a_report_is_taken_back_or_confirmed_and_never_both(engine: Engine) {
    let world = World::new(engine);
    for round in 0..12 {
        let report = Report::on_a_request(&world);
        let mut calls: Vec<Call<'_>> = Vec::new();
        for _ in 0..3 {
            calls.push(Box::new(|| report.confirmed()));
            calls.push(Box::new(|| report.confirmed_by_code()));
        }
        calls.insert(round % 6, Box::new(|| report.taken_back(world.coordinators[0])));
        let replies = at_once(&calls);
        let back = replies[round % 6].body.clone();
        assert_eq!(replies[round % 6].status, 200, "a withdrawal is never refused: {back}");
        let confirmed =
            count(&world, &format!("consents WHERE id = '{}' AND confirmed_at IS NOT NULL", report.id));
        let ends = if confirmed == 1 { ("request-ends", "withdrawn") } else { ("report-ends", "submitted") };
        assert_eq!(
            (back["consequence"].as_str(), back["requestState"].as_str()),
            (Some(ends.0), Some(ends.1))
        );
        assert_eq!((report.state(), report.states()), (ends.1.to_owned(), vec![json!("withdrawn")]));
        // none was told that it counts once it was taken back
        let told = replies.iter().filter(|reply| reply.body["state"] == "in-force").count();
        assert_eq!(told > 0, confirmed == 1, "{told} {confirmed}");
    }
    assert_sound(&world);
}
