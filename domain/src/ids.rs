//! Identity: one type per kind of thing, so that a buddy's id does not fit where a request's belongs.

/// Declares id types.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The id with this value. Chance comes in from outside: the domain draws no ids.
            pub const fn from_uuid(value: uuid::Uuid) -> Self {
                Self(value)
            }

            /// The value.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(value: uuid::Uuid) -> Self {
                Self(value)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(to)
            }
        }

        #[cfg(feature = "contract")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Uuid)))
                    .description(Some(concat!("Id:", $($doc),+)))
                    .into()
            }
        }

        #[cfg(feature = "contract")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

impl From<ClientId> for PersonId {
    fn from(client: ClientId) -> Self {
        Self(client.uuid())
    }
}

ids! {
    /// A person who can sign in: parent, buddy, coordinator, school leader.
    PersonId,
    /// A school, board, partnership or provider that takes part.
    OrganisationId,
    /// One person's role in one organisation.
    MembershipId,
    /// A buddy programme.
    ProgrammeId,
    /// A consent conversation.
    ConversationId,
    /// A support request.
    RequestId,
    /// A consent of a parent.
    ConsentId,
    /// A buddy of a programme.
    BuddyId,
    /// A tie of a buddy.
    TieId,
    /// A certificate of a buddy.
    CertificateId,
    /// An independence assessment.
    AssessmentId,
    /// A decision record of a matching.
    DecisionId,
    /// A proposal of a buddy to a parent.
    ProposalId,
    /// A match of a parent and a buddy.
    MatchId,
    /// A contact between parent and buddy.
    ContactId,
    /// A private note of a match.
    PrivateNoteId,
    /// A message between parent and buddy.
    MessageId,
    /// An announcement of a talk, on the side of the case.
    AnnouncementId,
    /// The same announcement, on the side of the school.
    AnnouncedMeetingId,
    /// What a school noted on an announced talk.
    ObjectionId,
    /// A record of a reading.
    AccessRecordId,
    /// An import into the directory.
    ImportId,
    /// A subscription to events by webhook.
    WebhookSubscriptionId,
    /// The delivery of one event to one subscription.
    WebhookDeliveryId,
    /// A connected system. It stands among people with the same value, so that what it did names it.
    ClientId,
    /// A one-time code that was asked for.
    SignInCodeId,
    /// A session of a person.
    SessionId,
    /// A hold that keeps a case from erasure.
    HoldId,
    /// An export of what is kept of a person.
    ExportId,
    /// What a recipient is told when a consent is taken back.
    WithdrawalNoticeId,
}
