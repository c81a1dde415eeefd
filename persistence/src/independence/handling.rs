//! Whether a coordinator's own ties keep her from a case (rule 37). It is asked where something of a case is loaded for a
//! caller, so that whoever adds an operation cannot forget it: by a grant that reaches cases nothing is loaded before the
//! rules were asked.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::access::{Action, Grant, OwnTie, Standing};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{PersonId, ProgrammeId, RequestId};
use naast_domain::independence::{
    Effect, SchoolFacts, Situation, Tie, TieKind, TieObject, assess_coordinator, known_now,
};
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, day_of};

use super::colleagues::{has_any_tie, has_vouched_tie};
use super::{by_person, parents_of, yearly};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Shortened, Stored, identifier};
use crate::schema::support_requests;
use crate::{Error, directory, on_either, programmes};

/// What the rules look at of a case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The programme.
    pub(crate) programme: ProgrammeId,
    /// The request.
    pub(crate) request: RequestId,
    /// Whose it is.
    pub(crate) parent: PersonId,
    /// The child's school, when it is named.
    pub(crate) school: Option<LocationCode>,
    /// The day on which it was submitted.
    pub(crate) began: Date,
}

/// What a case is in the columns of its request.
pub(crate) type Columns = (Key, Key, Key, Option<String>, At);

/// These columns.
pub(crate) const COLUMNS: (
    support_requests::programme_id,
    support_requests::id,
    support_requests::parent_id,
    support_requests::location_code,
    support_requests::created_at,
) = (
    support_requests::programme_id,
    support_requests::id,
    support_requests::parent_id,
    support_requests::location_code,
    support_requests::created_at,
);

impl Case {
    /// The case of a request.
    pub(crate) fn of(request: &Stored<SupportRequest>) -> Self {
        Self {
            programme: request.programme,
            request: request.id,
            parent: request.parent,
            school: request.school.clone(),
            began: day_of(request.created_at),
        }
    }

    /// The case that these columns are of.
    pub(crate) fn read((programme, request, parent, school, at): Columns) -> Result<Self, Error> {
        let school = school
            .map(|text| identifier("support_requests", "location_code", LocationCode::parse(&text)))
            .transpose()?;
        Ok(Self {
            programme: programme.into(),
            request: request.into(),
            parent: parent.into(),
            school,
            began: day_of(at.0),
        })
    }

    /// The cases of these requests of a programme; one that is gone is left out.
    pub(crate) fn load(
        database: &mut Database<'_>,
        programme: ProgrammeId,
        requests: &[RequestId],
    ) -> Result<Vec<Self>, Error> {
        let ids: Vec<Key> = requests.iter().map(|id| Key::from(*id)).collect();
        let rows: Vec<Columns> = on_either!(database, |c| support_requests::table
            .filter(support_requests::programme_id.eq(Key::from(programme)))
            .filter(support_requests::id.eq_any(ids))
            .select(COLUMNS)
            .load(c))?;
        rows.into_iter().map(Self::read).collect()
    }

    /// How the case stands to a caller before her ties were asked after.
    pub(crate) fn standing(&self) -> Standing<'static> {
        Standing { owner: Some(self.parent), programme: Some(self.programme), ..Standing::default() }
    }
}

/// How something of a case of this programme stands to whoever was let in to that case before.
pub(crate) fn let_in(programme: ProgrammeId) -> Standing<'static> {
    Standing { programme: Some(programme), own_tie: OwnTie::Clear, ..Standing::default() }
}

/// The ties that count for whoever calls: those that she declared as coordinator of the programme, those that the
/// installation knows itself, and those of the roles that an issuer vouches for in this call.
fn ties<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
) -> Result<Vec<Tie>, Error> {
    let person = grant.person();
    let mut ties = by_person::of_coordinator(database, programme, person)?;
    ties.extend(grant.principal().powers.iter().filter_map(known_now));
    Ok(ties)
}

/// Of each of these cases of one programme, whether a tie keeps the caller from it.
pub(crate) fn ask<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
    cases: &[Case],
) -> Result<Vec<OwnTie>, Error> {
    let verdict = |weighed| if weighed == Effect::Block { OwnTie::Blocks } else { OwnTie::Clear };
    Ok(weigh(database, grant, programme, cases)?.into_iter().map(verdict).collect())
}

/// What the caller's own ties mean for each of these cases of one programme.
fn weigh<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
    cases: &[Case],
) -> Result<Vec<Effect>, Error> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let ties = ties(database, grant, programme)?;
    weigh_ties(database, (grant.person(), &ties), programme, cases, grant.today())
}

/// What the ties of somebody mean for each of these cases of one programme: what the directory knows of all of the schools is loaded
/// once. A tie that held on any day of a case counts for all of it. Who is the parent herself does not handle her own case.
pub(super) fn weigh_ties(
    database: &mut Database<'_>,
    (me, ties): (PersonId, &[Tie]),
    programme: ProgrammeId,
    cases: &[Case],
    today: Date,
) -> Result<Vec<Effect>, Error> {
    if ties.is_empty() {
        let own = |case: &Case| if case.parent == me { Effect::Block } else { Effect::None };
        return Ok(cases.iter().map(own).collect());
    }
    let programme = programmes::find(database, programme)?
        .ok_or(Error::Corrupt { table: "support_requests", column: "programme_id" })?;
    // a programme whose first form has yet to begin is assessed by that form
    let form = programme
        .form_on(today)
        .or(programme.forms.first())
        .ok_or(Error::Corrupt { table: "programme_forms", column: "form" })?
        .form;
    let schools: Vec<LocationCode> = cases.iter().filter_map(|case| case.school.clone()).collect();
    let schools: BTreeMap<LocationCode, SchoolFacts> = directory::facts_of(database, &schools, today)?;
    let about: Vec<RequestId> = ties
        .iter()
        .filter_map(|tie| match &tie.about {
            TieObject::Request(request) => Some(*request),
            _ => None,
        })
        .collect();
    let parents = parents_of(database, &about)?;
    // whoever sits on the board of a school is kept from the cases of each of its schools
    let seats: Vec<LocationCode> = ties
        .iter()
        .filter_map(|tie| match (&tie.about, tie.kind) {
            (TieObject::School(school), TieKind::BoardOrSupervisoryMember) => Some(school.clone()),
            _ => None,
        })
        .collect();
    let boards = directory::boards_of(database, &seats)?;
    let mean = |case: &Case| {
        if case.parent == me {
            return Effect::Block;
        }
        let situation = Situation {
            form,
            request: case.request,
            parent: case.parent,
            school: case.school.as_ref().and_then(|school| schools.get(school)).cloned(),
            // neither where the parent lives, nor who pays, nor whom she supports keep a coordinator from a case
            municipality: None,
            funders: &[],
            supports_another_here: false,
            board_of: &|school| boards.get(school).cloned(),
            parent_of: &|request| parents.get(&request).copied(),
        };
        let ties: Vec<Tie> = ties.iter().map(|tie| tie.clone().throughout(case.began)).collect();
        assess_coordinator(&ties, &situation, today).verdict
    };
    Ok(cases.iter().map(mean).collect())
}

/// In which role a grant reaches a case that stands so; nobody's ties are asked after where they decide nothing. `None` where
/// it does not.
///
/// # Errors
/// [`Error::Tied`] where a tie of the caller's own is all that keeps her from it; [`Error::NotAsked`] where she would have a hand in it as
/// coordinator, and was not asked after her ties this year.
pub(crate) fn reach<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    case: &Case,
    mut standing: Standing<'_>,
) -> Result<Option<Role>, Error> {
    if grant.handles_in(case.programme) && decides(grant, standing) {
        let asked = ask(database, grant, case.programme, std::slice::from_ref(case))?;
        standing.own_tie = asked.first().copied().unwrap_or_default();
    }
    match grant.reaches(standing) {
        None if standing.own_tie == OwnTie::Blocks => Err(Error::Tied),
        Some(role) if yearly::is_due(database, grant, case.programme, role)? => Err(Error::NotAsked),
        role => Ok(role),
    }
}

/// Whether it matters for the role in which a grant reaches this whether a tie keeps the caller from it.
fn decides<A: Action>(grant: &Grant<A>, standing: Standing<'_>) -> bool {
    let clear = Standing { own_tie: OwnTie::Clear, ..standing };
    grant.reaches(clear) != grant.reaches(standing)
}

/// A page of a programme's, each row of it of a case, without those of cases from which a tie keeps the caller.
pub(crate) fn without_tied<A: Action, T>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
    page: Shortened<T>,
    request: impl Fn(&T) -> RequestId,
) -> Result<Shortened<T>, Error> {
    let Shortened { items: things, next } = page;
    let mut requests: Vec<RequestId> = things.iter().map(&request).collect();
    requests.sort_unstable();
    requests.dedup();
    let cases = if requests.is_empty() { Vec::new() } else { Case::load(database, programme, &requests)? };
    let asked = ask(database, grant, programme, &cases)?;
    let mut clear: Vec<RequestId> = cases
        .iter()
        .zip(asked)
        .filter(|(_, tie)| *tie == OwnTie::Clear)
        .map(|(case, _)| case.request)
        .collect();
    clear.sort_unstable();
    let items = things.into_iter().filter(|thing| clear.binary_search(&request(thing)).is_ok()).collect();
    Ok(Shortened { items, next })
}

/// Whether there can be a case of this programme from which something keeps the caller: she has ties, or is a parent there.
pub(crate) fn may_be_kept<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
) -> Result<bool, Error> {
    Ok(has_vouched_tie(database, grant)? || has_any_tie(database, programme, grant.person())?)
}

/// Whether a tie keeps the caller, who acts as coordinator, from a request: for what nothing may hold up, and of which she is
/// shown nothing then.
pub fn is_kept_from<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    request: &Stored<SupportRequest>,
) -> Result<bool, Error> {
    Ok(own_verdict(database, grant, request)? == Effect::Block)
}

/// What the caller's own ties mean for a request that she handles: [`Effect::Disclose`] where nobody can tell whether one of
/// them keeps her from it.
pub fn own_verdict<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    request: &Stored<SupportRequest>,
) -> Result<Effect, Error> {
    let weighed = weigh(database, grant, request.programme, &[Case::of(request)])?;
    Ok(weighed.first().copied().unwrap_or(Effect::None))
}
