//! The first table. The columns are the forms: apart from school and partnership, in a school, in a support
//! point.

use super::Effect::{Block as B, Disclose as D, None as N};
use super::{Case, Row, Table, Terms};
use crate::text::Text;

/// `number case "code" independent school support-point: "Nederlands" / "English";`
macro_rules! rows {
    ($($number:literal $case:ident $code:literal $a:ident $b:ident $c:ident: $nl:literal / $en:literal;)+) => {
        &[$(Row {
            number: $number,
            case: Case::$case,
            code: $code,
            meaning: Text::of($nl, $en),
            effects: [$a, $b, $c],
        }),+]
    };
}

pub(super) static TABLE: Table = Table {
    version: "2026-1",
    rows: ROWS,
    terms: Terms {
        work_counts_as_current: 12,
        work_told: 36,
        child_left_told: 36,
        conflict_recent: 36,
        asked_again: 12,
    },
    coordinator: &[1, 4, 5, 6, 8, 9, 19],
};

const ROWS: &[Row] = rows! {
    0 SchoolNotNamed "school-not-named" D D D:
        "U heeft geen school genoemd. Daarom kon niemand nagaan of deze buddy iets met de school te maken heeft." /
        "You named no school. So nobody could check whether this buddy has a tie with the school.";
    0 BoardNotKnown "board-not-known" D D D:
        "Deze buddy werkt op een andere school. Het is niet bekend of die school hetzelfde bestuur heeft als de school van uw kind." /
        "This buddy works at another school. It is not known whether that school has the same board as your child's school.";
    0 PartnershipNotKnown "partnership-not-known" D D D:
        "Deze buddy heeft een band met een samenwerkingsverband van scholen. Het is niet bekend of de school van uw kind daarbij hoort." /
        "This buddy has a tie with a partnership of schools. It is not known whether your child's school belongs to it.";
    1 Always "employed-at-school-recently" B B B:
        "Deze buddy werkt op de school van uw kind, of werkte daar in het afgelopen jaar." /
        "This buddy works at your child's school, or worked there in the past year.";
    2 Always "employed-at-school-before" D D D:
        "Deze buddy werkte eerder op de school van uw kind: tussen één en drie jaar geleden." /
        "This buddy used to work at your child's school: between one and three years ago.";
    3 Always "employed-at-sister-school" D B D:
        "Deze buddy werkt op een andere school van hetzelfde schoolbestuur." /
        "This buddy works at another school of the same school board.";
    4 Always "employed-at-board-office" B B B:
        "Deze buddy werkt op het kantoor van het bestuur van de school van uw kind, of is daar directeur." /
        "This buddy works at the office of the board of your child's school, or is its director.";
    5 Always "board-or-supervisory-member" B B B:
        "Deze buddy zit in het bestuur van de school van uw kind, of houdt toezicht op dat bestuur." /
        "This buddy sits on the board of your child's school, or on the body that supervises it.";
    6 Always "employed-by-partnership" B B B:
        "Deze buddy werkt voor het samenwerkingsverband van scholen dat over extra hulp gaat." /
        "This buddy works for the partnership of schools that deals with extra support.";
    7 Always "support-point-worker" D D D:
        "Deze buddy krijgt loon van een Ouder- en Jeugdsteunpunt. Dat hoort bij een samenwerkingsverband van scholen." /
        "This buddy is paid by a parent and youth support point. That is part of a partnership of schools.";
    8 Always "partnership-board-member" B B B:
        "Deze buddy zit in het bestuur van het samenwerkingsverband van scholen, of houdt daar toezicht op." /
        "This buddy sits on the board of the partnership of schools, or on its supervisory body.";
    9 Always "decides-on-child-support" B B B:
        "Deze buddy beslist of adviseert over de hulp aan uw kind, of deed dat eerder." /
        "This buddy decides or advises on the support for your child, or did so before.";
    10 Always "council-member-staff" B B B:
        "Deze buddy zit voor het personeel in de medezeggenschapsraad (MR) van de school van uw kind." /
        "This buddy represents staff on the participation council (MR) of your child's school.";
    11 Always "council-member-parent" D D D:
        "Deze buddy zit voor de ouders in de medezeggenschapsraad (MR) van de school van uw kind." /
        "This buddy represents parents on the participation council (MR) of your child's school.";
    11 SideNotSaid "council-member" D D D:
        "Deze buddy zit in de medezeggenschapsraad (MR) van de school van uw kind. U mag vragen of dat voor de ouders is." /
        "This buddy sits on the participation council (MR) of your child's school. You may ask whether that is for the parents.";
    12 Always "joint-council-member" D D D:
        "Deze buddy praat mee over alle scholen van het schoolbestuur, in de gemeenschappelijke medezeggenschapsraad (GMR)." /
        "This buddy has a say on all schools of the school board, in the joint participation council (GMR).";
    13 Always "support-plan-council-parent" D D D:
        "Deze buddy zit voor de ouders in de ondersteuningsplanraad (OPR). Die praat mee over het plan voor extra hulp in uw regio." /
        "This buddy represents parents on the support plan council (OPR). It has a say in the plan for extra support in your region.";
    13 SideNotSaid "support-plan-council-member" D D D:
        "Deze buddy zit in de ondersteuningsplanraad (OPR). Die praat mee over het plan voor extra hulp in uw regio. U mag vragen of dat voor de ouders is." /
        "This buddy sits on the support plan council (OPR). It has a say in the plan for extra support in your region. You may ask whether that is for the parents.";
    14 SameBoard "support-plan-council-staff-same-board" B B B:
        "Deze buddy werkt voor het bestuur van de school van uw kind. Deze buddy zit voor het personeel in de ondersteuningsplanraad (OPR)." /
        "This buddy works for the board of your child's school. This buddy represents staff on the support plan council (OPR).";
    14 Otherwise "support-plan-council-staff" D D B:
        "Deze buddy zit voor het personeel van een ander schoolbestuur in de ondersteuningsplanraad (OPR) van uw regio." /
        "This buddy represents staff of another school board on the support plan council (OPR) of your region.";
    15 Always "school-volunteer" D D D:
        "Deze buddy is vrijwilliger op de school van uw kind, bijvoorbeeld in de ouderraad of als klassenouder." /
        "This buddy volunteers at your child's school, for example on the parent council or as a class parent.";
    15 Task "task-at-school" D D D:
        "Deze buddy heeft een taak bij de school van uw kind, het schoolbestuur of het samenwerkingsverband. Daar hoort bij wat zij doet voor een groep buddy's." /
        "This buddy has a task at your child's school, its board or the partnership. What she does for a group of buddies is part of that.";
    16 Always "own-child-at-school" D D D:
        "Een kind van deze buddy zit op de school van uw kind." /
        "A child of this buddy goes to your child's school.";
    17 Always "own-child-same-class" B B B:
        "Een kind van deze buddy zit bij uw kind in de klas, of heeft dezelfde leraar of mentor." /
        "A child of this buddy is in your child's class, or has the same teacher or mentor.";
    18 Always "own-child-left-school" D D D:
        "Een kind van deze buddy zat op de school van uw kind. Dat is niet langer dan drie jaar geleden." /
        "A child of this buddy went to your child's school. That is no more than three years ago.";
    19 Always "family-on-staff" B B B:
        "De partner of naaste familie van deze buddy werkt op de school van uw kind, of zit in het schoolbestuur." /
        "The partner or close family of this buddy works at your child's school, or sits on its board.";
    20 Always "friend-on-staff" D D D:
        "Een vriend, buur of ver familielid van deze buddy werkt op de school van uw kind of voor het schoolbestuur." /
        "A friend, neighbour or distant relative of this buddy works at your child's school or for its board.";
    21 Always "tie-with-parent" D D D:
        "Deze buddy is familie van u, of kent u privé. Misschien helpt deze persoon u liever als bekende dan als buddy." /
        "This buddy is related to you, or knows you privately. This person may rather help you as someone you know than as a buddy.";
    22 Always "conflict-open" B B B:
        "Deze buddy heeft nu een conflict, klacht of procedure met de school, het schoolbestuur of het samenwerkingsverband." /
        "This buddy now has a conflict, complaint or procedure with the school, its board or the partnership.";
    23 Always "conflict-ended-recently" D B D:
        "Deze buddy had een conflict, klacht of procedure met de school, het schoolbestuur of het samenwerkingsverband. Dat is niet langer dan drie jaar geleden gestopt." /
        "This buddy had a conflict, complaint or procedure with the school, its board or the partnership. It ended no more than three years ago.";
    24 Always "conflict-ended-before" D D D:
        "Deze buddy had een conflict, klacht of procedure met de school, het schoolbestuur of het samenwerkingsverband. Dat is meer dan drie jaar geleden gestopt." /
        "This buddy had a conflict, complaint or procedure with the school, its board or the partnership. It ended more than three years ago.";
    25 Always "paid-by-school" B B B:
        "Deze buddy krijgt geld van de school van uw kind of van het schoolbestuur, meer dan de onkosten." /
        "This buddy is paid by your child's school or its board, beyond expenses.";
    26 Always "expenses-paid-by-school" D D D:
        "De school van uw kind of het schoolbestuur betaalt de onkosten van deze buddy." /
        "Your child's school or its board pays the expenses of this buddy.";
    27 Always "paid-by-partnership" D D D:
        "Deze buddy krijgt geld van het samenwerkingsverband van scholen, meer dan de onkosten." /
        "This buddy is paid by the partnership of schools, beyond expenses.";
    28 Always "programme-funded-by-school" D D D:
        "Een school of schoolbestuur betaalt mee aan de groep waar deze buddy bij hoort. Deze buddy krijgt dat geld niet zelf." /
        "A school or school board helps to pay for the group that this buddy belongs to. This buddy does not get that money.";
    29 Always "programme-funded-by-partnership" D D D:
        "Een samenwerkingsverband van scholen betaalt mee aan de groep waar deze buddy bij hoort." /
        "A partnership of schools helps to pay for the group that this buddy belongs to.";
    30 Always "programme-funded-by-others" N N N:
        "Een gemeente, een fonds of leden van een vereniging betalen mee aan de groep waar deze buddy bij hoort." /
        "A municipality, a fund or members of an association help to pay for the group that this buddy belongs to.";
    31 Always "commercial-interest" B B B:
        "Deze buddy verkoopt begeleiding, tests, lessen of juridische hulp aan ouders of scholen in uw regio." /
        "This buddy sells guidance, tests, schooling or legal help to parents or schools in your region.";
    32 Always "supplier-of-school" D B D:
        "Deze buddy levert iets aan de school van uw kind of aan het schoolbestuur, of geeft er training." /
        "This buddy supplies or trains your child's school or its board.";
    33 InterestsConflict "buddy-for-parent-with-other-interest" B B B:
        "Deze buddy helpt ook een andere ouder, die iets wil dat tegen uw wens in gaat." /
        "This buddy also helps another parent, whose interest conflicts with yours.";
    33 Otherwise "buddy-for-other-parent" D D D:
        "Deze buddy helpt ook een andere ouder op deze school, in deze klas of bij hetzelfde voorval." /
        "This buddy also helps another parent at this school, in this class or in the same incident.";
    34 Involved "authority-worker-involved" B B B:
        "Deze buddy is door werk bij uw zaak betrokken, bijvoorbeeld voor leerplicht, de gemeente, de inspectie of Veilig Thuis." /
        "This buddy is involved in your case through work, for example for school attendance, the municipality, the inspectorate or Veilig Thuis.";
    34 Otherwise "authority-worker" D D D:
        "Deze buddy werkt in uw regio voor de inspectie, leerplicht, de gemeente (onderwijs of jeugd) of Veilig Thuis." /
        "In your region this buddy works for the inspectorate, school attendance, the municipality (education or youth) or Veilig Thuis.";
    35 Always "political-office" D D D:
        "Deze buddy zit in de gemeenteraad of heeft een andere politieke functie in de gemeente van de school." /
        "This buddy sits on the municipal council or holds another political office in the school's municipality.";
    36 Always "school-records-access" B B B:
        "Deze buddy kan in het leerlingsysteem van de school van uw kind kijken of schrijven." /
        "This buddy can read or write in the pupil administration of your child's school.";
    37 Always "coordinator-tie" B B B:
        "Deze coördinator heeft een band met de school, het schoolbestuur, het samenwerkingsverband of de hulp aan uw kind. Een andere coördinator neemt uw vraag over." /
        "This coordinator has a tie with the school, its board, the partnership or the support for your child. Another coordinator takes over your request.";
    38 Always "not-asked-this-year" B B B:
        "Deze buddy is meer dan een jaar niet gevraagd naar banden met scholen. Dat moet eerst opnieuw." /
        "This buddy has not been asked about ties with schools for more than a year. That must be done first.";
};
