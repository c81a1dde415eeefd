//! No query of a case can be called without a grant, or without the object that a grant reached: read from the source, because a
//! function that asks for an id alone compiles as well as one that asks for more.

/// The rooms of storage that hold cases.
const ROOMS: &[(&str, &str)] = &[
    ("buddies", include_str!("../../../persistence/src/buddies/mod.rs")),
    ("certificates", include_str!("../../../persistence/src/buddies/certificates.rs")),
    ("considered", include_str!("../../../persistence/src/buddies/considered.rs")),
    ("names", include_str!("../../../persistence/src/buddies/names.rs")),
    ("conversations", include_str!("../../../persistence/src/conversations.rs")),
    ("independence", include_str!("../../../persistence/src/independence/mod.rs")),
    ("coordinators", include_str!("../../../persistence/src/independence/coordinators.rs")),
    ("ties", include_str!("../../../persistence/src/independence/ties.rs")),
    ("decisions", include_str!("../../../persistence/src/matching/decisions.rs")),
    ("proposals", include_str!("../../../persistence/src/matching/proposals.rs")),
    ("tie answers", include_str!("../../../persistence/src/matching/ties.rs")),
    ("requests", include_str!("../../../persistence/src/requests.rs")),
    ("support", include_str!("../../../persistence/src/support.rs")),
    ("running", include_str!("../../../persistence/src/support/running.rs")),
    ("contacts", include_str!("../../../persistence/src/support/contacts.rs")),
    ("announcements", include_str!("../../../persistence/src/support/announcements.rs")),
    ("announced", include_str!("../../../persistence/src/support/announcements/school.rs")),
    ("private_space", include_str!("../../../persistence/src/support/private_space/mod.rs")),
    ("private_entries", include_str!("../../../persistence/src/support/private_space/entries.rs")),
    ("private_notes", include_str!("../../../persistence/src/support/private_space/notes.rs")),
    ("private_messages", include_str!("../../../persistence/src/support/private_space/messages.rs")),
];

/// What lets a caller in: a grant, or what only storage makes for whoever was let in before.
const PROOFS: &[&str] = &["Grant<", "&Stored<", "&Conversation", "&Upkeep", "&PrivateSpace"];

/// Where a parent's own code is the proof.
const BY_CODE: &[&str] = &["conversations::find_by_code", "requests::find_by_code"];

/// The functions of a room that touch the database and ask for no proof.
fn without_proof(room: &str, source: &str) -> Vec<String> {
    source
        .split("\npub fn ")
        .skip(1)
        .filter_map(|text| {
            let (name, rest) = text.split_once(['(', '<'])?;
            let signature = rest.split(" {\n").next()?;
            let touches = ["Database<", "Transaction<"].iter().any(|kind| signature.contains(kind));
            let proven = PROOFS.iter().any(|proof| signature.contains(proof));
            (touches && !proven).then(|| format!("{room}::{name}"))
        })
        .collect()
}

#[test]
fn no_query_of_a_case_goes_without_a_grant_or_what_a_grant_reached() {
    let found: Vec<String> = ROOMS.iter().flat_map(|(room, source)| without_proof(room, source)).collect();
    assert_eq!(
        found, BY_CODE,
        "these ask for no grant and no `Stored`: whoever knows an id could read or change it"
    );
}

#[test]
fn a_query_by_an_id_alone_is_found() {
    let source = "\npub fn of_person(database: &mut Database<'_>, id: PersonId) -> Result<(), Error> {\n}\n\
                  \npub fn find<A: Action>(\n    database: &mut Database<'_>,\n    grant: &Grant<A>,\n) -> Result<(), Error> {\n}\n\
                  \npub fn standing(buddy: &Buddy) -> Standing<'static> {\n}\n";
    assert_eq!(without_proof("room", source), ["room::of_person"]);
}
