//! What the faults of the crates below say, in Dutch: they are written for an administrator, in English. What comes from the operating
//! system or the database stays as it says it.

use std::error::Error;

use naast_persistence::OpenError;
use naast_persistence::backup::BackupError;
use naast_persistence::keys::RingError;

use crate::identity::KeyError;
use crate::journal::AnchorError;
use crate::privacy::replay::NotYet;
use crate::privacy::tombstones::TombstoneError;

/// The Dutch for a fault; none for one that says nothing of its own.
pub fn in_dutch(fault: &(dyn Error + 'static)) -> Option<String> {
    None.or_else(|| fault.downcast_ref().and_then(open))
        .or_else(|| fault.downcast_ref().map(ring))
        .or_else(|| fault.downcast_ref().and_then(backup))
        .or_else(|| fault.downcast_ref().map(signing))
        .or_else(|| fault.downcast_ref().and_then(anchors))
        .or_else(|| fault.downcast_ref().and_then(tombstones))
        .or_else(|| fault.downcast_ref().and_then(not_yet))
}

fn open(fault: &OpenError) -> Option<String> {
    Some(match fault {
        OpenError::UnknownAddress => {
            "DATABASE_URL moet beginnen met postgres://, postgresql:// of sqlite:; zie docs/OPERATIONS.md".to_owned()
        }
        OpenError::NoTls => "DATABASE_URL vraagt om TLS (sslmode), maar dit programma heeft libpq zonder TLS. Gebruik een socket of een \
                             eigen netwerk met sslmode=disable, of bouw met `--no-default-features` en de libpq van het systeem"
            .to_owned(),
        OpenError::Unreachable(why) => format!("de database antwoordde niet: {why}"),
        OpenError::Served(path) => format!(
            "een andere naast bedient {}: stop die eerst, of gebruik PostgreSQL voor meer servers",
            path.display()
        ),
        OpenError::Newer(version) => format!(
            "de database is bijgewerkt door een nieuwere versie van naast (migratie {version}); start die versie, of zet een back-up van \
             ervoor terug"
        ),
        OpenError::Older(waiting) => {
            format!("de database mist migraties ({waiting} wachten): voer eerst `naast migrate` uit")
        }
        OpenError::OtherKeys(keys) => format!(
            "deze database vraagt om een andere hoofdsleutel dan in het bestand staat ({keys}); breng het sleutelbestand dat bij deze \
             database hoort. Er is niets geschreven"
        ),
        OpenError::IndexKeyLost => "deze database is de sleutel kwijt waarmee mensen worden gevonden als zij inloggen: zet de nieuwste \
                                    back-up terug. Met een andere sleutel vond niemand haar account. Er is niets geschreven"
            .to_owned(),
        OpenError::Keys(fault) => ring(fault),
        OpenError::Storage(_) => return None,
    })
}

fn ring(fault: &RingError) -> String {
    match fault {
        RingError::File { path, fault } => format!("hoofdsleutels {path}: {fault}"),
        RingError::Line { path, line } => {
            format!("hoofdsleutels {path}: regel {line} is geen sleutel van 32 bytes in base64")
        }
        RingError::Empty(path) => format!("hoofdsleutels {path}: in dit bestand staat geen sleutel"),
    }
}

fn backup(fault: &BackupError) -> Option<String> {
    Some(match fault {
        BackupError::File(fault) => format!("back-up: {fault}"),
        BackupError::NoBackup => "dit is geen back-up van Naast".to_owned(),
        BackupError::OtherKeys(key) => format!(
            "deze back-up is gemaakt onder hoofdsleutel {key}, die niet in het sleutelbestand staat: breng het sleutelbestand van toen"
        ),
        BackupError::Damaged(piece) => format!(
            "deze back-up is veranderd of afgebroken (stuk {piece}): hij wordt niet gebruikt, en er is niets geschreven"
        ),
        BackupError::Unreadable(what) => {
            format!("in deze back-up staat niet wat erin hoort ({what}): er is niets geschreven")
        }
        BackupError::OtherVersion(last) => format!(
            "deze back-up is gemaakt door een versie van naast met andere migraties (de laatste is {last}): zet hem met die versie terug, en \
             werk dan bij"
        ),
        BackupError::NotEmpty => {
            "de database is niet leeg: een back-up gaat alleen in een nieuwe. Er is niets geschreven"
                .to_owned()
        }
        BackupError::Storage(_) => return None,
        BackupError::Open(fault) => return open(fault),
    })
}

fn signing(fault: &KeyError) -> String {
    match fault {
        KeyError::File { path, fault } => format!("ondertekensleutel {path}: {fault}"),
        KeyError::NoKey(path) => format!("ondertekensleutel {path}: geen Ed25519-sleutel in PKCS #8"),
        KeyError::Waiting(from) => format!("er wacht al een sleutel die vanaf {from} ondertekent"),
        KeyError::Unknown(id) => format!("er is geen ondertekensleutel {id}"),
        KeyError::Alone => {
            "geen andere sleutel kan in haar plaats ondertekenen: voer eerst `naast keys rotate-signing` uit"
                .to_owned()
        }
    }
}

fn anchors(fault: &AnchorError) -> Option<String> {
    match fault {
        AnchorError::File(fault) => Some(format!("ankers: {fault}")),
        AnchorError::Storage(_) => None,
        AnchorError::Line(line) => Some(format!("ankers: regel {line} is geen anker van deze installatie")),
    }
}

fn tombstones(fault: &TombstoneError) -> Option<String> {
    match fault {
        TombstoneError::File(fault) => Some(format!("grafstenen: {fault}")),
        TombstoneError::Storage(_) => None,
        TombstoneError::Line(line) => Some(format!("grafstenen: regel {line} is geen grafsteen")),
    }
}

fn not_yet(fault: &NotYet) -> Option<String> {
    match fault {
        NotYet::Older(stones) => Some(format!(
            "deze database is ouder dan {stones} van haar grafstenen: zij komt uit een back-up, en bevat wat sindsdien is gewist. Voer \
             eerst `naast retention replay` uit; eerder wordt er niets bediend"
        )),
        NotYet::Unfinished => Some(
            "hier is een back-up teruggezet, en wat sindsdien is gewist, is nog niet opnieuw gewist: voer `naast retention replay` uit"
                .to_owned(),
        ),
        NotYet::Tombstones(fault) => tombstones(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_holds_another_says_that_one_in_dutch() {
        let said = |fault: &(dyn Error + 'static)| in_dutch(fault).unwrap_or_default();
        let ring = || RingError::Empty("sleutels".to_owned());
        let held = BackupError::Open(OpenError::Keys(ring()));
        assert_eq!(said(&held), said(&ring()));
        assert!(said(&held).contains("staat geen sleutel"));
        assert!(said(&NotYet::Older(3)).contains("3 van haar grafstenen"));
        assert_eq!(in_dutch(&std::io::Error::other("disk full")), None, "it stays as the system says it");
    }
}
