//! A backup is of one moment, whatever others do meanwhile: it holds no half of what was done in one step.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};

use crate::backups::{backup, case, elsewhere, stones_of, text};
use crate::looks::count;

on_both!(a_backup_that_is_made_while_others_work_is_of_one_moment);

/// So many steps in the time of one backup: some of them while it reads.
const STEPS: i64 = 5;
/// How long may pass until enough was done beside backups: a machine may have much else to do.
const PATIENCE: Duration = Duration::from_secs(180);

/// Once it is gone, the work beside it ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whoever came after the people were read has a case by the time that the cases are: a copy of several moments holds the case and not its parent.
fn much_to_read_between_people_and_cases(world: &World, engine: Engine) {
    let (hash, at) = match engine {
        Engine::Sqlite => ("x'00'", "'2027-01-01T00:00:00.000000Z'"),
        Engine::Postgres => ("'\\x00'", "'2027-01-01T00:00:00Z'"),
    };
    let row = |number: u32| {
        format!("('ffffffff-ffff-4fff-8fff-{number:012}', {hash}, {hash}, 0, FALSE, {at}, {at}, TRUE)")
    };
    let rows: Vec<String> = (0..6_000).map(row).collect();
    let insert = format!(
        "INSERT INTO sign_in_codes (id, address_hash, code_hash, tries, used, created_at, expires_at, sent) VALUES {}",
        rows.join(", ")
    );
    around(&world.app.location, |database| database.batch(&insert)).expect("they are there");
}

/// Whole cases are made one after another: each of their steps writes to several tables at once, and each refers to the steps before.
fn a_backup_that_is_made_while_others_work_is_of_one_moment(engine: Engine) {
    let world = World::new(engine);
    case(&world);
    much_to_read_between_people_and_cases(&world, engine);
    let folder = tempfile::tempdir().expect("a folder");
    let (is_over, begun) = (AtomicBool::new(false), Instant::now());
    let backups = std::thread::scope(|scope| {
        // also when a backup fails, or the test would not end
        let _over = Over(&is_over);
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                case(&world);
            }
        });
        // until during each of three of them so much was done that it was not all done before the reading began
        let (mut backups, mut beside) = (Vec::new(), 0);
        while beside < 3 {
            assert!(begun.elapsed() < PATIENCE, "nobody worked meanwhile");
            let before = count(&world, "journal");
            let place = folder.path().join(backups.len().to_string());
            std::fs::create_dir(&place).expect("a folder");
            backups.push(backup(&world, &place));
            if count(&world, "journal") - before >= STEPS {
                beside += 1;
            }
        }
        backups.split_off(backups.len().saturating_sub(4))
    });
    assert!(count(&world, "matches") > 1);
    for file in backups {
        let there = elsewhere(engine);
        let file = file.to_str().expect("UTF-8");
        let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
        assert!(done.status.success(), "{}", text(&done));
        for command in [vec!["doctor"], vec!["journal", "verify", "--without-anchors"], vec!["keys", "check"]]
        {
            let output = there.run(&world, &command);
            assert!(output.status.success(), "{command:?}: {}", text(&output));
        }
    }
}
