//! Signing in: what a connected system may ask for, how long a one-time code and a session live, and which role at a school
//! another issuer may vouch for.
//!
//! A token proves who calls; what she may do is decided at each call by [`crate::access`].

pub mod codes;
mod scopes;
pub mod sessions;
mod vouched;

pub use codes::{CodeState, SignInCode, may_send};
pub use scopes::{ClientFault, Scope, check_client};
pub use sessions::{Refreshed, Session, SessionEnd, refresh};
pub use vouched::VouchedRole;
