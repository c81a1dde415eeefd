//! From 16 years on a pupil decides on the data on her own health, and her word binds her parent (UAVG art. 5): not by another age, not by
//! another code, and not by what somebody heard.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::{consent, health};
use crate::looks::{assert_sound, count, refused};

on_both!(
    a_pupils_no_is_not_got_round_by_another_age_or_another_code,
    a_pupil_who_never_said_yes_can_say_no,
    what_a_parent_said_before_gives_way_to_what_the_pupil_says,
    no_other_code_changes_what_was_said_with_one,
    a_pupil_reads_to_whom_she_says_yes_and_how_it_stands,
    a_pupil_reads_how_long_by_the_terms_of_the_programme,
);

struct Case<'w> {
    world: &'w World,
    parent: PersonId,
    request: String,
}

impl<'w> Case<'w> {
    fn new(world: &'w World) -> Self {
        let parent = world.person();
        Self { world, parent, request: world.consented(0, parent) }
    }

    fn path(&self, rest: &str) -> String {
        format!("/support-requests/{}/{rest}", self.request)
    }

    fn code(&self) -> String {
        self.asks_for_a_code().expect(201).text("pupilCode")
    }

    fn asks_for_a_code(&self) -> Reply {
        self.world.app.ask(self.parent, &self.path("pupil-codes"))
    }

    fn yes(&self, code: &str) -> Reply {
        let body = json!({ "code": code, "text": words("pupil-health-data") });
        self.world.app.call(None, "POST", "/pupil-consents", Some(&body), None)
    }

    fn says(&self, code: &str, yes: bool) {
        if yes {
            self.yes(code).expect(200);
        } else {
            self.no(code);
        }
    }

    fn no(&self, code: &str) {
        let body = json!({ "code": code });
        let said = self.world.app.call(None, "POST", "/pupil-consents/withdrawal", Some(&body), None);
        assert_eq!(said.expect(200).text("state"), "withdrawn");
    }

    /// The kinds of consent on health that hold or wait to be confirmed.
    fn holds(&self) -> i64 {
        let of_it =
            format!("request_id = '{}' AND kind IN ('child-health-data', 'pupil-health-data')", self.request);
        count(self.world, &format!("consents WHERE {of_it} AND withdrawn_at IS NULL AND lapsed_at IS NULL"))
    }

    fn heard(&self) -> Reply {
        let body = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        self.world.app.post(self.world.coordinators[0], &self.path("reported-consents"), &body)
    }
}

fn a_pupils_no_is_not_got_round_by_another_age_or_another_code(engine: Engine) {
    let world = World::new(engine);
    let case = Case::new(&world);
    let code = case.code();
    case.yes(&code).expect(200);
    // already while she says yes it is hers: her parent decides nothing beside her
    refused(health(&world, case.parent, &case.request), 409, "pupil-decides");
    case.no(&code);
    for age in ["under-16", "16-or-older"] {
        let body = json!({ "kind": "child-health-data", "childAge": age });
        let refusal = refused(consent(&world, case.parent, &case.request, &body), 409, "pupil-decides");
        assert_eq!(
            (refusal.text("state"), &refusal.body["permitted"]),
            ("pupil-decided".to_owned(), &json!(["pupil-consents"]))
        );
    }
    refused(case.heard(), 409, "pupil-decides");
    refused(case.asks_for_a_code(), 409, "pupil-said-no");
    assert_eq!(case.holds(), 0);
    // a year does not make her younger
    world.app.platform.clock.advance(chrono::TimeDelta::days(400));
    refused(health(&world, case.parent, &case.request), 409, "pupil-decides");
    // she herself may change her mind, and back again
    case.yes(&code).expect(200);
    assert_eq!(case.holds(), 1);
    case.no(&code);
    assert_eq!(case.holds(), 0);
    // what is not about health stays her parent's
    let list = world.app.get(case.parent, &case.path("consents")).expect(200);
    assert_eq!(list.body["data"][0]["state"], "in-force");
    assert_sound(&world);
}

fn a_pupil_who_never_said_yes_can_say_no(engine: Engine) {
    let world = World::new(engine);
    let case = Case::new(&world);
    let code = case.code();
    case.no(&code);
    case.no(&code);
    assert_eq!(
        count(&world, "journal WHERE action = 'request.pupil-said-no'"),
        1,
        "once, also when repeated"
    );
    refused(health(&world, case.parent, &case.request), 409, "pupil-decides");
    refused(case.asks_for_a_code(), 409, "pupil-said-no");
    assert_eq!(case.holds(), 0);
    // a code that nobody used binds nobody: it may have been asked for by mistake
    let other = Case::new(&world);
    other.code();
    health(&world, other.parent, &other.request).expect(201);
    assert_sound(&world);
}

fn what_a_parent_said_before_gives_way_to_what_the_pupil_says(engine: Engine) {
    let world = World::new(engine);
    for says_yes in [true, false] {
        let case = Case::new(&world);
        let given = health(&world, case.parent, &case.request).expect(201);
        let code = case.code();
        let heard = {
            let other = Case::new(&world);
            let heard = other.heard().expect(201).id();
            let code = other.code();
            other.says(&code, says_yes);
            let place = other.path(&format!("consents/{heard}/confirmation"));
            world.app.post(other.parent, &place, &json!({ "text": words("child-health-data") }))
        };
        assert_eq!(heard.status, 409, "{}", heard.body);
        case.says(&code, says_yes);
        let list = world.app.get(case.parent, &case.path("consents")).expect(200);
        let one = |id: &Value| -> Value {
            let all = list.body["data"].as_array().expect("consents");
            all.iter().find(|one| one["id"] == *id).expect("hers")["state"].clone()
        };
        assert_eq!(one(&given.body["id"]), if says_yes { "lapsed" } else { "withdrawn" });
        assert_eq!(case.holds(), i64::from(says_yes));
        // whoever could read it is told that it was taken back
        let told = world.app.get(case.parent, &case.path("withdrawal-recipients")).expect(200);
        let rows = told.body["data"].as_array().expect("a list");
        let kinds: Vec<Value> = rows.iter().map(|one| one["withdrawnKinds"].clone()).collect();
        let expected = if says_yes { Vec::new() } else { vec![json!(["child-health-data"])] };
        assert_eq!(kinds, expected, "{}", told.body);
    }
    assert_sound(&world);
}

fn no_other_code_changes_what_was_said_with_one(engine: Engine) {
    let world = World::new(engine);
    // her parent has a second code from before
    let case = Case::new(&world);
    let (hers, kept) = (case.code(), case.code());
    case.yes(&hers).expect(200);
    case.no(&hers);
    refused(case.yes(&kept), 409, "pupil-said-no");
    case.no(&kept);
    refused(case.yes(&kept), 409, "pupil-said-no");
    assert_eq!(case.holds(), 0);
    // whoever said no with the second one first wins nothing by it
    let case = Case::new(&world);
    let (hers, kept) = (case.code(), case.code());
    case.no(&kept);
    case.no(&hers);
    refused(case.yes(&kept), 409, "pupil-said-no");
    assert_eq!(case.holds(), 0);
    assert_sound(&world);
}

fn a_pupil_reads_to_whom_she_says_yes_and_how_it_stands(engine: Engine) {
    let world = World::new(engine);
    let case = Case::new(&world);
    let code = case.code();
    let look_with = |code: &str| {
        let body = json!({ "code": code });
        world.app.call(None, "POST", "/pupil-consents/_search", Some(&body), None)
    };
    let look = || look_with(&code).expect(200).body;
    let seen = look();
    let of = world.app.get(case.parent, &format!("/programmes/{}", world.programmes[0])).expect(200).body;
    let by = of["organisationId"].as_str().expect("an id");
    let by = world.app.get(world.administrator, &format!("/organisations/{by}")).expect(200).body;
    assert_eq!((&seen["programmeName"], &seen["organisationName"]), (&of["name"], &by["name"]));
    assert_eq!(seen["programmeForm"], "independent");
    assert_eq!((&seen["state"], &seen["given"]), (&Value::Null, &Value::Null));
    // what she is shown is what she sends
    let shown = ["textVersion", "language", "textHash"].map(|part| (part, seen[part].clone()));
    let shown: Value = shown.into_iter().map(|(part, value)| (part.to_owned(), value)).collect();
    assert_eq!(shown, words("pupil-health-data"));
    let body = json!({ "code": code, "text": shown });
    world.app.call(None, "POST", "/pupil-consents", Some(&body), None).expect(200);

    let given = look();
    assert_eq!((&given["state"], &given["given"]["words"]), (&json!("in-force"), &seen["words"]));
    for part in ["textVersion", "language", "textHash"] {
        assert_eq!(given["given"][part], seen[part], "{part}");
    }
    // hers has no end of its own
    assert_eq!(given["given"]["validUntilDate"], Value::Null);
    assert_eq!(
        (&given["given"]["programmeForm"], &given["given"]["withdrawnAt"]),
        (&json!("independent"), &Value::Null)
    );
    assert_eq!(given["retention"]["ground"], "with-request");
    assert!(given["keptHowLong"].as_str().expect("words").contains("vijf jaar"), "{given}");
    // in her own language, and with the words of before as they were
    let english = [("accept-language", "en"), ("content-type", "application/json")];
    let bytes = serde_json::to_vec(&json!({ "code": code })).expect("JSON");
    let english = world.app.send("POST", "/v1/pupil-consents/_search", &english, bytes).expect(200).body;
    assert_eq!((&english["language"], &english["given"]["language"]), (&json!("en"), &json!("nl")));
    assert!(english["keptHowLong"].as_str().expect("words").contains("five years"), "{english}");
    case.no(&code);
    let back = look();
    assert_eq!((&back["state"], &back["given"]["withdrawnBy"]), (&json!("withdrawn"), &json!("pupil")));
    assert!(back["given"]["withdrawnAt"].is_string());
    // nothing of her parent, and none of the ids of her request
    let all = [&seen, &given, &back].map(ToString::to_string).concat();
    let path = case.path("");
    let request = world.app.get(case.parent, path.trim_end_matches('/')).expect(200).body;
    for part in ["/id", "/parentId", "/contact/name", "/contact/value", "/locationCode", "/programmeId"] {
        if let Some(value) = request.pointer(part).and_then(Value::as_str) {
            assert!(!all.contains(value), "{part}: {value}");
        }
    }
    assert!(!all.contains(&case.parent.to_string()));
    // a no without a yes of before stands as well; another code opens nothing, and says what the others say
    let other = Case::new(&world);
    let hers = other.code();
    other.no(&hers);
    let seen = look_with(&hers).expect(200).body;
    assert_eq!((&seen["state"], &seen["given"]), (&json!("withdrawn"), &Value::Null));
    let wrong = "ABCD-EFGH-2345-6789";
    let body = json!({ "code": wrong });
    let beside = world.app.call(None, "POST", "/pupil-consents/withdrawal", Some(&body), None);
    let refusal = refused(look_with(wrong), 404, "not-found");
    for part in ["type", "title", "status", "detail", "code"] {
        assert_eq!(refusal.body[part], beside.body[part], "{part}");
    }
    // when her parent ends everything it says so, and by whom
    let last = Case::new(&world);
    let code = last.code();
    last.yes(&code).expect(200);
    world.app.ask(last.parent, &last.path("withdrawal")).expect(200);
    let seen = look_with(&code).expect(200).body;
    assert_eq!((&seen["state"], &seen["given"]["withdrawnBy"]), (&json!("withdrawn"), &json!("parent")));
    assert_sound(&world);
}

fn a_pupil_reads_how_long_by_the_terms_of_the_programme(engine: Engine) {
    let world = World::new(engine);
    let case = Case::new(&world);
    let code = case.code();
    let how_long = |language: &str| {
        let headers = [("accept-language", language), ("content-type", "application/json")];
        let bytes = serde_json::to_vec(&json!({ "code": code })).expect("JSON");
        let seen = world.app.send("POST", "/v1/pupil-consents/_search", &headers, bytes).expect(200).body;
        seen["keptHowLong"].as_str().expect("words").to_owned()
    };
    let usual = how_long("nl");
    assert!(usual.contains("intrekking 30 dagen, zonder buddy 90 dagen, met buddy een jaar na"), "{usual}");
    for (programme, term, days) in [(0, "matched", 60), (0, "waiting", 100), (1, "withdrawn", 7)] {
        let path = format!("/programmes/{}/retention-terms/{term}", world.programmes[programme]);
        let set = json!({ "days": days });
        world.app.call(Some(world.administrator), "PUT", &path, Some(&set), Some("*")).expect(200);
    }
    let (nl, en) = (how_long("nl"), how_long("en"));
    for said in
        ["intrekking 30 dagen", "met buddy 60 dagen na", "als de ouder 100 dagen, of met buddy een jaar"]
    {
        assert!(nl.contains(said), "{said}: {nl}");
    }
    assert!(en.contains("with a buddy 60 days after") && en.contains("does not say for 100 days"), "{en}");
}
