//! Consents that end by themselves, and of which the parent was promised that she is asked again: she is told once of each.

use lettre::Address;
use naast_domain::Date;
use naast_domain::access::Upkeep;
use naast_domain::ids::RequestId;
use naast_domain::privacy::consents::{Consent, asked_again};
use naast_domain::requests::SupportRequest;
use naast_persistence::privacy::consents;
use naast_persistence::{Database, Stored, locks, requests};

use super::Round;
use super::letters::News;
use crate::clock::day_of;
use crate::identity::post::Letter;
use crate::independence::again::Occasion;
use crate::platform::Said as _;
use crate::problem::Error;
use crate::requests::letters::address_of;

/// The letter to a parent who is asked again. It does not say which consent it is: what was about her child's health is nobody's to read who shares her mail.
fn letter(to: Address, place: &str) -> Letter {
    let subject = "Wilt u een toestemming opnieuw geven? / Do you want to give a consent again?".to_owned();
    let text = format!(
        "Bij uw aanvraag bij Naast hoort een toestemming die een jaar geldt. Dat jaar is bijna om, of net voorbij.\n\n\
         U kunt lezen welke het is ({place}). Wilt u haar nog? Daar leest u wat u dan doet.\n\
         Hoeft het niet meer? Dan hoeft u niets te doen. Uw aanvraag gaat door.\n\
         U krijgt hieraan geen herinnering.\n\n\
         --\n\n\
         With your request at Naast belongs a consent that is good for a year. That year is nearly over, or has just ended.\n\n\
         You can read which one it is ({place}). Do you still want it? There you read what to do.\n\
         Is it not needed any more? Then you need not do anything. Your request goes on.\n\
         You get no reminder of this.\n"
    );
    Letter { to, subject, text }
}

/// The request, while its parent is to be asked again on a day and was not told of that consent yet.
fn still_asked(
    db: &mut Database<'_>,
    leave: Upkeep,
    id: RequestId,
    today: Date,
) -> Result<Option<Stored<SupportRequest>>, Error> {
    let Some(request) = requests::of_upkeep(db, &leave, id)?.filter(|one| one.state.is_open()) else {
        return Ok(None);
    };
    let kept = consents::on(db, &request)?;
    let all: Vec<Consent> = kept.iter().map(|one| one.consent).collect();
    let Some(one) = asked_again(&all, today).and_then(|place| kept.get(place)) else { return Ok(None) };
    let told = requests::consent_end_told_at(db, &request)?;
    Ok(told.is_none_or(|told| told < one.given_at).then_some(request))
}

impl Round<'_> {
    /// Tells every parent who is to be asked again.
    pub(super) fn tell_of_consents(&mut self) -> Result<(), Error> {
        let (leave, (_, today)) = (self.leave, self.by_the_clock());
        self.through(
            |db, after, most| consents::to_ask_again(db, &leave, after.into(), today, most),
            |id| id.uuid(),
            |round, page| {
                for id in page {
                    let told = if round.dry {
                        let asked = round.platform.store.read(|db| still_asked(db, leave, id, today));
                        asked.map_or_else(|fault| round.is_left(id, &fault), |one| one.is_some())
                    } else {
                        round.tell_of_consent(id)?
                    };
                    round.report.asked_again += u64::from(told);
                }
                Ok(())
            },
        )
    }

    fn tell_of_consent(&mut self, id: RequestId) -> Result<bool, Error> {
        let (leave, platform) = (self.leave, self.platform);
        let now = platform.clock.now();
        let today = day_of(now);
        self.tell(
            id,
            |db| {
                let Some(request) = still_asked(db, leave, id, today)? else { return Ok(News::Over) };
                let to = address_of(db, &platform.keys, &request)?;
                let place = platform.identity.issuer();
                Ok(to.map_or(News::Unwritten, |to| News::Letter(letter(to, place))))
            },
            move |tx| {
                locks::lock_request(tx, id)?;
                let Some(request) = still_asked(tx, leave, id, today)? else { return Ok(None) };
                requests::note_consent_end_told(tx, &leave, &request, now)?;
                let occasion = Occasion::of_platform(now, today);
                Ok(Some(occasion.entry(request.programme, "request.consent-end-told").on(id)))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_tells_nobody_which_consent_it_is() {
        let to: Address = "ouder@example.org".parse().expect("an address");
        let Letter { subject, text, .. } = letter(to, "https://naast.example.org");
        let all = format!("{subject}\n{text}").to_lowercase();
        for word in ["kind", "child", "leerling", "pupil", "gezond", "health", "school", "buddy", "programma"]
        {
            assert!(!all.contains(word), "{word}");
        }
    }
}
