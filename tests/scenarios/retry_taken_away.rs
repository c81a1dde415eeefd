//! What was written in the private space and is taken away is not given again by the answer that was kept of it; what others were answered of the
//! case is given again as before, so that nobody outside the space can tell.

use chrono::TimeDelta;
use naast_api::privacy::round::round;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World, words};
use naast_tests::{Engine, on_both, random_key};
use serde_json::{Value, json};

use crate::looks::{assert_sound, contents, count, differing, refused};

on_both!(
    what_is_taken_away_is_not_given_again_to_who_wrote_it,
    what_was_written_about_health_is_not_given_again_after_its_consent,
    a_contact_way_whose_term_is_over_is_not_given_again,
);

/// A call under a key, that can be sent again.
struct Call<'a> {
    world: &'a World,
    who: PersonId,
    line: String,
    body: Value,
    key: String,
    seen: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn new(world: &'a World, who: PersonId, line: String, body: Value) -> Self {
        Self { world, who, line, body, key: random_key(), seen: None }
    }

    fn send(&self) -> Reply {
        self.world.app.keyed_on(Some(self.who), &self.line, &self.body, &self.key, self.seen)
    }

    /// Sends it for the first time.
    fn first(self) -> (Self, Reply) {
        let reply = self.send();
        assert!(matches!(reply.status, 200 | 201), "{}: {}", self.line, reply.body);
        (self, reply)
    }
}

/// It is given again, to the byte.
fn stays((call, first): &(Call<'_>, Reply)) {
    assert_eq!(call.send().bytes, first.bytes, "{}", call.line);
}

/// It is not, and nothing is done again.
fn is_gone((call, _): &(Call<'_>, Reply)) {
    let before = contents(call.world);
    refused(call.send(), 409, "idempotency-answer-gone");
    assert_eq!(differing(&before, &contents(call.world)), [""; 0], "{}", call.line);
}

/// A match, with what its coordinator was answered of it before.
fn matched<'a>(world: &'a World, parent: PersonId, buddy: &Buddy) -> (String, String, (Call<'a>, Reply)) {
    let request = world.consented(0, parent);
    let line = format!("POST /support-requests/{request}/holds");
    let held = Call::new(world, world.administrator, line, json!({ "because": "complaint" })).first();
    let (matched, _) = world.matched(0, parent, &request, buddy);
    (request, format!("/matches/{matched}"), held)
}

fn what_is_taken_away_is_not_given_again_to_who_wrote_it(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let (request, path, held) = matched(&world, parent, &buddy);
    let note = json!({ "kind": "goal", "text": "Weer naar gym.", "aboutHealth": false });
    let message = json!({ "text": "Tot donderdag.", "aboutHealth": false });
    let noted = Call::new(&world, parent, format!("POST {path}/private-notes"), note).first();
    stays(&noted);
    let place = format!("{path}/private-notes/{}", noted.1.id());
    let reworded = |text: &str| {
        let change = json!({ "text": text });
        Call { seen: Some("*"), ..Call::new(&world, parent, format!("PATCH {place}"), change) }.first()
    };
    let halfway = reworded("Naar fysio.");
    // what it said before goes when it says something else
    is_gone(&noted);
    let changed = reworded("Weer naar zwemmen.");
    is_gone(&halfway);
    let hers = Call::new(&world, buddy.person, format!("POST {path}/messages"), message.clone()).first();
    let met = json!({ "date": world.app.platform.clock.today(), "channel": "online", "minutes": 30, "task": "listening" });
    let met = Call::new(&world, buddy.person, format!("POST {path}/contacts"), met).first();
    let pool = json!({ "kind": "pool", "poolOrganisationId": world.association, "text": words("pool") });
    let heard = Call::new(
        &world,
        world.coordinators[0],
        format!("POST /support-requests/{request}/reported-consents"),
        pool,
    )
    .first();
    // of another case of hers everything stays
    let other = Call::new(&world, parent, "POST /support-requests".to_owned(), world.request_body(0)).first();
    for call in [&changed, &hers, &met, &heard, &held, &other] {
        stays(call);
    }
    let delete =
        |who: PersonId, path: &str| world.app.call(Some(who), "DELETE", path, None, None).expect(204);

    delete(parent, &place);
    is_gone(&changed);
    // what the buddy did in the same case, a word of hers too, is given again: it is not she who took something away
    for call in [&hers, &met, &heard, &held, &other] {
        stays(call);
    }
    delete(buddy.person, &format!("{path}/messages/{}", hers.1.id()));
    is_gone(&hers);
    for call in [&heard, &held, &other] {
        stays(call);
    }
    assert_eq!(count(&world, "private_entries"), 0);
    // whoever writes anew under another key is answered as ever
    stays(&Call::new(&world, buddy.person, format!("POST {path}/messages"), message).first());
    assert_sound(&world);
}

fn what_was_written_about_health_is_not_given_again_after_its_consent(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let (request, path, held) = matched(&world, parent, &buddy);
    let consents = format!("/support-requests/{request}/consents");
    let yes =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let given = world.app.post(parent, &consents, &yes).expect(201).id();
    let health = json!({ "text": "Zij slaapt slecht.", "aboutHealth": true });
    let note = json!({ "kind": "goal", "text": "Zij slaapt slecht.", "aboutHealth": true });
    let send = |who| Call::new(&world, who, format!("POST {path}/messages"), health.clone()).first();
    // this one says something else since, and nothing about health any more
    let noted = Call::new(&world, parent, format!("POST {path}/private-notes"), note).first();
    let place = format!("{path}/private-notes/{}", noted.1.id());
    let other_words = json!({ "text": "Weer naar gym.", "aboutHealth": false });
    world.app.call(Some(parent), "PATCH", &place, Some(&other_words), Some("*")).expect(200);
    is_gone(&noted);
    let (hers, theirs) = (send(parent), send(buddy.person));
    let other = Call::new(&world, parent, "POST /support-requests".to_owned(), world.request_body(0)).first();
    for call in [&hers, &theirs, &held, &other] {
        stays(call);
    }

    // the coordinator notes it on the parent's word
    world.app.ask(world.coordinators[0], &format!("{consents}/{given}/withdrawal")).expect(200);
    for call in [&hers, &theirs] {
        is_gone(call);
    }
    for call in [&held, &other] {
        stays(call);
    }
    assert_eq!(count(&world, "private_entries"), 1);
    assert_sound(&world);
}

/// A programme may set a term that is over within the day that an answer is kept.
fn a_contact_way_whose_term_is_over_is_not_given_again(engine: Engine) {
    let world = World::new(engine);
    let term = format!("/programmes/{}/retention-terms/contact-way", world.programmes[0]);
    let none = json!({ "days": 0 });
    world.app.call(Some(world.administrator), "PUT", &term, Some(&none), Some("*")).expect(200);
    let parent = world.person();
    let line = || "POST /support-requests".to_owned();
    let [asked, other] = [(); 2].map(|()| Call::new(&world, parent, line(), world.request_body(0)).first());
    assert_eq!(asked.1.body["contact"]["value"], "ouder@example.org");
    let request = asked.1.id();
    world.consent(parent, &request).expect(201);
    let (matched, _) = world.matched(0, parent, &request, &world.buddy(0, &json!({})));
    let matched = format!("/matches/{matched}");
    let over = json!({ "reason": "goal-reached" });
    world.app.post_on(parent, &matched, &format!("{matched}/closure"), &over).expect(200);
    stays(&asked);
    let ahead = world.app.platform.clock.now() + TimeDelta::days(2);
    round(&world.app.platform, ahead, false).expect("a round");
    let shown = world.app.get(parent, &format!("/support-requests/{request}")).expect(200).body;
    assert_eq!(shown["contact"], Value::Null);
    is_gone(&asked);
    stays(&other);
    assert_sound(&world);
}
