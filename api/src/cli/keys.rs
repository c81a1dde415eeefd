//! `naast keys`: the master keys and everything that is sealed under them, and the signing keys.

use clap::Subcommand;
use naast_persistence::keys::{Damaged, Keys as MasterKeys, Retirable, Ring};

use super::language::said;
use super::place::Place;
use super::signing_keys;
use super::terminal::{Failure, say, shown};
use crate::platform::Platform;

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Add a master key to the key file. Nothing uses it yet: bring the file to every replica, then rotate. No server has to be started again.
    ///
    /// Where the database has keys, the file must be that database's: the key file of another gets nothing.
    Add,
    /// Wrap every data key with the newest master key of the file. Can be cut short and run again. Exit code 3: one does not open,
    /// is named, and stays as it is; the rest is done.
    Rotate,
    /// Take a master key out of the key file. Exit code 4: it is in use, or still wraps something, and stays.
    ///
    /// Backups that were made under it open only with it: keep a copy until the last of those is gone.
    Retire {
        /// Which one, as `naast keys check` names it.
        id: String,
    },
    /// Seal every value anew, under fresh data keys, and destroy the old ones. Can be cut short and run again. Exit code 3: a value does
    /// not open, is named, and stays as it is, with its keys; the rest is done.
    Reencrypt,
    /// Open everything that is sealed. Exit code 0: everything opens; 3: something does not, and the ids of its rows are named.
    Check,
    /// List the signing keys: name, from when on each signs, and whether it is believed now.
    ListSigning,
    /// Put a fresh signing key beside the others, which signs from a moment on.
    ///
    /// Servers look at the files every minute and publish the key before it signs. The key before is believed until its last
    /// token is dead, ten minutes after. Its file stays: anchors of the journal that it signed are checked with it. With
    /// several replicas, bring the new file to each of them within the time before it signs.
    RotateSigning {
        /// In how many minutes it signs. Long enough for every replica and every cache of the published keys to know it.
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(i64).range(2..=10_080))]
        in_minutes: i64,
    },
    /// Withdraw a signing key that somebody else may have: the next one signs at once, and its tokens die within a minute.
    ///
    /// Rotate first. Its private half is thrown away; the public half stays in a file `.withdrawn` beside the keys, so that
    /// anchors of the journal that it signed before stay valid. With several replicas that do not share the folder, bring
    /// the files to each of them.
    RevokeSigning {
        /// Which one, as `naast keys list-signing` names it.
        id: String,
    },
}

/// Runs the command.
pub fn run(place: &Place, what: &Keys) -> Result<(), Failure> {
    match what {
        Keys::ListSigning => return signing_keys::list(place),
        Keys::RevokeSigning { id } => return signing_keys::revoke(place, id),
        Keys::RotateSigning { in_minutes } => return signing_keys::rotate(place, *in_minutes),
        _ => {}
    }
    if matches!(what, Keys::Add) {
        let file = place.master_key_file();
        // a key in the file of another database would be looked for in vain on the day of the rotation
        MasterKeys::prove_first(&file, &place.location()?)?;
        let ring = Ring::add(&file)?;
        let (file, id) = (shown(&file), &ring.newest().id);
        say(&said(
            format!(
                "{file}: sleutel {id} toegevoegd. Bewaar een kopie van dit bestand los van de back-ups van de database.\n\
                 Breng het naar elke replica; voer dan uit: naast keys rotate"
            ),
            format!(
                "{file}: key {id} added. Keep a copy of this file apart from the backups of the database.\n\
                 Bring it to every replica; then run: naast keys rotate"
            ),
        ));
        return Ok(());
    }
    let platform = place.existing_platform()?;
    let (keys, store, now) = (&platform.keys, &platform.store, platform.clock.now());
    match what {
        Keys::Add | Keys::ListSigning | Keys::RotateSigning { .. } | Keys::RevokeSigning { .. } => {}
        Keys::Rotate => {
            let done = keys.rotate(store, now)?;
            let keys = done.keys;
            say(&said(
                format!("{keys} datasleutels verpakt met de nieuwste hoofdsleutel"),
                format!("{keys} data keys wrapped with the newest master key"),
            ));
            all_opens(&done.damaged, true)?;
        }
        Keys::Retire { id } => retire(place, &platform, id)?,
        Keys::Reencrypt => {
            let done = keys.reencrypt(store, now)?;
            let (values, keys) = (done.values, done.keys);
            say(&said(
                format!("{values} waarden opnieuw verzegeld, {keys} oude datasleutels vernietigd"),
                format!("{values} values sealed anew, {keys} old data keys destroyed"),
            ));
            all_opens(&done.damaged, true)?;
        }
        Keys::Check => {
            let seen = keys.check(store)?;
            let (values, erased) = (seen.values, seen.erased);
            say(&said(
                format!("{values} waarden gaan open, {erased} zijn gewist"),
                format!("{values} values open, {erased} were erased"),
            ));
            for (master, count) in &seen.wrapped_by {
                say(&said(
                    format!("{count} datasleutels onder hoofdsleutel {master}"),
                    format!("{count} data keys under master key {master}"),
                ));
            }
            say(&if seen.index {
                said("de indexsleutel gaat open", "the index key opens")
            } else {
                said(
                    "data_keys: de indexsleutel gaat niet open: niemand vindt haar account",
                    "data_keys: the index key does not open: nobody finds her account",
                )
            });
            all_opens(&seen.damaged, seen.index)?;
        }
    }
    Ok(())
}

/// How many ids of a column are named: whoever mends more than these asks the database.
const NAMED: usize = 100;

/// Names what does not open.
fn all_opens(damaged: &Damaged, rest: bool) -> Result<(), Failure> {
    for (column, rows) in damaged {
        let count = rows.len();
        say(&said(
            format!("{column}: {count} waarden gaan niet open en staan er nog zo; id:"),
            format!("{column}: {count} values do not open and stay as they are; id:"),
        ));
        for row in rows.iter().take(NAMED) {
            say(&format!("  {row}"));
        }
        if count > NAMED {
            let more = count - NAMED;
            say(&said(format!("  en nog {more}"), format!("  and {more} more")));
        }
    }
    if damaged.is_empty() && rest {
        return Ok(());
    }
    Err(Failure::new(3, said("niet alles gaat open", "not everything opens")))
}

fn retire(place: &Place, platform: &Platform, id: &str) -> Result<(), Failure> {
    match platform.keys.may_retire(&platform.store, id)? {
        Retirable::Yes => {}
        Retirable::InUse => {
            return Err(Failure::new(
                4,
                said("deze hoofdsleutel is in gebruik en blijft", "this master key is in use and stays"),
            ));
        }
        Retirable::StillWraps(count) => {
            return Err(Failure::new(
                4,
                said(
                    format!(
                        "deze hoofdsleutel verpakt nog {count} datasleutels en blijft; voer uit: naast keys rotate"
                    ),
                    format!(
                        "this master key still wraps {count} data keys and stays; run: naast keys rotate"
                    ),
                ),
            ));
        }
    }
    let file = place.master_key_file();
    let was_there = Ring::remove(&file, id)?;
    let file = shown(&file);
    if !was_there {
        let words =
            said(format!("{file}: sleutel {id} staat er niet in"), format!("{file}: key {id} is not in it"));
        return Err(Failure::new(2, words));
    }
    say(&said(
        format!(
            "{file}: sleutel {id} is eruit. Back-ups van daarvoor gaan alleen met deze sleutel open: bewaar een kopie tot de \
                 laatste weg is. Haal haar ook bij de andere replica's uit het bestand"
        ),
        format!(
            "{file}: key {id} is out. Backups from before open only with this key: keep a copy until the last of them is \
                 gone. Take it out of the file of the other replicas too"
        ),
    ));
    Ok(())
}
