//! A coordinator's own ties over time (S2): what counted for a case goes on counting for it, whatever day she gives it.

use chrono::TimeDelta;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::looks::{assert_sound, refused};
use crate::over_time::at;

on_both!(a_tie_that_ended_gives_no_case_back_for_which_it_counted,);

fn a_tie_that_ended_gives_no_case_back_for_which_it_counted(engine: Engine) {
    let world = World::new(engine);
    let (app, entangled) = (&world.app, world.coordinators[0]);
    let (clock, colleague) =
        (&app.platform.clock, world.member(&world.association, "coordinator", Some(&world.programmes[0])));
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let before = world.consented(0, world.person());
    let tie = json!({ "kind": "family-on-staff", "about": at(SCHOOL), "sinceDate": "2020-08-01" });
    let declared = app.post(entangled, &ties, &tie).expect(201);
    let during = world.consented(0, world.person());
    let place = format!("{ties}/{}", declared.id());
    let end = |day: naast_domain::Date, etag: &str| {
        app.call(Some(entangled), "PATCH", &place, Some(&json!({ "untilDate": day })), Some(etag))
    };
    let yesterday = clock.today() - TimeDelta::days(1);
    let faults = end(yesterday, &declared.etag()).expect(400).body["errors"].clone();
    assert_eq!((&faults[0]["pointer"], &faults[0]["code"]), (&json!("/untilDate"), &json!("too-early")));
    let ended = end(clock.today(), &declared.etag()).expect(200);
    let last_day = world.consented(0, world.person());
    clock.advance(TimeDelta::days(1));
    // nor is it ended once more, before the day that it has
    assert_eq!(end(yesterday, &ended.etag()).expect(400).body["errors"][0]["code"], "too-early");

    let after = world.consented(0, world.person());
    let list = format!("/support-requests?programmeId={}", world.programmes[0]);
    let shown = app.get(entangled, &list).expect(200).body["data"].to_string();
    for request in [&before, &during, &last_day] {
        refused(app.get(entangled, &format!("/support-requests/{request}")), 409, "coordinator-tied");
        assert!(!shown.contains(request.as_str()), "the list shows {request}");
        app.get(colleague, &format!("/support-requests/{request}")).expect(200);
    }
    app.get(entangled, &format!("/support-requests/{after}")).expect(200);
    assert!(shown.contains(&after));
    // a tie that was over before a case began has nothing to do with it: she says so of a day that is over by declaring it so
    let over = json!({
        "kind": "board-or-supervisory-member", "about": at_board("99901"), "sinceDate": "2019-08-01",
        "untilDate": yesterday - TimeDelta::days(30)
    });
    app.post(entangled, &ties, &over).expect(201);
    app.get(entangled, &format!("/support-requests/{after}")).expect(200);
    assert_sound(&world);
}

fn at_board(number: &str) -> serde_json::Value {
    json!({ "kind": "board", "boardNumber": number })
}
