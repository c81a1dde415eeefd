//! Who walks, and what each of them may try. Most acts are tried by whoever would; one in five by anybody at all.

mod around_it;
mod case;
mod endings;
mod every_kind;
mod talks;
mod writing;

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World};
use serde_json::{Value, json};

use super::Dice;
use super::watch::Known;

/// One walk through one world.
pub struct Walk<'w> {
    world: &'w World,
    dice: Dice,
    people: Vec<PersonId>,
    /// The parents, who are nobody else.
    parents: Vec<PersonId>,
    buddies: Vec<(usize, Buddy)>,
    second: PersonId,
    seat: (String, String),
    /// The board of the school at first, and a partnership that it does not belong to.
    board: String,
    partnership: String,
    /// The roles that buddies were given, each with the list that it stands in.
    roles: Vec<(String, String)>,
    /// Every request with its parent and the programme that it was made to.
    requests: Vec<(PersonId, usize, String)>,
    proposals: Vec<(PersonId, Buddy, String)>,
    matches: Vec<(PersonId, String)>,
    codes: Vec<String>,
    pupils: Vec<String>,
    forms: u64,
    /// The kind of tie whose turn it is, by its place in the list of all.
    next_kind: usize,
    lately: Vec<String>,
    /// The requests that were erased.
    erased: Vec<String>,
    /// Those whose accounts were, and the parents among them.
    left: Vec<PersonId>,
    parents_left: Vec<PersonId>,
    /// What was found wrong where it happened, and no row shows afterwards.
    pub lost: Vec<String>,
    /// How often strangers looked for what is a parent's.
    pub looks: i64,
}

const KINDS: &[&str] = &[
    "own-child-at-school",
    "council-member-parent",
    "school-volunteer",
    "supplier-of-school",
    "employed-at-school",
    "conflict",
];

impl<'w> Walk<'w> {
    /// Everybody is there; nothing has happened yet. The kinds of ties have their turn from this one on.
    pub fn new(world: &'w World, dice: Dice, first_kind: usize) -> Self {
        world.app.be_patient();
        let parents: Vec<_> = (0..4).map(|_| world.person()).collect();
        let buddies: Vec<_> = [0, 0, 0, 1, 2]
            .into_iter()
            .map(|programme| (programme, world.buddy(programme, &json!({ "capacity": 2 }))))
            .collect();
        let list = format!("/organisations/{}/memberships", world.association);
        let second = world.person();
        let body = json!({ "personId": second, "role": "coordinator", "programmeId": world.programmes[0] });
        let seat = world.app.post(world.administrator, &list, &body).expect(201).id();
        let organisation =
            |body: &Value| world.app.post(world.administrator, "/organisations", body).expect(201).id();
        let mut people = parents.clone();
        people.extend(buddies.iter().map(|(_, buddy)| buddy.person));
        people.extend(world.coordinators);
        people.extend([second, world.leader, world.other_leader, world.administrator, world.person()]);
        Self {
            world,
            dice,
            people,
            parents,
            buddies,
            second,
            seat: (list, seat),
            board: organisation(
                &json!({ "kind": "board", "name": "Bestuur (test)", "boardNumber": "99901" }),
            ),
            partnership: organisation(
                &json!({ "kind": "partnership", "name": "Verband (test)", "partnershipCode": "PO9902" }),
            ),
            roles: Vec::new(),
            requests: Vec::new(),
            proposals: Vec::new(),
            matches: Vec::new(),
            codes: Vec::new(),
            pupils: Vec::new(),
            forms: 0,
            next_kind: first_kind,
            lately: Vec::new(),
            erased: Vec::new(),
            left: Vec::new(),
            parents_left: Vec::new(),
            lost: Vec::new(),
            looks: 0,
        }
    }

    /// The last acts, for whoever looks into a fault.
    pub fn lately(&self) -> &[String] {
        &self.lately[self.lately.len().saturating_sub(25)..]
    }

    /// Whom and what the walk knows of.
    pub fn known(&self) -> Known {
        let requests = self.requests.iter().map(|(_, _, request)| request).chain(&self.erased);
        Known {
            parents: self.parents.iter().chain(&self.parents_left).map(ToString::to_string).collect(),
            requests: requests.cloned().collect(),
            erased: self.erased.clone(),
            left: self.left.iter().map(ToString::to_string).collect(),
        }
    }

    fn anybody(&mut self) -> PersonId {
        self.dice.pick(&self.people).expect("there are people")
    }

    /// Whoever would do it; one time in five anybody.
    fn who(&mut self, would: PersonId) -> PersonId {
        if self.dice.once_in(5) { self.anybody() } else { would }
    }

    fn coordinator(&mut self, programme: usize) -> PersonId {
        let would = if programme == 0 && self.dice.once_in(3) {
            self.second
        } else {
            self.world.coordinators[programme]
        };
        self.who(would)
    }

    fn on(&self, who: PersonId, path: &str, operation: &str, body: Option<&Value>) -> Reply {
        let read = self.world.app.get(who, path);
        let etag = read.header("etag").unwrap_or("\"v1\"").to_owned();
        self.world.app.call(Some(who), "POST", &format!("{path}/{operation}"), body, Some(&etag))
    }

    /// Takes one step.
    pub fn step(&mut self) -> Option<Reply> {
        let kind = self.dice.below(125);
        let (name, reply) = match kind {
            0..=6 => ("submit", self.submit()),
            7..=13 => ("consent", self.consent()),
            14..=17 => ("report or confirm", self.report()),
            18..=28 => ("propose", self.propose()),
            29..=31 => ("another school", self.another_school()),
            32..=39 => ("answer ties", self.answer_ties()),
            40..=51 => ("answer", self.answer()),
            52..=59 => ("the whole way", self.whole_way()),
            60..=66 => ("tie", self.tie()),
            67..=70 => ("end tie", self.end_tie()),
            71..=74 => ("withdraw", self.withdraw()),
            75..=79 => ("match", self.on_match()),
            80..=82 => ("buddy", self.change_buddy()),
            83..=84 => ("certificate", self.certificate()),
            85..=87 => ("conversation", self.converse()),
            88..=89 => ("pupil", self.pupil()),
            90..=92 => ("days go by", self.days()),
            93 => ("school moves", self.school_moves()),
            94 => ("seat", Some(self.seat())),
            95 => ("role", self.role()),
            96 => ("form", Some(self.form())),
            97 => ("notice", self.notice()),
            98..=99 => ("take a proposal back", self.take_back()),
            100..=109 => ("talk", self.talk()),
            110..=113 => ("role", self.role()),
            114..=117 => ("tie of the next kind", self.tie_of_the_next_kind()),
            118 => ("tie of a coordinator", Some(self.coordinator_tie())),
            119 => ("erase", self.erase()),
            120 => ("hold", self.hold()),
            121..=122 => ("write", self.write()),
            _ => ("look around", self.look_around()),
        };
        self.lately.push(format!("{name} {}", reply.as_ref().map_or(0, |reply| reply.status)));
        reply
    }
}
