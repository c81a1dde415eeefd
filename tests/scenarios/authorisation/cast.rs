//! Who calls: everybody whom the table names. Fifty-five of them held a role once, or will, and hold none now: five for each role
//! that a membership gives. Eight are connected systems, each with one scope.

use std::collections::BTreeMap;

use chrono::Days;
use naast_api::cli::client::{Proof, connect};
use naast_domain::code::Code as _;
use naast_domain::identity::Scope;
use naast_domain::ids::PersonId;
use naast_tests::random_id;
use naast_tests::world::{Buddy, SCHOOL, SISTER, World};
use serde_json::{Value, json};

use crate::signing_in::{self, client_token};

/// The callers that the table knows.
pub const NAMES: &[&str] = &[
    // no token
    "anonymous",
    // a token that is in order, of a person who is not registered
    "unknown",
    // somebody without any role
    "stranger",
    // the thirteen roles: of the case at hand, its programme and its school
    "parent",
    "buddy",
    "coordinator",
    "trainer",
    "school-staff",
    "school-leader",
    "professional",
    "board-member",
    "partnership-staff",
    "council-member",
    "pool-manager",
    "auditor",
    "administrator",
    // parent and buddy of another case of the same programme; the buddy of the case that is over
    "other-parent",
    "other-buddy",
    "former-buddy",
    // a coordinator of the programme who works at the school of the case: with rule 37 it is not hers
    "tied-coordinator",
    // coordinator and school leader of the foreign case
    "other-coordinator",
    "other-leader",
    // a membership that was ended, is suspended, was never taken up, ran out, or has yet to begin
    "coordinator-ended",
    "coordinator-suspended",
    "coordinator-invited",
    "coordinator-past",
    "coordinator-future",
    "school-leader-ended",
    "school-leader-suspended",
    "school-leader-invited",
    "school-leader-past",
    "school-leader-future",
    "administrator-ended",
    "administrator-suspended",
    "administrator-invited",
    "administrator-past",
    "administrator-future",
    "auditor-ended",
    "auditor-suspended",
    "auditor-invited",
    "auditor-past",
    "auditor-future",
    "trainer-ended",
    "trainer-suspended",
    "trainer-invited",
    "trainer-past",
    "trainer-future",
    "school-staff-ended",
    "school-staff-suspended",
    "school-staff-invited",
    "school-staff-past",
    "school-staff-future",
    "professional-ended",
    "professional-suspended",
    "professional-invited",
    "professional-past",
    "professional-future",
    "board-member-ended",
    "board-member-suspended",
    "board-member-invited",
    "board-member-past",
    "board-member-future",
    "partnership-staff-ended",
    "partnership-staff-suspended",
    "partnership-staff-invited",
    "partnership-staff-past",
    "partnership-staff-future",
    "council-member-ended",
    "council-member-suspended",
    "council-member-invited",
    "council-member-past",
    "council-member-future",
    "pool-manager-ended",
    "pool-manager-suspended",
    "pool-manager-invited",
    "pool-manager-past",
    "pool-manager-future",
    // connected systems, each with one scope, where one that has it belongs: at the school of the case, its programme's
    // organisation, its board
    "system-directory-read",
    "system-directory-write",
    "system-conversations-open",
    "system-referrals-status",
    "system-pool-sync",
    "system-pool-offers",
    "system-events-read",
    "system-reports-read",
];

/// The scope of a caller that is a connected system.
pub fn scope_of(name: &str) -> Option<Scope> {
    let scope = name.strip_prefix("system-")?.replacen('-', ":", 1);
    Some(Scope::parse(&scope).expect("systems are called after their scopes"))
}

/// The people of the table, in a world.
pub struct Cast {
    people: BTreeMap<&'static str, Option<PersonId>>,
    tokens: BTreeMap<&'static str, String>,
    /// The buddies of the cases, in the order own, over, sister, foreign.
    pub buddies: [Buddy; 4],
    /// The parent of the foreign case, who does not call.
    pub foreign_parent: PersonId,
    /// The organisations of board and partnership.
    pub board: String,
    /// The organisation of the partnership.
    pub partnership: String,
    /// An organisation that provides systems.
    provider: String,
}

/// Where a role is held: its organisation, and the programme for a role of a programme.
pub struct Seat {
    /// The organisation.
    pub organisation: String,
    /// The programme.
    pub programme: Option<String>,
}

impl Cast {
    /// Brings them together.
    pub fn of(world: &World) -> Self {
        let organisation = |kind: &str, member: &str, value: &str| {
            let body = json!({ "kind": kind, "name": format!("{kind} (test)"), member: value });
            world.app.post(world.administrator, "/organisations", &body).expect(201).id()
        };
        let board = organisation("board", "boardNumber", "99901");
        let partnership = organisation("partnership", "partnershipCode", "PO9901");
        let provider = json!({ "kind": "provider", "name": "Leverancier (test)" });
        let provider = world.app.post(world.administrator, "/organisations", &provider).expect(201).id();
        let ready = |programme: usize, name: &str| {
            world.buddy(programme, &json!({ "firstName": name, "capacity": 10 }))
        };
        let buddies = [
            ready(0, "Buddy-own"),
            ready(0, "Buddy-over"),
            ready(0, "Buddy-sister"),
            ready(2, "Buddy-foreign"),
        ];
        let mut cast = Self {
            people: BTreeMap::new(),
            tokens: BTreeMap::new(),
            buddies,
            foreign_parent: world.person(),
            board,
            partnership,
            provider,
        };
        for name in NAMES {
            let person = match *name {
                "anonymous" => None,
                "unknown" => Some(PersonId::from_uuid(random_id())),
                "stranger" | "parent" | "other-parent" => Some(world.person()),
                "buddy" => Some(cast.buddies[0].person),
                "former-buddy" => Some(cast.buddies[1].person),
                "other-buddy" => Some(cast.buddies[2].person),
                "coordinator" => Some(world.coordinators[0]),
                "tied-coordinator" => Some(tied_coordinator(world)),
                "other-coordinator" => Some(world.coordinators[2]),
                "school-leader" => Some(world.leader),
                "other-leader" => Some(world.other_leader),
                "administrator" => Some(world.administrator),
                name if scope_of(name).is_some() => None,
                name => Some(cast.member(world, name)),
            };
            if let Some(scope) = scope_of(name) {
                cast.tokens.insert(name, format!("Bearer {}", cast.system(world, scope)));
            }
            cast.people.insert(name, person);
            if let Some(person) = person {
                cast.tokens.insert(name, format!("Bearer {}", world.app.token(person)));
            }
        }
        cast
    }

    /// Where this role is held in the case at hand.
    pub fn seat(&self, world: &World, role: &str) -> Seat {
        let of_programme = ["coordinator", "trainer", "pool-manager"].contains(&role);
        let organisation = match role {
            "board-member" => &self.board,
            "partnership-staff" => &self.partnership,
            _ if of_programme => &world.association,
            // whoever can hold her role at the school does: a rule that forgets to ask which role would show
            _ => &world.school,
        };
        Seat {
            organisation: organisation.clone(),
            programme: of_programme.then(|| world.programmes[0].clone()),
        }
    }

    /// A new person with the role that her name begins with, in the state that it ends with.
    fn member(&self, world: &World, name: &str) -> PersonId {
        let lapses = ["-ended", "-suspended", "-invited", "-past", "-future"];
        let lapse = lapses.iter().find(|lapse| name.ends_with(**lapse)).copied().unwrap_or_default();
        let role = name.strip_suffix(lapse).unwrap_or(name);
        let seat = self.seat(world, role);
        let person = world.person();
        let mut body = json!({ "personId": person, "role": role });
        if let Some(programme) = seat.programme {
            body["programmeId"] = Value::String(programme);
        }
        let today = world.app.platform.clock.today();
        match lapse {
            "-past" => {
                body["sinceDate"] = json!(today - Days::new(9));
                body["untilDate"] = json!(today - Days::new(1));
            }
            "-invited" => body["status"] = json!("invited"),
            "-future" => body["sinceDate"] = json!(today + Days::new(1)),
            _ => {}
        }
        let list = format!("/organisations/{}/memberships", seat.organisation);
        let given = world.app.post(world.administrator, &list, &body).expect(201).id();
        if let "-ended" | "-suspended" = lapse {
            let change = json!({ "status": lapse.trim_start_matches('-') });
            world.app.patch(world.administrator, &format!("{list}/{given}"), &change).expect(200);
        }
        person
    }

    /// The token of a new system with this scope.
    fn system(&self, world: &World, scope: Scope) -> String {
        let organisation = match scope {
            Scope::DirectoryRead | Scope::ConversationsOpen | Scope::ReferralsStatus => &world.school,
            Scope::PoolSync | Scope::PoolOffers | Scope::EventsRead => &world.association,
            Scope::ReportsRead => &self.board,
            Scope::DirectoryWrite => &self.provider,
        };
        let purpose = scope.purposes().first().expect("a scope serves something").code();
        let proof = Proof { public_key: None, secret: true };
        let made = signing_in::create(organisation, purpose, &[scope.code()], proof);
        let (id, secret) = connect(&world.app.platform, &made).expect("connected");
        client_token(world, &(id.to_string(), secret.expect("a secret")))
    }

    /// A caller who has an account.
    pub fn person(&self, name: &str) -> PersonId {
        self.people.get(name).copied().flatten().unwrap_or_else(|| panic!("{name} has no account"))
    }

    /// The Authorization header of a caller.
    pub fn token(&self, name: &str) -> Option<&str> {
        self.tokens.get(name).map(String::as_str)
    }
}

/// A coordinator of the programme of the case, with a tie that she declared with its school, and with the one that its parent names
/// when she is asked to change it.
fn tied_coordinator(world: &World) -> PersonId {
    let programme = &world.programmes[0];
    let person = world.member(&world.association, "coordinator", Some(programme));
    for school in [SCHOOL, SISTER] {
        let tie = json!({
            "kind": "employed-at-school", "about": { "kind": "school", "locationCode": school },
            "sinceDate": "2020-08-01"
        });
        world.app.post(person, &format!("/programmes/{programme}/coordinator-ties"), &tie).expect(201);
    }
    person
}
