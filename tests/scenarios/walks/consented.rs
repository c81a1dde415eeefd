//! Whether each match that runs is one whose parent consented to the programme as it is: to whoever is responsible in the form that it has; and whether
//! who consented to a school's own programme was shown another.

use std::collections::{BTreeMap, BTreeSet};

use naast_tests::world::World;

use super::independent::forms;
use crate::looks::{count, lines};

/// Each active match whose parent's word is for another form of its programme than it has today.
pub fn to_another_form(world: &World) -> Vec<String> {
    let forms = forms(world, world.app.platform.clock.today());
    let given = lines(
        world,
        "SELECT CAST(m.id AS text) || '|' || CAST(m.programme_id AS text) || '|' || coalesce(c.programme_form, '') AS name \
         FROM matches m LEFT JOIN consents c ON c.request_id = m.request_id AND c.kind = 'request' AND c.withdrawn_at IS NULL \
         AND c.lapsed_at IS NULL AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL) WHERE m.state = 'active'",
    );
    let mut words: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for line in &given {
        let parts: Vec<&str> = line.split('|').collect();
        words.entry((parts[0], parts[1])).or_default().insert(parts[2]);
    }
    let other = words.iter().filter(|((_, programme), given)| !given.contains(forms[*programme].0.as_str()));
    let say = |((_, programme), given): (&(&str, &str), &BTreeSet<&str>)| {
        format!(
            "an active match whose parent consented to another form ({given:?}, not {})",
            forms[*programme].0
        )
    };
    other.map(say).collect()
}

/// A parent's word for a programme that a school runs, of whom nothing says that she was shown one that no school runs.
pub fn without_a_choice(world: &World) -> Option<String> {
    let rows = "consents c WHERE c.kind = 'request' AND c.programme_form = 'school' \
         AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL) \
         AND NOT EXISTS (SELECT 1 FROM choices_shown s JOIN programme_forms f ON f.programme_id = s.shown_programme_id \
         WHERE s.request_id = c.request_id AND s.said_at = coalesce(c.confirmed_at, c.given_at) AND f.form <> 'school')";
    (count(world, rows) > 0).then(|| "a consent to a school's own programme without a choice".to_owned())
}
