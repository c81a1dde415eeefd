//! What happened in the demo before the newcomer came: programmes, people, conversations and requests in several states.

use std::collections::BTreeMap;

use actix_web::dev::{Service, ServiceResponse};
use chrono::Months;
use naast_domain::ids::PersonId;
use naast_domain::privacy::consents::ConsentKind;
use serde_json::{Value, json};

use super::calls::{Answered, CallError, Calls};
use super::people::{BUDDIES, DemoBuddy};
use super::schools;
use crate::platform::Platform;
use crate::server::app;

/// What came of it: who plays which role, and some ids for first calls.
pub struct Made {
    /// Role, name, subject.
    pub roles: Vec<(&'static str, String, PersonId)>,
    /// Things by name.
    pub things: BTreeMap<&'static str, String>,
}

/// Makes the demo, on the schools that are in the directory. `founder` is its administrator.
pub async fn tell(platform: &Platform, founder: PersonId) -> Result<Made, CallError> {
    let service = actix_web::test::init_service(app(platform.clone())).await;
    Teller { calls: Calls::new(&service, platform), platform, founder }.tell().await
}

struct Teller<'a, S> {
    calls: Calls<'a, S>,
    platform: &'a Platform,
    founder: PersonId,
}

fn id_of(text: &str) -> Result<PersonId, CallError> {
    text.parse::<uuid::Uuid>().map(PersonId::from_uuid).map_err(|_| CallError::Lacks("id"))
}

impl<S> Teller<'_, S>
where
    S: Service<actix_http::Request, Response = ServiceResponse, Error = actix_web::Error>,
{
    async fn tell(&self) -> Result<Made, CallError> {
        let mut roles = vec![("administrator", "Beheerder Voorbeeld".to_owned(), self.founder)];
        let mut things = BTreeMap::from([("locationCode", schools::OWN.to_owned())]);

        let school = self
            .organisation("school", schools::names()[schools::OWN], json!({ "locationCode": schools::OWN }))
            .await?;
        let board =
            self.organisation("board", "Bestuur Voorbeeldscholen", json!({ "boardNumber": "99901" })).await?;
        let partnership = self
            .organisation(
                "partnership",
                "Samenwerkingsverband Voorbeeldstreek",
                json!({ "partnershipCode": "PO9901" }),
            )
            .await?;
        let association =
            self.organisation("parent-association", "Oudervereniging Voorbeeld", json!({})).await?;
        let support_point = self
            .organisation(
                "support-point",
                "Steunpunt Voorbeeldstreek",
                json!({ "partnershipCode": "PO9901" }),
            )
            .await?;

        let programmes = [
            self.programme(&association, "Naast elkaar", "independent", "members").await?,
            self.programme(&school, "Ouders voor ouders", "school", "school").await?,
            self.programme(&support_point, "Samen aan tafel", "support-point", "partnership").await?,
        ];
        let names = ["programmeIndependent", "programmeSchool", "programmeSupportPoint"];
        for (name, programme) in names.into_iter().zip(&programmes) {
            things.insert(name, programme.clone());
        }
        let hosts = [&association, &school, &support_point];
        let mut coordinators = Vec::new();
        for (place, (host, programme)) in hosts.iter().zip(&programmes).enumerate() {
            let role = ["coordinator", "coordinator-school", "coordinator-support-point"][place];
            let name = format!("Coördinator {}", ["Eén", "Twee", "Drie"][place]);
            let person = self.member(&name, host, "coordinator", Some(programme)).await?;
            roles.push((role, name, person));
            coordinators.push(person);
        }
        let leader = self.member("Schoolleider Voorbeeld", &school, "school-leader", None).await?;
        roles.push(("school-leader", "Schoolleider Voorbeeld".to_owned(), leader));
        let own = Some(&programmes[0]);
        for (role, name, organisation, programme) in [
            ("school-staff", "Leerkracht Voorbeeld", &school, None),
            ("professional", "Begeleider Voorbeeld", &school, None),
            ("board-member", "Bestuurder Voorbeeld", &board, None),
            ("partnership-staff", "Medewerker Voorbeeld", &partnership, None),
            ("council-member", "Raadslid Voorbeeld", &partnership, None),
            ("auditor", "Toezichthouder Voorbeeld", &association, None),
            ("trainer", "Trainer Voorbeeld", &association, own),
            ("pool-manager", "Poolbeheerder Voorbeeld", &association, own),
        ] {
            let person = self.member(name, organisation, role, programme).await?;
            roles.push((role, name.to_owned(), person));
        }

        let mut buddies = Vec::new();
        for buddy in BUDDIES {
            let (person, id) =
                self.buddy(buddy, &programmes[buddy.programme], coordinators[buddy.programme]).await?;
            buddies.push((person, id));
        }
        roles.push(("buddy", format!("Buddy {}", BUDDIES[0].name), buddies[0].0));
        things.insert("buddy", buddies[0].1.clone());

        self.requests(&programmes, &coordinators, &buddies, &mut roles, &mut things).await?;
        self.conversations(leader, &programmes, &mut things).await?;
        Ok(Made { roles, things })
    }

    async fn organisation(&self, kind: &str, name: &str, codes: Value) -> Result<String, CallError> {
        let mut body = json!({ "kind": kind, "name": name });
        body.as_object_mut().expect("an object").extend(codes.as_object().cloned().unwrap_or_default());
        self.calls.post(self.founder, "/organisations", body).await?.text("id")
    }

    async fn programme(
        &self,
        organisation: &str,
        name: &str,
        form: &str,
        funder: &str,
    ) -> Result<String, CallError> {
        let body = json!({
            "organisationId": organisation, "name": name, "form": form, "funders": [funder],
            "sinceDate": self.platform.clock.today() - Months::new(18), "reason": "Voorbeeld."
        });
        let id = self.calls.post(self.founder, "/programmes", body).await?.text("id")?;
        let since = json!({ "sinceDate": self.platform.clock.today() - Months::new(18) });
        // a school's own programme covers that school; the others cover all
        for school in schools::names().keys().filter(|school| form != "school" || **school == schools::OWN) {
            self.calls
                .put(self.founder, &format!("/programmes/{id}/schools/{school}"), since.clone())
                .await?;
        }
        Ok(id)
    }

    async fn person(&self, name: &str) -> Result<PersonId, CallError> {
        id_of(&self.calls.post(self.founder, "/people", json!({ "name": name })).await?.text("id")?)
    }

    async fn member(
        &self,
        name: &str,
        organisation: &str,
        role: &str,
        programme: Option<&String>,
    ) -> Result<PersonId, CallError> {
        let person = self.person(name).await?;
        let mut body = json!({ "personId": person, "role": role });
        if let Some(programme) = programme {
            body["programmeId"] = json!(programme);
        }
        self.calls.post(self.founder, &format!("/organisations/{organisation}/memberships"), body).await?;
        Ok(person)
    }

    async fn buddy(
        &self,
        buddy: &DemoBuddy,
        programme: &str,
        coordinator: PersonId,
    ) -> Result<(PersonId, String), CallError> {
        let person = self.person(&format!("Buddy {}", buddy.name)).await?;
        let body = json!({
            "programmeId": programme, "personId": person, "firstName": buddy.name, "languages": buddy.languages,
            "specialisms": buddy.specialisms, "channels": buddy.channels, "municipalityCodes": ["9901"], "capacity": 2
        });
        let id = self.calls.post(coordinator, "/buddies", body).await?.text("id")?;
        let today = self.platform.clock.today();
        for kind in ["vog", "training", "agreement", "code-of-conduct"] {
            let months = if buddy.expired_vog && kind == "vog" { 40 } else { 6 };
            let mut body = json!({ "kind": kind, "issuedDate": today - Months::new(months) });
            if kind == "vog" {
                body["profile"] = json!("45");
            }
            self.calls.post(coordinator, &format!("/buddies/{id}/certificates"), body).await?;
        }
        if let Some((kind, about)) = &buddy.tie {
            let body = json!({ "kind": kind, "about": about(), "sinceDate": today - Months::new(24) });
            self.calls.post(person, &format!("/buddies/{id}/ties"), body).await?;
        }
        let seen = self.calls.get(person, &format!("/buddies/{id}")).await?;
        self.calls.ask_on(person, &format!("/buddies/{id}/tie-declarations"), &seen).await?;
        let seen = self.calls.get(coordinator, &format!("/buddies/{id}")).await?;
        self.calls
            .patch(coordinator, &format!("/buddies/{id}"), &seen, json!({ "status": "active" }))
            .await?;
        Ok((person, id))
    }

    async fn submit(&self, parent: PersonId, programme: &str, topics: &[&str]) -> Result<String, CallError> {
        let body = json!({
            "programmeId": programme, "duration": "long-term", "channel": "either", "topics": topics, "language": "nl",
            "locationCode": schools::OWN, "municipalityCode": "9901",
            "contact": { "name": "Ouder Voorbeeld", "kind": "email", "value": "ouder@example.org" }
        });
        self.calls.post(parent, "/support-requests", body).await?.text("id")
    }

    async fn consent(
        &self,
        parent: PersonId,
        request: &str,
        programmes: &[String; 3],
    ) -> Result<(), CallError> {
        let text = crate::privacy::give::example_of(ConsentKind::Request);
        let body = json!({ "kind": "request", "text": text, "programmesShown": programmes });
        self.calls.post(parent, &format!("/support-requests/{request}/consents"), body).await?;
        Ok(())
    }

    async fn propose(
        &self,
        coordinator: PersonId,
        request: &str,
        buddy: &str,
    ) -> Result<Answered, CallError> {
        self.calls
            .post(coordinator, &format!("/support-requests/{request}/proposals"), json!({ "buddyId": buddy }))
            .await
    }

    async fn accept(&self, person: PersonId, proposal: &str) -> Result<Answered, CallError> {
        let path = format!("/proposals/{proposal}");
        let seen = self.calls.get(person, &path).await?;
        let answers: Vec<Value> = seen.body["ties"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|tie| json!({ "finding": tie["finding"], "answer": "accepted" }))
            .collect();
        if !answers.is_empty() {
            let answers = json!({ "answers": answers });
            self.calls.post_on(person, &format!("{path}/tie-answers"), &seen, answers).await?;
        }
        let seen = self.calls.get(person, &path).await?;
        let asked: Vec<_> =
            seen.body["tiesToAsk"].as_array().into_iter().flatten().map(|one| &one["kind"]).collect();
        let body = json!({ "answer": "accepted", "tiesAsked": asked });
        self.calls.post_on(person, &format!("{path}/acceptances"), &seen, body).await
    }

    /// Seven requests: one of each state, and one of each programme.
    async fn requests(
        &self,
        programmes: &[String; 3],
        coordinators: &[PersonId],
        buddies: &[(PersonId, String)],
        roles: &mut Vec<(&'static str, String, PersonId)>,
        things: &mut BTreeMap<&'static str, String>,
    ) -> Result<(), CallError> {
        let parent = self.person("Ouder Eén").await?;
        roles.push(("parent", "Ouder Eén".to_owned(), parent));
        things.insert("requestSubmitted", self.submit(parent, &programmes[2], &["extra-support"]).await?);

        let open = self.submit(parent, &programmes[0], &["social-safety", "talking-with-school"]).await?;
        self.consent(parent, &open, programmes).await?;
        things.insert("requestWithCandidates", open);

        let second = self.person("Ouder Twee").await?;
        roles.push(("parent-with-proposal", "Ouder Twee".to_owned(), second));
        let proposed = self.submit(second, &programmes[0], &["talking-with-school"]).await?;
        self.consent(second, &proposed, programmes).await?;
        let proposal = self.propose(coordinators[0], &proposed, &buddies[2].1).await?.text("id")?;
        things.insert("requestProposed", proposed);
        things.insert("proposalWithTie", proposal);

        let third = self.person("Ouder Drie").await?;
        roles.push(("parent-matched", "Ouder Drie".to_owned(), third));
        let matched = self.submit(third, &programmes[0], &["extra-support"]).await?;
        let running = self.matched(third, &matched, programmes, coordinators[0], &buddies[0]).await?;
        things.insert("requestMatched", matched);
        for task in ["listening", "preparing-talk"] {
            let date = self.platform.clock.today();
            let body = json!({ "date": date, "channel": "online", "minutes": 45, "task": task });
            self.calls.post(buddies[0].0, &format!("/matches/{running}/contacts"), body).await?;
        }
        things.insert("matchActive", running);

        let fourth = self.person("Ouder Vier").await?;
        let closed = self.submit(fourth, &programmes[1], &["talking-with-school"]).await?;
        let running = self.matched(fourth, &closed, programmes, coordinators[1], &buddies[6]).await?;
        let path = format!("/matches/{running}");
        let seen = self.calls.get(fourth, &path).await?;
        self.calls
            .post_on(fourth, &format!("{path}/closure"), &seen, json!({ "reason": "goal-reached" }))
            .await?;
        things.insert("requestClosed", closed);

        let fifth = self.person("Ouder Vijf").await?;
        let support = self.submit(fifth, &programmes[2], &["learning-difficulties"]).await?;
        self.matched(fifth, &support, programmes, coordinators[2], &buddies[9]).await?;

        let withdrawn = self.submit(fifth, &programmes[0], &["transition"]).await?;
        self.calls.ask(fifth, &format!("/support-requests/{withdrawn}/withdrawal")).await?;
        things.insert("requestWithdrawn", withdrawn);
        Ok(())
    }

    async fn matched(
        &self,
        parent: PersonId,
        request: &str,
        programmes: &[String; 3],
        coordinator: PersonId,
        buddy: &(PersonId, String),
    ) -> Result<String, CallError> {
        self.consent(parent, request, programmes).await?;
        let proposal = self.propose(coordinator, request, &buddy.1).await?.text("id")?;
        self.accept(parent, &proposal).await?;
        self.accept(buddy.0, &proposal).await?.text("matchId")
    }

    /// Three conversations: planned, halfway, and with the parent.
    async fn conversations(
        &self,
        leader: PersonId,
        programmes: &[String; 3],
        things: &mut BTreeMap<&'static str, String>,
    ) -> Result<(), CallError> {
        let said = |step: &str| json!({ "step": step, "wordingVersion": "2026-1", "language": "nl" });
        let steps = [
            said("ask-first-question"),
            json!({ "step": "has-nobody" }),
            said("ask-second-question"),
            json!({ "step": "agrees" }),
            json!({ "step": "explain-buddy", "wordingVersion": "2026-1", "language": "nl", "programmeIds": programmes }),
        ];
        for (name, taken) in
            [("conversationPlanned", 0), ("conversationHalfway", 2), ("conversationWithParent", 5)]
        {
            let body = json!({
                "locationCode": schools::OWN, "ground": "regular-talk",
                "parentReference": crate::clock::fresh::<uuid::Uuid>()
            });
            let id = self.calls.post(leader, "/conversations", body).await?.text("id")?;
            let path = format!("/conversations/{id}");
            for step in &steps[..taken] {
                let seen = self.calls.get(leader, &path).await?;
                let answer =
                    self.calls.post_on(leader, &format!("{path}/answers"), &seen, step.clone()).await?;
                if let Ok(code) = answer.text("invitationCode") {
                    things.insert("invitationCode", code);
                }
            }
            things.insert(name, id);
        }
        Ok(())
    }
}
