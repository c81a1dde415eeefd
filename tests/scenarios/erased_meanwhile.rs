//! What is erased while something else of it is done: on PostgreSQL one waits in the middle, where a row is held that both need. SQLite has one writer.

use std::thread::{Builder, ScopedJoinHandle, scope, sleep};
use std::time::{Duration, Instant};

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_api::privacy::round::round;
use naast_persistence::Database;
use naast_tests::app::Reply;
use naast_tests::world::World;
use naast_tests::{Engine, around};
use serde_json::{Value, json};

use crate::asked_for::erase_everything;
use crate::looks::{assert_sound, count};
use crate::retention::{days, withdraw};

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Waits until so many calls wait for a lock, for so many milliseconds at most: what should wait may not.
fn until_waiting(database: &mut Database<'_>, number: i64, most: u64) -> bool {
    let Database::Postgres(connection) = database else { panic!("only PostgreSQL waits") };
    let question = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(most) {
        let found: Waiting =
            sql_query(question).get_result(&mut **connection).expect("the question is sound");
        if found.number >= number {
            return true;
        }
        sleep(Duration::from_millis(10));
    }
    false
}

/// Does the first while rows are held, and the second once the first waits for them; lets go when that waits too, or has not to.
fn in_the_middle<A: Send, B: Send>(
    world: &World,
    held: &str,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    around(&world.app.location, |database| {
        database.batch(&format!("BEGIN; SELECT 1 FROM {held} FOR UPDATE"))?;
        let both = scope(|scope| {
            let first: ScopedJoinHandle<'_, A> = Builder::new().spawn_scoped(scope, first).expect("a thread");
            assert!(until_waiting(database, 1, 5_000), "the first does not wait for {held}");
            let second: ScopedJoinHandle<'_, B> =
                Builder::new().spawn_scoped(scope, second).expect("a thread");
            until_waiting(database, 2, 500);
            database.batch("COMMIT").expect("let go");
            (first.join().expect("it ends"), second.join().expect("it ends"))
        });
        Ok::<_, naast_persistence::Error>(both)
    })
    .expect("whoever has a console can do this")
}

fn a_round(world: &World) {
    let platform = &world.app.platform;
    round(platform, platform.clock.now(), false).expect("a round");
}

#[test]
fn who_takes_everything_back_while_one_of_it_goes_is_not_refused() {
    let world = World::new(Engine::Postgres);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let old = world.consented(0, parent);
    withdraw(&world, parent, &old);
    days(&world, 31);
    let live = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &live, &buddy);
    let keys = format!("data_keys WHERE owner_id = '{old}'");
    let ((), reply): ((), Reply) =
        in_the_middle(&world, &keys, || a_round(&world), || world.app.ask(parent, "/me/consents/withdrawal"));
    reply.expect(200);
    assert_eq!(
        world.app.get(parent, &format!("/support-requests/{live}")).expect(200).body["state"],
        "withdrawn"
    );
    assert_eq!(world.app.get(parent, &format!("/matches/{matched}")).expect(200).body["state"], "closed");
    world.app.get(parent, &format!("/support-requests/{old}")).expect(404);
    assert_sound(&world);
}

#[test]
fn a_buddy_who_comes_back_while_the_round_works_stays() {
    let world = World::new(Engine::Postgres);
    let mut both = [world.buddy(0, &json!({})).id, world.buddy(0, &json!({})).id];
    both.sort_unstable();
    let path = |id: &str| format!("/buddies/{id}");
    for id in &both {
        world.app.patch(world.coordinators[0], &path(id), &json!({ "status": "left" })).expect(200);
    }
    let papers = |id: &str| count(&world, &format!("certificates WHERE buddy_id = '{id}'"));
    let comes_back = |id: &str| {
        let back =
            world.app.patch(world.coordinators[0], &path(id), &json!({ "status": "active" })).expect(200);
        assert_eq!(back.body["status"], "active");
    };
    let held = format!("buddies WHERE id = '{}'", both[0]);
    in_the_middle(&world, &held, || a_round(&world), || comes_back(&both[1]));
    assert_eq!((papers(&both[0]), papers(&both[1])), (0, 4), "the papers of one who is there");
    // and her whole file, a year after
    world.app.patch(world.coordinators[0], &path(&both[1]), &json!({ "status": "left" })).expect(200);
    days(&world, 366);
    in_the_middle(&world, &held, || a_round(&world), || comes_back(&both[1]));
    world.app.get(world.coordinators[0], &path(&both[0])).expect(404);
    world.app.get(world.coordinators[0], &path(&both[1])).expect(200);
    assert_sound(&world);
}

#[test]
fn who_asks_for_help_while_her_account_goes_is_not_there() {
    let world = World::new(Engine::Postgres);
    let parent = world.person();
    let keys = format!("data_keys WHERE owner_id = '{parent}'");
    let (erased, asked) = in_the_middle(
        &world,
        &keys,
        || erase_everything(&world, parent),
        || world.app.post(parent, "/support-requests", &world.request_body(0)),
    );
    assert_eq!(erased["accountErased"], json!(true));
    assert_eq!(asked.status, 401, "{}", asked.body);
    assert_eq!(count(&world, &format!("support_requests WHERE parent_id = '{parent}'")), 0);
    assert_sound(&world);
}

#[test]
fn who_confirms_while_the_case_goes_has_confirmed() {
    let world = World::new(Engine::Postgres);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    world.matched(0, parent, &request, &buddy);
    withdraw(&world, parent, &request);
    let waiting =
        || -> Value { world.app.get(buddy.person, "/withdrawal-notices").expect(200).body["data"].clone() };
    let notice = waiting()[0]["noticeId"].as_str().expect("one waits").to_owned();
    let keys = format!("data_keys WHERE owner_id = '{request}'");
    let (_, confirmed) = in_the_middle(
        &world,
        &keys,
        || erase_everything(&world, parent),
        || world.app.ask(buddy.person, &format!("/withdrawal-notices/{notice}/confirmation")),
    );
    assert_eq!(confirmed.expect(200).body["state"], "confirmed");
    assert_eq!(waiting(), json!([]), "it is not asked again");
    assert_sound(&world);
}
