//! What is on its way out says so in every answer, refusals included, and nothing else does.

use naast_api::contract::{CONTRACT, Deprecations};
use naast_tests::Engine;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::World;
use serde_json::{Value, json};

fn world(mark: impl FnOnce(&mut Value)) -> World {
    let mut document = CONTRACT.document.clone();
    mark(&mut document);
    let deprecations = Deprecations::of(&document).expect("a mark that reads");
    World::on(TestApp::start_as(Engine::Sqlite, Shape { deprecations, ..Shape::default() }))
}

fn links(reply: &Reply) -> Vec<String> {
    reply.headers.get_all("link").iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
}

/// Asserts that an answer has this status, and says that what was called goes.
fn goes(reply: Reply, status: u16, page: &str) {
    let reply = reply.expect(status);
    assert_eq!(reply.header("deprecation"), Some("@1798761600"), "{status}");
    assert_eq!(reply.header("sunset"), Some("Sat, 01 Jan 2028 00:00:00 GMT"), "{status}");
    let links = links(&reply);
    for relation in ["deprecation", "sunset"] {
        let link = format!("<{page}>; rel=\"{relation}\"; type=\"text/html\"");
        assert!(links.contains(&link), "{status}: {link} in {links:?}");
    }
}

fn stays(reply: &Reply) {
    assert_eq!((reply.header("deprecation"), reply.header("sunset")), (None, None), "{}", reply.status);
    assert!(links(reply).iter().all(|link| !link.contains("deprecation")), "{}", reply.status);
}

#[test]
fn an_operation_that_is_marked_says_so_in_every_answer() {
    let mark = json!({ "from": "2027-01-01", "until": "2028-01-01", "successor": "/v2/requests" });
    let world = world(|document| {
        for (path, method) in
            [("/support-requests/{id}", "get"), ("/support-requests", "post"), ("/schools", "get")]
        {
            document["paths"][path][method]["x-deprecation"] = mark.clone();
        }
    });
    let (app, parent) = (&world.app, world.person());
    let show = "/docs/#/requests/getSupportRequest";
    let submit = "/docs/#/requests/submitSupportRequest";

    let made = app.post(parent, "/support-requests", &world.request_body(0));
    let id = made.body["id"].as_str().expect("an id").to_owned();
    assert!(links(&made).contains(&"</v2/requests>; rel=\"successor-version\"".to_owned()));
    goes(made, 201, submit);
    goes(app.post(parent, "/support-requests", &json!({})), 400, submit);
    goes(app.call(None, "POST", "/support-requests", Some(&json!({})), None), 401, submit);
    goes(app.send("POST", "/v1/support-requests", &[("content-encoding", "gzip")], Vec::new()), 415, submit);
    for _ in 0..2 {
        // the second is the answer that was kept
        goes(
            app.keyed(Some(parent), "POST /support-requests", &world.request_body(0), "\"one\""),
            201,
            submit,
        );
    }

    let path = format!("/support-requests/{id}");
    let shown = app.get(parent, &path);
    let etag = shown.etag();
    goes(shown, 200, show);
    goes(app.get(world.person(), &path), 404, show);
    goes(app.get(parent, &format!("{path}?unknown=1")), 400, show);
    let token = format!("Bearer {}", app.token(parent));
    let headers = [("authorization", token.as_str()), ("if-none-match", etag.as_str())];
    goes(app.send("GET", &format!("/v1{path}"), &headers, Vec::new()), 304, show);
    goes(app.send("HEAD", &format!("/v1{path}"), &headers[..1], Vec::new()), 200, show);
    goes(app.send("GET", &format!("/v1{path}"), &[("accept", "text/html")], Vec::new()), 406, show);

    // beside the links to other pages
    let page = app.get(parent, "/schools?pageSize=1");
    assert!(links(&page).iter().any(|link| link.contains("rel=\"next\"")), "{:?}", links(&page));
    goes(page, 200, "/docs/#/directory/listSchools");

    stays(&app.get(parent, "/me").expect(200));
    stays(&app.get(parent, "/support-requests").expect(200));
    stays(&app.send("DELETE", &format!("/v1{path}"), &[], Vec::new()).expect(405));
    app.ask(parent, &format!("{path}/withdrawal")).expect(200);
}

#[test]
fn a_version_that_ends_says_so_wherever_it_is_called() {
    let world = world(|document| {
        document["info"]["x-deprecation"] = json!({ "from": "2027-01-01", "until": "2028-01-01" });
    });
    let (app, parent) = (&world.app, world.person());
    goes(app.get(parent, "/me"), 200, "/docs/");
    goes(app.get(parent, "/nowhere"), 404, "/docs/");
    goes(app.call(None, "GET", "/me", None, None), 401, "/docs/");
    goes(app.send("GET", "/v1/openapi.json", &[], Vec::new()), 200, "/docs/");
    for beside in ["/health/live", "/.well-known/jwks.json"] {
        stays(&app.send("GET", beside, &[], Vec::new()).expect(200));
    }
}

/// What is not marked does not say so.
#[test]
fn what_stays_does_not_say_that_it_goes() {
    let world = World::new(Engine::Sqlite);
    let parent = world.person();
    for path in ["/me", "/support-requests", "/schools", "/nowhere"] {
        stays(&world.app.get(parent, path));
    }
}
