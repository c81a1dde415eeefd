//! The keys by which a backup is of use: of its seal, and of what is sealed in it.

use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};

use crate::backups::{backup, case, elsewhere, text};
use crate::before_restoring::{erased_since, nothing_is_written, refuses};
use crate::command_line::naast;
use crate::looks::lines;

on_both!(a_backup_whose_keys_are_missing_is_refused_before_anything_is_written);

fn a_backup_whose_keys_are_missing_is_refused_before_anything_is_written(engine: Engine) {
    let world = World::new(engine);
    case(&world);
    let keys = world.app.platform.data.join("master-keys");
    let run = |line: &[&str]| {
        let done = naast(&world, line);
        assert!(done.status.success(), "{line:?}: {}", text(&done));
    };
    let old = lines(&world, "SELECT id AS name FROM master_keys ORDER BY bound_at DESC").remove(0);
    run(&["keys", "add"]);
    run(&["keys", "rotate"]);
    // as a program of before would have left it
    let one = format!(
        "UPDATE data_keys SET master_id = '{old}' WHERE CAST(id AS text) = \
         (SELECT min(CAST(id AS text)) FROM data_keys WHERE owner_kind = 'person' AND wrapped IS NOT NULL)"
    );
    // and behind it so many that were destroyed that it does not lie in the last piece of the backup
    let gone = (0..1_000).map(|number| {
        let id = format!("ffffffff-ffff-4fff-8fff-{number:012}");
        format!("('{id}', 'person', '{id}', '{old}', NULL, 'destroyed', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')")
    });
    let gone = gone.collect::<Vec<_>>().join(", ");
    let gone = format!(
        "INSERT INTO data_keys (id, owner_kind, owner_id, master_id, wrapped, state, created_at, destroyed_at) VALUES {gone}"
    );
    around(&world.app.location, |database| database.batch(&format!("{one}; {gone}"))).expect("a console");
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let (file, stones) = erased_since(&world, &file);
    // the key that the backup is sealed under, and not the one before
    let all = std::fs::read_to_string(&keys).expect("the key file");
    let newest = folder.path().join("newest-key");
    std::fs::write(&newest, format!("{}\n", all.lines().last().expect("a key"))).expect("written");
    let newest = newest.to_str().expect("UTF-8");
    let (there, why) = (elsewhere(engine), format!("keys under master key {old}"));
    let check = there.run(&world, &["--master-key-file", newest, "restore", "--check", &file]);
    refuses(&check, 1, &why);
    // one that is cut off as well is of no use with any keys, and that is what is said of it
    let (whole, cut) = (std::fs::read(&file).expect("written"), folder.path().join("cut.backup"));
    std::fs::write(&cut, &whole[..whole.len() - 1]).expect("written");
    let cut = cut.to_str().expect("UTF-8");
    let check = there.run(&world, &["--master-key-file", newest, "restore", "--check", cut]);
    refuses(&check, 1, "changed or cut off");
    let line = ["--master-key-file", newest, "restore", &file, "--tombstones", &stones];
    nothing_is_written(&world, &there, &line, &why);
    assert!(there.run(&world, &line[2..]).status.success(), "with both keys the same place takes it");
}
