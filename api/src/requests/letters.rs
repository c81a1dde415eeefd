//! What a parent is written of when somebody else stops something of hers. Whoever calls is not who reads it, so it is in both languages; and whoever
//! shares her mail learns that something was stopped, and not what it was about.

use std::sync::{Arc, Mutex, PoisonError};

use lettre::Address;
use naast_domain::requests::{ContactKind, SupportRequest};
use naast_persistence::keys::Keys;
use naast_persistence::{Database, Error as Fault, Stored, requests};

use crate::identity::address;
use crate::identity::post::Letter;
use crate::platform::Platform;
use crate::problem::Error;

/// What of hers somebody else stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Her request, on her word: it is the last letter, for how she is reached was wiped.
    Request,
    /// One consent. It says neither which nor who took it back: a pupil's word, or what was about her health, is nobody else's to read.
    Consent,
}

fn letter(to: Address, of: Stopped, place: &str) -> Letter {
    let (subject, text) = match of {
        Stopped::Request => (
            "Uw aanvraag is gestopt / Your request was stopped",
            format!(
                "Een coördinator schreef op dat u stopt met uw aanvraag. De aanvraag is nu gestopt.\n\n\
                 Hoe wij u bereiken, is gewist. Dit is dus de laatste brief.\n\
                 U kunt nog lezen wat er gebeurde, en wie wat van u las ({place}).\n\
                 Klopt het niet? Dan kunt u altijd opnieuw om hulp vragen, ook bij een ander programma. U hoeft niet te zeggen waarom.\n\n\
                 --\n\n\
                 A coordinator noted that you stop your request. The request is stopped now.\n\n\
                 How we reach you was erased. So this is the last letter.\n\
                 You can still read what happened, and who read what of yours ({place}).\n\
                 Is it not right? Then you can ask for help again at any time, also at another programme. You need not say why.\n"
            ),
        ),
        Stopped::Consent => (
            "Een toestemming is teruggenomen / A consent was taken back",
            format!(
                "Bij uw aanvraag is een toestemming teruggenomen. Dat deed u niet zelf in uw account.\n\n\
                 Die toestemming geldt nu niet meer. Verder verandert er niets aan uw aanvraag.\n\
                 U kunt lezen welke het is, wie het deed en wat er stopte ({place}).\n\
                 Klopt het niet? Daar leest u ook wat u kunt doen. U hoeft niet te zeggen waarom.\n\n\
                 --\n\n\
                 A consent that belongs to your request was taken back. You did not do that yourself in your account.\n\n\
                 That consent does not hold any more. Nothing else of your request changes.\n\
                 You can read which one it is, who did it and what stopped ({place}).\n\
                 Is it not right? There you also read what you can do. You need not say why.\n"
            ),
        ),
    };
    Letter { to, subject: subject.to_owned(), text }
}

/// The e-mail address at which the parent of a request can be written to, while it can be read. One that is damaged counts as none: nothing that she stops, and
/// nobody else, waits for it.
///
/// # Errors
/// Where this process lacks the master key, it can be read by another or later.
pub fn address_of(
    db: &mut Database<'_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
) -> Result<Option<Address>, Error> {
    let contact = match requests::contacts_of(db, keys, &[request]) {
        Ok(mut found) => found.remove(&request.id),
        Err(Fault::Corrupt { .. }) => return Ok(unread(request)),
        Err(fault) => return Err(fault.into()),
    };
    Ok(contact
        .filter(|contact| contact.kind == ContactKind::Email)
        .and_then(|contact| address(&contact.value)))
}

/// The same for what waits for nothing, not for a key either: what cannot be read counts as none.
pub fn address_at_hand(
    db: &mut Database<'_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
) -> Result<Option<Address>, Error> {
    match address_of(db, keys, request) {
        Err(Error::Storage(Fault::NoMaster(_))) => Ok(unread(request)),
        found => found,
    }
}

fn unread(request: &Stored<SupportRequest>) -> Option<Address> {
    log::error!(request = request.id.to_string().as_str(); "how to reach a parent does not open; nobody is written to");
    None
}

/// A parent for whom something was stopped is written to once the change is durable. A repeated call does not run the use case, and sends no
/// second letter.
#[derive(Clone, Default)]
pub struct WriteTo(Arc<Mutex<Option<(Address, Stopped)>>>);

impl WriteTo {
    /// Notes what a use case found, in the place of what it found when it ran before.
    pub fn note(&self, to: Option<(Address, Stopped)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    /// Sends the letter, when there is one to send.
    pub fn send(&self, platform: &Platform) {
        let to = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((to, of)) = to {
            platform.identity.post.send(letter(to, of, platform.identity.issuer()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever shares her mail reads neither whose word it was nor what it was about.
    #[test]
    fn a_letter_on_one_consent_tells_nobody_which_or_who() {
        let to: Address = "ouder@example.org".parse().expect("an address");
        let Letter { subject, text, .. } = letter(to, Stopped::Consent, "https://naast.example.org");
        let all = format!("{subject}\n{text}").to_lowercase();
        for word in [
            "kind",
            "child",
            "leerling",
            "pupil",
            "gezond",
            "health",
            "school",
            "buddy",
            "coördinator",
            "coordinator",
            "gesprek",
            "pool",
        ] {
            assert!(!all.contains(word), "{word}");
        }
    }
}
