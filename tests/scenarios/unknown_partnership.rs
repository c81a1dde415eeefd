//! A school whose partnership the directory does not know: parent and coordinator are told so, and once it is recorded, ties with
//! the partnership count.

use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, SISTER, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, lines, refused};

on_both!(
    a_partnership_that_is_recorded_counts_and_until_then_everybody_is_told_that_it_is_not_known,
    a_code_that_nobody_knows_is_a_partnership_only_when_it_is_said_on_purpose,
    what_counted_on_a_day_stays_known_and_no_two_periods_claim_it,
);

/// Makes [`SCHOOL`] one of a denomination with a national partnership, as an import would leave it.
fn reform(world: &World) {
    let statements = format!(
        "DELETE FROM school_partnerships WHERE location_code = '{SCHOOL}'; \
         UPDATE schools SET denomination = 'Reformatorisch' WHERE location_code = '{SCHOOL}';"
    );
    around(&world.app.location, |database| database.batch(&statements)).expect("two rows change");
}

fn record(world: &World, school: &str, change: &Value) -> Reply {
    let (app, path) = (&world.app, format!("/schools/{school}"));
    let seen = app.get(world.administrator, &path).expect(200).etag();
    let mut body = json!({ "partnershipCode": "PO9902", "source": "denomination", "sinceDate": app.platform.clock.today() });
    body.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
    app.call(Some(world.administrator), "PUT", &format!("{path}/partnership"), Some(&body), Some(&seen))
}

fn codes(candidates: &Reply) -> Vec<&str> {
    let all = candidates.body["notKnown"].as_array().expect("a list");
    all.iter().filter_map(|one| one["code"].as_str()).collect()
}

fn a_partnership_that_is_recorded_counts_and_until_then_everybody_is_told_that_it_is_not_known(
    engine: Engine,
) {
    let world = World::new(engine);
    reform(&world);
    let about = json!({ "kind": "partnership", "partnershipCode": "PO9902" });
    let buddy = world.buddy(0, &json!({}));
    world.tie(&buddy, "partnership-board-member", &about).expect(201);
    let tied = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let own = json!({ "kind": "partnership-board-member", "about": about });
    world.app.post(tied, &format!("/programmes/{}/coordinator-ties", world.programmes[0]), &own).expect(201);
    let request = world.consented(0, world.person());
    let candidates = format!("/support-requests/{request}/candidates");

    let shown = world.app.get(world.coordinators[0], &candidates).expect(200);
    assert_eq!(codes(&shown), ["partnership-not-known"]);
    assert_eq!(shown.body["candidates"][0]["tiesToAccept"], 1, "the parent is told of the buddy's tie");
    let shown = world.app.get(tied, &candidates).expect(200);
    assert_eq!(codes(&shown), ["partnership-not-known", "own-tie-not-known"]);

    let ahead = world.app.platform.clock.today().succ_opt();
    for (school, change, pointer, code) in [
        (SCHOOL, json!({ "partnershipCode": "VO9902" }), "/partnershipCode", "other-sector"),
        (SCHOOL, json!({ "sinceDate": ahead }), "/sinceDate", "too-late"),
        (SCHOOL, json!({ "source": "postcode-table" }), "/source", "not-in-list"),
        (SISTER, json!({}), "/source", "not-by-denomination"),
    ] {
        let reply = refused(record(&world, school, &change), 400, "invalid-input");
        let fault = &reply.body["errors"][0];
        assert_eq!((fault["pointer"].as_str(), fault["code"].as_str()), (Some(pointer), Some(code)));
    }
    let path = format!("/schools/{SCHOOL}/partnership");
    let body = json!({ "partnershipCode": "PO9902", "source": "denomination", "sinceDate": world.app.platform.clock.today() });
    refused(
        world.app.call(Some(world.administrator), "PUT", &path, Some(&body), None),
        428,
        "precondition-missing",
    );
    refused(world.app.call(Some(world.leader), "PUT", &path, Some(&body), Some("*")), 403, "forbidden");

    let recorded = record(&world, SCHOOL, &json!({})).expect(200);
    assert_eq!(recorded.body["partnership"]["partnershipCode"], "PO9902");
    assert_eq!(recorded.body["partnership"]["source"], "denomination");
    let again = record(&world, SCHOOL, &json!({})).expect(200);
    assert_eq!(again.etag(), recorded.etag(), "what is so already changes nothing");
    assert_eq!(count(&world, "journal WHERE action = 'school.partnership-recorded'"), 1);

    let shown = world.app.get(world.coordinators[0], &candidates).expect(200);
    assert_eq!(codes(&shown), [""; 0]);
    assert_eq!(shown.body["candidates"], json!([]), "the tie blocks");
    refused(world.app.get(tied, &candidates), 409, "coordinator-tied");

    // the partnership itself knows better, from a later day on; what was said before stands until the day before
    world.app.platform.clock.advance(chrono::TimeDelta::days(2));
    let today = world.app.platform.clock.today();
    record(
        &world,
        SCHOOL,
        &json!({ "partnershipCode": "PO9901", "source": "partnership", "sinceDate": today }),
    )
    .expect(200);
    let kept = |rest: &str| {
        count(&world, &format!("school_partnerships WHERE location_code = '{SCHOOL}' AND {rest}"))
    };
    assert_eq!((kept("until IS NULL"), kept("until IS NOT NULL")), (1, 1));
    let shown = world.app.get(world.coordinators[0], &candidates).expect(200);
    assert_eq!(shown.body["candidates"].as_array().map(Vec::len), Some(1));
    assert_sound(&world);
}

fn a_code_that_nobody_knows_is_a_partnership_only_when_it_is_said_on_purpose(engine: Engine) {
    let world = World::new(engine);
    reform(&world);
    let listed = |code: &str| {
        let all = world.app.get(world.administrator, "/partnerships").expect(200);
        all.body["data"].as_array().expect("a list").iter().any(|one| one["partnershipCode"] == code)
    };
    let slip = json!({ "partnershipCode": "PO1234", "source": "partnership", "sinceDate": "1900-01-01" });
    for said in [None, Some(false)] {
        let mut body = slip.clone();
        body["notInDirectory"] = json!(said);
        if said.is_none() {
            body.as_object_mut().expect("an object").remove("notInDirectory");
        }
        let reply = refused(record(&world, SISTER, &body), 400, "invalid-input");
        let faults = reply.body["errors"].as_array().expect("a list");
        let mut found: Vec<_> =
            faults.iter().map(|one| (one["pointer"].as_str(), one["code"].as_str())).collect();
        found.sort_unstable();
        let unknown = (Some("/partnershipCode"), Some("unknown"));
        assert_eq!(found, [unknown, (Some("/sinceDate"), Some("too-early"))], "in one list");
        let words = faults.iter().filter_map(|one| one["detail"].as_str()).collect::<String>();
        assert!(words.contains("notInDirectory"), "{words}");
    }
    assert!(!listed("PO1234"));
    assert_eq!(count(&world, "journal WHERE action = 'school.partnership-recorded'"), 0);

    // a national partnership stands in no file: said on purpose it is there, for the next school too
    let national = json!({ "partnershipCode": "PO9950", "notInDirectory": true });
    record(&world, SCHOOL, &national).expect(200);
    assert!(listed("PO9950"));
    let next = json!({ "partnershipCode": "PO9950", "source": "partnership" });
    record(&world, SISTER, &next).expect(200);

    // without a published table nothing says what is a slip of the pen
    let statements = "DELETE FROM school_partnerships; UPDATE organisations SET partnership_code = NULL; DELETE FROM partnerships;";
    around(&world.app.location, |database| database.batch(statements)).expect("no partnership is left");
    record(&world, SISTER, &json!({ "partnershipCode": "PO1234", "source": "partnership" })).expect(200);
}

/// What is kept of a school's partnerships, by their first day.
fn periods(world: &World, school: &str) -> Vec<String> {
    let question = format!(
        "SELECT partnership_code || ' ' || source || ' ' || CAST(since AS TEXT) || ' ' || coalesce(CAST(until AS TEXT), '-') AS name \
         FROM school_partnerships WHERE location_code = '{school}' ORDER BY since"
    );
    lines(world, &question)
}

fn what_counted_on_a_day_stays_known_and_no_two_periods_claim_it(engine: Engine) {
    let world = World::new(engine);
    let began = world.app.platform.clock.today();
    world.app.platform.clock.advance(chrono::TimeDelta::days(10));
    let day = |after: i64| began + chrono::TimeDelta::days(after);
    let said = |code: &str, since| {
        record(
            &world,
            SCHOOL,
            &json!({ "partnershipCode": code, "source": "partnership", "sinceDate": since }),
        )
    };
    said("PO9902", day(4)).expect(200);
    let derived = format!("PO9901 postcode-table {began} {}", day(3));
    assert_eq!(periods(&world, SCHOOL), [derived.clone(), format!("PO9902 partnership {} -", day(4))]);

    // into what is over, on its last day or long before it: refused, and nothing changes
    for back in [day(3), began, "2014-08-01".parse().expect("a day"), "1900-01-01".parse().expect("a day")] {
        let reply = refused(said("PO9901", back), 400, "invalid-input");
        let fault = &reply.body["errors"][0];
        assert_eq!(
            (fault["pointer"].as_str(), fault["code"].as_str()),
            (Some("/sinceDate"), Some("too-early"))
        );
        let detail = fault["detail"].as_str().expect("words");
        assert!(detail.contains(&day(4).to_string()), "it names the first day that is free: {detail}");
    }
    assert_eq!(periods(&world, SCHOOL).len(), 2);

    // what stands open may have been wrong: it is replaced, and the journal says what it was and since when
    said("PO9901", day(4)).expect(200);
    assert_eq!(periods(&world, SCHOOL), [derived, format!("PO9901 partnership {} -", day(4))]);
    let told = "SELECT state_before || ' > ' || state_after AS name FROM journal \
                WHERE action = 'school.partnership-recorded' ORDER BY seq";
    let first = format!("PO9901 postcode-table {began} > PO9902 partnership {}", day(4));
    let second = format!("PO9902 partnership {} > PO9901 partnership {}", day(4), day(4));
    assert_eq!(lines(&world, told), [first, second]);
    assert_sound(&world);
}
