//! Whom a token proves, and how far it goes.

use naast_domain::Date;
use naast_domain::access::Principal;
use naast_domain::code::CodeSet;
use naast_domain::identity::{Scope, VouchedRole};
use naast_domain::ids::{ClientId, PersonId, SessionId};
use naast_persistence::identity::{clients, external};
use naast_persistence::{Database, organisations};
use uuid::Uuid;

use crate::problem::Error;

/// Whom a token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The person; for a connected system the account that bears its name.
    pub person: PersonId,
    /// How far the token goes.
    pub reach: Reach,
    /// The session that the token belongs to, for who signed in with a code, and for a system the key or secret that it was got with: it is
    /// good while that is.
    pub session: Option<SessionId>,
}

/// How far a token goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// A person, with whatever the database says of her at the moment of the call.
    Person,
    /// The same, and these roles at schools, on the word of her school's own identity provider.
    Vouched(Vec<VouchedRole>),
    /// A connected system, within these scopes.
    System(CodeSet<Scope>),
}

impl From<PersonId> for Subject {
    fn from(person: PersonId) -> Self {
        Self { person, reach: Reach::Person, session: None }
    }
}

impl Subject {
    /// A connected system within these scopes, which proved itself with this credential.
    pub fn system(client: ClientId, scopes: CodeSet<Scope>, credential: Uuid) -> Self {
        let session = Some(SessionId::from_uuid(credential));
        Self { person: client.into(), reach: Reach::System(scopes), session }
    }

    /// A person in a session of hers.
    pub fn in_session(person: PersonId, session: SessionId) -> Self {
        Self { person, reach: Reach::Person, session: Some(session) }
    }

    /// What this subject may be on a day: read from the database, at each call.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is nobody with this id, her session has ended, or the system is shut out.
    pub fn principal(&self, db: &mut Database<'_>, today: Date) -> Result<Principal, Error> {
        let loaded = |db: &mut Database<'_>| match self.session {
            Some(session) => organisations::principal_of_session(db, self.person, session, today),
            None => organisations::principal(db, self.person, today),
        };
        let found = match &self.reach {
            Reach::System(scopes) => {
                let client = ClientId::from_uuid(self.person.uuid());
                match self.session {
                    Some(credential) => clients::principal(db, client, credential.uuid(), *scopes, today)?,
                    None => None,
                }
            }
            Reach::Person => loaded(db)?,
            Reach::Vouched(roles) => {
                let mut found = loaded(db)?;
                if let Some(principal) = &mut found {
                    principal.powers.extend(external::powers(db, roles)?);
                }
                found
            }
        };
        found.ok_or(Error::Unauthenticated)
    }
}
