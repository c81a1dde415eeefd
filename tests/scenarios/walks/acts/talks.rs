//! Talks at school: the parent announces that her buddy comes along, and takes it back; school notes what stands in the way. That a match ends with
//! talks that are announced comes by itself.

use chrono::Days;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, words};
use serde_json::{Value, json};

use super::Walk;

impl Walk<'_> {
    pub(super) fn talk(&mut self) -> Option<Reply> {
        match self.dice.below(6) {
            0..=2 => self.announce(),
            3 => self.cancel_talk(),
            4 => self.take_back_a_talk(),
            _ => self.object(),
        }
    }

    fn announce(&mut self) -> Option<Reply> {
        let (parent, matched) = self.dice.lately(&self.matches)?;
        let day = self.world.app.platform.clock.today() + Days::new(self.dice.below(60) as u64);
        let mut body = json!({ "date": day, "text": words("meeting-announcement") });
        if self.dice.once_in(2) {
            // a request may name no school
            body["locationCode"] = json!(SCHOOL);
        }
        let who = self.who(parent);
        let path = format!("/matches/{matched}/meeting-announcements");
        let reply = self.world.app.post(who, &path, &body);
        // school reads it soon, or its day is over
        if reply.status == 201 && self.dice.once_in(3) { self.object() } else { Some(reply) }
    }

    /// The announcement itself is cancelled; by whoever.
    fn cancel_talk(&mut self) -> Option<Reply> {
        let (parent, matched) = self.dice.lately(&self.matches)?;
        let list = format!("/matches/{matched}/meeting-announcements");
        let all = self.world.app.get(parent, &list).body["data"].clone();
        let one = self.dice.pick(all.as_array()?)?;
        let who = self.who(parent);
        Some(self.world.app.ask(who, &format!("{list}/{}/cancellation", one["id"].as_str()?)))
    }

    /// The consent to it is taken back, and the talk is cancelled with it.
    fn take_back_a_talk(&mut self) -> Option<Reply> {
        let (parent, _) = self.dice.lately(&self.matches)?;
        let all = self.world.app.get(parent, "/me/consents").body["data"].clone();
        let open = |one: &Value| {
            one["consent"]["kind"] == "meeting-announcement" && one["consent"]["withdrawnAt"].is_null()
        };
        let given: Vec<Value> = all.as_array()?.iter().filter(|one| open(one)).cloned().collect();
        let one = self.dice.lately(&given)?;
        let (request, id) = (one["consent"]["requestId"].as_str()?, one["consent"]["id"].as_str()?);
        let who = self.who(parent);
        Some(self.world.app.ask(who, &format!("/support-requests/{request}/consents/{id}/withdrawal")))
    }

    /// School notes that something stands in the way: it changes the talk, and refuses nothing.
    fn object(&mut self) -> Option<Reply> {
        let list = format!("/announced-meetings?locationCode={SCHOOL}");
        let all = self.world.app.get(self.world.leader, &list).body["data"].clone();
        let one = self.dice.pick(all.as_array()?)?;
        let noted = ["room", "date-changed", "talk-unknown"][self.dice.below(3)];
        let who = self.who(self.world.leader);
        let path = format!("/announced-meetings/{}/objections", one["id"].as_str()?);
        Some(self.world.app.post(who, &path, &json!({ "objection": noted })))
    }
}
