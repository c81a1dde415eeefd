//! A support request as its parent and the programme's coordinator see it.

use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::buddies::SpokenLanguage;
use naast_domain::directory::{LocationCode, MunicipalityCode};
use naast_domain::ids::{PersonId, ProgrammeId, RequestId};
use naast_domain::organisations::Role;
use naast_domain::requests::{
    ChannelWish, Contact, ContactKind, Origin, RequestState, SupportDuration, SupportRequest, Topic,
    WithdrawnBy,
};
use naast_domain::support::ClosureReason;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::consents::asked_anew;
use naast_persistence::privacy::retention::{CaseRetention, of_cases};
use naast_persistence::{Database, Stored, requests};
use serde::Serialize;
use utoipa::ToSchema;

use super::continuation::ContinuationView;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A support request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupportRequestView {
    /// Its id.
    pub id: RequestId,
    /// The programme that it was made to.
    pub programme_id: ProgrammeId,
    /// Whose it is.
    pub parent_id: PersonId,
    /// How it came.
    pub origin: Origin,
    /// One-off or long-term.
    pub duration: SupportDuration,
    /// Online, in person, or either.
    pub channel: ChannelWish,
    /// What it is about.
    pub topics: Vec<Topic>,
    /// The language that the parent wants to speak.
    pub language: SpokenLanguage,
    /// The child's school, when the parent named it.
    pub location_code: Option<LocationCode>,
    /// Where the parent would meet.
    pub municipality_code: Option<MunicipalityCode>,
    /// Where it stands.
    pub state: RequestState,
    /// Whether the parent is to consent anew, because the programme took another form after she consented. Until then nobody is proposed, and
    /// what runs rests.
    pub consent_asked_anew: bool,
    /// Who withdrew it; null while it is not withdrawn, and where that is not known.
    pub withdrawn_by: Option<WithdrawnBy>,
    /// Why it was closed; null while it is not.
    pub closed_because: Option<ClosureReason>,
    /// What can be done with it now.
    pub permitted: Vec<String>,
    /// How to reach the parent; null once the request is withdrawn.
    pub contact: Option<ContactView>,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// Until when it goes on by itself; null before its parent consented and once it has ended.
    pub continuation: Option<ContinuationView>,
    /// When it is erased, with everything that belongs to it.
    pub retention: RetentionView,
}

/// What the parent is called and the one way to reach her.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// What she wants to be called.
    pub name: String,
    /// The kind of contact way.
    pub kind: ContactKind,
    /// The address or number.
    pub value: String,
}

impl SupportRequestView {
    /// The view of a request that was loaded with a grant, with how to reach its parent.
    pub fn load(
        db: &mut Database<'_>,
        keys: &Keys,
        stored: &Stored<SupportRequest>,
        today: Date,
    ) -> Result<Self, Error> {
        let contact = requests::contacts_of(db, keys, &[stored])?.remove(&stored.id);
        let is_asked = asked_anew(db, &[stored], today)?.contains(&stored.id);
        let view = Self::of(stored, contact, of_cases(db, &[stored.id])?.get(&stored.id), today)?;
        Ok(if is_asked { view.asked_anew(stored) } else { view })
    }

    /// The views of a page.
    pub fn load_all(
        db: &mut Database<'_>,
        keys: &Keys,
        page: &[Stored<SupportRequest>],
        today: Date,
    ) -> Result<Vec<Self>, Error> {
        let all: Vec<_> = page.iter().collect();
        let mut contacts = requests::contacts_of(db, keys, &all)?;
        let ids: Vec<RequestId> = page.iter().map(|one| one.id).collect();
        let terms = of_cases(db, &ids)?;
        let asked = asked_anew(db, &all, today)?;
        page.iter()
            .map(|one| {
                let view = Self::of(one, contacts.remove(&one.id), terms.get(&one.id), today)?;
                Ok(if asked.contains(&one.id) { view.asked_anew(one) } else { view })
            })
            .collect()
    }

    /// The same, as the buddy reads it: that it is held she does not, for that may be because of a signal about her.
    #[must_use]
    pub fn for_role(self, role: Role) -> Self {
        if role != Role::Buddy {
            return self;
        }
        Self { retention: RetentionView { held: None, ..self.retention }, ..self }
    }

    /// The same, where its parent is to consent anew.
    fn asked_anew(self, request: &SupportRequest) -> Self {
        let permitted = request.permitted(true).into_iter().map(str::to_owned).collect();
        Self { consent_asked_anew: true, permitted, ..self }
    }

    /// The view of a stored request and the contact and terms that belong to it, whose parent is not asked anew.
    pub fn of(
        stored: &Stored<SupportRequest>,
        contact: Option<Contact>,
        terms: Option<&CaseRetention>,
        today: Date,
    ) -> Result<Self, Error> {
        let request = &stored.value;
        Ok(Self {
            id: request.id,
            programme_id: request.programme,
            parent_id: request.parent,
            origin: request.origin,
            duration: request.duration,
            channel: request.channel,
            topics: request.topics.iter().collect(),
            language: request.language,
            location_code: request.school.clone(),
            municipality_code: request.municipality.clone(),
            state: request.state,
            consent_asked_anew: false,
            withdrawn_by: request.withdrawn_by,
            closed_because: terms.and_then(|terms| terms.closed_because),
            permitted: request.permitted(false).into_iter().map(str::to_owned).collect(),
            contact: contact.map(|contact| ContactView {
                name: contact.name,
                kind: contact.kind,
                value: contact.value,
            }),
            submitted_at: stored.created_at,
            continuation: terms.and_then(|terms| ContinuationView::of(terms, today)),
            retention: RetentionView::of_request(terms, today)?,
        })
    }
}
