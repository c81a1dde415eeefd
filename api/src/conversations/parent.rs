//! The parent's side of a conversation. She needs no account to think, to say no, or to stop: only her own
//! code, for which she exchanged the school's invitation. School sees none of it.

use actix_web::{post, web};
use naast_domain::code::{Code as _, contract_schema_of};
use naast_domain::conversations::{ConversationState, ParentStep, Step};
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::privacy::retention::parents_side;
use naast_domain::requests::{RequestState, WithdrawnBy};
use naast_domain::text::{Text, Tongue};
use naast_domain::{Date, Moment};
use naast_persistence::conversations::{self, Consequence, Conversation, Taken};
use naast_persistence::keys::Keys;
use naast_persistence::{Database, Kept, locks, programmes, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::{of_conversation, of_request};
use crate::answer::Answer;
use crate::call;
use crate::caller::Reader;
use crate::contract::Body;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::privacy::retention::RetentionView;
use crate::problem::{Error, InputFault};
use crate::programmes::position::PositionStatementView;
use crate::requests::withdraw::{Withdrawn, withdraw};

/// The parent's own code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789" }))]
pub struct ParentCodeBody {
    /// Her own code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
}

/// A parent's answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789", "step": "take-time" }))]
pub struct ParentAnswerBody {
    /// Her own code.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
    /// What the parent wants. Consenting to the hand-over is a call of its own, in her own account.
    #[schema(schema_with = steps_without_account)]
    pub step: ParentStep,
}

/// The steps that need no account: she consents to the hand-over by another call.
fn steps_without_account() -> RefOr<Schema> {
    let steps = ParentStep::ALL.iter().copied().filter(|step| *step != ParentStep::ConsentToReferral);
    contract_schema_of(&steps.collect::<Vec<_>>())
}

/// The parent's own view of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParentConversationView {
    /// Where it stands, for the parent.
    pub state: ConversationState,
    /// What she may do now.
    pub permitted_steps: Vec<ParentStep>,
    /// The programmes that she was shown, and can choose from.
    pub programme_ids: Vec<ProgrammeId>,
    /// The same programmes, with what she must know of each before she chooses (S2); one that is gone is left out.
    pub programmes: Vec<ShownProgrammeView>,
    /// What became of the request that she handed over; null before, and once it is erased.
    pub request_state: Option<RequestState>,
    /// When her side of the conversation is erased, with her code. School does not see it.
    pub retention: RetentionView,
}

/// A programme that a parent was shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownProgrammeView {
    /// The programme.
    pub id: ProgrammeId,
    /// What it is called.
    pub name: String,
    /// Who pays, who steers, who can see what, in the language of Accept-Language; null on a day on which it does not run.
    pub position_statement: Option<PositionStatementView>,
}

/// The programmes that she was shown, for a reader of a language on a day.
fn shown(
    db: &mut Database<'_>,
    ids: &[ProgrammeId],
    reader: (Date, Tongue),
) -> Result<Vec<ShownProgrammeView>, Error> {
    let mut shown = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(programme) = programmes::find(db, *id)? else { continue };
        shown.push(ShownProgrammeView {
            id: *id,
            name: programme.name.clone(),
            position_statement: PositionStatementView::of(db, &programme, reader)?,
        });
    }
    Ok(shown)
}

fn view(
    db: &mut Database<'_>,
    one: &Conversation,
    (state, last_step_at): (ConversationState, Moment),
    code: &str,
    reader: (Date, Tongue),
) -> Result<ParentConversationView, Error> {
    let request = match state {
        ConversationState::Referred => requests::find_by_code(db, &of_request(code))?,
        _ => None,
    };
    let permitted = state.permitted().into_iter().filter_map(|step| match step {
        Step::Parent(step) => Some(step),
        Step::School(_) => None,
    });
    let programme_ids = conversations::programmes_shown(db, one)?;
    Ok(ParentConversationView {
        state,
        permitted_steps: permitted.collect(),
        programmes: shown(db, &programme_ids, reader)?,
        programme_ids,
        request_state: request.map(|request| request.state),
        retention: RetentionView::of(parents_side(one.opened_at, last_step_at, state)),
    })
}

/// Where a conversation stands, and since when.
fn stands(db: &mut Database<'_>, one: &Conversation) -> Result<(ConversationState, Moment), Error> {
    Ok((one.state, conversations::last_step_at(db, one)?))
}

/// Look up a conversation by the parent's own code.
#[utoipa::path(
    operation_id = "findParentConversation",
    tag = "conversations",
    security(()),
    request_body = ParentCodeBody,
    responses(
        (status = 200, description = "The parent's own view", body = ParentConversationView),
        (
            status = 404,
            description = "No conversation has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/parent-conversations/_search")]
pub async fn find_parent_conversation(
    platform: web::Data<Platform>,
    Reader(tongue): Reader,
    Body(body): Body<ParentCodeBody>,
) -> Result<Answer<ParentConversationView>, Error> {
    let reader = (platform.clock.today(), tongue);
    platform
        .read_open(move |db| {
            let one =
                conversations::find_by_code(db, &of_conversation(&body.code))?.ok_or(Error::NotFound)?;
            let stands = stands(db, &one)?;
            Ok(Answer::found(view(db, &one, stands, &body.code, reader)?))
        })
        .await
}

/// Think it over, say no, make contact oneself, or stop. Stopping is never refused, also when repeated.
///
/// Nor is it when too many calls were made: beyond a limit `withdraw` with a code that opens a conversation is done, and counted; any other
/// step, and a code that opens none, is 429.
#[utoipa::path(
    operation_id = "answerAsParent",
    tag = "conversations",
    security(()),
    request_body = ParentAnswerBody,
    responses(
        (status = 200, description = "Kept; school sees no difference", body = ParentConversationView),
        (
            status = 404,
            description = "No conversation has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
        (
            status = 409,
            description = "Not now; the permitted steps are in the problem",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/parent-answers")]
pub async fn answer_as_parent(
    platform: web::Data<Platform>,
    Reader(tongue): Reader,
    Body(body): Body<ParentAnswerBody>,
) -> Result<Answer<ParentConversationView>, Error> {
    if body.step == ParentStep::ConsentToReferral {
        let text = Text::of(
            "Toestemming voor overdracht geeft de ouder met POST /referrals, in haar eigen account.",
            "The parent consents to the hand-over by POST /referrals, in her own account.",
        );
        return Err(InputFault::body("/step", "not-in-list", text).into());
    }
    let (now, keys, reader) = (platform.clock.now(), platform.keys.clone(), (platform.clock.today(), tongue));
    let holder = of_conversation(&body.code);
    if let Some(refusal) = call::refusal() {
        // looked up before anything is written, so that wrong codes do not fill the queue of whoever writes
        let stops = body.step == ParentStep::Withdraw
            && platform.read_open(move |db| Ok(conversations::find_by_code(db, &holder)?.is_some())).await?;
        if !stops {
            return Err(refusal);
        }
    }
    platform
        .write_held(holder, move |tx| {
            let one = conversations::find_by_code(tx, &holder)?.ok_or(Error::NotFound)?;
            let next = one.state.take(Step::Parent(body.step))?;
            if one.state == ConversationState::Referred {
                return stop_referred(tx, &keys, &one, &body.code, (now, reader));
            }
            if next == one.state {
                let stands = stands(tx, &one)?;
                return Ok(Kept::unchanged(Answer::found(view(tx, &one, stands, &body.code, reader)?)));
            }
            let answer = Answer::found(view(tx, &one, (next, now), &body.code, reader)?);
            let taken = Taken {
                step: Step::Parent(body.step),
                wording_version: None,
                language: None,
                programmes_shown: None,
                at: now,
            };
            conversations::keep_step(tx, &keys, &one, next, &taken, &Consequence::default())?;
            let entry = unsigned_entry(
                Chain::PLATFORM,
                "parent",
                Purpose::Signposting,
                "conversation.parent-answered",
                now,
            )
            .on(one.id)
            .states(Some(one.state.code()), Some(next.code()));
            Ok(tx.keep([entry], answer)?)
        })
        .await
}

/// A parent who stops after the hand-over withdraws the request that came of it.
fn stop_referred(
    tx: &mut naast_persistence::Transaction<'_, '_>,
    keys: &Keys,
    one: &Conversation,
    code: &str,
    (now, reader): (Moment, (Date, Tongue)),
) -> Result<Kept<Answer<ParentConversationView>>, Error> {
    let Some(found) = requests::find_by_code(tx, &of_request(code))? else {
        let stands = stands(tx, one)?;
        return Ok(Kept::unchanged(Answer::found(view(tx, one, stands, code, reader)?)));
    };
    locks::lock_request(tx, found.id)?;
    let request = requests::find_by_code(tx, &of_request(code))?.ok_or(Error::NotFound)?;
    let entry = |act| unsigned_entry(request.programme, "parent", Purpose::Support, act, now);
    let withdrawn = withdraw(tx, keys, &request, Some(WithdrawnBy::Parent), entry, now)?;
    let stands = stands(tx, one)?;
    let answer = Answer::found(view(tx, one, stands, code, reader)?);
    match withdrawn {
        Withdrawn::Already => Ok(Kept::unchanged(answer)),
        Withdrawn::Now { entries, .. } => Ok(tx.keep(entries, answer)?),
    }
}
