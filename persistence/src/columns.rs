//! Column types that both databases keep: native on PostgreSQL, text on SQLite.
//!
//! A moment is text of fixed width on SQLite, so that text order is time order, and has microseconds on both,
//! which is what PostgreSQL keeps.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, SqlType};
use diesel::sqlite::Sqlite;
use naast_domain as domain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// SQL type: a UUID.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
pub struct Id;

/// SQL type: a moment in UTC.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
pub struct Moment;

/// SQL type: a JSON document.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
pub struct Document;

/// A UUID in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Id)]
pub struct Key(pub Uuid);

/// A moment in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Moment)]
pub struct At(pub DateTime<Utc>);

/// A JSON document in a row.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Document)]
pub struct Json(pub serde_json::Value);

impl Json {
    /// The document that this value writes.
    #[expect(clippy::missing_panics_doc, reason = "our own documents have text keys and finite numbers")]
    pub fn of(value: &impl Serialize) -> Self {
        Self(serde_json::to_value(value).expect("our own documents have text keys and finite numbers"))
    }

    /// The value that this document holds.
    pub fn read<T: DeserializeOwned>(
        self,
        table: &'static str,
        column: &'static str,
    ) -> Result<T, crate::Error> {
        serde_json::from_value(self.0).map_err(|_| crate::Error::Corrupt { table, column })
    }
}

/// Ids of the domain come out of and go into the same column type.
macro_rules! keys {
    ($($id:ident)+) => {$(
        impl From<domain::ids::$id> for Key {
            fn from(id: domain::ids::$id) -> Self {
                Self(id.uuid())
            }
        }

        impl From<Key> for domain::ids::$id {
            fn from(key: Key) -> Self {
                Self::from_uuid(key.0)
            }
        }
    )+};
}

keys! {
    PersonId OrganisationId MembershipId ProgrammeId ConversationId RequestId ConsentId BuddyId TieId CertificateId
    AssessmentId DecisionId ProposalId MatchId ContactId ImportId PrivateNoteId MessageId AccessRecordId
    AnnouncementId AnnouncedMeetingId ObjectionId
    WebhookSubscriptionId WebhookDeliveryId ClientId SignInCodeId SessionId HoldId ExportId
    WithdrawalNoticeId
}

const MOMENT_FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

/// Whether a moment has every digit and sign where [`MOMENT_FORMAT`] writes them: text order is the order of time only then.
fn is_spelled_as_written(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00.000000Z";
    text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(given, shape)| match shape {
            b'0' => given.is_ascii_digit(),
            sign => given == *sign,
        })
}

impl ToSql<Id, Pg> for Key {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Id, Pg> for Key {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Uuid, Pg>::from_sql(value).map(Self)
    }
}

impl ToSql<Id, Sqlite> for Key {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.hyphenated().to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Id, Sqlite> for Key {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(value)?;
        let key = Uuid::parse_str(&text)?;
        // another spelling is another text: no lookup finds it, and a journal that still reads would hide that it was altered
        let spelled = *key.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *text;
        if spelled { Ok(Self(key)) } else { Err("an id in another spelling than it is written in".into()) }
    }
}

impl ToSql<Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<Moment, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Timestamptz, Pg>::from_sql(value).map(Self)
    }
}

impl ToSql<Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format(MOMENT_FORMAT).to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(value)?;
        if !is_spelled_as_written(&text) {
            return Err("a moment in another spelling than it is written in".into());
        }
        Ok(Self(NaiveDateTime::parse_from_str(&text, MOMENT_FORMAT)?.and_utc()))
    }
}

impl ToSql<Document, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write as _;
        // jsonb in binary form: version 1, then the text
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("jsonb of an unknown version".into()),
        }
    }
}

impl ToSql<Document, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Sqlite> for Json {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}
