//! What is called: the objects of each column, in the state in which the call would succeed for whoever may make it.

mod cases;
mod places;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use naast_api::events::outbound::{Addresses, Names, Outbound, Patience};
use naast_domain::Date;
use naast_domain::ids::PersonId;
use naast_tests::Engine;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, World, words};
use serde_json::{Value, json};

use super::cast::Cast;
use super::objects::{Objects, STATES, State};
use super::table::Column;

/// A world with everybody of the table in it, and objects for each column.
pub struct Stage {
    /// The world.
    pub world: World,
    /// Everybody who calls.
    pub cast: Cast,
    kept: BTreeMap<(Column, State), Objects>,
    days: Cell<u64>,
}

/// Whose case it is.
struct Side {
    name: &'static str,
    programme: usize,
    school: &'static str,
    leader: PersonId,
    parent: PersonId,
    buddy: Buddy,
}

/// What is written in the contact data of the parent of a column; nobody else's holds these letters.
pub fn contact_of(name: &str) -> String {
    format!("ouder-{name}@example.org")
}

/// What the parent of a column writes in the private space; nobody else's holds these letters.
pub fn private_words_of(name: &str) -> String {
    format!("Besloten woorden van {name}")
}

impl Stage {
    /// Makes it on a fresh database.
    pub fn new(engine: Engine) -> Self {
        Self::on(World::new(engine))
    }

    /// Makes it in a world that was just made.
    pub fn on(world: World) -> Self {
        let since = json!({ "sinceDate": "2025-01-01" });
        let covers = format!("/programmes/{}/schools/{ELSEWHERE}", world.programmes[2]);
        world.app.call(Some(world.administrator), "PUT", &covers, Some(&since), None).expect(200);
        // what the calls of the table cover again, on whatever version stands
        let today = json!({ "sinceDate": world.app.platform.clock.today() });
        for programme in &world.programmes {
            let covers = format!("/programmes/{programme}/schools/{SISTER}");
            world.app.call(Some(world.administrator), "PUT", &covers, Some(&today), None).expect(200);
        }
        let cast = Cast::of(&world);
        let mut stage = Self { world, cast, kept: BTreeMap::new(), days: Cell::new(0) };
        for column in [Column::Own, Column::Over, Column::Sister, Column::Foreign] {
            let base = stage.places(column);
            for state in STATES {
                let objects = match column {
                    // there is one case that is over, whatever it was before
                    Column::Over if state != State::Submitted => {
                        stage.kept[&(column, State::Submitted)].clone()
                    }
                    _ => stage.case(column, state, &base),
                };
                stage.kept.insert((column, state), objects);
            }
        }
        // nobody answers at these addresses; that it was tried is all that a delivery needs
        stage.world.app.drain_through(nowhere());
        for objects in stage.kept.values_mut() {
            let list = format!("/webhook-deliveries?subscriptionId={}", objects.subscription);
            let tried = stage.world.app.get(stage.world.administrator, &list).expect(200);
            let id = tried.body["data"][0]["id"].as_str().expect("a delivery");
            id.clone_into(&mut objects.delivery);
        }
        stage
    }

    fn side(&self, column: Column) -> Side {
        let (world, buddies) = (&self.world, &self.cast.buddies);
        let side = |name, programme, school, leader, parent, buddy: &Buddy| Side {
            name,
            programme,
            school,
            leader,
            parent,
            buddy: buddy.clone(),
        };
        let (leader, other_leader) = (world.leader, world.other_leader);
        match column {
            Column::Own => side("own", 0, SCHOOL, leader, self.cast.person("parent"), &buddies[0]),
            Column::Over => side("over", 0, SCHOOL, leader, self.cast.person("parent"), &buddies[1]),
            Column::Sister => {
                side("sister", 0, SCHOOL, leader, self.cast.person("other-parent"), &buddies[2])
            }
            Column::Foreign => {
                side("foreign", 2, ELSEWHERE, other_leader, self.cast.foreign_parent, &buddies[3])
            }
            Column::Missing => unreachable!("nobody has what is missing"),
        }
    }

    /// The objects of a column that stand all along, and are never changed.
    pub fn standing(&self, column: Column, state: State) -> Objects {
        match self.kept.get(&(column, state)) {
            Some(objects) => objects.clone(),
            None => self.missing(),
        }
    }

    /// Every object that stands all along.
    pub fn all(&self) -> impl Iterator<Item = (Column, &Objects)> {
        self.kept.iter().map(|((column, _), objects)| (*column, objects))
    }

    /// Objects of a column that a call may change: those of `operation` are new. Gives them to the call, and puts back what
    /// they held afterwards.
    pub fn with_fresh<T>(
        &self,
        operation: &str,
        template: &str,
        (column, state): (Column, State),
        call: impl FnOnce(&Objects) -> T,
    ) -> T {
        let mut objects = self.standing(column, state);
        objects.day = self.next_day();
        let of = |prefix: &str| template.starts_with(prefix);
        let is_case = ["/support-requests/{", "/proposals/{", "/matches/{", "/announced-meetings/{"]
            .into_iter()
            .any(of);
        if is_case && column != Column::Over {
            objects = self.case(column, state, &objects);
        } else if of("/conversations/{") {
            objects.conversation = self.conversation(column);
        }
        match operation {
            "registerBuddy" | "createMembership" => objects.person = self.world.person().to_string(),
            "removeCertificate" => objects.certificate = self.certificate(column),
            "endTie" => objects.tie = self.tie_elsewhere(column),
            "disableWebhookSubscription" => objects.subscription = self.subscription(column),
            "enableWebhookSubscription" => {
                objects.subscription = self.subscription(column);
                let path = format!("/webhook-subscriptions/{}/disablements", objects.subscription);
                self.world
                    .app
                    .call(Some(self.world.administrator), "POST", &path, None, Some("*"))
                    .expect(200);
            }
            "exchangeInvitationCode" => objects.invitation = self.invitation(),
            "consentToReferral" => objects.code = self.code(),
            // a case is held once: what was placed before is lifted
            "placeHold" if column == Column::Over => self.lift(&objects.request),
            "releaseHold" => objects.hold = self.hold(&objects.request),
            _ => {}
        }
        let done = call(&objects);
        if is_case {
            self.withdraw(column, &objects);
        }
        done
    }
}

/// A way out that leads nowhere: no name is known, so that nothing is sent and nothing is waited for.
fn nowhere() -> Outbound {
    struct Nobody;
    impl Names for Nobody {
        fn look_up(&self, _: &str) -> Addresses {
            Box::pin(async { Err(std::io::Error::other("nobody is known here")) })
        }
    }
    let patience = Patience { connect: Duration::from_secs(1), total: Duration::from_secs(1) };
    Outbound::with(Arc::new(Nobody), |_| false, patience, false).expect("the system has certificates")
}

/// What a tie is about that no case here is touched by.
pub fn elsewhere() -> Value {
    json!({ "kind": "municipality", "municipalityCode": "9902" })
}

/// That they met today.
pub fn meeting(today: Date) -> Value {
    json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" })
}

/// A talk on a day at a school, as its parent announces it.
pub fn announcement(day: Date, school: &str) -> Value {
    json!({
        "locationCode": school, "date": day, "text": words("meeting-announcement")
    })
}
