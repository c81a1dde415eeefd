//! Who walks, and what each of them may try. Most acts are tried by whoever would; one in five by anybody at all.

use chrono::{Days, TimeDelta};
use naast_api::independence::round::round;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, SCHOOL, SISTER, World};
use serde_json::{Value, json};

use super::Dice;

/// One walk through one world.
pub struct Walk<'w> {
    world: &'w World,
    dice: Dice,
    people: Vec<PersonId>,
    /// The parents, who are nobody else.
    pub parents: Vec<PersonId>,
    buddies: Vec<(usize, Buddy)>,
    second: PersonId,
    seat: (String, String),
    /// Every request with its parent and the programme that it was made to.
    pub requests: Vec<(PersonId, usize, String)>,
    proposals: Vec<(PersonId, Buddy, String)>,
    matches: Vec<(PersonId, String)>,
    codes: Vec<String>,
    pupils: Vec<String>,
    forms: u64,
    lately: Vec<String>,
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
    /// Everybody is there; nothing has happened yet.
    pub fn new(world: &'w World, dice: Dice) -> Self {
        let parents: Vec<_> = (0..4).map(|_| world.person()).collect();
        let buddies: Vec<_> = [0, 0, 0, 1, 2]
            .into_iter()
            .map(|programme| (programme, world.buddy(programme, &json!({ "capacity": 2 }))))
            .collect();
        let list = format!("/organisations/{}/memberships", world.association);
        let second = world.person();
        let body = json!({ "personId": second, "role": "coordinator", "programmeId": world.programmes[0] });
        let seat = world.app.post(world.administrator, &list, &body).expect(201).id();
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
            requests: Vec::new(),
            proposals: Vec::new(),
            matches: Vec::new(),
            codes: Vec::new(),
            pupils: Vec::new(),
            forms: 0,
            lately: Vec::new(),
        }
    }

    /// The last acts, for whoever looks into a fault.
    pub fn lately(&self) -> &[String] {
        &self.lately[self.lately.len().saturating_sub(25)..]
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

    fn words() -> Value {
        json!({ "textVersion": "2026-1", "language": "nl" })
    }

    /// Takes one step.
    pub fn step(&mut self) -> Option<Reply> {
        let kind = self.dice.below(100);
        let (name, reply) = match kind {
            0..=6 => ("submit", self.submit()),
            7..=13 => ("consent", self.consent()),
            14..=17 => ("report or confirm", self.report()),
            18..=31 => ("propose", self.propose()),
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
            94..=95 => ("seat", Some(self.seat())),
            96 => ("form", Some(self.form())),
            97 => ("notice", self.notice()),
            _ => ("look around", self.look_around()),
        };
        self.lately.push(format!("{name} {}", reply.as_ref().map_or(0, |reply| reply.status)));
        reply
    }

    fn submit(&mut self) -> Option<Reply> {
        let (parent, programme) = (self.dice.pick(&self.parents)?, [0, 0, 0, 1, 2][self.dice.below(5)]);
        let reply = self.world.app.post(parent, "/support-requests", &self.world.request_body(programme));
        if reply.status == 201 {
            self.requests.push((parent, programme, reply.id()));
        }
        Some(reply)
    }

    fn consent(&mut self) -> Option<Reply> {
        let (parent, _, request) = self.dice.lately(&self.requests)?;
        let who = self.who(parent);
        let body = match self.dice.below(6) {
            0 => json!({ "kind": "child-health-data", "text": Self::words(), "childAge": "under-16" }),
            1 => {
                json!({ "kind": "pool", "text": Self::words(), "poolOrganisationId": self.world.association })
            }
            _ => json!({ "kind": "request", "text": Self::words() }),
        };
        Some(self.world.app.post(who, &format!("/support-requests/{request}/consents"), &body))
    }

    fn report(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.pick(&self.requests)?;
        let path = format!("/support-requests/{request}");
        let heard = json!({ "kind": "request", "text": Self::words() });
        let who = self.coordinator(programme);
        let reply = self.world.app.post(who, &format!("{path}/reported-consents"), &heard);
        if reply.status != 201 || self.dice.once_in(4) {
            return Some(reply);
        }
        let who = self.who(parent);
        Some(self.world.app.ask(who, &format!("{path}/consents/{}/confirmation", reply.id())))
    }

    fn propose(&mut self) -> Option<Reply> {
        let (parent, programme, request) = self.dice.lately(&self.requests)?;
        let of = |(at, _): &&(usize, Buddy)| *at == programme;
        let near: Vec<_> = self.buddies.iter().filter(of).cloned().collect();
        let (_, buddy) =
            if self.dice.once_in(8) { self.dice.pick(&self.buddies) } else { self.dice.pick(&near) }?;
        let who = self.coordinator(programme);
        let body = json!({ "buddyId": buddy.id });
        let reply = self.world.app.post(who, &format!("/support-requests/{request}/proposals"), &body);
        if reply.status == 201 {
            self.proposals.push((parent, buddy, reply.id()));
        }
        Some(reply)
    }

    fn answer_ties(&mut self) -> Option<Reply> {
        let (parent, _, proposal) = self.dice.lately(&self.proposals)?;
        let path = format!("/proposals/{proposal}");
        let shown = self.world.app.get(parent, &path).body["ties"].clone();
        let said = if self.dice.once_in(12) { "refused" } else { "accepted" };
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

    fn answer(&mut self) -> Option<Reply> {
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
        if let Some(id) = reply.body["matchId"].as_str() {
            self.matches.push((parent, id.to_owned()));
        }
        Some(reply)
    }

    /// What a case is when nothing comes between: asked, consented, proposed, told, and said yes to by both.
    fn whole_way(&mut self) -> Option<Reply> {
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
        if let Some(id) = reply.body["matchId"].as_str() {
            self.matches.push((parent, id.to_owned()));
        }
        Some(reply)
    }

    fn tie(&mut self) -> Option<Reply> {
        let (_, buddy) = self.dice.pick(&self.buddies)?;
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

    fn end_tie(&mut self) -> Option<Reply> {
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

    fn withdraw(&mut self) -> Option<Reply> {
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

    fn on_match(&mut self) -> Option<Reply> {
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

    /// A buddy is changed, or another comes in the place of the one who was there longest.
    fn change_buddy(&mut self) -> Option<Reply> {
        if self.dice.once_in(2) {
            let programme = [0, 0, 0, 1, 2][self.dice.below(5)];
            let buddy = self.world.buddy(programme, &json!({ "capacity": 2 }));
            self.people.push(buddy.person);
            self.buddies.push((programme, buddy));
            if self.buddies.len() > 9 {
                self.buddies.remove(0);
            }
            return None;
        }
        let (programme, buddy) = self.dice.pick(&self.buddies)?;
        let who = self.coordinator(programme);
        let path = format!("/buddies/{}", buddy.id);
        let read = self.world.app.get(who, &path);
        let etag = read.header("etag").unwrap_or("\"v1\"").to_owned();
        let status = ["active", "active", "paused"][self.dice.below(3)];
        let body = json!({ "status": status, "capacity": self.dice.below(4) });
        Some(self.world.app.call(Some(who), "PATCH", &path, Some(&body), Some(&etag)))
    }

    fn certificate(&mut self) -> Option<Reply> {
        let (programme, buddy) = self.dice.pick(&self.buddies)?;
        // asked anew as well, or nobody could be proposed after a year
        let asked = format!("/buddies/{}/tie-declarations", buddy.id);
        self.world.app.call(Some(buddy.person), "POST", &asked, None, Some("*"));
        let kind = ["vog", "training", "agreement", "code-of-conduct"][self.dice.below(4)];
        Some(self.world.certificate(programme, &buddy, kind))
    }

    fn converse(&mut self) -> Option<Reply> {
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
    fn explained(&mut self) -> Result<String, Reply> {
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

    fn pupil(&mut self) -> Option<Reply> {
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
        let yes = json!({ "code": code, "text": Self::words() });
        Some(app.call(None, "POST", "/pupil-consents", Some(&yes), None))
    }

    /// Days go by, and the platform makes its round, as it does by itself.
    fn days(&mut self) -> Option<Reply> {
        let days = [1, 1, 7, 30][self.dice.below(4)];
        self.world.app.platform.clock.advance(TimeDelta::days(days));
        round(&self.world.app.platform).expect("the rules can be asked");
        None
    }

    fn school_moves(&mut self) -> Option<Reply> {
        self.world.move_school(["99901", "99902"][self.dice.below(2)]);
        round(&self.world.app.platform).expect("the rules can be asked");
        None
    }

    /// The second coordinator's seat is suspended and given back.
    fn seat(&mut self) -> Reply {
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

    fn form(&mut self) -> Reply {
        self.forms += 1;
        let programme = self.dice.below(3);
        let path = format!("/programmes/{}", self.world.programmes[programme]);
        let (form, funder) =
            [("independent", "members"), ("school", "school"), ("support-point", "partnership")]
                [self.dice.below(3)];
        let since = self.world.app.platform.clock.today();
        let body = json!({ "form": form, "funders": [funder], "sinceDate": since, "reason": "Test." });
        let who = self.who(self.world.administrator);
        self.on(who, &path, "form-changes", Some(&body))
    }

    fn notice(&mut self) -> Option<Reply> {
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

    /// The school's side, and strangers, look for what is a parent's: for them it is not there.
    fn look_around(&mut self) -> Option<Reply> {
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
        for nobody in [self.world.leader, self.world.other_leader, self.world.administrator, stranger] {
            if nobody != parent && self.requests.iter().all(|(who, _, _)| *who != nobody) {
                let status = self.world.app.get(nobody, &path).status;
                assert!([403, 404].contains(&status), "{path}: {status}");
            }
        }
        None
    }
}
