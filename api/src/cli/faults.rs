//! What the faults of the crates below say, in Dutch: they are written for an administrator, in English. What the operating system and the
//! database say stands in brackets as they say it, so that it can be looked up.

use std::error::Error;
use std::io::{self, ErrorKind};

use naast_domain::code::Code as _;
use naast_domain::identity::ClientFault;
use naast_persistence::backup::BackupError;
use naast_persistence::keys::RingError;
use naast_persistence::{DAMAGED, Error as Storage, NO_DATABASE, OpenError};

use crate::identity::KeyError;
use crate::identity::post::PostError;
use crate::identity::public_key::KeyFault;
use crate::identity::trusted::TrustError;
use crate::journal::AnchorError;
use crate::privacy::replay::NotYet;
use crate::privacy::tombstones::TombstoneError;
use crate::problem;

/// The Dutch for a fault; none for one that says nothing of its own.
pub fn in_dutch(fault: &(dyn Error + 'static)) -> Option<String> {
    None.or_else(|| fault.downcast_ref().map(open))
        .or_else(|| fault.downcast_ref().map(ring))
        .or_else(|| fault.downcast_ref().map(backup))
        .or_else(|| fault.downcast_ref().map(signing))
        .or_else(|| fault.downcast_ref().map(anchors))
        .or_else(|| fault.downcast_ref().map(tombstones))
        .or_else(|| fault.downcast_ref().map(not_yet))
        .or_else(|| fault.downcast_ref().map(system))
        .or_else(|| fault.downcast_ref().copied().map(client))
        .or_else(|| fault.downcast_ref().copied().map(public_key))
        .or_else(|| fault.downcast_ref().map(trust))
        .or_else(|| fault.downcast_ref().map(post))
        .or_else(|| fault.downcast_ref().map(storage))
        .or_else(|| fault.downcast_ref().and_then(of_a_use_case))
}

/// What came of a use case that a command did.
fn of_a_use_case(fault: &problem::Error) -> Option<String> {
    match fault {
        problem::Error::Storage(fault) => Some(storage(fault)),
        _ => None,
    }
}

/// What the database says.
fn storage(fault: &Storage) -> String {
    match fault {
        Storage::Duplicate { constraint } => format!("er is al een rij met deze sleutel ({constraint})"),
        Storage::Missing { constraint } => format!("waar de rij naar wijst, is er niet ({constraint})"),
        Storage::Busy(why) => {
            let why = match *why {
                "disk full" => "de schijf is vol",
                "connection closed" => "de verbinding is verbroken",
                "lock timeout" | "locked" => "iets anders hield de rijen te lang vast",
                "statement timeout" => "het duurde te lang",
                "no connection came free" => "er kwam geen verbinding vrij",
                "the database file does not open" => "het bestand van de database gaat niet open",
                _ => "probeer het opnieuw",
            };
            format!("de database heeft nu geen plaats of tijd: {why}. Er is niets half gedaan")
        }
        Storage::Unsure => "of de verandering is vastgelegd, weet niemand: kijk het na".to_owned(),
        Storage::Lost => "een andere verandering ging voor: probeer het opnieuw".to_owned(),
        Storage::Tied => "een band houdt de beller van deze zaak af".to_owned(),
        Storage::NotAsked => "de beller is dit jaar niet naar eigen banden gevraagd".to_owned(),
        Storage::Corrupt { table, column } => {
            format!("een rij van {table} is niet zoals zij hoort: kolom {column}")
        }
        Storage::NoMaster(key) => format!(
            "de database hoort bij hoofdsleutel {key}, en die staat niet in het sleutelbestand: breng dat bestand hierheen"
        ),
        Storage::Panicked => "het programma faalde; wat het had gedaan, is ongedaan gemaakt".to_owned(),
        Storage::Refused(why) => match why.as_str() {
            NO_DATABASE => "het bestand is geen database van SQLite".to_owned(),
            DAMAGED => "het bestand van SQLite is beschadigd: zet een back-up terug".to_owned(),
            why => format!("de database weigerde. Zij meldt: {why}"),
        },
    }
}

/// What the operating system says of a file or an address.
fn system(fault: &io::Error) -> String {
    let words = match fault.kind() {
        ErrorKind::NotFound => "bestaat niet",
        ErrorKind::PermissionDenied => "dat mag deze gebruiker van het systeem niet",
        ErrorKind::AlreadyExists => "bestaat al",
        ErrorKind::IsADirectory => "dit is een map, geen bestand",
        ErrorKind::NotADirectory => "op dit pad staat een bestand waar een map hoort",
        ErrorKind::AddrInUse => "dit adres en deze poort zijn al in gebruik",
        ErrorKind::AddrNotAvailable => "deze machine heeft dit adres niet",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "de schijf is vol",
        ErrorKind::ReadOnlyFilesystem => "hier kan alleen worden gelezen",
        ErrorKind::InvalidData => "dit is geen tekst in UTF-8",
        ErrorKind::UnexpectedEof => "het houdt te vroeg op",
        _ => "het systeem laat het niet toe",
    };
    format!("{words} ({fault})")
}

/// What a database that does not let us in says, and which of the few usual causes it is.
fn unreachable(why: &str) -> String {
    // libpq breaks its lines and asks on the second whether anybody is there
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    let cause = [
        ("onnection refused", "daar luistert niemand"),
        ("authentication failed", "de gebruiker of het wachtwoord klopt niet"),
        ("no password supplied", "er hoort een wachtwoord bij"),
        ("no pg_hba.conf entry", "die server laat ons vanaf hier niet toe"),
        ("does not exist", "die database of gebruiker is er niet"),
        ("could not translate host name", "die hostnaam is niet bekend"),
        ("timeout expired", "er kwam niet op tijd antwoord"),
        ("too many clients", "alle verbindingen zijn bezet"),
        ("remaining connection slots", "alle verbindingen zijn bezet"),
        ("starting up", "zij start nog op"),
        ("No such file or directory", "die socket is er niet"),
    ]
    .into_iter()
    .find_map(|(sign, words)| why.contains(sign).then_some(words));
    match cause {
        Some(words) => format!("de database antwoordde niet: {words} ({why})"),
        None => format!("de database antwoordde niet. Zij meldt: {why}"),
    }
}

fn client(fault: ClientFault) -> String {
    match fault {
        ClientFault::NoScope => "een systeem heeft minstens een bevoegdheid nodig".to_owned(),
        ClientFault::OtherPurpose(scope, purpose) => format!("{scope} dient het doel {purpose} niet"),
        ClientFault::OtherHolder(scope, kind) => {
            format!(
                "een systeem van een organisatie van de soort {} ({kind}) kan {scope} niet hebben",
                kind.label().nl
            )
        }
    }
}

fn public_key(fault: KeyFault) -> String {
    match fault {
        KeyFault::Private => "dit is een geheime sleutel: laat die bij het systeem. Geef de andere helft, die `openssl pkey -in BESTAND \
                              -pubout` schrijft; en maak een nieuw paar als dit bestand over een netwerk ging"
            .to_owned(),
        KeyFault::NotOne => {
            "verwacht is een blok PEM dat begint met -----BEGIN PUBLIC KEY-----, en niets ernaast".to_owned()
        }
        KeyFault::Kind => {
            "een openbare sleutel van een andere soort: verwacht is Ed25519, ECDSA op P-256, of RSA".to_owned()
        }
        KeyFault::Size(bits) => format!("RSA van {bits} bits: verwacht is 2048 tot 8192"),
    }
}

fn trust(fault: &TrustError) -> String {
    match fault {
        TrustError::File(file, fault) => format!("vertrouwde uitgevers: {file}: {}", system(fault)),
        TrustError::Json(file, fault) => {
            format!(
                "vertrouwde uitgevers: {file}: op regel {}, kolom {} staat niet wat er hoort ({fault})",
                fault.line(),
                fault.column()
            )
        }
        TrustError::Unsafe { issuer, why } => format!("vertrouwde uitgever {issuer}: {}", why.nl),
    }
}

fn post(fault: &PostError) -> String {
    match fault {
        PostError::Server => {
            "NAAST_SMTP_URL: verwacht is smtps://user:password@host of smtp://host?tls=required".to_owned()
        }
        PostError::Sender => {
            "NAAST_MAIL_FROM: verwacht is een adres, zoals Naast <naast@example.org>".to_owned()
        }
    }
}

fn open(fault: &OpenError) -> String {
    match fault {
        OpenError::UnknownAddress => {
            "DATABASE_URL moet beginnen met postgres://, postgresql:// of sqlite:; zie docs/OPERATIONS.md".to_owned()
        }
        OpenError::NoPath => {
            "DATABASE_URL: na sqlite: komt het pad van het bestand, zoals sqlite:data/naast.db".to_owned()
        }
        OpenError::NoTls => "DATABASE_URL vraagt om TLS (sslmode), maar dit programma heeft libpq zonder TLS. Gebruik een socket of een \
                             eigen netwerk met sslmode=disable, of bouw met `--no-default-features` en de libpq van het systeem"
            .to_owned(),
        OpenError::Unreachable(why) => unreachable(why),
        OpenError::File { path, fault } => format!("{}: {}", path.display(), system(fault)),
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
        OpenError::Storage(fault) => storage(fault),
    }
}

fn ring(fault: &RingError) -> String {
    match fault {
        RingError::File { path, fault } => format!("hoofdsleutels {path}: {}", system(fault)),
        RingError::Line { path, line } => {
            format!("hoofdsleutels {path}: regel {line} is geen sleutel van 32 bytes in base64")
        }
        RingError::Empty(path) => format!("hoofdsleutels {path}: in dit bestand staat geen sleutel"),
    }
}

fn backup(fault: &BackupError) -> String {
    match fault {
        BackupError::File(fault) => format!("back-up: {}", system(fault)),
        BackupError::NoBackup => "dit is geen back-up van Naast".to_owned(),
        BackupError::OtherKeys(key) => format!(
            "deze back-up is gemaakt onder hoofdsleutel {key}, die niet in het sleutelbestand staat: breng het sleutelbestand van toen"
        ),
        BackupError::KeysMissing(key) => format!(
            "in deze back-up staan sleutels onder hoofdsleutel {key}, die niet in het sleutelbestand staat, en wat zij verzegelden was niet te \
             lezen: breng het sleutelbestand van toen. Er is niets geschreven"
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
        BackupError::Storage(fault) => storage(fault),
        BackupError::Open(fault) => open(fault),
    }
}

fn signing(fault: &KeyError) -> String {
    match fault {
        KeyError::File { path, fault } => format!("ondertekensleutel {path}: {}", system(fault)),
        KeyError::NoKey(path) => format!("ondertekensleutel {path}: geen Ed25519-sleutel in PKCS #8"),
        KeyError::Waiting(from) => format!("er wacht al een sleutel die vanaf {from} ondertekent"),
        KeyError::Unknown(id) => format!("er is geen ondertekensleutel {id}"),
        KeyError::Alone => {
            "geen andere sleutel kan in haar plaats ondertekenen: voer eerst `naast keys rotate-signing` uit"
                .to_owned()
        }
    }
}

fn anchors(fault: &AnchorError) -> String {
    match fault {
        AnchorError::File(fault) => format!("ankers: {}", system(fault)),
        AnchorError::Storage(fault) => storage(fault),
        AnchorError::Line(line) => format!("ankers: regel {line} is geen anker van deze installatie"),
    }
}

fn tombstones(fault: &TombstoneError) -> String {
    match fault {
        TombstoneError::File(fault) => format!("grafstenen: {}", system(fault)),
        TombstoneError::Storage(fault) => storage(fault),
        TombstoneError::Line(line) => format!("grafstenen: regel {line} is geen grafsteen"),
    }
}

fn not_yet(fault: &NotYet) -> String {
    match fault {
        NotYet::Older(stones) => format!(
            "deze database is ouder dan {stones} van haar grafstenen: zij komt uit een back-up, en bevat wat sindsdien is gewist. Voer \
             eerst `naast retention replay` uit; eerder wordt er niets bediend"
        ),
        NotYet::Unfinished => {
            "hier is een back-up teruggezet, en wat sindsdien is gewist, is nog niet opnieuw gewist: voer `naast retention replay` uit"
                .to_owned()
        }
        NotYet::Tombstones(fault) => tombstones(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_storage_says_is_told_in_dutch_whatever_it_came_through() {
        let told = |fault: &(dyn Error + 'static)| in_dutch(fault).expect("Dutch words");
        for (fault, word) in [
            (Storage::Busy("lock timeout"), "vast"),
            (Storage::Busy("disk full"), "schijf"),
            (Storage::Refused(NO_DATABASE.to_owned()), "geen database"),
            (Storage::Refused(DAMAGED.to_owned()), "beschadigd"),
            (Storage::Lost, "opnieuw"),
            (Storage::Panicked, "ongedaan"),
        ] {
            assert!(told(&fault).contains(word), "{}", told(&fault));
            assert_eq!(told(&problem::Error::Storage(fault.clone())), told(&fault));
            assert_eq!(told(&OpenError::Storage(fault.clone())), told(&fault));
        }
    }

    #[test]
    fn a_database_that_does_not_answer_is_explained_where_the_cause_is_a_usual_one() {
        let refused = "connection to server at \"127.0.0.1\", port 1 failed: Connection refused";
        assert_eq!(
            unreachable(refused),
            format!("de database antwoordde niet: daar luistert niemand ({refused})")
        );
        assert_eq!(unreachable("odd"), "de database antwoordde niet. Zij meldt: odd");
    }

    #[test]
    fn a_fault_that_holds_another_says_that_one_in_dutch() {
        let said = |fault: &(dyn Error + 'static)| in_dutch(fault).unwrap_or_default();
        let ring = || RingError::Empty("sleutels".to_owned());
        let held = BackupError::Open(OpenError::Keys(ring()));
        assert_eq!(said(&held), said(&ring()));
        assert!(said(&held).contains("staat geen sleutel"));
        assert!(said(&NotYet::Older(3)).contains("3 van haar grafstenen"));
        let missing = std::fs::read("nowhere/at all").expect_err("it is not there");
        assert_eq!(said(&missing), "bestaat niet (No such file or directory (os error 2))");
        assert!(said(&OpenError::File { path: "x".into(), fault: missing }).starts_with("x: bestaat niet"));
    }
}
