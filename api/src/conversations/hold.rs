//! The school's side opens a conversation and reads its own side of it. No name and no contact way of the parent has a
//! place in either.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{HoldConversation, ReadConversation, Standing};
use naast_domain::code::Code as _;
use naast_domain::conversations::{ConversationSchoolState, Ground, SchoolStep, can_be_told_of, may_open};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{ConversationId, PersonId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::rejection::Existing;
use naast_domain::text::Tongue;
use naast_persistence::conversations::{self, Conversation};
use naast_persistence::locks;
use naast_persistence::programmes::{self, Among};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Path, Query, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::{Error, InputFault};

/// A conversation to open.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "locationCode": "03GR00", "parentReference": "3f2b8a54-8f0d-4a5e-9a53-0c4f5c6d7e81", "ground": "regular-talk" }))]
pub struct ConversationBody {
    /// The school.
    pub location_code: LocationCode,
    /// A random UUID by which the school itself knows the parent. It means nothing anywhere else.
    pub parent_reference: uuid::Uuid,
    /// Why the conversation is held now.
    pub ground: Ground,
}

/// The school's side of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    /// Its id.
    pub id: ConversationId,
    /// The school.
    pub location_code: LocationCode,
    /// What the school calls the parent.
    pub parent_reference: uuid::Uuid,
    /// Why it is held.
    pub ground: Ground,
    /// Where it stands for the school. Whatever the parent does after the buddy was explained is `with-parent`, until
    /// she consents to the hand-over.
    pub state: ConversationSchoolState,
    /// The steps that the school may record now.
    pub permitted_steps: Vec<SchoolStep>,
    /// The sentence to say next, where the guide has one.
    pub sentence: Option<String>,
    /// Who holds it at school, and records its steps.
    pub holder_id: PersonId,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The day of the hand-over, once the parent consented to it.
    pub handed_over_date: Option<Date>,
    /// When it is erased. It counts from the day that it was opened, whatever the parent does.
    pub retention: RetentionView,
}

impl ConversationView {
    /// The school's side of a conversation, in a language.
    pub(super) fn of(one: &Conversation, tongue: Tongue) -> Self {
        let state = ConversationSchoolState::of(one.state);
        Self {
            id: one.id,
            location_code: one.school.clone(),
            parent_reference: one.parent_reference,
            ground: one.ground,
            state,
            permitted_steps: state.permitted(),
            sentence: state.sentence().map(|sentence| sentence.get(tongue).to_owned()),
            holder_id: one.holder(),
            opened_at: one.opened_at,
            handed_over_date: one.handed_over_on,
            retention: RetentionView::of(naast_domain::privacy::retention::conversation(one.opened_at)),
        }
    }
}

/// Open a conversation.
#[utoipa::path(
    operation_id = "openConversation",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open"])),
    request_body = ConversationBody,
    responses((status = 201, description = "Opened; now ask the first question", body = ConversationView)),
)]
#[post("/conversations")]
pub async fn open_conversation(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    sent: Sent<ConversationBody>,
) -> Result<Answer<ConversationView>, Error> {
    let id: ConversationId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<HoldConversation>()?;
            let mut check = sent.check();
            check.decided("/locationCode")?;
            let role = match check.get::<LocationCode>("/locationCode") {
                Some(school) => {
                    let standing = Standing { school: Some(&school), ..Standing::default() };
                    Some(grant.reaches(standing).ok_or(Error::Forbidden)?)
                }
                None => None,
            };
            let body = sent.sound(check)?;
            let role = role.ok_or(Error::Internal("a sound body has its school"))?;
            let school = &body.location_code;
            can_be_told_of(&programmes::choices(cx.tx, Among::Covering(school), &[], cx.today)?)?;
            locks::lock_school(cx.tx, school)?;
            let earlier = conversations::earlier(cx.tx, &grant, school, body.parent_reference)?;
            if let Err(refusal) = may_open(&earlier, body.ground, cx.today) {
                let standing = Standing { school: Some(school), ..Standing::default() };
                let may_read =
                    cx.me.grant::<ReadConversation>().is_some_and(|read| read.reaches(standing).is_some());
                let running = earlier.iter().find(|one| may_read && one.state.is_running());
                let existing = running
                    .map(|one| Existing { id: one.id.uuid(), path: format!("/conversations/{}", one.id) });
                return Err(refusal.pointing_to(existing).into());
            }
            let parent = (body.parent_reference, body.ground);
            let conversation = conversations::insert(cx.tx, &grant, id, school, parent, cx.now)?;
            let entry = cx
                .entry(Chain::PLATFORM, role, Purpose::Signposting, "conversation.opened")
                .on(id)
                .states(None, Some(conversation.state.code()));
            let view = ConversationView::of(&conversation, reader.0);
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/conversations/{id}")).version(1))?)
        })
        .await
}

/// Whose conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ConversationQuery {
    /// The school.
    #[param(pattern = "^[0-9]{2}[A-Z]{2}[0-9]{2}$")]
    pub location_code: String,
}

page_of! {
    /// A page of a school's conversations, newest first.
    ConversationPage of ConversationView
}

/// List a school's conversations; empty for a school that is not yours.
#[utoipa::path(
    operation_id = "listConversations",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open", "referrals:status"])),
    params(ConversationQuery, PageQuery),
    responses((status = 200, description = "A page", body = ConversationPage)),
)]
#[get("/conversations")]
pub async fn list_conversations(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Query(query): Query<ConversationQuery>,
    paging: Paging,
) -> Result<ConversationPage, Error> {
    let school = LocationCode::parse(&query.location_code)
        .map_err(|fault| InputFault::identifier("locationCode", fault))?;
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConversation>()?;
            let slice = conversations::list(cx.db, &grant, &school, page)?;
            let next_cursor = paging.next(&slice, |one| (one.opened_at, one.id.uuid()));
            let data = slice.items.iter().map(|one| ConversationView::of(one, reader.0)).collect();
            Ok(ConversationPage { data, next_cursor })
        })
        .await
}

/// Get the school's side of a conversation.
#[utoipa::path(
    operation_id = "getConversation",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open", "referrals:status"])),
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 200, description = "The school's side", body = ConversationView)),
)]
#[get("/conversations/{id}")]
pub async fn get_conversation(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ConversationId>,
) -> Result<Answer<ConversationView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConversation>()?;
            let (one, _) = conversations::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(ConversationView::of(&one, reader.0)).version(one.school_version))
        })
        .await
}
