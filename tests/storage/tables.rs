//! The few tables that these tests look into, as whoever has a console sees them: around the store and its rooms.

diesel::table! {
    use diesel::sql_types::*;
    use naast_persistence::columns::{Id, Moment};

    people (id) {
        id -> Id,
        name -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use naast_persistence::columns::{Id, Moment};

    organisations (id) {
        id -> Id,
        kind -> Text,
        name -> Text,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use naast_persistence::columns::Id;

    journal_heads (chain) {
        chain -> Id,
        seq -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use naast_persistence::columns::{Id, Moment};

    journal (chain, seq) {
        chain -> Id,
        seq -> BigInt,
        at -> Moment,
        actor -> Nullable<Id>,
        role -> Text,
        purpose -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        state_before -> Nullable<Text>,
        state_after -> Nullable<Text>,
        hash -> Binary,
    }
}
