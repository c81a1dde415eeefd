//! An installation from before secrets were sealed is upgraded: after `naast migrate` and a start its webhooks sign as before, and
//! no secret or name stands readable in its files or rows.

use std::path::{Path, PathBuf};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_persistence::keys::Keys;
use naast_persistence::{Location, on_either};
use naast_tests::app::{Shape, TestApp};
use naast_tests::receiver::Receiver;
use naast_tests::{Engine, around, empty_location, on_both, open};
use serde_json::json;

use crate::looks::{found, raw};
use crate::program::{said, serve};
use crate::webhooks::believed;

on_both!(
    an_installation_from_before_the_keys_is_sealed_and_signs_as_before,
    an_installation_from_before_secrets_were_sealed_is_sealed_and_signs_as_before,
    an_installation_that_was_migrated_and_never_started_is_sealed_and_signs_as_before,
);

fn an_installation_from_before_the_keys_is_sealed_and_signs_as_before(engine: Engine) {
    upgraded(engine, "0005");
}

fn an_installation_from_before_secrets_were_sealed_is_sealed_and_signs_as_before(engine: Engine) {
    upgraded(engine, "0009");
}

fn an_installation_that_was_migrated_and_never_started_is_sealed_and_signs_as_before(engine: Engine) {
    upgraded(engine, "0010");
}

/// 32 letters and digits, so that they would be found as they are, and in hexadecimal.
const SECRET: &str = "DitGeheimStaatErgensLeesbaar1234";
const NAME: &str = "Heel Herkenbare Beheerder";
const PARENT: &str = "00000000-0000-4000-8000-000000000002";
const PROGRAMME: &str = "00000000-0000-4000-8000-000000000004";

fn sql(location: &Location, statements: &str) {
    around(location, |database| database.batch(statements)).expect("an administrator can");
}

/// Applies the migrations after one up to another, as the program of then did.
fn migrate(engine: Engine, location: &Location, after: &str, upto: &str) {
    let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../persistence/migrations").join(engine);
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("migrations").map(|entry| entry.expect("one").path()).collect();
    all.sort_unstable();
    sql(
        location,
        "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for one in all {
        let name = one.file_name().expect("a name").to_string_lossy().into_owned();
        let version = name.split('_').next().expect("a number").to_owned();
        if version.as_str() > after && version.as_str() <= upto {
            sql(location, &std::fs::read_to_string(one.join("up.sql")).expect("statements"));
            sql(location, &format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
        }
    }
}

#[derive(QueryableByName)]
struct Bound {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    token: String,
}

/// Binds a database to the master key of this file, which is made: as a program of today binds another database to it.
fn bind(engine: Engine, location: &Location, file: &Path) {
    let other = open(engine, 1);
    Keys::at(file, &other.store, Moment::UNIX_EPOCH).expect("made");
    let question = if engine == Engine::Postgres {
        "SELECT id, encode(token, 'hex') AS token FROM master_keys"
    } else {
        "SELECT id, lower(hex(token)) AS token FROM master_keys"
    };
    let bound: Bound = around(&other.location, |database| {
        on_either!(database, |c| sql_query(question).get_result(c)).expect("it is bound")
    });
    let token = bytes(engine, &bound.token);
    let row = format!("('{}', {token}, '2026-01-01T00:00:00.000000Z')", bound.id);
    sql(location, &format!("INSERT INTO master_keys (id, token, bound_at) VALUES {row}"));
}

fn bytes(engine: Engine, hex: &str) -> String {
    if engine == Engine::Postgres { format!("'\\x{hex}'") } else { format!("X'{hex}'") }
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes it");
        hex
    })
}

/// A programme with a webhook, as versions of then wrote it.
fn fill(engine: Engine, location: &Location, url: &str, name: &str) {
    let at = "'2026-01-01T00:00:00.000000Z'";
    let id = |number: u32| format!("'00000000-0000-4000-8000-{number:012}'");
    let (administrator, parent, organisation, programme) = (id(1), id(2), id(3), id(4));
    let (subscription, secret) = (id(5), bytes(engine, &hex(SECRET)));
    sql(
        location,
        &format!(
            "INSERT INTO people (id, name, created_at) VALUES ({administrator}, '{name}', {at}), ({parent}, '', {at});\
             INSERT INTO organisations (id, kind, name, created_at) VALUES ({organisation}, 'provider', 'Naast', {at});\
             INSERT INTO memberships (id, person_id, organisation_id, role, status, since) \
                 VALUES ({m}, {administrator}, {organisation}, 'administrator', 'active', '2026-01-01');\
             INSERT INTO programmes (id, organisation_id, name, created_at) \
                 VALUES ({programme}, {organisation}, 'Programma', {at});\
             INSERT INTO programme_forms (programme_id, since, form, funders, reason) \
                 VALUES ({programme}, '2026-01-01', 'independent', 1, 'Test.');\
             INSERT INTO webhook_subscriptions (chain, id, url, state, position, created_at) \
                 VALUES ({programme}, {subscription}, '{url}', 'active', 0, {at});\
             INSERT INTO webhook_secrets (chain, id, subscription_id, secret, since) \
                 VALUES ({programme}, {s}, {subscription}, {secret}, {at});",
            m = id(6),
            s = id(7),
        ),
    );
}

fn upgraded(engine: Engine, from: &str) {
    let (location, guard) = empty_location(engine);
    let data = tempfile::tempdir().expect("a folder");
    let file = data.path().join("master-keys");
    let receiver = Receiver::answering(204);
    let had_keys = from > "0005";
    let filled = from.min("0009");
    migrate(engine, &location, "", filled);
    // where there were keys already, names were sealed; this one is of somebody who gave none
    fill(engine, &location, &receiver.url(), if had_keys { "" } else { NAME });
    if had_keys {
        bind(engine, &location, &file);
    }
    migrate(engine, &location, filled, from);
    let clear = [SECRET.to_owned(), hex(SECRET), NAME.to_owned()];
    let stands = |text: &String| found(&raw(&location), text);
    said(&location, data.path(), &["migrate"]);
    assert!(clear[..2].iter().any(stands), "the secret stands readable until the first start");
    // killed as soon as it serves, so that its log is as it left it
    let (mut server, _) = serve(&location, data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    server.kill().expect("killed");
    server.wait().expect("gone");
    for text in &clear {
        assert!(!stands(text), "{text} stands readable after the upgrade from {from}");
    }
    said(&location, data.path(), &["keys", "check"]);

    // and it signs as before
    let settings = naast_api::events::Settings { webhooks_to_loopback: true, ..Default::default() };
    let shape = Shape { events: settings, master_keys: Some(file), ..Shape::default() };
    let app = TestApp::start_on(location, guard, shape);
    let request = json!({
        "programmeId": PROGRAMME, "duration": "one-off", "channel": "either", "topics": [], "language": "nl",
        "contact": { "name": "Ouder", "kind": "email", "value": "ouder@example.org" }
    });
    let parent = PersonId::from_uuid(PARENT.parse().expect("an id"));
    app.post(parent, "/support-requests", &request).expect(201);
    assert!(app.drain() > 0, "nothing was sent");
    let got = receiver.got();
    let secret = format!("whsec_{}", base64(SECRET));
    assert!(!got.is_empty() && got.iter().all(|message| believed(&secret, message, &message.bytes)));
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
