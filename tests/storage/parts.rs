//! The doctor knows by name what the migrations made.

use naast_persistence::doctor::{Differences, differences};
use naast_tests::{Engine, around, location, on_both};

on_both!(
    a_schema_that_was_just_made_has_what_the_migrations_make_and_nothing_besides,
    what_was_taken_out_of_a_schema_is_named,
);

fn a_schema_that_was_just_made_has_what_the_migrations_make_and_nothing_besides(engine: Engine) {
    let (location, _guard) = location(engine);
    let found = around(&location, differences).expect("the catalogue is read");
    assert_eq!(found, Differences { missing: Vec::new(), besides: Vec::new() });
}

fn what_was_taken_out_of_a_schema_is_named(engine: Engine) {
    let (location, _guard) = location(engine);
    let (of_journal, of_consents) = match engine {
        Engine::Sqlite => ("", ""),
        Engine::Postgres => (" ON journal", " ON consents"),
    };
    // an index that is there by name and is not unique any more keeps nothing
    let statements = format!(
        "DROP TRIGGER journal_no_update{of_journal}; DROP TRIGGER consents_are_facts{of_consents}; \
         DROP INDEX buddies_once_in_a_programme; DROP INDEX memberships_given_once; \
         CREATE INDEX memberships_given_once ON memberships (person_id); DROP INDEX memberships_by_person; \
         DROP TABLE match_pauses"
    );
    around(&location, |database| database.batch(&statements)).expect("taken out");
    let found = around(&location, differences).expect("the catalogue is read");
    let names = |parts: &[naast_persistence::doctor::Part]| -> Vec<String> {
        parts.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        names(&found.missing),
        [
            "index memberships_by_person",
            "table match_pauses",
            "trigger consents_are_facts",
            "trigger journal_no_update",
            "unique index buddies_once_in_a_programme",
            "unique index memberships_given_once",
        ]
    );
    assert_eq!(names(&found.besides), ["index memberships_given_once"]);
}

#[test]
fn on_postgres_a_trigger_that_is_switched_off_is_missing() {
    let (location, _guard) = location(Engine::Postgres);
    around(&location, |database| database.batch("ALTER TABLE journal DISABLE TRIGGER journal_no_truncate"))
        .expect("switched off");
    let found = around(&location, differences).expect("the catalogue is read");
    let missing: Vec<String> = found.missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["trigger journal_no_truncate"]);
}
