//! No query of a case can be called without a grant, or without the object that a grant reached: read from the source of all
//! of storage, because a function that asks for an id alone compiles as well as one that asks for more. Whoever adds a function
//! without a proof, in any room, writes down here why.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What lets a caller in: a grant, what only storage makes for whoever was let in before, the caller herself, or the platform's leave
/// to look after what is there.
const PROOFS: &[&str] = &["Grant<", "&Stored<", "&Conversation", "&Upkeep", "&PrivateSpace", "&Principal"];

/// The functions that ask for no proof, by the reason why that is right.
const WITHOUT: &[(&str, &[&str])] = &[
    (
        "transactions, and whatever is done in one: they know of no table",
        &[
            "database::transaction",
            "database::snapshot",
            "transaction::rehearse",
            "store::read",
            "store::write",
            "store::queue",
        ],
    ),
    (
        "the key of an owner, for a value that was loaded with a proof",
        &["keys::seal", "keys::open", "keys::open_all", "keys::destroy"],
    ),
    (
        "a parent's or a pupil's own code, or what was made of it, is the proof",
        &[
            "conversations::find_by_code",
            "conversations::sides::find_by_invitation",
            "privacy::consents::confirmation::find_by_confirmation",
            "privacy::pupils::find_by_pupil_code",
            "requests::find_by_code",
        ],
    ),
    (
        "the directory of schools, boards and partnerships, which everybody may read, and its import at the terminal",
        &[
            "directory::boards::board",
            "directory::boards::boards",
            "directory::facts::school_facts",
            "directory::facts::boards_of",
            "directory::imports::partnerships::apply_partnerships",
            "directory::imports::pupils::apply_pupils",
            "directory::imports::schools::apply_schools",
            "directory::municipalities::are_municipalities",
            "directory::municipalities::is_municipality",
            "directory::partnerships::partnership",
            "directory::partnerships::partnerships",
            "directory::partnerships::has_partnerships",
            "directory::schools::find",
            "directory::schools::has_schools",
            "directory::search::search",
        ],
    ),
    (
        "programmes and organisations, which everybody may read",
        &[
            "organisations::find",
            "organisations::list",
            "organisations::registered_as",
            "programmes::find",
            "programmes::are_there",
            "programmes::form_on",
            "programmes::exists",
            "programmes::runs_a_pool",
            "programmes::ids",
            "programmes::list",
            "programmes::choices::choices",
            "programmes::coverage::covered_schools",
            "programmes::run_by",
        ],
    ),
    (
        "what a caller is at this moment: made before there is a principal to grant anything to",
        &[
            "identity::addresses::accounts",
            "identity::addresses::begin",
            "identity::assertions::forget",
            "identity::assertions::use_up",
            "identity::clients::find",
            "identity::clients::credentials",
            "identity::clients::principal",
            "identity::codes::sent_since",
            "identity::codes::forget",
            "identity::codes::insert",
            "identity::codes::find",
            "identity::codes::count_try",
            "identity::external::person_of",
            "identity::external::link",
            "identity::external::powers",
            "identity::sessions::forget",
            "identity::sessions::insert",
            "identity::sessions::issue",
            "identity::sessions::of_token",
            "identity::sessions::find",
            "identity::sessions::runs",
            "identity::sessions::mark_used",
            "identity::sessions::end",
            "organisations::principal::principal",
            "organisations::principal::principal_of_session",
            "organisations::principal::has_administrator",
        ],
    ),
    (
        "the machine itself: health, locks, schema, keys, backup; the rows stay inside",
        &[
            "doctor::run",
            "doctor::faults_of_the_file",
            "doctor::schools",
            "doctor::schools_own_of_others",
            "doctor::parts::differences",
            "locks::lock_school",
            "locks::lock_founding",
            "locks::lock_masters",
            "locks::lock_masters_to_bind",
            "locks::lock_webhooks",
            "locks::lock_address",
            "locks::lock_person",
            "locks::lock_roles_of",
            "locks::lock_announced_meeting",
            "locks::lock_request",
            "locks::lock_request_besides",
            "locks::lock_buddy",
            "locks::lock_buddies_of",
            "locks::lock_sign_in_code",
            "locks::lock_session",
            "migrations::revert_all",
        ],
    ),
    (
        "the journal, which holds no content of a case, verified and exported at the terminal",
        &["journal::heads", "journal::verify", "journal::export::export"],
    ),
    (
        "events without persons: the place in a feed that a grant opened, and the sender's own work",
        &[
            "events::backlog::backlog",
            "events::deliveries::deliveries_of",
            "events::deliveries::forget_old",
            "events::dispatch::due",
            "events::dispatch::lease_due",
            "events::dispatch::release",
            "events::dispatch::take_turn",
            "events::feed::hash_at",
            "events::feed::head",
            "events::subscriptions::has_room",
        ],
    ),
    (
        "answers that only their own call can open",
        &[
            "retries::take",
            "retries::find",
            "retries::keep",
            "retries::count_expired",
            "retries::forget_expired",
        ],
    ),
    (
        "what the platform owes itself: it shows nothing to anybody",
        &["independence::waiting::ask_others_of", "independence::waiting::ask_everybody"],
    ),
    (
        "ties of the caller's own people, for the rules; never shown",
        &["independence::known::of_people", "independence::parents_of"],
    ),
    (
        "the record of readings is written for whoever was granted to read, and exported at the terminal",
        &["privacy::access_log::insert", "privacy::access_log::export", "privacy::access_log::shown::still"],
    ),
    (
        "an export that `find` gave to its own person, or whose day is over",
        &[
            "privacy::export::waiting::take",
            "privacy::export::waiting::forget_of",
            "privacy::export::waiting::expired",
            "privacy::export::waiting::forget_expired",
        ],
    ),
    (
        "a notice that `find` gave for a grant, or that a withdrawal by the parent makes",
        &["privacy::notices::insert", "privacy::notices::confirm"],
    ),
    (
        "by age alone: counted and erased by the platform's own round",
        &["privacy::erasure::erase_aged", "privacy::erasure::count_aged"],
    ),
    (
        "the platform's own bookkeeping: who does a round, what a backup brought, what is gone",
        &[
            "privacy::leases::take",
            "privacy::leases::give_back",
            "privacy::restorations::unfinished",
            "privacy::restorations::finish",
            "privacy::restorations::without_tombstones",
            "privacy::restorations::brought",
            "privacy::tombstones::lay",
            "privacy::tombstones::set_up",
            "privacy::tombstones::all",
            "privacy::tombstones::risen::risen",
        ],
    ),
    (
        "when a case goes, and whether it is held: dates for objects that a grant reached, nothing that anybody told",
        &["privacy::retention::cases::of_cases"],
    ),
    (
        "that somebody asked to be erased; the terms of programmes, which everybody may read",
        &[
            "privacy::retention::holds::remember_asking",
            "privacy::retention::terms::said_terms",
            "privacy::retention::terms::terms",
        ],
    ),
];

/// Where the platform gives itself leave: rounds that nobody calls, what is erased again after a restoration, and a look of the rules at
/// others' matches that is never shown.
const LEAVE: &[&str] = &[
    "independence/again.rs",
    "independence/coordination.rs",
    "independence/mod.rs",
    "independence/round.rs",
    "privacy/replay.rs",
    "privacy/replay/ends.rs",
    "privacy/round/mod.rs",
];

/// Every file of a folder of source, by its place in it.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder of source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("source is text");
                let place = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
                found.push((place, text));
            }
        }
    }
    found.sort();
    found
}

fn workspace(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(place)
}

/// The room that a file is, as it is called in code.
fn room(file: &str) -> String {
    let name = file.trim_end_matches(".rs");
    name.strip_suffix("/mod").unwrap_or(name).replace('/', "::")
}

/// The functions of a room that touch the database and ask for no proof.
fn without_proof(room: &str, source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    source
        .match_indices("fn ")
        .filter_map(|(at, _)| {
            // wherever it stands: in a file, in an `impl`, behind `async` or `const`
            let line = source[..at].rsplit('\n').next()?.trim_start();
            let (name, rest) = source[at + 3..].split_once(['(', '<'])?;
            let signature = rest.split('{').next()?;
            let is_open = ["pub ", "pub async ", "pub const "].contains(&line);
            let touches = ["Database<", "Transaction<"].iter().any(|kind| signature.contains(kind));
            // a proof that may be left out is none
            let proven = PROOFS.iter().any(|proof| signature.contains(proof));
            let proven = proven && !signature.contains("Option<&Grant<");
            (is_open && touches && !proven).then(|| format!("{room}::{name}"))
        })
        .collect()
}

#[test]
fn no_query_of_a_case_goes_without_a_grant_or_what_a_grant_reached() {
    let files = sources(&workspace("persistence/src"));
    assert!(files.len() > 80, "all of storage is read, not {} files", files.len());
    let found: BTreeSet<String> =
        files.iter().flat_map(|(file, source)| without_proof(&room(file), source)).collect();
    let reviewed: BTreeSet<String> =
        WITHOUT.iter().flat_map(|(_, names)| names.iter().map(ToString::to_string)).collect();
    let new: Vec<_> = found.difference(&reviewed).collect();
    assert!(new.is_empty(), "whoever knows an id could read or change by these, without a grant: {new:?}");
    let gone: Vec<_> = reviewed.difference(&found).collect();
    assert!(gone.is_empty(), "these are gone, or ask for a proof now: {gone:?}");
}

#[test]
fn the_platform_gives_itself_leave_in_these_places_only() {
    let files = sources(&workspace("api/src"));
    let found: Vec<&str> = files
        .iter()
        .filter(|(_, source)| source.contains("::of_the_platform("))
        .map(|(file, _)| file.as_str())
        .collect();
    assert_eq!(found, LEAVE);
}

#[test]
fn a_query_by_an_id_alone_is_found() {
    let source = "\npub fn of_person(database: &mut Database<'_>, id: PersonId) -> Result<(), Error> {\n}\n\
                  \npub fn find<A: Action>(\n    database: &mut Database<'_>,\n    grant: &Grant<A>,\n) -> Result<(), Error> {\n}\n\
                  \npub fn standing(buddy: &Buddy) -> Standing<'static> {\n}\n\
                  \nimpl Request {\n    pub fn of_id(db: &mut Database<'_>, id: RequestId) -> Result<(), Error> {\n    }\n}\n\
                  \npub const fn perhaps<A: Action>(db: &mut Database<'_>, _grant: Option<&Grant<A>>) -> bool {\n}\n";
    assert_eq!(without_proof("room", source), ["room::of_person", "room::of_id", "room::perhaps"]);
}
