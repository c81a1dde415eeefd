//! A backup counts once it was read back.

use std::io::Write as _;
use std::process::Command;

use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::backups::{backup, text};
use crate::command_line::command_on;

on_both!(a_backup_that_does_not_read_back_gets_no_name);

/// The key file is a pipe here: who reads it before the backup is there gets the keys, and who reads it afterwards those of somebody else.
fn a_backup_that_does_not_read_back_gets_no_name(engine: Engine) {
    let world = World::new(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let (pipe, other) = (folder.path().join("master-keys"), folder.path().join("other"));
    naast_persistence::keys::Ring::open(&other, true).expect("another installation's");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("it runs").success());
    let to = folder.path().join("naast.backup");
    let part = folder.path().join("naast.backup.part");
    let own = std::fs::read(world.app.platform.data.join("master-keys")).expect("the keys");
    let other = std::fs::read(other).expect("the keys");
    let (keys, written) = (pipe.clone(), [part.clone(), to.clone()]);
    // ends with the test: nobody reads any more
    std::thread::spawn(move || {
        while let Ok(mut reader) = std::fs::OpenOptions::new().write(true).open(&keys) {
            let is_written = written.iter().any(|file| file.exists());
            let _ = reader.write_all(if is_written { &other } else { &own });
        }
    });
    let mut command = command_on(&world, &world.app.location, &world.app.platform.data);
    command.env("NAAST_MASTER_KEY_FILE", &pipe);
    let made = command.args(["backup", to.to_str().expect("UTF-8")]).output().expect("the program runs");
    assert_eq!(made.status.code(), Some(1), "{}", text(&made));
    assert!(text(&made).contains("made under master key"), "{}", text(&made));
    assert_eq!((part.exists(), to.exists()), (false, false), "{}", text(&made));
    // with its own keys it is read back, and has its name and nothing beside it
    backup(&world, folder.path());
    assert_eq!((part.exists(), to.exists()), (false, true));
}
