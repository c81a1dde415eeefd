//! Who may do what: one table, and the grants that it gives out.
//!
//! A grant is a value that only the table makes. Every query of a case asks for the grant of its own action, so
//! that a caller who was granted one thing cannot do another with it, and a query without a grant does not compile.

mod policy;

use std::marker::PhantomData;

use crate::Date;
use crate::directory::{BoardNumber, LocationCode};
use crate::ids::{OrganisationId, PersonId, ProgrammeId};
use crate::organisations::Role;

pub use policy::*;

/// One role that a person holds at this moment, by an active membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    /// The role.
    pub role: Role,
    /// The organisation that it is held in.
    pub organisation: OrganisationId,
    /// The programme, for a role of a programme.
    pub programme: Option<ProgrammeId>,
    /// The school location, when the organisation is a school.
    pub school: Option<LocationCode>,
    /// The board, when the organisation is one.
    pub board: Option<BoardNumber>,
}

/// Who calls, with what the database says of her at this moment. A token proves the person; it says nothing of
/// roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub person: PersonId,
    /// What she may be at this moment.
    pub powers: Vec<Power>,
    /// The day of that moment, in the Netherlands: ties are weighed on it.
    pub today: Date,
}

/// How a role must stand to an object before it may do something to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The object is the caller's own (a parent's request, a buddy's profile).
    Own,
    /// The caller is the buddy that the object was given to.
    Assigned,
    /// The object belongs to a programme in which the caller holds the role.
    Programme,
    /// The object is of a case of a programme in which the caller holds the role, and no tie of her own keeps her from that case
    /// (rule 37).
    Case,
    /// The object belongs to the school at which the caller holds the role.
    School,
    /// Every object of the kind.
    Platform,
}

/// An action of the table.
pub trait Action: Send + Sync + 'static {
    /// Its name, as the policy table and the journal know it.
    const NAME: &'static str;
    /// Who may do it, and how near they must stand.
    const ALLOWED: &'static [(Role, Relation)];
}

/// Actions whose grant shows nothing of a case to anybody but whose own it is: directories, roles, conversations of which a school
/// holds no name, events without persons, one's own ties. A reading by any other grant must leave its record.
pub const SHOWS_NO_CASE: &[&str] = &[
    ReadImports::NAME,
    RecordPartnership::NAME,
    ManageOrganisations::NAME,
    RegisterPeople::NAME,
    ReadMemberships::NAME,
    ManageMemberships::NAME,
    ManageClients::NAME,
    ManageProgrammes::NAME,
    HoldConversation::NAME,
    HandOverConversation::NAME,
    ReadConversation::NAME,
    DeclareOwnTies::NAME,
    EndOwnTies::NAME,
    ReadEvents::NAME,
    ReadWebhooks::NAME,
    ManageWebhooks::NAME,
];

/// Actions by which somebody of a programme has a hand in a case: who is to have been asked after her own ties this year for them (S2).
/// Reading is none of them, and nor is what the parent takes back and what follows from that: nothing holds it up.
pub const HANDLES_A_CASE: &[&str] = &[
    ReportConsent::NAME,
    ContinueRequest::NAME,
    ProposeBuddy::NAME,
    CancelProposal::NAME,
    RecordContact::NAME,
    PauseMatch::NAME,
    CloseMatch::NAME,
    HoldCase::NAME,
];

/// What a role may do, by the names of the actions in the table: to what is her own or was given to her, and to what belongs where
/// she holds the role.
pub fn actions_of(role: Role) -> impl Iterator<Item = &'static str> {
    let may = move |allowed: &[(Role, Relation)]| allowed.iter().any(|(one, _)| *one == role);
    POLICY.iter().filter(move |(_, allowed)| may(allowed)).map(|(name, _)| *name)
}

/// Whether a tie of the caller's own keeps her from handling a case (rule 37).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OwnTie {
    /// Nobody asked, so that she does not handle it.
    #[default]
    NotAsked,
    /// The rules were asked, and nothing keeps her from it.
    Clear,
    /// Something does: the case is a colleague's.
    Blocks,
}

/// How an object stands to a caller: the facts that a grant is held against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// Whose it is.
    pub owner: Option<PersonId>,
    /// The person of the buddy that it was given to.
    pub assigned: Option<PersonId>,
    /// The programme that it belongs to.
    pub programme: Option<ProgrammeId>,
    /// The school that it belongs to.
    pub school: Option<&'a LocationCode>,
    /// Whether a tie of the caller's own keeps her from the case that it is of.
    pub own_tie: OwnTie,
}

/// Leave to do one action, as far as the caller reaches.
#[derive(Debug, Clone)]
pub struct Grant<A> {
    principal: Principal,
    action: PhantomData<A>,
}

/// Leave to go through the cases of a programme and ask the rules again, and to erase what had its time: for whoever changes
/// the programme itself, for whoever has what is her own erased, and for the platform's own round, when nobody calls. Nothing of
/// it is shown to anybody.
#[derive(Debug, Clone, Copy)]
pub struct Upkeep(());

impl Upkeep {
    /// For whoever may change programmes.
    pub fn granted(_grant: &Grant<ManageProgrammes>) -> Self {
        Self(())
    }

    /// For whoever gives roles: to learn in which programmes a coordinator is missing, and nothing of any case.
    pub fn of_who_appoints(_grant: &Grant<ManageMemberships>) -> Self {
        Self(())
    }

    /// For whoever decides on what is her own: to erase that.
    pub fn of_her_own(_grant: &Grant<DecideOnRequest>) -> Self {
        Self(())
    }

    /// For the platform itself, as time goes by. Who may call this stands in a reviewed list
    /// (`tests/scenarios/authorisation/queries.rs`).
    pub fn of_the_platform() -> Self {
        Self(())
    }
}

impl Principal {
    /// Leave to do this action, when any role of the caller may do it to anything at all.
    ///
    /// Everybody may be a parent or a buddy of something, so an action that the table gives to the owner or the
    /// assigned buddy is granted to every person; what it reaches is decided per object. A connected system is nobody's
    /// parent or buddy.
    pub fn grant<A: Action>(&self) -> Option<Grant<A>> {
        let may = A::ALLOWED.iter().any(|(role, relation)| match relation {
            Relation::Own | Relation::Assigned => !self.is_a_system(),
            _ => self.powers.iter().any(|power| power.role == *role),
        });
        may.then(|| Grant { principal: self.clone(), action: PhantomData })
    }

    /// Whether a connected system calls, and no person.
    pub fn is_a_system(&self) -> bool {
        self.powers.iter().any(|power| power.role.is_of_a_system())
    }

    /// Whether the caller holds a role of the school's side at this school or its board.
    pub fn is_of_school(&self, school: &LocationCode, board: &BoardNumber) -> bool {
        let near =
            |power: &Power| power.school.as_ref() == Some(school) || power.board.as_ref() == Some(board);
        self.powers.iter().any(|power| power.role.is_school_side() && near(power))
    }
}

impl<A: Action> Grant<A> {
    /// Who was granted it.
    pub fn person(&self) -> PersonId {
        self.principal.person
    }

    /// The caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// In which role the grant reaches an object that stands so; `None` when it does not.
    pub fn reaches(&self, object: Standing<'_>) -> Option<Role> {
        A::ALLOWED
            .iter()
            .find(|(role, relation)| self.stands(*role, *relation, object))
            .map(|(role, _)| *role)
    }

    fn stands(&self, role: Role, relation: Relation, object: Standing<'_>) -> bool {
        let me = Some(self.principal.person);
        let holds =
            |fits: &dyn Fn(&Power) -> bool| self.principal.powers.iter().any(|p| p.role == role && fits(p));
        match relation {
            Relation::Own => object.owner == me && !self.principal.is_a_system(),
            Relation::Assigned => object.assigned == me && !self.principal.is_a_system(),
            Relation::Programme => object.programme.is_some_and(|of| holds(&|p| p.programme == Some(of))),
            Relation::Case => {
                object.own_tie == OwnTie::Clear
                    && object.programme.is_some_and(|of| holds(&|p| p.programme == Some(of)))
            }
            Relation::School => object.school.is_some_and(|of| holds(&|p| p.school.as_ref() == Some(of))),
            Relation::Platform => holds(&|_| true),
        }
    }

    /// Whether the action is also for a buddy to whom the object was given: only then is it worth asking who that is.
    pub fn asks_assignment(&self) -> bool {
        A::ALLOWED.iter().any(|(_, relation)| *relation == Relation::Assigned)
    }

    /// The day on which it was granted.
    pub fn today(&self) -> Date {
        self.principal.today
    }

    /// Whether the grant reaches cases of this programme by a role in it: all but those from which a tie of her own keeps the
    /// caller.
    pub fn handles_in(&self, programme: ProgrammeId) -> bool {
        let standing = Standing { programme: Some(programme), own_tie: OwnTie::Clear, ..Standing::default() };
        A::ALLOWED
            .iter()
            .any(|(role, relation)| *relation == Relation::Case && self.stands(*role, *relation, standing))
    }

    /// Whether the grant reaches every object of the kind.
    pub fn reaches_all(&self) -> bool {
        A::ALLOWED.iter().any(|(role, relation)| {
            *relation == Relation::Platform && self.stands(*role, *relation, Standing::default())
        })
    }

    /// The programmes that the grant reaches by a role in them.
    pub fn programmes(&self) -> Vec<ProgrammeId> {
        self.held(Relation::Programme, |power| power.programme)
    }

    /// The schools that the grant reaches by a role at them.
    pub fn schools(&self) -> Vec<LocationCode> {
        self.held(Relation::School, |power| power.school.clone())
    }

    fn held<T>(&self, by: Relation, place: impl Fn(&Power) -> Option<T>) -> Vec<T> {
        let allowed = |power: &&Power| A::ALLOWED.contains(&(power.role, by));
        self.principal.powers.iter().filter(allowed).filter_map(place).collect()
    }
}

#[cfg(test)]
mod tests;
