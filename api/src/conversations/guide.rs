//! The words of the conversation: by step, version and language (L6).

use actix_web::{get, web};
use naast_domain::code::Code as _;
use naast_domain::conversations::{GUIDE, SchoolStep, WORDING_VERSION};
use naast_domain::text::Tongue;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Query;
use crate::platform::Platform;
use crate::problem::Error;

/// The languages in which there are words.
fn languages_of_words() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Only this language; both when left out."))
        .enum_values(Some([Tongue::Dutch, Tongue::English].map(Tongue::code)))
        .into()
}

/// Which words.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GuideQuery {
    /// Only this step.
    #[param(inline)]
    pub step: Option<SchoolStep>,
    /// Only this version; the one in use when left out.
    #[param(max_length = 20)]
    pub version: Option<String>,
    /// Only this language; both when left out.
    #[param(schema_with = languages_of_words)]
    pub language: Option<String>,
}

/// The guide to the conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationGuideView {
    /// The version that is in use now.
    pub current_version: String,
    /// The words, in the order of the steps.
    pub wordings: Vec<WordingView>,
}

/// The words of one step in one language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WordingView {
    /// The step.
    pub step: SchoolStep,
    /// What the step is called.
    pub label: String,
    /// The statement of the guide that it keeps.
    pub source: String,
    /// The version of the words.
    pub version: String,
    /// The language of the words.
    pub language: String,
    /// What is said to the parent.
    pub spoken: String,
    /// What helps the one who says it.
    pub hint: String,
}

/// Read the words of the conversation.
#[utoipa::path(
    operation_id = "getConversationGuide",
    tag = "conversations",
    security(("person" = []), ("client" = ["conversations:open"])),
    params(GuideQuery),
    responses((status = 200, description = "The words", body = ConversationGuideView)),
)]
#[get("/conversation-guide")]
pub async fn get_conversation_guide(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<GuideQuery>,
) -> Result<Answer<ConversationGuideView>, Error> {
    platform.read(caller.0, |_| Ok(())).await?;
    let version = query.version.as_deref().unwrap_or(WORDING_VERSION);
    let wordings = GUIDE
        .iter()
        .filter(|entry| query.step.is_none_or(|step| step == entry.step))
        .flat_map(|entry| entry.wordings.iter().map(move |wording| (entry, wording)))
        .filter(|(_, wording)| wording.version == version)
        .flat_map(|pair| [(pair, "nl", Tongue::Dutch), (pair, "en", Tongue::English)])
        .filter(|(_, language, _)| query.language.as_deref().is_none_or(|wish| wish == *language))
        .map(|((entry, wording), language, tongue)| WordingView {
            step: entry.step,
            label: entry.step.label().get(tongue).to_owned(),
            source: entry.source.to_owned(),
            version: wording.version.to_owned(),
            language: language.to_owned(),
            spoken: wording.spoken.get(tongue).to_owned(),
            hint: wording.hint.get(tongue).to_owned(),
        })
        .collect();
    Ok(Answer::found(ConversationGuideView { current_version: WORDING_VERSION.to_owned(), wordings }))
}
