//! What signing in needs to remember: fingerprints of secrets, public keys, and which codes and tokens were used.
//!
//! These functions ask for no grant: whoever calls them is about to prove who she is. They give out nothing but what that
//! takes, and nothing of a case.

pub mod addresses;
pub mod assertions;
pub mod clients;
pub mod codes;
pub mod external;
pub mod sessions;

/// A fingerprint: SHA-256 of a secret, an address or a name at another issuer.
pub type Fingerprint = [u8; 32];
