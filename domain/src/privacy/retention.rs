//! How long what is kept of people stays, and why.
//!
//! Terms count in days from an end: of a case, of a buddy's service. The shortest term that is defensible is the default; a
//! programme may shorten each, and lengthen it up to a limit when it gives a reason. While something runs, nothing is erased
//! for its age. A hold on a case keeps it from erasure until it is lifted.

use chrono::{Days, Months};

use crate::conversations::{ConversationState, REST_MONTHS};
use crate::rejection::Rejection;
use crate::requests::RequestState;
use crate::text::Text;
use crate::{Date, Moment, code_list, day_of, start_of};

mod last_day;
mod words;

pub use last_day::{LastDay, TOLD_DAYS_BEFORE, due_on, last_day};
pub use words::case_in_words;

code_list! {
    /// How long rows of a table stay.
    pub enum Rule {
        Directory = "directory": "zolang de bron het publiceert" / "as long as its source publishes it",
        Installation = "installation": "zolang het in gebruik is" / "as long as it is in use",
        Minutes = "minutes": "tot de code of het bewijs verloopt, enkele minuten" / "until the code or proof expires, some minutes",
        Session = "session": "32 dagen na het inloggen, om te weten of het account nog gebruikt wordt; de bewijzen een week" / "32 days after signing in, to know whether the account is in use; its tokens a week",
        Day = "day": "een etmaal" / "a day",
        Delivery = "delivery": "dertig dagen na aflevering; bij een webhook die uitstaat dertig dagen na het klaarzetten" / "thirty days after it was settled; at a webhook that is disabled, thirty days after it was planned",
        Conversation = "conversation": "tot de school opnieuw mag vragen: zes maanden" / "until the school may ask again: six months",
        ConversationSteps = "conversation-steps": "dertig dagen na de laatste stap" / "thirty days after the last step",
        Case = "case": "intrekking 30 dagen, zonder buddy 90 dagen, met buddy een jaar na het einde; een aanvraag eindigt als de ouder een half jaar, of met buddy een jaar, niet zegt dat zij doorgaat" / "withdrawn 30 days, without a buddy 90 days, with a buddy a year after its end; a request ends when the parent does not say for half a year, or with a buddy for a year, that it goes on",
        ContactWay = "contact-way": "dertig dagen na het einde; bij intrekking meteen weg; waar nooit toestemming kwam met de aanvraag" / "thirty days after the end; gone at once on withdrawal; where no consent ever came with the request",
        PrivateSpace = "private-space": "dertig dagen na het einde van de steun" / "thirty days after the end of the support",
        ConsentProof = "consent-proof": "vijf jaar, zonder naam" / "five years, without a name",
        BuddyFile = "buddy-file": "een jaar na vertrek" / "a year after leaving",
        Certificate = "certificate": "tot vertrek" / "until leaving",
        AnnouncedTalk = "announced-talk": "tot de dag van het gesprek voorbij is" / "until the day of the talk is over",
        ErasureNotice = "erasure-notice": "90 dagen na het wissen, ook als de ontvanger niet antwoordde" / "90 days after the erasure, also when the recipient did not answer",
        Account = "account": "dertig dagen na de laatste zaak, rol of sessie" / "thirty days after the last case, role or session",
        AccessLog = "access-log": "twee jaar" / "two years",
        Journal = "journal": "blijft; alleen verwijzingen, die niets meer zeggen als de rest weg is" / "stays; references only, which say nothing once the rest is gone",
        KeyProof = "key-proof": "tot wat ermee verzegeld was weg is" / "until what it sealed is gone",
        Tombstone = "tombstone": "blijft; een vingerafdruk, om een teruggezette reservekopie opnieuw te wissen" / "stays; a fingerprint, to erase again what a restored backup brings back",
        Count = "count": "blijft; aantallen zonder personen" / "stays; counts without persons",
    }
}

impl Rule {
    /// The days after which a row goes by its own age; none for what goes with something else.
    pub const fn days(self) -> Option<u32> {
        match self {
            // its row counts from when the day of the talk begins
            Self::AnnouncedTalk => Some(0),
            Self::ErasureNotice => Some(90),
            Self::AccessLog => Some(731),
            Self::ConsentProof => Some(5 * 365 + 2),
            _ => None,
        }
    }
}

code_list! {
    /// A term that a programme may set.
    pub enum RetentionTerm {
        /// A request that the parent withdrew.
        Withdrawn = "withdrawn": "na intrekking" / "after withdrawal",
        /// A request that ended without a match, or on which consent was never given.
        Unmatched = "unmatched": "na afsluiting zonder buddy" / "after closing without a buddy",
        /// A request that had a match.
        Matched = "matched": "na afsluiting met buddy" / "after closing with a buddy",
        /// How the parent can be reached, after her case ended.
        ContactWay = "contact-way": "bereikbaarheid na afsluiting" / "how to reach her, after closing",
        /// What parent and buddy wrote to each other, after their match ended.
        PrivateSpace = "private-space": "privéruimte na afloop van de steun" / "private space, after the support ended",
        /// A buddy's file after she left.
        BuddyFile = "buddy-file": "buddydossier na vertrek" / "a buddy's file, after she left",
        /// A request that waits for a buddy, since the parent last said that it goes on. Then it ends.
        Waiting = "waiting": "aanvraag die op een buddy wacht, sinds de ouder zei dat zij doorgaat" / "a request that waits for a buddy, since the parent said that it goes on",
        /// A request with a buddy, since the parent last said that it goes on. Then it ends.
        Supported = "supported": "aanvraag met een buddy, sinds de ouder zei dat zij doorgaat" / "a request with a buddy, since the parent said that it goes on",
    }
}

impl RetentionTerm {
    /// How many days, when the programme says nothing.
    pub const fn usual(self) -> u32 {
        match self {
            Self::Withdrawn | Self::ContactWay | Self::PrivateSpace => 30,
            Self::Unmatched => 90,
            Self::Waiting => 180,
            Self::Matched | Self::BuddyFile | Self::Supported => 365,
        }
    }

    /// How many days at least: a parent who is told [`TOLD_DAYS_BEFORE`] days ahead is not to be asked again as soon as she answered.
    pub const fn shortest(self) -> u32 {
        match self {
            Self::Waiting | Self::Supported => 3 * TOLD_DAYS_BEFORE,
            _ => 0,
        }
    }

    /// How many days at most, whatever the reason.
    pub const fn longest(self) -> u32 {
        match self {
            Self::Withdrawn | Self::ContactWay | Self::PrivateSpace => 90,
            Self::Unmatched | Self::Waiting => 365,
            Self::Matched | Self::BuddyFile | Self::Supported => 730,
        }
    }

    /// Whether a programme may keep to a term of so many days.
    ///
    /// # Errors
    /// `term-needs-reason` when it is longer than usual and no reason was given; `term-too-long` and `term-too-short` beyond the limits.
    pub fn allows(self, days: u32, reason: Option<&str>) -> Result<(), Rejection> {
        if days < self.shortest() {
            let text = Text::of(
                "Zo kort mag niet: dan vraagt u een ouder steeds weer of het doorgaat.",
                "That is too short: a parent would be asked again and again whether it goes on.",
            );
            return Err(Rejection::rule("term-too-short", "S5", text)
                .while_it_is(&self.shortest())
                .at("/days"));
        }
        if days > self.longest() {
            let text = Text::of(
                "Zo lang mogen deze gegevens niet blijven, ook niet met een reden.",
                "These data may not stay that long, whatever the reason.",
            );
            return Err(Rejection::rule("term-too-long", "AVG 5 lid 1 e", text)
                .while_it_is(&self.longest())
                .at("/days"));
        }
        if days > self.usual() && reason.is_none_or(|reason| reason.trim().is_empty()) {
            let text = Text::of(
                "Langer dan gebruikelijk mag alleen met een reden.",
                "Longer than usual needs a reason.",
            );
            return Err(Rejection::rule("term-needs-reason", "AVG 5 lid 1 e", text)
                .while_it_is(&self.usual())
                .at("/reason"));
        }
        Ok(())
    }
}

/// The terms of a programme, in days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<(RetentionTerm, u32)>);

impl Terms {
    /// The usual ones, but for those that the programme set.
    pub fn set(own: Vec<(RetentionTerm, u32)>) -> Self {
        Self(own)
    }

    /// How many days.
    pub fn days(&self, term: RetentionTerm) -> u32 {
        self.0.iter().find(|(own, _)| *own == term).map_or(term.usual(), |(_, days)| *days)
    }
}

code_list! {
    /// Why something is erased on a day, or not yet.
    pub enum RetentionGround {
        Running = "running": "loopt nog; er is nog geen einddatum" / "still running; there is no end yet",
        ConsentNotGiven = "consent-not-given": "er is nooit toestemming gegeven" / "consent was never given",
        Withdrawn = "withdrawn": "ingetrokken door de ouder" / "withdrawn by the parent",
        ClosedUnmatched = "closed-unmatched": "afgesloten zonder buddy" / "closed without a buddy",
        ClosedMatched = "closed-matched": "afgesloten na steun van een buddy" / "closed after support by a buddy",
        RestOver = "rest-over": "de school mag opnieuw vragen" / "the school may ask again",
        BuddyLeft = "buddy-left": "de buddy is vertrokken" / "the buddy left",
        AccountUnused = "account-unused": "er is geen zaak, rol of sessie meer" / "there is no case, role or session any more",
        AskedFor = "asked-for": "de ouder vroeg om wissen" / "the parent asked for erasure",
        StepsOver = "steps-over": "dertig dagen na de laatste stap" / "thirty days after the last step",
        TalkOver = "talk-over": "het gesprek is geweest" / "the talk is over",
        OwnTerm = "own-term": "de vaste termijn van dit gegeven" / "the fixed term of this record",
        WithAccount = "with-account": "gaat met het account weg" / "goes with the account",
        WithRequest = "with-request": "gaat met de aanvraag weg" / "goes with the request",
        Waiting = "waiting": "wacht op een buddy; eindigt, en gaat dan weg, als de ouder niet meer zegt dat het doorgaat" / "waits for a buddy; ends, and goes then, when the parent does not say any more that it goes on",
        Supported = "supported": "een buddy steunt de ouder; eindigt, en gaat dan weg, als de ouder niet meer zegt dat het doorgaat" / "a buddy supports the parent; ends, and goes then, when the parent does not say any more that it goes on",
    }
}

impl RetentionGround {
    /// Whether it has not ended: the day is then that on which it goes if nothing more is said, and nothing is erased on it before the end.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Waiting | Self::Supported)
    }
}

/// When something is erased, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// It is erased after this day; none while nobody can say.
    pub after: Option<Date>,
    /// Why.
    pub ground: RetentionGround,
}

impl Due {
    /// It runs: there is no end to count from yet.
    pub const RUNNING: Self = Self { after: None, ground: RetentionGround::Running };

    /// It goes with the account of whom it is about. When that is, is not for everybody who reads it: a role that is read by
    /// an administrator would tell her that its holder asks for help somewhere.
    pub const WITH_ACCOUNT: Self = Self { after: None, ground: RetentionGround::WithAccount };

    /// It goes with a request of which the reader may not know how it stands.
    pub const WITH_REQUEST: Self = Self { after: None, ground: RetentionGround::WithRequest };

    fn days_after(end: Moment, days: u32, ground: RetentionGround) -> Self {
        // beyond the calendar is never
        Self { after: day_of(end).checked_add_days(Days::new(days.into())), ground }
    }

    /// The moment before which something began whose term of so many days is over: at which the day, as [`Self::has_come`] asks it, has
    /// come for every row that is older. For a question to the database.
    pub fn over_before(today: Date, days: u32) -> Moment {
        today.checked_sub_days(Days::new(days.into())).map_or(Moment::MIN_UTC, start_of)
    }

    /// The same for whoever may know that a case goes on, and not how: whether it has a buddy, and when the parent last said something of it.
    #[must_use]
    pub const fn for_others(self) -> Self {
        if self.ground.is_open() { Self::RUNNING } else { self }
    }

    /// Whether the day has come. Of what has not ended it never has: it ends first, and its day counts from there.
    pub fn has_come(&self, today: Date) -> bool {
        !self.ground.is_open() && self.after.is_some_and(|after| today > after)
    }
}

/// What the terms of a case count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// Where the request stands.
    pub state: RequestState,
    /// When it was made.
    pub made_at: Moment,
    /// When it came to stand so, or its parent last changed something of it.
    pub since: Moment,
    /// Whether there ever was a match.
    pub was_matched: bool,
    /// When the parent asked for erasure, if this case was there then.
    pub asked_at: Option<Moment>,
    /// When the parent last said that it goes on.
    pub continued_at: Moment,
    /// When she was last told that its last day is near, if she has said nothing since.
    pub told_at: Option<Moment>,
}

impl CaseFacts {
    /// What its terms count from: from when it ended; and where nobody consented, and so nothing ended, from when it was made, whatever its parent changed of it
    /// since.
    const fn count_from(self) -> Moment {
        match self.state {
            RequestState::Submitted => self.made_at,
            _ => self.since,
        }
    }
}

/// When a case is erased: the request and everything that belongs to it.
pub fn case(terms: &Terms, facts: CaseFacts) -> Due {
    // what she asked for ended then; what runs she asked for afterwards
    if let Some(asked) = facts.asked_at.filter(|_| facts.state.has_ended()) {
        return self::asked(asked);
    }
    let after = |term, ground| Due::days_after(facts.count_from(), terms.days(term), ground);
    match facts.state {
        RequestState::Consented | RequestState::Matched => open(terms, facts),
        RequestState::Submitted => after(RetentionTerm::Unmatched, RetentionGround::ConsentNotGiven),
        RequestState::Withdrawn => after(RetentionTerm::Withdrawn, RetentionGround::Withdrawn),
        RequestState::Closed if facts.was_matched => {
            after(RetentionTerm::Matched, RetentionGround::ClosedMatched)
        }
        RequestState::Closed => after(RetentionTerm::Unmatched, RetentionGround::ClosedUnmatched),
    }
}

/// When something goes whose erasure was asked for, once nothing keeps it: at the next round.
pub fn asked(at: Moment) -> Due {
    Due { after: day_of(at).pred_opt(), ground: RetentionGround::AskedFor }
}

/// When a case that waits or runs goes if the parent says nothing more: the term of how it ends then, counted from the day after its last one.
fn open(terms: &Terms, facts: CaseFacts) -> Due {
    let is_matched = facts.state == RequestState::Matched;
    let ground = if is_matched { RetentionGround::Supported } else { RetentionGround::Waiting };
    let after_end =
        if is_matched || facts.was_matched { RetentionTerm::Matched } else { RetentionTerm::Unmatched };
    let end = last_day(terms, facts).and_then(|last| last.day.succ_opt());
    Due { after: end.and_then(|end| end.checked_add_days(Days::new(terms.days(after_end).into()))), ground }
}

/// When the contact way of a case is erased: never later than the case.
pub fn contact_way(terms: &Terms, facts: CaseFacts) -> Due {
    let whole = case(terms, facts);
    // where she has yet to consent nothing ended, and she is to be reached as long as she can
    let goes_along = [RetentionGround::AskedFor, RetentionGround::ConsentNotGiven].contains(&whole.ground);
    if whole.ground.is_open() || goes_along {
        return whole;
    }
    let own = Due::days_after(facts.since, terms.days(RetentionTerm::ContactWay), whole.ground);
    if own.after < whole.after { own } else { whole }
}

/// When what parent and buddy share is erased: after the end of their match, and never later than the case.
pub fn private_space(terms: &Terms, facts: CaseFacts, match_ended_at: Option<Moment>) -> Due {
    let whole = case(terms, facts);
    let Some(ended) = match_ended_at else { return whole };
    let own = Due::days_after(ended, terms.days(RetentionTerm::PrivateSpace), RetentionGround::ClosedMatched);
    match whole.after {
        Some(after) if !whole.ground.is_open() && own.after.is_none_or(|own| after < own) => whole,
        _ => own,
    }
}

/// When a conversation is erased. It counts from the day that the school opened it and from nothing that the parent did: a
/// school that watches its own records learns nothing from the day on which one goes.
pub fn conversation(opened_at: Moment) -> Due {
    Due {
        after: day_of(opened_at).checked_add_months(Months::new(REST_MONTHS)),
        ground: RetentionGround::RestOver,
    }
}

/// How long the steps of a conversation stay after the last one of that side.
pub const STEPS_STAY_DAYS: u32 = 30;

/// When the parent's side of a conversation is erased, with her code: after the last step once her side has ended for good,
/// and never later than the conversation. For the parent alone: a school that read it would learn that she ended it.
pub fn parents_side(opened_at: Moment, last_step_at: Moment, state: ConversationState) -> Due {
    let whole = conversation(opened_at);
    if !state.ended_by_parent() {
        return whole;
    }
    let own = Due::days_after(last_step_at, STEPS_STAY_DAYS, RetentionGround::StepsOver);
    if own.after < whole.after { own } else { whole }
}

/// Until when a school reads what was announced to it: the day of the talk, and nothing that it could learn of the case.
pub fn announced_talk(day: Date) -> Due {
    Due { after: Some(day), ground: RetentionGround::TalkOver }
}

/// When a row goes that goes by its own age; none where the rule counts from something else.
pub fn own_term(rule: Rule, since: Moment) -> Option<Due> {
    rule.days().map(|days| Due::days_after(since, days, RetentionGround::OwnTerm))
}

/// When something goes that has a last moment of its own.
pub fn until(last: Moment) -> Due {
    Due { after: Some(day_of(last)), ground: RetentionGround::OwnTerm }
}

/// When a buddy's certificates go: at the first round after she left.
pub fn certificates(left_at: Option<Moment>) -> Due {
    left_at.map_or(Due::RUNNING, |left| Due::days_after(left, 0, RetentionGround::BuddyLeft))
}

/// When a buddy's file is erased.
pub fn buddy_file(terms: &Terms, left_at: Option<Moment>) -> Due {
    left_at.map_or(Due::RUNNING, |left| {
        Due::days_after(left, terms.days(RetentionTerm::BuddyFile), RetentionGround::BuddyLeft)
    })
}

/// How long an account stays after the last thing that it was used for.
pub const ACCOUNT_STAYS_DAYS: u32 = 30;

/// When an account is erased; `last_used` is none while it has a case, a role or a buddy's file.
pub fn account(last_used: Option<Moment>) -> Due {
    last_used.map_or(Due::RUNNING, |last| {
        Due::days_after(last, ACCOUNT_STAYS_DAYS, RetentionGround::AccountUnused)
    })
}

#[cfg(test)]
mod tests;
