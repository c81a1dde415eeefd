//! What a coordinator heard the parent say: it counts once she confirmed it herself, in the words that she was shown, and the register says how.

use chrono::TimeDelta;
use naast_domain::code::Code as _;
use naast_domain::ids::PersonId;
use naast_domain::privacy::consents::{ConsentKind, text_in_use, text_of};
use naast_domain::text::Tongue;
use naast_tests::app::Reply;
use naast_tests::world::{World, words, words_in};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::{confirmation_in, state_of};
use crate::looks::{assert_sound, count, refused};
use crate::signing_in::letters;

on_both!(
    what_a_coordinator_heard_counts_once_the_parent_confirmed_it_herself,
    a_code_from_a_letter_confirms_for_fourteen_days_and_revives_nothing,
    whoever_holds_a_code_reads_what_it_is_for_and_whoever_reported_it_does_not_use_it,
    whoever_confirms_that_she_asked_a_schools_own_programme_is_shown_another,
);

fn what_a_coordinator_heard_counts_once_the_parent_confirmed_it_herself(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let buddy = world.buddy(0, &json!({}));
    let request = world.request(0, parent);
    let path = format!("/support-requests/{request}");
    let heard = |kind: &str| {
        let body = json!({ "kind": kind, "text": words(kind) });
        world.app.post(coordinator, &format!("{path}/reported-consents"), &body)
    };
    for kind in ["referral", "meeting-announcement", "pupil-health-data"] {
        refused(heard(kind), 409, "only-the-parent");
    }
    let reported = heard("request").expect(201);
    assert_eq!(
        (reported.text("state"), reported.text("givenHow")),
        ("to-be-confirmed".into(), "reported-by-staff".into())
    );
    refused(heard("request"), 409, "already-there");
    // it counts for nothing yet
    assert_eq!(state_of(&world, parent, &path), "submitted");
    refused(world.propose(0, &request, &buddy), 409, "consent-missing");
    let confirmation = format!("{path}/consents/{}/confirmation", reported.id());
    let read = json!({ "text": words("request") });
    for other in [coordinator, world.coordinators[1], world.leader, world.person(), buddy.person] {
        refused(world.app.post(other, &confirmation, &read), 404, "not-found");
    }
    // what she confirms are words that she was shown, and no others
    refused(world.app.post(parent, &confirmation, &json!({})), 400, "invalid-input");
    let other = json!({ "text": words("pool") });
    refused(world.app.post(parent, &confirmation, &other), 409, "consent-text-differs");
    let before = text_of(ConsentKind::Request, "2026-1").expect("they are kept").fingerprint(Tongue::Dutch);
    let old = json!({ "text": { "textVersion": "2026-1", "language": "nl", "textHash": before } });
    refused(world.app.post(parent, &confirmation, &old), 409, "consent-text-unknown");
    assert_eq!(state_of(&world, parent, &path), "submitted");
    let receipt = format!("{path}/consents/{}/receipt", reported.id());
    let page = |language: &str| {
        let token = format!("Bearer {}", world.app.token(parent));
        let headers = [("authorization", token.as_str()), ("accept-language", language)];
        world.app.send("GET", &format!("/v1{receipt}"), &headers, Vec::new()).expect(200).text("page")
    };
    assert!(page("nl").contains("Bevestigd: nog niet."), "{}", page("nl"));
    let english = json!({ "text": words_in("request", Tongue::English) });
    let confirmed = world.app.post(parent, &confirmation, &english).expect(200);
    let kept = |reply: &Reply| {
        let text = |name: &str| reply.body[name].as_str().unwrap_or_default().to_owned();
        (text("givenHow"), text("confirmedHow"), text("confirmedLanguage"), text("confirmedTextHash"))
    };
    let hash = english["text"]["textHash"].as_str().expect("a hash").to_owned();
    let whole = ("reported-by-staff".to_owned(), "own-login".to_owned(), "en".to_owned(), hash.clone());
    assert_eq!(kept(&confirmed), whole);
    assert_eq!(state_of(&world, parent, &path), "consented");
    world.propose(0, &request, &buddy).expect(201);
    // also when repeated, and then whatever is shown: it stays as it was
    let again = world.app.post(parent, &confirmation, &read).expect(200);
    assert_eq!((again.text("state"), kept(&again)), ("in-force".into(), whole));
    // the receipt holds the words that she saw, and says how she confirmed them
    let shown = world.app.get(parent, &receipt).expect(200);
    assert_eq!(shown.text("words"), text_in_use(ConsentKind::Request).text.en);
    assert!(page("en").contains("oneself, in one's own account"), "{}", page("en"));
    assert!(
        page("nl").contains("zelf, in het eigen account") && page("nl").contains(&hash),
        "{}",
        page("nl")
    );

    // her own word takes the place of what was heard
    let second = world.person();
    let request = world.request(0, second);
    let body = json!({ "kind": "request", "text": words("request") });
    let path = format!("/support-requests/{request}");
    let reported = world.app.post(coordinator, &format!("{path}/reported-consents"), &body).expect(201);
    world.consent(second, &request).expect(201);
    let confirmation = format!("{path}/consents/{}/confirmation", reported.id());
    refused(world.app.post(second, &confirmation, &read), 409, "consent-not-to-confirm");
    let all = world.app.get(second, &format!("{path}/consents")).expect(200);
    let states: Vec<_> =
        all.body["data"].as_array().expect("consents").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["lapsed", "in-force"]);
    assert_sound(&world);
}

fn a_code_from_a_letter_confirms_for_fourteen_days_and_revives_nothing(engine: Engine) {
    let world = World::new(engine);
    let confirm = |code: &str| {
        let body = json!({ "code": code, "text": words("request") });
        world.app.call(None, "POST", "/consent-confirmations", Some(&body), None)
    };
    let reported = || {
        let parent = world.person();
        let request = world.request(0, parent);
        let path = format!("/support-requests/{request}");
        letters(&world.app);
        let body = json!({ "kind": "request", "text": words("request") });
        let reply =
            world.app.post(world.coordinators[0], &format!("{path}/reported-consents"), &body).expect(201);
        let letter = letters(&world.app).pop().expect("a letter");
        // it says that she reads first, in both languages, and neither what it is about nor whose it is: others may share her mailbox
        let body = letter.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        for said in ["Lees eerst waarop", "First read to what"] {
            assert!(body.contains(said), "{said}: {letter}");
        }
        let kinds = ConsentKind::ALL.iter().map(|kind| kind.label());
        let said: Vec<_> = kinds.flat_map(|label| [label.nl, label.en]).collect();
        let words = ["school", &request, "Persoon", "gezondheid", "health", "kind", "child"];
        for word in words.into_iter().chain(said.iter().map(AsRef::as_ref)) {
            assert!(!body.to_lowercase().contains(&word.to_lowercase()), "{word}: {letter}");
        }
        let code = confirmation_in(&letter);
        assert!(!reply.body.to_string().contains(&code), "the coordinator does not see the code");
        (parent, path, code)
    };
    let (parent, path, code) = reported();
    refused(confirm("ABCD-EFGH-2345-6789"), 404, "not-found");
    let confirmed = confirm(&code).expect(200);
    let of = |name| confirmed.text(name);
    assert_eq!((of("state"), of("confirmedHow")), ("in-force".into(), "one-time-code".into()));
    assert_eq!(json!(of("confirmedTextHash")), words("request")["textHash"]);
    assert_eq!(state_of(&world, parent, &path), "consented");
    assert_eq!(count(&world, "journal WHERE action = 'consent.confirmed' AND actor IS NULL"), 1);

    // what was taken back in between does not come back by the code
    let (parent, path, code) = reported();
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    refused(confirm(&code), 409, "consent-not-to-confirm");
    assert_eq!(state_of(&world, parent, &path), "withdrawn");

    let (parent, path, code) = reported();
    world.app.platform.clock.advance(TimeDelta::days(15));
    refused(confirm(&code), 404, "not-found");
    assert_eq!(state_of(&world, parent, &path), "submitted");
    assert_sound(&world);
}

fn whoever_holds_a_code_reads_what_it_is_for_and_whoever_reported_it_does_not_use_it(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let path = format!("/support-requests/{}", world.request(0, parent));
    letters(&world.app);
    let pool = json!({ "kind": "pool", "text": words("pool"), "poolOrganisationId": world.association });
    world.app.post(coordinator, &format!("{path}/reported-consents"), &pool).expect(201);
    let code = confirmation_in(&letters(&world.app).pop().expect("a letter"));
    let look = |who: Option<PersonId>, code: &str| {
        let body = json!({ "code": code });
        world.app.call(who, "POST", "/consent-confirmations/_search", Some(&body), None)
    };
    let unknown = refused(look(None, "ABCD-EFGH-2345-6789"), 404, "not-found");
    let shown = look(None, &code.to_lowercase()).expect(200);
    let of = |name| shown.text(name);
    assert_eq!((of("kind"), of("language")), ("pool".into(), "nl".into()));
    assert_eq!(of("words"), text_in_use(ConsentKind::Pool).text.nl);
    for named in ["programmeName", "poolOrganisationName"] {
        assert!(shown.body[named].as_str().is_some_and(|name| !name.is_empty()), "{}", shown.body);
    }
    let text =
        json!({ "textVersion": of("textVersion"), "language": of("language"), "textHash": of("textHash") });
    assert_eq!(text, words("pool"));
    let confirm = |who: Option<PersonId>, text: &Value| {
        let body = json!({ "code": code, "text": text });
        world.app.call(who, "POST", "/consent-confirmations", Some(&body), None)
    };
    // it was told to her, and the word is not hers to give
    for refusal in [look(Some(coordinator), &code), confirm(Some(coordinator), &text)] {
        refused(refusal, 409, "only-the-parent");
    }
    refused(confirm(None, &words("request")), 409, "consent-text-differs");
    assert_eq!(count(&world, "consents WHERE confirmed_at IS NOT NULL"), 0);
    // anybody else may help her with it
    look(Some(world.person()), &code).expect(200);
    assert_eq!(confirm(Some(parent), &text).expect(200).text("confirmedHow"), "one-time-code");
    look(None, &code).expect(200);
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    refused(look(None, &code), 409, "consent-not-to-confirm");
    // one that is too old is answered as one that nobody was sent
    world.app.platform.clock.advance(TimeDelta::days(15));
    let old = refused(look(None, &code), 404, "not-found");
    let without_call = |refusal: &Reply| {
        let mut body = refusal.body.clone();
        body.as_object_mut().expect("a problem").remove("instance");
        body
    };
    assert_eq!(without_call(&old), without_call(&unknown));
    assert_sound(&world);
}

/// What a coordinator showed her is his word: before she confirms it she is shown herself whom else she can ask, none of them run by a school.
fn whoever_confirms_that_she_asked_a_schools_own_programme_is_shown_another(engine: Engine) {
    let world = World::new(engine);
    let confirms = |programme: usize, kind: &str| -> [Value; 2] {
        let parent = world.person();
        let path = format!("/support-requests/{}", world.request(programme, parent));
        letters(&world.app);
        let mut heard = json!({ "kind": kind, "text": words(kind) });
        if kind == "request" {
            heard["programmesShown"] = json!(world.programmes);
        } else {
            heard["childAge"] = json!("under-16");
        }
        let reported = format!("{path}/reported-consents");
        let id = world.app.post(world.coordinators[programme], &reported, &heard).expect(201).id();
        let code = confirmation_in(&letters(&world.app).pop().expect("a letter"));
        let body = json!({ "code": code });
        let by_code =
            world.app.call(None, "POST", "/consent-confirmations/_search", Some(&body), None).expect(200);
        let waits = world.app.get(parent, "/me/notices").expect(200).body["data"][0].clone();
        assert_eq!(waits["kind"], "consent-to-confirm", "{waits}");
        // it counts once she says which she was shown
        let own = format!("{path}/consents/{id}/confirmation");
        let said = |shown: &Value| json!({ "text": words(kind), "programmesShown": shown });
        if !waits["programme"].is_null() {
            for (shown, code) in [
                (Value::Null, "choice-too-narrow"),
                (json!([]), "choice-too-narrow"),
                (json!(world.programmes[1..2]), "choice-too-narrow"),
            ] {
                refused(world.app.post(parent, &own, &said(&shown)), 409, code);
                let mut by_code = said(&shown);
                by_code["code"] = body["code"].clone();
                refused(
                    world.app.call(None, "POST", "/consent-confirmations", Some(&by_code), None),
                    409,
                    code,
                );
            }
            let nowhere = world.app.post(parent, &own, &said(&json!([naast_tests::random_id()]))).expect(400);
            assert_eq!(nowhere.body["errors"][0]["pointer"], "/programmesShown/0");
            assert_eq!(state_of(&world, parent, &path), "submitted");
        }
        let shown = match &waits["programme"] {
            Value::Null => Value::Null,
            one => json!([one["otherProgrammes"][0]["programmeId"]]),
        };
        world.app.post(parent, &own, &said(&shown)).expect(200);
        [by_code.body["programme"].clone(), waits["programme"].clone()]
    };
    for shown in confirms(1, "request") {
        assert_eq!((&shown["form"], &shown["programmeId"]), (&json!("school"), &json!(world.programmes[1])));
        let others = shown["otherProgrammes"].as_array().expect("programmes");
        assert!(others.iter().any(|one| one["programmeId"] == json!(world.programmes[0])), "{shown}");
        assert!(others.iter().all(|one| one["form"] != "school" && !one["name"].is_null()), "{shown}");
    }
    // not where no school runs it, and not with what she said of something else
    for [by_code, waits] in [confirms(0, "request"), confirms(1, "child-health-data")] {
        assert_eq!((by_code, waits), (Value::Null, Value::Null));
    }
    assert_sound(&world);
}
