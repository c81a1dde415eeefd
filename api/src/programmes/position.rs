//! What a parent must know of a programme before she chooses it (S2): who pays, who steers, who sees what.

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::programmes::{OrganisationForm, Programme, Question, position_statement};
use naast_domain::text::Tongue;
use naast_persistence::{Database, Stored, programmes};
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

impl PositionStatementView {
    /// The statement of a programme on a day, for a reader of a language; `None` on a day on which it has no form.
    pub fn of(
        db: &mut Database<'_>,
        programme: &Stored<Programme>,
        (today, tongue): (Date, Tongue),
    ) -> Result<Option<Self>, Error> {
        let Some(period) = programme.form_on(today) else { return Ok(None) };
        let organisation = programmes::run_by(db, programme, today)?;
        let answers = position_statement(period, &organisation).answers.into_iter();
        let answers = answers.map(|(code, answer)| PositionAnswerView {
            code,
            question: code.label().get(tongue).to_owned(),
            answer: answer.get(tongue).to_owned(),
        });
        Ok(Some(Self {
            programme_id: programme.id,
            form: period.form,
            since_date: period.since,
            answers: answers.collect(),
        }))
    }
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
            let view =
                PositionStatementView::of(cx.db, &stored, (cx.today, reader.0))?.ok_or(Error::NotFound)?;
            Ok(Answer::found(view).version(stored.version))
        })
        .await
}
