//! The policy table: action, and per action the roles that may do it and how near they must stand.
//!
//! The school's side has no row for anything of a request, a proposal, a match or a buddy: what it does not have it
//! cannot see (S2).

use super::{Action, Relation};
use crate::organisations::Role;

/// Writes one action type for each row.
macro_rules! policy {
    ($($(#[doc = $doc:literal])+ $action:ident: $($role:ident of $relation:ident),+;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            const ALLOWED: &'static [(Role, Relation)] = &[$((Role::$role, Relation::$relation)),+];
        }
    )+

        /// The whole table: for each action its name and who may do it.
        pub const POLICY: &[(&str, &[(Role, Relation)])] = &[$(($action::NAME, $action::ALLOWED)),+];
    };
}

policy! {
    /// Read what the directory was fed with.
    ReadImports: Administrator of Platform, Auditor of Platform;

    /// Record which partnership a school belongs to, where its postcode does not say it.
    RecordPartnership: Administrator of Platform;

    /// Register and change organisations.
    ManageOrganisations: Administrator of Platform;
    /// Register a person.
    RegisterPeople: Administrator of Platform, Coordinator of Programme;
    /// Read who holds which role where.
    ReadMemberships: Administrator of Platform, Auditor of Platform;
    /// Give, suspend and end roles.
    ManageMemberships: Administrator of Platform;

    /// Connect systems, change their keys, and shut them out.
    ManageClients: Administrator of Platform;

    /// Start programmes, change their form, say which schools they cover.
    ManageProgrammes: Administrator of Platform;

    /// Open a consent conversation and record its steps (L6).
    HoldConversation: SchoolLeader of School, SchoolStaff of School, Professional of School, ConversationOpener of School;
    /// Say who goes on with a conversation when who held it leaves.
    HandOverConversation: SchoolLeader of School;
    /// Read the school's side of a conversation.
    ReadConversation: SchoolLeader of School, SchoolStaff of School, Professional of School, ConversationOpener of School, ReferralReader of School;

    /// Submit a support request: everybody may be a parent who asks, and nobody asks for another.
    SubmitRequest: Parent of Own;
    /// Read a support request; the buddy while a match with it runs.
    ReadRequest: Parent of Own, Coordinator of Case, Buddy of Assigned;
    /// Read the consents on a request.
    ReadConsents: Parent of Own, Coordinator of Case;
    /// Consent, take consent back, put one's own name right, and have what is one's own erased.
    DecideOnRequest: Parent of Own;
    /// Report that the parent said yes, for her to confirm.
    ReportConsent: Coordinator of Case;
    /// Say that a request goes on; the coordinator on the parent's word.
    ContinueRequest: Parent of Own, Coordinator of Case;
    /// Say that nothing is kept any longer of what a parent took back.
    AnswerWithdrawalNotice: Coordinator of Case, Buddy of Own;
    /// Withdraw a request; the coordinator on the parent's word. Nothing holds it up: also a coordinator whom a tie keeps from the case
    /// notes it, and is shown nothing.
    WithdrawRequest: Parent of Own, Coordinator of Programme;
    /// Read the candidates for a request and the decisions taken on it.
    ReadCandidates: Coordinator of Case;
    /// Propose a buddy.
    ProposeBuddy: Coordinator of Case;
    /// Read every proposal for a request.
    ReadProposals: Parent of Own, Coordinator of Case;
    /// Read a proposal.
    ReadProposal: Parent of Own, Buddy of Assigned, Coordinator of Case;
    /// Answer each tie of a proposed buddy.
    AnswerTies: Parent of Own;
    /// Take a proposal back that waits for answers.
    CancelProposal: Coordinator of Case;
    /// Say yes or no to a proposal.
    AnswerProposal: Parent of Own, Buddy of Assigned;

    /// Read a match.
    ReadMatch: Parent of Own, Buddy of Assigned, Coordinator of Case;
    /// Record that parent and buddy met.
    RecordContact: Buddy of Assigned, Coordinator of Case;
    /// Read when parent and buddy met.
    ReadContacts: Parent of Own, Buddy of Assigned, Coordinator of Case;
    /// Pause and resume a match.
    PauseMatch: Parent of Own, Buddy of Assigned, Coordinator of Case;
    /// Close a match; a buddy asks the coordinator.
    CloseMatch: Parent of Own, Coordinator of Case;

    /// Let school know that the buddy comes along to a talk, and take it back. The parent's alone.
    AnnounceMeeting: Parent of Own;
    /// Read what was announced of a match, and what school noted on it.
    ReadAnnouncements: Parent of Own, Buddy of Assigned, Coordinator of Case;
    /// Read, at the school, who comes along to a talk.
    ReadAnnouncedMeetings: SchoolLeader of School, SchoolStaff of School, Professional of School;
    /// Note what stands in the way in practice. There is no action by which a school refuses.
    NoteObjection: SchoolLeader of School, SchoolStaff of School, Professional of School;

    /// Read what parent and buddy write in the private space of their match. There is no line for anybody else, and there
    /// must never be one.
    ReadPrivateSpace: Parent of Own, Buddy of Assigned;
    /// Write there, and take away what one wrote.
    WriteInPrivateSpace: Parent of Own, Buddy of Assigned;

    /// Register buddies and change what is known of them.
    ManageBuddies: Coordinator of Programme;
    /// Read a buddy's profile, readiness and certificates.
    ReadBuddy: Buddy of Own, Coordinator of Programme;
    /// Declare a tie. One tie more can only keep a buddy out, so whoever knows of it writes it down.
    DeclareTies: Buddy of Own, Coordinator of Programme;
    /// End a tie, and say that there is none but those declared. Either can let a buddy in whom the rules kept out: her word
    /// alone, and there must never be a line for whoever proposes her.
    VouchForTies: Buddy of Own;
    /// Declare one's own ties as a coordinator.
    DeclareOwnTies: Coordinator of Programme;
    /// End the ties that one declared of oneself as a coordinator, also when that role is over: they count for whatever she is there.
    EndOwnTies: Coordinator of Own;

    /// Keep a case from erasure for a while, and stop doing so.
    HoldCase: Coordinator of Case, Administrator of Platform;
    /// Read what keeps a case from erasure.
    ReadHolds: Parent of Own, Coordinator of Case, Administrator of Platform;

    /// Read the feed of events.
    ReadEvents: Administrator of Platform, Auditor of Platform, Coordinator of Programme, EventReader of Programme;
    /// Read subscriptions to events, and what was delivered.
    ReadWebhooks: Administrator of Platform, Auditor of Platform, Coordinator of Programme;
    /// Make subscriptions, change their secrets, disable and enable them, send again.
    ManageWebhooks: Administrator of Platform, Coordinator of Programme;
}
