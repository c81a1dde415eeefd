//! What must be in order before the program makes, changes or serves anything: the address, the keys, the schema, the settings.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use naast_persistence::Location;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::command_line::naast;
use crate::looks::count;

on_both!(a_schema_is_brought_up_to_date_by_whoever_has_the_keys_of_what_is_sealed);

/// Keys and a database that were made for a server that never ran would be taken for those of an installation.
#[test]
fn a_server_that_cannot_listen_makes_nothing() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it listens").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    for (command, option) in [("serve", "--listen"), ("serve", "--metrics-listen"), ("demo", "--listen")] {
        let data = folder.path().join("data");
        let mut line = vec![command, option, &address];
        if option != "--listen" {
            line.extend(["--listen", "127.0.0.1:0"]);
        }
        let told = Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(&line)
            .arg("--data")
            .arg(&data)
            .env_remove("DATABASE_URL")
            .env("NAAST_LANGUAGE", "en")
            .output()
            .expect("the program runs");
        let fault = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(1), "{line:?}: {fault}");
        assert!(fault.contains(&address), "{line:?}: {fault}");
        assert!(!data.exists(), "{line:?} made something");
    }
}

/// Every file of a folder with its bytes; SQLite's shared memory and the lock of the one server aside.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let files = entries.filter_map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (path.is_file() && !name.ends_with("-shm") && !name.ends_with(".server"))
            .then(|| (name, std::fs::read(&path).expect("it reads")))
    });
    // a log that is empty says as much as none
    files.filter(|(name, bytes)| !(name.ends_with("-wal") && bytes.is_empty())).collect()
}

#[test]
fn a_missing_or_wrong_key_file_refuses_to_start_and_changes_no_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let run = |line: &[&str], keys: &Path| {
        Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(line)
            .arg("--data")
            .arg(&data)
            .env_remove("DATABASE_URL")
            .env("NAAST_MASTER_KEY_FILE", keys)
            .env("NAAST_LANGUAGE", "en")
            .output()
            .expect("the program runs")
    };
    let own = folder.path().join("keys/master-keys");
    let made = run(&["administrator", "Beheer"], &own);
    let told = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.success(), "{told}");
    assert!(told.contains("keep a copy now") && told.contains("apart from the database"), "{told}");
    let again = run(&["doctor"], &own);
    assert!(again.status.success() && again.stderr.is_empty(), "it says so once");

    let before = files(&data);
    assert!(before.contains_key("naast.db"), "{:?}", before.keys());
    let other = folder.path().join("other/master-keys");
    naast_persistence::keys::Ring::open(&other, true).expect("another installation's");
    let damaged = folder.path().join("damaged");
    std::fs::write(&damaged, "geen sleutel\n").expect("written");
    let missing = folder.path().join("nowhere/master-keys");
    for (keys, expected) in [(&other, "another master key"), (&missing, "master keys"), (&damaged, "line 1")]
    {
        for line in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["keys", "reencrypt"],
            &["retention", "run"],
            &["migrate"],
        ] {
            let refused = run(line, keys);
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert_eq!(refused.status.code(), Some(1), "{line:?}: {told}");
            assert!(told.contains(expected), "{line:?}: {told}");
        }
        assert_eq!(before, files(&data), "a byte changed under {}", keys.display());
    }
    // nor does the file of another installation get a key that is meant for this one
    let theirs = std::fs::read(&other).expect("it reads");
    let refused = run(&["keys", "add"], &other);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && told.contains("another master key"), "{told}");
    assert_eq!(std::fs::read(&other).expect("it reads"), theirs);
    assert!(!missing.exists(), "no key is made for a database that has one");
    assert!(run(&["doctor"], &own).status.success(), "with its own keys it starts as before");
}

/// Takes the newest migration of a database back, and gives its number: as the version before left it.
pub fn left_by_the_version_before(world: &World) -> String {
    let location = &world.app.location;
    let name = if matches!(location, Location::Sqlite(_)) { "sqlite" } else { "postgres" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../persistence/migrations").join(name);
    let all = std::fs::read_dir(folder).expect("migrations").map(|entry| entry.expect("one").path());
    let newest = all.max().expect("there are some");
    let name = newest.file_name().expect("a name").to_string_lossy().into_owned();
    let version = name.split('_').next().expect("a number");
    let down = std::fs::read_to_string(newest.join("down.sql")).expect("the way back");
    let run = format!("{down}; DELETE FROM __diesel_schema_migrations WHERE version = '{version}'");
    naast_tests::around(location, |database| database.batch(&run)).expect("an administrator can");
    version.to_owned()
}

fn a_schema_is_brought_up_to_date_by_whoever_has_the_keys_of_what_is_sealed(engine: Engine) {
    let world = World::new(engine);
    world.consented(0, world.person());
    let version = left_by_the_version_before(&world);
    let stands = || count(&world, &format!("__diesel_schema_migrations WHERE version = '{version}'"));

    let keys = tempfile::tempdir().expect("a folder");
    let (other, missing) = (keys.path().join("other"), keys.path().join("nowhere/master-keys"));
    naast_persistence::keys::Ring::open(&other, true).expect("another installation's");
    for (file, expected) in [(&other, "another master key"), (&missing, "master keys")] {
        let file = file.to_str().expect("a path");
        let refused = naast(&world, &["--language", "en", "--master-key-file", file, "migrate"]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!((refused.status.code(), stands()), (Some(1), 0), "{told}");
        assert!(told.contains(expected), "{told}");
    }
    assert!(!missing.exists(), "no key is made");
    let done = naast(&world, &["--language", "en", "migrate"]);
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && told.contains("1 migrations applied"), "{told}");
    assert_eq!(stands(), 1);

    // a database in which nothing is sealed asks for no key, and gets none
    let (fresh, _guard) = naast_tests::empty_location(engine);
    let data = keys.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let url = match &fresh {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    let line = ["--database-url", &url, "--data", data.to_str().expect("a path"), "migrate"];
    let first = Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
        .args(line)
        .env_remove("NAAST_MASTER_KEY_FILE")
        .output()
        .expect("the program runs");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert!(!data.join("master-keys").exists());
}

/// Whom to tell of a weakness is read before anything is done, by every command alike; the doctor says whom, or that there is nobody.
#[test]
fn the_contact_for_weaknesses_is_checked_at_the_start_and_the_doctor_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |contact: Option<&str>, line: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
        program
            .args(["--language", "en"])
            .args(line)
            .arg("--data")
            .arg(folder.path())
            .env_remove("DATABASE_URL");
        program.env_remove("NAAST_SECURITY_CONTACT");
        contact.map(|contact| program.env("NAAST_SECURITY_CONTACT", contact));
        let output = program.output().expect("the program runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    for wrong in ["security@example.org", "http://example.org", "mailto:a@example.org\nContact: b"] {
        let (code, said) = run(Some(wrong), &["doctor"]);
        assert!(code == Some(2) && said.contains("mailto:security@example.org"), "{wrong}: {code:?} {said}");
        assert!(!folder.path().join("naast.db").exists(), "nothing was made");
    }
    assert_eq!(run(None, &["administrator", "Beheer"]).0, Some(0));
    let (code, said) = run(None, &["doctor"]);
    assert!(code == Some(0) && said.contains("NAAST_SECURITY_CONTACT"), "{said}");
    let (code, said) = run(Some("mailto:security@example.org"), &["doctor"]);
    assert!(
        code == Some(0) && said.contains("contact for weaknesses: mailto:security@example.org"),
        "{said}"
    );
}

/// A file of settings leaves out by writing nothing behind the name. A value that is there is still read, and refused where it is wrong.
#[test]
fn a_setting_with_nothing_behind_its_name_is_not_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |settings: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(["administrator", "Beheer", "--data"])
            .arg(folder.path().join("data"))
            .env_remove("DATABASE_URL")
            .envs(settings.iter().copied())
            .output()
            .expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&[("NAAST_PUBLIC_URL", "naast")]);
    assert!(code == Some(2) && said.contains("--public-url"), "{said}");
    let names = [
        "DATABASE_URL",
        "NAAST_CONNECTIONS",
        "NAAST_EVENT_SOURCE",
        "NAAST_LANGUAGE",
        "NAAST_LISTEN",
        "NAAST_MAIL_FROM",
        "NAAST_MASTER_KEY_FILE",
        "NAAST_PUBLIC_URL",
        "NAAST_RATE_SUBJECT",
        "NAAST_SECURITY_CONTACT",
        "NAAST_SMTP_URL",
        "NAAST_TRUSTED_PROXIES",
        "NAAST_WORKERS",
    ];
    let (code, said) = run(&names.map(|name| (name, "")));
    assert_eq!(code, Some(0), "{said}");
    assert!(folder.path().join("data/master-keys").exists(), "its usual place");
}
