//! Whether a buddy is ready to be proposed: never a field that somebody ticks, always computed from facts, with
//! reasons (S3, S4).

use chrono::Months;

use super::{Buddy, BuddyStatus};
use crate::code::Code;
use crate::ids::BuddyId;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Date, code_list};

code_list! {
    /// A certificate of a buddy.
    pub enum CertificateKind {
        Vog = "vog": "Verklaring Omtrent het Gedrag (VOG)" / "certificate of conduct (VOG)",
        Training = "training": "training tot buddy" / "buddy training",
        Agreement = "agreement": "vrijwilligersovereenkomst" / "volunteer agreement",
        CodeOfConduct = "code-of-conduct": "gedragscode" / "code of conduct",
    }
}

code_list! {
    /// What readiness asks for.
    pub enum Requirement {
        Active = "active": "actief in het programma" / "active in the programme",
        Vog = "vog": "geldige VOG" / "valid certificate of conduct (VOG)",
        Training = "training": "geldige training" / "valid training",
        Agreement = "agreement": "getekende vrijwilligersovereenkomst" / "signed volunteer agreement",
        CodeOfConduct = "code-of-conduct": "getekende gedragscode" / "signed code of conduct",
    }
}

/// Renewing a VOG every three years is advised. A VOG has no last day of its own: it counts so long at most, and shorter where a programme
/// asks for a new one earlier. [P]
pub const VOG_MONTHS: u32 = 36;

/// A training is renewed after three years, where it names no last day of its own. [P]
pub const TRAINING_MONTHS: u32 = 36;

/// A certificate as readiness looks at it. A VOG is a date, a profile and a last day; the document is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What it is.
    pub kind: CertificateKind,
    /// The screening profile, for a VOG.
    pub profile: Option<String>,
    /// The day of issue.
    pub issued_on: Date,
    /// The last day on which it is valid, when it names one.
    pub expires_on: Option<Date>,
}

fn months_after(day: Date, months: u32) -> Date {
    day.checked_add_months(Months::new(months)).unwrap_or(Date::MAX)
}

impl CertificateKind {
    /// The last day up to which a certificate of this kind can be valid, whatever it says; `None` where it says so itself.
    pub fn longest(self, issued_on: Date) -> Option<Date> {
        (self == Self::Vog).then(|| months_after(issued_on, VOG_MONTHS))
    }
}

impl Certificate {
    /// The last day on which it is valid.
    pub fn last_day(&self) -> Date {
        let named = self.expires_on.unwrap_or(match self.kind {
            CertificateKind::Training => months_after(self.issued_on, TRAINING_MONTHS),
            CertificateKind::Vog | CertificateKind::Agreement | CertificateKind::CodeOfConduct => Date::MAX,
        });
        self.kind.longest(self.issued_on).map_or(named, |longest| named.min(longest))
    }

    fn is_valid(&self, on: Date) -> bool {
        self.issued_on <= on && on <= self.last_day()
    }
}

/// Why a buddy is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unready {
    /// What is missing.
    pub requirement: Requirement,
    /// In words.
    pub reason: Text,
}

/// What the facts say on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    buddy: BuddyId,
    /// What is missing; empty for a buddy who is ready.
    pub missing: Vec<Unready>,
    /// The last day on which every certificate is valid, when all are there.
    pub until: Option<Date>,
}

/// A buddy whose facts are in order today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyBuddy(BuddyId);

impl ReadyBuddy {
    /// Which buddy.
    pub fn buddy(self) -> BuddyId {
        self.0
    }
}

impl Readiness {
    /// Whether nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.missing.is_empty()
    }

    /// The proof that the buddy is ready.
    ///
    /// # Errors
    /// `buddy-not-ready`, with everything that is missing.
    pub fn proven(&self) -> Result<ReadyBuddy, Rejection> {
        if self.is_ready() {
            return Ok(ReadyBuddy(self.buddy));
        }
        let list = |text: fn(&Unready) -> &str| self.missing.iter().map(text).collect::<Vec<_>>().join(" ");
        Err(Rejection::rule(
            "buddy-not-ready",
            "S3",
            Text::new(
                format!("Deze buddy kan nog niet worden voorgesteld. {}", list(|one| &one.reason.nl)),
                format!("This buddy cannot be proposed yet. {}", list(|one| &one.reason.en)),
            ),
        )
        .because_of(self.missing.iter().map(|one| one.requirement.code())))
    }
}

/// The certificate of a kind that reaches furthest.
fn best(certificates: &[Certificate], kind: CertificateKind, on: Date) -> Option<&Certificate> {
    let has_begun = |one: &&Certificate| one.kind == kind && one.issued_on <= on;
    certificates.iter().filter(has_begun).max_by_key(|one| one.last_day())
}

/// The last day on which every certificate that readiness asks for is valid; `None` when one is missing.
pub fn ready_until(certificates: &[Certificate], on: Date) -> Option<Date> {
    CertificateKind::ALL
        .iter()
        .map(|kind| best(certificates, *kind, on).map(Certificate::last_day))
        .min()
        .flatten()
}

/// Computes readiness on a day.
pub fn readiness(buddy: &Buddy, certificates: &[Certificate], on: Date) -> Readiness {
    let mut missing = Vec::new();
    if buddy.status != BuddyStatus::Active {
        missing.push(Unready {
            requirement: Requirement::Active,
            reason: Text::new(
                format!("De buddy is niet actief: {}.", buddy.status.label().nl),
                format!("The buddy is not active: {}.", buddy.status.label().en),
            ),
        });
    }
    for (kind, requirement) in [
        (CertificateKind::Vog, Requirement::Vog),
        (CertificateKind::Training, Requirement::Training),
        (CertificateKind::Agreement, Requirement::Agreement),
        (CertificateKind::CodeOfConduct, Requirement::CodeOfConduct),
    ] {
        let label = kind.label();
        let reason = match best(certificates, kind, on) {
            None => Text::new(format!("Ontbreekt: {}.", label.nl), format!("Missing: {}.", label.en)),
            Some(certificate) if !certificate.is_valid(on) => Text::new(
                format!("Verlopen op {}: {}.", certificate.last_day(), label.nl),
                format!("Expired on {}: {}.", certificate.last_day(), label.en),
            ),
            Some(certificate) if kind == CertificateKind::Vog && certificate.profile.is_none() => Text::of(
                "Bij de VOG ontbreekt het screeningsprofiel.",
                "The certificate of conduct lacks its screening profile.",
            ),
            Some(_) => continue,
        };
        missing.push(Unready { requirement, reason });
    }
    Readiness { buddy: buddy.id, missing, until: ready_until(certificates, on) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::CodeSet;

    fn day(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd_opt(year, month, day).expect("a day")
    }

    fn buddy(status: BuddyStatus) -> Buddy {
        let id = uuid::Uuid::nil();
        Buddy {
            id: id.into(),
            programme: id.into(),
            person: id.into(),
            languages: CodeSet::default(),
            specialisms: CodeSet::default(),
            channels: CodeSet::default(),
            municipalities: Vec::new(),
            capacity: 1,
            matches: 0,
            status,
            ties_asked_on: None,
        }
    }

    fn complete() -> Vec<Certificate> {
        CertificateKind::ALL
            .iter()
            .map(|kind| Certificate {
                kind: *kind,
                profile: (*kind == CertificateKind::Vog).then(|| "45".to_owned()),
                issued_on: day(2025, 1, 15),
                expires_on: None,
            })
            .collect()
    }

    fn missing(status: BuddyStatus, certificates: &[Certificate], on: Date) -> Vec<Requirement> {
        readiness(&buddy(status), certificates, on).missing.iter().map(|one| one.requirement).collect()
    }

    #[test]
    fn a_buddy_with_every_certificate_is_ready_until_the_first_runs_out() {
        assert_eq!(missing(BuddyStatus::Active, &complete(), day(2026, 9, 1)), []);
        assert_eq!(ready_until(&complete(), day(2026, 9, 1)), Some(day(2028, 1, 15)));
        assert_eq!(missing(BuddyStatus::Active, &complete(), day(2028, 1, 15)), []);
        assert_eq!(
            missing(BuddyStatus::Active, &complete(), day(2028, 1, 16)),
            [Requirement::Vog, Requirement::Training]
        );
    }

    #[test]
    fn a_vog_counts_for_three_years_at_most_whatever_was_written_down() {
        let last = |kind, expires_on| {
            Certificate { kind, profile: None, issued_on: day(2026, 1, 15), expires_on }.last_day()
        };
        let far = Some(day(2999, 1, 1));
        assert_eq!(last(CertificateKind::Vog, far), day(2029, 1, 15));
        assert_eq!(last(CertificateKind::Vog, None), day(2029, 1, 15));
        assert_eq!(last(CertificateKind::Vog, Some(day(2027, 1, 15))), day(2027, 1, 15));
        assert_eq!(last(CertificateKind::Training, far), day(2999, 1, 1));
        assert_eq!(CertificateKind::Vog.longest(day(2026, 1, 15)), Some(day(2029, 1, 15)));
        assert_eq!(CertificateKind::Training.longest(day(2026, 1, 15)), None);
    }

    #[test]
    fn each_missing_certificate_is_a_reason_of_its_own() {
        for kind in CertificateKind::ALL {
            let rest: Vec<_> = complete().into_iter().filter(|one| one.kind != *kind).collect();
            let reasons = missing(BuddyStatus::Active, &rest, day(2026, 9, 1));
            assert_eq!(reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>(), [kind.code()]);
            assert_eq!(ready_until(&rest, day(2026, 9, 1)), None);
        }
    }

    #[test]
    fn a_certificate_of_tomorrow_does_not_count_today() {
        assert_eq!(missing(BuddyStatus::Active, &complete(), day(2025, 1, 14)).len(), 4);
    }

    #[test]
    fn a_renewed_vog_counts_beside_the_expired_one() {
        let mut certificates = complete();
        certificates.push(Certificate { issued_on: day(2027, 12, 1), ..certificates[0].clone() });
        assert_eq!(missing(BuddyStatus::Active, &certificates, day(2028, 2, 1)), [Requirement::Training]);
    }

    #[test]
    fn a_vog_without_its_profile_is_no_proof() {
        let mut certificates = complete();
        certificates[0].profile = None;
        assert_eq!(missing(BuddyStatus::Active, &certificates, day(2026, 9, 1)), [Requirement::Vog]);
    }

    #[test]
    fn only_an_active_buddy_is_ready_and_only_readiness_gives_the_proof() {
        for status in [BuddyStatus::Applicant, BuddyStatus::Paused, BuddyStatus::Left] {
            assert_eq!(missing(status, &complete(), day(2026, 9, 1)), [Requirement::Active]);
        }
        let refusal = readiness(&buddy(BuddyStatus::Active), &[], day(2026, 9, 1))
            .proven()
            .expect_err("nothing is there");
        assert_eq!(refusal.reasons(), ["vog", "training", "agreement", "code-of-conduct"]);
        assert!(refusal.permitted.is_empty() && refusal.state.is_empty());
    }
}
