//! Who gets what a parent consents to, and what each of them is told when she takes it back (AVG art. 19).

use super::ConsentKind;
use crate::code_list;

code_list! {
    /// Who receives.
    pub enum RecipientKind {
        Programme = "programme": "het buddyprogramma" / "the buddy programme",
        Buddy = "buddy": "de buddy" / "the buddy",
        School = "school": "de school" / "the school",
        Pool = "pool": "een andere buddypool" / "another pool of buddies",
    }
}

code_list! {
    /// Whether a recipient has said that nothing is kept any longer.
    pub enum NoticeState {
        Pending = "pending": "gevraagd, nog niet bevestigd" / "asked, not confirmed yet",
        Confirmed = "confirmed": "bevestigd: er wordt niets meer bewaard" / "confirmed: nothing is kept any longer",
        ShownCancelled = "shown-cancelled": "ziet zelf dat het is vervallen" / "sees itself that it was cancelled",
        NotNeeded = "not-needed": "niet nodig: hier is niets van u aangekomen" / "not needed: nothing of yours arrived here",
    }
}

impl ConsentKind {
    /// Whether it is about data on health (AVG art. 9(2)(a)): the parent's for a child under 16, or the pupil's own.
    pub const fn is_of_health(self) -> bool {
        matches!(self, Self::ChildHealthData | Self::PupilHealthData)
    }

    /// Who may receive on this consent.
    pub const fn recipients(self) -> &'static [RecipientKind] {
        match self {
            Self::Referral | Self::Request | Self::ChildHealthData | Self::PupilHealthData => {
                &[RecipientKind::Programme, RecipientKind::Buddy]
            }
            Self::MeetingAnnouncement => &[RecipientKind::School],
            Self::Pool => &[RecipientKind::Pool],
        }
    }
}

impl RecipientKind {
    /// What a recipient is asked when a consent is taken back. Who could read something is asked to say that nothing is kept
    /// elsewhere, on paper or in a telephone; what the platform itself held is stopped by the withdrawal. A school sees in its
    /// own list, and in the calendar that it took in, that nobody comes; it is asked nothing. Nothing goes to another pool yet.
    pub const fn asked(self) -> NoticeState {
        match self {
            Self::Programme | Self::Buddy => NoticeState::Pending,
            Self::School => NoticeState::ShownCancelled,
            Self::Pool => NoticeState::NotNeeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn a_school_receives_nothing_but_the_announcement_of_a_talk() {
        for kind in ConsentKind::ALL {
            let to_school = kind.recipients().contains(&RecipientKind::School);
            assert_eq!(to_school, *kind == ConsentKind::MeetingAnnouncement, "{kind}");
            assert!(!kind.recipients().is_empty(), "{kind}");
        }
    }
}
