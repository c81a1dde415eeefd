//! Two roles add up and do not multiply: a buddy who coordinates another programme may do in each place what that role may
//! there, and what she may read by the one she may not change by the other.

use naast_tests::{Engine, on_both};
use serde_json::json;

use super::calls::{call, state_for};
use super::stage::Stage;
use super::table::{Cell, Column, Table, operations};
use crate::looks::{contents, differing};

on_both!(a_buddy_who_coordinates_elsewhere_may_no_more_in_each_place_than_its_role);

/// What somebody gets who is both: what reaches further; and where neither does, that she may do it elsewhere.
fn both(one: Cell, other: Cell) -> Cell {
    let rank = |cell: Cell| match cell {
        _ if cell.reaches() => 2,
        Cell::Status(403) => 0,
        _ => 1,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn a_buddy_who_coordinates_elsewhere_may_no_more_in_each_place_than_its_role(engine: Engine) {
    let stage = Stage::new(engine);
    let table = Table::read().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let (world, person) = (&stage.world, stage.cast.person("buddy"));
    let elsewhere =
        world.app.get(world.administrator, &format!("/programmes/{}", world.programmes[2])).expect(200);
    let list = format!("/organisations/{}/memberships", elsewhere.text("organisationId"));
    let body = json!({ "personId": person, "role": "coordinator", "programmeId": world.programmes[2] });
    world.app.post(world.administrator, &list, &body).expect(201);
    // the task is a tie with the partnership, which rests what runs until the parent took it
    let own = stage.standing(Column::Own, state_for("listPrivateNotes"));
    world.answer_ties(stage.cast.person("parent"), &own.proposal, "accepted");
    let before = contents(world);
    let (mut refused, mut faults) = (0, Vec::new());
    for operation in operations() {
        let columns = &table.block(&operation.id).columns;
        for column in columns.iter().copied().filter(|column| *column != Column::Missing) {
            let of = |caller| table.cell(&operation.id, caller, column).expect("the table names everybody");
            let expected = both(of("buddy"), of("other-coordinator"));
            if expected.is_kind() && !operation.only_reads() {
                continue;
            }
            let reply = call(&stage, &operation, "buddy", &stage.standing(column, state_for(&operation.id)));
            let is_empty = reply.body["data"].as_array().is_some_and(Vec::is_empty);
            if reply.status != expected.status() || (expected == Cell::None && !is_empty) {
                faults.push(format!("{} on {column:?}: {} and not {expected}", operation.id, reply.status));
            }
            refused += usize::from(!expected.is_kind());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(refused > 60, "{refused}");
    let mut changed = differing(&before, &contents(world));
    // what she may read leaves a record that she read it
    changed.retain(|table| table != "access_log");
    assert_eq!(changed, [""; 0]);
}
