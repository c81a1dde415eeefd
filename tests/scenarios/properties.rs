//! Whatever anybody does in whatever order: what must never be, never is. The rules are asked of the database in SQL, not
//! of the code that keeps them.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, SCHOOL, World};
use naast_tests::{Engine, around, on_both};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::invariants::never;
use crate::looks::{assert_sound, count};

on_both!(what_must_never_be_never_is, what_is_broken_between_the_acts_is_found);

/// What somebody does: the kind of act, and choices of actor and object, taken modulo what there is.
type Act = (u8, usize, usize, bool);

/// The people and things of one case.
struct Cast<'w> {
    world: &'w World,
    /// Two parents, the buddies themselves, two coordinators, a leader and an outsider.
    people: Vec<PersonId>,
    parents: Vec<PersonId>,
    buddies: Vec<Buddy>,
    requests: Vec<(PersonId, String)>,
    proposals: Vec<(PersonId, Buddy, String)>,
    matches: Vec<String>,
    codes: Vec<String>,
}

fn pick<T: Clone>(from: &[T], choice: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[choice % from.len()].clone())
}

impl<'w> Cast<'w> {
    fn new(world: &'w World) -> Self {
        let parents = vec![world.person(), world.person()];
        let buddies =
            vec![world.buddy(0, &json!({ "capacity": 1 })), world.buddy(0, &json!({ "capacity": 2 }))];
        world.told_tie(&buddies[1]).expect(201);
        let mut people = parents.clone();
        people.extend(buddies.iter().map(|buddy| buddy.person));
        people.extend([world.coordinators[0], world.coordinators[1], world.leader, world.person()]);
        let requests: Vec<_> = parents.iter().map(|parent| (*parent, world.consented(0, *parent))).collect();
        let mut proposals = Vec::new();
        for (parent, request) in &requests {
            for buddy in &buddies {
                proposals.push((*parent, buddy.clone(), world.propose(0, request, buddy).expect(201).id()));
            }
        }
        Self { world, people, parents, buddies, requests, proposals, matches: Vec::new(), codes: Vec::new() }
    }

    /// Calls on the version that stands, as the one who would, or as anybody.
    fn on(&self, who: PersonId, path: &str, operation: &str, body: Option<&Value>) -> Reply {
        let read = self.world.app.get(who, path);
        let etag = read.header("etag").unwrap_or("\"v1\"").to_owned();
        self.world.app.call(Some(who), "POST", &format!("{path}/{operation}"), body, Some(&etag))
    }

    /// Remembers the match that an answer led to. The buddy had a place free for it.
    fn started(&mut self, buddy: &Buddy, reply: Reply) -> Reply {
        if let Some(id) = reply.body["matchId"].as_str() {
            self.matches.push(id.to_owned());
            let overfull = format!(
                "buddies b WHERE b.id = '{}' AND b.capacity < (SELECT count(*) FROM matches m \
                 WHERE m.buddy_id = b.id AND m.state <> 'closed')",
                buddy.id
            );
            assert_eq!(count(self.world, &overfull), 0, "more parents than places");
        }
        reply
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one line or a few for each act, and the acts together are the point"
    )]
    fn act(&mut self, (kind, one, two, yes): Act) -> Option<Reply> {
        let (world, anybody) = (self.world, pick(&self.people, one + two)?);
        let answer = |yes: bool| if yes { "accepted" } else { "refused" };
        Some(match kind {
            0 => {
                let parent = pick(&self.parents, one)?;
                let reply = world.app.post(parent, "/support-requests", &world.request_body(0));
                self.requests.push((parent, reply.id()));
                reply
            }
            1 => {
                let (parent, request) = pick(&self.requests, two)?;
                world.consent(if yes { parent } else { anybody }, &request)
            }
            2..=5 => {
                let ((parent, request), buddy) = (pick(&self.requests, one)?, pick(&self.buddies, two)?);
                let reply = world.propose(0, &request, &buddy);
                if reply.status == 201 {
                    self.proposals.push((parent, buddy, reply.id()));
                }
                reply
            }
            6..=8 => {
                let (parent, _, proposal) = pick(&self.proposals, one)?;
                let path = format!("/proposals/{proposal}");
                let shown = world.app.get(parent, &path);
                let finding = shown.body["ties"][two % 2]["finding"].as_str().unwrap_or("28").to_owned();
                let answers = json!({ "answers": [{ "finding": finding, "answer": answer(two % 6 > 0) }] });
                let who = if two % 5 == 0 { anybody } else { parent };
                world.app.call(Some(who), "POST", &format!("{path}/tie-answers"), Some(&answers), Some("*"))
            }
            9..=14 => {
                let (parent, buddy, proposal) = pick(&self.proposals, one)?;
                let who = [parent, buddy.person, parent, buddy.person, anybody][two % 5];
                let said = json!({ "answer": answer(two % 9 > 0), "tiesAsked": [] });
                self.started(
                    &buddy,
                    self.on(who, &format!("/proposals/{proposal}"), "acceptances", Some(&said)),
                )
            }
            15 | 16 => {
                let buddy = pick(&self.buddies, one)?;
                let kind = ["council-member-parent", "school-volunteer", "employed-at-school"][two % 5 / 2];
                world.tie(&buddy, kind, &json!({ "kind": "school", "locationCode": SCHOOL }))
            }
            17 => {
                let buddy = pick(&self.buddies, one)?;
                let path = format!("/buddies/{}/ties", buddy.id);
                let ties = world.app.get(buddy.person, &path).body["data"].clone();
                let tie = pick(ties.as_array()?, two)?;
                let end = json!({ "untilDate": if yes { "2020-01-01".to_owned() } else { world.app.platform.clock.today().to_string() } });
                let place = format!("{path}/{}", tie["id"].as_str()?);
                world.app.call(Some(buddy.person), "PATCH", &place, Some(&end), tie["etag"].as_str())
            }
            18 => {
                let (parent, request) = pick(&self.requests, two)?;
                let who = if yes { parent } else { anybody };
                world.app.ask(who, &format!("/support-requests/{request}/withdrawal"))
            }
            19..=21 => {
                let path = format!("/matches/{}", pick(&self.matches, one)?);
                let reasons = ["goal-reached", "other-buddy", "buddy-stops"];
                let reason = json!({ "reason": reasons[two % 3] });
                match kind {
                    19 => self.on(anybody, &path, "pauses", None),
                    20 => self.on(anybody, &path, "resumptions", None),
                    _ => self.on(anybody, &path, "closure", Some(&reason)),
                }
            }
            22 => {
                let buddy = pick(&self.buddies, one)?;
                let path = format!("/buddies/{}", buddy.id);
                let status = if yes { "active" } else { "paused" };
                world.app.patch(
                    world.coordinators[0],
                    &path,
                    &json!({ "status": status, "capacity": two % 3 }),
                )
            }
            23 => {
                let code = world.explained(&world.conversation());
                self.codes.push(code.clone());
                let parent = pick(&self.people, one)?;
                let reply = world.refer(parent, &code, &world.request_body(0));
                if reply.status == 201 {
                    self.requests.push((parent, reply.id()));
                }
                reply
            }
            24..=27 => {
                let (parent, buddy, proposal) = pick(&self.proposals, one)?;
                let path = format!("/proposals/{proposal}");
                let shown = world.app.get(parent, &path).body["ties"].clone();
                let all: Vec<_> = shown
                    .as_array()?
                    .iter()
                    .map(|tie| json!({ "finding": tie["finding"], "answer": "accepted" }))
                    .collect();
                if yes && !all.is_empty() {
                    world.app.post_on(
                        parent,
                        &path,
                        &format!("{path}/tie-answers"),
                        &json!({ "answers": all }),
                    );
                }
                let both = json!({ "answer": "accepted", "tiesAsked": [] });
                self.on(parent, &path, "acceptances", Some(&both));
                self.started(&buddy, self.on(buddy.person, &path, "acceptances", Some(&both)))
            }
            _ => world.parent_step(&pick(&self.codes, one)?, if yes { "withdraw" } else { "take-time" }),
        })
    }
}

/// Cases of acts, each looked at when it is over; with a fault, that is made behind the program's back before each look. The same acts in every run:
/// what a run must reach is then no matter of luck.
fn cases(world: &World, engine: Engine, fault: Option<&str>) -> Result<(), String> {
    let cases = if engine == Engine::Sqlite { 18 } else { 14 };
    let max_shrink_iters = if fault.is_some() { 0 } else { 30 };
    let config = Config { cases, failure_persistence: None, max_shrink_iters, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let act = (0_u8..29, any::<usize>(), any::<usize>(), any::<bool>());
    let act = act.prop_map(|(kind, one, two, yes)| (kind, one % 1_000, two % 1_000, yes));
    let never = never(engine);
    let ran = runner.run(&vec(act, 20..60), |acts| {
        let mut cast = Cast::new(world);
        for act in acts {
            if let Some(reply) = cast.act(act) {
                prop_assert!(reply.status < 500, "{act:?}: {}", reply.body);
            }
        }
        if let Some(fault) = fault {
            around(&world.app.location, |database| database.batch(fault)).expect("a fault can be made");
        }
        for (what, rows) in &never {
            prop_assert_eq!(count(world, rows), 0, "{}", what);
        }
        Ok(())
    });
    ran.map_err(|fault| fault.to_string())
}

fn what_must_never_be_never_is(engine: Engine) {
    let world = World::new(engine);
    cases(&world, engine, None).unwrap_or_else(|fault| panic!("{fault}"));
    for reached in [
        "matches WHERE state = 'active'",
        "matches WHERE closed_because = 'independence-lost'",
        "matches WHERE closed_because = 'request-withdrawn'",
        "tie_answers WHERE answer = 'accepted'",
        "journal WHERE action = 'match.paused'",
        "support_requests WHERE origin = 'referral'",
    ] {
        assert!(count(&world, reached) > 0, "the acts never come to {reached}");
    }
    assert_sound(&world);
}

/// The test of the test: the same acts in a world in which something is broken behind the program's back.
fn what_is_broken_between_the_acts_is_found(engine: Engine) {
    for (what, fault) in [
        (
            "a match without consent",
            "UPDATE consents SET lapsed_at = given_at WHERE kind = 'request' AND withdrawn_at IS NULL",
        ),
        ("a match that not both said yes to", "UPDATE proposals SET buddy_answer = NULL"),
        ("an active match with a tie that the parent did not accept", "DELETE FROM tie_answers"),
        (
            "an active match whose buddy declared nothing for it",
            "UPDATE proposals SET ties_declared_on = NULL",
        ),
        (
            "an active match of a buddy without certificates",
            "DELETE FROM certificates WHERE kind = 'training'",
        ),
        (
            "a withdrawn request with something left of it",
            "UPDATE support_requests SET contact_value = 'x' WHERE state = 'withdrawn'",
        ),
    ] {
        let found = cases(&World::new(engine), engine, Some(fault)).expect_err("it is found");
        assert!(found.contains(what), "{what} is not found, but {found}");
    }
}
