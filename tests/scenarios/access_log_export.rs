//! The export of the access log: lines of JSON with the fields of the Logboek Dataverwerkingen 1.0.

use naast_tests::app::TestApp;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::access_log::Case;
use crate::command_line::naast;

on_both!(
    a_record_has_the_fields_of_the_standard,
    a_call_that_reads_of_several_people_has_a_line_for_each_below_its_own,
);

fn a_record_has_the_fields_of_the_standard(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let app = &case.world.app;
    let token = format!("Bearer {}", app.token(case.world.coordinators[0]));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("authorization", token.as_str()), ("traceparent", trace)];
    app.send("GET", &format!("/v1{}", case.path()), &headers, Vec::new()).expect(200);
    let mut lines = Vec::new();
    naast_api::cli::access_log::export(
        &app.platform.store,
        &app.platform.keys,
        "https://buddy.example.org",
        chrono::DateTime::UNIX_EPOCH,
        &mut lines,
    )
    .expect("the export runs");
    let text = String::from_utf8(lines).expect("text");
    let record: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!(record["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(record["parent_span_id"], "00f067aa0ba902b7");
    assert_eq!(record["span_id"].as_str().map(str::len), Some(16));
    assert_eq!((&record["status"], &record["name"]), (&json!("Ok"), &json!("getSupportRequest")));
    let (start, end) = (record["start_time"].as_i64().expect("ms"), record["end_time"].as_i64().expect("ms"));
    assert!(start > 0 && end >= start);
    assert_eq!(
        record["resource"],
        json!({ "attributes": { "name": "naast", "version": env!("CARGO_PKG_VERSION") } })
    );
    let attributes = &record["attributes"];
    assert_eq!(attributes["dpl.core.data_subject_id_type"], "naast-pseudonym");
    let activity = attributes["dpl.core.processing_activity_id"].as_str().expect("a URI");
    assert_eq!(activity, "https://buddy.example.org/v1/processing-activities/matching");
    // it leads to the line of the register
    let path = activity.strip_prefix("https://buddy.example.org/v1").expect("below the address");
    assert_eq!(app.get(case.parent, path).expect(200).body["code"], "matching");
    // the terminal names the address that is set; and where none is, the one that the installation was served under last
    let at_the_terminal = |set: &[&str]| {
        let told = naast(&case.world, &[&["access-log", "export"], set].concat());
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let text = String::from_utf8(told.stdout).expect("text");
        let record: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
        record["attributes"]["dpl.core.processing_activity_id"].clone()
    };
    let under = |address: &str| json!(format!("{address}/v1/processing-activities/matching"));
    let set = ["--public-url", "https://elders.example.org"];
    assert_eq!(at_the_terminal(&set), under("https://elders.example.org"));
    std::fs::write(app.platform.data.join("public-url"), "https://buddy.example.org\n").expect("written");
    assert_eq!(at_the_terminal(&[]), under("https://buddy.example.org"));
    assert_eq!(at_the_terminal(&set), under("https://elders.example.org"));
    // a pseudonym: not the id by which the program knows her
    let subject = attributes["dpl.core.data_subject_id"].as_str().expect("a pseudonym");
    assert_eq!(subject.len(), 32);
    assert!(!text.contains(&case.parent.to_string()) && !text.contains(&case.request));
}

/// Each of several people has a line of her own, below that of the call, which is of nobody.
fn a_call_that_reads_of_several_people_has_a_line_for_each_below_its_own(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, app) = (&case.world, &case.world.app);
    world.request(0, world.person());
    let token = format!("Bearer {}", app.token(world.coordinators[0]));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("authorization", token.as_str()), ("traceparent", trace)];
    let path = format!("/v1/support-requests?programmeId={}", world.programmes[0]);
    app.send("GET", &path, &headers, Vec::new()).expect(200);
    app.get(world.coordinators[0], &case.path()).expect(200);
    let exported = |since| {
        let (platform, mut lines) = (&app.platform, Vec::new());
        let address = "https://buddy.example.org";
        let read =
            naast_api::cli::access_log::export(&platform.store, &platform.keys, address, since, &mut lines)
                .expect("the export runs");
        let text = String::from_utf8(lines).expect("text");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        (read, lines.collect::<Vec<_>>())
    };
    let (read, lines) = exported(chrono::DateTime::UNIX_EPOCH);
    assert_eq!((read, lines.len()), (3, 4), "two of the list, one of the case, and the call of the list");
    let spans: std::collections::BTreeSet<&str> =
        lines.iter().map(|line| line["span_id"].as_str().expect("a span")).collect();
    assert_eq!(spans.len(), 4, "each action has its own");
    let (call, each) = (&lines[0], &lines[1..3]);
    assert_eq!(
        (&call["name"], &call["parent_span_id"]),
        (&json!("listSupportRequests"), &json!("00f067aa0ba902b7"))
    );
    let activity = json!("https://buddy.example.org/v1/processing-activities/matching");
    assert_eq!(call["attributes"], json!({ "dpl.core.processing_activity_id": activity }), "of nobody");
    let subjects: std::collections::BTreeSet<&str> = each
        .iter()
        .map(|line| {
            assert_eq!((&line["parent_span_id"], &line["trace_id"]), (&call["span_id"], &call["trace_id"]));
            line["attributes"]["dpl.core.data_subject_id"].as_str().expect("a pseudonym")
        })
        .collect();
    assert_eq!(subjects.len(), 2);
    assert_eq!((&lines[3]["name"], &lines[3]["parent_span_id"]), (&json!("getSupportRequest"), &Value::Null));
    assert_eq!(exported(app.platform.clock.now() + chrono::TimeDelta::seconds(1)), (0, Vec::new()));
}
