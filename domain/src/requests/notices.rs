//! What waits for a parent, in words that she reads without help.

use crate::code::Code as _;
use crate::text::Text;
use crate::{Date, code_list};

code_list! {
    /// What waits for a parent.
    pub enum ParentNotice {
        NewTie = "new-tie": "Er is iets nieuws over uw buddy. Lees wat het betekent. U beslist of zij voor u nog goed is. Tot dan is er pauze. Kondigde u bij school een gesprek aan? Dat blijft staan, tot u het intrekt of nee zegt." / "There is something new about your buddy. Read what it means. You decide whether she is still right for you. Until then there is a pause. Did you announce a talk to school? It stands until you take it back or say no.",
        IndependenceLost = "independence-lost": "Uw buddy kan u niet meer helpen, want zij is niet meer onafhankelijk. In de uitleg over haar leest u waarom. Wij zoeken een andere buddy. Kondigde u bij school een gesprek aan? Dat is ingetrokken." / "Your buddy cannot help you any longer, because she is no longer independent. The explanation about her says why. We look for another buddy. Did you announce a talk to school? It has been taken back.",
        ProposalWaits = "proposal-waits": "Er is een buddy voor u. Lees wie zij is en wat u moet weten. U mag ja of nee zeggen." / "There is a buddy for you. Read who she is and what you must know. You may say yes or no.",
        ProposalCancelled = "proposal-cancelled": "Het voorstel voor een buddy gaat niet door. U hoeft niets te doen. Wij zoeken een andere buddy." / "The proposal of a buddy does not go on. You need not do anything. We look for another buddy.",
        ConsentToConfirm = "consent-to-confirm": "De coördinator schreef op dat u ja zei. Het telt pas als u dat zelf bevestigt." / "The coordinator wrote down that you said yes. It counts only once you confirm it yourself.",
        WaitsForCoordinator = "waits-for-coordinator": "Niemand van dit programma mag nu uw vraag behandelen. Zij zoeken iemand die dat wel mag. U hoeft niets te doen. Duurt het te lang? Vraag hulp bij een ander programma, of stop met deze vraag." / "Nobody of this programme may deal with your request now. They look for somebody who may. You need not do anything. Does it take too long? Ask another programme for help, or stop this request.",
        FormChanged = "form-changed": "Het programma is anders geworden. Lees wat dat is. Wilt u blijven? Geef dan opnieuw toestemming. U kunt ook een ander programma vragen, of stoppen. Tot u kiest, is er pauze." / "The programme has another form now. Read what that is. Do you want to stay? Then consent anew. You can also ask another programme, or stop. Until you choose there is a pause.",
        PayersChanged = "payers-changed": "Iemand anders betaalt nu voor dit programma. Lees wie dat is. U hoeft niets te doen." / "Somebody else pays for this programme now. Read who that is. You need not do anything.",
        WithdrawnForYou = "withdrawn-for-you": "De coördinator schreef op dat u stopt met deze vraag. De vraag is gestopt. Klopt het niet? Dan kunt u altijd opnieuw om hulp vragen." / "The coordinator noted that you stop this request. The request is stopped. Is it not right? Then you can ask for help again at any time.",
        ConsentWithdrawnForYou = "consent-withdrawn-for-you": "De coördinator schreef op dat een toestemming bij uw vraag is teruggenomen. Die geldt nu niet meer. Lees welke het is, en wat er stopte. Klopt het niet? Dan kan die toestemming opnieuw worden gegeven." / "The coordinator noted that a consent with your request was taken back. It does not hold any more. Read which one it is, and what stopped. Is it not right? Then that consent can be given again.",
        ConsentWithdrawnByPupil = "consent-withdrawn-by-pupil": "Uw kind nam met een eigen code een toestemming terug over gegevens over de gezondheid. Wat daarover in de besloten ruimte stond, is weg. Uw buddy blijft. Alleen uw kind kan dit veranderen." / "Your child took back, with a code of her own, a consent to data on health. What stood about it in the private space is gone. Your buddy stays. Only your child can change this.",
        WithdrawalUnread = "withdrawal-unread": "Wat is ingetrokken, is gestopt. Maar niemand van dit programma mag nu lezen dat er niets bewaard mag blijven. Zij zoeken iemand die dat wel mag. U hoeft niets te doen." / "What was taken back has stopped. But nobody of this programme may read now that nothing may be kept. They look for somebody who may. You need not do anything.",
        LastDayNear = "last-day-near": "Uw vraag stopt binnenkort vanzelf. Wilt u doorgaan? Zeg dat dan hier, of aan uw coördinator. Hoeft het niet meer? Dan hoeft u niets te doen." / "Your request soon stops by itself. Do you want to go on? Then say so here, or to your coordinator. Is it not needed any more? Then you need not do anything.",
        HealthConsentEnds = "health-consent-ends": "U gaf toestemming voor gegevens over de gezondheid van uw kind. Die geldt een jaar, en dat jaar is bijna om of voorbij. Wilt u dit nog? Geef haar dan opnieuw. Is uw kind 16 jaar of ouder? Dan beslist uw kind zelf. U kunt een code voor uw kind maken. Hoeft het niet meer? Neem haar dan terug, of doe niets. Uw buddy blijft." / "You consented to data on your child's health. That is good for a year, and the year is nearly over or has ended. Do you still want this? Then give it again. Is your child 16 or older? Then your child decides. You can make a code for your child. Is it not needed any more? Then take it back, or do nothing. Your buddy stays.",
        NotContinued = "not-continued": "Uw vraag is gestopt, want u zei niet meer dat u door wilt. Dat heeft geen gevolgen voor u of uw kind. Wilt u weer hulp? Dan kunt u altijd opnieuw vragen." / "Your request has stopped, because you did not say any more that you want to go on. That has no consequence for you or your child. Do you want help again? Then you can ask again at any time.",
    }
}

/// What a parent reads of the last day of her request: that it is near, what she does where it is to go on, and which day it is. While she is to consent anew
/// to another form of the programme, nothing less than that says that it goes on.
pub fn last_day_near(last: Date, is_asked_anew: bool) -> Text {
    let told = if is_asked_anew {
        Text::of(
            "Uw vraag stopt binnenkort vanzelf. Wilt u doorgaan? Geef dan opnieuw toestemming. Dat is nodig, want het programma is anders geworden. Hoeft het niet meer? Dan hoeft u niets te doen.",
            "Your request soon stops by itself. Do you want to go on? Then consent anew. That is needed, because the programme has another form now. Is it not needed any more? Then you need not do anything.",
        )
    } else {
        ParentNotice::LastDayNear.label()
    };
    let day = last_day_in_words(last);
    Text::new(format!("{} {}", told.nl, day.nl), format!("{} {}", told.en, day.en))
}

/// The last day of a request, as its parent is told it.
pub fn last_day_in_words(last: Date) -> Text {
    let day = last.format("%-d-%-m-%Y");
    Text::new(format!("De laatste dag is {day}."), format!("The last day is {day}."))
}
