//! Parents, their requests, and their consents.

use chrono::TimeDelta;
use naast_domain::privacy::consents::{ConsentKind, text_in_use};
use naast_domain::text::Tongue;

use super::{Seed, moment};
use crate::data::{Kind, SCHOOLS, id, is_consented, mixed, municipality, school};

impl Seed<'_, '_> {
    pub(super) fn requests(&mut self) {
        let size = self.size;
        let parent = |n| id(Kind::Parent, n);
        self.fill(
            "people (id, name, created_at)",
            self.in_order_of_time().map(|(n, at)| format!("'{}', 'Ouder {n}', {}", parent(n), moment(at))),
        );
        let columns = "support_requests (programme_id, id, parent_id, origin, duration, channels, topics, language, \
             location_code, municipality_code, state, contact_name, contact_kind, contact_value, created_at, updated_at)";
        self.fill(
            columns,
            self.in_order_of_time().map(|(n, at)| {
                let chance = mixed(u64::from(n));
                let at = moment(at);
                let duration = if n % 3 == 0 { "one-off" } else { "long-term" };
                let school = if n % 4 == 0 { "NULL".to_owned() } else { format!("'{}'", school(n % SCHOOLS)) };
                let language = if n % 10 == 0 { "en" } else { "nl" };
                let topics = (1 << (chance % 11)) | (1 << (chance / 11 % 11));
                format!(
                    "'{}', '{}', '{}', 'self', '{duration}', {}, {topics}, '{language}', {school}, '{}', '{}', \
                     'Ouder {n}', 'email', 'ouder{n}@example.org', {at}, {at}",
                    id(Kind::Programme, size.programme_of(n)),
                    id(Kind::Request, n),
                    parent(n),
                    1 + n % 3,
                    municipality(n),
                    if is_consented(n) { "consented" } else { "submitted" }
                )
            }),
        );
        let text = text_in_use(ConsentKind::Request);
        let print = text.fingerprint(Tongue::Dutch);
        let columns = "consents (programme_id, id, request_id, subject_id, kind, text_version, language, text_hash, how, given_at)";
        self.fill(
            columns,
            self.in_order_of_time().filter(|(n, _)| is_consented(*n)).map(|(n, at)| {
                format!(
                    "'{}', '{}', '{}', '{}', 'request', '{}', 'nl', '{print}', 'own-login', {}",
                    id(Kind::Programme, size.programme_of(n)),
                    id(Kind::Consent, n),
                    id(Kind::Request, n),
                    id(Kind::Request, n),
                    text.version,
                    moment(at + TimeDelta::minutes(5))
                )
            }),
        );
    }
}
