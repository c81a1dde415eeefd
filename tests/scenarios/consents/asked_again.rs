//! A consent that ends by itself: the parent was promised that she is asked again after a year, and reads so thirty days ahead, with one letter that says nothing of health.

use chrono::TimeDelta;
use naast_api::privacy::round::{Report, round};
use naast_domain::Date;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::by_others::{all, code, says};
use super::{Case, health, running};
use crate::last_days::{goes_on, journal};
use crate::looks::{assert_sound, count, refused};
use crate::signing_in::letters;

on_both!(a_consent_that_ends_is_asked_for_again_before_and_after, whatever_answers_it_ends_the_question,);

fn run(world: &World) -> Report {
    let platform = &world.app.platform;
    round(platform, platform.clock.now(), false).expect("a round")
}

/// The letters of a consent that ends.
fn told(world: &World) -> Vec<String> {
    let all = letters(&world.app).into_iter().map(|letter| letter.replace("=\r\n", ""));
    all.filter(|letter| letter.contains("een toestemming die een jaar geldt")).collect()
}

/// The last consent to health data of a case: its id and its last day.
fn last(world: &World, case: &Case) -> (String, Date) {
    let one = all(world, case).into_iter().rfind(|one| one["kind"] == "child-health-data").expect("given");
    let day = one["validUntilDate"].as_str().expect("a last day").parse().expect("a day");
    (one["id"].as_str().expect("an id").to_owned(), day)
}

/// What waits for the parent of a consent that ends.
fn waits(world: &World, case: &Case) -> Vec<Value> {
    let all = world.app.get(case.parent, "/me/notices").expect(200).body;
    let about = |one: &&Value| one["kind"] == "health-consent-ends";
    all["data"].as_array().expect("rows").iter().filter(about).cloned().collect()
}

/// Goes to so many days before a day, while the request goes on.
fn to(world: &World, case: &Case, (day, before): (Date, i64)) {
    let clock = &world.app.platform.clock;
    let left = (day - TimeDelta::days(before)).signed_duration_since(clock.today());
    clock.advance(left - left.min(TimeDelta::days(20)));
    goes_on(world, case.parent, &case.request).expect(200);
    clock.advance(left.min(TimeDelta::days(20)));
}

fn a_consent_that_ends_is_asked_for_again_before_and_after(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    health(&world, case.parent, &case.request).expect(201);
    let (id, day) = last(&world, &case);
    to(&world, &case, (day, 31));
    assert_eq!((run(&world).asked_again, waits(&world, &case).len()), (0, 0));
    to(&world, &case, (day, 30));
    let receipt = format!("/v1/support-requests/{}/consents/{id}/receipt", case.request);
    let read = |word: &str| {
        let waits = waits(&world, &case);
        assert_eq!((waits.len(), &waits[0]["read"]), (1, &json!(receipt)));
        let text = waits[0]["text"].as_str().expect("a text");
        assert!(text.contains(&format!("De laatste dag {word} {}.", day.format("%-d-%-m-%Y"))), "{text}");
        assert!(text.contains("maken"), "also what a pupil of 16 needs: {text}");
    };
    read("is");
    let platform = &world.app.platform;
    let dry = round(platform, platform.clock.now(), true).expect("a dry round");
    let _ = letters(&world.app);
    let report = run(&world);
    assert_eq!((dry.asked_again, report.asked_again, report.told), (1, 1, 0));
    let sent = told(&world);
    assert!(sent.len() == 1 && sent[0].contains("ouder@example.org"), "{sent:?}");
    // once; and it stays to be read once its year is over
    assert_eq!((run(&world).asked_again, told(&world).len()), (0, 0));
    to(&world, &case, (day, -1));
    read("was");
    assert_eq!((run(&world).asked_again, told(&world).len()), (0, 0));
    assert_eq!(journal(&world, "request.consent-end-told", &case.request), 1);
    // given again, it is asked for again after another year
    health(&world, case.parent, &case.request).expect(201);
    let (_, next) = last(&world, &case);
    assert!(waits(&world, &case).is_empty() && next > day);
    to(&world, &case, (next, 31));
    assert_eq!(run(&world).asked_again, 0);
    to(&world, &case, (next, 30));
    assert_eq!((run(&world).asked_again, told(&world).len(), waits(&world, &case).len()), (1, 1, 1));
    assert_sound(&world);
}

fn whatever_answers_it_ends_the_question(engine: Engine) {
    let world = World::new(engine);
    let cases = [running(&world), running(&world), running(&world), running(&world), running(&world)];
    let [again, pupil, back, ended, silent] = &cases;
    for case in &cases {
        health(&world, case.parent, &case.request).expect(201);
    }
    let (id, day) = last(&world, back);
    for case in &cases {
        to(&world, case, (day, 30));
        assert_eq!(waits(&world, case).len(), 1);
    }
    // before its year is over too
    health(&world, again.parent, &again.request).expect(201);
    says(&world, &code(&world, pupil), true);
    world
        .app
        .ask(back.parent, &format!("/support-requests/{}/consents/{id}/withdrawal", back.request))
        .expect(200);
    world.app.ask(ended.parent, &format!("/support-requests/{}/withdrawal", ended.request)).expect(200);
    let _ = letters(&world.app);
    for case in &cases {
        let is_asked = case.request == silent.request;
        assert_eq!(waits(&world, case).len(), usize::from(is_asked));
    }
    let report = run(&world);
    assert_eq!((report.asked_again, report.untold, report.failed, told(&world).len()), (1, 0, 0, 1));
    assert_eq!(count(&world, "support_requests WHERE consent_end_told_at IS NOT NULL"), 1);
    assert_eq!(journal(&world, "request.consent-end-told", &silent.request), 1);
    // what a coordinator hears her say takes no place of what holds, and that of what is over
    let heard = || {
        let body = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        let place = format!("/support-requests/{}/reported-consents", silent.request);
        world.app.post(world.coordinators[0], &place, &body)
    };
    refused(heard(), 409, "already-there");
    to(&world, silent, (day, -1));
    // it is a year since she was asked after her own ties as well
    world.coordinators_declare();
    heard().expect(201);
    assert!(waits(&world, silent).is_empty(), "she is asked to confirm it");
    assert_sound(&world);
}
