//! The facts that a buddy can declare, in words that a volunteer understands. They are facts, not rules:
//! what a fact means for a parent is decided by [`super::assess`], and may differ per form and per date.

use crate::code_list;
use crate::text::Text;

code_list! {
    /// A kind of tie that a buddy declares: at the start, each year, and again before each match (S2).
    pub enum TieKind {
        EmployedAtSchool = "employed-at-school": "Ik werk op een school, of werkte er" / "I work at a school, or worked there",
        EmployedAtBoardOffice = "employed-at-board-office": "Ik werk op het kantoor van een schoolbestuur, of ben er directeur" / "I work at the office of a school board, or am its director",
        BoardOrSupervisoryMember = "board-or-supervisory-member": "Ik zit in een schoolbestuur, of in de raad die er toezicht op houdt" / "I sit on a school board, or on the body that supervises it",
        EmployedByPartnership = "employed-by-partnership": "Ik werk voor een samenwerkingsverband, of geef er betaald advies over extra hulp" / "I work for a partnership, or am hired by it to advise or decide on extra support",
        SupportPointWorker = "support-point-worker": "Ik werk betaald bij een Ouder- en Jeugdsteunpunt" / "I am paid to work at a parent and youth support point",
        PartnershipBoardMember = "partnership-board-member": "Ik zit in het bestuur van een samenwerkingsverband, of houd er toezicht op" / "I sit on the board of a partnership, or on its supervisory body",
        DecidesOnChildSupport = "decides-on-child-support": "Ik beslis of adviseer over de hulp aan dit kind, of deed dat eerder" / "I decide or advise on this child's support, or did so before",
        CouncilMemberStaff = "council-member-staff": "Ik zit voor het personeel in de medezeggenschapsraad (MR) van een school" / "I represent staff on a school's participation council (MR)",
        CouncilMemberParent = "council-member-parent": "Ik zit voor de ouders in de medezeggenschapsraad (MR) van een school" / "I represent parents on a school's participation council (MR)",
        JointCouncilMember = "joint-council-member": "Ik zit in de gemeenschappelijke medezeggenschapsraad (GMR) van een schoolbestuur" / "I sit on the joint participation council (GMR) of a school board",
        SupportPlanCouncilParent = "support-plan-council-parent": "Ik zit voor de ouders in de ondersteuningsplanraad (OPR)" / "I represent parents on the support plan council (OPR)",
        SupportPlanCouncilStaff = "support-plan-council-staff": "Ik zit voor het personeel in de ondersteuningsplanraad (OPR)" / "I represent staff on the support plan council (OPR)",
        SchoolVolunteer = "school-volunteer": "Ik help als vrijwilliger op een school, bijvoorbeeld in de ouderraad of als klassenouder" / "I volunteer at a school, for example on the parent council or as a class parent",
        OwnChildAtSchool = "own-child-at-school": "Mijn eigen kind zit op een school, of zat er" / "My own child goes to a school, or went there",
        OwnChildSameClass = "own-child-same-class": "Mijn kind zit in dezelfde klas, of heeft dezelfde leraar of mentor" / "My child is in the same class, or has the same teacher or mentor",
        FamilyOnStaff = "family-on-staff": "Mijn partner of naaste familie werkt op een school, of zit in het schoolbestuur" / "My partner or close family works at a school, or sits on its board",
        FriendOnStaff = "friend-on-staff": "Een vriend, buur of ver familielid werkt op een school" / "A friend, neighbour or distant relative works at a school",
        TieWithParent = "tie-with-parent": "Ik ben familie van de ouder, of ken de ouder privé" / "I am related to the parent, or know the parent privately",
        Conflict = "conflict": "Ik heb of had een conflict, klacht of procedure met een school, schoolbestuur of samenwerkingsverband" / "I have or had a conflict, complaint or procedure with a school, board or partnership",
        PaidBySchool = "paid-by-school": "Een school betaalt mij, meer dan mijn onkosten" / "A school pays me, beyond my expenses",
        ExpensesPaidBySchool = "expenses-paid-by-school": "Een school betaalt mijn onkosten" / "A school pays my expenses",
        PaidByPartnership = "paid-by-partnership": "Een samenwerkingsverband betaalt mij, meer dan mijn onkosten" / "A partnership pays me, beyond my expenses",
        CommercialInterest = "commercial-interest": "Ik verkoop begeleiding, tests, lessen of juridische hulp aan ouders of scholen" / "I sell guidance, tests, schooling or legal help to parents or schools",
        SupplierOfSchool = "supplier-of-school": "Ik lever iets aan een school of schoolbestuur, of geef er training" / "I supply or train a school or a school board",
        BuddyForOtherParent = "buddy-for-other-parent": "Ik help al een andere ouder op dezelfde school, in dezelfde klas of bij hetzelfde voorval" / "I already help another parent at the same school, in the same class or in the same incident",
        AuthorityWorker = "authority-worker": "Ik werk voor de inspectie, leerplicht, de gemeente (onderwijs of jeugd) of Veilig Thuis" / "I work for the inspectorate, school attendance, the municipality (education or youth) or Veilig Thuis",
        PoliticalOffice = "political-office": "Ik zit in de gemeenteraad, of heb een andere politieke functie in een gemeente" / "I sit on a municipal council, or hold another political office in a municipality",
        SchoolRecordsAccess = "school-records-access": "Ik kan in het leerlingsysteem van een school kijken of schrijven" / "I can read or write in a school's pupil administration",
    }
}

code_list! {
    /// What kind of thing a tie is about.
    pub enum ObjectKind {
        School = "school": "een school" / "a school",
        Board = "board": "een schoolbestuur" / "a school board",
        Partnership = "partnership": "een samenwerkingsverband" / "a partnership",
        Seat = "seat": "een zetel in een samenwerkingsverband, namens een schoolbestuur" / "a seat in a partnership, for a school board",
        Municipality = "municipality": "een gemeente" / "a municipality",
        Request = "request": "deze hulpvraag" / "this request",
        Parent = "parent": "deze ouder" / "this parent",
        Everywhere = "everywhere": "het hele land" / "the whole country",
    }
}

impl TieKind {
    /// What a tie of this kind can be about.
    pub const fn needs(self) -> &'static [ObjectKind] {
        use ObjectKind::{Board, Everywhere, Municipality, Parent, Partnership, Request, School, Seat};
        match self {
            Self::EmployedAtSchool
            | Self::CouncilMemberStaff
            | Self::CouncilMemberParent
            | Self::SchoolVolunteer
            | Self::OwnChildAtSchool => &[School],
            Self::EmployedAtBoardOffice | Self::BoardOrSupervisoryMember | Self::JointCouncilMember => {
                &[Board]
            }
            Self::FamilyOnStaff
            | Self::FriendOnStaff
            | Self::PaidBySchool
            | Self::ExpensesPaidBySchool
            | Self::SupplierOfSchool
            | Self::SchoolRecordsAccess => &[School, Board],
            Self::EmployedByPartnership
            | Self::SupportPointWorker
            | Self::PartnershipBoardMember
            | Self::SupportPlanCouncilParent
            | Self::PaidByPartnership => &[Partnership],
            Self::SupportPlanCouncilStaff => &[Seat],
            Self::DecidesOnChildSupport => &[Request, Parent],
            Self::OwnChildSameClass => &[Request],
            Self::TieWithParent => &[Parent],
            Self::Conflict => &[School, Board, Partnership],
            Self::CommercialInterest => &[School, Board, Partnership, Municipality, Everywhere],
            Self::BuddyForOtherParent => &[School, Request],
            Self::AuthorityWorker => &[Partnership, Municipality, Everywhere, Request, Parent],
            Self::PoliticalOffice => &[Municipality],
        }
    }

    /// The one further question that this kind asks; a yes makes the tie heavier.
    pub const fn further_question(self) -> Option<Text> {
        match self {
            Self::BuddyForOtherParent => Some(Text::of(
                "Willen de twee ouders iets dat tegen elkaar in gaat?",
                "Do the interests of the two parents conflict?",
            )),
            Self::AuthorityWorker => Some(Text::of(
                "Bent u door uw werk bij deze zaak betrokken?",
                "Are you involved in this case through your work?",
            )),
            _ => None,
        }
    }
}
