//! Who looked at my data: in sentences, for the person whom they are about and for nobody else.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::ids::{AccessRecordId, ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::{self, DataKind, SubjectKind};
use naast_domain::privacy::retention::{Due, Rule, own_term};
use naast_domain::text::Tongue;
use naast_persistence::privacy::access_log::{self, Read};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::caller::{Caller, Reader};
use crate::clock::day_of;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// Somebody read something of mine.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessRecordView {
    /// Its id.
    pub id: AccessRecordId,
    /// Who read what, when and what for, in plain words.
    pub sentence: String,
    /// When.
    pub read_at: DateTime<Utc>,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// In which role somebody read. Who she is stays with the programme: ask there.
    pub role: Role,
    /// The organisation in which she holds that role; null for a buddy.
    pub organisation: Option<String>,
    /// What kind of data.
    pub data: DataKind,
    /// How many of them.
    pub objects: u32,
    /// As whom I stand in it.
    pub as_whom: SubjectKind,
    /// What for.
    pub purpose: Purpose,
    /// The activity of the processing register: see `/processing-activities`.
    pub activity: String,
    /// The number of the reading, which is that of the call: quote it when you ask about it. The answer to that call had it as
    /// `X-Request-Id`.
    pub call_id: Uuid,
    /// The support request of mine that it belongs to; null when it belongs to none or to several, is somebody else's, or is erased.
    pub request_id: Option<RequestId>,
    /// When this record is erased: two years after the reading, or before with the account.
    pub retention: RetentionView,
}

impl AccessRecordView {
    fn of(one: Read, tongue: Tongue) -> Self {
        let of = match one.role {
            Role::Coordinator => Some(one.programme_name.as_str()),
            _ => one.organisation.as_deref(),
        };
        let reading = access::Reading {
            on: day_of(one.at),
            role: one.role,
            of,
            data: one.data,
            objects: one.objects,
            as_whom: one.as_whom,
            purpose: one.purpose,
        };
        Self {
            id: one.id,
            sentence: reading.sentence(tongue),
            read_at: one.at,
            programme_id: one.programme,
            role: one.role,
            organisation: one.organisation,
            data: one.data,
            objects: one.objects,
            as_whom: one.as_whom,
            purpose: one.purpose,
            activity: one.activity,
            call_id: one.call,
            request_id: one.request,
            retention: RetentionView::of(own_term(Rule::AccessLog, one.at).unwrap_or(Due::WITH_ACCOUNT)),
        }
    }
}

page_of! {
    /// A page of readings of my data, newest first.
    AccessLogPage of AccessRecordView
}

/// Read who looked at my data, when, in which role and what for.
///
/// Each reading of my data by somebody else stands here, written down before she got her answer. What I read myself does not. Of
/// who read it I learn the role and the organisation.
#[utoipa::path(
    operation_id = "listMyAccessLog",
    tag = "privacy",
    params(PageQuery),
    responses((status = 200, description = "A page", body = AccessLogPage)),
)]
#[get("/me/access-log")]
pub async fn list_my_access_log(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    paging: Paging,
) -> Result<AccessLogPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let slice = access_log::of_person(cx.db, &cx.me, page)?;
            let next_cursor = paging.next(&slice, |one| (one.at, one.id.uuid()));
            let data = slice.items.into_iter().map(|one| AccessRecordView::of(one, reader.0)).collect();
            Ok(AccessLogPage { data, next_cursor })
        })
        .await
}
