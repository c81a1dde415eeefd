//! `naast backup` and `naast restore`.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use naast_domain::Moment;
use naast_domain::ids::WebhookSubscriptionId;
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_persistence::backup::{self, Beside};
use naast_persistence::keys::Ring;
use naast_persistence::privacy::restorations::Restoration;
use naast_persistence::privacy::tombstones::Tombstone;
use naast_persistence::{Location, Store};

use super::brought;
use super::language::said;
use super::place::Place;
use super::retention::again;
use super::terminal::{Failure, make_folder, say, shown};
use crate::clock::{Clock, fresh};
use crate::identity::LIFETIME;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::privacy::replay::{missing, replay};
use crate::privacy::tombstones;
use crate::problem::Error;

const ANCHORS: &str = "journal-anchors.jsonl";
const TOMBSTONES: &str = "tombstones.jsonl";

/// Where to.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// The file to write, which must not be there; or a folder, in which a file with the day and hour in its name is made.
    to: PathBuf,
}

/// From where.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The backup.
    from: PathBuf,
    /// The tombstones of the installation whose backup it is: what was erased and taken back since. Name it once for each replica: each
    /// has those that it laid itself.
    #[arg(long)]
    tombstones: Vec<PathBuf>,
    /// Restore though they are lost, or some of them: what was erased or taken back since the backup is here again. The installation
    /// keeps in mind that they are missing, and `naast doctor` and the log say so, until `naast retention replay --tombstones` brings them.
    #[arg(long)]
    without_tombstones: bool,
    /// Only read it to its end and say what it holds.
    #[arg(long)]
    check: bool,
}

/// Writes a backup while the server works.
pub fn backup(place: &Place, what: &Backup) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    let now = platform.clock.now();
    let name = format!("naast-{}.backup", now.format("%Y%m%dT%H%M%SZ"));
    let to = if what.to.is_dir() { what.to.join(name) } else { what.to.clone() };
    // what is erased is outside the database before a backup of it is
    tombstones::write_out(&platform)?;
    let anchors = place.anchors();
    crate::journal::Anchors::at(anchors.clone()).anchor(&platform)?;
    let mut beside = Vec::new();
    for (name, file) in [(ANCHORS, anchors), (TOMBSTONES, platform.tombstones.clone())] {
        if file.exists() {
            beside.push(Beside { name: name.to_owned(), content: std::fs::read(file)? });
        }
    }
    // not there under its own name before it is whole
    let mut part = to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    if to.exists() {
        let to = shown(&to);
        return Err(Failure::new(2, said(format!("{to} is er al"), format!("{to} is there already"))));
    }
    let file = owners_only(&part)?;
    let made = written(&platform, &beside, now, file);
    let checked = counted(made, &place.master_key_file(), (&part, &to))?;
    let (to, rows, tables) = (shown(&to), checked.summary.total(), checked.summary.rows.len());
    let (at, keys) = (now.to_rfc3339(), shown(&place.master_key_file()));
    say(&said(
        format!(
            "{to}: {rows} rijen in {tables} tabellen, van {at}; teruggelezen en heel. De hoofdsleutels zitten er niet in: bewaar een \
             kopie van {keys} elders"
        ),
        format!(
            "{to}: {rows} rows in {tables} tables, of {at}; read back and whole. The master keys are not in it: keep a copy of {keys} \
             elsewhere"
        ),
    ));
    Ok(())
}

/// Writes a backup into a file, all of it to the disk.
fn written(platform: &Platform, beside: &[Beside], now: Moment, file: File) -> Result<(), Failure> {
    let made = backup::make(&platform.store, &platform.keys, beside, now, BufWriter::new(file));
    let (file, _) = made?;
    file.into_inner().map_err(|fault| Failure::of(1, fault.error()))?.sync_all()?;
    Ok(())
}

/// Reads what was just written to its end, with the key file that is to open it later, and gives it its name. One that was not written, or does not
/// read, is no backup: nothing is left of it, under either name.
fn counted(
    made: Result<(), Failure>,
    keys: &Path,
    (part, to): (&Path, &Path),
) -> Result<backup::Checked, Failure> {
    let read_back = || {
        let ring = Ring::open(keys, false)?;
        let checked = backup::check(&ring, BufReader::new(File::open(part)?))?;
        std::fs::rename(part, to)?;
        Ok(checked)
    };
    made.and_then(|()| read_back()).inspect_err(|_| {
        let _ = std::fs::remove_file(part);
    })
}

fn owners_only(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Restores a backup into an empty place, and erases again what was erased since.
pub fn restore(place: &Place, what: &Restore) -> Result<(), Failure> {
    let keys = place.master_key_file();
    must_name_tombstones(what)?;
    if !keys.exists() {
        let keys = shown(&keys);
        let words = said(
            format!("breng eerst het sleutelbestand: er zijn geen hoofdsleutels op {keys}"),
            format!("bring the key file first: there are no master keys at {keys}"),
        );
        return Err(Failure::new(2, words));
    }
    let ring = Ring::open(&keys, false)?;
    let open = || File::open(&what.from).map(BufReader::new);
    let checked = backup::check(&ring, open()?)?;
    let rows = checked.summary.total();
    if what.check {
        let at = checked.made_at.to_rfc3339();
        say(&said(format!("heel: {rows} rijen van {at}"), format!("whole: {rows} rows of {at}")));
        return Ok(());
    }
    let signing = place.key_file();
    if !signing.exists() {
        let signing = shown(&signing);
        let words = said(
            format!("breng eerst de ondertekensleutels: er zijn er geen op {signing}"),
            format!("bring the signing keys first: there are none at {signing}"),
        );
        return Err(Failure::new(2, words));
    }
    let location = place.location()?;
    if let Location::Sqlite(file) = &location
        && file.exists()
    {
        let file = shown(file);
        let words = said(
            format!(
                "{file} is er al: een back-up gaat alleen in een nieuwe database terug. Er is niets geschreven"
            ),
            format!(
                "{file} is there already: a backup is restored into a new database only. Nothing was written"
            ),
        );
        return Err(Failure::new(2, words));
    }
    // before anything is written, in the data folder too
    backup::can_restore(&location, &checked)?;
    let stones = gathered(place, what, &checked)?;
    let now = Clock::default().now();
    let restoration = Restoration {
        id: fresh(),
        backup_made_at: checked.made_at,
        restored_at: now,
        tombstones_missing: what.without_tombstones,
    };
    let restored = backup::restore(&location, &ring, (&checked, &restoration), open()?)
        .map_err(Failure::from)
        .and_then(|disabled| note_restored(&location, restoration, disabled));
    if let Err(fault) = restored {
        if let Location::Sqlite(file) = &location {
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", file.display()));
            }
        }
        return Err(fault);
    }
    let anchors = place.anchors();
    if let Some(kept) = beside(&checked, ANCHORS)
        && !anchors.exists()
    {
        std::fs::write(&anchors, kept)?;
    }
    let platform = place.platform(LIFETIME)?;
    let done = replay(&platform, &stones)?;
    tombstones::write_out(&platform)?;
    place.anchor(&platform)?;
    let (at, again) = (checked.made_at.to_rfc3339(), again(&done));
    say(&said(
        format!(
            "{rows} rijen van {at} teruggezet; {again}. Alle sessies zijn beëindigd: iedereen meldt zich één keer opnieuw aan. Alle webhooks \
             staan uit, tot wie ze beheert ze aanzet; klaargezette exports zijn weg; coördinatoren geven hun banden opnieuw op"
        ),
        format!(
            "{rows} rows of {at} restored; {again}. Every session is ended: everybody signs in once more. Every webhook is disabled until \
             whoever looks after it enables it; exports that waited are gone; coordinators declare their ties anew"
        ),
    ));
    if let Some(told) = brought::missing(&missing(&platform)?) {
        say(&told);
    }
    Ok(())
}

/// Writes in the journal that a backup was restored, and which webhooks that disabled.
fn note_restored(
    location: &Location,
    restoration: Restoration,
    disabled: Vec<(Chain, WebhookSubscriptionId)>,
) -> Result<(), Failure> {
    let (store, now) = (Store::open(location, 1)?, restoration.restored_at);
    let act = if restoration.tombstones_missing {
        "installation.restored-without-tombstones"
    } else {
        "installation.restored"
    };
    store.write(move |tx| {
        let entry = unsigned_entry(Chain::PLATFORM, "system", Purpose::Administration, act, now);
        let disabled = disabled.iter().map(|(chain, id)| {
            let act = "webhook-subscription.disabled";
            let entry = unsigned_entry(*chain, "system", Purpose::Administration, act, now).on(*id);
            entry.states(Some("active"), Some("disabled"))
        });
        let entries: Vec<Entry> = std::iter::once(entry.on(restoration.id)).chain(disabled).collect();
        Ok::<_, Error>(tx.keep(entries, ())?)
    })?;
    Ok(())
}

/// Refuses a restore of which nobody said what becomes of what was erased since the backup.
fn must_name_tombstones(what: &Restore) -> Result<(), Failure> {
    if what.tombstones.is_empty() && !what.without_tombstones && !what.check {
        return Err(Failure::new(
            2,
            said(
                "noem de grafstenen van de installatie waarvan dit de back-up is: --tombstones BESTAND, een keer voor elke replica. Zonder \
                 die komt terug wat sinds de back-up is gewist of ingetrokken. Zijn zij verloren, zeg dat dan: --without-tombstones. Er is \
                 niets geschreven",
                "name the tombstones of the installation that this is the backup of: --tombstones FILE, once for each replica. Without \
                 them what was erased or taken back since the backup comes back. If they are lost, say so: --without-tombstones. Nothing \
                 was written",
            ),
        ));
    }
    Ok(())
}

/// Every tombstone that is known: of the files that were named, of the backup, and of the data folder. Nothing is written before those
/// that were named are known to be all, or to be said to be lost.
fn gathered(place: &Place, what: &Restore, checked: &backup::Checked) -> Result<Vec<Tombstone>, Failure> {
    let named = brought::read(&what.tombstones)?;
    let of_backup = beside(checked, TOMBSTONES).map(tombstones::read_all).transpose()?.unwrap_or_default();
    if !what.without_tombstones {
        brought::must_hold(&named, &of_backup)?;
    }
    make_folder(&place.data)?;
    let file = place.tombstones();
    for stones in [named, of_backup] {
        tombstones::append(&file, &stones)?;
    }
    Ok(tombstones::read(&file)?)
}

/// What a file that went along with a backup holds.
fn beside<'a>(checked: &'a backup::Checked, name: &str) -> Option<&'a [u8]> {
    checked.beside.iter().find(|one| one.name == name).map(|one| one.content.as_slice())
}
