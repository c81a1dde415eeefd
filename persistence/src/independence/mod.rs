//! Independence assessments: what the rules said of a buddy for a request, with the version of the table and the words
//! that the parent is shown.

mod around;
pub mod by_person;
mod colleagues;
pub mod coordinators;
mod handling;
mod knew;
pub(crate) mod known;
pub mod ties;
pub mod waiting;
pub mod yearly;

pub(crate) use around::ask_around;
pub(crate) use colleagues::{Weighed, has_any_tie, has_vouched_tie, nobody_may};
pub use colleagues::{programmes_in_need, waits_for_coordinator};
pub(crate) use handling::{COLUMNS as CASE, Columns as CaseColumns};
pub(crate) use handling::{Case, ask, let_in, may_be_kept, reach, without_tied};
pub use handling::{is_kept_from, own_verdict};
pub(crate) use knew::who_knew;

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::access::{Action, Grant};
use naast_domain::ids::{AssessmentId, BuddyId, PersonId, ProgrammeId, RequestId, TieId};
use naast_domain::independence::{Assessment, Effect};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, Moment};
use serde::{Deserialize, Serialize};

use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::matching::KeptProposal;
use crate::rows::{Stored, code};
use crate::schema::{assessments, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Whose these requests are; one that is gone is left out.
pub fn parents_of(
    database: &mut Database<'_>,
    requests: &[RequestId],
) -> Result<BTreeMap<RequestId, PersonId>, Error> {
    if requests.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<Key> = requests.iter().copied().map(Key::from).collect();
    let rows: Vec<(Key, Key)> = on_either!(database, |c| support_requests::table
        .filter(support_requests::id.eq_any(ids))
        .select((support_requests::id, support_requests::parent_id))
        .load(c))?;
    Ok(rows.into_iter().map(|(request, parent)| (request.into(), parent.into())).collect())
}

/// One finding in the words of its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptFinding {
    /// What an answer of the parent refers to.
    pub key: String,
    /// The number of the rule.
    pub rule: u8,
    /// The code of the rule.
    pub code: String,
    /// The tie that it comes from.
    pub tie: Option<TieId>,
    /// What it does.
    pub effect: Effect,
    /// What it means, in Dutch.
    pub nl: String,
    /// What it means, in English.
    pub en: String,
}

/// An assessment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAssessment {
    /// Its id.
    pub id: AssessmentId,
    /// The request.
    pub request: RequestId,
    /// The buddy.
    pub buddy: BuddyId,
    /// The version of the rule table.
    pub table_version: String,
    /// The form of the programme on that day.
    pub form: OrganisationForm,
    /// The worst of the findings.
    pub verdict: Effect,
    /// The findings.
    pub findings: Vec<KeptFinding>,
    /// The day that it is about.
    pub assessed_on: Date,
    /// When it was made.
    pub assessed_at: Moment,
}

impl KeptAssessment {
    /// The findings of an assessment in the words of its day.
    pub fn findings_of(assessment: &Assessment) -> Vec<KeptFinding> {
        assessment
            .findings
            .iter()
            .map(|finding| KeptFinding {
                key: finding.key().to_string(),
                rule: finding.rule,
                code: finding.code.to_owned(),
                tie: finding.tie,
                effect: finding.effect,
                nl: finding.meaning.nl.clone().into_owned(),
                en: finding.meaning.en.clone().into_owned(),
            })
            .collect()
    }

    /// The findings that the parent must accept.
    pub fn to_accept(&self) -> impl Iterator<Item = &KeptFinding> {
        self.findings.iter().filter(|finding| finding.effect == Effect::Disclose)
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = assessments)]
struct Row {
    programme_id: Key,
    id: Key,
    request_id: Key,
    buddy_id: Key,
    table_version: String,
    form: String,
    verdict: String,
    findings: Json,
    assessed_on: Date,
    assessed_at: At,
}

impl Row {
    fn read(self) -> Result<KeptAssessment, Error> {
        const T: &str = "assessments";
        Ok(KeptAssessment {
            id: self.id.into(),
            request: self.request_id.into(),
            buddy: self.buddy_id.into(),
            table_version: self.table_version,
            form: code(T, "form", &self.form)?,
            verdict: code(T, "verdict", &self.verdict)?,
            findings: self.findings.read(T, "findings")?,
            assessed_on: self.assessed_on,
            assessed_at: self.assessed_at.0,
        })
    }
}

/// Keeps an assessment for a request that was loaded with a grant.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    kept: &KeptAssessment,
) -> Result<(), Error> {
    let row = Row {
        programme_id: request.programme.into(),
        id: kept.id.into(),
        request_id: request.id.into(),
        buddy_id: kept.buddy.into(),
        table_version: kept.table_version.clone(),
        form: kept.form.to_string(),
        verdict: kept.verdict.to_string(),
        findings: Json::of(&kept.findings),
        assessed_on: kept.assessed_on,
        assessed_at: At(kept.assessed_at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(assessments::table).values(row).execute(c))?;
    Ok(())
}

/// The newest assessment of a proposal that a grant reached already.
pub fn of_proposal(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<KeptAssessment, Error> {
    let row: Row = on_either!(database, |c| assessments::table
        .find((Key::from(proposal.programme), Key::from(proposal.assessment)))
        .select(Row::as_select())
        .first(c))?;
    row.read()
}

/// Every assessment so far of the two of a proposal that a grant reached already, the newest first.
pub fn earlier_of_proposal(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Vec<KeptAssessment>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| assessments::table
        .filter(assessments::programme_id.eq(Key::from(proposal.programme)))
        .filter(assessments::request_id.eq(Key::from(proposal.request)))
        .filter(assessments::buddy_id.eq(Key::from(proposal.proposal.buddy)))
        .order((assessments::assessed_at.desc(), assessments::id.desc()))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether a programme has this request: for whoever may declare a tie with it.
pub fn has_request<A: Action>(
    database: &mut Database<'_>,
    _leave: &Grant<A>,
    programme: ProgrammeId,
    request: RequestId,
) -> Result<bool, Error> {
    let found = support_requests::table.find((Key::from(programme), Key::from(request)));
    Ok(on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}

/// Whether a person ever asked for support in this programme: for whoever may declare a tie with her.
pub fn has_parent<A: Action>(
    database: &mut Database<'_>,
    _leave: &Grant<A>,
    programme: ProgrammeId,
    parent: PersonId,
) -> Result<bool, Error> {
    let found = support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(parent)))
        .filter(support_requests::programme_id.eq(Key::from(programme)));
    Ok(on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}
