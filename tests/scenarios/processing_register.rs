//! The processing register says what is so: the school reads what is announced to it, terms are those that hold in the programme, and who
//! answers for the data is named where she is known.

use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::texts;

on_both!(
    the_register_of_a_programme_has_its_terms_and_its_controller,
    what_school_reads_stands_in_the_register
);

fn the_register_of_a_programme_has_its_terms_and_its_controller(engine: Engine) {
    let world = World::new(engine);
    let anybody = world.person();
    let days = |query: &str, activity: &str, term: &str| -> Value {
        let one = world.app.get(anybody, &format!("/processing-activities/{activity}{query}")).expect(200);
        let all = one.body["terms"].as_array().expect("terms").clone();
        all.into_iter().find(|one| one["term"] == json!(term)).expect("the term")["days"].clone()
    };
    let of = |programme: usize| format!("?programmeId={}", world.programmes[programme]);
    assert_eq!(days("", "support", "matched"), json!(365));
    let set = format!("/programmes/{}/retention-terms/matched", world.programmes[0]);
    world
        .app
        .call(Some(world.administrator), "PUT", &set, Some(&json!({ "days": 60 })), Some("*"))
        .expect(200);
    for activity in ["support", "matching", "consents", "meeting-announcements", "rights"] {
        assert_eq!(days(&of(0), activity, "matched"), json!(60), "{activity}");
        assert_eq!(days(&of(1), activity, "matched"), json!(365), "{activity} of another programme");
        assert_eq!(days("", activity, "matched"), json!(365), "{activity} of no programme");
    }
    assert_eq!(days(&of(0), "volunteers", "buddy-file"), json!(365));
    // who answers for the data, by name where it is the organisation that runs it
    let all = world.app.get(anybody, &format!("/processing-activities{}", of(0))).expect(200).body;
    for one in all["data"].as_array().expect("activities") {
        let programme = &one["programme"];
        assert_eq!(programme["programmeId"], json!(world.programmes[0]));
        assert_eq!(programme["programme"], "Programma independent");
        assert_eq!(programme["organisation"], "parent-association (test)");
        assert_eq!(programme["controllerName"], "parent-association (test)");
        for member in ["contact", "transfers"] {
            assert!(one[member].as_str().is_some_and(|text| text.len() > 40), "{member} of {one}");
        }
        assert!(!texts(&one["processors"]).is_empty());
    }
    // a school runs it for its board, of which the organisation is not the name
    let school = world.app.get(anybody, &format!("/processing-activities/support{}", of(1))).expect(200).body;
    assert_eq!(school["programme"]["organisation"], "school (test)");
    assert_eq!(school["programme"]["controllerName"], Value::Null);
    let none = world.app.get(anybody, "/processing-activities/support").expect(200).body;
    assert_eq!(none["programme"], Value::Null);
    for path in ["/processing-activities", "/processing-activities/support"] {
        world.app.get(anybody, &format!("{path}?programmeId={}", random_id())).expect(404);
        world.app.get(anybody, &format!("{path}?programmeId=iets")).expect(400);
    }
}

/// Whatever somebody of a school's side reads belongs to an activity that names the school as a recipient, and does not say that school has
/// no part in it.
fn what_school_reads_stands_in_the_register(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
    world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
    let talks =
        world.app.get(world.leader, &format!("/announced-meetings?locationCode={SCHOOL}")).expect(200);
    let id = talks.body["data"][0]["id"].as_str().expect("the talk").to_owned();
    world.app.get(world.leader, &format!("/announced-meetings/{id}/calendar.ics")).expect(200);
    let log = world.app.get(parent, "/me/access-log?pageSize=100").expect(200).body;
    let by_school: Vec<&Value> =
        log["data"].as_array().expect("rows").iter().filter(|row| row["role"] == "school-leader").collect();
    assert_eq!(by_school.len(), 2, "{log}");
    for row in by_school {
        let path = format!("/processing-activities/{}", row["activity"].as_str().expect("a code"));
        let activity = world.app.get(parent, &path).expect(200).body;
        let (measures, recipients) = (texts(&activity["measures"]), texts(&activity["recipients"]));
        assert!(!measures.iter().any(|one| one.contains("school heeft geen regel")), "{measures:?}");
        assert!(recipients.iter().any(|one| one.contains("school")), "{recipients:?}");
    }
}
