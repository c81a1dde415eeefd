//! The test of the proof of the wall: a private column that leaks into what the school reads, or into what it is answered when it writes, is
//! found.

use naast_tests::{Engine, around, on_both};

use super::crawl::{Question, questions};
use super::interference::{ATTEMPTS, Act, Asked, Space};
use super::writes::attempts;
use crate::authorisation::objects::State;
use crate::authorisation::stage::Stage;
use crate::authorisation::table::Table;

on_both!(a_private_column_that_leaks_is_found);

/// A private column that leaks, each made by hand behind the program's back: what is written beside the private row, or refused because of
/// it, and who must find it.
fn leaks(engine: Engine) -> Vec<(&'static str, &'static str, String)> {
    let on_entry = |name: &str, act: &str| match engine {
        Engine::Sqlite => format!("CREATE TRIGGER {name} AFTER INSERT ON private_entries BEGIN {act}; END"),
        Engine::Postgres => format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NEW; END $$; \
             CREATE TRIGGER {name} AFTER INSERT ON private_entries FOR EACH ROW EXECUTE FUNCTION {name}()"
        ),
    };
    let guard = |table: &str| match engine {
        Engine::Sqlite => format!(
            "CREATE TRIGGER guard BEFORE INSERT ON {table} WHEN (SELECT count(*) FROM leaked) > 0 \
             BEGIN SELECT RAISE(ABORT, 'leaked'); END"
        ),
        Engine::Postgres => format!(
            "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF (SELECT count(*) FROM leaked) > 0 THEN RAISE EXCEPTION 'leaked'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION guard()"
        ),
    };
    vec![
        (
            "how long a message is moves the version of an announced talk",
            "getAnnouncedMeeting by school-leader",
            on_entry("leak", "UPDATE announced_meetings SET version = version + length(NEW.words)"),
        ),
        (
            "whether something is about health moves the version of an announced talk",
            "getAnnouncedMeeting by school-leader",
            on_entry("leak", "UPDATE announced_meetings SET version = version + 1 WHERE NEW.about_health"),
        ),
        (
            "who wrote stands in the ground of a conversation",
            "getConversation by school-leader",
            on_entry(
                "leak",
                "UPDATE conversations SET ground = CASE ground WHEN 'regular-talk' THEN 'new-development-plan' ELSE 'regular-talk' END \
                 WHERE NEW.writer <> ''",
            ),
        ),
        (
            "that something was written refuses the school another conversation",
            "openConversation, which the school does",
            format!(
                "CREATE TABLE leaked (kind TEXT); {}; {}",
                on_entry("leak", "INSERT INTO leaked VALUES (NEW.kind)"),
                guard("conversations")
            ),
        ),
    ]
}

fn a_private_column_that_leaks_is_found(engine: Engine) {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let tried = attempts(&table);
    for (what, finder, leak) in leaks(engine) {
        let stage = Stage::new(engine);
        around(&stage.world.app.location, |database| database.batch(&leak))
            .unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
        let all = questions(&stage, &table);
        let of_the_school = |one: &&Question| one.words().contains(" by school-leader on Own");
        let asked = Asked {
            reads: all.iter().filter(of_the_school).collect(),
            attempts: tried.iter().take(ATTEMPTS).collect(),
            with_a_talk: true,
        };
        let space = Space::of(&stage, State::Matched);
        let before = asked.before(&stage);
        let message =
            |about_health| Act::Message { by_parent: true, text: "Anders".to_owned(), about_health };
        if what.contains("about health") {
            // it is that member that is found, and not that there is a message
            assert!(space.does(&message(false)));
            let found = asked.differing(&stage, &before);
            assert!(found.is_empty(), "{what}: {found:?}");
        }
        assert!(space.does(&message(true)));
        let found = asked.differing(&stage, &before);
        assert!(found.iter().any(|one| one.starts_with(finder)), "{what} is not found, but {found:?}");
    }
}
