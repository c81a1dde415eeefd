//! Long walks: everybody does anything in any order, days go by, roles end, and what must never be is asked of the database
//! after every few steps, in SQL and in rules of the tests' own. `NAAST_PROOF_STEPS` says how many steps, `NAAST_PROOF_SEED`
//! where chance begins; the same seed takes the same steps.

mod acts;
mod broken;
mod independent;
mod rules;
mod watch;

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

fn whatever_anybody_does_what_must_never_be_never_is(engine: Engine) {
    let (steps, seed) = (number("NAAST_PROOF_STEPS", 2_000), number("NAAST_PROOF_SEED", 1));
    let steps = usize::try_from(steps).expect("not too many");
    let mut reached = [0_i64; REACHED.len()];
    let (mut done, mut looks, mut worlds) = (0, 0, 0);
    while done < steps {
        let world = World::new(engine);
        let mut walk = Walk::new(&world, Dice::new(seed + worlds));
        worlds += 1;
        let here = IN_ONE_WORLD.min(steps - done);
        for step in 1..=here {
            let reply = walk.step();
            // `overloaded` says that nothing was done: a machine that is busy with other work has no turn for every call
            let is_told = |reply: &Reply| reply.status < 500 || reply.body["code"] == "overloaded";
            assert!(
                reply.as_ref().is_none_or(is_told),
                "seed {seed}, world {worlds}, step {step}: {:?}",
                reply.map(|reply| reply.body)
            );
            if step % BETWEEN_LOOKS == 0 || step == here {
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
        for (place, rows) in REACHED.iter().enumerate() {
            reached[place] += count(&world, rows);
        }
        assert_sound(&world);
    }
    println!(
        "{engine:?}: {done} steps from seed {seed} in {worlds} worlds, looked at {looks} times, nothing broken"
    );
    for (rows, number) in REACHED.iter().zip(reached) {
        println!("{number:>8} {rows}");
    }
    for (rows, number) in REACHED.iter().zip(reached) {
        assert!(number > 0, "the walk never comes to {rows}");
    }
}

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
    "consents WHERE kind = 'pupil-health-data'",
    "consents WHERE withdrawn_at IS NOT NULL",
    "withdrawal_notices WHERE state = 'confirmed'",
    "journal WHERE action = 'membership.changed'",
    "journal WHERE action = 'request.school-changed'",
    "proposals WHERE state = 'accepted' AND ties_declared_on IS NULL",
    "ties WHERE kind = 'joint-council-member'",
    "ties WHERE kind = 'employed-by-partnership'",
    "memberships WHERE role = 'school-staff' AND status = 'ended'",
    "memberships WHERE role = 'board-member'",
    "tie_answers WHERE finding LIKE '13:%' OR finding LIKE '14:%' OR finding LIKE '27:%' OR finding LIKE '7:%'",
    "tie_answers WHERE finding = '28' OR finding = '29'",
    "tie_answers WHERE finding = '33'",
    "journal WHERE action = 'match.paused'",
    "journal WHERE action = 'match.resumed'",
    "journal WHERE action = 'programme.form-changed'",
];
