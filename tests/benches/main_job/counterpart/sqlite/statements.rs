//! The statements of the counterpart on SQLite.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Date, Integer, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

type Columns = (
    (Text, Text, Text, Text, Text, BigInt, BigInt, Text),
    (Nullable<Text>, Nullable<Text>, Text, Nullable<Text>, Nullable<Text>, Nullable<Text>, Text),
);
/// The columns of a request.
pub type Found = (
    (String, String, String, String, String, i64, i64, String),
    (Option<String>, Option<String>, String, Option<String>, Option<String>, Option<String>, String),
);

/// Declares a statement: its text with the parameters where they stand. Diesel keeps it prepared.
macro_rules! statement {
    ($name:ident -> $columns:ty: $($text:literal $(, $bind:ident: $kind:ty = $rust:ty)?);+) => {
        pub struct $name<'a> { $($(pub $bind: &'a $rust,)?)+ }

        impl QueryFragment<Sqlite> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                $(
                    out.push_sql($text);
                    $(out.push_bind_param::<$kind, $rust>(self.$bind)?;)?
                )+
                Ok(())
            }
        }

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl Query for $name<'_> {
            type SqlType = $columns;
        }

        impl RunQueryDsl<SqliteConnection> for $name<'_> {}
    };
}

statement! { ById -> Columns:
    "SELECT id, programme_id, parent_id, origin, duration, channels, topics, language, location_code, \
     municipality_code, state, contact_name, contact_kind, contact_value, created_at \
     FROM support_requests WHERE id = ", id: Text = str; " LIMIT 1"
}
statement! { First -> Columns:
    "SELECT id, programme_id, parent_id, origin, duration, channels, topics, language, location_code, \
     municipality_code, state, contact_name, contact_kind, contact_value, created_at \
     FROM support_requests WHERE programme_id = ", programme: Text = str;
    " ORDER BY created_at DESC, id DESC LIMIT ", size: BigInt = i64
}
statement! { Next -> Columns:
    "SELECT id, programme_id, parent_id, origin, duration, channels, topics, language, location_code, \
     municipality_code, state, contact_name, contact_kind, contact_value, created_at \
     FROM support_requests WHERE programme_id = ", programme: Text = str;
    " AND created_at <= ", at: Text = str;
    " AND (created_at < ", same: Text = str;
    " OR id < ", id: Text = str;
    ") ORDER BY created_at DESC, id DESC LIMIT ", size: BigInt = i64
}
statement! { Insert -> ():
    "INSERT INTO support_requests (id, programme_id, parent_id, origin, duration, channels, topics, language, \
     location_code, municipality_code, state, contact_name, contact_kind, contact_value, created_at, updated_at, \
     version) VALUES (", id: Text = String;
    ", ", programme: Text = String;
    ", ", parent: Text = String;
    ", ", origin: Text = String;
    ", ", duration: Text = String;
    ", ", channels: BigInt = i64;
    ", ", topics: BigInt = i64;
    ", ", language: Text = String;
    ", ", school: Nullable<Text> = Option<String>;
    ", ", municipality: Nullable<Text> = Option<String>;
    ", ", state: Text = String;
    ", ", contact_name: Nullable<Text> = Option<String>;
    ", ", contact_kind: Nullable<Text> = Option<String>;
    ", ", contact_value: Nullable<Text> = Option<String>;
    ", ", created: Text = String;
    ", ", updated: Text = String;
    ", 1)"
}
statement! { Head -> (BigInt, Binary):
    "SELECT seq, hash FROM journal_heads WHERE chain = ", chain: Text = str
}
statement! { SetHead -> ():
    "REPLACE INTO journal_heads (chain, seq, hash) VALUES (", chain: Text = str;
    ", ", seq: BigInt = i64; ", ", hash: Binary = [u8]; ")"
}
statement! { Append -> ():
    "INSERT INTO journal (chain, seq, at, actor, role, purpose, action, object_kind, object_id, state_before, \
     state_after, hash) VALUES (", chain: Text = str;
    ", ", seq: BigInt = i64;
    ", ", at: Text = str;
    ", ", actor: Text = str;
    ", 'parent', 'matching', 'request.submitted', 'request', ", object: Text = str;
    ", NULL, 'submitted', ", hash: Binary = [u8]; ")"
}
statement! { Consents -> (Text, Nullable<Text>):
    "SELECT kind, withdrawn_at FROM consents WHERE programme_id = ", programme: Text = str;
    " AND request_id = ", request: Text = str
}
statement! { Buddies -> (Text, Text, BigInt, BigInt, Text, Integer, Integer):
    "SELECT id, first_name, specialisms, channels, municipalities, capacity, matches FROM buddies \
     WHERE status = 'active' AND matches < capacity AND programme_id = ", programme: Text = str;
    " AND ready_until >= ", today: Date = NaiveDate;
    " AND (languages & ", language: BigInt = i64;
    ") <> 0 AND (channels & ", channels: BigInt = i64; ") <> 0"
}
statement! { Certificates -> (Text, Text, Date, Nullable<Date>):
    "SELECT buddy_id, kind, issued_on, expires_on FROM certificates WHERE programme_id = ", programme: Text = str;
    " AND buddy_id IN (SELECT value FROM json_each(", ids: Text = str; "))"
}
statement! { Ties -> (Text, Text, Text):
    "SELECT buddy_id, kind, about FROM ties WHERE programme_id = ", programme: Text = str;
    " AND buddy_id IN (SELECT value FROM json_each(", ids: Text = str; "))"
}
statement! { Forms -> (Text, BigInt):
    "SELECT form, funders FROM programme_forms WHERE programme_id = ", programme: Text = str; " ORDER BY since"
}
statement! { School -> (Text, Text, Nullable<Text>):
    "SELECT s.board_number, s.municipality_code, p.partnership_code FROM schools s LEFT JOIN school_partnerships p \
     ON p.location_code = s.location_code AND p.since <= ", today: Date = NaiveDate;
    " AND (p.until IS NULL OR p.until >= ", same: Date = NaiveDate;
    ") WHERE s.location_code = ", school: Text = str
}
statement! { Proposals -> Text:
    "SELECT buddy_id FROM proposals WHERE state IN ('open', 'refused') AND programme_id = ", programme: Text = str;
    " AND request_id = ", request: Text = str
}
