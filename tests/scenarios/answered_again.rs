//! Whoever changes a case is answered with how it stands, and so is whoever sends a change that was made before: each is a reading, and leaves its
//! record like one. Every operation of the contract that changes something is called twice by everybody, and each answer left the records that the
//! list for it says.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use naast_api::answer::Answer;
use naast_api::caller::Caller;
use naast_api::platform::Platform;
use naast_api::problem::Error;
use naast_domain::access::WithdrawRequest;
use naast_persistence::Kept;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both, random_id};
use serde_json::json;

use crate::authorisation::calls::{call, state_for};
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Column, operations};
use crate::looks::count;

on_both!(
    what_is_answered_without_a_change_leaves_the_records_of_a_reading,
    a_change_of_nothing_leaves_the_record_of_a_reading,
    whoever_forgets_what_an_answer_without_a_change_shows_gives_none,
    what_cannot_be_recorded_is_not_answered_again,
    an_answer_that_was_kept_is_given_again_with_a_record,
);

/// Who leaves how many records when she changes something. Reviewed: whoever changes what is her own leaves none, nor does whoever changes what is
/// of no case, and what comes with a code is of whoever holds it.
const LEAVES: &[(&str, &[(&str, i64)])] = &[
    ("withdrawSupportRequest", &[("coordinator", 1)]),
    ("continueSupportRequest", &[("coordinator", 1)]),
    // the buddy whose file it is
    ("registerBuddy", &[("coordinator", 1)]),
    ("updateBuddy", &[("coordinator", 1)]),
    ("recordCertificate", &[("coordinator", 1)]),
    ("removeCertificate", &[("coordinator", 1)]),
    ("declareTie", &[("coordinator", 1)]),
    ("proposeBuddy", &[("coordinator", 1)]),
    ("cancelProposal", &[("coordinator", 1)]),
    // of the case that she is asked for, whatever others it holds off
    ("answerProposal", &[("buddy", 1)]),
    ("pauseMatch", &[("buddy", 1), ("coordinator", 1)]),
    ("resumeMatch", &[("buddy", 1), ("coordinator", 1)]),
    ("recordContact", &[("buddy", 1), ("coordinator", 1)]),
    ("closeMatch", &[("coordinator", 1)]),
    ("writePrivateNote", &[("buddy", 1)]),
    ("sendMessage", &[("buddy", 1)]),
    ("noteReading", &[("buddy", 1)]),
    // the parent, and the buddy who comes along
    ("noteObjection", &[("school-staff", 2), ("school-leader", 2), ("professional", 2)]),
    ("placeHold", &[("coordinator", 1), ("administrator", 1)]),
    ("releaseHold", &[("coordinator", 1), ("administrator", 1)]),
    ("reportConsent", &[("coordinator", 1)]),
    ("withdrawConsent", &[("coordinator", 1)]),
    ("confirmWithdrawalNotice", &[("buddy", 1)]),
];

/// Who leaves how many records when she sends what was done before. Reviewed, like `LEAVES` in `access_log.rs`: one for each person whose data she
/// reads, none by whose own they are.
const LEAVES_AGAIN: &[(&str, &[(&str, i64)])] = &[
    ("withdrawConsent", &[("coordinator", 1)]),
    ("withdrawSupportRequest", &[("coordinator", 1)]),
    ("continueSupportRequest", &[("coordinator", 1)]),
    ("confirmWithdrawalNotice", &[("coordinator", 1), ("buddy", 1)]),
    ("releaseHold", &[("coordinator", 1), ("administrator", 1)]),
    ("noteObjection", &[("school-staff", 2), ("school-leader", 2), ("professional", 2)]),
    ("noteReading", &[("buddy", 1)]),
];

/// What is answered again and shows nothing of anybody else's case: one's own, directories, what comes with a code.
const SHOWS_NOBODY_AGAIN: &[&str] = &[
    "recordSchoolPartnership",
    "coverSchool",
    "setRetentionTerm",
    "confirmOwnTies",
    "withdrawAllMyConsents",
    "takeBackErasure",
    "cancelAnnouncement",
    "confirmConsent",
    // by a code, and of whoever holds it
    "answerAsParent",
    "exchangeInvitationCode",
    "consentToReferral",
    "confirmConsentByCode",
    "consentAsPupil",
    "withdrawAsPupil",
    // signing in
    "requestSignInCode",
    "issueToken",
    "revokeToken",
];

/// What leaves a record when a rule refuses it, as the stage has it: of a case, and by somebody else than its parent.
const LEAVES_REFUSED: &[(&str, &str)] = &[
    ("proposeBuddy", "coordinator"),
    ("cancelProposal", "coordinator"),
    ("answerProposal", "buddy"),
    ("pauseMatch", "coordinator"),
    ("pauseMatch", "buddy"),
    ("resumeMatch", "coordinator"),
    ("resumeMatch", "buddy"),
    ("closeMatch", "coordinator"),
    ("changePrivateNote", "buddy"),
    ("deletePrivateNote", "buddy"),
    ("deleteMessage", "buddy"),
    ("placeHold", "coordinator"),
    ("placeHold", "administrator"),
];

const CALLERS: &[&str] = &[
    "parent",
    "buddy",
    "coordinator",
    "school-staff",
    "school-leader",
    "professional",
    "administrator",
    "auditor",
    "other-coordinator",
    "stranger",
];

fn what_is_answered_without_a_change_leaves_the_records_of_a_reading(engine: Engine) {
    let stage = Stage::new(engine);
    let rows = |table: &str| count(&stage.world, table);
    let (mut faults, mut again, mut seen) = (Vec::new(), 0, BTreeMap::new());
    let mut readers: BTreeSet<(String, String)> = BTreeSet::new();
    let mut refused = BTreeSet::new();
    let (last, first): (Vec<_>, Vec<_>) = operations()
        .into_iter()
        .filter(|operation| !operation.only_reads())
        .partition(|operation| operation.id == "withdrawAllMyConsents");
    // what is asked of all that a parent has comes before hundreds of cases are made for her
    let (of_all, first): (Vec<_>, Vec<_>) = first.into_iter().partition(|one| one.id == "requestExport");
    for operation in of_all.iter().chain(&first).chain(&last) {
        let leaves = LEAVES_AGAIN.iter().find(|(id, _)| *id == operation.id).map(|(_, leaves)| *leaves);
        for caller in CALLERS {
            let at = (Column::Own, state_for(&operation.id));
            stage.with_fresh(&operation.id, &operation.template, at, |on| {
                let send = || {
                    let (journal, records) = (rows("journal"), rows("access_log"));
                    let reply = call(&stage, operation, caller, on);
                    (reply, rows("journal") > journal, rows("access_log") - records)
                };
                let wrong = |reply: &Reply, changed: bool, left: i64| {
                    let of = LEAVES.iter().find(|(id, _)| *id == operation.id).map(|(_, leaves)| *leaves);
                    let of = of.unwrap_or_default().iter().find(|(who, _)| *who == *caller);
                    let should = if reply.status == 409 {
                        i64::from(LEAVES_REFUSED.contains(&(operation.id.as_str(), caller)))
                    } else {
                        of.filter(|_| changed).map_or(0, |(_, number)| *number)
                    };
                    let (id, status) = (&operation.id, reply.status);
                    // a call that was told to come back is sent again, and refused again: that is told twice
                    let is_told_again = reply.status == 409 && should == 1 && left > 1;
                    (left != should && !is_told_again).then(|| {
                        format!("{id} by {caller} ({status}): a change left {left} records and not {should}")
                    })
                };
                let (reply, changed, left) = send();
                if reply.status >= 300 || changed {
                    faults.extend(wrong(&reply, changed, left));
                    let noted = if reply.status == 409 { &mut refused } else { &mut readers };
                    noted.extend((left > 0).then(|| (operation.id.clone(), (*caller).to_owned())));
                }
                if reply.status >= 300 {
                    return;
                }
                let (reply, changed, left) = send();
                if reply.status >= 300 || changed {
                    faults.extend(wrong(&reply, changed, left));
                }
                if reply.status == 409 && left > 0 {
                    refused.insert((operation.id.clone(), (*caller).to_owned()));
                }
                if reply.status >= 500 {
                    faults.push(format!("{} by {caller}: {}", operation.id, reply.body));
                }
                if reply.status >= 300 || changed {
                    return;
                }
                again += 1;
                let known = leaves.is_some() || SHOWS_NOBODY_AGAIN.contains(&operation.id.as_str());
                let of = leaves.unwrap_or_default().iter().find(|(who, _)| who == caller);
                let should = of.map_or(0, |(_, number)| *number);
                *seen.entry((operation.id.clone(), *caller)).or_insert(0) += left;
                if !known || left != should {
                    faults.push(format!(
                        "{} by {caller} ({}): {left} records and not {should}, known: {known}",
                        operation.id, reply.status
                    ));
                }
            });
        }
    }
    for (id, leaves) in LEAVES {
        for (caller, _) in *leaves {
            if !readers.contains(&((*id).to_owned(), (*caller).to_owned())) {
                faults.push(format!("{id} by {caller} changed nothing, or left nothing"));
            }
        }
    }
    for (id, caller) in LEAVES_REFUSED {
        if !refused.contains(&((*id).to_owned(), (*caller).to_owned())) {
            faults.push(format!("{id} by {caller} was never refused, or left nothing"));
        }
    }
    for (id, leaves) in LEAVES_AGAIN {
        for (caller, _) in *leaves {
            if !seen.contains_key(&((*id).to_owned(), *caller)) {
                faults.push(format!("{id} by {caller} was never answered again"));
            }
        }
    }
    println!("{again} answers without a change");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    crate::looks::assert_sound(&stage.world);
}

fn a_change_of_nothing_leaves_the_record_of_a_reading(engine: Engine) {
    let world = World::new(engine);
    let (coordinator, buddy) = (world.coordinators[0], world.buddy(0, &json!({})));
    let path = format!("/buddies/{}", buddy.id);
    let before = count(&world, "access_log");
    let shown = world.app.call(Some(coordinator), "PATCH", &path, Some(&json!({})), Some("*")).expect(200);
    assert_eq!(shown.id(), buddy.id);
    assert_eq!(count(&world, "access_log") - before, 1);
    let log = world.app.get(buddy.person, "/me/access-log").expect(200).body;
    assert_eq!(log["data"][0]["data"], json!("buddy-profile"), "{log}");
}

/// A handler of somebody who forgot.
async fn forgetful(platform: web::Data<Platform>, caller: Caller) -> Result<HttpResponse, Error> {
    platform
        .write(caller.0, |cx| {
            cx.grant::<WithdrawRequest>()?;
            Ok(Kept::unchanged(Answer::found("what somebody entrusted")))
        })
        .await?;
    Ok(HttpResponse::Ok().json("what somebody entrusted"))
}

/// Another, who writes no row and says that she changed something.
async fn careless(platform: web::Data<Platform>, caller: Caller) -> Result<HttpResponse, Error> {
    platform.write(caller.0, |cx| Ok(cx.tx.keep([], Answer::found("what somebody entrusted"))?)).await?;
    Ok(HttpResponse::Ok().json("what somebody entrusted"))
}

fn whoever_forgets_what_an_answer_without_a_change_shows_gives_none(engine: Engine) {
    let more = |config: &mut web::ServiceConfig| {
        config.route("/forgetful", web::post().to(forgetful)).route("/careless", web::post().to(careless));
    };
    let world = World::on(TestApp::start_as(engine, Shape { more, ..Shape::default() }));
    let token = format!("Bearer {}", world.app.token(world.coordinators[0]));
    for path in ["/forgetful", "/careless"] {
        let reply = world.app.send("POST", path, &[("authorization", token.as_str())], Vec::new());
        assert_eq!(reply.status, 500, "{path}");
        assert!(!String::from_utf8_lossy(&reply.bytes).contains("entrusted"), "{path}");
    }
}

fn what_cannot_be_recorded_is_not_answered_again(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let path = format!("/support-requests/{}/withdrawal", world.consented(0, parent));
    world.app.ask(coordinator, &path).expect(200);
    around(&world.app.location, |database| {
        database.batch("ALTER TABLE access_log RENAME TO access_log_away")
    })
    .expect("whoever has a console can do this");
    assert!(world.app.ask(coordinator, &path).status >= 500);
    // what is her own a parent is told all the same
    world.app.ask(parent, &path).expect(200);
    around(&world.app.location, |database| {
        database.batch("ALTER TABLE access_log_away RENAME TO access_log")
    })
    .expect("and back");
    let before = count(&world, "access_log");
    world.app.ask(coordinator, &path).expect(200);
    assert_eq!(count(&world, "access_log") - before, 1);
    let log = world.app.get(parent, "/me/access-log").expect(200).body;
    let sentence = log["data"][0]["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("welke toestemming is teruggenomen"), "{sentence}");
}

fn an_answer_that_was_kept_is_given_again_with_a_record(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator, buddy) = (world.person(), world.coordinators[0], world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let records =
        |who| count(&world, &format!("access_log WHERE subject_id = '{parent}' AND role = '{who}'"));
    let call = |who, line: String, body: serde_json::Value| {
        let key = random_id().to_string();
        let send = || world.app.keyed(Some(who), &line, &body, &key).expect(201).bytes;
        let first = send();
        let before =
            (records("coordinator"), records("buddy"), records("administrator"), count(&world, "journal"));
        assert_eq!(send(), first, "{line}");
        let after =
            (records("coordinator"), records("buddy"), records("administrator"), count(&world, "journal"));
        (after.0 - before.0, after.1 - before.1, after.2 - before.2, after.3 - before.3)
    };
    let hold = json!({ "because": "complaint" });
    let place = format!("POST /support-requests/{request}/holds");
    assert_eq!(call(world.administrator, place, hold), (0, 0, 1, 0));
    let propose = format!("POST /support-requests/{request}/proposals");
    let to = world.buddy(0, &json!({}));
    assert_eq!(call(coordinator, propose, json!({ "buddyId": to.id })), (1, 0, 0, 0));
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let message = json!({ "text": "Tot donderdag.", "aboutHealth": false });
    let line = format!("POST /matches/{matched}/messages");
    assert_eq!(call(buddy.person, line.clone(), message.clone()), (0, 1, 0, 0));
    // what is her own leaves none, so that nobody sees how often she looks
    assert_eq!(call(parent, line, message), (0, 0, 0, 0));
    let log = world.app.get(parent, "/me/access-log?pageSize=1").expect(200).body;
    let row = &log["data"][0];
    assert_eq!((&row["data"], &row["role"]), (&json!("repeated-answer"), &json!("buddy")));
    let sentence = row["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains("las uw buddy opnieuw het antwoord op een eerdere aanroep over uw zaak"),
        "{sentence}"
    );
}
