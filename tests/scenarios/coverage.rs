//! What a programme covers and how long it keeps things: whoever changes it names what she read, what is said again changes nothing, and
//! what counted on a day is not written over.

use chrono::TimeDelta;
use naast_tests::app::Reply;
use naast_tests::world::{ELSEWHERE, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::concurrency::{Call, at_once, with};
use crate::looks::{assert_sound, count, lines, refused};

on_both!(
    a_coverage_is_changed_by_its_version_and_said_again_changes_nothing,
    what_a_programme_covered_is_ended_and_not_written_over,
    of_many_who_cover_a_school_at_once_one_wins,
    a_term_is_changed_by_its_version_also_back_to_the_usual_one,
);

/// Puts as the administrator.
fn put(world: &World, path: &str, body: &Value, seen: Option<&str>) -> Reply {
    world.app.call(Some(world.administrator), "PUT", path, Some(body), seen)
}

/// A day so many days from today.
fn ahead(world: &World, days: i64) -> Value {
    json!(world.app.platform.clock.today() + TimeDelta::days(days))
}

/// That a refusal names this member, with this code.
fn faulty(reply: &Reply, pointer: &str, code: &str) {
    let told = (&reply.body["errors"][0]["pointer"], &reply.body["errors"][0]["code"]);
    assert_eq!((reply.status, told), (400, (&json!(pointer), &json!(code))), "{}", reply.body);
}

fn a_coverage_is_changed_by_its_version_and_said_again_changes_nothing(engine: Engine) {
    let world = World::new(engine);
    let list = format!("/programmes/{}/schools", world.programmes[0]);
    let place = format!("{list}/{ELSEWHERE}");
    let (since, today) = (json!({ "sinceDate": ahead(&world, -30) }), ahead(&world, 0));
    let before = count(&world, "journal");

    // nothing stands that a version could be of, not even `*`
    refused(put(&world, &place, &since, Some("*")), 412, "stale-version");
    refused(put(&world, &place, &since, Some("\"v0\"")), 412, "stale-version");
    let made = put(&world, &place, &since, None).expect(200);
    assert!(made.etag().starts_with("\"v1-"), "{}", made.etag());
    assert_eq!((&made.body["etag"], &made.body["earlier"]), (&json!("\"v1\""), &json!([])));

    refused(put(&world, &place, &since, None), 428, "precondition-missing");
    refused(put(&world, &place, &since, Some("\"v2\"")), 412, "stale-version");
    refused(put(&world, &place, &since, Some("v1")), 400, "invalid-input");
    assert_eq!(count(&world, "journal"), before + 1, "what is refused leaves nothing");
    let again = put(&world, &place, &since, Some(&made.etag())).expect(200);
    assert_eq!((again.etag(), count(&world, "journal")), (made.etag(), before + 1));

    let ended = json!({ "sinceDate": ahead(&world, -30), "untilDate": today });
    let ended = put(&world, &place, &ended, Some("\"v1\"")).expect(200);
    assert!(ended.etag().starts_with("\"v2-"), "{}", ended.etag());
    refused(put(&world, &place, &since, Some(&made.etag())), 412, "stale-version");
    // the list gives the version that changes it, and the journal what stood
    let listed = world.app.get(world.leader, &list).expect(200);
    let listed = listed.body["data"].as_array().expect("rows").iter();
    let here: Vec<&Value> = listed.filter(|one| one["locationCode"] == json!(ELSEWHERE)).collect();
    assert_eq!((here.len(), &here[0]["etag"], here[0]), (1, &json!("\"v2\""), &ended.body));
    let told = format!(
        "SELECT state_before || ' > ' || state_after AS name FROM journal \
         WHERE action = 'programme.school-covered' AND object_id = '{ELSEWHERE}' AND state_before IS NOT NULL"
    );
    let day = ahead(&world, -30).as_str().expect("a day").to_owned();
    let today = today.as_str().expect("a day").to_owned();
    assert_eq!(lines(&world, &told), [format!("{day}/.. > {day}/{today}")]);
    assert_sound(&world);
}

fn what_a_programme_covered_is_ended_and_not_written_over(engine: Engine) {
    let world = World::new(engine);
    let programme = &world.programmes[0];
    let place = format!("/programmes/{programme}/schools/{ELSEWHERE}");
    let said = |from: i64, until: Option<i64>, seen: Option<&str>| {
        let until = until.map(|until| ahead(&world, until));
        put(&world, &place, &json!({ "sinceDate": ahead(&world, from), "untilDate": until }), seen)
    };
    let covers = || {
        let reply = world.app.get(world.leader, &format!("/programmes?locationCode={ELSEWHERE}")).expect(200);
        reply.body["data"].as_array().expect("rows").iter().any(|one| one["id"] == json!(programme))
    };
    said(-30, None, None).expect(200);
    assert!(covers());
    // what has begun is not moved, doubled, or ended on a day that is over
    for from in [-40, -1, 0, 1] {
        faulty(&said(from, None, Some("*")), "/sinceDate", "still-open");
    }
    faulty(&said(-30, Some(-1), Some("*")), "/untilDate", "too-early");
    faulty(&said(-30, Some(-31), Some("*")), "/untilDate", "too-early");
    said(-30, Some(0), Some("\"v1\"")).expect(200);
    assert!(covers(), "today has counted");
    faulty(&said(0, None, Some("*")), "/sinceDate", "too-early");

    world.app.platform.clock.advance(TimeDelta::days(3));
    assert!(!covers());
    // the days between are not covered afterwards: the period is over
    faulty(&said(-33, None, Some("*")), "/untilDate", "is-over");
    faulty(&said(-33, Some(5), Some("*")), "/untilDate", "is-over");
    faulty(&said(-3, None, Some("*")), "/sinceDate", "too-early");
    // what has not begun is replaced
    said(10, None, Some("\"v2\"")).expect(200);
    let second = said(0, None, Some("\"v3\"")).expect(200);
    let first = json!([{ "sinceDate": ahead(&world, -33), "untilDate": ahead(&world, -3) }]);
    assert_eq!((&second.body["earlier"], &second.body["etag"]), (&first, &json!("\"v4\"")));
    assert!(covers());
    let kept =
        format!("programme_schools WHERE location_code = '{ELSEWHERE}' AND programme_id = '{programme}'");
    assert_eq!(count(&world, &kept), 2);
}

fn of_many_who_cover_a_school_at_once_one_wins(engine: Engine) {
    let world = World::new(engine);
    let place = format!("/programmes/{}/schools/{ELSEWHERE}", world.programmes[0]);
    let (path, world) = (&place, &world);
    let many = |days: std::ops::Range<i64>, seen: Option<&'static str>| {
        let calls: Vec<Call<'_>> = days
            .map(|day| {
                let body = json!({ "sinceDate": ahead(world, day) });
                Box::new(move || put(world, path, &body, seen)) as Call<'_>
            })
            .collect();
        at_once(&calls)
    };
    let first = many(10..16, None);
    assert_eq!((with(&first, 200), with(&first, 428)), (1, 5));
    let next = many(20..26, Some("\"v1\""));
    assert_eq!((with(&next, 200), with(&next, 412)), (1, 5));
    let rows = format!("programme_schools WHERE location_code = '{ELSEWHERE}' AND version = 2");
    assert_eq!(count(world, &rows), 1);
    let terms = format!("/programmes/{}/retention-terms/withdrawn", world.programmes[0]);
    for (seen, days) in [("\"v0\"", 1..7), ("\"v1\"", 11..17)] {
        let terms = &terms;
        let calls: Vec<Call<'_>> = days
            .map(|days| {
                let body = json!({ "days": days });
                Box::new(move || put(world, terms, &body, Some(seen))) as Call<'_>
            })
            .collect();
        let set = at_once(&calls);
        assert_eq!((with(&set, 200), with(&set, 412)), (1, 5), "{seen}");
    }
    assert_sound(world);
}

fn a_term_is_changed_by_its_version_also_back_to_the_usual_one(engine: Engine) {
    let world = World::new(engine);
    let list = format!("/programmes/{}/retention-terms", world.programmes[0]);
    let term = format!("{list}/withdrawn");
    let shown = || {
        let list = world.app.get(world.leader, &list).expect(200).body;
        let mut rows = list["data"].as_array().expect("rows").iter();
        rows.find(|one| one["term"] == json!("withdrawn")).expect("the term").clone()
    };
    let (short, usual) = (json!({ "days": 5 }), json!({ "days": 30 }));
    let before = count(&world, "journal");
    refused(put(&world, &term, &short, None), 428, "precondition-missing");
    refused(put(&world, &term, &short, Some("v0")), 400, "invalid-input");
    refused(put(&world, &term, &short, Some("\"v1\"")), 412, "stale-version");
    // the usual term has a version too, and to set what holds is no change
    let stands = shown();
    assert_eq!((&stands["etag"], &stands["setAt"]), (&json!("\"v0\""), &json!(null)));
    let same = put(&world, &term, &usual, Some("\"v0\"")).expect(200);
    assert_eq!((&same.body, count(&world, "journal")), (&stands, before));

    let set = put(&world, &term, &short, Some(&same.etag())).expect(200);
    assert!(set.etag().starts_with("\"v1-"), "{}", set.etag());
    assert_eq!((set.body["days"].clone(), shown()), (json!(5), set.body.clone()));
    world.app.platform.clock.advance(TimeDelta::days(1));
    let again = put(&world, &term, &short, Some("\"v1\"")).expect(200);
    assert_eq!((&again.body, count(&world, "journal")), (&set.body, before + 1));
    // back to the usual one the version goes on: what was read of the first is not what stands
    let back = put(&world, &term, &usual, Some("\"v1\"")).expect(200);
    assert_eq!((&back.body["etag"], &back.body["setAt"]), (&json!("\"v2\""), &json!(null)));
    refused(put(&world, &term, &short, Some("\"v0\"")), 412, "stale-version");
    let longer = json!({ "days": 60, "reason": "Er loopt een evaluatie." });
    put(&world, &term, &longer, Some("\"v2\"")).expect(200);
    let other = json!({ "days": 60, "reason": "Er loopt onderzoek." });
    let other = put(&world, &term, &other, Some("\"v3\"")).expect(200);
    assert_eq!(other.body["etag"], json!("\"v4\""), "another reason is a change");
    assert_eq!(count(&world, "journal"), before + 4);
}
