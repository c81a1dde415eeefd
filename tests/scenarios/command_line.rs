//! What an administrator does at the terminal of an installation that runs.

use std::path::Path;
use std::process::{Command, Output};

use chrono::TimeDelta;
use naast_persistence::Location;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::signing_in::{call, client_token};

on_both!(
    a_client_is_connected_changed_and_revoked_at_the_terminal,
    a_token_is_made_for_somebody_who_is_there_and_for_nobody_else,
    what_is_done_and_cannot_be_anchored_is_told_all_the_same,
);

/// Runs the program on the installation of a test.
pub fn naast(world: &World, line: &[&str]) -> Output {
    naast_on(world, &world.app.location, &world.app.platform.data, line)
}

/// Runs the program on another place, with the keys of a world.
pub fn naast_on(world: &World, location: &Location, data: &Path, line: &[&str]) -> Output {
    command_on(world, location, data).args(line).output().expect("the program runs")
}

/// The program on another place, with the keys of a world.
pub fn command_on(world: &World, location: &Location, data: &Path) -> Command {
    let url = match location {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
    command
        .arg("--data")
        .arg(data)
        .env("DATABASE_URL", url)
        .env("NAAST_MASTER_KEY_FILE", world.app.platform.data.join("master-keys"))
        .env("NAAST_SIGNING_KEY_FILE", world.app.platform.data.join("key.pk8"))
        .env("NAAST_LANGUAGE", "en");
    command
}

fn word(output: &Output, before: &str) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    let found = text.lines().find_map(|line| line.strip_prefix(before)?.split_whitespace().next());
    found.unwrap_or_else(|| panic!("no {before} in {text}{error}")).to_owned()
}

fn what_is_done_and_cannot_be_anchored_is_told_all_the_same(engine: Engine) {
    let world = World::new(engine);
    // where the anchors stand nothing can be written
    std::fs::create_dir(world.app.platform.data.join("journal-anchors.jsonl")).expect("a folder");
    let create = ["client", "create", "--organisation", &world.association, "--name", "Systeem"];
    let rest = ["--purpose", "matching", "--scope", "events:read", "--secret"];
    let made = naast(&world, &[&create[..], &rest[..]].concat());
    let fault = String::from_utf8_lossy(&made.stderr).into_owned();
    assert_eq!(made.status.code(), Some(1), "{fault}");
    assert!(fault.contains("done and journalled, and not anchored"), "{fault}");
    let named = (word(&made, "client "), word(&made, "secret "));
    client_token(&world, &named);
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
    // whoever hears that a system's key was stolen finds the system
    let list = || String::from_utf8(naast(&world, &["client", "list"]).stdout).expect("text");
    let listed = list();
    for part in [
        format!("client {id}\n"),
        format!("  Systeem: school (test) ({})\n", world.school),
        "  signposting: conversations:open\n  secret\n  secret until 20".to_owned(),
    ] {
        assert!(listed.contains(&part), "{part} in {listed}");
    }
    assert!(naast(&world, &["client", "revoke", &id]).status.success());
    assert!(list().contains(&format!("client {id} (shut out)\n")), "{}", list());
    assert!(!list().contains("secret"), "nothing of hers lets it in: {}", list());
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

fn a_token_is_made_for_somebody_who_is_there_and_for_nobody_else(engine: Engine) {
    let world = World::new(engine);
    let made = naast(&world, &["token", &world.leader.uuid().to_string()]);
    assert_eq!(made.status.code(), Some(0));
    let token = String::from_utf8(made.stdout).expect("text");
    let headers = [("authorization", format!("Bearer {}", token.trim()))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    world.app.send("GET", "/v1/me", &headers, Vec::new()).expect(200);
    for (language, words) in [("nl", "niemand in deze installatie"), ("en", "nobody in this installation")] {
        let none = naast(&world, &["--language", language, "token", &naast_tests::random_id().to_string()]);
        assert_eq!((none.status.code(), none.stdout.len()), (Some(2), 0));
        assert!(String::from_utf8_lossy(&none.stderr).contains(words), "{none:?}");
    }
}

#[test]
fn a_fault_of_the_crates_below_is_said_in_both_languages() {
    for (language, words) in
        [("nl", "DATABASE_URL moet beginnen met"), ("en", "DATABASE_URL must start with")]
    {
        let refused = Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(["--language", language, "--database-url", "mysql://nowhere", "doctor"])
            .output()
            .expect("the program runs");
        assert_ne!(refused.status.code(), Some(0));
        let said = [refused.stdout, refused.stderr].concat();
        assert!(String::from_utf8_lossy(&said).contains(words), "{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn a_database_with_a_broken_page_is_found_and_the_rest_is_looked_at_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(["--language", "en"])
            .args(line)
            .arg("--data")
            .arg(folder.path())
            .env_remove("DATABASE_URL")
            .output()
            .expect("the program runs");
        (program.status.code(), String::from_utf8_lossy(&program.stdout).into_owned())
    };
    assert_eq!(run(&["administrator", "Beheer"]).0, Some(0));
    let (code, said) = run(&["doctor"]);
    assert!(code == Some(0) && said.contains("file of the database: whole"), "{said}");

    let file = folder.path().join("naast.db");
    // what a migration set free holds nothing that could be missed
    let location = naast_persistence::Location::Sqlite(file.clone());
    naast_tests::around(&location, |database| database.batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"))
        .expect("packed");
    let whole = std::fs::read(&file).expect("a file");
    let pages = whole.len() / 4096;
    let mut found = 0;
    // the first page holds the schema: without it nothing opens
    for page in (pages / 2)..pages {
        let mut broken = whole.clone();
        broken[page * 4096..(page + 1) * 4096].fill(0);
        std::fs::write(&file, &broken).expect("written");
        let (code, said) = run(&["doctor"]);
        if said.contains("file of the database") && !said.contains("file of the database: whole") {
            found += 1;
            assert_eq!(code, Some(4), "{said}");
            assert!(said.contains("journal: ") && said.contains("sealed values: "), "it goes on: {said}");
        } else {
            assert_ne!(code, Some(0), "page {page} of {pages}: {said}");
        }
    }
    assert!(found > 0, "no page of {pages} was found broken");
    std::fs::write(&file, "geen database").expect("written");
    let _ = std::fs::remove_file(folder.path().join("naast.db-wal"));
    let (code, said) = run(&["doctor"]);
    assert!(code == Some(4) && said.contains("no SQLite database"), "{said}");
}

#[test]
fn a_token_names_the_address_that_the_installation_is_served_under_or_is_not_made() {
    use crate::program::{Served, begin, program, run, said};
    let folder = tempfile::tempdir().expect("a folder");
    let (database, data) = (Location::Sqlite(folder.path().join("naast.db")), folder.path());
    let person = said(&database, data, &["administrator", "Beheer"]);
    // nobody served it yet: there is no address that a token could miss
    said(&database, data, &["token", &person]);
    let mut command = program(&database, data);
    command.env("NAAST_PUBLIC_URL", "https://buddy.example.org");
    let (child, address) = begin(command, &["serve", "--listen", "127.0.0.1:0"]);
    let _server = Served(child);
    let token = ["token", &person];
    for patience in 0.. {
        let refused = run(&database, data, &token);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        if refused.status.success() && patience < 50 {
            // it says where it listens a moment before it notes the address
            std::thread::sleep(std::time::Duration::from_millis(50));
            continue;
        }
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains("NAAST_PUBLIC_URL=https://buddy.example.org"), "{told}");
        assert!(refused.stdout.is_empty(), "no token was made");
        break;
    }
    let made = said(&database, data, &[&token[..], &["--public-url", "https://buddy.example.org"]].concat());
    let answer =
        ureq::get(format!("http://{address}/v1/me")).header("Authorization", format!("Bearer {made}"));
    assert_eq!(answer.call().expect("the server believes it").status().as_u16(), 200);
}
