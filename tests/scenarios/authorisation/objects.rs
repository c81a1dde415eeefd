//! What a call names, and how far a case must have come for it.

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The request was submitted.
    Submitted,
    /// The parent consented.
    Consented,
    /// A buddy was proposed, and the parent has not answered on her tie.
    Proposed,
    /// The parent accepted the tie; nobody said yes or no.
    Told,
    /// The match runs, and they met once.
    Matched,
    /// The match is paused.
    Paused,
}

/// Every state.
pub const STATES: [State; 6] =
    [State::Submitted, State::Consented, State::Proposed, State::Told, State::Matched, State::Paused];

/// The ids that a call names.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// The programme of the case.
    pub programme: String,
    /// An organisation.
    pub organisation: String,
    /// A membership in it, of somebody who does not call.
    pub membership: String,
    /// The school of the case.
    pub school: String,
    /// Its board.
    pub board: String,
    /// Its partnership.
    pub partnership: String,
    /// An import of the directory.
    pub import: String,
    /// An activity of the processing register.
    pub activity: String,
    /// A kind of problem.
    pub problem: String,
    /// The request.
    pub request: String,
    /// The proposal.
    pub proposal: String,
    /// What the parent is told of the buddy.
    pub finding: String,
    /// The match.
    pub matched: String,
    /// An announcement of a talk, as the case knows it.
    pub announcement: String,
    /// The same, as the school knows it.
    pub announced: String,
    /// A private note of the match that its parent wrote.
    pub note: String,
    /// Another, to take away.
    pub spare_note: String,
    /// A message of the match that its parent wrote.
    pub message: String,
    /// Another, to take away.
    pub spare_message: String,
    /// The buddy.
    pub buddy: String,
    /// A tie of the buddy.
    pub tie: String,
    /// A certificate of the buddy, beside others of its kind.
    pub certificate: String,
    /// A tie that a coordinator of the programme declared of herself.
    pub own_tie: String,
    /// The school's side of a conversation.
    pub conversation: String,
    /// An invitation that was not exchanged.
    pub invitation: String,
    /// A parent's own code.
    pub code: String,
    /// A consent on the request: reported and not confirmed while the request is only submitted.
    pub consent: String,
    /// What the buddy of the case was told when the parent took something back.
    pub notice: String,
    /// A code from a letter, which confirms a consent.
    pub confirmation: String,
    /// A pupil's code.
    pub pupil_code: String,
    /// A webhook of the programme.
    pub subscription: String,
    /// A delivery of it.
    pub delivery: String,
    /// A person who is registered, does not call and is no buddy.
    pub person: String,
    /// A hold on the request.
    pub hold: String,
    /// A day ahead that was not named before.
    pub day: String,
}

/// The second id of a path: what it names belongs under what the first one names. None where there is none, or where it is no id
/// but a code that means the same wherever it stands.
pub fn second_id(template: &str) -> Option<&str> {
    let second = template.split('{').nth(2)?.split('}').next()?;
    (!["locationCode", "term"].contains(&second)).then_some(second)
}

/// One's own objects, but for the second id, which is of somebody else.
///
/// # Panics
/// For a second id of which nobody said here what it names.
pub fn crossed_with(name: &str, own: &Objects, of: &Objects) -> Objects {
    let (own, of) = (own.clone(), of.clone());
    match name {
        "membershipId" => Objects { membership: of.membership, ..own },
        "tieId" => Objects { tie: of.tie, own_tie: of.own_tie, ..own },
        "certificateId" => Objects { certificate: of.certificate, ..own },
        "noteId" => Objects { note: of.note, spare_note: of.spare_note, ..own },
        "messageId" => Objects { message: of.message, spare_message: of.spare_message, ..own },
        "announcementId" => Objects { announcement: of.announcement, ..own },
        "consentId" => Objects { consent: of.consent, ..own },
        "holdId" => Objects { hold: of.hold, ..own },
        _ => {
            panic!("{{{name}}}: say in objects.rs (`crossed_with`) which object of another case stands here")
        }
    }
}
