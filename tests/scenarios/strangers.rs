//! What is somebody else's is as if it were not there: the same answer, byte for byte, as for an id that nobody has (T1,
//! T12).

use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, seen};

on_both!(another_parents_request_is_as_if_it_were_not_there);

fn another_parents_request_is_as_if_it_were_not_there(engine: Engine) {
    let world = World::new(engine);
    let (parent, other) = (world.person(), world.person());
    let buddy = world.buddy(0, &json!({}));
    let request = world.consented(0, parent);
    let (matched, proposal) = world.matched(0, parent, &request, &buddy);
    let consent = json!({ "kind": "child-health-data", "text": words("child-health-data") });
    let yes = json!({ "answer": "accepted" });
    let ties = json!({ "answers": [{ "finding": "28", "answer": "accepted" }] });
    let reason = json!({ "reason": "goal-reached" });
    let met = json!({ "date": "2026-01-05", "channel": "online", "minutes": 30, "task": "listening" });
    let calls: &[(&str, &str, String, Option<&Value>)] = &[
        ("GET", &request, "/support-requests/{}".into(), None),
        ("GET", &request, "/support-requests/{}/consents".into(), None),
        ("GET", &request, "/support-requests/{}/proposals".into(), None),
        ("POST", &request, "/support-requests/{}/consents".into(), Some(&consent)),
        ("POST", &request, "/support-requests/{}/withdrawal".into(), None),
        ("GET", &proposal, "/proposals/{}".into(), None),
        ("GET", &proposal, "/proposals/{}/tie-answers".into(), None),
        ("POST", &proposal, "/proposals/{}/acceptances".into(), Some(&yes)),
        ("POST", &proposal, "/proposals/{}/tie-answers".into(), Some(&ties)),
        ("GET", &matched, "/matches/{}".into(), None),
        ("GET", &matched, "/matches/{}/contacts".into(), None),
        ("POST", &matched, "/matches/{}/contacts".into(), Some(&met)),
        ("POST", &matched, "/matches/{}/pauses".into(), None),
        ("POST", &matched, "/matches/{}/resumptions".into(), None),
        ("POST", &matched, "/matches/{}/closure".into(), Some(&reason)),
        ("GET", &buddy.id, "/buddies/{}".into(), None),
        ("GET", &buddy.id, "/buddies/{}/ties".into(), None),
        ("POST", &buddy.id, "/buddies/{}/tie-declarations".into(), None),
    ];
    let rows = count(&world, "journal");
    for stranger in [other, world.leader, world.administrator, world.coordinators[1]] {
        for (method, id, path, body) in calls {
            let call = |id: &str| {
                let etag = (*method == "POST").then_some("\"v1\"");
                world.app.call(Some(stranger), method, &path.replace("{}", id), *body, etag)
            };
            let (there, nowhere) = (call(id), call(&random_id().to_string()));
            assert_eq!(seen(&there), seen(&nowhere), "{method} {path}");
            assert!([403, 404].contains(&there.status), "{method} {path}");
        }
    }
    assert_eq!(world.app.get(other, "/support-requests").expect(200).body["data"], json!([]));
    assert_eq!(world.app.get(other, "/matches").expect(200).body["data"], json!([]));
    assert_eq!(count(&world, "journal"), rows, "nothing was changed and nothing was written down");
}
