//! Candidates for a request: who could support this parent, in what order, and why; and who could not, and why not.

use std::collections::HashMap;

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::access::{Grant, ReadCandidates};
use naast_domain::buddies::readiness;
use naast_domain::code::Code as _;
use naast_domain::ids::{BuddyId, RequestId};
use naast_domain::matching::{
    Candidate, Considered, Criterion, Exclusion, ProposalState, RULES_VERSION, consider, rank,
};
use naast_domain::privacy::consents::Consent;
use naast_domain::requests::{ConsentedRequest, SupportRequest};
use naast_domain::text::Tongue;
use naast_persistence::buddies::WithFacts;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents;
use naast_persistence::{Database, Stored, buddies, matching, programmes, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::{Path, Query};
use crate::independence::Facts;
use crate::independence::not_known::{NotKnownView, not_known};
use crate::platform::Platform;
use crate::problem::Error;

/// The candidates for a request, as of this moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidatesView {
    /// The request.
    pub request_id: RequestId,
    /// The version of the criteria and their weights.
    pub rules_version: String,
    /// How many buddies were considered: those who are ready, have a place free, speak the language and can meet in the wished
    /// way.
    pub considered: usize,
    /// Who can be proposed, best first.
    pub candidates: Vec<CandidateView>,
    /// Who cannot be proposed, with every reason: first who was considered, then the other buddies of the programme, the
    /// active ones first. At most 100; `excludedCounts` has the numbers of all.
    pub excluded: Vec<ExcludedView>,
    /// How many buddies each hard rule excludes, exactly; a buddy counts for every rule that excludes her, and one who left
    /// counts for none. `not-ready`, `no-capacity`, `language` and `channel` are counted over all buddies of the programme, the
    /// others over those who were considered.
    pub excluded_counts: Vec<ExclusionCountView>,
    /// What the rules could not check, because the directory does not know it.
    pub not_known: Vec<NotKnownView>,
}

/// A buddy who can be proposed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    /// The buddy.
    pub buddy_id: BuddyId,
    /// What parents call her.
    pub first_name: String,
    /// Her points, of 100.
    pub score: u32,
    /// The points per criterion, with the reason.
    pub criteria: Vec<CriterionView>,
    /// How many ties the parent would be told and asked to accept.
    pub ties_to_accept: usize,
    /// How many parents she supports now; with equal points, fewer comes first.
    pub running_matches: u32,
}

/// The points for one criterion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CriterionView {
    /// The criterion.
    pub criterion: Criterion,
    /// The points.
    pub points: u32,
    /// The most that it gives.
    pub most: u32,
    /// Why.
    pub reason: String,
}

/// A buddy who was considered and cannot be proposed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExcludedView {
    /// The buddy.
    pub buddy_id: BuddyId,
    /// What parents call her.
    pub first_name: String,
    /// The hard rules that exclude her.
    pub reasons: Vec<ExclusionView>,
}

/// A hard rule that excludes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExclusionView {
    /// The rule.
    pub code: Exclusion,
    /// Why.
    pub reason: String,
}

/// How many buddies a hard rule excludes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExclusionCountView {
    /// The rule.
    pub code: Exclusion,
    /// How many it excludes.
    pub buddies: u64,
}

/// How many candidates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CandidateQuery {
    /// The best so many: 20 when you do not say.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// A request that is open for matching, with the proof that its parent consented.
pub(super) fn open_request(
    db: &mut Database<'_>,
    stored: &Stored<SupportRequest>,
    today: Date,
) -> Result<ConsentedRequest, Error> {
    let consents: Vec<Consent> = consents::on(db, stored)?.iter().map(|kept| kept.consent).collect();
    let form = programmes::form_on(db, stored.programme, today)?;
    Ok(stored.value.clone().for_matching(&consents, (form, today))?)
}

/// So many of those who cannot be proposed are shown.
const MOST_EXCLUDED: usize = 100;

/// Who was considered for a request, in order.
pub(super) struct Consideration {
    pub(super) ranked: Vec<Candidate>,
    /// Others of the programme, whom their row alone excludes.
    passed_over: Vec<Candidate>,
    /// How many buddies each hard rule excludes.
    counts: Vec<(Exclusion, u64)>,
}

/// The names of the buddies whom an answer shows.
type Names = HashMap<BuddyId, String>;

/// Considers every available buddy for a request.
pub(super) fn consider_all(
    db: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    stored: &Stored<SupportRequest>,
    consented: &ConsentedRequest,
    today: Date,
) -> Result<Consideration, Error> {
    let available = buddies::available_for(db, grant, stored, today)?;
    Ok(Basis::load(db, stored, consented, &available, today)?.consider(&available))
}

/// What each buddy is held against, loaded once for all.
struct Basis<'a> {
    request: &'a SupportRequest,
    facts: Facts,
    before: Vec<BuddyId>,
    today: Date,
}

impl<'a> Basis<'a> {
    fn load(
        db: &mut Database<'_>,
        stored: &Stored<SupportRequest>,
        consented: &'a ConsentedRequest,
        buddies: impl IntoIterator<Item = &'a WithFacts>,
        today: Date,
    ) -> Result<Self, Error> {
        let request = consented.request();
        let facts = Facts::load(db, request, buddies.into_iter().flat_map(|one| &one.ties), today)?;
        Ok(Self { request, facts, before: proposed_before(db, stored)?, today })
    }

    fn one(&self, buddy: &WithFacts) -> Candidate {
        consider_one(self.request, buddy, &self.facts, &self.before, self.today)
    }

    fn consider(&self, available: &[WithFacts]) -> Consideration {
        let mut ranked: Vec<Candidate> = available.iter().map(|one| self.one(one)).collect();
        rank(&mut ranked);
        Consideration { ranked, passed_over: Vec::new(), counts: Vec::new() }
    }
}

/// The same, with those whom a place, a language, a channel or a certificate keeps from being considered at all.
fn consider_with_excluded(
    db: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    stored: &Stored<SupportRequest>,
    consented: &ConsentedRequest,
    today: Date,
) -> Result<Consideration, Error> {
    let available = buddies::available_for(db, grant, stored, today)?;
    let filtered = buddies::filtered_for(db, grant, stored, today, MOST_EXCLUDED)?;
    let basis = Basis::load(db, stored, consented, available.iter().chain(&filtered.some), today)?;
    let mut seen = basis.consider(&available);
    seen.passed_over = filtered.some.iter().map(|one| basis.one(one)).collect();
    let among_considered = |rule: Exclusion| {
        let excluded = seen.ranked.iter().filter(|one| one.exclusions.iter().any(|(code, _)| *code == rule));
        excluded.count() as u64
    };
    let by_rule = |rule: &Exclusion| {
        let by_row = filtered.counts.iter().find(|(code, _)| code == rule).map(|(_, count)| *count);
        (*rule, by_row.unwrap_or_else(|| among_considered(*rule)))
    };
    seen.counts = Exclusion::ALL.iter().map(by_rule).collect();
    Ok(seen)
}

/// The buddies who are not put to this parent again: proposed now, refused by one of the two, or turned down by the
/// parent after they had begun.
pub(super) fn proposed_before(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<BuddyId>, Error> {
    let mut before = support::turned_down(db, request)?;
    let proposals = matching::proposals_for(db, request)?;
    let asked = |state| matches!(state, ProposalState::Open | ProposalState::Refused);
    before.extend(proposals.iter().filter(|one| asked(one.proposal.state)).map(|one| one.proposal.buddy));
    Ok(before)
}

/// Considers one buddy for a request.
pub(super) fn consider_one(
    request: &SupportRequest,
    one: &WithFacts,
    facts: &Facts,
    before: &[BuddyId],
    today: Date,
) -> Candidate {
    let readiness = readiness(&one.buddy, &one.certificates, today);
    let assessment = facts.assess(request, &one.buddy, &one.ties, today);
    let considered = Considered {
        buddy: &one.buddy,
        readiness: &readiness,
        assessment: &assessment,
        proposed_before: before.contains(&one.buddy.id),
    };
    consider(request, &considered)
}

impl Consideration {
    /// Who can be proposed, best first, at most so many.
    fn best(&self, limit: usize) -> impl Iterator<Item = &Candidate> {
        self.ranked.iter().filter(|one| one.can_be_proposed()).take(limit)
    }

    /// Who cannot, as far as an answer shows them.
    fn excluded(&self) -> impl Iterator<Item = &Candidate> {
        let considered = self.ranked.iter().filter(|one| !one.can_be_proposed());
        considered.chain(&self.passed_over).take(MOST_EXCLUDED)
    }

    /// The buddies whose names an answer shows.
    fn shown(&self, limit: usize) -> Vec<BuddyId> {
        self.best(limit).chain(self.excluded()).map(|one| one.buddy).collect()
    }

    fn view(
        &self,
        names: &Names,
        request: RequestId,
        (limit, tongue): (usize, Tongue),
        not_known: Vec<NotKnownView>,
    ) -> CandidatesView {
        let name = |buddy: BuddyId| names.get(&buddy).cloned().unwrap_or_default();
        let candidates = self.best(limit).map(|one| CandidateView {
            buddy_id: one.buddy,
            first_name: name(one.buddy),
            score: one.score.total(),
            criteria: one
                .score
                .parts
                .iter()
                .map(|part| CriterionView {
                    criterion: part.criterion,
                    points: part.points,
                    most: part.criterion.most(),
                    reason: part.reason.get(tongue).to_owned(),
                })
                .collect(),
            ties_to_accept: one.ties_to_accept,
            running_matches: one.matches,
        });
        let excluded = self.excluded().map(|one| ExcludedView {
            buddy_id: one.buddy,
            first_name: name(one.buddy),
            reasons: one
                .exclusions
                .iter()
                .map(|(code, reason)| ExclusionView { code: *code, reason: reason.get(tongue).to_owned() })
                .collect(),
        });
        CandidatesView {
            request_id: request,
            rules_version: RULES_VERSION.to_owned(),
            considered: self.ranked.len(),
            candidates: candidates.collect(),
            excluded: excluded.collect(),
            excluded_counts: self
                .counts
                .iter()
                .map(|(code, buddies)| ExclusionCountView { code: *code, buddies: *buddies })
                .collect(),
            not_known,
        }
    }

    /// The record of a decision: what was looked at and what came out, without a name and without a contact way.
    pub(super) fn record(&self, request: &SupportRequest) -> serde_json::Value {
        // the best fifty tell the decision; beyond them only the number
        let candidates: Vec<_> = self
            .ranked
            .iter()
            .take(50)
            .map(|one| {
                serde_json::json!({
                    "buddyId": one.buddy,
                    "exclusions": one.exclusions.iter().map(|(code, _)| code).collect::<Vec<_>>(),
                    "points": one.score.parts.iter().map(|part| (part.criterion.to_string(), part.points.into()))
                        .collect::<serde_json::Map<_, _>>(),
                    "tiesToAccept": one.ties_to_accept,
                    "runningMatches": one.matches,
                })
            })
            .collect();
        serde_json::json!({
            "considered": self.ranked.len(),
            "request": {
                "duration": request.duration, "channel": request.channel, "language": request.language,
                "topics": request.topics.iter().collect::<Vec<_>>(),
                "locationCode": request.school, "municipalityCode": request.municipality,
            },
            "tieBreak": ["points", "runningMatches", "buddyId"],
            "candidates": candidates,
        })
    }
}

/// List the candidates for a request, with every point and every exclusion explained. What it costs grows with the buddies of the
/// programme, not with those of others.
#[utoipa::path(
    operation_id = "listCandidates",
    tag = "matching",
    params(("id" = RequestId, Path, description = "The request"), CandidateQuery),
    responses(
        (status = 200, description = "As of this moment", body = CandidatesView),
        (
            status = 409,
            description = "No buddy is sought for this request now",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[get("/support-requests/{id}/candidates")]
pub async fn list_candidates(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<RequestId>,
    Query(query): Query<CandidateQuery>,
) -> Result<Answer<CandidatesView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadCandidates>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let request = open_request(cx.db, &stored, cx.today)?;
            let consideration = consider_with_excluded(cx.db, &grant, &stored, &request, cx.today)?;
            let limit = query.limit.unwrap_or(20);
            let shown = consideration.shown(limit);
            let names = buddies::names_for(cx.db, cx.keys, &grant, &stored, &shown)?;
            let record = Shown::candidates(cx.db, role, &stored, &shown)?;
            cx.shows(record);
            let not_known = not_known(cx.db, &grant, &stored, cx.today, reader.0)?;
            Ok(Answer::found(consideration.view(&names, id, (limit, reader.0), not_known)))
        })
        .await
}
