//! What parent and buddy write in their private space: a note, or a message.

use naast_tests::app::Reply;
use serde_json::json;

use super::Walk;

impl Walk<'_> {
    pub(super) fn write(&mut self) -> Option<Reply> {
        let (parent, matched) = self.dice.lately(&self.matches)?;
        let would = if self.dice.once_in(2) { parent } else { self.dice.pick(&self.buddies)?.1.person };
        let who = self.who(would);
        let about_health = self.dice.once_in(4);
        Some(if self.dice.once_in(2) {
            let note = json!({ "kind": "goal", "text": "Besloten", "aboutHealth": about_health });
            self.world.app.post(who, &format!("/matches/{matched}/private-notes"), &note)
        } else {
            let message = json!({ "text": "Besloten", "aboutHealth": about_health });
            self.world.app.post(who, &format!("/matches/{matched}/messages"), &message)
        })
    }
}
