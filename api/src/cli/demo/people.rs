//! The dozen buddies of the demo. Names say what they are there to show.

use serde_json::{Value, json};

/// What a tie is about, as the API takes it.
type About = fn() -> Value;

/// A buddy of the demo.
pub struct DemoBuddy {
    /// What she is called.
    pub name: &'static str,
    /// Which of the three programmes: 0 independent, 1 school, 2 support point.
    pub programme: usize,
    /// The languages.
    pub languages: &'static [&'static str],
    /// What she knows more of.
    pub specialisms: &'static [&'static str],
    /// How she meets.
    pub channels: &'static [&'static str],
    /// A tie: kind and what it is about.
    pub tie: Option<(&'static str, About)>,
    /// Whether her VOG has run out.
    pub expired_vog: bool,
}

fn own_school() -> Value {
    json!({ "kind": "school", "locationCode": super::schools::OWN })
}

fn sister_school() -> Value {
    json!({ "kind": "school", "locationCode": super::schools::SISTER })
}

const NL: &[&str] = &["nl"];
const BOTH: &[&str] = &["online", "in-person"];

/// All of them.
pub const BUDDIES: &[DemoBuddy] = &[
    DemoBuddy {
        name: "Aster",
        programme: 0,
        languages: NL,
        specialisms: &["talking-with-school", "extra-support"],
        channels: BOTH,
        tie: None,
        expired_vog: false,
    },
    DemoBuddy {
        name: "Berk",
        programme: 0,
        languages: &["nl", "tr"],
        specialisms: &["social-safety"],
        channels: &["online"],
        tie: None,
        expired_vog: false,
    },
    DemoBuddy {
        name: "Ceder",
        programme: 0,
        languages: &["nl", "en"],
        specialisms: &["social-safety", "talking-with-school"],
        channels: BOTH,
        tie: Some(("own-child-at-school", own_school)),
        expired_vog: false,
    },
    DemoBuddy {
        name: "Den",
        programme: 0,
        languages: NL,
        specialisms: &["at-home-without-school"],
        channels: &["in-person"],
        tie: Some(("employed-at-school", own_school)),
        expired_vog: false,
    },
    DemoBuddy {
        name: "Els",
        programme: 0,
        languages: NL,
        specialisms: &["giftedness"],
        channels: BOTH,
        tie: None,
        expired_vog: true,
    },
    DemoBuddy {
        name: "Framboos",
        programme: 0,
        languages: &["nl", "ar"],
        specialisms: &["rules-and-rights"],
        channels: BOTH,
        tie: Some(("employed-at-school", sister_school)),
        expired_vog: false,
    },
    DemoBuddy {
        name: "Gerst",
        programme: 1,
        languages: NL,
        specialisms: &["talking-with-school"],
        channels: BOTH,
        tie: Some(("own-child-at-school", own_school)),
        expired_vog: false,
    },
    DemoBuddy {
        name: "Hazelaar",
        programme: 1,
        languages: &["nl", "pl"],
        specialisms: &["transition"],
        channels: &["in-person"],
        tie: None,
        expired_vog: false,
    },
    DemoBuddy {
        name: "Iep",
        programme: 1,
        languages: NL,
        specialisms: &["behaviour"],
        channels: &["online"],
        tie: Some(("council-member-parent", own_school)),
        expired_vog: false,
    },
    DemoBuddy {
        name: "Jasmijn",
        programme: 2,
        languages: NL,
        specialisms: &["extra-support", "learning-difficulties"],
        channels: BOTH,
        tie: None,
        expired_vog: false,
    },
    DemoBuddy {
        name: "Kers",
        programme: 2,
        languages: &["nl", "uk"],
        specialisms: &["school-choice"],
        channels: &["online"],
        tie: None,
        expired_vog: false,
    },
    DemoBuddy {
        name: "Linde",
        programme: 2,
        languages: NL,
        specialisms: &["development-plan"],
        channels: BOTH,
        tie: Some(("school-volunteer", own_school)),
        expired_vog: false,
    },
];
