//! Buddies with their certificates and ties.

use chrono::{Days, Months};

use super::{Seed, moment};
use crate::data::{Kind, PER_PROGRAMME, SCHOOLS, id, mixed, municipality, school};

impl Seed<'_, '_> {
    pub(super) fn buddies(&mut self) {
        let (size, today) = (self.size, self.today);
        let programme = |n| id(Kind::Programme, size.programme_of(n));
        let buddy = |n| id(Kind::Buddy, n);
        self.fill(
            "people (id, name, created_at)",
            self.in_order_of_time()
                .map(|(n, at)| format!("'{}', 'Buddy {n}', {}", id(Kind::Volunteer, n), moment(at))),
        );
        let issued = today - Days::new(100);
        let until = issued + Months::new(36);
        let columns = "buddies (programme_id, id, person_id, first_name, languages, specialisms, channels, \
             municipalities, capacity, status, ties_asked_on, ready_until, created_at)";
        self.fill(
            columns,
            self.in_order_of_time().map(|(n, at)| {
                let chance = mixed(u64::from(n) | 1 << 50);
                let specialisms = (1 << (chance % 11)) | (1 << (chance / 11 % 11)) | (1 << (chance / 121 % 11));
                // Dutch, and one language more for half of them
                let languages = 1 | if n % 2 == 0 { 1_u64 << (1 + chance / 1_331 % 19) } else { 0 };
                format!(
                    "'{}', '{}', '{}', 'Buddy {n}', {languages}, {specialisms}, {}, '[\"{}\",\"{}\"]', {}, '{}', \
                     '{}', '{until}', {}",
                    programme(n),
                    buddy(n),
                    id(Kind::Volunteer, n),
                    1 + n % 3,
                    municipality(n),
                    municipality(n + 1),
                    1 + n % 2,
                    if n % 10 == 0 { "paused" } else { "active" },
                    today - Days::new(30),
                    moment(at)
                )
            }),
        );
        let columns =
            "certificates (programme_id, id, buddy_id, kind, profile, issued_on, seen_by, recorded_at)";
        self.fill(
            columns,
            self.in_order_of_time().flat_map(|(n, at)| {
                let kinds = [
                    ("vog", "'45'"),
                    ("training", "NULL"),
                    ("agreement", "NULL"),
                    ("code-of-conduct", "NULL"),
                ];
                kinds.into_iter().zip(0..).map(move |((kind, profile), place)| {
                    format!(
                        "'{}', '{}', '{}', '{kind}', {profile}, '{issued}', '{}', {}",
                        id(Kind::Programme, size.programme_of(n)),
                        id(Kind::Certificate, n * 4 + place),
                        id(Kind::Buddy, n),
                        id(Kind::Coordinator, size.programme_of(n)),
                        moment(at)
                    )
                })
            }),
        );
        let columns = "ties (programme_id, id, buddy_id, kind, about, aggravated, since, declared_at)";
        self.fill(
            columns,
            self.in_order_of_time().filter(|(n, _)| n % 5 == 0).map(|(n, at)| {
                let kind = if n % 15 == 0 { "employed-at-school" } else { "own-child-at-school" };
                // a school of those that the requests of the same programme are about
                let about = n / PER_PROGRAMME * PER_PROGRAMME + n % 40;
                format!(
                    "'{}', '{}', '{}', '{kind}', '{{\"school\":\"{}\"}}', FALSE, '{}', {}",
                    programme(n),
                    id(Kind::Tie, n),
                    buddy(n),
                    school(about % SCHOOLS),
                    today - Months::new(24),
                    moment(at)
                )
            }),
        );
    }
}
