//! A small world to test in: schools that do not exist, a programme in each of the three forms, and people with roles.

use chrono::Months;
use naast_api::cli::first_administrator;
use naast_api::clock::fresh;
use naast_domain::code::Code as _;
use naast_domain::directory::{
    BoardNumber, LocationCode, MunicipalityCode, PartnershipCode, Postcode, PostcodeArea, School,
};
use naast_domain::ids::PersonId;
use naast_domain::privacy::consents::{ConsentKind, text_in_use};
use naast_domain::text::Tongue;
use naast_persistence::directory::imports::{self, ImportFile};
use serde_json::{Value, json};

use crate::Engine;
use crate::app::{Reply, Shape, TestApp};

/// The child's school in most tests.
pub const SCHOOL: &str = "98ZA00";
/// Another school of the same board.
pub const SISTER: &str = "98ZB00";
/// A school of another board in another partnership.
pub const ELSEWHERE: &str = "98ZC00";

/// The words of a kind of consent that are in use, as a frontend that showed them in Dutch sends them.
pub fn words(kind: &str) -> Value {
    words_in(kind, Tongue::Dutch)
}

/// The words in use of a kind of consent, as a screen in a language shows them.
pub fn words_in(kind: &str, tongue: Tongue) -> Value {
    let known = ConsentKind::parse(kind).expect("a kind of consent");
    let shown = text_in_use(known);
    json!({ "textVersion": shown.version, "language": tongue.code(), "textHash": shown.fingerprint(tongue) })
}

/// The world, on a server of its own.
pub struct World {
    /// The server.
    pub app: TestApp,
    /// Who may manage everything that is not a case.
    pub administrator: PersonId,
    /// The leader of [`SCHOOL`].
    pub leader: PersonId,
    /// The leader of [`ELSEWHERE`].
    pub other_leader: PersonId,
    /// Programmes: independent, school, support point. All cover [`SCHOOL`].
    pub programmes: [String; 3],
    /// Their coordinators.
    pub coordinators: [PersonId; 3],
    /// The organisation that runs the independent programme.
    pub association: String,
    /// The organisation that is [`SCHOOL`].
    pub school: String,
}

/// A buddy of the world.
#[derive(Debug, Clone)]
pub struct Buddy {
    /// Her id as a buddy.
    pub id: String,
    /// Her id as a person.
    pub person: PersonId,
}

fn school(location: &str, board: &str, postcode: &str, municipality: &str) -> School {
    let location = LocationCode::parse(location).expect("a location code");
    School {
        institution: location.institution(),
        name: format!("School {location} (test)"),
        location,
        board: BoardNumber::parse(board).expect("a board number"),
        street: String::new(),
        house_number: String::new(),
        postcode: Postcode::parse(postcode).expect("a postcode"),
        place: "TESTSTAD".to_owned(),
        municipality: MunicipalityCode::parse(municipality).expect("a municipality code"),
        municipality_name: String::new(),
        province: String::new(),
        denomination: "Openbaar".to_owned(),
        phone: None,
        website: None,
        beside: None,
    }
}

fn area(digits: &str, partnership: &str) -> PostcodeArea {
    PostcodeArea {
        area: digits.to_owned(),
        municipality_name: String::new(),
        primary: Some(PartnershipCode::parse(partnership).expect("a partnership code")),
        secondary: None,
    }
}

fn import(app: &TestApp, board: &str) {
    let schools = vec![
        school(SCHOOL, board, "1000 ZA", "9901"),
        school(SISTER, "99901", "1000 ZB", "9901"),
        school(ELSEWHERE, "99902", "2000 ZC", "9902"),
    ];
    let areas = vec![area("1000", "PO9901"), area("2000", "PO9902")];
    let (at, today) = (app.platform.clock.now(), app.platform.clock.today());
    let file = || ImportFile { id: fresh(), file_name: "test".into(), file_hash: "test".into(), at, today };
    let files = (file(), file());
    app.platform
        .store
        .write(move |tx| {
            let first = imports::apply_partnerships(tx, &files.0, &areas, false, &mut |_, _| {})?;
            let second = imports::apply_schools(tx, &files.1, &schools, false, &mut |_, _| {})?;
            let entries: Vec<_> =
                [first.entry(&files.0, None), second.entry(&files.1, None)].into_iter().flatten().collect();
            tx.keep(entries, ())
        })
        .expect("the schools are imported");
}

impl World {
    /// Makes the world on a fresh database.
    pub fn new(engine: Engine) -> Self {
        Self::on(TestApp::start(engine))
    }

    /// Makes the world on a server whose webhooks may also go to this machine.
    pub fn with_receivers(engine: Engine) -> Self {
        let settings = naast_api::events::Settings { webhooks_to_loopback: true, ..Default::default() };
        Self::on(TestApp::start_as(engine, Shape { events: settings, ..Shape::default() }))
    }

    /// Makes the world on a server that was just started.
    pub fn on(app: TestApp) -> Self {
        import(&app, "99901");
        let administrator = first_administrator(&app.platform, "Beheer").expect("the installation is new");
        let organisation = |kind: &str, extra: Value| {
            let mut body = json!({ "kind": kind, "name": format!("{kind} (test)") });
            body.as_object_mut().expect("an object").extend(extra.as_object().cloned().unwrap_or_default());
            app.post(administrator, "/organisations", &body).expect(201).id()
        };
        let own = organisation("school", json!({ "locationCode": SCHOOL }));
        let elsewhere = organisation("school", json!({ "locationCode": ELSEWHERE }));
        let association = organisation("parent-association", json!({}));
        let point = organisation("support-point", json!({ "partnershipCode": "PO9901" }));
        let start = app.platform.clock.today() - Months::new(24);
        let programme = |organisation: &str, form: &str, funder: &str| {
            let body = json!({
                "organisationId": organisation, "name": format!("Programma {form}"), "form": form,
                "funders": [funder], "sinceDate": start, "reason": "Test."
            });
            let id = app.post(administrator, "/programmes", &body).expect(201).id();
            let path = format!("/programmes/{id}/schools/{SCHOOL}");
            app.call(Some(administrator), "PUT", &path, Some(&json!({ "sinceDate": start })), None)
                .expect(200);
            id
        };
        let programmes = [
            programme(&association, "independent", "members"),
            programme(&own, "school", "school"),
            programme(&point, "support-point", "partnership"),
        ];
        let member = |organisation: &str, role: &str, programme: Option<&String>| {
            member(&app, administrator, organisation, role, programme)
        };
        let coordinators = [
            member(&association, "coordinator", Some(&programmes[0])),
            member(&own, "coordinator", Some(&programmes[1])),
            member(&point, "coordinator", Some(&programmes[2])),
        ];
        let leader = member(&own, "school-leader", None);
        let other_leader = member(&elsewhere, "school-leader", None);
        Self { app, administrator, leader, other_leader, programmes, coordinators, association, school: own }
    }

    /// A new person without any role.
    pub fn person(&self) -> PersonId {
        person(&self.app, self.administrator)
    }

    /// A new person with a role in an organisation.
    pub fn member(&self, organisation: &str, role: &str, programme: Option<&String>) -> PersonId {
        member(&self.app, self.administrator, organisation, role, programme)
    }

    /// Changes the form of a programme of the association as it could before a school's own was kept for schools and boards: what was said then is still there,
    /// and what follows from it still holds. While the call is made the association stands there as a board.
    pub fn change_form_as_before(&self, programme: usize, body: &Value) -> Reply {
        let stands_as = |kind: &str| {
            let change =
                format!("UPDATE organisations SET kind = '{kind}' WHERE id = '{}'", self.association);
            crate::around(&self.app.location, |database| database.batch(&change)).expect("it is changed");
        };
        let path = format!("/programmes/{}", self.programmes[programme]);
        stands_as("board");
        let reply = self.app.post_on(self.administrator, &path, &format!("{path}/form-changes"), body);
        stands_as("parent-association");
        reply
    }

    /// Imports the directory again, with [`SCHOOL`] under another board.
    pub fn move_school(&self, board: &str) {
        import(&self.app, board);
    }

    /// Registers a buddy in a programme, without certificates: a new person, or the one whom the change names.
    pub fn applicant(&self, programme: usize, change: &Value) -> Buddy {
        let named = change["personId"].as_str().map(|id| PersonId::from_uuid(id.parse().expect("a UUID")));
        let person = named.unwrap_or_else(|| self.person());
        let mut body = json!({
            "programmeId": self.programmes[programme], "personId": person, "firstName": "Test", "languages": ["nl"],
            "specialisms": ["talking-with-school"], "channels": ["online", "in-person"],
            "municipalityCodes": ["9901"], "capacity": 1
        });
        body.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        let id = self.app.post(self.coordinators[programme], "/buddies", &body).expect(201).id();
        Buddy { id, person }
    }

    /// Registers a buddy who is ready: certificates, ties asked, active.
    pub fn buddy(&self, programme: usize, change: &Value) -> Buddy {
        let buddy = self.applicant(programme, change);
        for kind in ["vog", "training", "agreement", "code-of-conduct"] {
            self.certificate(programme, &buddy, kind).expect(201);
        }
        let path = format!("/buddies/{}", buddy.id);
        self.app.ask_on(buddy.person, &path, &format!("{path}/tie-declarations")).expect(200);
        self.app.patch(self.coordinators[programme], &path, &json!({ "status": "active" })).expect(200);
        buddy
    }

    /// Records a certificate of a month ago.
    pub fn certificate(&self, programme: usize, buddy: &Buddy, kind: &str) -> Reply {
        let issued = self.app.platform.clock.today() - Months::new(1);
        let mut body = json!({ "kind": kind, "issuedDate": issued });
        if kind == "vog" {
            body["profile"] = json!("45");
        }
        self.app.post(self.coordinators[programme], &format!("/buddies/{}/certificates", buddy.id), &body)
    }

    /// Declares a tie, from two years ago on.
    pub fn tie(&self, buddy: &Buddy, kind: &str, about: &Value) -> Reply {
        let since = self.app.platform.clock.today() - Months::new(24);
        let body = json!({ "kind": kind, "about": about, "sinceDate": since });
        self.app.post(buddy.person, &format!("/buddies/{}/ties", buddy.id), &body)
    }

    /// Declares a tie with the board of the school: it is told in each form, and gives no reason to ask after another, as a tie with a
    /// school does.
    pub fn told_tie(&self, buddy: &Buddy) -> Reply {
        self.tie(buddy, "joint-council-member", &json!({ "kind": "board", "boardNumber": "99901" }))
    }

    /// The parent's own code, for the invitation that the school gave her.
    pub fn exchanged(&self, invitation: &str) -> String {
        let body = json!({ "invitationCode": invitation });
        self.app.call(None, "POST", "/parent-codes", Some(&body), None).expect(201).text("parentCode")
    }

    /// Says on the parent's side of a conversation, with nothing but her code, what she wants.
    pub fn parent_step(&self, code: &str, step: &str) -> Reply {
        self.app.call(None, "POST", "/parent-answers", Some(&json!({ "code": code, "step": step })), None)
    }

    /// Consents, in a parent's own account, that her data go to a programme.
    pub fn refer(&self, parent: PersonId, code: &str, request: &Value) -> Reply {
        let body = json!({
            "code": code, "request": request, "consent": words("referral")
        });
        self.app.post(parent, "/referrals", &body)
    }

    /// A request body for a programme, about [`SCHOOL`].
    pub fn request_body(&self, programme: usize) -> Value {
        json!({
            "programmeId": self.programmes[programme], "duration": "long-term", "channel": "either",
            "topics": ["talking-with-school"], "language": "nl", "locationCode": SCHOOL, "municipalityCode": "9901",
            "contact": { "name": "Ouder", "kind": "email", "value": "ouder@example.org" }
        })
    }

    /// Submits a request of a parent.
    pub fn request(&self, programme: usize, parent: PersonId) -> String {
        self.app.post(parent, "/support-requests", &self.request_body(programme)).expect(201).id()
    }

    /// Gives the consent to keep and match a request.
    pub fn consent(&self, parent: PersonId, request: &str) -> Reply {
        let body = json!({
            "kind": "request", "text": words("request"), "programmesShown": self.programmes
        });
        self.app.post(parent, &format!("/support-requests/{request}/consents"), &body)
    }

    /// A request of a parent that is open for matching.
    pub fn consented(&self, programme: usize, parent: PersonId) -> String {
        let request = self.request(programme, parent);
        self.consent(parent, &request).expect(201);
        request
    }

    /// Proposes a buddy.
    pub fn propose(&self, programme: usize, request: &str, buddy: &Buddy) -> Reply {
        let body = json!({ "buddyId": buddy.id });
        self.app.post(self.coordinators[programme], &format!("/support-requests/{request}/proposals"), &body)
    }

    /// Answers every tie that a proposal tells the parent.
    pub fn answer_ties(&self, parent: PersonId, proposal: &str, answer: &str) {
        let path = format!("/proposals/{proposal}");
        let shown = self.app.get(parent, &path).expect(200);
        let answers: Vec<Value> = shown.body["ties"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|tie| json!({ "finding": tie["finding"], "answer": answer }))
            .collect();
        if !answers.is_empty() {
            self.app
                .post_on(parent, &path, &format!("{path}/tie-answers"), &json!({ "answers": answers }))
                .expect(200);
        }
    }

    /// The coordinators say that their own ties are declared, as they are asked each year.
    pub fn coordinators_declare(&self) {
        for (programme, coordinator) in self.programmes.iter().zip(self.coordinators) {
            self.app
                .ask(coordinator, &format!("/programmes/{programme}/coordinator-tie-declarations"))
                .expect(200);
        }
    }

    /// Says yes or no to a proposal.
    pub fn answer(&self, person: PersonId, proposal: &str, answer: &str) -> Reply {
        let path = format!("/proposals/{proposal}");
        let body = json!({ "answer": answer, "tiesAsked": self.ties_to_ask(person, proposal) });
        self.app.post_on(person, &path, &format!("{path}/acceptances"), &body)
    }

    /// The kinds of tie that a proposal asks its buddy after.
    pub fn ties_to_ask(&self, person: PersonId, proposal: &str) -> Vec<Value> {
        let shown = self.app.get(person, &format!("/proposals/{proposal}"));
        shown.body["tiesToAsk"].as_array().into_iter().flatten().map(|one| one["kind"].clone()).collect()
    }

    /// Goes the whole way from a consented request to a running match; gives back the match and the proposal.
    pub fn matched(
        &self,
        programme: usize,
        parent: PersonId,
        request: &str,
        buddy: &Buddy,
    ) -> (String, String) {
        let proposal = self.propose(programme, request, buddy).expect(201).id();
        self.answer_ties(parent, &proposal, "accepted");
        self.answer(parent, &proposal, "accepted").expect(201);
        let matched = self.answer(buddy.person, &proposal, "accepted").expect(201).text("matchId");
        (matched, proposal)
    }

    /// Records a step of the school's side, on the version that stands.
    pub fn step(&self, conversation: &str, step: &str) -> Reply {
        let path = format!("/conversations/{conversation}");
        let body = match step {
            "ask-first-question" | "ask-second-question" => {
                json!({ "step": step, "wordingVersion": "2026-1", "language": "nl" })
            }
            "explain-buddy" => json!({
                "step": step, "wordingVersion": "2026-1", "language": "nl", "programmeIds": self.programmes
            }),
            _ => json!({ "step": step }),
        };
        self.app.post_on(self.leader, &path, &format!("{path}/answers"), &body)
    }

    /// Opens a conversation at [`SCHOOL`].
    pub fn conversation(&self) -> String {
        let body = json!({ "locationCode": SCHOOL, "parentReference": crate::random_id(), "ground": "regular-talk" });
        self.app.post(self.leader, "/conversations", &body).expect(201).id()
    }

    /// Goes through a conversation up to the moment that the parent has her code; gives back the code.
    pub fn explained(&self, conversation: &str) -> String {
        for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
            self.step(conversation, step).expect(201);
        }
        let invitation = self.step(conversation, "explain-buddy").expect(201).text("invitationCode");
        self.exchanged(&invitation)
    }
}

fn person(app: &TestApp, administrator: PersonId) -> PersonId {
    let id = app.post(administrator, "/people", &json!({ "name": "Persoon (test)" })).expect(201).id();
    PersonId::from_uuid(id.parse().expect("a UUID"))
}

fn member(
    app: &TestApp,
    administrator: PersonId,
    organisation: &str,
    role: &str,
    programme: Option<&String>,
) -> PersonId {
    let person = person(app, administrator);
    let mut body = json!({ "personId": person, "role": role });
    if let Some(programme) = programme {
        body["programmeId"] = json!(programme);
    }
    app.post(administrator, &format!("/organisations/{organisation}/memberships"), &body).expect(201);
    person
}
