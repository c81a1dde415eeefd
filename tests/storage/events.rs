//! Reading the journal as a feed while others write, and sharing subscriptions among senders.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use naast_domain::Moment;
use naast_domain::access::{Grant, ManageWebhooks, Power, Principal, ReadEvents, ReadWebhooks};
use naast_domain::events::{DeliveryFault, DeliveryState, Next, Outcome, SubscriptionState};
use naast_domain::ids::{WebhookDeliveryId, WebhookSubscriptionId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_persistence::events::{
    Delivery, LEASE, Room, Settled, Subscription, SubscriptionKey, feed, find_delivery, insert, lease_due,
    replay, take_turn,
};
use naast_persistence::keys::Keys;
use naast_persistence::{Error, Kept, Store, Transaction};
use naast_tests::{Engine, Opened, on_both, open, random_id};

use crate::journal::{chain, entry, record};

on_both!(
    a_reader_of_the_feed_skips_nothing_while_a_slow_change_is_under_way,
    a_lease_is_held_by_one_and_runs_out,
    those_that_fail_take_no_place_of_those_that_do_not,
    a_late_outcome_changes_nothing,
    a_late_outcome_counts_only_for_its_own_attempt,
    a_late_outcome_does_not_undo_what_was_settled,
);

fn administrator() -> Principal {
    let power = Power {
        role: Role::Administrator,
        organisation: random_id().into(),
        programme: None,
        school: None,
        board: None,
    };
    Principal { person: random_id().into(), powers: vec![power], today: naast_domain::Date::default() }
}

fn reader() -> Grant<ReadEvents> {
    administrator().grant().expect("an administrator reads events")
}

/// Everything behind a number, page by page.
fn read(store: &Store, chain: Chain, after: i64) -> Vec<i64> {
    let grant = reader();
    let (mut numbers, mut after) = (Vec::new(), after);
    loop {
        let page = store.read(|database| feed(database, &grant, chain, after, 7)).expect("the feed is read");
        numbers.extend(page.events.iter().map(|event| event.seq));
        after = numbers.last().copied().unwrap_or(after);
        if !page.more {
            return numbers;
        }
    }
}

/// One change writes its row and takes its time to commit; meanwhile others write in the same chain and in another, and a
/// reader reads on from where she was.
fn a_reader_of_the_feed_skips_nothing_while_a_slow_change_is_under_way(engine: Engine) {
    let Opened { store, .. } = &open(engine, 12);
    let (slow, other) = (chain(1), chain(2));
    record(store, vec![entry(slow, 0), entry(other, 0)]).expect("kept");
    let (begun, has_begun) = mpsc::channel();
    let done = &AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let slow_change = scope.spawn(move || {
            let begun = std::sync::Mutex::new(begun);
            store.write(move |tx| {
                let kept = tx.keep([entry(slow, 1)], ())?;
                let _ = begun.lock().expect("nobody panics").send(());
                std::thread::sleep(Duration::from_millis(400));
                Ok::<_, Error>(kept)
            })
        });
        has_begun.recv().expect("the slow change began");
        // its row is written and not committed: nobody sees it, nor anything behind it
        assert_eq!(read(store, slow, 1), [0_i64; 0]);
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                scope.spawn(move || {
                    for number in 0..8 {
                        let chain = if number % 4 == 3 { other } else { slow };
                        record(store, vec![entry(chain, 100 * writer + number)]).expect("kept");
                    }
                })
            })
            .collect();
        let reading = scope.spawn(move || {
            let mut seen = read(store, slow, 0);
            loop {
                let last_time = done.load(Ordering::SeqCst);
                seen.extend(read(store, slow, seen.last().copied().unwrap_or(0)));
                if last_time {
                    return seen;
                }
            }
        });
        slow_change.join().expect("no panic").expect("the slow change is kept");
        for writer in writers {
            writer.join().expect("no writer fails");
        }
        done.store(true, Ordering::SeqCst);
        reading.join().expect("no reader fails")
    });
    assert!(seen.iter().copied().eq(1..=2 + 6 * 6), "{seen:?}");
}

/// Keys for a database, from a file that is gone afterwards.
fn keys_of(store: &Store) -> Keys {
    let folder = tempfile::tempdir().expect("a folder");
    Keys::at(&folder.path().join("keys"), store, now()).expect("made")
}

fn subscribed(store: &Store, keys: &Keys, chain: Chain) -> SubscriptionKey {
    let id: WebhookSubscriptionId = random_id().into();
    let subscription = Subscription {
        id,
        chain,
        url: "https://hook.example.org/".to_owned(),
        types: None,
        state: SubscriptionState::Active,
        disabled_because: None,
        failing_since: None,
        kept_by: None,
    };
    let (secret, keys) = (random_id(), keys.clone());
    store
        .write(move |tx| {
            let grant: Grant<ManageWebhooks> = administrator().grant().expect("she manages webhooks");
            insert(tx, &keys, &grant, subscription.clone(), (secret, b"secret"), now())?
                .expect("there is room");
            Ok::<_, Error>(Kept::bookkeeping(()))
        })
        .expect("kept");
    (chain, id)
}

fn now() -> Moment {
    Moment::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

/// Leases so many of those that do not fail and so many of those that do.
fn lease_both(
    store: &Store,
    holder: uuid::Uuid,
    at: Moment,
    (well, failing): (usize, usize),
) -> (Vec<SubscriptionKey>, Vec<SubscriptionKey>) {
    let room = Room { well, failing };
    store
        .write(move |tx| Ok::<_, Error>(Kept::bookkeeping(lease_due(tx, holder, at, room)?)))
        .expect("leases are taken")
}

fn lease(store: &Store, holder: uuid::Uuid, at: Moment, most: usize) -> Vec<SubscriptionKey> {
    let (well, failing) = lease_both(store, holder, at, (most, most));
    well.into_iter().chain(failing).collect()
}

/// However many are dead: they have places of their own, and take none of those who live.
fn those_that_fail_take_no_place_of_those_that_do_not(engine: Engine) {
    let Opened { store, .. } = &open(engine, 4);
    let keys = keys_of(store);
    let dead: Vec<_> = (0..6).map(|_| subscribed(store, &keys, chain(1))).collect();
    record(store, vec![entry(chain(1), 1), entry(chain(1), 2)]).expect("kept");
    let (holder, bad) = (random_id(), Outcome::Failed(DeliveryFault::Timeout));
    let turn = |key, last: Option<Settled>| {
        let keys = keys.clone();
        let take = move |tx: &mut Transaction<'_, '_>| {
            Ok::<_, Error>(Kept::bookkeeping(take_turn(
                tx,
                &keys,
                (holder, true),
                key,
                last,
                (now(), now().date_naive()),
            )?))
        };
        store.write(take).expect("a turn is taken").task
    };
    assert_eq!(lease_both(store, holder, now(), (9, 9)).0.len(), 6, "nobody has failed yet");
    let again = Next::Again { at: now(), rest: false };
    for key in &dead {
        let task = turn(*key, None).expect("there is something to send");
        let failed = Settled { delivery: task.delivery, attempt: 1, outcome: bad, next: again };
        assert!(turn(*key, Some(failed)).is_none(), "it gives its place back, though there is more to send");
    }
    let living = [subscribed(store, &keys, chain(2)), subscribed(store, &keys, chain(2))];
    record(store, vec![entry(chain(2), 1)]).expect("kept");
    let (well, failing) = lease_both(store, holder, now(), (2, 3));
    assert_eq!(well.into_iter().collect::<BTreeSet<_>>(), living.into_iter().collect());
    assert_eq!(failing.len(), 3);
    // among those that fail, whoever was tried makes room, and each gets its turn: one that answers again does not wait for
    // the whole queue of the dead
    let (mut places, mut tried) = (failing, BTreeSet::new());
    for _ in 0..60 {
        for key in places {
            let task = turn(key, None).expect("there is something to send");
            let failed =
                Settled { delivery: task.delivery, attempt: task.attempt, outcome: bad, next: again };
            assert!(turn(key, Some(failed)).is_none(), "it gives its place back after one attempt");
            tried.insert(key);
        }
        places = lease_both(store, holder, now(), (0, 3)).1;
    }
    assert_eq!(tried, dead.into_iter().collect());
}

fn a_lease_is_held_by_one_and_runs_out(engine: Engine) {
    let Opened { store, .. } = &open(engine, 4);
    let keys = keys_of(store);
    let keys: BTreeSet<_> = (0..5).map(|_| subscribed(store, &keys, chain(1))).collect();
    let (here, there) = (random_id(), random_id());
    assert_eq!(lease(store, here, now(), 10), [], "nothing has happened yet");
    record(store, vec![entry(chain(1), 1)]).expect("kept");
    // the first holds its transaction open while the second asks
    let (begun, has_begun) = mpsc::channel();
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(move || {
            let begun = std::sync::Mutex::new(begun);
            store.write(move |tx| {
                let (keys, _) = lease_due(tx, here, now(), Room { well: 2, failing: 0 })?;
                let _ = begun.lock().expect("nobody panics").send(());
                std::thread::sleep(Duration::from_millis(if engine == Engine::Postgres { 3000 } else { 50 }));
                Ok::<_, Error>(Kept::bookkeeping(keys))
            })
        });
        has_begun.recv().expect("the first began");
        let asked = std::time::Instant::now();
        let second = lease(store, there, now(), 10);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        (first.join().expect("no panic").expect("leases are taken"), second)
    });
    assert_eq!((first.len(), second.len()), (2, 3));
    assert_eq!(first.iter().chain(&second).copied().collect::<BTreeSet<_>>(), keys);
    assert_eq!(lease(store, there, now() + LEASE - chrono::TimeDelta::seconds(1), 10), []);
    assert_eq!(lease(store, there, now() + LEASE, 10).len(), 5);
}

/// Who lost the lease while it sent finds, when it comes back, that another has taken over.
fn a_late_outcome_changes_nothing(engine: Engine) {
    let Opened { store, .. } = &open(engine, 4);
    let keys = keys_of(store);
    let key = subscribed(store, &keys, chain(1));
    record(store, vec![entry(chain(1), 1), entry(chain(1), 2)]).expect("kept");
    let (slow, quick) = (random_id(), random_id());
    let turn = |holder, last: Option<Settled>, at| {
        let keys = keys.clone();
        store
            .write(move |tx| {
                Ok::<_, Error>(Kept::bookkeeping(take_turn(
                    tx,
                    &keys,
                    (holder, true),
                    key,
                    last,
                    (at, at.date_naive()),
                )?))
            })
            .expect("a turn is taken")
            .task
    };
    let settled = |task: &naast_persistence::events::Task, outcome, next| Settled {
        delivery: task.delivery,
        attempt: task.attempt,
        outcome,
        next,
    };
    lease(store, slow, now(), 1);
    let first = turn(slow, None, now()).expect("there is something to send");
    assert_eq!((first.event.seq, first.attempt), (1, 1));
    let then = now() + LEASE;
    assert_eq!(lease(store, quick, then, 1).len(), 1);
    let again = turn(quick, None, then).expect("it was not kept, so it is sent once more");
    assert_eq!((again.delivery, again.attempt), (first.delivery, 1));
    let good = Outcome::Answered { status: 200, retry_after: None };
    let next = turn(quick, Some(settled(&again, good, Next::Delivered)), then).expect("the second event");
    assert_eq!(next.event.seq, 2);
    // the slow one comes back with a failure: the delivery stays delivered, and it gets nothing more to do
    let bad = Outcome::Failed(DeliveryFault::Timeout);
    assert!(turn(slow, Some(settled(&first, bad, Next::GivenUp)), then).is_none());
    let grant: Grant<ReadWebhooks> = administrator().grant().expect("she reads webhooks");
    let kept = store.read(|database| find_delivery(database, &grant, first.delivery)).expect("it is read");
    let kept = kept.expect("the delivery is there");
    assert_eq!((kept.state, kept.last_fault), (DeliveryState::Delivered, None));
    // nor did its coming back free what the other one holds
    assert_eq!(lease(store, random_id(), then, 1), []);
    assert!(turn(quick, Some(settled(&next, good, Next::Delivered)), then).is_none());
    assert_eq!(lease(store, quick, then + LEASE, 1), [], "nothing is left");
}

/// Two senders, the slow one without its lease any more, and one event to send.
struct Race<'a> {
    store: &'a Store,
    keys: Keys,
    key: SubscriptionKey,
    slow: uuid::Uuid,
    quick: uuid::Uuid,
}

impl<'a> Race<'a> {
    fn on(store: &'a Store) -> Self {
        let keys = keys_of(store);
        let key = subscribed(store, &keys, chain(1));
        record(store, vec![entry(chain(1), 1)]).expect("kept");
        Self { store, keys, key, slow: random_id(), quick: random_id() }
    }

    fn turn(
        &self,
        holder: uuid::Uuid,
        last: Option<Settled>,
        at: Moment,
    ) -> Option<naast_persistence::events::Task> {
        let (keys, key) = (self.keys.clone(), self.key);
        let turn = self.store.write(move |tx| {
            Ok::<_, Error>(Kept::bookkeeping(take_turn(
                tx,
                &keys,
                (holder, true),
                key,
                last,
                (at, at.date_naive()),
            )?))
        });
        turn.expect("a turn is taken").task
    }

    fn delivery(&self, id: WebhookDeliveryId) -> Delivery {
        let grant: Grant<ReadWebhooks> = administrator().grant().expect("she reads webhooks");
        let found = self.store.read(|database| find_delivery(database, &grant, id)).expect("it is read");
        found.expect("the delivery is there")
    }
}

fn settled(task: &naast_persistence::events::Task, outcome: Outcome, next: Next) -> Settled {
    Settled { delivery: task.delivery, attempt: task.attempt, outcome, next }
}

const BAD: Outcome = Outcome::Failed(DeliveryFault::Timeout);

/// The delivery still waits, but for its second attempt: what came of the first, late, says nothing about that.
fn a_late_outcome_counts_only_for_its_own_attempt(engine: Engine) {
    let Opened { store, .. } = &open(engine, 4);
    let race = Race::on(store);
    lease(store, race.slow, now(), 1);
    let first = race.turn(race.slow, None, now()).expect("there is something to send");
    let then = now() + LEASE;
    lease(store, race.quick, then, 1);
    let again = race.turn(race.quick, None, then).expect("it is sent once more");
    assert_eq!(again.attempt, 1);
    let later = Next::Again { at: then + LEASE, rest: false };
    assert!(race.turn(race.quick, Some(settled(&again, BAD, later)), then).is_none());
    race.turn(race.slow, Some(settled(&first, BAD, Next::GivenUp)), then);
    let kept = race.delivery(first.delivery);
    assert_eq!((kept.state, kept.attempts), (DeliveryState::Pending, 1));
}

/// A second attempt was under way when somebody had the delivery sent again from the first step, and that was received: the
/// number of the attempt fits, and yet what came of it says nothing any more.
fn a_late_outcome_does_not_undo_what_was_settled(engine: Engine) {
    let Opened { store, .. } = &open(engine, 4);
    let race = Race::on(store);
    lease(store, race.slow, now(), 1);
    let first = race.turn(race.slow, None, now()).expect("there is something to send");
    let at_once = Next::Again { at: now(), rest: false };
    // a failure gives the place back, for one among those that fail
    assert!(race.turn(race.slow, Some(settled(&first, BAD, at_once)), now()).is_none());
    lease(store, race.slow, now(), 1);
    let second = race.turn(race.slow, None, now()).expect("once more");
    assert_eq!(second.attempt, 2);
    let then = now() + LEASE;
    let waiting = race.delivery(first.delivery);
    store
        .write(move |tx| {
            let grant: Grant<ManageWebhooks> = administrator().grant().expect("she manages webhooks");
            replay(tx, &grant, &waiting, then)?;
            Ok::<_, Error>(Kept::bookkeeping(()))
        })
        .expect("it is to be sent again");
    lease(store, race.quick, then, 1);
    let anew = race.turn(race.quick, None, then).expect("from the first step");
    assert_eq!(anew.attempt, 1);
    let good = Outcome::Answered { status: 200, retry_after: None };
    assert!(race.turn(race.quick, Some(settled(&anew, good, Next::Delivered)), then).is_none());
    race.turn(race.slow, Some(settled(&second, BAD, Next::GivenUp)), then);
    let kept = race.delivery(first.delivery);
    assert_eq!((kept.state, kept.attempts, kept.last_fault), (DeliveryState::Delivered, 1, None));
}
