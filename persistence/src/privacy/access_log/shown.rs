//! What a call shows, and of whom: made only of what storage gave to whoever was let in.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{Action, AnswerWithdrawalNotice, Grant, Principal, Standing};
use naast_domain::buddies::Buddy;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{BuddyId, PersonId, ProgrammeId};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::{DataKind, SubjectKind};
use naast_domain::requests::SupportRequest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::columns::Key;
use crate::database::Database;
use crate::independence::let_in;
use crate::matching::{Decision, KeptProposal};
use crate::privacy::notices::Notice;
use crate::rows::Stored;
use crate::schema::{buddies, people, support_requests};
use crate::support::Match;
use crate::support::announcements::Announced;
use crate::support::private_space::PrivateSpace;
use crate::{Error, on_either};

/// One object that a call shows, with the people whom it is about and the role that reached it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub(super) data: DataKind,
    pub(super) object: Uuid,
    pub(super) programme: ProgrammeId,
    pub(super) role: Role,
    pub(super) school: Option<LocationCode>,
    pub(super) subjects: Vec<(PersonId, SubjectKind)>,
}

impl Shown {
    fn new(data: DataKind, object: Uuid, programme: ProgrammeId, role: Role) -> Self {
        Self { data, object, programme, role, school: None, subjects: Vec::new() }
    }

    fn about(mut self, person: Option<PersonId>, kind: SubjectKind) -> Self {
        self.subjects.extend(person.map(|person| (person, kind)));
        self
    }

    /// A request, or something of it.
    pub fn request(data: DataKind, role: Role, request: &Stored<SupportRequest>) -> Self {
        Self::new(data, request.id.uuid(), request.programme, role)
            .about(Some(request.parent), SubjectKind::Parent)
    }

    /// A page of requests, each in the role that reaches it.
    pub fn requests<A: Action>(grant: &Grant<A>, requests: &[Stored<SupportRequest>]) -> Vec<Self> {
        let role = |request: &Stored<SupportRequest>| {
            grant.reaches(crate::requests::standing(request)).unwrap_or(Role::Buddy)
        };
        requests.iter().map(|request| Self::request(DataKind::Request, role(request), request)).collect()
    }

    /// A buddy, or something of hers.
    pub fn buddy(data: DataKind, role: Role, buddy: &Stored<Buddy>) -> Self {
        Self::new(data, buddy.id.uuid(), buddy.programme, role).about(Some(buddy.person), SubjectKind::Buddy)
    }

    /// The possible buddies for a request who are named in an answer.
    pub fn candidates(
        database: &mut Database<'_>,
        role: Role,
        request: &Stored<SupportRequest>,
        named: &[BuddyId],
    ) -> Result<Vec<Self>, Error> {
        let own = Self::request(DataKind::Candidates, role, request);
        Self::with_buddies(database, &own, request.programme, named)
    }

    /// Decisions on a request, with every buddy who was considered.
    pub fn decisions(
        database: &mut Database<'_>,
        role: Role,
        request: &Stored<SupportRequest>,
        decisions: &[Decision],
    ) -> Result<Vec<Self>, Error> {
        let own = Self::request(DataKind::Decisions, role, request);
        let considered = decisions.iter().flat_map(|one| {
            let candidates = one.facts["candidates"].as_array().into_iter().flatten();
            candidates.filter_map(|one| Uuid::try_parse(one["buddyId"].as_str()?).ok()).map(BuddyId::from)
        });
        let mut named: Vec<BuddyId> =
            decisions.iter().map(|one| one.proposed_buddy).chain(considered).collect();
        named.sort_unstable();
        named.dedup();
        Self::with_buddies(database, &own, request.programme, &named)
    }

    fn with_buddies(
        database: &mut Database<'_>,
        own: &Self,
        programme: ProgrammeId,
        named: &[BuddyId],
    ) -> Result<Vec<Self>, Error> {
        let persons = persons_of(database, programme, named)?;
        let mut all = vec![own.clone()];
        all.extend(named.iter().map(|buddy| {
            Self { subjects: Vec::new(), ..own.clone() }
                .about(persons.get(buddy).copied(), SubjectKind::Buddy)
        }));
        Ok(all)
    }

    /// Matches, or something of them.
    pub fn matches<A: Action>(
        database: &mut Database<'_>,
        grant: &Grant<A>,
        data: DataKind,
        matches: &[&Stored<Match>],
    ) -> Result<Vec<Self>, Error> {
        let of: Vec<_> = matches.iter().map(|one| (one.programme, one.request, one.buddy)).collect();
        let parties = Parties::of(database, &of)?;
        Ok(matches
            .iter()
            .zip(of)
            .map(|(one, of)| {
                parties.shown(grant, Self::new(data, one.id.uuid(), one.programme, Role::Buddy), of)
            })
            .collect())
    }

    /// Proposals, or something of them.
    pub fn proposals<A: Action>(
        database: &mut Database<'_>,
        grant: &Grant<A>,
        data: DataKind,
        proposals: &[&Stored<KeptProposal>],
    ) -> Result<Vec<Self>, Error> {
        let of: Vec<_> =
            proposals.iter().map(|one| (one.programme, one.request, one.proposal.buddy)).collect();
        let parties = Parties::of(database, &of)?;
        Ok(proposals
            .iter()
            .zip(of)
            .map(|(one, of)| {
                parties.shown(grant, Self::new(data, one.id.uuid(), one.programme, Role::Buddy), of)
            })
            .collect())
    }

    /// Notices to a programme or a buddy that consents were taken back: of the parents whose cases are there. One that outlived its case
    /// leads to nobody any more.
    pub fn notices(
        database: &mut Database<'_>,
        _grant: &Grant<AnswerWithdrawalNotice>,
        role: Role,
        notices: &[Notice],
    ) -> Result<Vec<Self>, Error> {
        let there: Vec<_> = notices.iter().filter(|one| one.erased_at.is_none()).collect();
        if there.is_empty() {
            return Ok(Vec::new());
        }
        let programmes: Vec<Key> = there.iter().map(|one| one.programme.into()).collect();
        let requests: Vec<Key> = there.iter().map(|one| one.request.into()).collect();
        let parents = parents(database, programmes, requests)?;
        let shown = |one: &Notice| {
            Self::new(DataKind::Withdrawal, one.request.uuid(), one.programme, role)
                .about(parents.get(&one.request).copied(), SubjectKind::Parent)
        };
        Ok(there.into_iter().map(shown).collect())
    }

    /// What parent and buddy wrote in their private space: the parent's.
    pub fn private_space(data: DataKind, space: &PrivateSpace) -> Self {
        Self::new(data, space.matched.uuid(), space.programme(), space.role())
            .about(Some(space.parent()), SubjectKind::Parent)
    }

    /// A case of which somebody is given once more what her call was answered. Whether she still may is asked before.
    pub fn again(database: &mut Database<'_>, me: &Principal, case: Request) -> Result<Option<Self>, Error> {
        Self::case(database, me, case, DataKind::Repeated)
    }

    /// A case that somebody changed, in a transaction that still runs: what she is answered shows how it stands. None where it went with the
    /// change.
    pub fn changed(
        database: &mut Database<'_>,
        me: &Principal,
        case: Request,
    ) -> Result<Option<Self>, Error> {
        Self::case(database, me, case, DataKind::Changed)
    }

    /// A case of which somebody would have changed something: the rule that refuses it tells her how the case stands.
    pub fn refused(
        database: &mut Database<'_>,
        me: &Principal,
        case: Request,
    ) -> Result<Option<Self>, Error> {
        Self::case(database, me, case, DataKind::Refused)
    }

    /// Her role is the one that she holds in the programme, or over it; who holds none there did it as the buddy.
    fn case(
        database: &mut Database<'_>,
        me: &Principal,
        case: Request,
        data: DataKind,
    ) -> Result<Option<Self>, Error> {
        let found: Option<(Key, Key)> = on_either!(database, |c| support_requests::table
            .filter(support_requests::id.eq(Key::from(case)))
            .select((support_requests::programme_id, support_requests::parent_id))
            .first(c)
            .optional())?;
        let Some((programme, parent)) = found else { return Ok(None) };
        let (programme, parent) = (ProgrammeId::from(programme), PersonId::from(parent));
        let there = me.powers.iter().find(|power| power.programme == Some(programme));
        let over = || me.powers.iter().find(|power| power.role == Role::Administrator);
        let role = match there.or_else(over) {
            _ if parent == me.person => Role::Parent,
            Some(power) => power.role,
            None => Role::Buddy,
        };
        Ok(Some(Self::new(data, case.uuid(), programme, role).about(Some(parent), SubjectKind::Parent)))
    }

    /// What an answer showed that is given again, of those who are there still: of whoever was erased meanwhile nothing is written down.
    pub fn still(database: &mut Database<'_>, mut shown: Vec<Self>) -> Result<Vec<Self>, Error> {
        let named: Vec<Key> =
            shown.iter().flat_map(|one| &one.subjects).map(|(one, _)| Key::from(*one)).collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let there: Vec<Key> = on_either!(database, |c| people::table
            .filter(people::id.eq_any(named))
            .select(people::id)
            .load(c))?;
        let there: Vec<PersonId> = there.into_iter().map(Into::into).collect();
        for one in &mut shown {
            one.subjects.retain(|(person, _)| there.contains(person));
        }
        Ok(shown)
    }

    /// Talks that were announced to a school, as the school sees them. One that was cancelled is about nobody: there is no name in it,
    /// and nothing leads from it to a case.
    pub fn announced(role: Role, talks: &[&Announced]) -> Vec<Self> {
        talks
            .iter()
            .filter_map(|one| {
                let case = one.of()?;
                let id = case.journalled_as().uuid();
                let shown = Self::new(DataKind::Announcement, id, case.programme, role);
                Some(
                    Self { school: Some(one.school.clone()), ..shown }
                        .about(Some(case.parent), SubjectKind::Parent)
                        .about(Some(case.companion), SubjectKind::Buddy),
                )
            })
            .collect()
    }
}

type Request = naast_domain::ids::RequestId;

/// Parents and buddies, by request and by buddy.
struct Parties {
    parents: HashMap<Request, PersonId>,
    buddies: HashMap<BuddyId, PersonId>,
}

impl Parties {
    fn of(database: &mut Database<'_>, of: &[(ProgrammeId, Request, BuddyId)]) -> Result<Self, Error> {
        if of.is_empty() {
            return Ok(Self { parents: HashMap::new(), buddies: HashMap::new() });
        }
        let programmes: Vec<Key> = of.iter().map(|(programme, ..)| Key::from(*programme)).collect();
        let requests: Vec<Key> = of.iter().map(|(_, request, _)| Key::from(*request)).collect();
        let parents = parents(database, programmes.clone(), requests)?;
        let ids: Vec<Key> = of.iter().map(|(.., buddy)| Key::from(*buddy)).collect();
        Ok(Self { parents, buddies: persons(database, programmes, ids)? })
    }

    fn shown<A: Action>(
        &self,
        grant: &Grant<A>,
        shown: Shown,
        (programme, request, buddy): (ProgrammeId, Request, BuddyId),
    ) -> Shown {
        let (parent, buddy) = (self.parents.get(&request).copied(), self.buddies.get(&buddy).copied());
        let standing = Standing { owner: parent, assigned: buddy, ..let_in(programme) };
        Shown { role: grant.reaches(standing).unwrap_or(shown.role), ..shown }
            .about(parent, SubjectKind::Parent)
            .about(buddy, SubjectKind::Buddy)
    }
}

fn parents(
    database: &mut Database<'_>,
    programmes: Vec<Key>,
    requests: Vec<Key>,
) -> Result<HashMap<Request, PersonId>, Error> {
    let found: Vec<(Key, Key)> = on_either!(database, |c| support_requests::table
        .filter(support_requests::programme_id.eq_any(programmes))
        .filter(support_requests::id.eq_any(requests))
        .select((support_requests::id, support_requests::parent_id))
        .load(c))?;
    Ok(found.into_iter().map(|(id, parent)| (id.into(), parent.into())).collect())
}

fn persons_of(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    named: &[BuddyId],
) -> Result<HashMap<BuddyId, PersonId>, Error> {
    let ids = named.iter().map(|buddy| Key::from(*buddy)).collect();
    persons(database, vec![programme.into()], ids)
}

fn persons(
    database: &mut Database<'_>,
    programmes: Vec<Key>,
    ids: Vec<Key>,
) -> Result<HashMap<BuddyId, PersonId>, Error> {
    let found: Vec<(Key, Key)> = on_either!(database, |c| buddies::table
        .filter(buddies::programme_id.eq_any(programmes))
        .filter(buddies::id.eq_any(ids))
        .select((buddies::id, buddies::person_id))
        .load(c))?;
    Ok(found.into_iter().map(|(id, person)| (id.into(), person.into())).collect())
}
