//! Directory, organisations, programmes and their coordinators.

use chrono::{Months, TimeDelta};
use naast_domain::code::CodeSet;
use naast_domain::independence::Funder;

use super::{Seed, moment};
use crate::data::{Kind, SCHOOLS, id, municipality, school};

impl Seed<'_, '_> {
    pub(super) fn directory(&mut self) {
        self.fill("boards (number, name)", (0..20).map(|n| format!("'{}', 'Bestuur {n}'", 99_000 + n)));
        self.fill(
            "partnerships (code, name)",
            (0..10).map(|n| format!("'PO99{n:02}', 'Samenwerkingsverband {n}'")),
        );
        let columns = "schools (location_code, institution_code, board_number, name, street, house_number, postcode, \
             place, place_key, municipality_code, municipality_name, province, denomination)";
        self.fill(
            columns,
            (0..SCHOOLS).map(|n| {
                let (code, board, municipality) = (school(n), 99_000 + n % 20, municipality(n));
                format!(
                    "'{code}', '{}', '{board}', 'School {n}', 'Straat', '{n}', '1000 AA', 'STAD', 'stad', \
                     '{municipality}', 'Stad', 'Utrecht', 'Openbaar'",
                    &code[..4]
                )
            }),
        );
        let columns = "school_partnerships (location_code, partnership_code, source, since)";
        let source = "postcode-table";
        self.fill(
            columns,
            (0..SCHOOLS).map(|n| format!("'{}', 'PO99{:02}', '{source}', '2020-08-01'", school(n), n % 10)),
        );
    }

    pub(super) fn programmes(&mut self) {
        let (all, at) = (0..self.size.all_programmes(), moment(self.now - TimeDelta::days(900)));
        let since = self.today - Months::new(24);
        let columns = "organisations (id, kind, name, created_at)";
        let organisation = |n| id(Kind::Organisation, n);
        self.fill(
            columns,
            all.clone()
                .map(|n| format!("'{}', 'parent-association', 'Vereniging {n}', {at}", organisation(n))),
        );
        let columns = "programmes (id, organisation_id, name, created_at)";
        let programme = |n| id(Kind::Programme, n);
        self.fill(
            columns,
            all.clone().map(|n| format!("'{}', '{}', 'Programma {n}', {at}", programme(n), organisation(n))),
        );
        let funders = [Funder::Members].into_iter().collect::<CodeSet<_>>().bits();
        let columns = "programme_forms (programme_id, since, form, funders, reason)";
        self.fill(
            columns,
            all.clone().map(|n| format!("'{}', '{since}', 'independent', {funders}, 'Begin.'", programme(n))),
        );
        let columns = "programme_schools (programme_id, location_code, since)";
        self.fill(
            columns,
            all.clone().flat_map(|n| {
                (0..4).map(move |place| {
                    let school = school((n * 4 + place) % SCHOOLS);
                    format!("'{}', '{school}', '{since}'", id(Kind::Programme, n))
                })
            }),
        );
        let coordinator = |n| id(Kind::Coordinator, n);
        self.fill(
            "people (id, name, created_at)",
            all.clone().map(|n| format!("'{}', 'Coördinator {n}', {at}", coordinator(n))),
        );
        let columns = "memberships (id, person_id, organisation_id, programme_id, role, status, since)";
        self.fill(
            columns,
            all.map(|n| {
                format!(
                    "'{}', '{}', '{}', '{}', 'coordinator', 'active', '{since}'",
                    id(Kind::Membership, n),
                    coordinator(n),
                    organisation(n),
                    programme(n)
                )
            }),
        );
    }
}
