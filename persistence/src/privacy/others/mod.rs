//! What goes for its age and is no case: conversations, buddies' files, accounts. Whatever is looked for is found a page at a
//! time, in the order of ids and behind the last one of the page before.

mod accounts;
mod buddies;
mod conversations;
mod nameless;

pub use accounts::{account_due, account_kept_because, is_unused, unused_accounts};
pub use buddies::{Gone, buddies_who_left, left, next_who_left};
pub use conversations::{
    conversations_over, conversations_with_old_steps, erase_conversation, erase_old_steps, erase_steps_again,
};
pub use nameless::{nameless_buddies, nameless_people};
