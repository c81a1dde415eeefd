//! What a parent must know of a programme before she chooses it (S2): who pays, who steers, who sees what.

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::programmes::{OrganisationForm, Question, position_statement};
use naast_persistence::programmes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::Path;
use crate::platform::Platform;
use crate::problem::Error;

/// A position statement, in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PositionStatementView {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its form today.
    pub form: OrganisationForm,
    /// The first day of that form.
    pub since_date: Date,
    /// The questions and their answers, in short sentences.
    pub answers: Vec<PositionAnswerView>,
}

/// One question and its answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PositionAnswerView {
    /// Which question.
    pub code: Question,
    /// The question in words.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// Read the position statement of a programme.
#[utoipa::path(
    operation_id = "getPositionStatement",
    tag = "programmes",
    security(("person" = []), ("client" = ["conversations:open", "directory:read"])),
    params(("id" = ProgrammeId, Path, description = "The programme")),
    responses(
        (
            status = 200,
            description = "The statement, in the language of Accept-Language",
            body = PositionStatementView,
        ),
    ),
)]
#[get("/programmes/{id}/position-statement")]
pub async fn get_position_statement(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProgrammeId>,
) -> Result<Answer<PositionStatementView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let stored = programmes::find(cx.db, id)?.ok_or(Error::NotFound)?;
            let organisation = programmes::run_by(cx.db, &stored)?;
            let period = stored.form_on(cx.today).ok_or(Error::NotFound)?;
            let answers =
                position_statement(period, &organisation).answers.into_iter().map(|(code, answer)| {
                    PositionAnswerView {
                        code,
                        question: code.label().get(reader.0).to_owned(),
                        answer: answer.get(reader.0).to_owned(),
                    }
                });
            let view = PositionStatementView {
                programme_id: id,
                form: period.form,
                since_date: period.since,
                answers: answers.collect(),
            };
            Ok(Answer::found(view).version(stored.version))
        })
        .await
}
