//! Support requests (S5): by referral after consent, or by the parent herself, with no school and no conversation.
//!
//! One-off or long-term and online or in person are two questions, not one. A request belongs to one parent: another
//! parent of the same child has no part in it. She may withdraw at any moment, in one call, without a reason, and is
//! never refused.

use crate::Date;
use crate::buddies::{Channel, SpokenLanguage};
use crate::code::{Code, CodeSet};
use crate::code_list;
use crate::directory::{LocationCode, MunicipalityCode};
use crate::ids::{PersonId, ProgrammeId, RequestId};
use crate::privacy::consents::{Consent, ConsentKind};
use crate::programmes::{OrganisationForm, form_changed};
use crate::rejection::Rejection;
use crate::text::Text;

mod notices;

pub use notices::{ParentNotice, last_day_in_words, last_day_near};

code_list! {
    /// How long the parent expects to want support (S5).
    pub enum SupportDuration {
        OneOff = "one-off": "eenmalig advies" / "one-off advice",
        LongTerm = "long-term": "langere begeleiding" / "longer support",
    }
}

code_list! {
    /// How the parent wants to meet (S5). Independent of how long.
    pub enum ChannelWish {
        Online = "online": "online" / "online",
        InPerson = "in-person": "persoonlijk" / "in person",
        Either = "either": "maakt niet uit" / "either",
    }
}

code_list! {
    /// What the support is about. Deliberately coarse, and none is needed. Nothing of the child's health is among it: that is told to somebody, after a
    /// consent of its own (AVG art. 9).
    pub enum Topic {
        TalkingWithSchool = "talking-with-school": "gesprekken met school" / "talks with school",
        ExtraSupport = "extra-support": "extra ondersteuning op school" / "extra support at school",
        SchoolChoice = "school-choice": "een passende school vinden" / "finding a fitting school",
        AtHomeWithoutSchool = "at-home-without-school": "thuiszitten" / "at home without school",
        SocialSafety = "social-safety": "sociale veiligheid op school" / "social safety at school",
        LearningDifficulties = "learning-difficulties": "moeite met leren" / "learning difficulties",
        Behaviour = "behaviour": "gedrag" / "behaviour",
        Giftedness = "giftedness": "hoogbegaafdheid" / "giftedness",
        DevelopmentPlan = "development-plan": "ontwikkelingsperspectief (OPP)" / "development plan (OPP)",
        Transition = "transition": "overgang naar een andere school" / "moving to another school",
        RulesAndRights = "rules-and-rights": "regels en rechten" / "rules and rights",
    }
}

code_list! {
    /// How a request came.
    pub enum Origin {
        Own = "self": "door de ouder zelf" / "by the parent herself",
        Referral = "referral": "na overdracht door school, met toestemming" / "handed over by a school, with consent",
    }
}

code_list! {
    /// Where a request stands.
    pub enum RequestState {
        Submitted = "submitted": "ingediend; toestemming ontbreekt nog" / "submitted; consent is still to be given",
        Consented = "consented": "toestemming gegeven; een buddy wordt gezocht" / "consented; a buddy is sought",
        Matched = "matched": "gekoppeld aan een buddy" / "matched with a buddy",
        Closed = "closed": "afgesloten" / "closed",
        Withdrawn = "withdrawn": "ingetrokken" / "withdrawn",
    }
}

code_list! {
    /// Who withdrew a request, or took one consent back. A pupil withdraws no request.
    pub enum WithdrawnBy {
        Parent = "parent": "door de ouder zelf" / "by the parent herself",
        Coordinator = "coordinator": "opgeschreven door de coördinator, die het van de ouder hoorde" / "noted by the coordinator, who heard it from the parent",
        Pupil = "pupil": "door de leerling zelf, met een eigen code" / "by the pupil herself, with a code of her own",
    }
}

code_list! {
    /// Who noted that a request goes on.
    pub enum ContinuedBy {
        Parent = "parent": "door de ouder zelf" / "by the parent herself",
        Coordinator = "coordinator": "opgeschreven door de coördinator, die van de ouder hoorde dat het doorgaat" / "noted by the coordinator, who heard the parent say that it goes on",
    }
}

code_list! {
    /// How a parent can be reached.
    pub enum ContactKind {
        Email = "email": "e-mail" / "e-mail",
        Phone = "phone": "telefoon" / "phone",
    }
}

/// What the parent is called and the one way to reach her. It is hers and the programme's; a school never has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// What she wants to be called.
    pub name: String,
    /// The kind of contact way.
    pub kind: ContactKind,
    /// The address or number.
    pub value: String,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Contact(withheld)")
    }
}

/// A support request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportRequest {
    /// Its id.
    pub id: RequestId,
    /// The programme that it was made to.
    pub programme: ProgrammeId,
    /// Whose it is.
    pub parent: PersonId,
    /// How it came.
    pub origin: Origin,
    /// One-off or long-term.
    pub duration: SupportDuration,
    /// Online, in person, or either.
    pub channel: ChannelWish,
    /// What it is about.
    pub topics: CodeSet<Topic>,
    /// The language that the parent wants to speak.
    pub language: SpokenLanguage,
    /// The child's school, when the parent wants to name it.
    pub school: Option<LocationCode>,
    /// Where the parent would meet, when she wants to say.
    pub municipality: Option<MunicipalityCode>,
    /// Where it stands.
    pub state: RequestState,
    /// Who withdrew it, once it is withdrawn and that is known.
    pub withdrawn_by: Option<WithdrawnBy>,
}

/// A request that its parent consented to, and that has no buddy yet: the only kind that a buddy can be proposed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentedRequest(SupportRequest);

impl ConsentedRequest {
    /// The request.
    pub fn request(&self) -> &SupportRequest {
        &self.0
    }
}

impl ChannelWish {
    /// The channels that would do.
    pub fn channels(self) -> CodeSet<Channel> {
        match self {
            Self::Online => [Channel::Online].into_iter().collect(),
            Self::InPerson => [Channel::InPerson].into_iter().collect(),
            Self::Either => Channel::ALL.iter().copied().collect(),
        }
    }

    /// The wish that these channels stand for.
    pub fn of(channels: CodeSet<Channel>) -> Self {
        match (channels.contains(Channel::Online), channels.contains(Channel::InPerson)) {
            (true, false) => Self::Online,
            (false, true) => Self::InPerson,
            _ => Self::Either,
        }
    }
}

impl RequestState {
    /// Whether it waits or runs: its parent consented, and it has not ended.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Consented | Self::Matched)
    }

    /// Whether it is over: nothing of it goes on.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }

    /// What may be done in this state, as codes of operations.
    pub fn permitted(self) -> Vec<&'static str> {
        match self {
            Self::Submitted => vec!["consents", "withdrawal"],
            Self::Consented => vec!["consents", "candidates", "proposals", "continuations", "withdrawal"],
            Self::Matched => vec!["continuations", "withdrawal"],
            Self::Closed | Self::Withdrawn => vec!["withdrawal"],
        }
    }

    fn refuse(self, code: &'static str, source: &'static str, reason: Text) -> Rejection {
        Rejection::rule(code, source, reason).in_state(self.code(), self.permitted())
    }
}

impl SupportRequest {
    /// The request as one that a buddy can be proposed for.
    ///
    /// # Errors
    /// `consent-missing` while no consent to keep and match the request is in force; `form-changed` while the one that is was given before
    /// the programme took the form that it has; `request-not-open` when it is matched, closed or withdrawn.
    pub fn for_matching(
        self,
        consents: &[Consent],
        (form, today): (Option<OrganisationForm>, Date),
    ) -> Result<ConsentedRequest, Rejection> {
        match self.state {
            RequestState::Matched | RequestState::Closed | RequestState::Withdrawn => Err(self.state.refuse(
                "request-not-open",
                "S5",
                Text::new(
                    format!("Voor deze aanvraag wordt geen buddy gezocht. Stand: {}.", self.state.label().nl),
                    format!("No buddy is sought for this request. State: {}.", self.state.label().en),
                ),
            )),
            RequestState::Submitted | RequestState::Consented => {
                let given =
                    |kind| consents.iter().any(|consent| consent.kind == kind && consent.in_force_on(today));
                let referred = self.origin == Origin::Own || given(ConsentKind::Referral);
                if given(ConsentKind::Request) && referred && self.state == RequestState::Consented {
                    if self.is_asked_anew(consents, (form, today)) {
                        return Err(form_changed().in_state(self.state.code(), self.permitted(true)));
                    }
                    Ok(ConsentedRequest(self))
                } else {
                    Err(self.state.refuse(
                        "consent-missing",
                        "L6",
                        Text::of(
                            "De ouder heeft nog geen toestemming gegeven om een buddy te zoeken. Alleen de ouder zelf \
                             kan dat doen.",
                            "The parent has not yet consented to a search for a buddy. Only the parent herself can.",
                        ),
                    ))
                }
            }
        }
    }

    /// Whether its parent is to consent anew: what she consented to is in force, and was another form of the programme than it has now.
    pub fn is_asked_anew(
        &self,
        consents: &[Consent],
        (form, today): (Option<OrganisationForm>, Date),
    ) -> bool {
        let mut given = consents
            .iter()
            .filter(|consent| consent.kind == ConsentKind::Request && consent.in_force_on(today))
            .peekable();
        matches!(self.state, RequestState::Consented | RequestState::Matched)
            && given.peek().is_some()
            && given.all(|consent| !consent.is_for(form))
    }

    /// What may be done, as codes of operations: while its parent is to consent anew nothing but that, and stopping.
    pub fn permitted(&self, asked_anew: bool) -> Vec<&'static str> {
        if asked_anew { vec!["consents", "withdrawal"] } else { self.state.permitted() }
    }

    /// The state after the parent gave a consent.
    ///
    /// # Errors
    /// `request-not-open` when the request has ended, or has a buddy already and the consent is the one for matching;
    /// `consent-elsewhere` for what is consented to in an act of its own.
    pub fn consent(&self, kind: ConsentKind) -> Result<RequestState, Rejection> {
        match (self.state, kind) {
            (RequestState::Submitted | RequestState::Consented, ConsentKind::Request) => {
                Ok(RequestState::Consented)
            }
            (RequestState::Closed | RequestState::Withdrawn, _) | (_, ConsentKind::Referral) => {
                Err(self.state.refuse(
                    "request-not-open",
                    "L6",
                    Text::of(
                        "Deze toestemming hoort hier nu niet. Dien een nieuwe aanvraag in als u hulp wilt.",
                        "This consent does not belong here now. Submit a new request if you want help.",
                    ),
                ))
            }
            (_, ConsentKind::MeetingAnnouncement | ConsentKind::PupilHealthData) => Err(self.state.refuse(
                "consent-elsewhere",
                "L6",
                Text::of(
                    "Deze toestemming geeft u bij de aankondiging zelf, of geeft uw kind zelf met een eigen code.",
                    "You give this consent with the announcement itself, or your child gives it with a code of her own.",
                ),
            ).at("/kind")),
            (state, _) => Ok(state),
        }
    }

    /// Checks that the parent can still name another school.
    ///
    /// # Errors
    /// `request-not-open` once the request has ended.
    pub fn change_school(&self) -> Result<(), Rejection> {
        match self.state {
            RequestState::Submitted | RequestState::Consented | RequestState::Matched => Ok(()),
            RequestState::Closed | RequestState::Withdrawn => Err(self.state.refuse(
                "request-not-open",
                "S2",
                Text::of("Deze aanvraag is voorbij.", "This request is over."),
            )),
        }
    }

    /// Checks that there is something of which the parent can say that it goes on.
    ///
    /// # Errors
    /// `consent-missing` while she is yet to consent; `form-changed` while she is to consent anew, which says more than that it goes on;
    /// `request-not-open` once it has ended.
    pub fn go_on(
        &self,
        consents: &[Consent],
        (form, today): (Option<OrganisationForm>, Date),
    ) -> Result<(), Rejection> {
        match self.state {
            RequestState::Consented | RequestState::Matched => {
                if self.is_asked_anew(consents, (form, today)) {
                    return Err(form_changed().in_state(self.state.code(), vec!["consents", "withdrawal"]));
                }
                Ok(())
            }
            RequestState::Submitted => Err(self.state.refuse(
                "consent-missing",
                "L6",
                Text::of(
                    "De ouder heeft nog geen toestemming gegeven. Pas daarna kan zij zeggen dat het doorgaat.",
                    "The parent has not yet consented. Only then can she say that it goes on.",
                ),
            )),
            RequestState::Closed | RequestState::Withdrawn => Err(self.state.refuse(
                "request-not-open",
                "S5",
                Text::of(
                    "Deze aanvraag is voorbij. Wilt u weer hulp? Dien dan een nieuwe aanvraag in.",
                    "This request is over. Do you want help again? Then submit a new request.",
                ),
            )),
        }
    }

    /// The state after withdrawal: always the same, from any state, also when repeated.
    pub fn withdraw(&self) -> RequestState {
        RequestState::Withdrawn
    }
}

#[cfg(test)]
mod tests;
