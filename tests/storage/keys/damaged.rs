//! What does not open is named, and stops neither a check nor the rest of a rotation or a re-encryption.

use naast_domain::ids::PersonId;
use naast_persistence::keys::{Keys, Retirable, Ring, Sealed};
use naast_tests::{Engine, around, on_both};

use super::{Installation, later, place};

on_both!(
    a_changed_value_is_found_by_the_check,
    what_does_not_open_stops_no_reencryption_and_its_keys_stay,
    a_data_key_that_does_not_open_stops_no_rotation,
);

fn a_changed_value_is_found_by_the_check(engine: Engine) {
    let here = Installation::new(engine);
    let (one, other) = (here.person("Een"), here.person("Ander"));
    let swapped = here.raw(one);
    around(&here.opened.location, |database| {
        database.batch(&format!("UPDATE people SET name = '{swapped}' WHERE id = '{}'", other.uuid()))
    })
    .expect("an administrator can do anything");
    assert!(here.name(&here.keys, other).is_err(), "the name of another does not pass for hers");
    let seen = here.keys.check(here.store()).expect("checked");
    assert_eq!((seen.values, seen.damaged.get("people.name")), (1, Some(&vec![other.uuid()])));
}

/// Makes of a value one that opens under nothing, and gives back what it was.
fn damage(here: &Installation, id: PersonId) -> String {
    let (was, stranger) = (here.raw(id), here.raw(here.person("Een ander")));
    set_raw(here, id, &stranger);
    was
}

fn set_raw(here: &Installation, id: PersonId, value: &str) {
    around(&here.opened.location, |database| {
        database.batch(&format!("UPDATE people SET name = '{value}' WHERE id = '{}'", id.uuid()))
    })
    .expect("an administrator can do anything");
}

fn what_does_not_open_stops_no_reencryption_and_its_keys_stay(engine: Engine) {
    let here = Installation::new(engine);
    let (broken, well) = (here.person("Beschadigd"), here.person("Heel"));
    let was = damage(&here, broken);
    let before = here.raw(well);
    let done = here.keys.reencrypt(here.store(), later(10)).expect("done");
    assert_eq!(done.damaged.get("people.name"), Some(&vec![broken.uuid()]));
    // the name of the one and of the stranger; of three keys the one that the damaged value names stays, and its owner's
    assert_eq!((done.values, done.keys), (2, 1));
    assert_ne!(here.raw(well), before, "the rest was done");
    assert_eq!(here.name(&here.keys, well), Ok(Some("Heel".to_owned())));
    // the next run does all again, though keys of the first still retire
    let again = here.keys.reencrypt(here.store(), later(20)).expect("done");
    assert_eq!((again.values, again.damaged.get("people.name")), (2, Some(&vec![broken.uuid()])));
    // whoever puts back what stood there finds the key of it, and the next run takes it along
    set_raw(&here, broken, &was);
    assert_eq!(here.name(&here.keys, broken), Ok(Some("Beschadigd".to_owned())));
    let last = here.keys.reencrypt(here.store(), later(30)).expect("done");
    assert_eq!(
        (last.values, last.damaged.len()),
        (1, 0),
        "it was cut short by the damage, and does the rest"
    );
    assert_eq!(here.name(&here.keys, broken), Ok(Some("Beschadigd".to_owned())));
    let old = Sealed::from_column(was);
    assert_eq!(here.store().read(|db| here.keys.open(db, place(broken), &old)), Ok(None));
}

fn a_data_key_that_does_not_open_stops_no_rotation(engine: Engine) {
    let here = Installation::new(engine);
    let (broken, well) = (here.person("Beschadigd"), here.person("Heel"));
    let key = |whose: PersonId| format!("owner_kind = 'person' AND owner_id = '{}'", whose.uuid());
    around(&here.opened.location, |database| {
        let other = format!("(SELECT wrapped FROM data_keys WHERE {})", key(well));
        database.batch(&format!("UPDATE data_keys SET wrapped = {other} WHERE {}", key(broken)))
    })
    .expect("an administrator can do anything");
    Ring::add(&here.file()).expect("added");
    let waiting = Keys::at(&here.file(), here.store(), later(1)).expect("both are known");
    let old = here.keys.check(here.store()).expect("checked").wrapped_by.into_keys().next().expect("a key");
    for (time, keys) in [(2, 2), (3, 0)] {
        let done = waiting.rotate(here.store(), later(time)).expect("rotated");
        assert_eq!((done.keys, done.damaged.get("data_keys.wrapped").map(Vec::len)), (keys, Some(1)));
    }
    assert_eq!(here.name(&waiting, well), Ok(Some("Heel".to_owned())));
    assert_eq!(waiting.may_retire(here.store(), &old).expect("asked"), Retirable::StillWraps(1));
}
