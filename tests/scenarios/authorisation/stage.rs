//! What is called: the objects of each column, in the state in which the call would succeed for whoever may make it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Days;
use naast_api::events::outbound::{Addresses, Names, Outbound, Patience};
use naast_domain::Date;
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, World};
use naast_tests::{Engine, random_id};
use serde_json::{Value, json};

use super::cast::Cast;
use super::objects::{Objects, STATES, State};
use super::table::Column;
use crate::consents::confirmation_in;
use crate::signing_in::letters;

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

    /// A day far ahead that was not given before.
    fn next_day(&self) -> String {
        self.days.set(self.days.get() + 1);
        let first = Date::from_ymd_opt(2900, 1, 1).expect("a day");
        (first + Days::new(self.days.get())).to_string()
    }

    /// What is in a column besides the case.
    fn places(&self, column: Column) -> Objects {
        let (world, side) = (&self.world, self.side(column));
        let abroad = usize::from(column == Column::Foreign);
        let organisation = [&world.association, &world.school][abroad].clone();
        let person = world.person().to_string();
        let body = json!({ "personId": person, "role": "auditor" });
        let list = format!("/organisations/{organisation}/memberships");
        let membership = world.app.post(world.administrator, &list, &body).expect(201).id();
        let imports = world.app.get(world.administrator, "/directory-imports").expect(200);
        Objects {
            programme: world.programmes[side.programme].clone(),
            organisation,
            membership,
            school: side.school.to_owned(),
            board: ["99901", "99902"][abroad].to_owned(),
            partnership: ["PO9901", "PO9902"][abroad].to_owned(),
            import: imports.body["data"][abroad]["id"].as_str().expect("an import").to_owned(),
            activity: "matching".to_owned(),
            problem: "not-found".to_owned(),
            buddy: side.buddy.id.clone(),
            tie: self.tie(column),
            own_tie: self.own_tie(column),
            conversation: if column == Column::Over { String::new() } else { self.conversation(column) },
            invitation: if column == Column::Own { self.invitation() } else { String::new() },
            code: if column == Column::Own { self.code() } else { String::new() },
            confirmation: if column == Column::Own { self.confirmation() } else { String::new() },
            subscription: self.subscription(column),
            person,
            day: self.next_day(),
            ..Objects::default()
        }
    }

    /// A new tie of the column's buddy, which the parent of the column is told.
    fn tie(&self, column: Column) -> String {
        let side = self.side(column);
        let about = json!({ "kind": "school", "locationCode": side.school });
        self.world.tie(&side.buddy, "own-child-at-school", &about).expect(201).id()
    }

    /// A webhook of the column's programme.
    fn subscription(&self, column: Column) -> String {
        let (world, side) = (&self.world, self.side(column));
        let body = json!({
            "programmeId": world.programmes[side.programme], "url": "https://hooks.example.org/naast",
            "eventTypes": ["nl.naast.request.submitted"]
        });
        let made = world.app.post(world.administrator, "/webhook-subscriptions", &body).expect(201);
        made.body["subscription"]["id"].as_str().expect("an id").to_owned()
    }

    /// A tie of a coordinator of the column's programme, of a colleague of hers in the column beside it.
    fn own_tie(&self, column: Column) -> String {
        let (world, side) = (&self.world, self.side(column));
        let programme = &world.programmes[side.programme];
        let coordinator = match column {
            Column::Sister => world.member(&world.association, "coordinator", Some(programme)),
            _ => world.coordinators[side.programme],
        };
        let body = json!({ "kind": "political-office", "about": elsewhere() });
        world
            .app
            .post(coordinator, &format!("/programmes/{programme}/coordinator-ties"), &body)
            .expect(201)
            .id()
    }

    /// A new tie of the column's buddy, which no parent need be told.
    fn tie_elsewhere(&self, column: Column) -> String {
        let about = elsewhere();
        self.world.tie(&self.side(column).buddy, "political-office", &about).expect(201).id()
    }

    /// A new conversation at the column's school, in which the first question was asked.
    fn conversation(&self, column: Column) -> String {
        let (app, side) = (&self.world.app, self.side(column));
        let body =
            json!({ "locationCode": side.school, "parentReference": random_id(), "ground": "regular-talk" });
        let id = app.post(side.leader, "/conversations", &body).expect(201).id();
        let ask = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
        app.call(Some(side.leader), "POST", &format!("/conversations/{id}/answers"), Some(&ask), Some("*"))
            .expect(201);
        id
    }

    fn invitation(&self) -> String {
        let id = self.world.conversation();
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            self.world.step(&id, step).expect(201);
        }
        self.world.step(&id, "explain-buddy").expect(201).text("invitationCode")
    }

    fn code(&self) -> String {
        self.world.exchanged(&self.invitation())
    }

    /// A new case of a column, brought to a state.
    fn case(&self, column: Column, state: State, base: &Objects) -> Objects {
        let (world, side) = (&self.world, self.side(column));
        let mut objects = base.clone();
        let mut body = world.request_body(side.programme);
        body["locationCode"] = json!(side.school);
        body["contact"]["value"] = json!(contact_of(side.name));
        objects.request = world.app.post(side.parent, "/support-requests", &body).expect(201).id();
        // what the case has not come to yet is asked for by an id that nobody has
        (objects.proposal, objects.matched) = (random_id().to_string(), random_id().to_string());
        (objects.announcement, objects.announced) = (random_id().to_string(), random_id().to_string());
        (objects.note, objects.message) = (random_id().to_string(), random_id().to_string());
        let consents = format!("/support-requests/{}/consents", objects.request);
        if state >= State::Consented || column == Column::Over {
            objects.consent = world.consent(side.parent, &objects.request).expect(201).id();
        } else {
            objects.consent = self.reported(&side, &objects.request);
        }
        if state >= State::Proposed || column == Column::Over {
            objects.proposal = world.propose(side.programme, &objects.request, &side.buddy).expect(201).id();
            let shown = world.app.get(side.parent, &format!("/proposals/{}", objects.proposal)).expect(200);
            let told = shown.body["ties"][0]["finding"].as_str();
            told.expect("a tie is told").clone_into(&mut objects.finding);
        }
        if state >= State::Told || column == Column::Over {
            world.answer_ties(side.parent, &objects.proposal, "accepted");
        }
        if state >= State::Matched || column == Column::Over {
            world.answer(side.parent, &objects.proposal, "accepted").expect(201);
            let yes = world.answer(side.buddy.person, &objects.proposal, "accepted").expect(201);
            objects.matched = yes.text("matchId");
            let met = meeting(world.app.platform.clock.today());
            let path = format!("/matches/{}/contacts", objects.matched);
            world.app.post(side.buddy.person, &path, &met).expect(201);
            self.private_words(&mut objects, &side);
            self.announced(&mut objects, &side);
        }
        if state >= State::Matched || column == Column::Over {
            let words = json!({ "textVersion": "2026-1", "language": "nl" });
            let health = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words });
            let health = world.app.post(side.parent, &consents, &health).expect(201).id();
            let back = world.app.ask(side.parent, &format!("{consents}/{health}/withdrawal")).expect(200);
            let told = back.body["recipients"].as_array().expect("recipients");
            let buddy = told.iter().find(|one| one["kind"] == "buddy").expect("the buddy is told");
            buddy["noticeId"].as_str().expect("an id").clone_into(&mut objects.notice);
        } else {
            objects.notice = random_id().to_string();
        }
        if column == Column::Own && state == State::Matched {
            let code =
                world.app.ask(side.parent, &format!("/support-requests/{}/pupil-codes", objects.request));
            objects.pupil_code = code.expect(201).text("pupilCode");
        }
        let on_match = |act: &str, body: Option<&Value>| {
            let path = format!("/matches/{}/{act}", objects.matched);
            world.app.call(Some(side.parent), "POST", &path, body, Some("*")).expect(200);
        };
        if column == Column::Over {
            on_match("closure", Some(&json!({ "reason": "goal-reached" })));
            self.withdraw(column, &objects);
        } else if state == State::Paused {
            // each has asked for one, and can take it back
            for person in [side.parent, side.buddy.person, world.coordinators[side.programme]] {
                let path = format!("/matches/{}/pauses", objects.matched);
                world.app.call(Some(person), "POST", &path, None, Some("*")).expect(200);
            }
        }
        objects
    }

    /// A talk that the parent announced, as both sides know it.
    fn announced(&self, objects: &mut Objects, side: &Side) {
        let app = &self.world.app;
        let list = format!("/matches/{}/meeting-announcements", objects.matched);
        let body = announcement(app.platform.clock.today(), side.school);
        objects.announcement = app.post(side.parent, &list, &body).expect(201).id();
        let at_school = format!("/announced-meetings?locationCode={}&pageSize=1", side.school);
        let first = app.get(side.leader, &at_school).expect(200).body["data"][0].clone();
        first["id"].as_str().expect("it is shown").clone_into(&mut objects.announced);
    }

    /// What the parent wrote in the private space of the match.
    fn private_words(&self, objects: &mut Objects, side: &Side) {
        let path = format!("/matches/{}", objects.matched);
        let write = |list: &str, kind: Option<&str>| {
            let mut body = json!({ "text": private_words_of(side.name) });
            if let Some(kind) = kind {
                body["kind"] = json!(kind);
            }
            self.world.app.post(side.parent, &format!("{path}/{list}"), &body).expect(201).id()
        };
        objects.note = write("private-notes", Some("goal"));
        objects.spare_note = write("private-notes", Some("talk-preparation"));
        objects.message = write("messages", None);
        objects.spare_message = write("messages", None);
    }

    /// What the column's coordinator heard the parent say.
    fn reported(&self, side: &Side, request: &str) -> String {
        let body = json!({ "kind": "request", "text": { "textVersion": "2026-1", "language": "nl" } });
        let path = format!("/support-requests/{request}/reported-consents");
        self.world.app.post(self.world.coordinators[side.programme], &path, &body).expect(201).id()
    }

    /// The code of a letter that asks a parent to confirm what was heard of her.
    fn confirmation(&self) -> String {
        let side = self.side(Column::Own);
        // of a parent who has cases here anyway: nobody else's may be counted
        let request = self.world.request(side.programme, side.parent);
        letters(&self.world.app);
        self.reported(&side, &request);
        confirmation_in(&letters(&self.world.app)[0])
    }

    /// Withdraws a case, so that its buddy has her place back.
    fn withdraw(&self, column: Column, objects: &Objects) {
        let path = format!("/support-requests/{}/withdrawal", objects.request);
        self.world.app.ask(self.side(column).parent, &path).expect(200);
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

    /// Ids that nobody has, and beside them what a call needs to be in order.
    fn missing(&self) -> Objects {
        let id = || random_id().to_string();
        let own = self.kept[&(Column::Own, State::Told)].clone();
        Objects {
            programme: id(),
            organisation: id(),
            membership: id(),
            school: "98ZZ99".to_owned(),
            board: "99999".to_owned(),
            partnership: "PO9999".to_owned(),
            import: id(),
            activity: "marketing".to_owned(),
            problem: "no-such-problem".to_owned(),
            request: id(),
            proposal: id(),
            matched: id(),
            announcement: id(),
            announced: id(),
            note: id(),
            spare_note: id(),
            hold: id(),
            message: id(),
            spare_message: id(),
            tie: id(),
            subscription: id(),
            delivery: id(),
            own_tie: id(),
            conversation: id(),
            invitation: "ABCD-EFGH-2345-6789".to_owned(),
            code: "ABCD-EFGH-2345-6789".to_owned(),
            confirmation: "ABCD-EFGH-2345-6789".to_owned(),
            pupil_code: "ABCD-EFGH-2345-6789".to_owned(),
            consent: id(),
            notice: id(),
            buddy: id(),
            ..own
        }
    }

    /// Lifts the hold on a request, where there is one.
    fn lift(&self, request: &str) {
        let (app, path) = (&self.world.app, format!("/support-requests/{request}/holds"));
        let holds = app.get(self.world.administrator, &path).expect(200);
        if let Some(hold) = holds.body["data"][0]["id"].as_str() {
            app.ask(self.world.administrator, &format!("{path}/{hold}/release")).expect(200);
        }
    }

    /// A hold on a request that is in force.
    fn hold(&self, request: &str) -> String {
        let (app, path) = (&self.world.app, format!("/support-requests/{request}/holds"));
        let placed = app.post(self.world.administrator, &path, &json!({ "because": "complaint" }));
        if placed.status == 201 {
            return placed.id();
        }
        let holds = app.get(self.world.administrator, &path).expect(200);
        holds.body["data"][0]["id"].as_str().expect("a hold").to_owned()
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
    json!({ "kind": "municipality", "municipalityCode": "0363" })
}

/// That they met today.
pub fn meeting(today: Date) -> Value {
    json!({ "date": today, "channel": "online", "minutes": 30, "task": "listening" })
}

/// A talk on a day at a school, as its parent announces it.
pub fn announcement(day: Date, school: &str) -> Value {
    json!({
        "locationCode": school, "date": day, "startTime": "14:30", "place": "at-school",
        "recognition": { "by": "name", "value": "de ouder van groep 5" },
        "text": { "textVersion": "2026-1", "language": "nl" }
    })
}
