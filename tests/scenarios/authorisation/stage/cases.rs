//! A case in each of its states, with everything that belongs to it.

use naast_tests::random_id;
use naast_tests::world::words;
use serde_json::{Value, json};

use super::super::objects::{Objects, State};
use super::super::table::Column;
use super::{Side, Stage, announcement, contact_of, meeting, private_words_of};
use crate::consents::confirmation_in;
use crate::looks::at_school;
use crate::signing_in::letters;

impl Stage {
    /// A new case of a column, brought to a state.
    pub(super) fn case(&self, column: Column, state: State, base: &Objects) -> Objects {
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
            let health = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
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
    pub(super) fn announced(&self, objects: &mut Objects, side: &Side) {
        let app = &self.world.app;
        let list = format!("/matches/{}/meeting-announcements", objects.matched);
        let body = announcement(app.platform.clock.today(), side.school);
        objects.announcement = app.post(side.parent, &list, &body).expect(201).id();
        objects.announced = at_school(&self.world, &objects.announcement);
        app.get(side.leader, &format!("/announced-meetings/{}", objects.announced)).expect(200);
    }

    /// What the parent wrote in the private space of the match.
    pub(super) fn private_words(&self, objects: &mut Objects, side: &Side) {
        let path = format!("/matches/{}", objects.matched);
        let write = |list: &str, kind: Option<&str>| {
            let mut body = json!({ "text": private_words_of(side.name), "aboutHealth": false });
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
    pub(super) fn reported(&self, side: &Side, request: &str) -> String {
        let body = json!({ "kind": "request", "text": words("request") });
        let path = format!("/support-requests/{request}/reported-consents");
        self.world.app.post(self.world.coordinators[side.programme], &path, &body).expect(201).id()
    }

    /// The code of a letter that asks a parent to confirm what was heard of her.
    pub(super) fn confirmation(&self) -> String {
        let side = self.side(Column::Own);
        // of a parent who has cases here anyway: nobody else's may be counted
        let request = self.world.request(side.programme, side.parent);
        letters(&self.world.app);
        self.reported(&side, &request);
        confirmation_in(&letters(&self.world.app)[0])
    }

    /// Withdraws a case, so that its buddy has her place back.
    pub(super) fn withdraw(&self, column: Column, objects: &Objects) {
        let path = format!("/support-requests/{}/withdrawal", objects.request);
        self.world.app.ask(self.side(column).parent, &path).expect(200);
    }

    /// Lifts the hold on a request, where there is one.
    pub fn lift(&self, request: &str) {
        let (app, path) = (&self.world.app, format!("/support-requests/{request}/holds"));
        let holds = app.get(self.world.administrator, &path).expect(200);
        if let Some(hold) = holds.body["data"][0]["id"].as_str() {
            app.ask(self.world.administrator, &format!("{path}/{hold}/release")).expect(200);
        }
    }

    /// A hold on a request that is in force.
    pub fn hold(&self, request: &str) -> String {
        let (app, path) = (&self.world.app, format!("/support-requests/{request}/holds"));
        let placed = app.post(self.world.administrator, &path, &json!({ "because": "complaint" }));
        if placed.status == 201 {
            return placed.id();
        }
        let holds = app.get(self.world.administrator, &path).expect(200);
        holds.body["data"][0]["id"].as_str().expect("a hold").to_owned()
    }
}
