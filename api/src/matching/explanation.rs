//! What a parent must know before she says yes to a buddy, in plain words (S2, L10): who is behind the programme, who pays and
//! who trains, what each tie of this buddy means, and where else she can go.

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::access::ReadProposals;
use naast_domain::code::Code as _;
use naast_domain::conversations::Choice;
use naast_domain::ids::{ProgrammeId, ProposalId};
use naast_domain::independence::{Effect, FindingKey, what_it_means_for_you};
use naast_domain::matching::Answer as Said;
use naast_domain::privacy::access::DataKind;
use naast_domain::programmes::{OrganisationForm, position_statement};
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{Database, independence, matching, programmes, requests};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::Path;
use crate::platform::Platform;
use crate::privacy::choice::others_than;
use crate::problem::Error;
use crate::programmes::position::PositionAnswerView;

/// What a parent must know of a proposed buddy and her programme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationView {
    /// The proposal; that of a match that runs as well.
    pub proposal_id: ProposalId,
    /// The form of the programme today.
    pub form: OrganisationForm,
    /// Who is behind the programme: the questions and their answers, in short sentences.
    pub programme: Vec<PositionAnswerView>,
    /// What is told of this buddy, and what each of it means.
    pub ties: Vec<ExplainedTieView>,
    /// What it comes to, in one or two sentences.
    pub summary: String,
    /// Programmes that the parent can choose as well and that no school runs. Where a school runs this one, she is always
    /// shown what there is.
    pub other_programmes: Vec<OtherProgrammeView>,
}

/// Something that is told of a buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedTieView {
    /// What an answer refers to.
    pub finding: FindingKey,
    /// What is so, in plain words.
    pub meaning: String,
    /// What that means for the parent, and what she can do.
    pub for_you: String,
    /// What it does.
    pub effect: Effect,
    /// Her answer so far.
    pub answer: Option<Said>,
}

/// A programme that the parent can choose as well.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherProgrammeView {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its name.
    pub name: String,
    /// Its form.
    pub form: OrganisationForm,
}

impl OtherProgrammeView {
    /// The programmes of some choices, as they are on a day.
    pub fn load_all(db: &mut Database<'_>, choices: &[Choice], today: Date) -> Result<Vec<Self>, Error> {
        let mut views = Vec::new();
        for choice in choices {
            let Some(other) = programmes::find(db, choice.programme)? else { continue };
            if let Some(form) = other.form_on(today).map(|period| period.form) {
                views.push(Self { programme_id: choice.programme, name: other.value.name.clone(), form });
            }
        }
        Ok(views)
    }
}

/// What the findings come to: none is denied, whatever it does.
fn summary(effects: impl Iterator<Item = Effect> + Clone) -> Text {
    if effects.clone().any(|effect| effect == Effect::Block) {
        return Text::of(
            "Deze buddy kan u niet helpen. Lees wat er van haar bekend is. Wij zoeken een andere buddy.",
            "This buddy cannot help you. Read what is known of her. We look for another buddy.",
        );
    }
    match effects.filter(|effect| *effect == Effect::Disclose).count() {
        0 => Text::of(
            "Van deze buddy is geen band met de school of het bestuur bekend.",
            "No tie of this buddy with the school or its board is known.",
        ),
        1 => Text::of(
            "Er is één ding dat u moet weten. U beslist of deze buddy voor u goed is.",
            "There is one thing that you must know. You decide whether this buddy is right for you.",
        ),
        _ => Text::of(
            "Er zijn dingen die u moet weten. U beslist over elk apart of deze buddy voor u goed is.",
            "There are things that you must know. You decide on each of them whether this buddy is right for you.",
        ),
    }
}

/// Read in plain words what I must know before I say yes: who pays, who trains, what each tie means, and where else I can go.
#[utoipa::path(
    operation_id = "getProposalExplanation",
    tag = "matching",
    params(("id" = ProposalId, Path, description = "The proposal")),
    responses(
        (
            status = 200,
            description = "The explanation, in the language of Accept-Language",
            body = ExplanationView,
        ),
    ),
)]
#[get("/proposals/{id}/explanation")]
pub async fn get_proposal_explanation(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProposalId>,
) -> Result<Answer<ExplanationView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadProposals>()?;
            let (stored, _) = matching::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::proposals(cx.db, &grant, DataKind::Proposal, &[&stored])?;
            cx.shows(record);
            let request = requests::of_proposal(cx.db, &stored)?;
            let programme = programmes::find(cx.db, stored.programme)?.ok_or(Error::NotFound)?;
            let organisation = programmes::run_by(cx.db, &programme, cx.today)?;
            let period = programme
                .form_on(cx.today)
                .or(programme.forms.first())
                .ok_or(Error::Internal("a programme has a form"))?;
            let answers = matching::tie_answers_on(cx.db, &stored)?;
            let assessment = independence::of_proposal(cx.db, &stored)?;
            let mut ties = Vec::new();
            for finding in &assessment.findings {
                let key = FindingKey::parse(&finding.key)
                    .map_err(|_| Error::Internal("a kept finding has a key"))?;
                let answer = answers.iter().find(|one| one.finding == key).map(|one| one.answer);
                ties.push(ExplainedTieView {
                    finding: key,
                    meaning: match reader.0 {
                        Tongue::Dutch => finding.nl.clone(),
                        Tongue::English => finding.en.clone(),
                    },
                    for_you: what_it_means_for_you(finding.effect).get(reader.0).to_owned(),
                    effect: finding.effect,
                    answer,
                });
            }
            let others = others_than(cx.db, &request, cx.today)?;
            let other_programmes = OtherProgrammeView::load_all(cx.db, &others, cx.today)?;
            let programme = position_statement(period, &organisation).answers.into_iter();
            let programme = programme.map(|(code, answer)| PositionAnswerView {
                code,
                question: code.label().get(reader.0).to_owned(),
                answer: answer.get(reader.0).to_owned(),
            });
            let summary = summary(ties.iter().map(|tie| tie.effect));
            Ok(Answer::found(ExplanationView {
                proposal_id: id,
                form: period.form,
                programme: programme.collect(),
                ties,
                summary: summary.get(reader.0).to_owned(),
                other_programmes,
            }))
        })
        .await
}
