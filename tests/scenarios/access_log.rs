//! The access log: every reading of a case by somebody else leaves its record before the answer goes out, and the person whom it is
//! about reads it in plain words.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use naast_api::caller::Caller;
use naast_api::platform::Platform;
use naast_api::problem::Error;
use naast_domain::access::ReadRequest;
use naast_domain::ids::PersonId;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::authorisation::calls::{call, state_for};
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Column, Operation, operations};
use crate::looks::{count, refused, texts};

on_both!(
    each_reading_leaves_the_records_that_the_list_says_and_no_other,
    a_reading_that_cannot_be_recorded_is_not_answered,
    a_buddys_yes_stands_in_the_parents_log,
    whoever_forgets_the_record_gives_no_answer,
    a_parent_reads_who_looked_in_plain_words_and_of_herself_only,
);

/// Who leaves how many records by which operation, on the case at hand: one for each person whose data she reads. Reviewed: a
/// parent leaves none by reading her own case, and nobody by reading of herself. Who is not named leaves none.
const LEAVES: &[(&str, &[(&str, i64)])] = &[
    // the two parents of the programme's requests
    ("listSupportRequests", &[("coordinator", 2)]),
    ("getSupportRequest", &[("coordinator", 1), ("buddy", 1)]),
    ("listConsents", &[("coordinator", 1)]),
    // what keeps the case from erasure is of the parent
    ("listHolds", &[("coordinator", 1), ("administrator", 1)]),
    ("getConsentReceipt", &[("coordinator", 1)]),
    // two that wait for the programme
    ("listWithdrawalNotices", &[("coordinator", 2)]),
    ("listWithdrawalRecipients", &[("coordinator", 1)]),
    ("getProposalExplanation", &[("coordinator", 2)]),
    // the parent, and the three buddies who were considered
    ("listCandidates", &[("coordinator", 4)]),
    ("listDecisions", &[("coordinator", 4)]),
    ("listProposalsForRequest", &[("coordinator", 2)]),
    ("listProposalsToBuddy", &[("coordinator", 2), ("buddy", 1)]),
    ("getProposal", &[("coordinator", 2), ("buddy", 1)]),
    ("listTieAnswers", &[("coordinator", 2), ("buddy", 1)]),
    // two parents and three buddies
    ("listMatches", &[("coordinator", 5)]),
    ("getMatch", &[("coordinator", 2), ("buddy", 1)]),
    ("listContacts", &[("coordinator", 2), ("buddy", 1)]),
    ("listAnnouncements", &[("coordinator", 2), ("buddy", 1)]),
    ("getAnnouncement", &[("coordinator", 2), ("buddy", 1)]),
    ("listPrivateNotes", &[("buddy", 1)]),
    ("getPrivateNote", &[("buddy", 1)]),
    ("listMessages", &[("buddy", 1)]),
    // parents and buddies of every talk to which somebody comes along at this school; one that was cancelled is of nobody
    ("listAnnouncedMeetings", &[("school-staff", 4), ("school-leader", 4), ("professional", 4)]),
    ("getAnnouncedMeeting", &[("school-staff", 2), ("school-leader", 2), ("professional", 2)]),
    ("getAnnouncedMeetingCalendar", &[("school-staff", 2), ("school-leader", 2), ("professional", 2)]),
    ("listBuddies", &[("coordinator", 3)]),
    ("getBuddy", &[("coordinator", 1)]),
    ("getReadiness", &[("coordinator", 1)]),
    ("listCertificates", &[("coordinator", 1)]),
    ("listTies", &[("coordinator", 1)]),
];

/// Operations that read and show nothing of anybody's case to anybody else. A new one belongs here or above, after review.
const SHOWS_NOBODY: &[&str] = &[
    "listConsentTexts",
    "listTieKinds",
    "listProblemKinds",
    "getProblemKind",
    // by the parent's own code, or that of a letter to her
    "findParentConversation",
    "findConsentToConfirm",
    // by the pupil's own code, what she said herself
    "findPupilConsent",
    "getMe",
    "listMyMemberships",
    "listMyAccessLog",
    "listRetentionTerms",
    "listMyConsents",
    "listMyNotices",
    "listProcessingActivities",
    "getProcessingActivity",
    "listSchools",
    "getSchool",
    "listBoards",
    "getBoard",
    "listPartnerships",
    "getPartnership",
    "listOrganisations",
    "getOrganisation",
    "listProgrammes",
    "getProgramme",
    "listProgrammeForms",
    "listCoveredSchools",
    "getPositionStatement",
    "getConversationGuide",
    // who holds which role: of people who work, not of a case
    "listMemberships",
    "getMembership",
    // that a programme needs a coordinator, and nothing of the case that waits
    "listCoordinationNeeds",
    "listDirectoryImports",
    "getDirectoryImport",
    // a school's own side, which holds no name
    "listConversations",
    "getConversation",
    "listConversationSteps",
    // one's own
    "listOwnTies",
    "getExport",
    // which kind of change to which object: no person
    "listEvents",
    "listWebhookSubscriptions",
    "getWebhookSubscription",
    "listWebhookDeliveries",
    "getWebhookDelivery",
];

/// Everybody who is tried.
const CALLERS: &[&str] = &[
    "parent",
    "buddy",
    "coordinator",
    "school-staff",
    "school-leader",
    "professional",
    "board-member",
    "partnership-staff",
    "council-member",
    "auditor",
    "administrator",
    "other-coordinator",
    "other-parent",
    "stranger",
];

fn each_reading_leaves_the_records_that_the_list_says_and_no_other(engine: Engine) {
    let stage = Stage::new(engine);
    let records = || count(&stage.world, "access_log");
    let (mut faults, mut tried) = (Vec::new(), 0);
    for operation in operations().into_iter().filter(Operation::only_reads) {
        let leaves: BTreeMap<&str, i64> = match LEAVES.iter().find(|(id, _)| *id == operation.id) {
            Some((_, leaves)) => leaves.iter().copied().collect(),
            None if SHOWS_NOBODY.contains(&operation.id.as_str()) => BTreeMap::new(),
            None => {
                faults
                    .push(format!("{}: say in LEAVES or SHOWS_NOBODY what reading it leaves", operation.id));
                continue;
            }
        };
        for caller in CALLERS {
            let on = stage.standing(Column::Own, state_for(&operation.id));
            let before = records();
            let reply = call(&stage, &operation, caller, &on);
            let (left, should) = (records() - before, leaves.get(caller).copied().unwrap_or(0));
            tried += 1;
            if left != should {
                faults.push(format!(
                    "{} by {caller} ({}): {left} records and not {should}",
                    operation.id, reply.status
                ));
            }
            if should > 0 {
                let call_id = reply.header("x-request-id").expect("a number").to_owned();
                let of_call = match engine {
                    Engine::Sqlite => format!("access_log WHERE call_id = '{call_id}'"),
                    Engine::Postgres => format!("access_log WHERE call_id = '{call_id}'::uuid"),
                };
                if count(&stage.world, &of_call) != should {
                    faults.push(format!("{} by {caller}: the records name another call", operation.id));
                }
            }
        }
        // whoever is refused has read nothing
        let before = records();
        call(&stage, &operation, "coordinator", &stage.standing(Column::Missing, state_for(&operation.id)));
        if records() != before {
            faults.push(format!("{}: what is not there left a record", operation.id));
        }
    }
    println!("{tried} readings counted");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    crate::looks::assert_sound(&stage.world);
}

/// A case of which somebody reads.
pub struct Case {
    pub world: World,
    pub parent: PersonId,
    pub request: String,
}

impl Case {
    pub fn on(app: TestApp) -> Self {
        let world = World::on(app);
        let parent = world.person();
        let request = world.consented(0, parent);
        Self { world, parent, request }
    }

    pub fn path(&self) -> String {
        format!("/support-requests/{}", self.request)
    }
}

fn a_reading_that_cannot_be_recorded_is_not_answered(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (app, coordinator) = (&case.world.app, case.world.coordinators[0]);
    app.get(coordinator, &case.path()).expect(200);
    around(&app.location, |database| database.batch("ALTER TABLE access_log RENAME TO access_log_away"))
        .expect("whoever has a console can do this");
    let refusal = refused(app.get(coordinator, &case.path()), 503, "reading-not-recorded");
    assert!(refusal.header("retry-after").is_some());
    assert!(!String::from_utf8_lossy(&refusal.bytes).contains("ouder@example.org"));
    // what is her own a parent reads all the same
    app.get(case.parent, &case.path()).expect(200);
    around(&app.location, |database| database.batch("ALTER TABLE access_log_away RENAME TO access_log"))
        .expect("and back");
    app.get(coordinator, &case.path()).expect(200);
    assert_eq!(count(&case.world, "access_log"), 2);
}

/// Her yes is answered with the proposal and the match, and says of her own file that its ties are declared.
fn a_buddys_yes_stands_in_the_parents_log(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, buddy) = (&case.world, case.world.buddy(0, &json!({})));
    let proposal = world.propose(0, &case.request, &buddy).expect(201).id();
    world.answer(case.parent, &proposal, "accepted").expect(201);
    let rows = || {
        let log = world.app.get(case.parent, "/me/access-log").expect(200).body;
        let rows = log["data"].as_array().expect("rows").clone();
        rows.into_iter().filter(|row| row["data"] == "changed-case").map(|row| row["role"].clone()).collect()
    };
    let before: Vec<Value> = rows();
    assert_eq!(before, [json!("coordinator")], "who proposed");
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    let after: Vec<Value> = rows();
    assert_eq!(after, [json!("buddy"), json!("coordinator")]);
}

/// A handler of somebody who forgot.
async fn forgetful(platform: web::Data<Platform>, caller: Caller) -> Result<HttpResponse, Error> {
    platform.read(caller.0, |cx| cx.grant::<ReadRequest>().map(|_| ())).await?;
    Ok(HttpResponse::Ok().json("what somebody entrusted"))
}

fn whoever_forgets_the_record_gives_no_answer(engine: Engine) {
    let more = |config: &mut web::ServiceConfig| {
        config.route("/forgetful", web::get().to(forgetful));
    };
    let case = Case::on(TestApp::start_as(engine, Shape { more, ..Shape::default() }));
    let app = &case.world.app;
    let token = format!("Bearer {}", app.token(case.world.coordinators[0]));
    let reply = app.send("GET", "/forgetful", &[("authorization", token.as_str())], Vec::new());
    assert_eq!(reply.status, 500);
    assert!(!String::from_utf8_lossy(&reply.bytes).contains("entrusted"));
}

fn a_parent_reads_who_looked_in_plain_words_and_of_herself_only(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, app) = (&case.world, &case.world.app);
    let log = |who: PersonId, query: &str| app.get(who, &format!("/me/access-log{query}")).expect(200).body;
    assert_eq!(log(case.parent, "")["data"], json!([]));
    app.get(world.coordinators[0], &case.path()).expect(200);
    let page = log(case.parent, "");
    let row = &page["data"][0];
    let today = app.platform.clock.today();
    let sentence = row["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("Op ") && sentence.contains(&today.format("%Y").to_string()), "{sentence}");
    assert!(
        sentence.ends_with(
            "las de coördinator van Programma independent uw aanvraag, om een passende buddy te vinden."
        ),
        "{sentence}"
    );
    let members: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
    assert!(!members.iter().any(|name| name.contains("person") || name.contains("reader")), "{members:?}");
    assert!(
        !page.to_string().contains(&world.coordinators[0].to_string()),
        "who read is a role, not a person"
    );
    assert_eq!(
        (&row["role"], &row["data"], &row["activity"]),
        (&json!("coordinator"), &json!("request"), &json!("matching"))
    );
    assert_eq!(row["organisation"], "parent-association (test)");
    let english = app.send(
        "GET",
        "/v1/me/access-log",
        &[
            ("authorization", format!("Bearer {}", app.token(case.parent)).as_str()),
            ("accept-language", "en"),
        ],
        Vec::new(),
    );
    let sentence = english.body["data"][0]["sentence"].as_str().expect("a sentence").to_owned();
    assert!(sentence.ends_with("read your request, to find a fitting buddy."), "{sentence}");

    // her own looking leaves nothing, and nobody else's log has it
    app.get(case.parent, &case.path()).expect(200);
    assert_eq!(log(case.parent, "")["data"].as_array().map(Vec::len), Some(1));
    for other in [world.coordinators[0], world.administrator, world.leader] {
        assert_eq!(log(other, "")["data"], json!([]));
    }
    // also asked for again, and with an answer that the reader has already
    let etag = app.get(world.coordinators[0], &case.path()).expect(200).etag();
    let token = format!("Bearer {}", app.token(world.coordinators[0]));
    let headers = [("authorization", token.as_str()), ("if-none-match", etag.as_str())];
    let path = format!("/v1{}", case.path());
    assert_eq!(app.send("GET", &path, &headers, Vec::new()).status, 304);
    assert_eq!(app.send("HEAD", &path, &headers[..1], Vec::new()).status, 200);
    assert_eq!(log(case.parent, "")["data"].as_array().map(Vec::len), Some(4));
    let mut seen = Vec::new();
    let mut query = "?pageSize=3".to_owned();
    loop {
        let page = log(case.parent, &query);
        let ids: Vec<Value> =
            page["data"].as_array().expect("rows").iter().map(|row| row["id"].clone()).collect();
        seen.extend(ids);
        let Some(next) = page["nextCursor"].as_str() else { break };
        query = format!("?pageSize=3&cursor={next}");
    }
    assert_eq!(seen.len(), 4);
    assert_eq!(texts(&json!(seen)).iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    // what is announced to school is read by school, and she sees that too
    let buddy = world.buddy(0, &json!({}));
    let (matched, _) = world.matched(0, case.parent, &case.request, &buddy);
    let talk = json!({
        "date": today, "text": words("meeting-announcement")
    });
    app.post(case.parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
    app.get(world.leader, &format!("/announced-meetings?locationCode={SCHOOL}")).expect(200);
    let newest =
        log(case.parent, "?pageSize=1")["data"][0]["sentence"].as_str().expect("a sentence").to_owned();
    assert!(newest.contains("las iemand van school (test) uw aankondiging van een gesprek"), "{newest}");
}
