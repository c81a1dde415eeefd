//! The main job: from the first question at school to a running match, and its end.

use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::json;

on_both!(
    from_the_first_question_to_a_match_that_closes,
    a_match_that_not_both_said_yes_to_is_told_by_the_doctor
);

fn from_the_first_question_to_a_match_that_closes(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let buddy = world.buddy(0, &json!({}));

    let conversation = world.conversation();
    let code = world.explained(&conversation);
    let seen = app.get(world.leader, &format!("/conversations/{conversation}")).expect(200);
    assert_eq!(seen.body["state"], "with-parent");

    let parent = world.person();
    let referral = json!({
        "code": code, "request": world.request_body(0), "consent": words("referral")
    });
    let request = app.post(parent, "/referrals", &referral).expect(201).id();
    let handed_over = app.get(world.leader, &format!("/conversations/{conversation}")).expect(200);
    assert_eq!(handed_over.body["state"], "handed-over");
    assert!(!String::from_utf8_lossy(&handed_over.bytes).contains("ouder@example.org"));

    world.consent(parent, &request).expect(201);
    let path = format!("/support-requests/{request}");
    let candidates = app.get(world.coordinators[0], &format!("{path}/candidates")).expect(200);
    assert_eq!(candidates.body["candidates"][0]["buddyId"], json!(buddy.id));
    assert_eq!(candidates.body["candidates"][0]["score"], 100);

    let (running, _) = world.matched(0, parent, &request, &buddy);
    let contact = json!({ "date": app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening" });
    app.post(buddy.person, &format!("/matches/{running}/contacts"), &contact).expect(201);
    app.post_on(
        parent,
        &format!("/matches/{running}"),
        &format!("/matches/{running}/closure"),
        &json!({ "reason": "goal-reached" }),
    )
    .expect(200);
    assert_eq!(app.get(parent, &path).expect(200).body["state"], "closed");
    assert_eq!(app.get(parent, &path).expect(200).body["locationCode"], SCHOOL);
}

fn a_match_that_not_both_said_yes_to_is_told_by_the_doctor(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    world.matched(0, parent, &request, &buddy);
    let wrong = |change: &str| {
        around(&world.app.location, |database| {
            database.batch(&format!("UPDATE proposals SET {change}")).expect("an administrator may");
            let told = naast_persistence::doctor::run(database).expect("the checks run");
            told.iter().map(|check| check.wrong).sum::<i64>()
        })
    };
    assert_eq!(wrong("state = 'accepted'"), 0);
    for answer in ["parent_answer", "buddy_answer"] {
        // no answer at all is no yes either
        for (text, count) in [("NULL", 1), ("'refused'", 1), ("'accepted'", 0)] {
            assert_eq!(wrong(&format!("{answer} = {text}")), count, "{answer} = {text}");
        }
    }
}
