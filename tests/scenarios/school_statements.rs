//! A no, a stop and silence look the same at school also from below: its questions run the same statements on the database, so
//! that the time they take tells nothing either, and their answers have the same shape.

use naast_tests::app::Reply;
use naast_tests::asked::{prick_up_ears, since};
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::json;

use crate::looks::at_school;

on_both!(
    whatever_the_parent_did_school_s_questions_run_the_same_statements,
    an_erased_case_and_a_withdrawn_one_run_the_same_statements_when_school_asks_of_its_talk
);

/// What ran on the database of this world since the last time, without its values.
fn ran(world: &World) -> Vec<String> {
    let bare = |text: String| text.split("-- binds").next().unwrap_or_default().trim().to_owned();
    let mut statements: Vec<String> = since(&world.app.location).into_iter().map(bare).collect();
    // the server asks every second whether the database is there
    statements.retain(|one| one != "SELECT 1 FROM people LIMIT 1");
    statements
}

/// What can be told from an answer without reading it.
fn shape(reply: &Reply) -> (u16, Vec<String>, usize) {
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    // a moment is written without the zeros at its end
    let is_moment = |word: &str| word.len() > 20 && word.as_bytes()[4] == b'-' && word.contains('T');
    let text = String::from_utf8_lossy(&reply.bytes);
    let length = text.split('"').map(|word| if is_moment(word) { 1 } else { word.len() + 1 }).sum();
    (reply.status, names, length)
}

fn whatever_the_parent_did_school_s_questions_run_the_same_statements(engine: Engine) {
    prick_up_ears();
    let world = World::new(engine);
    let mut alike = None;
    for act in ["", "take-time", "decline-buddy", "contact-self", "withdraw"] {
        let reference = random_id();
        let body = json!({ "locationCode": SCHOOL, "parentReference": reference, "ground": "regular-talk" });
        let conversation = world.app.post(world.leader, "/conversations", &body).expect(201).id();
        let code = world.explained(&conversation);
        if !act.is_empty() {
            world.parent_step(&code, act).expect(200);
        }
        let path = format!("/conversations/{conversation}");
        let questions: [&dyn Fn() -> Reply; 4] = [
            &|| world.app.get(world.leader, &path),
            &|| world.app.get(world.leader, &format!("{path}/answers")),
            &|| world.step(&conversation, "explain-buddy"),
            &|| world.app.post(world.leader, "/conversations", &body),
        ];
        let seen: Vec<_> = questions
            .iter()
            .map(|ask| {
                ran(&world);
                let reply = ask();
                let statements = ran(&world);
                assert!(!statements.is_empty(), "nothing was heard of {:?}", world.app.location);
                (shape(&reply), statements)
            })
            .collect();
        match &alike {
            None => alike = Some(seen),
            Some(first) => {
                for ((shape, statements), (first_shape, first_statements)) in seen.iter().zip(first) {
                    assert_eq!(shape, first_shape, "{act}");
                    assert_eq!(statements, first_statements, "{act}");
                }
            }
        }
    }
    // the test of the test: another question runs other statements
    ran(&world);
    world.app.get(world.leader, &format!("/conversations?locationCode={SCHOOL}")).expect(200);
    let other = ran(&world);
    assert!(alike.expect("there were five").iter().all(|(_, statements)| *statements != other));
}

/// What was announced and cancelled is asked for in the same statements whether the case is there or was erased.
fn an_erased_case_and_a_withdrawn_one_run_the_same_statements_when_school_asks_of_its_talk(engine: Engine) {
    prick_up_ears();
    let world = World::new(engine);
    let day = world.app.platform.clock.today() + chrono::Days::new(5);
    let (mut alike, mut open) = (Vec::new(), Vec::new());
    for erased in [false, true] {
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        let body = json!({ "date": day, "text": words("meeting-announcement") });
        let told = world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &body);
        let at = format!("/announced-meetings/{}", at_school(&world, &told.expect(201).id()));
        let ask = || {
            ran(&world);
            let replies = [
                world.app.get(world.leader, &at),
                world.app.get(world.leader, &format!("{at}/calendar.ics")),
                world.app.post(world.leader, &format!("{at}/objections"), &json!({ "objection": "room" })),
            ];
            (replies.map(|reply| reply.status), ran(&world))
        };
        open.push(ask());
        world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
        if erased {
            let sure = json!({ "confirmation": "erase-everything-of-mine" });
            world.app.post(parent, "/me/erasure", &sure).expect(200);
        }
        alike.push(ask());
    }
    assert_eq!(alike[0].0, [200, 200, 409]);
    assert_eq!(alike[0], alike[1]);
    // the test of the test: while somebody comes along a reading leaves its record
    assert_ne!(open[0].1, alike[0].1);
}
