//! What a call asks of the database does not grow with what it shows: a page of many costs the statements of a page of few.

use naast_domain::ids::PersonId;
use naast_tests::asked::{during, prick_up_ears};
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::json;

on_both!(a_list_of_many_asks_what_a_list_of_few_asks);

/// So many cases more in one programme: a request with a proposal of a buddy with a tie, another with a running match, and a
/// conversation at the school.
fn fill(world: &World, many: usize) {
    for _ in 0..many {
        let parent = world.person();
        let request = world.consented(0, parent);
        let buddy = world.buddy(0, &json!({}));
        world
            .tie(&buddy, "own-child-at-school", &json!({ "kind": "school", "locationCode": SCHOOL }))
            .expect(201);
        world.propose(0, &request, &buddy).expect(201);
        let (parent, free) = (world.person(), world.buddy(0, &json!({})));
        let matched = world.consented(0, parent);
        world.matched(0, parent, &matched, &free);
        world.conversation();
    }
}

fn a_list_of_many_asks_what_a_list_of_few_asks(engine: Engine) {
    prick_up_ears();
    let world = World::new(engine);
    let open = world.consented(0, world.person());
    let coordinator = world.coordinators[0];
    let programme = &world.programmes[0];
    let lists = [
        (coordinator, format!("/support-requests?programmeId={programme}&pageSize=100")),
        (coordinator, format!("/support-requests/{open}/candidates?limit=100")),
        (coordinator, format!("/buddies?programmeId={programme}&pageSize=100")),
        (coordinator, format!("/matches?programmeId={programme}&pageSize=100")),
        (coordinator, format!("/events?programmeId={programme}&pageSize=100")),
        (world.leader, format!("/conversations?locationCode={SCHOOL}&pageSize=100")),
    ];
    let asked = |(who, path): &(PersonId, String)| {
        let once = || {
            during(&world.app.location, || {
                world.app.get(*who, path).expect(200);
            })
        };
        // what is prepared once is prepared after the first; and what the server does beside its calls only adds
        (0..6).map(|_| once()).min_by_key(Vec::len).expect("six times")
    };
    fill(&world, 3);
    let few: Vec<Vec<String>> = lists.iter().map(asked).collect();
    fill(&world, 9);
    for (list, few) in lists.iter().zip(few) {
        let (many, path) = (asked(list), &list.1);
        assert!(!few.is_empty(), "{path}: nothing was heard");
        assert_eq!(few.len(), many.len(), "{path}: few {few:#?}\nmany {many:#?}");
    }
}
