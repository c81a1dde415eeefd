//! Long walks: everybody does anything in any order, days go by, roles end, and what must never be is asked of the database
//! after every few steps, in SQL and in rules of the tests' own. `NAAST_PROOF_STEPS` says how many steps, `NAAST_PROOF_SEED`
//! where chance begins; the same seed takes the same steps. `NAAST_PROOF_WORLD` takes those of one world alone, the one that a failure
//! named, and looks after each of them.

mod acts;
mod broken;
mod consented;
mod erased;
mod independent;
mod rules;
mod watch;

use naast_domain::code::Code as _;
use naast_domain::independence::TieKind;
use naast_tests::app::Reply;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use acts::Walk;
use watch::broken_in;

use crate::looks::{assert_sound, count};

on_both!(whatever_anybody_does_what_must_never_be_never_is);

/// How many steps are taken in one world before a new one begins, so that looking at all of it stays quick.
const IN_ONE_WORLD: usize = 1_000;
/// After so many steps the database is looked at.
const BETWEEN_LOOKS: usize = 20;
/// After so many, what the walk has come to is counted.
const BETWEEN_COUNTS: usize = 100;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Chance that comes out the same for the same seed (xorshift64).
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        // nought stays nought
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below this one.
    pub fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll() >> 16).expect("48 bits fit") % sides
    }

    /// One of these, one of the last ten more often than not.
    pub fn lately<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if self.once_in(4) { self.pick(from) } else { self.pick(&from[from.len().saturating_sub(10)..]) }
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these; none where there is none.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}

/// Whether an answer says what became of the call. A machine that is busy with other work has no turn for every call: that nothing was done is told
/// ([`Reply::says_come_back`], and repeated before), and so is that nobody knows. Any other fault is the program's own.
fn is_told(reply: &Reply) -> bool {
    reply.status < 500 || reply.says_come_back() || reply.body["code"] == "outcome-unknown"
}

#[test]
fn a_fault_of_the_program_is_none_of_those_that_are_told() {
    let reply = |status: u16, code: &str| Reply {
        status,
        headers: ureq::http::HeaderMap::default(),
        bytes: Vec::new(),
        body: serde_json::json!({ "code": code }),
    };
    for told in ["overloaded", "busy", "reading-not-recorded", "outcome-unknown"] {
        assert!(is_told(&reply(503, told)), "{told}");
    }
    assert!(is_told(&reply(409, "match-state")));
    for fault in [reply(500, "internal"), reply(500, "busy"), reply(503, "not-ready"), reply(502, "")] {
        assert!(!is_told(&fault), "{}", fault.status);
    }
}

/// What a walk must come to: [`REACHED`], and each kind of tie.
fn to_reach() -> Vec<String> {
    let kinds = TieKind::ALL.iter().map(|kind| format!("ties WHERE kind = '{kind}'"));
    REACHED.iter().map(ToString::to_string).chain(kinds).collect()
}

fn whatever_anybody_does_what_must_never_be_never_is(engine: Engine) {
    let (steps, seed) = (number("NAAST_PROOF_STEPS", 2_000), number("NAAST_PROOF_SEED", 7));
    let steps = usize::try_from(steps).expect("not too many");
    let to_reach = to_reach();
    let (mut reached, mut strangers) = (vec![0_i64; to_reach.len()], 0);
    let only = number("NAAST_PROOF_WORLD", 0);
    let (steps, between) = if only > 0 { (steps.min(IN_ONE_WORLD), 1) } else { (steps, BETWEEN_LOOKS) };
    let (mut done, mut looks, mut worlds) = (0, 0, only.saturating_sub(1));
    while done < steps {
        let world = World::new(engine);
        let first_kind = usize::try_from(worlds).expect("not too many") * TieKind::ALL.len() / 2;
        let mut walk = Walk::new(&world, Dice::new(seed + worlds), first_kind);
        worlds += 1;
        let here = IN_ONE_WORLD.min(steps - done);
        // what is erased is there no more at the end: the most of each that was there at a look
        let mut most = vec![0_i64; to_reach.len()];
        for step in 1..=here {
            let reply = walk.step();
            if let Some(fault) = reply.filter(|reply| !is_told(reply)) {
                panic!(
                    "seed {seed}, world {worlds}, step {step}, {:?}: {} {}",
                    walk.lately(),
                    fault.status,
                    String::from_utf8_lossy(&fault.bytes)
                );
            }
            if step % BETWEEN_COUNTS == 0 || step == here {
                for (most, rows) in most.iter_mut().zip(&to_reach) {
                    *most = count(&world, rows).max(*most);
                }
            }
            if step % between == 0 || step == here {
                looks += 1;
                let broken = broken_in(&world, &walk);
                assert!(
                    broken.is_empty(),
                    "seed {seed}, world {worlds}, step {step}, {:?}: {broken:?}",
                    walk.lately()
                );
            }
        }
        done += here;
        strangers += walk.looks;
        for (reached, most) in reached.iter_mut().zip(most) {
            *reached += most;
        }
        assert_sound(&world);
    }
    println!(
        "{engine:?}: {done} steps from seed {seed} in {worlds} worlds, looked at {looks} times, nothing broken"
    );
    for (rows, number) in to_reach.iter().zip(&reached) {
        println!("{number:>8} {rows}");
    }
    println!("{strangers:>8} looks by strangers");
    assert!(strangers > 0 || only > 0, "no stranger looked around");
    let demanded = |rows: &str| only == 0 && (steps >= LONG || !RARE.contains(&rows));
    for (rows, number) in to_reach.iter().zip(&reached).filter(|(rows, _)| demanded(rows)) {
        assert!(*number > 0, "the walk never comes to {rows}");
    }
}

/// From so many steps on a walk must come to what is rare as well.
const LONG: usize = 10_000;
/// What a short walk may miss: since cases are erased on the way, few of these are there at a time.
const RARE: &[&str] = &["consents WHERE kind = 'request' AND how = 'own-login' AND lapsed_at IS NOT NULL"];

/// What a walk must come to: otherwise it proves nothing of it.
const REACHED: &[&str] = &[
    "journal WHERE action = 'match.started'",
    "matches WHERE state <> 'closed'",
    "matches WHERE closed_because = 'independence-lost'",
    "matches WHERE closed_because = 'request-withdrawn'",
    "tie_answers WHERE answer = 'accepted'",
    "tie_answers WHERE answer = 'refused'",
    "support_requests WHERE origin = 'referral'",
    "consents WHERE how = 'reported-by-staff' AND confirmed_at IS NOT NULL",
    "choices_shown WHERE how = 'own-login'",
    "choices_shown WHERE how = 'reported-by-staff'",
    "consents WHERE kind = 'request' AND programme_form = 'school' AND confirmed_at IS NOT NULL",
    "consents WHERE kind = 'pupil-health-data'",
    "consents WHERE withdrawn_at IS NOT NULL",
    "withdrawal_notices WHERE state = 'confirmed'",
    "proposals WHERE cancelled_because = 'no-answer'",
    "proposals WHERE cancelled_because = 'buddy-full'",
    "journal WHERE action = 'membership.changed'",
    "journal WHERE action = 'request.school-changed'",
    "proposals WHERE state = 'accepted' AND ties_declared_on IS NULL",
    "memberships WHERE role = 'school-staff'",
    "memberships WHERE role = 'board-member'",
    "memberships WHERE role = 'trainer'",
    "tie_answers WHERE finding LIKE '11:%' AND answer = 'accepted'",
    "tie_answers WHERE finding LIKE '13:%' OR finding LIKE '14:%' OR finding LIKE '27:%' OR finding LIKE '7:%'",
    "tie_answers WHERE finding = '28' OR finding = '29'",
    "tie_answers WHERE finding LIKE '33:______'",
    "journal WHERE action = 'match.paused'",
    "journal WHERE action = 'match.resumed'",
    "journal WHERE action = 'programme.form-changed'",
    "programme_forms WHERE reason = 'Test, tomorrow.'",
    "consents WHERE kind = 'request' AND how = 'own-login' AND lapsed_at IS NOT NULL",
    "journal WHERE action = 'announcement.made'",
    "coordinator_ties t JOIN buddies b ON b.person_id = t.person_id",
    "matches m JOIN buddies b ON b.id = m.buddy_id JOIN buddies left_before ON left_before.person_id = b.person_id AND left_before.id <> b.id",
    "journal WHERE action = 'announcement.objection-noted'",
    "journal WHERE action = 'announcement.cancelled' AND role = 'parent'",
    "journal WHERE action = 'announcement.cancelled' AND role = 'system'",
    "consents WHERE kind = 'meeting-announcement' AND withdrawn_at IS NOT NULL",
    "tie_answers WHERE finding LIKE '20:%' OR finding LIKE '21:%' OR finding LIKE '26:%' OR finding LIKE '34:%'",
    "holds WHERE lifted_at IS NULL",
    "journal WHERE action = 'subject.erased'",
    "erasure_requests",
    "private_entries",
];
