//! The points of a candidate: what fits how well. Preferences only; nothing here excludes.

use crate::buddies::{Buddy, Channel};
use crate::code::Code;
use crate::code_list;
use crate::requests::{ChannelWish, SupportRequest};
use crate::text::Text;

/// The version of the criteria and their weights, kept with each decision.
pub const RULES_VERSION: &str = "2026-1";

code_list! {
    /// What gives points.
    pub enum Criterion {
        Topics = "topics": "weet van het onderwerp" / "knows the topic",
        Nearness = "nearness": "in de buurt" / "near",
        Room = "room": "heeft ruimte" / "has room",
        WishedChannel = "wished-channel": "op de gewenste manier" / "in the wished way",
    }
}

impl Criterion {
    /// The most points that it gives. Together 100.
    pub const fn most(self) -> u32 {
        match self {
            Self::Topics => 50,
            Self::Nearness => 20,
            Self::Room => 20,
            Self::WishedChannel => 10,
        }
    }
}

/// The points for one criterion, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionScore {
    /// Which criterion.
    pub criterion: Criterion,
    /// How many points, at most [`Criterion::most`].
    pub points: u32,
    /// Why.
    pub reason: Text,
}

/// All points of one candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Each criterion.
    pub parts: Vec<CriterionScore>,
}

impl Score {
    /// The sum, of 100.
    pub fn total(&self) -> u32 {
        self.parts.iter().map(|part| part.points).sum()
    }

    #[cfg(test)]
    pub(super) fn of_points(points: u32) -> Self {
        Self {
            parts: vec![CriterionScore { criterion: Criterion::Topics, points, reason: Text::of("", "") }],
        }
    }
}

/// Gives a buddy her points for a request.
pub(super) fn score(request: &SupportRequest, buddy: &Buddy) -> Score {
    Score {
        parts: vec![
            topics(request, buddy),
            nearness(request, buddy),
            room(buddy),
            wished_channel(request, buddy),
        ],
    }
}

fn part(criterion: Criterion, share: (u32, u32), reason: Text) -> CriterionScore {
    let (of, whole) = share;
    CriterionScore { criterion, points: criterion.most() * of / whole.max(1), reason }
}

fn topics(request: &SupportRequest, buddy: &Buddy) -> CriterionScore {
    let asked = request.topics.len();
    let known = request.topics.common(buddy.specialisms);
    if asked == 0 {
        return part(
            Criterion::Topics,
            (1, 1),
            Text::of("De ouder noemde geen onderwerp.", "The parent named no topic."),
        );
    }
    let names = |nl: bool| {
        let labels = known.iter().map(|topic| if nl { topic.label().nl } else { topic.label().en });
        labels.map(std::borrow::Cow::into_owned).collect::<Vec<_>>().join(", ")
    };
    let reason = if known.is_empty() {
        Text::of("Weet niet speciaal van deze onderwerpen.", "Has no special knowledge of these topics.")
    } else {
        Text::new(
            format!("Weet van {} van de {asked} onderwerpen: {}.", known.len(), names(true)),
            format!("Knows {} of the {asked} topics: {}.", known.len(), names(false)),
        )
    };
    part(Criterion::Topics, (known.len(), asked), reason)
}

fn nearness(request: &SupportRequest, buddy: &Buddy) -> CriterionScore {
    let online_will_do =
        request.channel.channels().contains(Channel::Online) && buddy.channels.contains(Channel::Online);
    match &request.municipality {
        Some(municipality) if buddy.municipalities.contains(municipality) => part(
            Criterion::Nearness,
            (1, 1),
            Text::of("Komt in deze gemeente.", "Comes to this municipality."),
        ),
        None => part(
            Criterion::Nearness,
            (1, 1),
            Text::of("De ouder noemde geen gemeente.", "The parent named no municipality."),
        ),
        Some(_) if online_will_do => part(
            Criterion::Nearness,
            (1, 2),
            Text::of(
                "Komt niet in deze gemeente; online kan wel.",
                "Does not come to this municipality; online is possible.",
            ),
        ),
        Some(_) => part(
            Criterion::Nearness,
            (0, 1),
            Text::of("Komt niet in deze gemeente.", "Does not come to this municipality."),
        ),
    }
}

fn room(buddy: &Buddy) -> CriterionScore {
    part(
        Criterion::Room,
        (buddy.free(), buddy.capacity),
        Text::new(
            format!("Ruimte voor nog {} van {} ouders.", buddy.free(), buddy.capacity),
            format!("Room for {} more of {} parents.", buddy.free(), buddy.capacity),
        ),
    )
}

fn wished_channel(request: &SupportRequest, buddy: &Buddy) -> CriterionScore {
    let both = ChannelWish::of(buddy.channels) == ChannelWish::Either;
    let met = !buddy.channels.common(request.channel.channels()).is_empty();
    match (request.channel, met) {
        (_, false) => part(
            Criterion::WishedChannel,
            (0, 1),
            Text::of("Kan niet op de gewenste manier.", "Cannot meet in the wished way."),
        ),
        (ChannelWish::Either, true) if !both => part(
            Criterion::WishedChannel,
            (1, 2),
            Text::of("Kan op één van de twee manieren.", "Can meet in one of the two ways."),
        ),
        (_, true) => part(
            Criterion::WishedChannel,
            (1, 1),
            Text::of("Kan op de gewenste manier.", "Can meet in the wished way."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buddies::{BuddyStatus, SpokenLanguage};
    use crate::code::CodeSet;
    use crate::directory::MunicipalityCode;
    use crate::requests::{Origin, RequestState, SupportDuration, Topic};

    fn request(topics: &[Topic], channel: ChannelWish, municipality: Option<&str>) -> SupportRequest {
        let id = uuid::Uuid::nil();
        SupportRequest {
            id: id.into(),
            programme: id.into(),
            parent: id.into(),
            origin: Origin::Own,
            duration: SupportDuration::OneOff,
            channel,
            topics: topics.iter().copied().collect(),
            language: SpokenLanguage::Dutch,
            school: None,
            municipality: municipality.map(|code| MunicipalityCode::parse(code).expect("valid")),
            state: RequestState::Consented,
            withdrawn_by: None,
        }
    }

    fn buddy(specialisms: &[Topic], channels: ChannelWish, capacity: u32, matches: u32) -> Buddy {
        let id = uuid::Uuid::nil();
        Buddy {
            id: id.into(),
            programme: id.into(),
            person: id.into(),
            languages: CodeSet::default(),
            specialisms: specialisms.iter().copied().collect(),
            channels: channels.channels(),
            municipalities: vec![MunicipalityCode::parse("0363").expect("valid")],
            capacity,
            matches,
            status: BuddyStatus::Active,
            ties_asked_on: None,
        }
    }

    fn points(request: &SupportRequest, buddy: &Buddy) -> Vec<u32> {
        score(request, buddy).parts.iter().map(|part| part.points).collect()
    }

    #[test]
    fn the_criteria_add_up_to_a_hundred() {
        assert_eq!(Criterion::ALL.iter().map(|criterion| criterion.most()).sum::<u32>(), 100);
    }

    #[test]
    fn each_criterion_gives_what_its_facts_deserve() {
        use ChannelWish::{Either, InPerson, Online};
        use Topic::{Behaviour, SocialSafety};
        let all = request(&[SocialSafety, Behaviour], Either, Some("0363"));
        assert_eq!(points(&all, &buddy(&[SocialSafety, Behaviour], Either, 2, 0)), [50, 20, 20, 10]);
        assert_eq!(points(&all, &buddy(&[SocialSafety], Online, 2, 1)), [25, 20, 10, 5]);
        let far = request(&[SocialSafety], InPerson, Some("0599"));
        assert_eq!(points(&far, &buddy(&[], InPerson, 2, 2)), [0, 0, 0, 10]);
        assert_eq!(points(&far, &buddy(&[], Online, 0, 0)), [0, 0, 0, 0]);
        assert_eq!(points(&request(&[], Online, None), &buddy(&[], Online, 4, 1)), [50, 20, 15, 10]);
    }
}
