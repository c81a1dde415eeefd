//! What stands on the stage of its own: conversations, ties, subscriptions, and what is nowhere.

use chrono::Days;
use naast_domain::Date;
use naast_tests::random_id;
use naast_tests::world::Buddy;
use serde_json::{Value, json};

use super::super::objects::{Objects, State};
use super::super::table::Column;
use super::{Stage, elsewhere};

impl Stage {
    /// A day far ahead that was not given before.
    pub fn next_day(&self) -> String {
        self.days.set(self.days.get() + 1);
        let first = Date::from_ymd_opt(2900, 1, 1).expect("a day");
        (first + Days::new(self.days.get())).to_string()
    }

    /// What is in a column besides the case.
    pub(super) fn places(&self, column: Column) -> Objects {
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
            certificate: self.certificate(column),
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
    pub(super) fn tie(&self, column: Column) -> String {
        let side = self.side(column);
        let board = ["99901", "99902"][usize::from(column == Column::Foreign)];
        let about = json!({ "kind": "board", "boardNumber": board });
        self.new_tie(&side.buddy, "joint-council-member", &about)
    }

    /// A tie since a day of its own, two years ago and longer: the same one is not declared twice.
    fn new_tie(&self, buddy: &Buddy, kind: &str, about: &Value) -> String {
        self.days.set(self.days.get() + 1);
        let since = self.world.app.platform.clock.today() - Days::new(730 + self.days.get());
        let body = json!({ "kind": kind, "about": about, "sinceDate": since });
        self.world.app.post(buddy.person, &format!("/buddies/{}/ties", buddy.id), &body).expect(201).id()
    }

    /// A new certificate of the column's buddy; she has another of its kind.
    pub(super) fn certificate(&self, column: Column) -> String {
        let side = self.side(column);
        self.world.certificate(side.programme, &side.buddy, "training").expect(201).id()
    }

    /// A webhook of the column's programme.
    pub(super) fn subscription(&self, column: Column) -> String {
        let (world, side) = (&self.world, self.side(column));
        let body = json!({
            "programmeId": world.programmes[side.programme], "url": "https://hooks.example.org/naast",
            "eventTypes": ["nl.naast.request.submitted"]
        });
        let made = world.app.post(world.administrator, "/webhook-subscriptions", &body).expect(201);
        made.body["subscription"]["id"].as_str().expect("an id").to_owned()
    }

    /// A tie of a coordinator of the column's programme, of a colleague of hers in the column beside it.
    pub(super) fn own_tie(&self, column: Column) -> String {
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
    pub(super) fn tie_elsewhere(&self, column: Column) -> String {
        let about = elsewhere();
        self.new_tie(&self.side(column).buddy, "political-office", &about)
    }

    /// A new conversation at the column's school, in which the first question was asked.
    pub(super) fn conversation(&self, column: Column) -> String {
        let (app, side) = (&self.world.app, self.side(column));
        let body =
            json!({ "locationCode": side.school, "parentReference": random_id(), "ground": "regular-talk" });
        let id = app.post(side.leader, "/conversations", &body).expect(201).id();
        let ask = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
        app.call(Some(side.leader), "POST", &format!("/conversations/{id}/answers"), Some(&ask), Some("*"))
            .expect(201);
        id
    }

    pub(super) fn invitation(&self) -> String {
        let id = self.world.conversation();
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            self.world.step(&id, step).expect(201);
        }
        self.world.step(&id, "explain-buddy").expect(201).text("invitationCode")
    }

    pub(super) fn code(&self) -> String {
        self.world.exchanged(&self.invitation())
    }

    /// Ids that nobody has, and beside them what a call needs to be in order.
    pub(super) fn missing(&self) -> Objects {
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
            certificate: id(),
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
}
