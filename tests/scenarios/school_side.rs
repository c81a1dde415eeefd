//! What school cannot see (S2): nothing that the parent does tells it anything, until she consents to the hand-over, and
//! then only that.

use naast_domain::ids::PersonId;
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::json;

use crate::looks::{holds, refused, sealed_in, seen, tables_with};

on_both!(
    whatever_the_parent_does_school_sees_the_same_bytes,
    five_parents_who_did_five_things_look_alike_at_school,
    the_code_that_the_school_knew_opens_nothing_but_the_exchange,
    an_invitation_that_was_used_is_to_the_school_like_one_that_was_not,
    a_parent_who_lost_her_code_exchanges_the_invitation_again_and_consents_once,
    after_the_hand_over_school_sees_that_it_was_and_when,
    no_name_and_no_contact_way_reaches_school_or_is_kept_before_the_parent_consents,
    whoever_works_at_the_school_cannot_consent_for_the_parent,
);

const ACTS: &[&str] = &["", "take-time", "decline-buddy", "contact-self", "withdraw"];

/// Everything that the school's side can ask of a conversation, and every way in which it can be refused.
fn all_of_it(world: &World, conversation: &str, reference: uuid::Uuid) -> Vec<String> {
    let path = format!("/conversations/{conversation}");
    let reopen = json!({ "locationCode": SCHOOL, "parentReference": reference, "ground": "regular-talk" });
    let code = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
    let stale =
        world.app.call(Some(world.leader), "POST", &format!("{path}/answers"), Some(&code), Some("\"v1\""));
    [
        world.app.get(world.leader, &path),
        world.app.get(world.leader, &format!("{path}/answers")),
        world.app.get(world.leader, &format!("/conversations?locationCode={SCHOOL}")),
        world.app.post(world.leader, "/conversations", &reopen),
        world.step(conversation, "ask-first-question"),
        world.step(conversation, "explain-buddy"),
        stale,
    ]
    .iter()
    .map(seen)
    .collect()
}

fn opened(world: &World, reference: uuid::Uuid) -> String {
    let body = json!({ "locationCode": SCHOOL, "parentReference": reference, "ground": "regular-talk" });
    world.app.post(world.leader, "/conversations", &body).expect(201).id()
}

fn whatever_the_parent_does_school_sees_the_same_bytes(engine: Engine) {
    let world = World::new(engine);
    for act in &ACTS[1..] {
        let reference = random_id();
        let conversation = opened(&world, reference);
        let code = world.explained(&conversation);
        let before = all_of_it(&world, &conversation, reference);
        world.parent_step(&code, act).expect(200);
        assert_eq!(all_of_it(&world, &conversation, reference), before, "{act}");
        world.parent_step(&code, "withdraw").expect(200);
        assert_eq!(all_of_it(&world, &conversation, reference), before, "{act}, then stop");
    }
}

/// A conversation in which a buddy was explained, and the invitation that the school holds.
fn invited(world: &World, reference: uuid::Uuid) -> (String, String) {
    let conversation = opened(world, reference);
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&conversation, step).expect(201);
    }
    let invitation = world.step(&conversation, "explain-buddy").expect(201).text("invitationCode");
    (conversation, invitation)
}

fn exchange(world: &World, invitation: &str) -> naast_tests::app::Reply {
    world.app.call(None, "POST", "/parent-codes", Some(&json!({ "invitationCode": invitation })), None)
}

fn search(world: &World, code: &str) -> naast_tests::app::Reply {
    world.app.call(None, "POST", "/parent-conversations/_search", Some(&json!({ "code": code })), None)
}

fn the_code_that_the_school_knew_opens_nothing_but_the_exchange(engine: Engine) {
    let world = World::new(engine);
    let reference = random_id();
    let (conversation, invitation) = invited(&world, reference);
    let before = all_of_it(&world, &conversation, reference);
    let tries = |code: &str| {
        refused(search(&world, code), 404, "not-found");
        refused(world.parent_step(code, "withdraw"), 404, "not-found");
        refused(world.refer(world.person(), code, &world.request_body(0)), 404, "not-found");
    };
    tries(&invitation);
    let exchanged = exchange(&world, &invitation).expect(201).text("parentCode");
    assert_eq!(all_of_it(&world, &conversation, reference), before);
    assert_ne!(exchanged, invitation);
    tries(&invitation);
    refused(exchange(&world, "ABCD-EFGH-2345-6789"), 404, "not-found");
    world.parent_step(&exchanged, "take-time").expect(200);
    assert_eq!(all_of_it(&world, &conversation, reference), before);
}

/// Everything that a school can do with an invitation that it kept, and what it sees by it. Codes are told apart by chance alone.
fn with_kept_invitation(
    world: &World,
    conversation: &str,
    reference: uuid::Uuid,
    invitation: &str,
) -> Vec<String> {
    let mut answers = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for _ in 0..2 {
        let exchanged = exchange(world, invitation);
        codes.extend(exchanged.body["parentCode"].as_str().map(str::to_owned));
        answers.push(seen(&exchanged));
    }
    for code in codes.clone() {
        for step in
            ["take-time", "contact-self", "decline-buddy", "consent-to-referral", "withdraw", "withdraw"]
        {
            answers.push(seen(&search(world, &code)));
            answers.push(seen(&world.parent_step(&code, step)));
        }
        answers.push(seen(&search(world, &code)));
        answers.push(seen(&world.refer(world.leader, &code, &world.request_body(0))));
    }
    answers.extend(all_of_it(world, conversation, reference).into_iter().enumerate().filter_map(
        // the list grows with each conversation
        |(place, answer)| (place != 2).then_some(answer),
    ));
    let mut own: Vec<&str> = codes.iter().map(String::as_str).collect();
    let reference = reference.to_string();
    own.extend([conversation, &reference]);
    without_ids(&answers, &own)
}

fn an_invitation_that_was_used_is_to_the_school_like_one_that_was_not(engine: Engine) {
    let world = World::new(engine);
    let reference = random_id();
    let (conversation, invitation) = invited(&world, reference);
    let unused = with_kept_invitation(&world, &conversation, reference, &invitation);
    assert!(unused[0].starts_with("201") && unused[2].starts_with("200"), "{unused:?}");
    for act in ACTS {
        let reference = random_id();
        let (conversation, invitation) = invited(&world, reference);
        let hers = exchange(&world, &invitation).expect(201).text("parentCode");
        if !act.is_empty() {
            world.parent_step(&hers, act).expect(200);
        }
        let before = seen(&search(&world, &hers).expect(200));
        assert_eq!(with_kept_invitation(&world, &conversation, reference, &invitation), unused, "{act}");
        // and nothing that school did with it touched hers
        assert_eq!(seen(&search(&world, &hers).expect(200)), before, "{act}");
    }
}

fn a_parent_who_lost_her_code_exchanges_the_invitation_again_and_consents_once(engine: Engine) {
    let world = World::new(engine);
    let (conversation, invitation) = invited(&world, random_id());
    let lost = exchange(&world, &invitation).expect(201).text("parentCode");
    world.parent_step(&lost, "decline-buddy").expect(200);
    let found = exchange(&world, &invitation).expect(201).text("parentCode");
    world.parent_step(&found, "take-time").expect(200);
    let parent = world.person();
    let request = world.refer(parent, &found, &world.request_body(0)).expect(201).id();
    let at_school = world.app.get(world.leader, &format!("/conversations/{conversation}")).expect(200);
    assert_eq!(at_school.text("state"), "handed-over");
    assert_eq!(search(&world, &found).expect(200).text("requestState"), "submitted");
    assert_eq!(search(&world, &lost).expect(200).body["requestState"], json!(null));
    // once: with neither of them, nor with a third
    let third = exchange(&world, &invitation).expect(201).text("parentCode");
    for code in [&found, &lost, &third] {
        let again = world.refer(world.person(), code, &world.request_body(0));
        assert_eq!(refused(again, 409, "step-not-permitted").body["state"], "referred");
    }
    world.parent_step(&found, "withdraw").expect(200);
    let request = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
    assert_eq!(request.body["state"], "withdrawn");
    crate::looks::assert_sound(&world);
}

/// The version in a tag; its other half is of the answer itself, ids and times included.
fn version(word: &str) -> Option<&str> {
    let (version, digest) = word.trim_end_matches('\\').split_once('-')?;
    let is_tag = version.strip_prefix('v')?.bytes().all(|one| one.is_ascii_digit())
        && digest.len() == 16
        && digest.bytes().all(|one| one.is_ascii_hexdigit());
    is_tag.then_some(version)
}

/// The same without ids and times.
fn without_ids(answers: &[String], own: &[&str]) -> Vec<String> {
    let is_time = |word: &str| word.len() > 20 && word.as_bytes()[4] == b'-' && word.contains('T');
    answers
        .iter()
        .map(|answer| {
            let text = own.iter().fold(answer.clone(), |text, id| text.replace(id, "_"));
            let shown = |word| if is_time(word) { "_" } else { version(word).unwrap_or(word) };
            text.split('"').map(shown).collect::<Vec<_>>().join("\"")
        })
        .collect()
}

fn five_parents_who_did_five_things_look_alike_at_school(engine: Engine) {
    let mut alike: Option<Vec<String>> = None;
    let world = World::new(engine);
    for act in ACTS {
        let reference = random_id();
        let conversation = opened(&world, reference);
        let code = world.explained(&conversation);
        if !act.is_empty() {
            world.parent_step(&code, act).expect(200);
        }
        let mut answers = all_of_it(&world, &conversation, reference);
        answers.remove(2); // the list grows with each conversation; the test before this one compares it
        let answers = without_ids(&answers, &[&conversation, &reference.to_string()]);
        match &alike {
            None => alike = Some(answers),
            Some(first) => assert_eq!(&answers, first, "{act}"),
        }
    }
}

fn after_the_hand_over_school_sees_that_it_was_and_when(engine: Engine) {
    let world = World::new(engine);
    let conversation = world.conversation();
    let code = world.explained(&conversation);
    let path = format!("/conversations/{conversation}");
    let mut before = world.app.get(world.leader, &path).expect(200).body;
    let steps = world.app.get(world.leader, &format!("{path}/answers")).expect(200).bytes;
    let parent = world.person();
    let request = world.refer(parent, &code, &world.request_body(0)).expect(201).id();

    let after = world.app.get(world.leader, &path).expect(200);
    before["state"] = json!("handed-over");
    before["handedOverDate"] = json!(world.app.platform.clock.today());
    assert_eq!(after.body, before);
    assert_eq!(world.app.get(world.leader, &format!("{path}/answers")).expect(200).bytes, steps);

    // which is what every programme tells a parent before she chooses it
    let words = [
        ("nl", "Dan ziet school dat u dat deed, en op welke dag."),
        ("en", "Then the school sees that you did, and on which day."),
    ];
    for (programme, (language, words)) in world.programmes.iter().flat_map(|one| words.map(|of| (one, of))) {
        let token = format!("Bearer {}", world.app.token(parent));
        let headers = [("authorization", token.as_str()), ("accept-language", language)];
        let path = format!("/v1/programmes/{programme}/position-statement");
        let told = world.app.send("GET", &path, &headers, Vec::new()).expect(200).body;
        let mut answers = told["answers"].as_array().expect("answers").iter();
        let sees = answers.find(|one| one["code"] == "who-sees").expect("who sees what she tells");
        assert!(sees["answer"].as_str().expect("words").contains(words), "{sees}");
    }

    // what comes after is not told: not the consent, not the match, not the end
    world.consent(parent, &request).expect(201);
    let buddy = world.buddy(0, &json!({}));
    world.matched(0, parent, &request, &buddy);
    let look = json!({ "code": code });
    let hers =
        || world.app.call(None, "POST", "/parent-conversations/_search", Some(&look), None).expect(200);
    assert_eq!(hers().text("requestState"), "matched");
    let stopped = world.parent_step(&code, "withdraw").expect(200);
    assert_eq!(
        (stopped.text("state"), stopped.text("requestState")),
        ("referred".into(), "withdrawn".into())
    );
    assert_eq!(hers().text("requestState"), "withdrawn");
    let request = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
    assert_eq!(request.body["state"], "withdrawn", "the code also stops what came of it");
    let last = world.app.get(world.leader, &path).expect(200);
    assert_eq!((seen(&last), last.etag()), (seen(&after), after.etag()));
}

/// Everything that can be read by somebody who knows every id there is, by the collection that it belongs to.
fn crawl(world: &World, reader: PersonId, ids: &[(&str, &str)]) -> Vec<String> {
    let document = &naast_api::contract::CONTRACT.document;
    let mut read = Vec::new();
    for (path, _) in
        document["paths"].as_object().expect("paths").iter().filter(|(_, item)| item["get"].is_object())
    {
        let collection = path.split('/').nth(1).unwrap_or_default();
        let id = ids.iter().find(|(of, _)| *of == collection).map(|(_, id)| *id);
        let place = path.replace("{id}", id.unwrap_or(SCHOOL)).replace("{locationCode}", SCHOOL);
        let buddy = ids[0].1;
        let query = match path.as_str() {
            "/conversations" => format!("?locationCode={SCHOOL}"),
            "/support-requests" | "/matches" | "/buddies" => format!("?programmeId={}", world.programmes[0]),
            "/proposals" => format!("?buddyId={buddy}"),
            _ => String::new(),
        };
        for place in [format!("{place}{query}"), place] {
            read.push(String::from_utf8_lossy(&world.app.get(reader, &place).bytes).into_owned());
        }
    }
    read
}

fn no_name_and_no_contact_way_reaches_school_or_is_kept_before_the_parent_consents(engine: Engine) {
    const NAME: &str = "Merkteken Zevenbergen";
    const WAY: &str = "merkteken-4711@example.org";
    let world = World::new(engine);
    let conversation = world.conversation();
    let code = world.explained(&conversation);
    let mut body = world.request_body(0);
    body["contact"] = json!({ "name": NAME, "kind": "email", "value": WAY });
    let parent = world.person();
    let mut unknown = json!({ "code": code, "request": body, "consent": words("referral") });
    unknown["consent"]["textVersion"] = json!("2020-1");
    refused(world.app.post(parent, "/referrals", &unknown), 409, "consent-text-unknown");
    refused(world.refer(world.leader, &code, &body), 409, "only-the-parent");
    world.parent_step(&code, "take-time").expect(200);
    assert!(!holds(&world, NAME) && !holds(&world, WAY), "kept before the parent consented");

    let request = world.refer(parent, &code, &body).expect(201).id();
    assert!(!holds(&world, NAME) && !holds(&world, WAY), "kept from then on, and sealed");
    for column in ["contact_name", "contact_value"] {
        let sealed = sealed_in(&world, "support_requests", column).pop().expect("it is kept");
        assert_eq!(
            tables_with(&world, &sealed),
            ["support_requests"],
            "and in no place of the school's side"
        );
    }
    let shown = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
    assert_eq!(
        (&shown.body["contact"]["name"], &shown.body["contact"]["value"]),
        (&json!(NAME), &json!(WAY))
    );
    world.consent(parent, &request).expect(201);
    let buddy = world.buddy(0, &json!({}));
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    let ids = [
        ("buddies", buddy.id.as_str()),
        ("conversations", &conversation),
        ("support-requests", &request),
        ("proposals", &proposal),
        ("matches", &matched),
        ("programmes", &world.programmes[0]),
    ];
    let own = crawl(&world, parent, &ids).join("\n");
    assert!(own.contains(NAME) && own.contains(WAY), "the parent reads her own: the crawl itself works");
    let parent = parent.to_string();
    let marks = [NAME, WAY, &parent, &request, &proposal, &matched];
    let body =
        json!({ "kind": "partnership", "name": "Samenwerkingsverband (test)", "partnershipCode": "PO9901" });
    let partnership = world.app.post(world.administrator, "/organisations", &body).expect(201).id();
    for (role, place) in [
        ("school-leader", &world.school),
        ("board-member", &world.school),
        ("partnership-staff", &partnership),
    ] {
        let reader = world.member(place, role, None);
        for answer in crawl(&world, reader, &ids) {
            let told = marks.iter().find(|mark| answer.contains(**mark));
            assert_eq!(told, None, "{role} reads {answer}");
        }
    }
}

fn whoever_works_at_the_school_cannot_consent_for_the_parent(engine: Engine) {
    let world = World::new(engine);
    let code = world.explained(&world.conversation());
    for role in ["school-leader", "school-staff", "professional", "board-member"] {
        let colleague = world.member(&world.school, role, None);
        refused(world.refer(colleague, &code, &world.request_body(0)), 409, "only-the-parent");
    }
    refused(
        world.app.call(None, "POST", "/referrals", Some(&json!({ "code": code })), None),
        401,
        "unauthenticated",
    );
    world.refer(world.person(), &code, &world.request_body(0)).expect(201);
}
