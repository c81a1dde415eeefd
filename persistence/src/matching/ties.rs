//! The parent's answers on the ties of a proposed buddy, also those that she gave before.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{AnswerTies, Grant};
use naast_domain::independence::FindingKey;
use naast_domain::matching::Answer;

use super::KeptProposal;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Stored, code};
use crate::schema::{earlier_tie_answers, tie_answers};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The parent's answer on one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieAnswer {
    /// What it is about.
    pub finding: FindingKey,
    /// Yes or no.
    pub answer: Answer,
    /// The version of the rule table whose words she was shown.
    pub text_version: String,
    /// When.
    pub answered_at: Moment,
}

/// Keeps the parent's answer. A later answer on the same finding takes the place of the earlier, which stays readable beside it.
pub fn answer_tie(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<AnswerTies>,
    proposal: &Stored<KeptProposal>,
    answer: &TieAnswer,
) -> Result<(), Error> {
    let earlier = tie_answers::table.find((
        Key::from(proposal.programme),
        Key::from(proposal.id),
        answer.finding.as_str(),
    ));
    // twice in one call is one answer: it has one moment
    let before = earlier.filter(tie_answers::answered_at.ne(At(answer.answered_at)));
    let keep = diesel::insert_into(earlier_tie_answers::table)
        .values(before)
        .into_columns(earlier_tie_answers::all_columns);
    on_either!(&mut **tx, |c| keep.execute(c))?;
    let values = || {
        (
            tie_answers::answer.eq(answer.answer.to_string()),
            tie_answers::text_version.eq(&answer.text_version),
            tie_answers::answered_at.eq(At(answer.answered_at)),
        )
    };
    let upsert = diesel::insert_into(tie_answers::table)
        .values((
            tie_answers::programme_id.eq(Key::from(proposal.programme)),
            tie_answers::proposal_id.eq(Key::from(proposal.id)),
            tie_answers::finding.eq(answer.finding.as_str()),
            values(),
        ))
        .on_conflict((tie_answers::programme_id, tie_answers::proposal_id, tie_answers::finding))
        .do_update()
        .set(values());
    on_either!(&mut **tx, |c| upsert.execute(c))?;
    Ok(())
}

/// Puts aside what the parent answered on these findings of a proposal: they say something else now, and she is asked anew. What she said before stays
/// readable.
pub fn put_aside(
    tx: &mut Transaction<'_, '_>,
    proposal: &Stored<KeptProposal>,
    findings: &[FindingKey],
) -> Result<(), Error> {
    let those = tie_answers::table
        .filter(tie_answers::programme_id.eq(Key::from(proposal.programme)))
        .filter(tie_answers::proposal_id.eq(Key::from(proposal.id)))
        .filter(tie_answers::finding.eq_any(findings.iter().map(FindingKey::as_str)));
    let keep = diesel::insert_into(earlier_tie_answers::table)
        .values(those.clone())
        .into_columns(earlier_tie_answers::all_columns);
    on_either!(&mut **tx, |c| keep.execute(c))?;
    on_either!(&mut **tx, |c| diesel::delete(those).execute(c))?;
    Ok(())
}

/// The parent's answers on a proposal that was loaded with a grant.
pub fn tie_answers_on(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Vec<TieAnswer>, Error> {
    let rows: Vec<(String, String, String, At)> = on_either!(database, |c| tie_answers::table
        .filter(tie_answers::programme_id.eq(Key::from(proposal.programme)))
        .filter(tie_answers::proposal_id.eq(Key::from(proposal.id)))
        .order(tie_answers::finding)
        .select((
            tie_answers::finding,
            tie_answers::answer,
            tie_answers::text_version,
            tie_answers::answered_at
        ))
        .load(c))?;
    rows.into_iter().map(read).collect()
}

/// What she answered on a proposal before she answered otherwise, oldest first.
pub fn earlier_answers_on(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Vec<TieAnswer>, Error> {
    let rows: Vec<(String, String, String, At)> = on_either!(database, |c| earlier_tie_answers::table
        .filter(earlier_tie_answers::programme_id.eq(Key::from(proposal.programme)))
        .filter(earlier_tie_answers::proposal_id.eq(Key::from(proposal.id)))
        .order((earlier_tie_answers::answered_at, earlier_tie_answers::finding))
        .select((
            earlier_tie_answers::finding,
            earlier_tie_answers::answer,
            earlier_tie_answers::text_version,
            earlier_tie_answers::answered_at
        ))
        .load(c))?;
    rows.into_iter().map(read).collect()
}

fn read((finding, answer, text_version, at): (String, String, String, At)) -> Result<TieAnswer, Error> {
    const T: &str = "tie_answers";
    Ok(TieAnswer {
        finding: FindingKey::parse(&finding).map_err(|_| Error::Corrupt { table: T, column: "finding" })?,
        answer: code(T, "answer", &answer)?,
        text_version,
        answered_at: at.0,
    })
}

/// The findings that the parent accepted.
pub fn accepted_findings(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Vec<FindingKey>, Error> {
    let answers = tie_answers_on(database, proposal)?;
    Ok(answers.into_iter().filter(|one| one.answer == Answer::Accepted).map(|one| one.finding).collect())
}
