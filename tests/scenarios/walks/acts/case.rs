//! What is done in a case: by the parent, her buddy, the coordinator and the pupil.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, words};
use serde_json::{Value, json};

use super::Walk;
use crate::looks::count;

impl Walk<'_> {
    pub(super) fn submit(&mut self) -> Option<Reply> {
        let (parent, programme) = (self.dice.pick(&self.parents)?, [0, 0, 0, 1, 2][self.dice.below(5)]);
        let mut body = self.world.request_body(programme);
        if self.dice.once_in(5) {
            body["locationCode"] = Value::Null;
        }
        let reply = self.world.app.post(parent, "/support-requests", &body);
        if reply.status == 201 {
            self.requests.push((parent, programme, reply.id()));
        }
        Some(reply)
    }

    pub(super) fn consent(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.lately(&self.requests)?;
        let who = self.who(parent);
        let body = match self.dice.below(6) {
            0 => {
                json!({ "kind": "child-health-data", "text": words("child-health-data"), "childAge": "under-16" })
            }
            1 => {
                json!({ "kind": "pool", "text": words("pool"), "poolOrganisationId": self.world.association })
            }
            _ => self.request_consent(programme),
        };
        Some(self.world.app.post(who, &format!("/support-requests/{request}/consents"), &body))
    }

    /// The consent to a request; three times in four with what a parent must have been shown of the programme as it is today.
    fn request_consent(&mut self, programme: usize) -> Value {
        let mut body = json!({ "kind": "request", "text": words("request") });
        if !self.dice.once_in(4) {
            let path = format!("/programmes/{}", self.world.programmes[programme]);
            body["formShown"] = self.world.app.get(self.world.administrator, &path).body["form"].clone();
            body["programmesShown"] = json!(self.world.programmes);
        }
        body
    }

    pub(super) fn report(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.pick(&self.requests)?;
        let path = format!("/support-requests/{request}");
        let heard = self.request_consent(programme);
        let who = self.coordinator(programme);
        let reply = self.world.app.post(who, &format!("{path}/reported-consents"), &heard);
        if reply.status != 201 || self.dice.once_in(4) {
            return Some(reply);
        }
        let who = self.who(parent);
        let read = json!({ "text": words("request"), "programmesShown": heard["programmesShown"] });
        Some(self.world.app.post(who, &format!("{path}/consents/{}/confirmation", reply.id()), &read))
    }

    pub(super) fn propose(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.lately(&self.requests)?;
        let of = |(at, _): &&(usize, Buddy)| *at == programme;
        let near: Vec<_> = self.buddies.iter().filter(of).cloned().collect();
        // whoever waits already is put to another parent as well, so that some have no place left by the time that they answer
        let waiting = self.proposals.iter().rev().map(|(_, buddy, _)| buddy.id.clone());
        let waiting = waiting.take(5).find_map(|id| near.iter().find(|(_, one)| one.id == id).cloned());
        let (_, buddy) = match waiting {
            Some(one) if self.dice.once_in(2) => one,
            _ if self.dice.once_in(8) => self.dice.pick(&self.buddies)?,
            _ => self.dice.pick(&near)?,
        };
        let who = self.coordinator(programme);
        let body = json!({ "buddyId": buddy.id });
        let reply = self.world.app.post(who, &format!("/support-requests/{request}/proposals"), &body);
        if reply.status == 201 {
            self.proposals.push((parent, buddy, reply.id()));
        }
        Some(reply)
    }

    /// The coordinator takes a proposal back.
    pub(super) fn take_back(&mut self) -> Option<Reply> {
        let app = &self.world.app;
        let path = |id: &str| format!("/proposals/{id}");
        let last = self.proposals.iter().rev().take(20);
        let waits =
            |(parent, _, id): &&(_, Buddy, String)| app.get(*parent, &path(id)).body["state"] == "open";
        let (_, buddy, proposal) = last.filter(waits).last().cloned()?;
        let of = app.get(buddy.person, &format!("/buddies/{}", buddy.id)).body["programmeId"].clone();
        let programme = self.world.programmes.iter().position(|one| of == one.as_str())?;
        let who = self.coordinator(programme);
        let body = json!({ "reason": "no-answer" });
        Some(self.on(who, &format!("/proposals/{proposal}"), "cancellation", Some(&body)))
    }

    pub(super) fn answer_ties(&mut self) -> Option<Reply> {
        let (parent, _, proposal) = self.dice.lately(&self.proposals)?;
        let path = format!("/proposals/{proposal}");
        let shown = self.world.app.get(parent, &path).body["ties"].clone();
        let said = if self.dice.once_in(8) { "refused" } else { "accepted" };
        let mut answers: Vec<Value> = shown
            .as_array()?
            .iter()
            .map(|tie| json!({ "finding": tie["finding"], "answer": said }))
            .collect();
        if self.dice.once_in(4) {
            // not all of them
            answers.truncate(1);
        }
        if answers.is_empty() {
            answers.push(json!({ "finding": "28", "answer": said }));
        }
        let who = self.who(parent);
        let body = json!({ "answers": answers });
        Some(self.world.app.call(Some(who), "POST", &format!("{path}/tie-answers"), Some(&body), Some("*")))
    }

    pub(super) fn answer(&mut self) -> Option<Reply> {
        let (parent, buddy, proposal) = self.dice.lately(&self.proposals)?;
        let said = if self.dice.once_in(10) { "refused" } else { "accepted" };
        let path = format!("/proposals/{proposal}");
        let asked = self.world.ties_to_ask(buddy.person, &proposal);
        let mut body = json!({ "answer": said, "tiesAsked": asked });
        if self.dice.once_in(8) {
            // without it a buddy's yes is none
            body["tiesAsked"] = Value::Null;
        }
        let first = self.who(parent);
        let mut reply = self.on(first, &path, "acceptances", Some(&body));
        if !self.dice.once_in(3) {
            let second = self.who(buddy.person);
            reply = self.on(second, &path, "acceptances", Some(&body));
        }
        self.began(parent, &buddy, &reply);
        Some(reply)
    }

    /// When a match began with this answer, it is one of the parent's, and its buddy has a place for it.
    fn began(&mut self, parent: PersonId, buddy: &Buddy, reply: &Reply) {
        let Some(id) = reply.body["matchId"].as_str() else { return };
        // a yes that is given again names the match as well, and her places may be fewer by then
        let is_new = self.matches.iter().all(|(_, one)| one != id);
        self.matches.push((parent, id.to_owned()));
        let rows = format!("buddies WHERE id = '{}' AND matches > capacity", buddy.id);
        if is_new && count(self.world, &rows) > 0 {
            self.lost.push("a match that began beyond the places of its buddy".to_owned());
        }
    }

    /// What a case is when nothing comes between: asked, consented, proposed, told, and said yes to by both.
    pub(super) fn whole_way(&mut self) -> Option<Reply> {
        let app = &self.world.app;
        let (parent, (programme, buddy)) = (self.dice.pick(&self.parents)?, self.dice.pick(&self.buddies)?);
        let made = app.post(parent, "/support-requests", &self.world.request_body(programme));
        if made.status != 201 {
            return Some(made);
        }
        let request = made.id();
        self.requests.push((parent, programme, request.clone()));
        self.world.consent(parent, &request);
        let proposed = self.world.propose(programme, &request, &buddy);
        if proposed.status != 201 {
            return Some(proposed);
        }
        let proposal = proposed.id();
        self.proposals.push((parent, buddy.clone(), proposal.clone()));
        self.world.answer_ties(parent, &proposal, "accepted");
        let path = format!("/proposals/{proposal}");
        let asked = self.world.ties_to_ask(buddy.person, &proposal);
        let yes = json!({ "answer": "accepted", "tiesAsked": asked });
        self.on(parent, &path, "acceptances", Some(&yes));
        let reply = self.on(buddy.person, &path, "acceptances", Some(&yes));
        self.began(parent, &buddy, &reply);
        Some(reply)
    }

    /// The child goes to another school, or the parent names it after all, or no longer; at any moment, also after the buddy's yes.
    pub(super) fn another_school(&mut self) -> Option<Reply> {
        let (parent, _, request) = self.dice.lately(&self.requests)?;
        let path = format!("/support-requests/{request}");
        let school = [Some(SCHOOL), Some(SCHOOL), Some(SISTER), Some(ELSEWHERE), None][self.dice.below(5)];
        let mut body = json!({ "locationCode": school });
        if !self.dice.once_in(4) {
            body["programmesShown"] = json!(self.world.programmes);
        }
        let who = self.who(parent);
        let read = self.world.app.get(who, &path);
        let etag = read.header("etag").unwrap_or("\"v1\"").to_owned();
        Some(self.world.app.call(Some(who), "PATCH", &path, Some(&body), Some(&etag)))
    }

    pub(super) fn withdraw(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.pick(&self.requests)?;
        let path = format!("/support-requests/{request}");
        match self.dice.below(8) {
            0..=3 => {
                let who = if self.dice.once_in(4) { self.coordinator(programme) } else { self.who(parent) };
                Some(self.world.app.ask(who, &format!("{path}/withdrawal")))
            }
            4..=6 => {
                let given = self.world.app.get(parent, &format!("{path}/consents")).body["data"].clone();
                let one = self.dice.pick(given.as_array()?)?;
                let who = self.who(parent);
                Some(self.world.app.ask(who, &format!("{path}/consents/{}/withdrawal", one["id"].as_str()?)))
            }
            _ => Some(self.world.app.ask(parent, "/me/consents/withdrawal")),
        }
    }

    pub(super) fn on_match(&mut self) -> Option<Reply> {
        let (parent, matched) = self.dice.pick(&self.matches)?;
        let path = format!("/matches/{matched}");
        let who = if self.dice.once_in(2) { parent } else { self.anybody() };
        Some(match self.dice.below(5) {
            0 | 1 => self.on(who, &path, "pauses", None),
            2 | 3 => self.on(who, &path, "resumptions", None),
            _ => {
                let reasons = ["goal-reached", "other-buddy", "buddy-stops", "parent-stops"];
                let reason = json!({ "reason": reasons[self.dice.below(4)] });
                self.on(who, &path, "closure", Some(&reason))
            }
        })
    }

    pub(super) fn pupil(&mut self) -> Option<Reply> {
        let app = &self.world.app;
        if self.dice.once_in(2) {
            let (parent, _, request) = self.dice.pick(&self.requests)?;
            let who = self.who(parent);
            let reply = app.ask(who, &format!("/support-requests/{request}/pupil-codes"));
            if reply.status == 201 {
                self.pupils.push(reply.text("pupilCode"));
            }
            return Some(reply);
        }
        let code = self.dice.pick(&self.pupils)?;
        if self.dice.once_in(3) {
            return Some(app.call(
                None,
                "POST",
                "/pupil-consents/withdrawal",
                Some(&json!({ "code": code })),
                None,
            ));
        }
        let yes = json!({ "code": code, "text": words("pupil-health-data") });
        Some(app.call(None, "POST", "/pupil-consents", Some(&yes), None))
    }

    pub(super) fn notice(&mut self) -> Option<Reply> {
        let (_, programme, request) = self.dice.pick(&self.requests)?;
        let list = format!("/support-requests/{request}/withdrawal-recipients");
        let told = self.world.app.get(self.world.coordinators[programme], &list).body["data"].clone();
        let one = self.dice.pick(told.as_array()?)?;
        let who = self.coordinator(programme);
        Some(
            self.world
                .app
                .ask(who, &format!("/withdrawal-notices/{}/confirmation", one["noticeId"].as_str()?)),
        )
    }
}
