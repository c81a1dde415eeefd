//! The school's side records the steps of a conversation, in the order of the source. A leap is refused with the step
//! that is permitted now and the sentence to say.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{HoldConversation, ReadConversation, Standing};
use naast_domain::buddies::SpokenLanguage;
use naast_domain::code::Code as _;
use naast_domain::conversations::{
    ConversationSchoolState, GUIDE, SchoolStep, Step, check_choice, goes_on, wording,
};
use naast_domain::ids::{ConversationId, ProgrammeId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::privacy::retention;
use naast_domain::text::Text;
use naast_persistence::conversations::{self, Consequence, Taken};
use naast_persistence::programmes::{self, Among};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold::ConversationView;
use super::of_invitation;
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh_code;
use crate::contract::{Check, Path, Sent};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A step to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" }))]
pub struct ConversationStepBody {
    /// The step.
    pub step: SchoolStep,
    /// The version of the words that were said; for the steps in which the school says something.
    #[schema(pattern = "^[0-9]{4}-[0-9]{1,3}$")]
    pub wording_version: Option<String>,
    /// The language in which they were said; with an interpreter, the interpreter's.
    pub language: Option<SpokenLanguage>,
    /// The programmes that the parent was shown; for `explain-buddy`.
    #[schema(max_items = 20)]
    pub programme_ids: Option<Vec<ProgrammeId>>,
}

/// What a recorded step led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationStepResultView {
    /// The conversation after the step.
    pub conversation: ConversationView,
    /// The code to give to the parent, shown once, after `explain-buddy`. She exchanges it for one of her own; from then
    /// on this one opens nothing.
    pub invitation_code: Option<String>,
}

/// A step of the school's side that was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationStepView {
    /// The step.
    pub step: SchoolStep,
    /// The version of the words that were said.
    pub wording_version: Option<String>,
    /// The language in which they were said.
    pub language: Option<String>,
    /// The programmes that the parent was shown.
    pub programme_ids: Option<Vec<ProgrammeId>>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it is erased: with the conversation.
    pub retention: RetentionView,
}

/// The words must be of a version that exists, for the steps that have words.
fn check_words(check: &mut Check<'_>) {
    let Some(step) = check.get::<SchoolStep>("/step") else { return };
    if GUIDE.iter().all(|entry| entry.step != step) {
        return;
    }
    let version = check.get::<String>("/wordingVersion");
    if version.as_deref().is_none_or(|version| wording(step, version).is_none()) {
        let text = Text::of(
            "Noem de versie van de woorden die zijn gezegd; zie de gesprekswijzer.",
            "Name the version of the words that were said; see the conversation guide.",
        );
        check.fault("/wordingVersion", "unknown-wording", text);
    }
    if !check.has("/language") {
        let text = Text::of("Noem de taal waarin het is gezegd.", "Name the language in which it was said.");
        check.fault("/language", "required", text);
    }
}

/// Record a step of the school's side.
#[utoipa::path(
    operation_id = "recordConversationStep",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open"])),
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("If-Match" = String, Header, description = "The ETag of the conversation that was read"),
    ),
    request_body = ConversationStepBody,
    responses((status = 201, description = "Recorded", body = ConversationStepResultView)),
)]
#[post("/conversations/{id}/answers")]
pub async fn record_conversation_step(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ConversationId>,
    seen: IfMatch,
    sent: Sent<ConversationStepBody>,
) -> Result<Answer<ConversationStepResultView>, Error> {
    let fresh = fresh_code();
    platform
        .write(caller.0, move |cx| {
            let (hold, read) = (cx.grant::<HoldConversation>()?, cx.grant::<ReadConversation>()?);
            let (mut one, _) = conversations::find(cx.tx, &read, id)?.ok_or(Error::NotFound)?;
            let standing = Standing { school: Some(&one.school), ..Standing::default() };
            let role = hold.reaches(standing).ok_or(Error::NotFound)?;
            goes_on(one.holder(), cx.me.person)?;
            let mut check = sent.check();
            // the order of the source comes first: a leap is refused whatever else is wrong with it
            if let Some(step) = check.get::<SchoolStep>("/step")
                && let Err(leap) = one.state.take(Step::School(step))
            {
                check.heads()?;
                seen.check(one.school_version)?;
                return Err(leap.into());
            }
            check_words(&mut check);
            check.refers_each("/programmeIds/*", |ids| Ok(programmes::are_there(cx.tx, &ids)?))?;
            let body = sent.sound(check)?;
            seen.check(one.school_version)?;
            let next = one.state.take(Step::School(body.step))?;
            let code = (body.step == SchoolStep::ExplainBuddy).then(|| fresh.clone());
            if body.step == SchoolStep::ExplainBuddy {
                let shown = body.programme_ids.as_deref().unwrap_or_default();
                let available = programmes::choices(cx.tx, Among::Covering(&one.school), shown, cx.today)?;
                let stands = ConversationSchoolState::of(one.state);
                check_choice(shown, &available)
                    .map_err(|refusal| stands.said_no(refusal).at("/programmeIds"))?;
            }
            let taken = Taken {
                step: Step::School(body.step),
                wording_version: body.wording_version.clone(),
                language: body.language.map(|language| language.code().to_owned()),
                programmes_shown: body
                    .programme_ids
                    .clone()
                    .filter(|_| body.step == SchoolStep::ExplainBuddy),
                at: cx.now,
            };
            let consequence =
                Consequence { code_hash: code.as_deref().map(of_invitation), ..Consequence::default() };
            conversations::keep_step(cx.tx, cx.keys, &one, next, &taken, &consequence)?;
            let entry = cx
                .entry(Chain::PLATFORM, role, Purpose::Signposting, "conversation.step-recorded")
                .on(id)
                .states(Some(one.state.code()), Some(next.code()));
            one.school_version +=
                i32::from(ConversationSchoolState::of(one.state) != ConversationSchoolState::of(next));
            one.state = next;
            let version = one.school_version;
            let view = ConversationStepResultView {
                conversation: ConversationView::of(&one, reader.0),
                invitation_code: code.clone(),
            };
            let place = format!("/conversations/{id}/answers");
            let answer = Answer::created(view, &place).version(version).shown_once(code.is_some());
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

page_of! {
    /// The steps that the school's side recorded, in their order.
    ConversationStepPage of ConversationStepView
}

/// List the steps that the school's side recorded.
#[utoipa::path(
    operation_id = "listConversationSteps",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open"])),
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 200, description = "All of them, on one page", body = ConversationStepPage)),
)]
#[get("/conversations/{id}/answers")]
pub async fn list_conversation_steps(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<ConversationStepPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConversation>()?;
            let (one, _) = conversations::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let steps = conversations::school_steps(cx.db, &one, &grant)?;
            let retention = RetentionView::of(retention::conversation(one.opened_at));
            let data = steps.into_iter().filter_map(|taken| match taken.step {
                Step::School(step) => Some(ConversationStepView {
                    retention: retention.clone(),
                    step,
                    wording_version: taken.wording_version,
                    language: taken.language,
                    programme_ids: taken.programmes_shown,
                    recorded_at: taken.at,
                }),
                Step::Parent(_) => None,
            });
            Ok(ConversationStepPage { data: data.collect(), next_cursor: None })
        })
        .await
}
