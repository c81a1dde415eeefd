//! The feed of events: in order, nothing skipped, nothing of anybody in it, and only for who may read it.

use naast_api::contract::CONTRACT;
use naast_api::paging::Paging;
use naast_domain::ids::PersonId;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    the_feed_tells_what_happened_in_its_order_and_nothing_of_anybody,
    who_comes_back_later_goes_on_where_she_was,
    a_position_that_the_feed_does_not_have_is_refused,
    everybody_reads_only_the_chains_that_her_role_reaches,
    what_happens_in_a_conversation_is_told_to_nobody,
);

/// A page of a programme's events.
fn page(world: &World, who: PersonId, programme: usize, after: Option<&str>, size: usize) -> Value {
    let mut path = format!("/events?programmeId={}&pageSize={size}", world.programmes[programme]);
    if let Some(after) = after {
        path = format!("{path}&after={after}");
    }
    world.app.get(who, &path).expect(200).body
}

/// Every event from a position on, and where that ends.
fn all(world: &World, who: PersonId, after: Option<String>, size: usize) -> (Vec<Value>, Option<String>) {
    let (mut events, mut after) = (Vec::new(), after);
    loop {
        let mut page = page(world, who, 0, after.as_deref(), size);
        let data = page["data"].as_array_mut().expect("a list");
        assert!(data.len() <= size);
        events.append(data);
        after = page["after"].as_str().map(str::to_owned);
        if page["nextCursor"].is_null() {
            return (events, after);
        }
        assert_eq!(page["nextCursor"].as_str(), after.as_deref());
    }
}

fn types(events: &[Value]) -> Vec<&str> {
    let types = events.iter().map(|one| one["type"].as_str().expect("a type"));
    types.map(|kind| kind.strip_prefix("nl.naast.").expect("our own")).collect()
}

fn the_feed_tells_what_happened_in_its_order_and_nothing_of_anybody(engine: Engine) {
    let world = World::new(engine);
    let (coordinator, parent) = (world.coordinators[0], world.person());
    let buddy = world.buddy(0, &json!({ "firstName": "Geheim9351" }));
    world.request(0, world.person());
    let (_, before) = all(&world, coordinator, None, 50);
    let request = world.consented(0, parent);
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    let (events, _) = all(&world, coordinator, before, 3);
    assert_eq!(
        types(&events),
        [
            "request.submitted",
            "request.consented",
            "proposal.made",
            "proposal.answered",
            "buddy.ties-confirmed",
            "proposal.answered",
            "match.started",
            "request.matched",
            "consent.withdrawn",
            // the programme and the buddy
            "withdrawal-notice.sent",
            "withdrawal-notice.sent",
            "match.closed",
            "request.withdrawn",
        ]
    );
    let schema =
        json!({ "$ref": "#/components/schemas/EventView", "components": CONTRACT.document["components"] });
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("it compiles");
    let (mut ids, mut last) = (std::collections::BTreeSet::new(), String::new());
    for event in &events {
        assert!(schema.is_valid(event), "{event}");
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["programmeid"], world.programmes[0].as_str());
        // as text, as the profile has it
        let sequence = event["sequence"].as_str().expect("a text").to_owned();
        assert!(sequence > last && event.get("sequencetype").is_none(), "{event}");
        last = sequence;
        assert!(ids.insert(event["id"].to_string()), "{event}");
        let subject = event["subject"].as_str();
        if subject
            .is_some_and(|subject| subject.starts_with("consent/") || subject.starts_with("withdrawal-"))
        {
            // read in a list, not at a place of its own
            assert!(event["dataref"].is_null(), "{event}");
            continue;
        }
        // what it points at can be read by who may, and is what it says
        let dataref = event["dataref"].as_str().expect("a place");
        let id = subject.and_then(|subject| subject.split_once('/')).expect("kind and id").1;
        assert!([&request, &matched, &proposal, &buddy.id].iter().any(|one| *one == id), "{event}");
        let read = world.app.get(coordinator, dataref.trim_start_matches("/v1")).expect(200);
        assert_eq!(read.id(), id);
        refused(world.app.get(world.leader, dataref.trim_start_matches("/v1")), 404, "not-found");
    }
    // what is looked for is there, for who may read it
    let requests =
        world.app.get(coordinator, &format!("/support-requests?programmeId={}", world.programmes[0]));
    assert!(requests.expect(200).body.to_string().contains("ouder@example.org"));
    let platform = world.app.get(world.administrator, "/events?pageSize=200").expect(200);
    let told = json!([all(&world, coordinator, None, 50).0, platform.body]).to_string();
    for secret in ["Ouder", "ouder@example.org", "Geheim9351", &parent.to_string(), &buddy.person.to_string()]
    {
        assert!(!told.contains(secret), "{secret}");
    }
}

fn who_comes_back_later_goes_on_where_she_was(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let (first, here) = all(&world, coordinator, None, 50);
    assert!(types(&first).contains(&"programme.started"));
    // nothing happened: nothing is told, and the position stays
    let (nothing, still) = all(&world, coordinator, here.clone(), 50);
    assert_eq!((nothing.len(), &still), (0, &here));
    world.request(0, world.person());
    // something in another programme is not told here
    world.request(1, world.person());
    let (then, there) = all(&world, coordinator, still, 50);
    assert_eq!(types(&then), ["request.submitted"]);
    assert_ne!(there, here);
    let (again, _) = all(&world, coordinator, None, 1);
    assert_eq!(again, [first, then].concat());
    let reply =
        world.app.get(coordinator, &format!("/events?programmeId={}&pageSize=1", world.programmes[0]));
    let link = reply.header("link").expect("a next page").to_owned();
    let next =
        link.strip_prefix("</v1").and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link");
    assert_eq!(world.app.get(coordinator, next).expect(200).body["data"][0], again[1]);
}

fn a_position_that_the_feed_does_not_have_is_refused(engine: Engine) {
    let world = World::new(engine);
    let own = page(&world, world.coordinators[0], 0, None, 1)["after"].as_str().expect("a place").to_owned();
    let of = |after: &str| format!("/events?programmeId={}&after={after}", world.programmes[1]);
    let asked = |more: &[(&str, &str)]| {
        let programme = world.programmes[1].clone();
        let all = [("programmeId", programme.as_str())].into_iter().chain(more.iter().copied());
        let pairs: Vec<_> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Paging::of("/v1/events", &pairs).expect("ours")
    };
    let place = |place: &str| asked(&[]).write(place);
    // what this feed gives, in the same words as the positions that are made up here
    let mine = page(&world, world.coordinators[1], 1, None, 1)["after"].as_str().expect("a place").to_owned();
    let said =
        asked(&[("after", &mine)]).after(|place| Some(place.to_owned())).expect("ours").expect("a place");
    let (seq, print) = said.split_once('_').expect("a number, and what tells one history from another");
    assert_eq!(place(&said), mine);
    world.app.get(world.coordinators[1], &of(&mine)).expect(200);
    // the same number in another history: a backup was put back, and other things happened
    let other = place(&format!("{seq}_{}", print.chars().rev().collect::<String>()));
    let next = place(&format!("{}_{print}", seq.parse::<i64>().expect("a number") + 1));
    let (ahead, bare) = (place(&format!("9999_{print}")), place(seq));
    for after in [own.as_str(), "abc", "", &ahead, &bare, &other, &next] {
        let reply = refused(world.app.get(world.coordinators[1], &of(after)), 400, "invalid-input");
        assert_eq!(reply.body["errors"][0]["parameter"], "after", "{}", reply.body);
    }
}

fn everybody_reads_only_the_chains_that_her_role_reaches(engine: Engine) {
    let world = World::new(engine);
    let auditor = world.member(&world.association, "auditor", None);
    let own = format!("/events?programmeId={}", world.programmes[0]);
    let buddy = world.buddy(0, &json!({}));
    let parent = world.person();
    world.request(0, parent);
    for who in [world.administrator, auditor] {
        assert!(!world.app.get(who, &own).expect(200).body["data"].as_array().expect("a list").is_empty());
        let platform = world.app.get(who, "/events").expect(200).body["data"].clone();
        assert!(types(platform.as_array().expect("a list")).contains(&"membership.given"));
        assert!(platform.as_array().expect("a list").iter().all(|event| event["programmeid"].is_null()));
    }
    world.app.get(world.coordinators[0], &own).expect(200);
    // a chain that is not hers is not there; whoever reads no chain at all may not ask
    refused(world.app.get(world.coordinators[0], "/events"), 404, "not-found");
    for who in [world.coordinators[1], world.coordinators[2]] {
        refused(world.app.get(who, &own), 404, "not-found");
        refused(world.app.get(who, "/events"), 404, "not-found");
    }
    for who in [world.leader, parent, buddy.person] {
        refused(world.app.get(who, &own), 403, "forbidden");
        refused(world.app.get(who, "/events"), 403, "forbidden");
    }
    // a programme that nobody has is not empty: it is not there, also to who reads everything
    refused(
        world.app.get(world.administrator, &format!("/events?programmeId={}", random_id())),
        404,
        "not-found",
    );
    let body =
        json!({ "kind": "partnership", "name": "Samenwerkingsverband (test)", "partnershipCode": "PO9901" });
    let partnership = world.app.post(world.administrator, "/organisations", &body).expect(201).id();
    // the role of the school's side gives nothing here, in whichever programme
    for role in [
        "school-leader",
        "school-staff",
        "professional",
        "board-member",
        "partnership-staff",
        "council-member",
    ] {
        let place = if role == "partnership-staff" { &partnership } else { &world.school };
        let who = world.member(place, role, None);
        for path in [&own, "/events", &format!("/events?programmeId={}", world.programmes[1])] {
            refused(world.app.get(who, path), 403, "forbidden");
        }
    }
}

/// Every position of the platform's feed stays what it was, byte for byte, whatever a parent does on her side.
fn what_happens_in_a_conversation_is_told_to_nobody(engine: Engine) {
    let world = World::new(engine);
    let feed = || world.app.get(world.administrator, "/events?pageSize=200").expect(200).bytes;
    let before = feed();
    let conversation = world.conversation();
    let code = world.explained(&conversation);
    world.parent_step(&code, "take-time").expect(200);
    world.parent_step(&code, "withdraw").expect(200);
    assert_eq!(feed(), before);
    assert!(!String::from_utf8_lossy(&before).contains("conversation"));
}
