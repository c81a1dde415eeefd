//! The consent conversation (L6). The school's side opens it and records its steps; from the moment that a buddy was
//! explained, every step is the parent's. The school hands her an invitation code; she exchanges it for a code of
//! her own that the school never saw, and needs nothing else.

pub mod exchange;
pub mod guide;
pub mod hold;
pub mod holders;
pub mod parent;
pub mod refer;
pub mod steps;

use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(guide::get_conversation_guide)
        .service(hold::open_conversation)
        .service(hold::list_conversations)
        .service(hold::get_conversation)
        .service(holders::name_conversation_holder)
        .service(steps::record_conversation_step)
        .service(steps::list_conversation_steps)
        .service(exchange::exchange_invitation_code)
        .service(parent::find_parent_conversation)
        .service(parent::answer_as_parent)
        .service(refer::consent_to_referral);
}

/// What is kept of a code: its fingerprint. `of` keeps the fingerprints of one code apart, so that the conversation of
/// the school's side and the request of the programme share no value.
pub(crate) fn fingerprint(of: &str, code: &str) -> [u8; 32] {
    let typed: String =
        code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    Sha256::digest(format!("{of}:{typed}")).into()
}

/// The fingerprint of the invitation code, which the school hands to the parent. It opens nothing but the exchange.
pub(crate) fn of_invitation(code: &str) -> [u8; 32] {
    fingerprint("invitation", code)
}

/// The fingerprint of the parent's own code, which the school never saw.
pub(crate) fn of_conversation(code: &str) -> [u8; 32] {
    fingerprint("conversation", code)
}

/// The fingerprint by which the request that came of a conversation is found.
pub(crate) fn of_request(code: &str) -> [u8; 32] {
    fingerprint("request", code)
}
