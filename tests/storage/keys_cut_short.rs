//! A re-encryption that is killed in the middle loses nothing, and the next one does the rest.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use naast_api::identity::{Identity, LIFETIME};
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_persistence::columns::{At, Key};
use naast_persistence::keys::{Keys, Owner, Place};
use naast_persistence::{Error, Kept, Location, on_either};
use naast_tests::{Engine, around, on_both, open, random_id};

use crate::tables::people;

on_both!(a_reencryption_that_is_killed_again_and_again_ends_with_everything_readable);

const PEOPLE: u32 = 2400;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn a_reencryption_that_is_killed_again_and_again_ends_with_everything_readable(engine: Engine) {
    let opened = open(engine, 2);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("master-keys");
    let signing = folder.path().join("signing");
    Identity::open(&signing, LIFETIME).expect("a signing key");
    let keys = Keys::at(&file, &opened.store, Moment::UNIX_EPOCH).expect("made");
    for _ in 0..PEOPLE / 200 {
        let (keys, ids) = (keys.clone(), (0..200).map(|_| random_id()).collect::<Vec<_>>());
        opened
            .store
            .write(move |tx| {
                for id in &ids {
                    let (owner, at) = (Owner::Person(PersonId::from_uuid(*id)), Moment::UNIX_EPOCH);
                    let place = Place { table: "people", column: "name", row: *id };
                    let name = keys.seal(tx, owner, place, "Naam", at)?;
                    let row = (
                        people::id.eq(Key(*id)),
                        people::name.eq(name.as_str()),
                        people::created_at.eq(At(at)),
                    );
                    on_either!(&mut **tx, |c| diesel::insert_into(people::table).values(row).execute(c))?;
                }
                Ok::<_, Error>(Kept::unchanged(()))
            })
            .expect("kept");
    }
    let url = match &opened.location {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_naast-under-test"))
            .args(["keys", "reencrypt", "--data"])
            .arg(folder.path())
            .env("DATABASE_URL", &url)
            .env("NAAST_MASTER_KEY_FILE", &file)
            .env("NAAST_SIGNING_KEY_FILE", &signing)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs")
    };
    let of_state = |state: &str| -> i64 {
        let question = format!(
            "SELECT count(*) AS number FROM data_keys WHERE state = '{state}' AND owner_kind = 'person'"
        );
        around(&opened.location, |database| {
            let counted: Counted =
                on_either!(database, |c| diesel::sql_query(question).get_result(c)).expect("counted");
            counted.number
        })
    };
    // killed (SIGKILL) as soon as a batch is done, a few times: the way it stands then is half way
    let mut half_way = 0;
    for _ in 0..3 {
        let before = of_state("retiring");
        let mut child = start();
        let give_up = Instant::now() + Duration::from_secs(30);
        let is_half_way = |retiring: i64, active: i64| {
            active > 0 && retiring > 0 && (before == 0 || active > i64::from(PEOPLE) - before)
        };
        while !is_half_way(of_state("retiring"), of_state("active"))
            && child.try_wait().expect("asked").is_none()
            && Instant::now() < give_up
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        half_way += usize::from(of_state("retiring") > 0);
        let seen = keys.check(&opened.store).expect("checked");
        assert_eq!((seen.values, seen.erased, seen.damaged.len()), (u64::from(PEOPLE), 0, 0), "after a kill");
    }
    assert!(half_way > 0, "no kill came in the middle");
    let output = start().wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((of_state("retiring"), of_state("active")), (0, i64::from(PEOPLE)));
    let seen = keys.check(&opened.store).expect("checked");
    assert_eq!((seen.values, seen.erased, seen.damaged.len()), (u64::from(PEOPLE), 0, 0));
}
