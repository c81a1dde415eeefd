//! Every table that holds something of a person stands in the processing register (AVG art. 30), and what is of a person who can ask for it
//! is in her export (art. 15), or there is a reason why not.

use naast_domain::privacy::DataClass;
use naast_domain::privacy::processing::{ACTIVITIES, activity};
use naast_persistence::privacy::classification::{Export, Of, Table, tables};

/// Each table that holds something of a person: the activity of the register that it belongs to, and the words by which a line of that
/// activity's data names it.
const REGISTER: &[(&str, &str, &str)] = &[
    ("conversations", "signposting", "een willekeurig kenmerk"),
    ("parent_sides", "signposting", "een vingerafdruk van de code van de ouder"),
    ("conversation_steps", "signposting", "de stappen en hun tijd"),
    ("support_requests", "matching", "hoe de ouder heet en bereikt wil worden"),
    ("assessments", "matching", "banden en het besluit"),
    ("decisions", "matching", "banden en het besluit"),
    ("proposals", "matching", "voorstellen"),
    ("tie_answers", "matching", "ook op elke band"),
    ("earlier_tie_answers", "matching", "ook op elke band"),
    ("matches", "support", "wie met wie"),
    ("match_pauses", "support", "wanneer, waarom het rust"),
    ("contacts", "support", "dat zij elkaar spraken"),
    ("private_entries", "private-space", "aantekeningen, doelen en berichten"),
    ("private_readings", "private-space", "tot waar elk van beiden las"),
    ("meeting_announcements", "meeting-announcements", "voornaam en rol van de buddy"),
    ("meeting_objections", "meeting-announcements", "wat school daarover noteert"),
    ("consents", "consents", "welke toestemming"),
    ("choices_shown", "consents", "welke andere programma's"),
    ("pupil_codes", "consents", "van een leerling van 16 jaar of ouder"),
    ("withdrawal_notices", "consents", "wie is gevraagd niets te bewaren"),
    ("erasure_notices", "consents", "ook van een zaak die is gewist"),
    ("consent_proofs", "consents", "na het wissen"),
    ("holds", "rights", "waarom een zaak wordt vastgehouden"),
    ("erasure_requests", "rights", "dat iemand vroeg om wissen"),
    ("exports", "rights", "een export"),
    ("tombstones", "rights", "grafstenen"),
    ("buddies", "volunteers", "voornaam, talen"),
    ("certificates", "volunteers", "bewijzen"),
    ("ties", "volunteers", "banden met scholen"),
    ("coordinator_ties", "volunteers", "van coördinatoren: hun eigen banden"),
    ("coordinator_tie_declarations", "volunteers", "van coördinatoren: hun eigen banden"),
    ("reassessments", "volunteers", "dat een buddy opnieuw wordt beoordeeld"),
    ("people", "accounts", "een naam"),
    ("memberships", "accounts", "rollen"),
    ("sign_in_codes", "accounts", "codes als vingerafdruk"),
    ("sign_in_addresses", "accounts", "een vingerafdruk van het mailadres"),
    ("sessions", "accounts", "sessies"),
    ("refresh_tokens", "accounts", "sessies"),
    ("external_subjects", "accounts", "het nummer bij een andere uitgever"),
    ("kept_answers", "accounts", "antwoorden op een aanroep"),
    ("data_keys", "accounts", "sleutels van mensen en zaken"),
    ("access_log", "accountability", "wie, in welke rol, wat voor gegevens"),
    ("journal", "accountability", "wie wat veranderde"),
    ("webhook_subscriptions", "accountability", "waar gebeurtenissen naartoe worden gestuurd"),
];

/// Tables with a secret of the installation or of a system, and nothing of a person.
const NOBODYS: &[&str] = &["webhook_secrets", "master_keys", "client_credentials", "used_assertions"];

/// Tables that are of a person who can ask for an export, of which nothing is in it; and why.
const NOT_EXPORTED: &[(&str, &str)] = &[
    ("pupil_codes", "the code is the pupil's; that she consented stands among the consents"),
    (
        "decisions",
        "other buddies who were considered; that one was proposed to her stands among the proposals",
    ),
    (
        "private_readings",
        "the place up to which each has read: two keys, and the other's is not hers to know",
    ),
    ("exports", "the export itself"),
    ("refresh_tokens", "fingerprints of a session that is there"),
    ("reassessments", "a key, for about a second"),
];

fn holds_something_of_a_person(table: &Table) -> bool {
    table.of != Of::Nobody
        || table.columns.iter().any(|one| matches!(one.class, DataClass::Personal | DataClass::Secret))
}

/// What is wrong with a register and its exceptions.
fn faults(register: &[(&str, &str, &str)], not_exported: &[(&str, &str)]) -> Vec<String> {
    let mut faults = Vec::new();
    for table in tables() {
        let name = table.name;
        let lines: Vec<_> = register.iter().filter(|(one, ..)| *one == name).collect();
        let is_nobodys = NOBODYS.contains(&name);
        match (holds_something_of_a_person(table) && !is_nobodys, lines.as_slice()) {
            (true, []) => faults.push(format!("{name} stands in no line of the register")),
            (false, [_, ..]) => faults.push(format!("{name} holds nothing of a person, and stands there")),
            _ => {}
        }
        for (_, code, words) in lines {
            let stands =
                activity(code).is_some_and(|one| one.data.iter().any(|data| data.nl.contains(words)));
            if !stands {
                faults.push(format!("{name}: no line of {code} says `{words}`"));
            }
        }
        let has_export = matches!(table.of, Of::Person(_) | Of::Case(_) | Of::Buddy(_) | Of::Row(..));
        let is_exported = table.columns.iter().any(|one| matches!(one.export, Export::As(_)));
        let is_excepted = not_exported.iter().any(|(one, _)| *one == name);
        if has_export && is_exported == is_excepted {
            faults.push(format!("{name} is in no export and nobody says why, or is in it and excepted"));
        }
        let is_withheld_as_anothers = table.columns.iter().any(|one| {
            matches!(one.export, Export::Withheld(naast_domain::privacy::WithheldBecause::NotAParents))
        });
        if has_export && is_withheld_as_anothers {
            faults.push(format!(
                "{name} is of somebody with an export, and keeps something from her as no parent's"
            ));
        }
    }
    for one in ACTIVITIES {
        if !register.iter().any(|(_, code, _)| *code == one.code) {
            faults.push(format!("nothing is kept for {}", one.code));
        }
    }
    faults
}

#[test]
fn every_table_of_a_person_stands_in_the_register_and_in_her_export() {
    assert_eq!(faults(REGISTER, NOT_EXPORTED), [""; 0]);
    for name in NOBODYS {
        let table = tables().find(|table| table.name == *name).expect("it is there");
        assert!(table.columns.iter().all(|one| !matches!(one.export, Export::As(_))), "{name}");
    }
}

/// The test of the test: each line that is taken out is missed, whichever it is.
#[test]
fn a_table_that_nobody_entered_is_found() {
    for (at, line) in REGISTER.iter().enumerate() {
        let mut without = REGISTER.to_vec();
        without.remove(at);
        assert!(!faults(&without, NOT_EXPORTED).is_empty(), "{line:?} is not missed");
    }
    for (at, line) in NOT_EXPORTED.iter().enumerate() {
        let mut without = NOT_EXPORTED.to_vec();
        without.remove(at);
        assert!(!faults(REGISTER, &without).is_empty(), "{line:?} is not missed");
    }
    let mut other = REGISTER.to_vec();
    other[0].2 = "een woord dat er niet staat";
    assert_eq!(faults(&other, NOT_EXPORTED).len(), 1);
}
