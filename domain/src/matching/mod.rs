//! Matching (S5): which buddies could support this parent, in what order, and why.
//!
//! Hard rules exclude; preferences only order. Every exclusion and every point has a reason that a coordinator can
//! read out to the parent, and the whole consideration can be replayed from its facts: nothing here asks anything.

mod cancellation;
mod declaration;
mod proposable;
mod proposals;
mod score;

pub use cancellation::{Cancellation, CancellationReason};
pub use declaration::Declaration;
pub use proposable::{OPEN_PROPOSALS, Proposable, ProposalFacts};
pub use proposals::{Answer, Party, Proposal, ProposalState};
pub use score::{Criterion, CriterionScore, RULES_VERSION, Score};

use crate::buddies::{Buddy, Readiness};
use crate::code::Code;
use crate::code_list;
use crate::ids::BuddyId;
use crate::independence::{Assessment, Effect};
use crate::requests::SupportRequest;
use crate::text::Text;

code_list! {
    /// A hard rule that keeps a buddy from being a candidate.
    pub enum Exclusion {
        NotReady = "not-ready": "niet klaar om te beginnen" / "not ready",
        NotIndependent = "not-independent": "niet onafhankelijk van deze school" / "not independent of this school",
        NoCapacity = "no-capacity": "geen plaats" / "no capacity",
        Language = "language": "spreekt de taal niet" / "does not speak the language",
        Channel = "channel": "kan niet op deze manier" / "cannot meet in this way",
        OwnRequest = "own-request": "is zelf de vraagouder" / "is the requesting parent herself",
        AlreadyProposed = "already-proposed": "is al voorgesteld" / "was proposed already",
    }
}

/// A buddy with everything that a consideration looks at.
#[derive(Clone, Debug)]
pub struct Considered<'a> {
    /// The buddy.
    pub buddy: &'a Buddy,
    /// Whether she is ready today.
    pub readiness: &'a Readiness,
    /// Her independence toward this request.
    pub assessment: &'a Assessment,
    /// Whether she was proposed for this request before and the proposal is open or was refused.
    pub proposed_before: bool,
}

/// The outcome for one buddy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which buddy.
    pub buddy: BuddyId,
    /// The hard rules that exclude her, each with its reason; empty for a candidate who can be proposed.
    pub exclusions: Vec<(Exclusion, Text)>,
    /// Her points.
    pub score: Score,
    /// How many ties the parent would have to accept.
    pub ties_to_accept: usize,
    /// How many parents she supports now: the first tie-break.
    pub matches: u32,
}

impl Candidate {
    /// Whether nothing excludes her.
    pub fn can_be_proposed(&self) -> bool {
        self.exclusions.is_empty()
    }
}

/// Why a buddy has no place left.
fn full(matches: u32, capacity: u32) -> Text {
    let (nl, en) = if matches == 1 { ("ouder", "parent") } else { ("ouders", "parents") };
    Text::new(
        format!("Steunt nu {matches} {nl} en kan er hoogstens {capacity} aan."),
        format!("Supports {matches} {en} now, of at most {capacity}."),
    )
}

/// Considers one buddy for a request.
pub fn consider(request: &SupportRequest, one: &Considered<'_>) -> Candidate {
    let buddy = one.buddy;
    let mut exclusions = Vec::new();
    if !one.readiness.is_ready() {
        let texts = || one.readiness.missing.iter().map(|missing| &missing.reason);
        exclusions.push((
            Exclusion::NotReady,
            joined(texts().map(|text| &*text.nl), texts().map(|text| &*text.en)),
        ));
    }
    if one.assessment.verdict == Effect::Block {
        let texts = || one.assessment.with_effect(Effect::Block).map(|finding| &finding.meaning);
        exclusions.push((
            Exclusion::NotIndependent,
            joined(texts().map(|text| &*text.nl), texts().map(|text| &*text.en)),
        ));
    }
    if buddy.free() == 0 {
        exclusions.push((Exclusion::NoCapacity, full(buddy.matches, buddy.capacity)));
    }
    if !buddy.languages.contains(request.language) {
        let language = request.language.label();
        exclusions.push((
            Exclusion::Language,
            Text::new(format!("Spreekt geen {}.", language.nl), format!("Does not speak {}.", language.en)),
        ));
    }
    if buddy.channels.common(request.channel.channels()).is_empty() {
        let channel = request.channel.label();
        exclusions.push((
            Exclusion::Channel,
            Text::new(
                format!("Kan niet op de gewenste manier: {}.", channel.nl),
                format!("Cannot meet in the wished way: {}.", channel.en),
            ),
        ));
    }
    if buddy.person == request.parent {
        exclusions.push((Exclusion::OwnRequest, Exclusion::OwnRequest.label()));
    }
    if one.proposed_before {
        exclusions.push((Exclusion::AlreadyProposed, Exclusion::AlreadyProposed.label()));
    }
    Candidate {
        buddy: buddy.id,
        exclusions,
        score: score::score(request, buddy),
        ties_to_accept: one.assessment.to_accept().count(),
        matches: buddy.matches,
    }
}

fn joined<'a>(nl: impl Iterator<Item = &'a str>, en: impl Iterator<Item = &'a str>) -> Text {
    Text::new(nl.collect::<Vec<_>>().join(" "), en.collect::<Vec<_>>().join(" "))
}

/// Puts candidates in order: those who can be proposed first, then points, then who supports fewest parents, then
/// by id, so that the same facts always give the same order.
pub fn rank(candidates: &mut [Candidate]) {
    candidates.sort_by_key(|one| {
        (!one.can_be_proposed(), std::cmp::Reverse(one.score.total()), one.matches, one.buddy)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u128, points: u32, matches: u32, excluded: bool) -> Candidate {
        Candidate {
            buddy: uuid::Uuid::from_u128(id).into(),
            exclusions: if excluded {
                vec![(Exclusion::Language, Exclusion::Language.label())]
            } else {
                Vec::new()
            },
            score: Score::of_points(points),
            ties_to_accept: 0,
            matches,
        }
    }

    #[test]
    fn one_parent_is_told_of_as_one() {
        assert_eq!(full(1, 1).nl, "Steunt nu 1 ouder en kan er hoogstens 1 aan.");
        assert_eq!(full(1, 1).en, "Supports 1 parent now, of at most 1.");
        assert_eq!(full(3, 2).nl, "Steunt nu 3 ouders en kan er hoogstens 2 aan.");
        assert_eq!(full(0, 0).en, "Supports 0 parents now, of at most 0.");
    }

    #[test]
    fn points_order_then_load_then_id_and_the_excluded_come_last() {
        let mut list = vec![
            candidate(1, 90, 0, true),
            candidate(4, 50, 1, false),
            candidate(3, 50, 1, false),
            candidate(5, 50, 0, false),
            candidate(2, 60, 3, false),
        ];
        rank(&mut list);
        let order: Vec<_> = list.iter().map(|one| one.buddy.uuid().as_u128()).collect();
        assert_eq!(order, [2, 5, 3, 4, 1]);
    }
}
