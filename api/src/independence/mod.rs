//! Independence (S2): ties are declared, the facts brought together for the rules, and what follows when a fact changes. A coordinator's own
//! ties count too.

pub mod again;
pub mod coordination;
pub mod coordinators;
pub mod course;
pub mod not_known;
pub mod objects;
pub mod round;
pub mod ties;

use std::collections::BTreeMap;

use naast_domain::access::Upkeep;
use naast_domain::buddies::Buddy;
use naast_domain::directory::{BoardNumber, LocationCode};
use naast_domain::ids::{AssessmentId, PersonId, RequestId};
use naast_domain::independence::{
    Assessment, Funder, Questions, SchoolFacts, Situation, Tie, TieObject, assess, schools_in_her_life,
};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, Moment};
use naast_persistence::independence::{self, KeptAssessment};
use naast_persistence::{Database, Stored, Transaction, directory, programmes, support};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::clock::fresh;
use crate::problem::Error;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(ties::list_tie_kinds)
        .service(ties::declare_tie)
        .service(ties::list_ties)
        .service(ties::end_tie)
        .service(ties::confirm_ties)
        .service(coordination::list_coordination_needs)
        .service(coordinators::declare_own_tie)
        .service(coordinators::confirm_own_ties)
        .service(coordinators::list_own_ties)
        .service(coordinators::end_own_tie);
}

/// What the rules look at for one request, whoever the buddy is.
pub struct Facts {
    /// The form of the programme today.
    pub form: OrganisationForm,
    funders: Vec<Funder>,
    school: Option<SchoolFacts>,
    boards: BTreeMap<LocationCode, BoardNumber>,
    /// Whose the requests are that a tie is about.
    parents: BTreeMap<RequestId, PersonId>,
    /// The people who support another parent at this school now.
    supporting_here: Vec<PersonId>,
}

impl Facts {
    /// Whether the request names a school whose partnership the directory does not know.
    pub fn lacks_partnership(&self) -> bool {
        self.school.as_ref().is_some_and(|school| school.partnerships.is_empty())
    }

    /// Loads them: for all of these ties together, not for each.
    pub fn load<'a>(
        db: &mut Database<'_>,
        request: &SupportRequest,
        ties: impl Iterator<Item = &'a Tie>,
        today: Date,
    ) -> Result<Self, Error> {
        let programme = programmes::find(db, request.programme)?.ok_or(Error::NotFound)?;
        // a programme whose first form has yet to begin is assessed by that form
        let period = programme
            .form_on(today)
            .or(programme.forms.first())
            .ok_or(Error::Internal("a programme has a form"))?;
        let school = match &request.school {
            Some(location) => directory::school_facts(db, location, today)?,
            None => None,
        };
        let supporting_here = match &request.school {
            Some(location) => {
                support::supporting_others_at(db, &Upkeep::of_the_platform(), location, request.parent)?
            }
            None => Vec::new(),
        };
        let (mut elsewhere, mut requests) = (Vec::new(), Vec::new());
        for tie in ties {
            match &tie.about {
                TieObject::School(location) => elsewhere.push(location.clone()),
                TieObject::Request(request) => requests.push(*request),
                _ => {}
            }
        }
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let boards =
            if elsewhere.is_empty() { BTreeMap::new() } else { directory::boards_of(db, &elsewhere)? };
        let parents = independence::parents_of(db, &requests)?;
        let funders = period.funders.iter().collect();
        Ok(Self { form: period.form, funders, school, boards, parents, supporting_here })
    }

    /// Asks the rules.
    pub fn assess(&self, request: &SupportRequest, buddy: &Buddy, ties: &[Tie], today: Date) -> Assessment {
        let supports_another_here = self.supporting_here.binary_search(&buddy.person).is_ok();
        self.ask(request, supports_another_here, |situation| {
            assess(ties, buddy.ties_asked_on, situation, today)
        })
    }

    fn ask<T>(
        &self,
        request: &SupportRequest,
        supports_another_here: bool,
        question: impl FnOnce(&Situation<'_>) -> T,
    ) -> T {
        question(&Situation {
            form: self.form,
            request: request.id,
            parent: request.parent,
            school: self.school.clone(),
            municipality: request.municipality.clone(),
            funders: &self.funders,
            supports_another_here,
            board_of: &|location| self.boards.get(location).cloned(),
            parent_of: &|request| self.parents.get(&request).copied(),
        })
    }
}

/// What is known of one buddy for one request, today: the facts, the rules' answer, and what there is to ask her after.
pub fn assess_one(
    db: &mut Database<'_>,
    request: &SupportRequest,
    buddy: &Stored<Buddy>,
    today: Date,
) -> Result<(Facts, Assessment, Questions), Error> {
    let ties = independence::by_person::counting_for(db, buddy)?;
    let facts = Facts::load(db, request, ties.iter(), today)?;
    let assessment = facts.assess(request, buddy, &ties, today);
    let questions = questions(db, request, &ties, today)?;
    Ok((facts, assessment, questions))
}

/// What there is to ask a buddy with these ties after, for one request: its school, and the kinds of tie for which a school in her
/// life, which may be that one, gives reason (engine rule iv).
pub fn questions(
    db: &mut Database<'_>,
    request: &SupportRequest,
    ties: &[Tie],
    today: Date,
) -> Result<Questions, Error> {
    let Some(location) = &request.school else { return Ok(Questions::default()) };
    let school = directory::school_facts(db, location, today)?;
    let mut near = Vec::new();
    if school.is_some() {
        for one in schools_in_her_life(ties, today) {
            near.extend(directory::school_facts(db, &one, today)?);
        }
    }
    Ok(Questions::about(location.clone(), school.as_ref(), &near))
}

/// Keeps an assessment, with the version of the table and the words.
pub fn keep(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    buddy: &Buddy,
    form: OrganisationForm,
    assessment: &Assessment,
    at: (Moment, Date),
) -> Result<AssessmentId, Error> {
    let id = fresh();
    let kept = KeptAssessment {
        id,
        request: request.id,
        buddy: buddy.id,
        table_version: assessment.table_version.to_owned(),
        form,
        verdict: assessment.verdict,
        findings: KeptAssessment::findings_of(assessment),
        assessed_on: at.1,
        assessed_at: at.0,
    };
    independence::insert(tx, request, &kept)?;
    Ok(id)
}
