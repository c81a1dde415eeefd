//! What an administrator does at the terminal of an installation that runs.

use std::process::{Command, Output};

use chrono::TimeDelta;
use naast_persistence::Location;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::signing_in::{call, client_token};

on_both!(a_client_is_connected_changed_and_revoked_at_the_terminal);

/// Runs the program on the installation of a test.
pub fn naast(world: &World, line: &[&str]) -> Output {
    let url = match &world.app.location {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
        .args(line)
        .arg("--data")
        .arg(&world.app.platform.data)
        .env("DATABASE_URL", url)
        .env_remove("NAAST_MASTER_KEY_FILE")
        .env("NAAST_SIGNING_KEY_FILE", world.app.platform.data.join("key.pk8"))
        .output()
        .expect("the program runs")
}

fn word(output: &Output, before: &str) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    let found = text.lines().find_map(|line| line.strip_prefix(before)?.split_whitespace().next());
    found.unwrap_or_else(|| panic!("no {before} in {text}{error}")).to_owned()
}

fn a_client_is_connected_changed_and_revoked_at_the_terminal(engine: Engine) {
    let world = World::new(engine);
    let create = |purpose: &str, scope: &str, organisation: &str| {
        let line = [
            "client",
            "create",
            "--organisation",
            organisation,
            "--name",
            "Systeem",
            "--purpose",
            purpose,
            "--scope",
            scope,
            "--secret",
        ];
        naast(&world, &line)
    };
    let made = create("signposting", "conversations:open", &world.school);
    let (id, secret) = (word(&made, "client "), word(&made, "secret "));
    let token = client_token(&world, &(id.clone(), secret));
    call(&world.app, &token, "GET", "/conversation-guide", None).expect(200);

    let next = word(&naast(&world, &["client", "rotate", &id, "--secret"]), "secret ");
    client_token(&world, &(id.clone(), next));
    assert!(naast(&world, &["client", "revoke", &id]).status.success());
    call(&world.app, &token, "GET", "/conversation-guide", None).expect(401);

    for (output, code) in [
        (naast(&world, &["client", "revoke", &id]), 2),
        (create("signposting", "conversations:open", &world.association), 2),
        (create("administration", "conversations:open", &world.school), 2),
        (create("signposting", "conversations:open", "00000000-0000-4000-8000-000000000000"), 2),
        (create("signposting", "everything", &world.school), 2),
        (naast(&world, &["client", "rotate", &id]), 2),
    ] {
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    }

    let key = naast(&world, &["keys", "rotate-signing", "--in-minutes", "5"]);
    let kid = String::from_utf8_lossy(&key.stdout).split(' ').next().expect("a name").to_owned();
    let listed = String::from_utf8(naast(&world, &["keys", "list-signing"]).stdout).expect("text");
    assert!(listed.lines().any(|line| line.starts_with(&kid) && line.ends_with("waits")), "{listed}");
    world.app.platform.clock.advance(TimeDelta::minutes(6));
    let header = jsonwebtoken::decode_header(world.app.token(world.leader)).expect("a header");
    assert_eq!(header.kid, Some(kid));
}
