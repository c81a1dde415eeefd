//! One-time codes by mail: for whoever has the mailbox, ten minutes, five tries, once; and nobody learns by asking whether
//! an address is known.

use naast_domain::ids::PersonId;
use naast_persistence::Database;
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, holds, seen};
use crate::signing_in::{ask, ask_code, call, code_in, letters, refused, sign_in, signed_in};

on_both!(
    a_parent_without_an_account_begins_one_with_a_code_and_asks_for_help,
    a_registered_person_signs_in_by_her_address_however_she_writes_it,
    known_and_unknown_addresses_take_the_same_path,
    a_code_works_once_within_its_minutes_and_not_after_five_tries,
    an_address_gets_three_letters_in_a_quarter_of_an_hour,
    three_letters_are_three_however_many_ask_at_once,
    an_address_with_two_accounts_leads_to_the_one_that_is_named,
    neither_address_nor_code_is_kept,
);

fn a_parent_without_an_account_begins_one_with_a_code_and_asks_for_help(engine: Engine) {
    let world = World::new(engine);
    let people = count(&world, "people");
    let reply = signed_in(&world.app, "nieuwe.ouder@example.org");
    assert_eq!(reply.body["token_type"], "Bearer");
    assert_eq!(reply.body["expires_in"], 600);
    assert!(reply.body.get("scope").is_none(), "what it does not have is left out: {}", reply.body);
    let token = reply.text("access_token");
    let me = call(&world.app, &token, "GET", "/me", None).expect(200);
    assert_eq!(me.body["id"], reply.body["subject"]);
    assert_eq!((&me.body["powers"][0]["role"], &me.body["powers"][1]), (&json!("parent"), &Value::Null));
    call(&world.app, &token, "POST", "/support-requests", Some(&world.request_body(0))).expect(201);
    assert_eq!(count(&world, "people"), people + 1);
    let again = signed_in(&world.app, "nieuwe.ouder@example.org");
    assert_eq!(again.body["subject"], reply.body["subject"]);
    assert_eq!(count(&world, "people"), people + 1);
    assert_sound(&world);
}

fn a_registered_person_signs_in_by_her_address_however_she_writes_it(engine: Engine) {
    let world = World::new(engine);
    let body = json!({ "name": "Coördinator", "email": " Coordinator@Example.org " });
    let id = world.app.post(world.administrator, "/people", &body).expect(201).id();
    let role = json!({ "personId": id, "role": "coordinator", "programmeId": world.programmes[0] });
    let place = format!("/organisations/{}/memberships", world.association);
    world.app.post(world.administrator, &place, &role).expect(201);
    let reply = signed_in(&world.app, "coordinator@example.ORG");
    assert_eq!(reply.body["subject"], id);
    let me = call(&world.app, &reply.text("access_token"), "GET", "/me", None).expect(200);
    assert_eq!(me.body["powers"][0]["role"], "coordinator");
    for wrong in [
        "geen adres",
        "a@b",
        "a b@example.org",
        "x@example.org\r\nBcc: y@example.org",
        "x@[127.0.0.1]",
        "\"x y\"@example.org",
        "ö@example.org",
    ] {
        let reply = world.app.call(None, "POST", "/sign-in-codes", Some(&json!({ "email": wrong })), None);
        assert!(!String::from_utf8_lossy(&reply.expect(400).bytes).contains(wrong), "{wrong}");
    }
}

/// Not the same time by luck, but the same work: who asks for a code gets her answer and her letter also when the tables
/// that know people and their addresses are gone. So they cannot have been read.
fn known_and_unknown_addresses_take_the_same_path(engine: Engine) {
    let world = World::new(engine);
    let known = json!({ "name": "Bekend", "email": "bekend@example.org" });
    world.app.post(world.administrator, "/people", &known).expect(201);
    let ask = |email: &str| {
        let reply = world
            .app
            .call(None, "POST", "/sign-in-codes", Some(&json!({ "email": email })), None)
            .expect(202);
        let mut shown = reply;
        shown.body["signInId"] = json!("an id");
        shown.body["expiresAt"] = json!("a moment");
        // a moment is written without the zeros at its end
        shown.headers.remove("content-length");
        seen(&shown)
    };
    let before = ask("bekend@example.org");
    assert_eq!(before, ask("onbekend@example.org"));
    let gone = [
        ("sign_in_addresses", "gone_addresses"),
        ("people", "gone_people"),
        ("external_subjects", "gone_subjects"),
        ("sessions", "gone_sessions"),
    ];
    around(&world.app.location, |database: &mut Database<'_>| {
        for (table, other) in gone {
            database.batch(&format!("ALTER TABLE {table} RENAME TO {other}")).expect("an administrator may");
        }
    });
    assert_eq!(before, ask("bekend@example.org"));
    assert_eq!(before, ask("onbekend@example.org"));
    assert_eq!(letters(&world.app).len(), 4);
    around(&world.app.location, |database: &mut Database<'_>| {
        for (table, other) in gone {
            database.batch(&format!("ALTER TABLE {other} RENAME TO {table}")).expect("an administrator may");
        }
    });
    // a wrong code, too, looks the same for both, and for an id that nobody got
    let wrong = |id: &str| seen(&refused(sign_in(&world.app, id, "00000000"), 400, "invalid_grant"));
    let (one, other) =
        (ask_code(&world.app, "bekend@example.org"), ask_code(&world.app, "ander@example.org"));
    assert_eq!(wrong(&one), wrong(&other));
    assert_eq!(wrong(&one), wrong(&random_id().to_string()));
}

fn a_code_works_once_within_its_minutes_and_not_after_five_tries(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let fresh = |email: &str| {
        let id = ask_code(app, email);
        (id, code_in(&letters(app)[0]))
    };
    let wrong_of = |code: &str| format!("{:08}", (code.parse::<u32>().expect("digits") + 1) % 100_000_000);

    let (id, code) = fresh("een@example.org");
    sign_in(app, &id, &format!("{} {}", &code[..4], &code[4..])).expect(200);
    refused(sign_in(app, &id, &code), 400, "invalid_grant");

    let (id, code) = fresh("twee@example.org");
    for _ in 0..5 {
        refused(sign_in(app, &id, &wrong_of(&code)), 400, "invalid_grant");
    }
    refused(sign_in(app, &id, &code), 400, "invalid_grant");

    let (id, code) = fresh("drie@example.org");
    for _ in 0..4 {
        refused(sign_in(app, &id, &wrong_of(&code)), 400, "invalid_grant");
    }
    sign_in(app, &id, &code).expect(200);

    let (id, code) = fresh("vier@example.org");
    app.platform.clock.advance(chrono::TimeDelta::minutes(10));
    refused(sign_in(app, &id, &code), 400, "invalid_grant");

    // a code is good only with the id that it was made under
    let ((one, _), (_, other)) = (fresh("vijf@example.org"), fresh("zes@example.org"));
    refused(sign_in(app, &one, &other), 400, "invalid_grant");
    // and of many who use it at once, one gets in
    let (id, code) = fresh("zeven@example.org");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4).map(|_| scope.spawn(|| sign_in(app, &id, &code).status)).collect();
        tries.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

fn an_address_gets_three_letters_in_a_quarter_of_an_hour(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    for _ in 0..5 {
        ask_code(app, "vaak@example.org");
    }
    ask_code(app, "ander@example.org");
    assert_eq!(letters(app).len(), 4);
    app.platform.clock.advance(chrono::TimeDelta::minutes(16));
    ask_code(app, "vaak@example.org");
    assert_eq!(letters(app).len(), 1);
    assert_eq!(
        count(&world, "sign_in_codes"),
        7,
        "each is kept for a while, sent or not: the work does not tell"
    );
    assert_eq!(count(&world, "sign_in_codes WHERE sent"), 5);
    // one of which no letter went out opens nothing, or each would be five guesses more: here by its right digits
    let id = ask_code(app, "nog@example.org");
    let code = code_in(&letters(app)[0]);
    let sent = |yes: bool| {
        let newest = "id = (SELECT id FROM sign_in_codes ORDER BY created_at DESC LIMIT 1)";
        let statement = format!("UPDATE sign_in_codes SET sent = {yes} WHERE {newest}");
        around(&world.app.location, |database| database.batch(&statement)).expect("an administrator may");
    };
    sent(false);
    refused(sign_in(app, &id, &code), 400, "invalid_grant");
    sent(true);
    sign_in(app, &id, &code).expect(200);
    app.platform.clock.advance(chrono::TimeDelta::minutes(30));
    ask_code(app, "ander@example.org");
    assert_eq!(count(&world, "sign_in_codes"), 1, "and then forgotten");
}

/// Four replicas are asked for codes to one address at the same moment.
fn three_letters_are_three_however_many_ask_at_once(engine: Engine) {
    let world = World::new(engine);
    // a file of SQLite has one process that writes
    let others: Vec<_> =
        (0..if engine == Engine::Postgres { 3 } else { 0 }).map(|_| world.app.twin()).collect();
    let replicas: Vec<_> = others.iter().chain([&world.app]).collect();
    // one that is good stays good, whoever asks for more
    let earlier = ask_code(&world.app, "druk@example.org");
    let code = code_in(&letters(&world.app)[0]);
    let start = std::sync::Barrier::new(33);
    let crowd = |meanwhile: &mut dyn FnMut()| {
        std::thread::scope(|scope| {
            for place in 0..32 {
                let (app, start) = (replicas[place % replicas.len()], &start);
                scope.spawn(move || {
                    start.wait();
                    ask_code(app, "druk@example.org");
                });
            }
            start.wait();
            meanwhile();
        });
    };
    match engine {
        Engine::Sqlite => crowd(&mut || ()),
        Engine::Postgres => around(&world.app.location, |holder: &mut Database<'_>| {
            holder.batch("BEGIN; LOCK TABLE sign_in_codes IN SHARE MODE").expect("an administrator may");
            // all can count now, and none can keep: whoever does not wait for the others counts one letter
            crowd(&mut || {
                std::thread::sleep(std::time::Duration::from_millis(400));
                holder.batch("COMMIT").expect("an administrator may");
            });
        }),
    }
    assert_eq!(letters(&world.app).len(), 2, "with the first they are three");
    sign_in(&world.app, &earlier, &code).expect(200);
}

/// Whoever registers a person cannot find out that her address leads to an account already.
fn an_address_with_two_accounts_leads_to_the_one_that_is_named(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let email = "ouder.en.buddy@example.org";
    let own = signed_in(app, email).text("subject");
    let body = |email: &str| json!({ "name": "Als buddy", "email": email });
    let known = app.post(world.coordinators[0], "/people", &body(email)).expect(201);
    let unknown = app.post(world.coordinators[0], "/people", &body("niemand@example.org")).expect(201);
    assert_eq!(known.bytes.len(), unknown.bytes.len());
    let other = known.id();
    let first = signed_in(app, email);
    assert_eq!(first.body["subject"], own.as_str());
    assert_eq!(
        first.body["accounts"],
        json!([{ "id": own, "name": "" }, { "id": other, "name": "Als buddy" }])
    );
    let as_whom = |subject: &str| {
        app.platform.clock.advance(chrono::TimeDelta::minutes(16));
        let id = ask_code(app, email);
        let code = code_in(&letters(app)[0]);
        let fields = [
            ("grant_type", crate::signing_in::ONE_TIME_CODE),
            ("sign_in_id", &id),
            ("code", &code),
            ("subject", subject),
        ];
        ask(app, &[], &fields)
    };
    assert_eq!(as_whom(&other).expect(200).body["subject"], other.as_str());
    let leader: PersonId = world.leader;
    refused(as_whom(&leader.to_string()), 400, "invalid_grant");
}

fn neither_address_nor_code_is_kept(engine: Engine) {
    let world = World::new(engine);
    let id = ask_code(&world.app, "geheim.adres9351@example.org");
    let letter = letters(&world.app).remove(0);
    assert!(letter.contains("geheim.adres9351@example.org"));
    let code = code_in(&letter);
    let reply = sign_in(&world.app, &id, &code).expect(200);
    for secret in ["adres9351", &code, &reply.text("refresh_token"), &reply.text("access_token")] {
        assert!(!holds(&world, secret), "{secret}");
    }
}
