//! What changes around the cases: ties, certificates, schools, forms, days, and conversations at school.

use chrono::{Days, TimeDelta};
use naast_api::independence::round::round;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, SCHOOL, SISTER};
use serde_json::json;

use super::{KINDS, Walk};
use crate::looks::count;

impl Walk<'_> {
    pub(super) fn tie(&mut self) -> Option<Reply> {
        let (_, buddy) = self.dice.pick(&self.buddies)?;
        if self.dice.once_in(3) {
            return Some(self.tie_beyond_the_school(&buddy));
        }
        // what blocks for good is rare, or nobody would be matched for long
        let kind = KINDS[if self.dice.once_in(4) { self.dice.below(6) } else { self.dice.below(4) }];
        let school = if self.dice.once_in(4) { SISTER } else { SCHOOL };
        let today = self.world.app.platform.clock.today();
        let day = |days: usize| Days::new(days as u64);
        let since = if self.dice.once_in(5) {
            today + day(1 + self.dice.below(40))
        } else {
            today - day(self.dice.below(1_500))
        };
        let mut body = json!({ "kind": kind, "about": { "kind": "school", "locationCode": school }, "sinceDate": since });
        if since < today && self.dice.once_in(3) {
            body["untilDate"] = json!((today - day(self.dice.below(1_600))).max(since));
        }
        let who = self.who(buddy.person);
        Some(self.world.app.post(who, &format!("/buddies/{}/ties", buddy.id), &body))
    }

    /// A tie with a board, a partnership or a municipality, of the school or of another.
    fn tie_beyond_the_school(&mut self, buddy: &Buddy) -> Reply {
        let boards = ["99901", "99902"];
        let (here, there) = (json!({ "kind": "partnership", "partnershipCode": "PO9901" }), "PO9902");
        let elsewhere = json!({ "kind": "partnership", "partnershipCode": there });
        let board = json!({ "kind": "board", "boardNumber": boards[self.dice.below(2)] });
        let seat = json!({
            "kind": "seat", "partnershipCode": "PO9901", "boardNumber": boards[self.dice.below(2)]
        });
        let municipality = json!({ "kind": "municipality", "municipalityCode": "9901" });
        let (kind, about) = match self.dice.below(12) {
            0 | 1 => ("joint-council-member", board),
            2 => ("support-plan-council-parent", here),
            3 => ("support-plan-council-staff", seat),
            4 => ("support-point-worker", elsewhere),
            5 => ("paid-by-partnership", here),
            6 => ("political-office", municipality),
            7 => ("employed-at-board-office", board),
            8 => ("board-or-supervisory-member", board),
            9 => ("employed-by-partnership", elsewhere),
            10 => ("partnership-board-member", elsewhere),
            // for some months only: what ends counts no longer
            _ => ("employed-by-partnership", here),
        };
        let today = self.world.app.platform.clock.today();
        let since = today - Days::new(1 + self.dice.below(900) as u64);
        let mut body = json!({ "kind": kind, "about": about, "sinceDate": since });
        if self.dice.once_in(3) {
            body["untilDate"] = json!((today - Days::new(self.dice.below(300) as u64)).max(since));
        }
        let who = self.who(buddy.person);
        self.world.app.post(who, &format!("/buddies/{}/ties", buddy.id), &body)
    }

    /// A buddy gets a role at the school, the board or the partnership, a seat on its council or a task in its programme, or one of hers
    /// ends: a tie that nobody declares.
    pub(super) fn role(&mut self) -> Option<Reply> {
        if self.dice.once_in(2)
            && let Some((path, role)) = self.dice.pick(&self.roles)
        {
            let place = format!("{path}/{role}");
            return Some(self.world.app.patch(
                self.world.administrator,
                &place,
                &json!({ "status": "ended" }),
            ));
        }
        let (_, buddy) = self.dice.pick(&self.buddies)?;
        let places = [
            (&self.world.school, "school-staff"),
            (&self.world.school, "professional"),
            (&self.board, "board-member"),
            (&self.partnership, "partnership-staff"),
            (&self.world.school, "council-member"),
            (&self.board, "council-member"),
            (&self.partnership, "council-member"),
            (&self.world.school, "trainer"),
        ];
        let (organisation, role) = places[self.dice.below(places.len())];
        let path = format!("/organisations/{organisation}/memberships");
        let mut body = json!({ "personId": buddy.person, "role": role });
        if role == "trainer" {
            body["programmeId"] = json!(self.world.programmes[1]);
        }
        let reply = self.world.app.post(self.world.administrator, &path, &body);
        if reply.status == 201 {
            self.roles.push((path, reply.id()));
        }
        Some(reply)
    }

    pub(super) fn end_tie(&mut self) -> Option<Reply> {
        let (_, buddy) = self.dice.pick(&self.buddies)?;
        let path = format!("/buddies/{}/ties", buddy.id);
        let ties = self.world.app.get(buddy.person, &path).body["data"].clone();
        let tie = self.dice.pick(ties.as_array()?)?;
        let today = self.world.app.platform.clock.today();
        let end = json!({ "untilDate": today - Days::new(self.dice.below(1_500) as u64) });
        let place = format!("{path}/{}", tie["id"].as_str()?);
        let who = self.who(buddy.person);
        Some(self.world.app.call(Some(who), "PATCH", &place, Some(&end), tie["etag"].as_str()))
    }

    /// A buddy is changed, or another comes in the place of the one who was there longest.
    pub(super) fn change_buddy(&mut self) -> Option<Reply> {
        if self.dice.once_in(2) {
            let programme = [0, 0, 0, 1, 2][self.dice.below(5)];
            let hers = format!("buddies WHERE person_id = '{}' AND status <> 'left'", self.second);
            let is_there = count(self.world, &hers) > 0;
            let coordinator = (programme == 0 && !is_there && self.dice.once_in(3)).then_some(self.second);
            self.buddy_comes(programme, coordinator);
            return None;
        }
        let (programme, buddy) = self.dice.pick(&self.buddies)?;
        let path = format!("/buddies/{}", buddy.id);
        if self.dice.once_in(5) {
            // she leaves, and comes again with a profile of its own: what ties her came along
            let left = json!({ "status": "left" });
            let reply = self.world.app.patch(self.world.coordinators[programme], &path, &left);
            if reply.status == 200 {
                self.buddies.retain(|(_, one)| one.id != buddy.id);
                self.buddy_comes(programme, Some(buddy.person));
            }
            return Some(reply);
        }
        let who = self.coordinator(programme);
        let read = self.world.app.get(who, &path);
        let etag = read.header("etag").unwrap_or("\"v1\"").to_owned();
        let status = ["active", "active", "paused"][self.dice.below(3)];
        let body = json!({ "status": status, "capacity": self.dice.below(4) });
        Some(self.world.app.call(Some(who), "PATCH", &path, Some(&body), Some(&etag)))
    }

    /// Somebody new becomes a buddy, or somebody who is there already.
    fn buddy_comes(&mut self, programme: usize, person: Option<PersonId>) {
        let mut change = json!({ "capacity": 2 });
        if let Some(person) = person {
            change["personId"] = json!(person);
        }
        let buddy = self.world.buddy(programme, &change);
        if person.is_none() {
            self.people.push(buddy.person);
        }
        self.buddies.push((programme, buddy));
        if self.buddies.len() > 9 {
            self.buddies.remove(0);
        }
    }

    /// The second coordinator declares a tie of her own, which is one of hers as a buddy too.
    pub(super) fn coordinator_tie(&mut self) -> Reply {
        let kind = ["own-child-at-school", "council-member-parent", "employed-at-school"][self.dice.below(3)];
        let since = self.world.app.platform.clock.today() - Days::new(1 + self.dice.below(900) as u64);
        let school = if self.dice.once_in(3) { SCHOOL } else { SISTER };
        let about = json!({ "kind": "school", "locationCode": school });
        let body = json!({ "kind": kind, "about": about, "sinceDate": since });
        let path = format!("/programmes/{}/coordinator-ties", self.world.programmes[0]);
        self.world.app.post(self.second, &path, &body)
    }

    pub(super) fn certificate(&mut self) -> Option<Reply> {
        let (programme, buddy) = self.dice.pick(&self.buddies)?;
        // asked anew as well, or nobody could be proposed, and nobody supported, after a year
        let asked = format!("/buddies/{}/tie-declarations", buddy.id);
        self.world.app.call(Some(buddy.person), "POST", &asked, None, Some("*"));
        self.world.coordinators_declare();
        if self.dice.once_in(4) {
            // one that was recorded by mistake: what runs rests, unless she has another of its kind
            let list = format!("/buddies/{}/certificates", buddy.id);
            let coordinator = self.world.coordinators[programme];
            let all = self.world.app.get(coordinator, &list).body["data"].clone();
            let one = self.dice.pick(all.as_array()?)?;
            let path = format!("{list}/{}", one["id"].as_str()?);
            return Some(self.world.app.call(Some(coordinator), "DELETE", &path, None, None));
        }
        let kind = ["vog", "training", "agreement", "code-of-conduct"][self.dice.below(4)];
        Some(self.world.certificate(programme, &buddy, kind))
    }

    pub(super) fn converse(&mut self) -> Option<Reply> {
        if self.dice.once_in(3) {
            let code = self.dice.pick(&self.codes)?;
            let step = ["withdraw", "take-time", "decline-buddy"][self.dice.below(3)];
            return Some(self.world.parent_step(&code, step));
        }
        let code = match self.explained() {
            Ok(code) => code,
            // where every programme is a school's own by now, there is nothing that may be told
            Err(refusal) => return Some(refusal),
        };
        self.codes.push(code.clone());
        let who = if self.dice.once_in(6) { self.anybody() } else { self.dice.pick(&self.parents)? };
        let programme = self.dice.below(3);
        let reply = self.world.refer(who, &code, &self.world.request_body(programme));
        if reply.status == 201 {
            self.requests.push((who, programme, reply.id()));
        }
        Some(reply)
    }

    /// A talk at school, up to the moment that the parent has her code.
    pub(super) fn explained(&mut self) -> Result<String, Reply> {
        let body = json!({
            "locationCode": SCHOOL, "parentReference": naast_tests::random_id(), "ground": "regular-talk"
        });
        let opened = self.world.app.post(self.world.leader, "/conversations", &body);
        if opened.status != 201 {
            return Err(opened);
        }
        let talk = opened.id();
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            self.world.step(&talk, step).expect(201);
        }
        let explained = self.world.step(&talk, "explain-buddy");
        if explained.status != 201 {
            return Err(explained);
        }
        Ok(self.world.exchanged(&explained.text("invitationCode")))
    }

    /// Days go by, and the platform makes its rounds, as it does by itself.
    pub(super) fn days(&mut self) -> Option<Reply> {
        let days = [1, 1, 7, 30, 100][self.dice.below(5)];
        self.world.app.platform.clock.advance(TimeDelta::days(days));
        round(&self.world.app.platform).expect("the rules can be asked");
        self.retention_round();
        None
    }

    pub(super) fn school_moves(&mut self) -> Option<Reply> {
        self.world.move_school(["99901", "99902"][self.dice.below(2)]);
        round(&self.world.app.platform).expect("the rules can be asked");
        None
    }

    /// The second coordinator's seat is suspended and given back.
    pub(super) fn seat(&mut self) -> Reply {
        let path = format!("{}/{}", self.seat.0, self.seat.1);
        let status = ["active", "suspended"][self.dice.below(2)];
        let reply = self.world.app.patch(self.world.administrator, &path, &json!({ "status": status }));
        if reply.status == 200 && status == "suspended" {
            let list = format!("/support-requests?programmeId={}", self.world.programmes[0]);
            let seen = self.world.app.get(self.second, &list);
            let rows = seen.body["data"].as_array().map_or(0, Vec::len);
            assert_eq!(rows, 0, "who holds no seat sees nothing");
        }
        reply
    }

    pub(super) fn form(&mut self) -> Reply {
        self.forms += 1;
        let programme = self.dice.below(3);
        let path = format!("/programmes/{}", self.world.programmes[programme]);
        let (form, funder) =
            [("independent", "members"), ("school", "school"), ("support-point", "partnership")]
                [self.dice.below(3)];
        let today = self.world.app.platform.clock.today();
        let (since, reason) =
            if self.dice.once_in(3) { (today + Days::new(1), "Test, tomorrow.") } else { (today, "Test.") };
        let body = json!({ "form": form, "funders": [funder], "sinceDate": since, "reason": reason });
        let who = self.who(self.world.administrator);
        if programme == 0 && form == "school" && who == self.world.administrator {
            // a programme of before that was kept for schools and boards becomes a school's own
            return self.world.change_form_as_before(programme, &body);
        }
        self.on(who, &path, "form-changes", Some(&body))
    }

    /// The school's side, and strangers, look for what is a parent's: for them it is not there.
    pub(super) fn look_around(&mut self) -> Option<Reply> {
        let (parent, _, request) = self.dice.pick(&self.requests)?;
        let mut paths = vec![
            format!("/support-requests/{request}"),
            format!("/support-requests/{request}/consents"),
            format!("/support-requests/{request}/withdrawal-recipients"),
        ];
        paths.extend(self.dice.pick(&self.proposals).map(|(_, _, id)| format!("/proposals/{id}")));
        paths.extend(self.dice.pick(&self.matches).map(|(_, id)| format!("/matches/{id}")));
        let path = self.dice.pick(&paths)?;
        let stranger = self.world.person();
        self.looks += 1;
        for nobody in [self.world.leader, self.world.other_leader, self.world.administrator, stranger] {
            if nobody != parent && self.requests.iter().all(|(who, _, _)| *who != nobody) {
                let status = self.world.app.get(nobody, &path).status;
                assert!([403, 404].contains(&status), "{path}: {status}");
            }
        }
        None
    }
}
