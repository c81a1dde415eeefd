//! Each record that is kept of a person says when it goes and why. Which records there are is read from the contract, and of
//! whom a table is from the classification: a new record that forgets its term fails here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use naast_api::contract::CONTRACT;
use naast_persistence::privacy::classification::{Of, tables};
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

on_both!(
    what_parent_and_buddy_share_goes_before_the_case,
    what_school_reads_of_a_talk_says_nothing_of_the_case,
    what_is_told_of_an_account_differs_by_reader,
    the_records_of_a_case_go_with_it,
);

/// The schemas of the contract that show rows of a table.
const RECORDS: &[(&str, &str)] = &[
    ("SchoolView", "schools"),
    ("BoardView", "boards"),
    ("PartnershipView", "partnerships"),
    ("DirectoryImportView", "directory_imports"),
    ("DirectoryImportDetailView", "directory_imports"),
    ("MeView", "people"),
    ("PersonView", "people"),
    ("MembershipView", "memberships"),
    ("OrganisationView", "organisations"),
    ("ProgrammeView", "programmes"),
    ("FormView", "programme_forms"),
    ("CoverageView", "programme_schools"),
    ("ConversationView", "conversations"),
    ("ParentConversationView", "conversations"),
    ("ParentConversationView", "parent_sides"),
    ("ConversationStepView", "conversation_steps"),
    ("SupportRequestView", "support_requests"),
    ("BuddyView", "buddies"),
    ("CertificateView", "certificates"),
    ("TieView", "ties"),
    ("OwnDeclarationView", "coordinator_tie_declarations"),
    ("DecisionView", "decisions"),
    ("ProposalView", "proposals"),
    ("TieAnswerView", "tie_answers"),
    ("TieAnswerView", "earlier_tie_answers"),
    ("MatchView", "matches"),
    ("MeetingView", "contacts"),
    ("PrivateNoteView", "private_entries"),
    ("MessageView", "private_entries"),
    ("AnnouncementView", "meeting_announcements"),
    ("AnnouncedMeetingView", "announced_meetings"),
    ("AccessRecordView", "access_log"),
    ("HoldView", "holds"),
    ("RetentionTermView", "retention_terms"),
    ("ConsentView", "consents"),
    ("ConsentToConfirmView", "consents"),
    ("PupilConsentView", "consents"),
    ("PupilInformationView", "consents"),
    ("RecipientView", "withdrawal_notices"),
    ("RecipientView", "erasure_notices"),
    ("ExportView", "exports"),
    ("EventView", "journal"),
    ("WebhookSubscriptionView", "webhook_subscriptions"),
    ("WebhookDeliveryView", "webhook_deliveries"),
];

/// Schemas that hold the records above, or each other, and nothing else that is kept.
const AROUND_RECORDS: &[&str] = &[
    "ConversationStepResultView",
    "WithdrawalView",
    "ProposalAnswerView",
    "ConsentReceiptView",
    "RegisteredConsentView",
    "ConsentWithdrawalView",
    "EverythingWithdrawnView",
    "ErasureReceiptView",
    "WebhookSecretView",
];

/// Schemas of what is worked out for one answer, shown once, or part of the program.
const NOT_KEPT: &[&str] = &[
    "PositionStatementView",
    "ConversationGuideView",
    "ParentNoticeView",
    "CoordinationNeedView",
    "ReadinessView",
    "TieKindView",
    "CandidatesView",
    "ExplanationView",
    "ProcessingActivityView",
    "ConsentTextView",
    "ProblemKindView",
    "SignInCodeView",
    "TokenView",
    "RevocationView",
    "ParentCodeView",
    "PupilCodeView",
    "ReadingView",
    "ExportContentView",
];

/// Tables of people that no schema shows by themselves, and why.
const NEVER_SHOWN: &[(&str, &str)] = &[
    ("pupil_codes", "a fingerprint"),
    ("assessments", "part of a proposal"),
    ("choices_shown", "part of the receipt of a consent, which says when it goes"),
    ("match_pauses", "tells on which days a contact can have been"),
    ("private_readings", "a number of messages to read"),
    ("meeting_objections", "part of an announcement"),
    ("sign_in_addresses", "a fingerprint"),
    ("external_subjects", "a fingerprint"),
    ("sessions", "known by its token alone"),
    ("refresh_tokens", "a fingerprint"),
    ("coordinator_ties", "shown as the ties of a buddy are"),
    ("reassessments", "work that waits for a second"),
    ("erasure_requests", "shown as the ground of what goes"),
];

/// What is wrong with a contract: records without a term, and schemas of which nobody said what they are.
fn forgotten(document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let of: BTreeMap<&str, Of> = tables().map(|table| (table.name, table.of)).collect();
    let mut faults = Vec::new();
    for schema in answered(document) {
        if let Some((_, table)) = RECORDS.iter().find(|(one, _)| *one == schema) {
            let says = &schemas[&schema]["properties"]["retention"]["$ref"];
            let always =
                schemas[&schema]["required"].as_array().is_some_and(|all| all.contains(&json!("retention")));
            if of[table] != Of::Nobody && (*says != json!("#/components/schemas/RetentionView") || !always) {
                faults.push(format!("{schema} shows {table} and does not say when it goes"));
            }
        } else if AROUND_RECORDS.contains(&schema.as_str()) {
            let inside = schemas[&schema]["properties"].to_string();
            let holds = |one: &str| inside.contains(&format!("schemas/{one}\""));
            if !RECORDS.iter().any(|(one, _)| holds(one)) && !AROUND_RECORDS.iter().any(|one| holds(one)) {
                faults.push(format!("{schema} holds no record"));
            }
        } else if !NOT_KEPT.contains(&schema.as_str()) {
            faults.push(format!("{schema}: is it a record, and of which table?"));
        }
    }
    for table in tables().filter(|table| table.of != Of::Nobody) {
        let named = RECORDS
            .iter()
            .chain(NEVER_SHOWN)
            .filter(|(one, other)| table.name == *other || table.name == *one);
        if named.count() == 0 {
            faults.push(format!("{}: which schema shows it?", table.name));
        }
    }
    faults
}

/// The schemas of every answer that is no problem; of a page, what it is a page of.
fn answered(document: &Value) -> BTreeSet<String> {
    let name =
        |schema: &Value| schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
    let mut all = BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let answers = operation["responses"].as_object().into_iter().flatten();
            for (_, answer) in answers.filter(|(status, _)| status.starts_with('2')) {
                let Some(found) = name(&answer["content"]["application/json"]["schema"]) else { continue };
                let items = &document["components"]["schemas"][&found]["properties"]["data"]["items"];
                all.insert(name(items).unwrap_or(found));
            }
        }
    }
    all
}

#[test]
fn every_record_of_a_person_says_when_it_goes() {
    let faults = forgotten(&CONTRACT.document);
    assert!(faults.is_empty(), "{faults:#?}");
    let answered = answered(&CONTRACT.document);
    assert!(answered.len() > 60, "the contract is read wrongly: {answered:?}");
    let named = RECORDS
        .iter()
        .map(|(schema, _)| *schema)
        .chain(AROUND_RECORDS.iter().copied())
        .chain(NOT_KEPT.iter().copied());
    let nowhere: Vec<_> = named.filter(|schema| !answered.contains(*schema)).collect();
    assert!(nowhere.is_empty(), "no operation answers with {nowhere:?}");
}

#[test]
fn every_table_of_people_stands_in_the_document_for_the_data_protection_officer() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PRIVACY.md"))
        .expect("it is there");
    let (_, held) = text.split_once("## What is held").expect("a chapter");
    let (held, _) = held.split_once("## Purposes and grounds").expect("the next one");
    let missing: Vec<_> = tables()
        .filter(|table| table.of != Of::Nobody && !held.contains(&format!("`{}`", table.name)))
        .map(|table| table.name)
        .collect();
    assert!(missing.is_empty(), "docs/PRIVACY.md, What is held, does not name {missing:?}");
}

/// The test of the test: a record that loses its term, one whose term is left out at will, and a schema of which nobody said
/// what it is.
#[test]
fn a_record_that_forgets_its_term_is_found() {
    let mut document = CONTRACT.document.clone();
    let schemas = &mut document["components"]["schemas"];
    schemas["MessageView"]["properties"].as_object_mut().expect("an object").remove("retention");
    schemas["HoldView"]["required"].as_array_mut().expect("a list").retain(|one| one != "retention");
    schemas["DiaryView"] = json!({ "type": "object" });
    document["paths"]["/diaries"] = json!({ "get": { "responses": { "200": { "content": { "application/json": {
        "schema": { "$ref": "#/components/schemas/DiaryView" } } } } } } });
    assert_eq!(
        forgotten(&document),
        [
            "DiaryView: is it a record, and of which table?",
            "HoldView shows holds and does not say when it goes",
            "MessageView shows private_entries and does not say when it goes",
        ]
    );
}

fn ahead(world: &World, days: i64) -> Value {
    json!(world.app.platform.clock.today() + TimeDelta::days(days))
}

fn term(after: &Value, ground: &str) -> Value {
    json!({ "eraseAfterDate": after, "ground": ground, "held": false })
}

/// The same of what belongs to a request, of which the request says whether it is held.
fn in_case(after: &Value, ground: &str) -> Value {
    json!({ "eraseAfterDate": after, "ground": ground, "held": null })
}

/// The term of what stands here; of the first on a page.
fn said(world: &World, who: naast_domain::ids::PersonId, path: &str) -> Value {
    let body = world.app.get(who, path).expect(200).body;
    let one = body["data"].as_array().map_or(body.clone(), |rows| rows[0].clone());
    one["retention"].clone()
}

fn what_parent_and_buddy_share_goes_before_the_case(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let path = format!("/matches/{matched}");
    let (notes, messages) = (format!("{path}/private-notes"), format!("{path}/messages"));
    let running = in_case(&Value::Null, "running");
    let note = json!({ "kind": "talk-preparation", "text": "Eerst vragen.", "aboutHealth": false });
    let written = world.app.post(parent, &notes, &note).expect(201);
    assert_eq!(written.body["retention"], running);
    let sent =
        world.app.post(buddy.person, &messages, &json!({ "text": "Dag", "aboutHealth": false })).expect(201);
    assert_eq!(sent.body["retention"], running);
    let one = format!("{notes}/{}", written.id());
    for place in [&notes, &messages, &one] {
        assert_eq!(said(&world, buddy.person, place), running, "{place}");
    }
    world
        .app
        .post_on(parent, &path, &format!("{path}/closure"), &json!({ "reason": "goal-reached" }))
        .expect(200);
    let (space, case) =
        (in_case(&ahead(&world, 30), "closed-matched"), in_case(&ahead(&world, 365), "closed-matched"));
    for place in [&notes, &messages, &one] {
        assert_eq!(said(&world, parent, place), space, "{place}");
    }
    assert_eq!(said(&world, parent, &path), case);
    // and so it is: the day itself is theirs, the day after it is gone
    for (days, left) in [(30, true), (1, false)] {
        world.app.platform.clock.advance(TimeDelta::days(days));
        let platform = &world.app.platform;
        naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
        let page = world.app.get(parent, &messages).expect(200);
        assert_eq!(page.body["data"] != json!([]), left);
    }
}

fn what_school_reads_of_a_talk_says_nothing_of_the_case(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let day = ahead(&world, 5);
    let path = format!("/matches/{matched}/meeting-announcements");
    let body = json!({
        "date": day, "text": words("meeting-announcement")
    });
    let announced = world.app.post(parent, &path, &body).expect(201);
    assert_eq!(announced.body["retention"], in_case(&Value::Null, "running"));
    let at_school = format!("/announced-meetings?locationCode={}", naast_tests::world::SCHOOL);
    assert_eq!(said(&world, world.leader, &at_school), term(&day, "talk-over"));
    // the case ends, and the school's term does not move
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    assert_eq!(said(&world, world.leader, &at_school), term(&day, "talk-over"));
    assert_eq!(said(&world, parent, &path), in_case(&ahead(&world, 30), "withdrawn"));
    // nor when it is erased
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(parent, "/me/erasure", &sure).expect(200);
    assert_eq!(said(&world, world.leader, &at_school), term(&day, "talk-over"));
    // until the day is over
    world.app.platform.clock.advance(TimeDelta::days(6));
    assert_eq!(world.app.get(world.leader, &at_school).expect(200).body["data"], json!([]));
}

fn what_is_told_of_an_account_differs_by_reader(engine: Engine) {
    let world = World::new(engine);
    let (parent, nobody) = (world.person(), world.person());
    world.request(0, parent);
    assert_eq!(said(&world, parent, "/me"), term(&Value::Null, "running"), "a request needs it");
    assert_eq!(said(&world, nobody, "/me"), term(&ahead(&world, 30), "account-unused"));
    assert_eq!(said(&world, world.leader, "/me"), term(&Value::Null, "running"), "a role needs it");
    // an administrator reads of a role that it goes with the account, not whether its holder has a case
    let list = format!("/organisations/{}/memberships", world.school);
    assert_eq!(said(&world, world.administrator, &list), term(&Value::Null, "with-account"));
    // the day that she is told is the day
    let day = said(&world, nobody, "/me")["eraseAfterDate"].clone();
    world.app.platform.clock.advance(TimeDelta::days(30));
    let platform = &world.app.platform;
    let round = || naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!((json!(platform.clock.today()), round().erased.get("account")), (day, None));
    platform.clock.advance(TimeDelta::days(2));
    assert!(round().erased.contains_key("account"));
    world.app.get(nobody, "/me").expect(401);
}

fn the_records_of_a_case_go_with_it(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    world.matched(0, parent, &request, &buddy);
    let coordinator = world.coordinators[0];
    let of_request = format!("/support-requests/{request}");
    let running = term(&Value::Null, "running");
    let of_decision = said(&world, coordinator, &format!("{of_request}/decisions"));
    assert_eq!((&of_decision["ground"], &of_decision["held"]), (&json!("running"), &Value::Null));
    let of_buddy = format!("/buddies/{}", buddy.id);
    assert_eq!(said(&world, coordinator, &format!("{of_buddy}/certificates")), running);
    // a reading: two years, whatever becomes of the case
    let reading = said(&world, parent, "/me/access-log");
    assert_eq!(reading, term(&ahead(&world, 731), "own-term"));
    let export = world.app.ask(parent, "/me/exports").expect(201);
    assert_eq!(export.body["retention"], term(&ahead(&world, 1), "own-term"));
    let hold = json!({ "because": "complaint" });
    let kept = world.app.post(coordinator, &format!("{of_request}/holds"), &hold).expect(201);
    assert_eq!(kept.body["retention"]["held"], json!(true));
    // to whom the request is open it says so, and not to the buddy, who may be the reason
    let tells = |who| said(&world, who, &of_request)["held"].clone();
    assert_eq!(
        [tells(parent), tells(coordinator), tells(buddy.person)],
        [json!(true), json!(true), Value::Null]
    );
    world.app.ask(parent, &format!("{of_request}/withdrawal")).expect(200);
    // that it is held stands with the holds, and with the request
    let withdrawn =
        |held: Value| json!({ "eraseAfterDate": ahead(&world, 30), "ground": "withdrawn", "held": held });
    for place in ["decisions", "holds", "consents", "withdrawal-recipients"] {
        assert_eq!(
            said(&world, parent_or(place, parent, coordinator), &format!("{of_request}/{place}")),
            withdrawn(if place == "holds" { json!(true) } else { Value::Null }),
            "{place}"
        );
    }
    let notices = format!("/withdrawal-notices?programmeId={}", world.programmes[0]);
    assert_eq!(said(&world, coordinator, &notices), withdrawn(Value::Null));
    let buddys = said(&world, buddy.person, "/matches");
    assert_eq!(buddys["held"], Value::Null, "a buddy reads no hold");
    world.app.patch(coordinator, &of_buddy, &json!({ "status": "left" })).expect(200);
    let left = term(&json!(world.app.platform.clock.today()), "buddy-left");
    assert_eq!(said(&world, coordinator, &format!("{of_buddy}/certificates")), left);
}

/// Decisions are the coordinator's to read, the rest is the parent's.
fn parent_or(
    place: &str,
    parent: naast_domain::ids::PersonId,
    coordinator: naast_domain::ids::PersonId,
) -> naast_domain::ids::PersonId {
    if place == "decisions" { coordinator } else { parent }
}
