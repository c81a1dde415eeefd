//! The demo as a newcomer meets it: the program as a process of its own, on an empty folder, and the calls of the README.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use naast_persistence::Location;
use naast_tests::{Engine, empty_location, on_both};
use serde_json::Value;

on_both!(the_demo_serves_a_token_for_every_role_and_something_in_every_state,);

/// A demo that runs until it is dropped.
pub struct Demo {
    child: Child,
    told: Value,
}

impl Demo {
    /// Starts the demo in a folder of its own and waits until it says where it listens.
    pub fn start(folder: &Path, database: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("data"));
        for name in [
            "DATABASE_URL",
            "NAAST_DATA",
            "NAAST_SIGNING_KEY_FILE",
            "NAAST_MASTER_KEY_FILE",
            "NAAST_PUBLIC_URL",
        ] {
            command.env_remove(name);
        }
        command.envs(database.map(|url| ("DATABASE_URL", url)));
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("the demo starts");
        let file = folder.join("data/demo.json");
        let patience = Instant::now() + Duration::from_secs(120);
        let told = loop {
            let text = std::fs::read(&file).unwrap_or_default();
            if let Ok(told) = serde_json::from_slice(&text) {
                break told;
            }
            assert!(child.try_wait().expect("a child").is_none(), "the demo ended by itself");
            assert!(Instant::now() < patience, "the demo says nothing");
            std::thread::sleep(Duration::from_millis(20));
        };
        Self { child, told }
    }

    /// The token of a role.
    pub fn token(&self, role: &str) -> String {
        self.told["roles"][role]["token"].as_str().expect("a token").to_owned()
    }

    /// Asks it for something; gives back the status and what it is.
    pub fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let address = self.told["address"].as_str().expect("an address");
        let mut reply = agent
            .get(format!("{address}/v1{path}"))
            .header("authorization", format!("Bearer {token}"))
            .call()
            .expect("the demo answers");
        let body: Value = reply.body_mut().read_json().expect("JSON");
        (reply.status().as_u16(), body)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn the_demo_serves_a_token_for_every_role_and_something_in_every_state(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let (location, _guard) = empty_location(engine);
    let url = match &location {
        Location::Postgres(url) => Some(url.as_str()),
        Location::Sqlite(_) => None,
    };
    let demo = Demo::start(folder.path(), url);
    let address = demo.told["address"].as_str().expect("an address");
    let get = |path: &str, token: &str| demo.get(path, token);
    // a library that begins with the metadata finds the demo itself there
    let server = ureq::get(format!("{address}/.well-known/oauth-authorization-server")).call();
    let server: Value = server.expect("the demo answers").body_mut().read_json().expect("JSON");
    assert_eq!(server["issuer"], address);
    let roles = demo.told["roles"].as_object().expect("roles");
    for role in naast_domain::organisations::Role::of_memberships() {
        assert!(roles.contains_key(naast_domain::code::Code::code(role)), "{role}: {roles:?}");
    }
    assert!(roles.contains_key("parent") && roles.contains_key("buddy"), "{roles:?}");
    let token = |role: &str| demo.token(role);
    for role in roles.keys() {
        assert_eq!(get("/me", &token(role)).0, 200, "{role}");
    }
    let programmes = get("/programmes", &token("parent")).1;
    assert_eq!(programmes["data"].as_array().expect("a page").len(), 3);
    let mut states = Vec::new();
    for programme in programmes["data"].as_array().expect("a page") {
        let path = format!("/support-requests?programmeId={}", programme["id"].as_str().expect("an id"));
        for role in roles.keys().filter(|role| role.starts_with("coordinator")) {
            let requests = get(&path, &token(role)).1;
            states.extend(
                requests["data"].as_array().into_iter().flatten().map(|one| one["state"].to_string()),
            );
        }
    }
    states.sort_unstable();
    states.dedup();
    assert_eq!(states.len(), 5, "a request in every state: {states:?}");
    let things = demo.told["things"].as_object().expect("things");
    let running = format!("/matches/{}", things["matchActive"].as_str().expect("a match"));
    assert_eq!(get(&running, &token("parent-matched")).1["state"], "active");
    if engine == Engine::Sqlite {
        paste_the_readme(folder.path(), address);
    }
}

/// Runs what stands in the README for a newcomer to paste, against this demo.
fn paste_the_readme(folder: &Path, address: &str) {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("no curl on this machine: the calls of the README are not pasted");
        return;
    }
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> =
        readme.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3, "the README has calls to paste");
    let pasted = blocks.join("\n").replace("http://127.0.0.1:8080", address);
    // a call that is refused where the README does not say so shows as a problem in the output
    let output =
        Command::new("bash").args(["-eu", "-c", &pasted]).current_dir(folder).output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let problems: Vec<&str> = said.match_indices("/v1/problems/").map(|(at, _)| &said[at..at + 40]).collect();
    let expected = readme.matches("# 409").count() + readme.matches("# 404").count();
    assert_eq!(problems.len(), expected, "refusals that the README announces: {problems:?}\n{said}");
}
