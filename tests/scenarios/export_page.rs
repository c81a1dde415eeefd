//! The page of an export is made to be read: words and names stand on it, in the reader's language, and no code of any list.

use std::collections::BTreeSet;
use std::path::Path;

use naast_domain::ids::PersonId;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::exports::somebody_with_everything;

on_both!(no_bare_code_and_no_name_by_its_id_stands_on_the_page, a_reading_names_its_call_and_her_request);

/// A code of a closed list, with its labels.
struct Listed {
    code: String,
    nl: String,
    en: String,
}

/// Every code of every list, from the source of the domain.
fn listed() -> Vec<Listed> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/src")];
    let mut all = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.extend(in_source(&std::fs::read_to_string(path).expect("source is text")));
            }
        }
    }
    all
}

/// The lines `Variant = "code": "Nederlands" / "English"` of a file.
fn in_source(source: &str) -> Vec<Listed> {
    let quoted = |text: &str| -> Option<(String, usize)> {
        let begin = text.find('"')? + 1;
        let end = begin + text[begin..].find('"')?;
        Some((text[begin..end].to_owned(), end + 1))
    };
    let one = |at: usize| {
        let rest = &source[at + 2..];
        let (code, next) = quoted(rest)?;
        let rest = rest[next..].strip_prefix(':')?;
        let (nl, next) = quoted(rest)?;
        let rest = rest[next..].trim_start().strip_prefix('/')?;
        Some(Listed { code, nl, en: quoted(rest)?.0 })
    };
    source.match_indices("= \"").filter_map(|(at, _)| one(at)).collect()
}

/// The page of what is kept of somebody, in a language; and the data beside it.
fn taken(world: &World, me: PersonId, language: &str) -> (String, Value) {
    let made = world.app.ask(me, "/me/exports").expect(201);
    let token = format!("Bearer {}", world.app.token(me));
    let headers = [("authorization", token.as_str()), ("accept-language", language)];
    let path = format!("/v1/me/exports/{}/download", made.id());
    let reply = world.app.send("POST", &path, &headers, Vec::new()).expect(200);
    (reply.text("page"), reply.body["data"].clone())
}

/// What stands on a page: each value with what it is called.
fn values(page: &str) -> Vec<(String, String)> {
    let plain = |text: &str| text.replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&");
    page.split("<dt>")
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once("</dt><dd>").expect("a value");
            (plain(name), plain(rest.split_once("</dd>").expect("its end").0))
        })
        .collect()
}

fn no_bare_code_and_no_name_by_its_id_stands_on_the_page(engine: Engine) {
    let lists = listed();
    assert!(lists.len() > 300, "every list is read, not {} codes", lists.len());
    let codes: BTreeSet<&str> = lists.iter().map(|one| one.code.as_str()).collect();
    let world = World::new(engine);
    let me = somebody_with_everything(&world);
    let mut seen = 0;
    for (language, its_own) in [
        ("nl", ["Nummer", "Nummer van de inzage", "Nummer van uw account"]),
        ("en", ["Number", "Number of the reading", "Number of your account"]),
    ] {
        let labels: BTreeSet<&str> = lists
            .iter()
            .map(|one| if language == "nl" { one.nl.as_str() } else { one.en.as_str() })
            .collect();
        let (page, data) = taken(&world, me, language);
        let (mut bare, mut ids) = (Vec::new(), Vec::new());
        for (name, value) in values(&page) {
            seen += 1;
            let parts = value.split([',', ';', ':']).map(str::trim).chain([value.as_str()]);
            for part in parts {
                if codes.contains(part) && !labels.contains(part) {
                    bare.push(format!("{name}: {value}"));
                }
                if uuid::Uuid::parse_str(part).is_ok() && !its_own.contains(&name.as_str()) {
                    ids.push(format!("{name}: {value}"));
                }
            }
        }
        assert!(bare.is_empty(), "bare codes on the page in {language}: {bare:#?}");
        assert!(ids.is_empty(), "ids on the page in {language}: {ids:#?}");
        // of a finding its words, in her language alone
        let other = if language == "nl" { "en" } else { "nl" };
        let assessments = data["collections"]["requests.proposals.assessment"].as_array().expect("rows");
        let findings: Vec<&Value> =
            assessments.iter().flat_map(|one| one["findings"].as_array().expect("findings")).collect();
        assert!(!findings.is_empty());
        let shown: Vec<String> = values(&page).into_iter().map(|(_, value)| value).collect();
        for finding in findings {
            let said = |tongue: &str| finding[tongue].as_str().expect("its words");
            assert!(shown.iter().any(|value| value.contains(said(language))), "{finding}");
            assert!(!shown.iter().any(|value| value.contains(said(other))), "{finding}");
        }
        // with whom a complaint begins, and who is there whatever comes of it
        let head = page.split("<h2>").next().expect("the head of the page");
        assert!(head.contains("school (test)") && head.contains("autoriteitpersoonsgegevens.nl"), "{head}");
        for name in ["school (test)", "Programma school", "Programma independent"] {
            assert!(shown.iter().any(|value| value == name), "{name} in {language}");
        }
    }
    assert!(seen > 200, "{seen} values seen");
}

fn a_reading_names_its_call_and_her_request(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let (first, second) = (world.consented(0, parent), world.request(1, parent));
    let buddy = world.buddy(0, &json!({}));
    let (matched, proposal) = world.matched(0, parent, &first, &buddy);
    let talk = json!({ "date": world.app.platform.clock.today(), "text": naast_tests::world::words("meeting-announcement") });
    world.app.post(parent, &format!("/matches/{matched}/meeting-announcements"), &talk).expect(201);
    let school = format!("/announced-meetings?locationCode={}", naast_tests::world::SCHOOL);
    let reads = [
        (world.coordinators[0], format!("/support-requests/{first}"), &first),
        (world.coordinators[1], format!("/support-requests/{second}"), &second),
        (world.coordinators[0], format!("/proposals/{proposal}"), &first),
        (world.coordinators[0], format!("/matches/{matched}"), &first),
        (buddy.person, format!("/matches/{matched}/private-notes"), &first),
        (world.leader, school, &first),
    ];
    let log =
        |who: PersonId| world.app.get(who, "/me/access-log?pageSize=100").expect(200).body["data"].clone();
    let mut calls = Vec::new();
    for (reader, path, request) in reads {
        let reply = world.app.get(reader, &path).expect(200);
        let call = reply.header("x-request-id").expect("a number").to_owned();
        let rows = log(parent);
        let row = rows.as_array().expect("rows").iter().find(|row| row["callId"] == json!(call));
        let row = row.unwrap_or_else(|| panic!("{path} left no record of {call}"));
        assert_eq!(row["requestId"], json!(request), "{path}");
        calls.push((call, request.clone()));
    }
    // she who is in somebody else's case learns nothing of it by the number of a request
    let of_buddy = log(buddy.person);
    let of_buddy = of_buddy.as_array().expect("rows");
    assert!(of_buddy.len() > 1 && of_buddy.iter().all(|row| row["requestId"].is_null()), "{of_buddy:?}");
    // and so it is in what she takes along
    let (_, data) = taken(&world, parent, "nl");
    for (call, request) in &calls {
        let rows = data["collections"]["accessLog"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["callId"] == json!(call)).expect("the record");
        assert_eq!(row["requestId"], json!(request));
    }
    let (_, data) = taken(&world, buddy.person, "nl");
    let rows = data["collections"]["accessLog"].as_array().expect("rows");
    assert!(rows.iter().all(|row| row["callId"].is_string() && row["requestId"].is_null()), "{rows:?}");
}
