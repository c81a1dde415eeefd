//! Rounds of retention that are killed in the middle, by the terminal and by the server: nothing is half done, nothing goes that must
//! stay, and the next round does the rest. And rounds that look at two at a time.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_api::privacy::round::{Pace, round_at};
use naast_api::privacy::tombstones;
use naast_domain::ids::PersonId;
use naast_persistence::privacy::classification::{Of, tables};
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::looks::{assert_sound, count};
use crate::program::program;

on_both!(
    a_round_that_is_killed_again_and_again_leaves_nothing_half_done,
    a_servers_round_that_is_killed_is_done_by_the_next_server,
    a_round_that_looks_at_two_at_a_time_finds_everything,
    tombstones_of_two_writers_at_once_all_stand_outside,
);

/// The people and cases of a test: some whose day has come, and some that must stay.
struct Stage {
    world: World,
    due: Vec<String>,
    staying: Vec<(PersonId, String, String)>,
}

impl Stage {
    /// So many cases in the past and four that go on, made at a moment so many days ago.
    fn new(engine: Engine, ago: i64, cases: usize) -> Self {
        let clock = Clock::default();
        clock.advance(TimeDelta::days(-ago));
        let world = World::on(TestApp::start_as(engine, Shape { clock, ..Shape::default() }));
        let buddy = world.buddy(0, &json!({ "capacity": 10 }));
        let say = |who: PersonId, matched: &str| {
            let words = json!({ "text": "Dag", "aboutHealth": false });
            world.app.post(who, &format!("/matches/{matched}/messages"), &words).expect(201);
        };
        let mut due = Vec::new();
        for number in 0..cases {
            let parent = world.person();
            // one in three had a buddy
            let request = world.consented(0, parent);
            if number % 3 == 0 {
                let (matched, _) = world.matched(0, parent, &request, &buddy);
                say(parent, &matched);
            }
            world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
            due.push(request);
        }
        let mut staying = Vec::new();
        for _ in 0..4 {
            let parent = world.person();
            let request = world.consented(0, parent);
            let (matched, proposal) = world.matched(0, parent, &request, &buddy);
            // the buddy supports others here: each of them is asked
            world.answer_ties(parent, &proposal, "accepted");
            say(parent, &matched);
            staying.push((parent, request, matched));
        }
        for _ in 0..3 {
            let conversation = world.conversation();
            let code = world.explained(&conversation);
            world.parent_step(&code, "decline-buddy").expect(200);
            let gone = world.buddy(0, &json!({}));
            let path = format!("/buddies/{}", gone.id);
            world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
        }
        Self { world, due, staying }
    }

    /// How many rows of each table are of a case.
    fn rows_of(&self, request: &str) -> BTreeMap<&'static str, i64> {
        tables()
            .filter_map(|table| match table.of {
                Of::Case(by) => Some((
                    table.name,
                    count(&self.world, &format!("{} WHERE {by} = '{request}'", table.name)),
                )),
                _ => None,
            })
            .collect()
    }

    fn all_rows(&self) -> Vec<BTreeMap<&'static str, i64>> {
        let staying = self.staying.iter().map(|(_, request, _)| request);
        self.due.iter().chain(staying).map(|request| self.rows_of(request)).collect()
    }

    /// What those read who must lose nothing.
    fn read(&self) -> Vec<(u16, Vec<u8>)> {
        let mut all = Vec::new();
        for (parent, request, matched) in &self.staying {
            for path in [
                format!("/support-requests/{request}"),
                format!("/support-requests/{request}/consents"),
                format!("/matches/{matched}"),
                format!("/matches/{matched}/messages"),
            ] {
                let reply = self.world.app.get(*parent, &path);
                all.push((reply.status, reply.bytes));
            }
        }
        all
    }

    /// How much was erased so far.
    fn progress(&self) -> i64 {
        let acts = "'subject.erased', 'account.erased', 'conversation.erased', 'conversation.steps-erased', \
                    'buddy.erased', 'buddy.certificates-erased'";
        count(&self.world, &format!("journal WHERE action IN ({acts})"))
    }

    /// Each case is whole or gone, with a tombstone; what stands outside the database is known inside; what stays is as it was.
    fn assert_nothing_half_done(&self, before: &[BTreeMap<&'static str, i64>], read: &[(u16, Vec<u8>)]) {
        let mut gone = 0;
        for (request, before) in self.due.iter().zip(before) {
            let now = self.rows_of(request);
            let is_gone = now["support_requests"] == 0;
            if is_gone {
                gone += 1;
                assert!(now.values().all(|rows| *rows == 0), "{request} is half gone: {now:?}");
                let keys = format!("data_keys WHERE CAST(owner_id AS text) = '{request}'");
                assert_eq!(count(&self.world, &keys), 0, "keys of what is gone");
            } else {
                // what goes before the case, goes whole
                let mut expected = before.clone();
                if now["private_entries"] == 0 {
                    expected.insert("private_entries", 0);
                }
                assert_eq!(&now, &expected, "{request} is half gone");
            }
        }
        assert_eq!(
            count(&self.world, "tombstones WHERE kind = 'case'"),
            gone,
            "one for each case that is gone"
        );
        let unknown = tombstones::unknown(&self.world.app.platform).expect("they read");
        assert!(unknown.is_empty(), "outside stands what did not happen: a server would refuse to start");
        assert_eq!(self.read(), read, "what must stay has changed");
    }

    /// The lease of whoever was killed runs out.
    fn five_minutes_later(&self) {
        let past = "UPDATE job_leases SET until = '2020-01-01T00:00:00.000000Z'";
        around(&self.world.app.location, |database| database.batch(past)).expect("an administrator can");
    }

    /// Kills a program as soon as it has erased something more; says whether it was still at it.
    fn killed_in_the_middle(&self, mut child: Child) -> bool {
        let (before, since) = (self.progress(), Instant::now());
        while self.progress() == before
            && child.try_wait().expect("asked").is_none()
            && since.elapsed() < Duration::from_secs(30)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let was_at_it = child.try_wait().expect("asked").is_none();
        child.kill().expect("killed");
        child.wait().expect("gone");
        was_at_it
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = program(&self.world.app.location, &self.world.app.platform.data);
        command.env("NAAST_SIGNING_KEY_FILE", self.world.app.platform.data.join("key.pk8"));
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn assert_all_gone(&self, before: &[BTreeMap<&'static str, i64>], read: &[(u16, Vec<u8>)]) {
        self.assert_nothing_half_done(before, read);
        for request in &self.due {
            assert_eq!(self.rows_of(request)["support_requests"], 0, "{request} had its time");
        }
        assert_eq!(count(&self.world, "conversations"), 0);
        let outside = tombstones::read(&self.world.app.platform.tombstones).expect("they read");
        assert_eq!(
            i64::try_from(outside.len()).expect("not that many"),
            count(&self.world, "tombstones"),
            "every one stands outside, once"
        );
        assert_sound(&self.world);
    }
}

fn a_round_that_is_killed_again_and_again_leaves_nothing_half_done(engine: Engine) {
    let stage = Stage::new(engine, 0, 14);
    let (before, read) = (stage.all_rows(), stage.read());
    let later = (stage.world.app.platform.clock.now() + TimeDelta::days(200)).to_rfc3339();
    // a slip of the pen in a year erases nothing
    let slip = stage.command(&["retention", "run", "--at", &later]).output().expect("the program runs");
    assert_eq!((slip.status.code(), stage.all_rows() == before), (Some(2), true));
    let line = ["retention", "run", "--batch", "2", "--at", &later, "--ahead"];
    let mut kills = 0;
    // an account whose last case went goes at the round after that, so a round is whole when two in a row find nothing more
    for _ in 0..60 {
        let child = stage.command(&line).spawn().expect("the program runs");
        if !stage.killed_in_the_middle(child) {
            break;
        }
        kills += 1;
        stage.five_minutes_later();
        stage.assert_nothing_half_done(&before, &read);
    }
    assert!(kills >= 5, "{kills} kills came in the middle");
    stage.five_minutes_later();
    for _ in 0..2 {
        let status = stage.command(&line).status().expect("it ends");
        assert!(status.success(), "{status}");
    }
    stage.assert_all_gone(&before, &read);
}

fn a_servers_round_that_is_killed_is_done_by_the_next_server(engine: Engine) {
    let stage = Stage::new(engine, 200, 24);
    let (before, read) = (stage.all_rows(), stage.read());
    let serve = || {
        let mut command = stage.command(&["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"]);
        command.env("NAAST_ROUNDS_AFTER_SECONDS", "0").spawn().expect("the program starts")
    };
    let mut kills = 0;
    for _ in 0..3 {
        kills += usize::from(stage.killed_in_the_middle(serve()));
        stage.five_minutes_later();
        stage.assert_nothing_half_done(&before, &read);
    }
    assert!(kills > 0, "no kill came in the middle");
    // the round of the next one is done when it gives its lease back; twice, for the accounts whose last case went
    for _ in 0..2 {
        let (mut server, since) = (serve(), Instant::now());
        std::thread::sleep(Duration::from_millis(300));
        while count(&stage.world, "support_requests") > 4 || count(&stage.world, "job_leases") > 0 {
            assert!(since.elapsed() < Duration::from_secs(60), "the round does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(300));
        server.kill().expect("killed");
        server.wait().expect("gone");
    }
    stage.assert_all_gone(&before, &read);
}

fn a_round_that_looks_at_two_at_a_time_finds_everything(engine: Engine) {
    let world = World::new(engine);
    let requests = 61;
    for _ in 0..requests {
        let parent = world.person();
        world.request(0, parent);
    }
    for _ in 0..5 {
        world.conversation();
        let buddy = world.buddy(0, &json!({}));
        let path = format!("/buddies/{}", buddy.id);
        world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    }
    let platform = &world.app.platform;
    let later = platform.clock.now() + TimeDelta::days(400);
    let two = Pace::default().at_most(2);
    assert_eq!((two.page, two.batch), (2, 2));
    let counted = round_at(platform, later, true, two).expect("a dry round");
    let done = round_at(platform, later, false, two).expect("a round");
    assert_eq!(counted, done, "what it would do is what it did");
    let of = |what: &str| done.erased.get(what).copied();
    assert_eq!(of("request consent-not-given"), Some(requests));
    assert_eq!((of("conversation"), of("buddy-file")), (Some(5), Some(5)), "{done:?}");
    assert_eq!((count(&world, "support_requests"), count(&world, "conversations")), (0, 0));
    // the parents' last case is gone now; the buddies' files went too
    let next = round_at(platform, later, false, two).expect("a round");
    assert!(next.erased.get("account").is_some_and(|gone| *gone >= requests), "{next:?}");
    assert_eq!(round_at(platform, later, false, Pace::default()).expect("a round").total(), 0);
    assert_sound(&world);
}

fn tombstones_of_two_writers_at_once_all_stand_outside(engine: Engine) {
    let world = World::new(engine);
    let parents: Vec<PersonId> = (0..8).map(|_| world.person()).collect();
    for parent in &parents {
        world.request(0, *parent);
    }
    let words = json!({ "confirmation": "erase-everything-of-mine" });
    std::thread::scope(|scope| {
        for parent in &parents {
            scope.spawn(|| world.app.post(*parent, "/me/erasure", &words).expect(200));
        }
        let platform = &world.app.platform;
        for _ in 0..8 {
            scope.spawn(move || tombstones::write_out(platform).expect("written"));
        }
    });
    let outside = tombstones::read(&world.app.platform.tombstones).expect("they read");
    assert_eq!(
        i64::try_from(outside.len()).expect("not that many"),
        count(&world, "tombstones"),
        "every one, once"
    );
}
