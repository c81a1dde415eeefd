//! What a buddy said of one school says nothing of another (S2): when the request comes to be about another school, or another kind of tie
//! is to be asked after, her yes falls away, and a match that runs rests until she declared anew.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    a_yes_from_before_the_school_was_named_starts_no_match,
    a_running_match_rests_until_its_buddy_has_declared_for_the_new_school,
    what_she_declares_for_the_new_school_counts_at_once,
    a_kind_that_was_not_asked_after_is_asked_where_a_match_runs,
    a_tie_with_the_school_itself_is_asked_further,
    a_school_that_is_named_and_taken_back_asks_nothing,
    who_asks_a_schools_own_programme_is_shown_another_whether_she_names_a_school_or_not,
);

/// The kinds that are asked after when a school in the buddy's life has the board and the partnership of the request's.
const CLOSE: [&str; 4] = [
    "employed-at-school",
    "employed-by-partnership",
    "partnership-board-member",
    "support-plan-council-parent",
];

fn at(school: &str) -> Value {
    json!({ "kind": "school", "locationCode": school })
}

/// A parent with a request about a school, or about none, that a buddy was proposed for.
struct Case<'w> {
    world: &'w World,
    parent: PersonId,
    buddy: Buddy,
    request: String,
    proposal: String,
}

impl<'w> Case<'w> {
    fn of(world: &'w World, school: Option<&str>) -> Self {
        Self::with(world, world.buddy(0, &json!({})), school)
    }

    fn with(world: &'w World, buddy: Buddy, school: Option<&str>) -> Self {
        let parent = world.person();
        let mut body = world.request_body(0);
        body["locationCode"] = json!(school);
        let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
        world.consent(parent, &request).expect(201);
        let proposal = world.propose(0, &request, &buddy).expect(201).id();
        world.answer_ties(parent, &proposal, "accepted");
        Self { world, parent, buddy, request, proposal }
    }

    fn names(&self, school: Option<&str>) {
        let path = format!("/support-requests/{}", self.request);
        self.world.app.patch(self.parent, &path, &json!({ "locationCode": school })).expect(200);
    }

    fn shown(&self, to: PersonId) -> Value {
        self.world.app.get(to, &format!("/proposals/{}", self.proposal)).expect(200).body
    }

    fn says(&self, person: PersonId, body: &Value) -> Reply {
        let path = format!("/proposals/{}", self.proposal);
        self.world.app.post_on(person, &path, &format!("{path}/acceptances"), body)
    }

    fn yes(&self, person: PersonId) -> Reply {
        self.world.answer(person, &self.proposal, "accepted")
    }

    /// Both say yes; gives back the match.
    fn runs(&self) -> String {
        self.yes(self.parent).expect(201);
        self.yes(self.buddy.person).expect(201).text("matchId")
    }

    /// The match, to whoever may read it.
    fn matched(&self, to: PersonId, id: &str) -> (String, Value) {
        let shown = self.world.app.get(to, &format!("/matches/{id}")).expect(200);
        (shown.text("state"), shown.body["pausedFor"].clone())
    }
}

fn resting() -> (String, Value) {
    ("paused".to_owned(), json!(["ties-not-declared"]))
}

fn running() -> (String, Value) {
    ("active".to_owned(), json!([]))
}

fn a_yes_from_before_the_school_was_named_starts_no_match(engine: Engine) {
    let world = World::new(engine);
    for (before, after) in [(None, SCHOOL), (Some(SCHOOL), ELSEWHERE), (Some(ELSEWHERE), SCHOOL)] {
        let buddy = world.buddy(0, &json!({}));
        if after == SCHOOL {
            // her child's school has the board and the partnership of the one that is named
            world.tie(&buddy, "own-child-at-school", &at(SISTER)).expect(201);
        }
        let case = Case::with(&world, buddy, before);
        let buddy = case.buddy.person;
        case.yes(buddy).expect(201);
        assert_eq!(case.shown(buddy)["tiesToAsk"], json!([]), "she said it");
        case.names(Some(after));
        let coordinator = world.coordinators[0];
        for who in [buddy, coordinator, case.parent] {
            let shown = case.shown(who);
            assert_eq!((&shown["buddyAnswer"], &shown["tiesDeclaredDate"]), (&Value::Null, &Value::Null));
            assert_eq!(
                (shown["state"].as_str(), shown["locationCode"].as_str()),
                (Some("open"), Some(after))
            );
        }
        let asked: &[&str] = if after == SCHOOL { &CLOSE } else { &[] };
        assert_eq!(json!(world.ties_to_ask(buddy, &case.proposal)), json!(asked));
        world.answer_ties(case.parent, &case.proposal, "accepted");
        let answered = case.yes(case.parent).expect(201);
        assert_eq!(answered.body["matchId"], Value::Null, "her buddy has not said what ties her to {after}");
        assert_eq!(count(&world, &format!("matches WHERE request_id = '{}'", case.request)), 0);
        refused(case.says(buddy, &json!({ "answer": "accepted" })), 409, "ties-not-declared");
        if !asked.is_empty() {
            let less = json!({ "answer": "accepted", "tiesAsked": asked[1..] });
            refused(case.says(buddy, &less), 409, "ties-not-declared");
        }
        assert!(case.yes(buddy).expect(201).body["matchId"].is_string());
    }
    assert_sound(&world);
}

fn a_running_match_rests_until_its_buddy_has_declared_for_the_new_school(engine: Engine) {
    let world = World::new(engine);
    let case = Case::of(&world, Some(SCHOOL));
    let matched = case.runs();
    let (buddy, coordinator) = (case.buddy.person, world.coordinators[0]);
    let talk = world.conversation();
    let school_side = || {
        let lists = [format!("/conversations?locationCode={SCHOOL}"), format!("/conversations/{talk}")];
        lists.map(|path| world.app.get(world.leader, &path).expect(200).body)
    };
    let seen_at_school = school_side();
    assert_eq!(case.matched(buddy, &matched), running());

    case.names(Some(ELSEWHERE));
    for who in [case.parent, buddy, coordinator] {
        assert_eq!(case.matched(who, &matched), resting());
        let shown = case.shown(who);
        assert_eq!((&shown["state"], &shown["tiesDeclaredDate"]), (&json!("accepted"), &Value::Null));
        let path = format!("/matches/{matched}");
        let reply = world.app.ask_on(who, &path, &format!("{path}/resumptions"));
        let refusal = refused(reply, 409, "ties-not-declared");
        assert_eq!(refusal.body["permitted"], json!(["tie-declarations", "acceptances", "closure"]));
    }
    assert_eq!(school_side(), seen_at_school);
    // nobody comes into the private space who has yet to say what ties her
    let notes = format!("/matches/{matched}/private-notes");
    assert_ne!(world.app.get(buddy, &notes).status, 200);
    world.app.get(case.parent, &notes).expect(200);

    // the parent cannot say it for her, a no is none, and she cannot leave it out
    refused(
        case.says(case.parent, &json!({ "answer": "accepted", "tiesAsked": [] })),
        409,
        "proposal-not-open",
    );
    refused(case.says(buddy, &json!({ "answer": "refused" })), 409, "proposal-not-open");
    refused(case.says(buddy, &json!({ "answer": "accepted" })), 409, "ties-not-declared");
    let stale = json!({ "answer": "accepted", "tiesAsked": [] });
    let path = format!("/proposals/{}", case.proposal);
    let stale =
        world.app.call(Some(buddy), "POST", &format!("{path}/acceptances"), Some(&stale), Some("\"v1\""));
    refused(stale, 412, "stale-version");
    let said = case.yes(buddy).expect(201);
    assert_eq!(said.text("matchId"), matched);
    assert_eq!(said.body["proposal"]["tiesDeclaredDate"], json!(world.app.platform.clock.today()));
    for who in [case.parent, buddy, coordinator] {
        assert_eq!(case.matched(who, &matched), running());
    }
    refused(case.yes(buddy), 409, "proposal-not-open");

    // what else it rests for is not touched by her declaration
    let own = format!("/matches/{matched}");
    world.app.ask_on(case.parent, &own, &format!("{own}/pauses")).expect(200);
    case.names(Some(SCHOOL));
    case.yes(buddy).expect(201);
    assert_eq!(case.matched(case.parent, &matched), ("paused".to_owned(), json!(["parent-asked"])));
    assert_sound(&world);
}

fn what_she_declares_for_the_new_school_counts_at_once(engine: Engine) {
    let world = World::new(engine);
    for (kind, state) in [("own-child-at-school", "paused"), ("employed-at-school", "closed")] {
        let case = Case::of(&world, Some(SCHOOL));
        let matched = case.runs();
        case.names(Some(ELSEWHERE));
        world.tie(&case.buddy, kind, &at(ELSEWHERE)).expect(201);
        if state == "closed" {
            assert_eq!(case.matched(case.parent, &matched).0, "closed");
            continue;
        }
        let both = ("paused".to_owned(), json!(["new-tie", "ties-not-declared"]));
        assert_eq!(case.matched(case.parent, &matched), both);
        // whichever of the two answers first: it goes on by the last
        case.yes(case.buddy.person).expect(201);
        assert_eq!(case.matched(case.parent, &matched), ("paused".to_owned(), json!(["new-tie"])));
        world.answer_ties(case.parent, &case.proposal, "accepted");
        assert_eq!(case.matched(case.parent, &matched), running());
        case.names(Some(SCHOOL));
        case.names(Some(ELSEWHERE));
        assert_eq!(case.matched(case.parent, &matched), resting(), "the parent answered, her buddy did not");
        case.yes(case.buddy.person).expect(201);
        assert_eq!(case.matched(case.parent, &matched), running());
    }
    assert_sound(&world);
}

fn a_kind_that_was_not_asked_after_is_asked_where_a_match_runs(engine: Engine) {
    let world = World::new(engine);
    let case = Case::of(&world, Some(SCHOOL));
    let matched = case.runs();
    let buddy = case.buddy.person;
    // from now on a school of this board is in her life
    world.tie(&case.buddy, "own-child-at-school", &at(SISTER)).expect(201);
    assert_eq!(case.matched(case.parent, &matched), resting());
    assert_eq!(json!(world.ties_to_ask(buddy, &case.proposal)), json!(CLOSE));
    assert_eq!(json!(world.ties_to_ask(case.parent, &case.proposal)), json!([]));
    refused(
        case.says(buddy, &json!({ "answer": "accepted", "tiesAsked": CLOSE[..3] })),
        409,
        "ties-not-declared",
    );
    case.yes(buddy).expect(201);
    assert_eq!(case.matched(case.parent, &matched), running());
    // the same again asks nothing new
    world.tie(&case.buddy, "school-volunteer", &at(SISTER)).expect(201);
    assert_eq!(case.matched(case.parent, &matched), running());
    assert_sound(&world);
}

fn a_tie_with_the_school_itself_is_asked_further(engine: Engine) {
    let world = World::new(engine);
    // engine rule iv: whose child is at this very school may work elsewhere at its board, or sit for parents in its partnership
    let buddy = world.buddy(0, &json!({}));
    world.tie(&buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
    let case = Case::with(&world, buddy, Some(SCHOOL));
    let buddy = case.buddy.person;
    assert_eq!(json!(world.ties_to_ask(buddy, &case.proposal)), json!(CLOSE));
    refused(case.says(buddy, &json!({ "answer": "accepted", "tiesAsked": [] })), 409, "ties-not-declared");
    let first = case.shown(buddy)["tiesToAsk"][0]["question"].clone();
    assert_eq!(
        first,
        "U heeft te maken met een school van dit schoolbestuur. Werkt u op een school van dit bestuur, of werkte u er?"
    );
    case.runs();

    // and where it comes up while they meet: the parent answers the tie, the buddy the questions, in either order
    for parent_first in [true, false] {
        let case = Case::of(&world, Some(SCHOOL));
        let matched = case.runs();
        world.tie(&case.buddy, "own-child-at-school", &at(SCHOOL)).expect(201);
        let both = ("paused".to_owned(), json!(["new-tie", "ties-not-declared"]));
        assert_eq!(case.matched(case.parent, &matched), both);
        for turn in [parent_first, !parent_first] {
            assert_eq!(case.matched(case.parent, &matched).0, "paused");
            if turn {
                world.answer_ties(case.parent, &case.proposal, "accepted");
            } else {
                case.yes(case.buddy.person).expect(201);
            }
        }
        assert_eq!(case.matched(case.parent, &matched), running());
    }
    assert_sound(&world);
}

fn a_school_that_is_named_and_taken_back_asks_nothing(engine: Engine) {
    let world = World::new(engine);
    let case = Case::of(&world, Some(SCHOOL));
    let buddy = case.buddy.person;
    case.yes(buddy).expect(201);
    // of a school that is not named nothing can be asked; that it is not named, the parent is told
    case.names(None);
    assert_eq!(case.shown(buddy)["buddyAnswer"], "accepted");
    case.names(Some(SCHOOL));
    assert_eq!(case.shown(buddy)["buddyAnswer"], "accepted", "of this school she said it");
    world.answer_ties(case.parent, &case.proposal, "accepted");
    assert!(case.yes(case.parent).expect(201).body["matchId"].is_string());
}

fn who_asks_a_schools_own_programme_is_shown_another_whether_she_names_a_school_or_not(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let parent = world.person();
    let mut body = world.request_body(1);
    body["locationCode"] = Value::Null;
    let request = app.post(parent, "/support-requests", &body).expect(201).id();
    let path = format!("/support-requests/{request}");
    let consent = |shown: Value| {
        let text = words("request");
        let body = json!({ "kind": "request", "text": text, "programmesShown": shown });
        app.post(parent, &format!("{path}/consents"), &body)
    };
    refused(consent(Value::Null), 409, "choice-too-narrow");
    refused(consent(json!([world.programmes[1]])), 409, "choice-too-narrow");
    consent(json!([world.programmes[0]])).expect(201);

    // the choice for a school that she names later is another choice
    let names = |school: &str, shown: Value| {
        let body = json!({ "locationCode": school, "programmesShown": shown });
        app.patch(parent, &path, &body)
    };
    refused(names(SCHOOL, Value::Null), 409, "choice-too-narrow");
    assert_eq!(app.get(parent, &path).body["locationCode"], Value::Null);
    let unknown = names(SCHOOL, json!([naast_tests::random_id()]));
    assert_eq!(unknown.expect(400).body["errors"][0]["pointer"], "/programmesShown/0");
    names(SCHOOL, json!([world.programmes[2]])).expect(200);
    // the same school once more, and none any longer, need no choice
    names(SCHOOL, Value::Null).expect(200);
    app.patch(parent, &path, &json!({ "locationCode": Value::Null })).expect(200);
    // where no programme covers a school, she is shown one that runs elsewhere
    refused(names(ELSEWHERE, Value::Null), 409, "choice-too-narrow");
    names(ELSEWHERE, json!([world.programmes[0]])).expect(200);

    // who has yet to consent is asked then
    let other = app.post(parent, "/support-requests", &body).expect(201).id();
    app.patch(parent, &format!("/support-requests/{other}"), &json!({ "locationCode": SCHOOL })).expect(200);
    let text = words("request");
    let without = json!({ "kind": "request", "text": text });
    refused(
        app.post(parent, &format!("/support-requests/{other}/consents"), &without),
        409,
        "choice-too-narrow",
    );
}
