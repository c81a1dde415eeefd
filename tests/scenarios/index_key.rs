//! Who could sign in before the master keys were replaced can sign in afterwards.

use chrono::TimeDelta;
use naast_persistence::keys::{Keys, Ring};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::signing_in::{ask_code, code_in, letters, sign_in, signed_in};

on_both!(
    whoever_signed_in_before_the_master_keys_were_replaced_finds_her_account_afterwards,
    a_new_installation_finds_nothing_by_its_master_key,
    a_code_cannot_be_tried_against_the_database_alone,
);

const ADDRESS: &str = "ouder@example.org";

fn whoever_signed_in_before_the_master_keys_were_replaced_finds_her_account_afterwards(engine: Engine) {
    let world = World::new(engine);
    let platform = &world.app.platform;
    let subject = signed_in(&world.app, ADDRESS).text("subject");
    let file = platform.data.join("master-keys");
    Ring::add(&file).expect("added");
    let read = |expected: &str| Keys::at(&file, &platform.store, platform.clock.now()).expect(expected);
    platform.clock.advance(TimeDelta::minutes(20));
    read("both are known").rotate(&platform.store, platform.clock.now()).expect("rotated");
    read("both still").reencrypt(&platform.store, platform.clock.now()).expect("sealed anew");
    let text = std::fs::read_to_string(&file).expect("there");
    let newest = text.lines().last().expect("a key");
    std::fs::write(&file, format!("{newest}\n")).expect("written");
    let keys = read("the new one is enough");
    assert!(keys.check(&platform.store).expect("checked").index);
    let restarted = world.app.twin_with(keys);
    // both put their letters in one folder
    let id = ask_code(&restarted, ADDRESS);
    let again = sign_in(&restarted, &id, &code_in(&letters(&world.app)[0])).expect(200);
    assert_eq!(again.text("subject"), subject, "after the oldest key is gone");
}

/// Two installations with one key file have index keys of their own: a copy of one's fingerprints says nothing at the other.
fn a_new_installation_finds_nothing_by_its_master_key(engine: Engine) {
    let (one, other) = (World::new(engine), naast_tests::open(engine, 1));
    let platform = &one.app.platform;
    let file = platform.data.join("master-keys");
    let others = Keys::at(&file, &other.store, platform.clock.now()).expect("it takes these keys");
    assert_ne!(platform.keys.blind("sign-in-address", ADDRESS), others.blind("sign-in-address", ADDRESS));
}

/// There are a hundred million codes: whoever could tell the right one without the index key would have them all in a minute.
fn a_code_cannot_be_tried_against_the_database_alone(engine: Engine) {
    let (world, other) = (World::new(engine), naast_tests::open(engine, 1));
    let platform = &world.app.platform;
    let id = ask_code(&world.app, ADDRESS);
    let code = code_in(&letters(&world.app)[0]);
    let file = platform.data.join("master-keys");
    let others = Keys::at(&file, &other.store, platform.clock.now()).expect("it takes these keys");
    // the same program on the same rows, without their key
    assert_eq!(sign_in(&world.app.twin_with(others), &id, &code).status, 400);
    sign_in(&world.app, &id, &code).expect(200);
}
