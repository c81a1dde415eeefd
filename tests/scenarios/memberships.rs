//! Only an active membership counts, and it is asked at each call (T3, T10).

use chrono::{Days, TimeDelta};
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::concurrency::{Call, at_once, with};
use crate::looks::{count, refused};

on_both!(
    a_role_that_is_suspended_or_ended_is_gone_on_the_very_next_call,
    a_role_is_given_again_on_other_days,
    of_many_who_give_a_role_at_once_one_does,
    a_role_that_has_not_begun_or_is_over_gives_nothing,
    only_an_administrator_gives_roles_and_nobody_takes_one,
    a_role_is_given_once_and_a_wrong_reference_is_named,
    a_role_is_given_where_somebody_can_hold_it_and_the_answer_names_those,
    whose_account_is_erased_is_nobody_to_give_a_role_or_a_file_to,
    a_parent_and_a_buddy_are_told_what_they_may,
);

fn a_parent_and_a_buddy_are_told_what_they_may(engine: Engine) {
    let world = World::new(engine);
    let powers = |person| world.app.get(person, "/me").expect(200).body["powers"].clone();
    let may = |power: &Value, action: &str| {
        power["may"].as_array().expect("a list").iter().any(|one| one.as_str() == Some(action))
    };
    let of_parent = powers(world.person());
    assert_eq!((&of_parent[0]["role"], &of_parent[1]), (&json!("parent"), &Value::Null));
    assert!(may(&of_parent[0], "SubmitRequest") && may(&of_parent[0], "AnswerTies"), "{of_parent}");
    assert!(!may(&of_parent[0], "ProposeBuddy") && of_parent[0]["organisationId"].is_null(), "{of_parent}");

    // in each of her programmes, until she leaves; and she may be a parent who asks as well
    let buddy = world.buddy(0, &json!({}));
    let of_buddy = powers(buddy.person);
    assert_eq!((&of_buddy[0]["role"], &of_buddy[1]["role"]), (&json!("buddy"), &json!("parent")));
    assert_eq!(of_buddy[0]["programmeId"], json!(world.programmes[0]));
    assert!(may(&of_buddy[0], "RecordContact") && !may(&of_buddy[0], "CloseMatch"), "{of_buddy}");
    let path = format!("/buddies/{}", buddy.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    assert_eq!(powers(buddy.person)[0]["role"], "parent");

    // a role by a membership comes first, with what the table gives it
    let of_leader = powers(world.leader);
    assert_eq!((&of_leader[0]["role"], &of_leader[1]["role"]), (&json!("school-leader"), &json!("parent")));
    assert!(may(&of_leader[0], "HoldConversation") && !may(&of_leader[0], "ReadRequest"), "{of_leader}");
}

fn a_role_that_is_suspended_or_ended_is_gone_on_the_very_next_call(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let candidates = format!("/support-requests/{request}/candidates");
    let list = format!("/organisations/{}/memberships", world.association);
    let body =
        json!({ "personId": world.person(), "role": "coordinator", "programmeId": world.programmes[0] });
    let role = world.app.post(world.administrator, &list, &body).expect(201);
    let coordinator = naast_domain::ids::PersonId::from_uuid(
        body["personId"].as_str().expect("an id").parse().expect("a UUID"),
    );
    let token = format!("Bearer {}", world.app.token(coordinator));
    // the same token all along: it says who she is, and nothing of what she may
    let get =
        |path: &str| world.app.send("GET", &format!("/v1{path}"), &[("authorization", &token)], Vec::new());
    let path = format!("{list}/{}", role.id());
    let buddy = world.buddy(0, &json!({}));
    for status in ["suspended", "active", "suspended", "ended"] {
        world.app.patch(world.administrator, &path, &json!({ "status": status })).expect(200);
        let powers = get("/me").expect(200).body["powers"].clone();
        if status == "active" {
            assert_eq!(powers[0]["role"], "coordinator");
            get(&candidates).expect(200);
            get(&format!("/buddies/{}", buddy.id)).expect(200);
        } else {
            assert_eq!(powers.as_array().map(Vec::len), Some(1), "{status}: {powers}");
            assert_eq!(powers[0]["role"], "parent", "{status}");
            refused(get(&candidates), 403, "forbidden");
            refused(get(&format!("/support-requests/{request}")), 404, "not-found");
            refused(get(&format!("/buddies/{}", buddy.id)), 404, "not-found");
            let listed = get(&format!("/support-requests?programmeId={}", world.programmes[0])).expect(200);
            assert_eq!(listed.body["data"], json!([]), "{status}");
        }
        assert_eq!(get("/me/memberships").expect(200).body["data"][0]["status"], status);
    }
    // what she was is not forgotten: it does not become an invitation, nor come back
    for status in ["invited", "active", "suspended"] {
        let back = world.app.patch(world.administrator, &path, &json!({ "status": status }));
        refused(back, 409, "membership-status");
    }
}

fn a_role_is_given_once_and_a_wrong_reference_is_named(engine: Engine) {
    let world = World::new(engine);
    let list = format!("/organisations/{}/memberships", world.association);
    let body =
        json!({ "personId": world.person(), "role": "coordinator", "programmeId": world.programmes[0] });
    let role = world.app.post(world.administrator, &list, &body).expect(201);
    // what was given twice would stay when one of the two is suspended
    let reply = refused(world.app.post(world.administrator, &list, &body), 409, "already-there");
    let path = format!("{list}/{}", role.id());
    assert_eq!(reply.body["existing"], json!({ "id": role.id(), "href": format!("/v1{path}") }));
    world.app.patch(world.administrator, &path, &json!({ "status": "ended" })).expect(200);
    world.app.post(world.administrator, &list, &body).expect(201);
    let strangers = json!({ "personId": random_id(), "role": "coordinator", "programmeId": random_id() });
    let reply = refused(world.app.post(world.administrator, &list, &strangers), 400, "invalid-input");
    let pointers: Vec<_> =
        reply.body["errors"].as_array().expect("a list").iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/personId", "/programmeId"]);
}

fn a_role_is_given_again_on_other_days(engine: Engine) {
    let world = World::new(engine);
    let today = world.app.platform.clock.today();
    let day = |days: i64| today + TimeDelta::days(days);
    let other = json!({ "programmeId": world.programmes[0], "role": "coordinator" });
    for of in [json!({ "role": "auditor" }), other] {
        let person = world.person();
        let list = format!("/organisations/{}/memberships", world.association);
        let give = |since: i64, until: Option<i64>| {
            let mut body = of.clone();
            body["personId"] = json!(person);
            body["sinceDate"] = json!(day(since));
            body["untilDate"] = json!(until.map(day));
            world.app.post(world.administrator, &list, &body)
        };
        // one is over, one is still to come, and between them are days
        let over = give(-9, Some(-1)).expect(201).id();
        let ahead = give(30, None).expect(201).id();
        for (since, until, standing) in [
            (-9, Some(-9), &over),
            (-1, Some(3), &over),
            (5, None, &ahead),
            (0, Some(30), &ahead),
            (40, None, &ahead),
        ] {
            let reply = refused(give(since, until), 409, "already-there");
            assert_eq!(reply.body["existing"]["id"], json!(standing), "{since} {until:?}");
        }
        let now = give(0, Some(29)).expect(201).id();
        assert_eq!(refused(give(10, Some(12)), 409, "already-there").body["existing"]["id"], json!(now));
        let powers = || world.app.get(person, "/me").expect(200).body["powers"].to_string();
        assert!(powers().contains(of["role"].as_str().expect("a role")), "{}", powers());
    }
}

fn of_many_who_give_a_role_at_once_one_does(engine: Engine) {
    let world = World::new(engine);
    let today = world.app.platform.clock.today();
    for _ in 0..3 {
        let person = world.person();
        let list = format!("/organisations/{}/memberships", world.association);
        // each begins on a day of its own, and all of them hold on the last of these
        let (world, list) = (&world, &list);
        let calls: Vec<Call<'_>> = (0..6)
            .map(|days| {
                let body =
                    json!({ "personId": person, "role": "auditor", "sinceDate": today + Days::new(days) });
                Box::new(move || world.app.post(world.administrator, list, &body)) as Call<'_>
            })
            .collect();
        let replies = at_once(&calls);
        assert_eq!((with(&replies, 201), with(&replies, 409)), (1, 5));
        assert_eq!(
            count(world, &format!("memberships WHERE person_id = '{person}' AND role = 'auditor'")),
            1
        );
    }
}

fn a_role_that_has_not_begun_or_is_over_gives_nothing(engine: Engine) {
    let world = World::new(engine);
    let today = world.app.platform.clock.today();
    let (yesterday, tomorrow) = (today - Days::new(1), today + Days::new(1));
    let open = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    for (since, until, holds) in [
        (today - Days::new(9), Some(yesterday), false),
        (tomorrow, None, false),
        (today - Days::new(9), Some(today), true),
        (today, Some(tomorrow), true),
    ] {
        let person = world.person();
        let body =
            json!({ "personId": person, "role": "school-leader", "sinceDate": since, "untilDate": until });
        world
            .app
            .post(world.administrator, &format!("/organisations/{}/memberships", world.school), &body)
            .expect(201);
        let reply = world.app.get(person, &format!("/conversations?locationCode={SCHOOL}"));
        if holds {
            reply.expect(200);
        } else {
            refused(reply, 403, "forbidden");
            refused(world.app.post(person, "/conversations", &open), 403, "forbidden");
            assert_eq!(world.app.get(person, "/me").expect(200).body["powers"][0]["role"], "parent");
        }
        world.app.platform.clock.advance(chrono::TimeDelta::days(2));
        let later = world.app.get(person, &format!("/conversations?locationCode={SCHOOL}")).status;
        assert_eq!(later, if since == tomorrow { 200 } else { 403 }, "{since} {until:?}");
        world.app.platform.clock.advance(chrono::TimeDelta::days(-2));
    }
}

fn only_an_administrator_gives_roles_and_nobody_takes_one(engine: Engine) {
    let world = World::new(engine);
    let list = format!("/organisations/{}/memberships", world.association);
    let auditor = world.member(&world.association, "auditor", None);
    for who in [world.coordinators[0], world.leader, world.person(), auditor] {
        let body = json!({ "personId": who, "role": "administrator" });
        refused(world.app.post(who, &list, &body), 403, "forbidden");
    }
    for role in ["parent", "buddy"] {
        let body = json!({ "personId": world.person(), "role": role });
        refused(world.app.post(world.administrator, &list, &body), 400, "invalid-input");
    }
    let bare = json!({ "personId": world.person(), "role": "coordinator" });
    refused(world.app.post(world.administrator, &list, &bare), 400, "invalid-input");
    // what a caller adds to a body is not taken along
    let all = world.app.get(world.administrator, &list).expect(200).body["data"].clone();
    let Value::Array(rows) = all else { panic!("a list") };
    let path = format!("{list}/{}", rows[0]["id"].as_str().expect("an id"));
    for extra in ["role", "personId", "organisationId", "version"] {
        let change = json!({ "status": "active", extra: "administrator" });
        refused(world.app.patch(world.administrator, &path, &change), 400, "invalid-input");
    }
}

fn a_role_is_given_where_somebody_can_hold_it_and_the_answer_names_those(engine: Engine) {
    let world = World::new(engine);
    let [independent, own, _] = &world.programmes;
    for (organisation, role, programme, allowed) in [
        (&world.association, "school-leader", None, "coordinator"),
        (&world.association, "partnership-staff", None, "pool-manager"),
        (&world.school, "partnership-staff", None, "school-leader"),
        (&world.school, "pool-manager", Some(own), "coordinator"),
        // who steers an independent programme from a school is not independent of it
        (&world.school, "coordinator", Some(independent), "school-leader"),
    ] {
        let body = json!({ "personId": world.person(), "role": role, "programmeId": programme });
        let list = format!("/organisations/{organisation}/memberships");
        let reply = refused(world.app.post(world.administrator, &list, &body), 400, "invalid-input");
        let fault = &reply.body["errors"][0];
        assert_eq!(
            (fault["pointer"].as_str(), fault["code"].as_str()),
            (Some("/role"), Some("role-not-here"))
        );
        let detail = fault["detail"].as_str().expect("words");
        assert!(detail.contains(allowed) && !detail.contains(role), "{role}: {detail}");
    }
}

fn whose_account_is_erased_is_nobody_to_give_a_role_or_a_file_to(engine: Engine) {
    let world = World::new(engine);
    let (staff, days) = (world.person(), |days| world.app.platform.clock.advance(TimeDelta::days(days)));
    let list = format!("/organisations/{}/memberships", world.school);
    let role = json!({ "personId": staff, "role": "school-staff" });
    let given = world.app.post(world.administrator, &list, &role).expect(201).id();
    // what keeps her row once her account is gone
    let talk = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    world.app.post(staff, "/conversations", &talk).expect(201);
    let ended = json!({ "status": "ended" });
    world.app.patch(world.administrator, &format!("{list}/{given}"), &ended).expect(200);
    days(40);
    let platform = &world.app.platform;
    naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!(count(&world, &format!("people WHERE name = '' AND id = '{staff}'")), 1);
    let file = |person: &Value| {
        json!({
            "programmeId": world.programmes[0], "personId": person, "firstName": "Test", "languages": ["nl"],
            "specialisms": ["talking-with-school"], "channels": ["online"], "municipalityCodes": ["9901"], "capacity": 1
        })
    };
    let refusal = |person: &Value| {
        let role = json!({ "personId": person, "role": "school-staff" });
        [
            world.app.post(world.administrator, &list, &role),
            world.app.post(world.coordinators[0], "/buddies", &file(person)),
        ]
        .map(|reply| refused(reply, 400, "invalid-input").body["errors"].clone())
    };
    let errors = refusal(&json!(staff));
    assert_eq!((&errors[0][0]["pointer"], &errors[0][0]["code"]), (&json!("/personId"), &json!("unknown")));
    assert_eq!(errors, refusal(&json!(random_id())), "as whoever never was there");
    assert_eq!(count(&world, &format!("buddies WHERE person_id = '{staff}'")), 0);
    // who is there is taken
    world.app.post(world.coordinators[0], "/buddies", &file(&json!(world.person()))).expect(201);
}
