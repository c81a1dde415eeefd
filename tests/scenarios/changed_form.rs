//! A programme that takes another form tells its parents and asks them anew (I1, S2): from the day on, and not before. What runs rests until a parent
//! has consented to whoever is responsible now; a no is a withdrawal like any other.

use chrono::TimeDelta;
use naast_api::independence::round::{Resting, rehearse, round, work_off};
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, contents, count, differing, lines, refused};
use crate::over_time::Case;

on_both!(
    a_parent_reads_of_the_new_form_and_her_match_rests_until_she_consented_anew,
    nobody_is_proposed_or_accepted_while_a_parent_is_to_be_asked,
    what_a_refusal_sends_a_parent_to_is_not_refused_in_its_turn,
    a_no_to_the_new_form_is_a_withdrawal,
    who_takes_back_the_consent_of_before_takes_back_the_one_in_its_place,
    a_form_that_is_taken_back_before_its_day_says_nothing,
    a_round_asks_each_parent_once_and_goes_on_where_it_was_cut_short,
    what_a_coordinator_hears_of_the_new_form_counts_once_it_is_confirmed,
    who_pays_is_told_and_nothing_rests,
    a_parent_who_had_not_consented_yet_reads_of_it_too,
    a_consent_to_data_on_health_is_for_the_form_of_its_day_as_well,
);

/// Another form of the first programme, so many days from now.
fn change(world: &World, form: &str, funder: &str, days: i64) -> Reply {
    let path = format!("/programmes/{}", world.programmes[0]);
    let since = world.app.platform.clock.today() + TimeDelta::days(days);
    let body = json!({ "form": form, "funders": [funder], "sinceDate": since, "reason": "Test." });
    if form == "school" {
        return world.change_form_as_before(0, &body).expect(201);
    }
    world.app.post_on(world.administrator, &path, &format!("{path}/form-changes"), &body).expect(201)
}

fn days_later(world: &World, days: i64) {
    world.app.platform.clock.advance(TimeDelta::days(days));
}

/// How many things a round changes.
fn changes(world: &World) -> usize {
    round(&world.app.platform).expect("the rules can be asked").changes
}

/// What waits for a parent of these kinds.
fn notices(world: &World, parent: PersonId) -> Vec<Value> {
    let all = world.app.get(parent, "/me/notices").expect(200).body;
    let about = |one: &&Value| one["kind"] == "form-changed" || one["kind"] == "payers-changed";
    all["data"].as_array().expect("rows").iter().filter(about).cloned().collect()
}

/// The parent consents to a request in its form, having seen these programmes.
fn anew(world: &World, parent: PersonId, request: &str, form: Option<&str>, shown: &[String]) -> Reply {
    let mut body = json!({ "kind": "request", "text": words("request"), "programmesShown": shown });
    if let Some(form) = form {
        body["formShown"] = json!(form);
    }
    world.app.post(parent, &format!("/support-requests/{request}/consents"), &body)
}

/// Whether the coordinator reads that a parent is to be asked, and what can be done meanwhile.
fn asked(world: &World, request: &str) -> (bool, Value) {
    let shown =
        world.app.get(world.coordinators[0], &format!("/support-requests/{request}")).expect(200).body;
    (shown["consentAskedAnew"] == true, shown["permitted"].clone())
}

fn rests(world: &World, case: &Case) -> (String, Value) {
    let shown = case.shown(world);
    (shown["state"].as_str().expect("a state").to_owned(), shown["pausedFor"].clone())
}

fn resting() -> (String, Value) {
    ("paused".to_owned(), json!(["form-changed"]))
}

fn running() -> (String, Value) {
    ("active".to_owned(), json!([]))
}

fn a_parent_reads_of_the_new_form_and_her_match_rests_until_she_consented_anew(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let before =
        world.app.get(case.parent, &format!("/support-requests/{}/consents", case.request)).expect(200);
    assert_eq!(before.body["data"][0]["programmeForm"], "independent");
    // nobody of the school pays: what is asked is only the form itself
    change(&world, "school", "members", 7);
    assert_eq!((changes(&world), rests(&world, &case)), (0, running()));
    assert_eq!((notices(&world, case.parent), asked(&world, &case.request).0), (Vec::new(), false));
    days_later(&world, 7);
    // on the day itself she reads it, whether the round came by or not
    let [told] = &notices(&world, case.parent)[..] else { panic!("one notice") };
    assert_eq!(told["kind"], "form-changed");
    let today = world.app.platform.clock.today();
    let others: Vec<_> = told["programme"]["otherProgrammes"].as_array().expect("rows").iter().collect();
    assert_eq!(
        (&told["programme"]["form"], &told["programme"]["sinceDate"], others.is_empty()),
        (&json!("school"), &json!(today), false)
    );
    let text = told["text"].as_str().expect("a text");
    for part in [
        "in een school",
        "leden",
        "schoolbestuur",
        "geen gevolgen",
        others[0]["name"].as_str().expect("a name"),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(asked(&world, &case.request), (true, json!(["consents", "withdrawal"])));
    assert_eq!(changes(&world), 1);
    assert_eq!(rests(&world, &case), resting());
    assert_eq!(case.shown(&world)["pausedBecause"], "form-changed");
    let path = format!("/matches/{}", case.matched);
    for who in [case.parent, case.buddy.person, world.coordinators[0]] {
        let reply = world.app.ask_on(who, &path, &format!("{path}/resumptions"));
        refused(reply, 409, "form-changed");
    }
    // with the screen of before, with none, and with no pool beside the school's
    let all = &world.programmes[..];
    refused(anew(&world, case.parent, &case.request, None, all), 409, "form-not-shown");
    let reply =
        refused(anew(&world, case.parent, &case.request, Some("independent"), all), 409, "form-not-shown");
    assert_eq!(reply.body["current"], "school");
    for shown in [&[][..], &world.programmes[..1], &world.programmes[..2]] {
        let reply = anew(&world, case.parent, &case.request, Some("school"), shown);
        assert_eq!(reply.status, 409, "{}", reply.body);
    }
    // nobody says it for her
    for who in [world.coordinators[0], case.buddy.person, world.administrator] {
        let reply = anew(&world, who, &case.request, Some("school"), all);
        assert!([403, 404].contains(&reply.status), "{}", reply.status);
    }
    assert_eq!((rests(&world, &case), asked(&world, &case.request).0), (resting(), true));
    let given = anew(&world, case.parent, &case.request, Some("school"), all).expect(201);
    assert_eq!(given.text("programmeForm"), "school");
    assert_eq!((rests(&world, &case), case.request_state(&world)), (running(), json!("matched")));
    assert_eq!((notices(&world, case.parent), asked(&world, &case.request).0), (Vec::new(), false));
    assert_eq!(changes(&world), 0);
    let of = |id: &str| {
        let asked = format!("consents WHERE id = '{id}' AND lapsed_at IS NOT NULL AND withdrawn_at IS NULL");
        count(&world, &asked)
    };
    assert_eq!(of(before.body["data"][0]["id"].as_str().expect("an id")), 1, "the one before lapsed");
    // each step is in the journal
    let rows =
        format!("SELECT action AS name FROM journal WHERE object_id = '{}' ORDER BY seq", case.matched);
    assert!(lines(&world, &rows).ends_with(&["match.paused".to_owned(), "match.resumed".to_owned()]));
    assert_sound(&world);
}

fn nobody_is_proposed_or_accepted_while_a_parent_is_to_be_asked(engine: Engine) {
    let world = World::new(engine);
    let (buddy, other) = (world.buddy(0, &json!({})), world.buddy(0, &json!({})));
    let parent = world.person();
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    change(&world, "support-point", "members", 0);
    let candidates = format!("/support-requests/{request}/candidates");
    refused(world.app.get(world.coordinators[0], &candidates), 409, "form-changed");
    let reply = refused(world.propose(0, &request, &other), 409, "form-changed");
    assert_eq!(reply.body["permitted"], json!(["consents", "withdrawal"]));
    // the proposal waits; a yes leads nowhere yet, from whichever side
    world.answer_ties(parent, &proposal, "accepted");
    refused(world.answer(parent, &proposal, "accepted"), 409, "form-changed");
    refused(world.answer(buddy.person, &proposal, "accepted"), 409, "form-changed");
    assert_eq!(notices(&world, parent).len(), 1);
    anew(&world, parent, &request, Some("support-point"), &[]).expect(201);
    world.app.get(world.coordinators[0], &candidates).expect(200);
    world.answer(parent, &proposal, "accepted").expect(201);
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    // back to what it was is another form as well: her word is for the one that she last consented to
    change(&world, "independent", "members", 0);
    assert!(asked(&world, &request).0);
    assert_sound(&world);
}

/// Whoever follows `permitted` while the form is new comes to the consent, and from there to what she asked.
fn what_a_refusal_sends_a_parent_to_is_not_refused_in_its_turn(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let parent = world.person();
    let waiting = world.consented(0, parent);
    change(&world, "school", "members", 0);
    let path = format!("/matches/{}", case.matched);
    let announce = || {
        let body = json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
        world.app.post(case.parent, &format!("{path}/meeting-announcements"), &body)
    };
    let reply = refused(announce(), 409, "match-state");
    assert_eq!(reply.body["permitted"], json!(["consents", "closure"]));
    let told = reply.body.to_string();
    assert!(told.contains("De ouder moet eerst opnieuw toestemming geven"), "{told}");
    // a pause of her own lies below it: that is to be taken back as well
    world.app.ask_on(case.parent, &path, &format!("{path}/pauses")).expect(200);
    let reply = refused(announce(), 409, "match-state");
    assert_eq!(reply.body["permitted"], json!(["consents", "closure", "resumptions"]));
    // the consent itself, too narrow, sends nobody to candidates or proposals, and speaks to whoever reads it
    for (who, request) in [(case.parent, &case.request), (parent, &waiting)] {
        for (shown, code) in
            [(&[][..], "choice-too-narrow"), (&world.programmes[1..2], "no-independent-choice")]
        {
            let reply = refused(anew(&world, who, request, Some("school"), shown), 409, code);
            assert_eq!(reply.body["permitted"], json!(["consents", "withdrawal"]), "{code}");
            let told = reply.body.to_string();
            assert!(told.contains("Een ouder ziet") && !told.contains("Laat "), "{told}");
        }
        anew(&world, who, request, Some("school"), &world.programmes).expect(201);
    }
    assert_eq!(refused(announce(), 409, "match-state").body["permitted"], json!(["resumptions"]));
    world.app.ask_on(case.parent, &path, &format!("{path}/resumptions")).expect(200);
    announce().expect(201);
    // of a match that is over nothing leads on
    let reason = json!({ "reason": "goal-reached" });
    world.app.post_on(case.parent, &path, &format!("{path}/closure"), &reason).expect(200);
    assert_eq!(refused(announce(), 409, "match-state").body["permitted"], json!([]));
    assert_sound(&world);
}

fn a_no_to_the_new_form_is_a_withdrawal(engine: Engine) {
    let world = World::new(engine);
    let [first, second] = [Case::running(&world), Case::running(&world)];
    change(&world, "school", "members", 0);
    // in the same step as the change itself
    assert_eq!((rests(&world, &first), rests(&world, &second)), (resting(), resting()));
    world.app.ask(first.parent, &format!("/support-requests/{}/withdrawal", first.request)).expect(200);
    assert_eq!((first.state(&world).as_str(), first.request_state(&world)), ("closed", json!("withdrawn")));
    assert_eq!(notices(&world, first.parent), Vec::<Value>::new());
    // an answer that was on its way comes too late
    refused(
        anew(&world, first.parent, &first.request, Some("school"), &world.programmes),
        409,
        "request-not-open",
    );
    assert_eq!(rests(&world, &second), resting());
    assert_eq!(count(&world, "consents WHERE withdrawn_at IS NULL AND lapsed_at IS NULL"), 1);
    assert_sound(&world);
}

/// She may have the old one on her screen when the new one is given on another.
fn who_takes_back_the_consent_of_before_takes_back_the_one_in_its_place(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let consents = format!("/support-requests/{}/consents", case.request);
    let before = world.app.get(case.parent, &consents).expect(200).body["data"][0]["id"].clone();
    change(&world, "school", "members", 0);
    let given = anew(&world, case.parent, &case.request, Some("school"), &world.programmes).expect(201).id();
    let back = format!("{consents}/{}/withdrawal", before.as_str().expect("an id"));
    let told = world.app.ask(case.parent, &back).expect(200).body;
    assert_eq!((&told["requestState"], &told["consequence"]), (&json!("withdrawn"), &json!("request-ends")));
    assert_eq!(
        (rests(&world, &case).0, case.request_state(&world)),
        ("closed".to_owned(), json!("withdrawn"))
    );
    let all = world.app.get(case.parent, &consents).expect(200).body;
    let state = |id: &Value| {
        let rows = all["data"].as_array().expect("rows").iter();
        rows.clone().find(|one| one["id"] == *id).expect("it is there")["state"].clone()
    };
    assert_eq!((state(&before), state(&json!(given))), (json!("lapsed"), json!("withdrawn")));
    // once more, and nothing changes
    assert_eq!(world.app.ask(case.parent, &back).expect(200).body["requestState"], "withdrawn");
    assert_sound(&world);
}

fn a_form_that_is_taken_back_before_its_day_says_nothing(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    change(&world, "school", "members", 5);
    days_later(&world, 4);
    change(&world, "independent", "members", 0);
    days_later(&world, 4);
    assert_eq!((changes(&world), rests(&world, &case)), (0, running()));
    assert_eq!((notices(&world, case.parent), asked(&world, &case.request).0), (Vec::new(), false));
    // one that began and is taken back on its day asked nobody anything that stays
    change(&world, "school", "members", 0);
    assert_eq!(rests(&world, &case), resting());
    change(&world, "independent", "members", 0);
    assert_eq!((rests(&world, &case), notices(&world, case.parent)), (running(), Vec::new()));
    assert_sound(&world);
}

fn a_round_asks_each_parent_once_and_goes_on_where_it_was_cut_short(engine: Engine) {
    let world = World::new(engine);
    let cases = [Case::running(&world), Case::running(&world), Case::running(&world)];
    change(&world, "school", "members", 1);
    days_later(&world, 1);
    // what is not done yet counts as nothing: as often as it is cut short
    for _ in 0..2 {
        let before = contents(&world);
        assert_eq!(rehearse(&world.app.platform).expect("a rehearsal"), 3);
        assert_eq!(differing(&before, &contents(&world)), Vec::<String>::new());
    }
    // the tie of one is about nothing that is known: her turn fails, and those of the others do not
    let spoil = |kind: &str| {
        let statement = format!(
            "INSERT INTO ties (programme_id, id, buddy_id, kind, about, aggravated, since, until, declared_at, version) \
             SELECT programme_id, id, id, '{kind}', '\"everywhere\"', {}, '2024-01-01', NULL, created_at, 1 FROM buddies \
             WHERE id = '{}'",
            if matches!(engine, Engine::Sqlite) { "0" } else { "false" },
            cases[0].buddy.id
        );
        naast_tests::around(&world.app.location, |database| database.batch(&statement)).expect("a tie");
    };
    spoil("nobody-knows");
    let done = round(&world.app.platform).expect("a round");
    assert_eq!((done.changes, done.left), (2, 1), "{done:?}");
    assert_eq!(
        [&cases[0], &cases[1], &cases[2]].map(|case| rests(&world, case)),
        [running(), resting(), resting()]
    );
    let gone = format!("DELETE FROM ties WHERE buddy_id = '{}'", cases[0].buddy.id);
    naast_tests::around(&world.app.location, |database| database.batch(&gone)).expect("it goes");
    work_off(&world.app.platform, &mut Resting::default()).expect("what waits is tried");
    assert_eq!(rests(&world, &cases[0]), resting());
    let before = contents(&world);
    assert_eq!(changes(&world), 0);
    assert_eq!(differing(&before, &contents(&world)), Vec::<String>::new());
    assert_eq!(count(&world, "journal WHERE action = 'match.paused'"), 3);
    for case in &cases {
        assert_eq!(notices(&world, case.parent).len(), 1);
    }
    assert_sound(&world);
}

fn what_a_coordinator_hears_of_the_new_form_counts_once_it_is_confirmed(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    let other = world.person();
    let waiting = world.request(0, other);
    let heard = |request: &str, form: Option<&str>| {
        let mut body =
            json!({ "kind": "request", "text": words("request"), "programmesShown": world.programmes });
        body["formShown"] = json!(form);
        if form.is_none() {
            body.as_object_mut().expect("an object").remove("formShown");
        }
        let path = format!("/support-requests/{request}/reported-consents");
        world.app.post(world.coordinators[0], &path, &body)
    };
    let confirm = |parent: PersonId, request: &str, id: &str| {
        let path = format!("/support-requests/{request}/consents/{id}/confirmation");
        let said = json!({ "text": words("request"), "programmesShown": world.programmes });
        world.app.post(parent, &path, &said)
    };
    let old = heard(&waiting, None).expect(201).id();
    change(&world, "school", "members", 0);
    // what she heard before was about another form: it is heard again
    refused(confirm(other, &waiting, &old), 409, "form-changed");
    let all = world.app.get(other, "/me/notices").expect(200).body;
    assert!(!all.to_string().contains("consent-to-confirm"), "{all}");
    let new = heard(&waiting, Some("school")).expect(201).id();
    confirm(other, &waiting, &new).expect(200);
    refused(confirm(other, &waiting, &old), 409, "consent-not-to-confirm");
    refused(heard(&case.request, None), 409, "form-not-shown");
    let told = heard(&case.request, Some("school")).expect(201).id();
    assert_eq!((rests(&world, &case), asked(&world, &case.request).0), (resting(), true));
    confirm(case.parent, &case.request, &told).expect(200);
    assert_eq!((rests(&world, &case), asked(&world, &case.request).0), (running(), false));
    confirm(case.parent, &case.request, &told).expect(200);
    assert_sound(&world);
}

fn who_pays_is_told_and_nothing_rests(engine: Engine) {
    let world = World::new(engine);
    let case = Case::running(&world);
    days_later(&world, 1);
    change(&world, "independent", "fund", 0);
    assert_eq!((changes(&world), rests(&world, &case)), (0, running()));
    let [told] = &notices(&world, case.parent)[..] else { panic!("one notice") };
    assert_eq!((&told["kind"], asked(&world, &case.request).0), (&json!("payers-changed"), false));
    // whoever comes after it has nothing to hear
    let later = world.person();
    world.consented(0, later);
    assert_eq!(notices(&world, later), Vec::<Value>::new());
    days_later(&world, 60);
    assert_eq!(notices(&world, case.parent), Vec::<Value>::new());
}

fn a_parent_who_had_not_consented_yet_reads_of_it_too(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    days_later(&world, 1);
    change(&world, "school", "members", 0);
    assert_eq!((notices(&world, parent).len(), asked(&world, &request).0), (1, false));
    // a screen of before is found out, where the frontend says which it was
    refused(anew(&world, parent, &request, Some("independent"), &world.programmes), 409, "form-not-shown");
    anew(&world, parent, &request, Some("school"), &world.programmes).expect(201);
    assert_eq!(notices(&world, parent), Vec::<Value>::new());
}

fn a_consent_to_data_on_health_is_for_the_form_of_its_day_as_well(engine: Engine) {
    let world = World::new(engine);
    let [hers, pupils] = [Case::running(&world), Case::running(&world)];
    let says_yes = |case: &Case| {
        let body = json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
        world.app.post(case.parent, &format!("/support-requests/{}/consents", case.request), &body)
    };
    let code = world.app.ask(pupils.parent, &format!("/support-requests/{}/pupil-codes", pupils.request));
    let code = code.expect(201).text("pupilCode");
    let pupil_says_yes = || {
        let body = json!({ "code": code, "text": words("pupil-health-data") });
        world.app.call(None, "POST", "/pupil-consents", Some(&body), None).expect(200)
    };
    let writes = |case: &Case, who: PersonId| {
        let body = json!({ "text": "Zij slaapt slecht.", "aboutHealth": true });
        world.app.post(who, &format!("/matches/{}/messages", case.matched), &body)
    };
    says_yes(&hers).expect(201);
    pupil_says_yes();
    for case in [&hers, &pupils] {
        writes(case, case.parent).expect(201);
    }
    change(&world, "support-point", "members", 0);
    for case in [&hers, &pupils] {
        refused(writes(case, case.parent), 409, "health-consent-needed");
        anew(&world, case.parent, &case.request, Some("support-point"), &[]).expect(201);
        // who pays for a support point she is told as well
        world.answer_ties(case.parent, &case.proposal, "accepted");
        assert_eq!(rests(&world, case), running());
        // that to the request says nothing of it
        for who in [case.parent, case.buddy.person] {
            refused(writes(case, who), 409, "health-consent-needed");
        }
    }
    says_yes(&hers).expect(201);
    refused(says_yes(&pupils), 409, "pupil-decides");
    pupil_says_yes();
    for case in [&hers, &pupils] {
        writes(case, case.buddy.person).expect(201);
    }
    // what was there stays, and is taken back with the one that holds now
    let about = || count(&world, "private_entries WHERE about_health");
    assert_eq!((about(), count(&world, "consents WHERE lapsed_at IS NOT NULL")), (4, 4));
    let no = json!({ "code": code });
    world.app.call(None, "POST", "/pupil-consents/withdrawal", Some(&no), None).expect(200);
    assert_eq!(about(), 2);
    assert_sound(&world);
}
