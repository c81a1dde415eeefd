//! What takes a case away: its parent asks for erasure, or its last day has come; and the holds that keep it.

use std::collections::BTreeSet;

use naast_api::privacy::round::round;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use serde_json::{Value, json};

use super::Walk;
use crate::looks::{count, lines};

impl Walk<'_> {
    /// A parent asks that everything of hers is erased; and whoever stays may ask for help again.
    pub(super) fn erase(&mut self) -> Option<Reply> {
        let parent = self.dice.pick(&self.parents)?;
        let who = self.who(parent);
        let sure = json!({ "confirmation": "erase-everything-of-mine" });
        let reply = self.world.app.post(who, "/me/erasure", &sure);
        let told = |ids: &Value| -> BTreeSet<String> {
            ids.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        if reply.status == 200 {
            let there = self.requests_there();
            let (erased, held) = (told(&reply.body["erasedRequestIds"]), told(&reply.body["heldRequestIds"]));
            if !erased.is_disjoint(&there) {
                self.lost.push("a request that she was told is erased and is there".to_owned());
            }
            if !held.is_subset(&there) {
                self.lost.push("a request that she was told is held and is gone".to_owned());
            }
        }
        self.take_leave();
        Some(reply)
    }

    /// The coordinator keeps a case from erasure, or lets go of one.
    pub(super) fn hold(&mut self) -> Option<Reply> {
        let (_, programme, request) = self.dice.lately(&self.requests)?;
        let list = format!("/support-requests/{request}/holds");
        let who = self.coordinator(programme);
        let all = self.world.app.get(who, &list).body["data"].clone();
        let open = all.as_array().into_iter().flatten().find(|one| one["liftedAt"].is_null());
        Some(match open.and_then(|one| one["id"].as_str()) {
            Some(hold) => self.world.app.ask(who, &format!("{list}/{hold}/release")),
            None => self.world.app.post(who, &list, &json!({ "because": "complaint" })),
        })
    }

    /// The round of retention, as the platform makes it each day: what runs or is held stays, what was asked for and has ended goes.
    pub(super) fn retention_round(&mut self) {
        let to_stay = "SELECT CAST(r.id AS text) AS name FROM support_requests r WHERE \
                       EXISTS (SELECT 1 FROM matches m WHERE m.request_id = r.id AND m.state <> 'closed') \
                       OR EXISTS (SELECT 1 FROM holds h WHERE h.request_id = r.id AND h.lifted_at IS NULL)";
        let to_stay = lines(self.world, to_stay);
        let platform = &self.world.app.platform;
        round(platform, platform.clock.now(), false).expect("a round");
        let there = self.requests_there();
        if to_stay.iter().any(|request| !there.contains(request)) {
            self.lost.push("a case that runs or is held, erased by a round".to_owned());
        }
        let asked = "support_requests r JOIN erasure_requests e ON e.person_id = r.parent_id \
                     WHERE r.created_at <= e.asked_at AND r.state IN ('withdrawn', 'closed') \
                     AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.request_id = r.id AND h.lifted_at IS NULL)";
        if count(self.world, asked) > 0 {
            self.lost.push(
                "a case that its parent asked to erase, that nothing holds, and that a round left".to_owned(),
            );
        }
        self.take_leave();
    }

    fn requests_there(&self) -> BTreeSet<String> {
        lines(self.world, "SELECT CAST(id AS text) AS name FROM support_requests").into_iter().collect()
    }

    /// Whoever and whatever is no longer there has no part in the walk any more; somebody new comes in the place of a person.
    fn take_leave(&mut self) {
        let there = self.requests_there();
        let gone = self.requests.extract_if(.., |(_, _, request)| !there.contains(request));
        self.erased.extend(gone.map(|(_, _, request)| request));
        let ids = |table: &str| -> BTreeSet<String> {
            lines(self.world, &format!("SELECT CAST(id AS text) AS name FROM {table}")).into_iter().collect()
        };
        let (proposals, matches, people) = (ids("proposals"), ids("matches"), ids("people"));
        self.proposals.retain(|(_, _, proposal)| proposals.contains(proposal));
        self.matches.retain(|(_, matched)| matches.contains(matched));
        self.buddies.retain(|(_, buddy)| people.contains(&buddy.person.to_string()));
        let left: Vec<PersonId> =
            self.people.iter().filter(|person| !people.contains(&person.to_string())).copied().collect();
        for person in left {
            if self.parents.contains(&person) {
                self.parents_left.push(person);
            }
            let somebody = self.world.person();
            for one in self.people.iter_mut().chain(&mut self.parents).filter(|one| **one == person) {
                *one = somebody;
            }
            self.left.push(person);
        }
    }
}
