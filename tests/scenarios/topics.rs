//! What a request is about says nothing of a child's health: for that there is a consent of its own (AVG art. 9).

use std::path::Path;

use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

on_both!(a_topic_of_health_is_no_topic, what_an_earlier_version_kept_of_it_is_gone);

fn a_topic_of_health_is_no_topic(engine: Engine) {
    let world = World::new(engine);
    let mut asked = world.request_body(0);
    asked["topics"] = json!(["illness-or-disability"]);
    let refused = world.app.post(world.person(), "/support-requests", &asked).expect(400);
    let told = String::from_utf8_lossy(&refused.bytes).into_owned();
    assert!(told.contains("topics") && told.contains("talking-with-school"), "{told}");
}

fn what_an_earlier_version_kept_of_it_is_gone(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let sql = |statements: &str| {
        around(&world.app.location, |database| database.batch(statements)).expect("an administrator can");
    };
    let topics = || {
        let found = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
        found.body["topics"].clone()
    };
    // the place in the list at which it stood is another topic's now
    sql("UPDATE support_requests SET topics = topics + 256");
    assert_eq!(topics(), json!(["talking-with-school", "development-plan"]));
    let name = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let file = format!("../persistence/migrations/{name}/0051_no_topic_of_health/up.sql");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    sql(&std::fs::read_to_string(file).expect("statements"));
    assert_eq!(topics(), json!(["talking-with-school"]));
}
