//! What was announced to go, and whether it may be gone.

use naast_api::contract::MARK;
use naast_domain::Date;
use serde_json::Value;

use super::Comparison;

/// The day on which an operation may be gone, when the contract says that it goes.
fn end(operation: &Value) -> Option<Date> {
    operation[MARK]["until"].as_str()?.parse().ok()
}

impl Comparison<'_> {
    /// An operation that the newer contract does not have.
    pub(super) fn gone(&mut self, old: &Value, place: &str) {
        match end(old) {
            None => self.breaks(place, "is gone and was never deprecated"),
            Some(day) if self.today < day => {
                self.breaks(place, format!("is gone before {day}, which it named"));
            }
            Some(day) => self.adds(place, format!("is gone since {day}, as it said")),
        }
    }

    /// An operation that is announced to go, or goes at another time.
    pub(super) fn deprecation(&mut self, old: &Value, new: &Value, place: &str) {
        match (end(old), end(new)) {
            (before, now) if before == now => {}
            (None, Some(day)) => self.adds(place, format!("is deprecated and goes on {day}")),
            (Some(_), None) => self.adds(place, "is not deprecated any more"),
            (Some(before), Some(now)) if now < before => {
                self.breaks(place, format!("goes on {now}, earlier than {before}"));
            }
            (_, now) => self.adds(place, format!("goes later, on {}", now.unwrap_or_default())),
        }
    }
}
