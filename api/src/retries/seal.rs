//! Seals a kept answer with what only the caller has: the key of the seal is made from her `Idempotency-Key`, which is
//! not kept. Who reads the database finds neither the answer nor whose it is; that holds as far as the key cannot be
//! guessed, which is why it should be a random UUID.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use naast_persistence::retries::Digest;
use sha2::{Digest as _, Sha256};

use crate::problem::Error;

/// A digest of several texts that no other texts have: each is preceded by its length.
pub fn digest(label: &str, parts: &[&[u8]]) -> Digest {
    let mut hash = Sha256::new();
    for part in [label.as_bytes()].iter().chain(parts) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn key(secret: &Digest) -> Result<RandomizedNonceKey, Error> {
    RandomizedNonceKey::new(&AES_256_GCM, secret).map_err(|_| Error::Internal("a seal has no key"))
}

/// Seals bytes for a place, which they cannot be moved from.
pub fn seal(secret: &Digest, place: &[u8], mut bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let nonce = key(secret)?
        .seal_in_place_append_tag(Aad::from(place), &mut bytes)
        .map_err(|_| Error::Internal("an answer could not be sealed"))?;
    Ok([nonce.as_ref().as_slice(), &bytes].concat())
}

/// Opens what was sealed for a place.
pub fn open(secret: &Digest, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let broken = || Error::Internal("a kept answer does not open");
    let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
    let mut bytes = bytes.to_vec();
    let opened = key(secret)?.open_in_place(nonce, Aad::from(place), &mut bytes).map_err(|_| broken())?.len();
    bytes.truncate(opened);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_with_its_key_at_its_place_and_not_otherwise() {
        let (mine, other) = (digest("a", &[b"b"]), digest("a", &[b"c"]));
        let sealed = seal(&mine, b"here", b"an answer".to_vec()).expect("seals");
        assert!(!sealed.windows(6).any(|window| window == b"answer"));
        assert_eq!(open(&mine, b"here", &sealed).expect("opens"), b"an answer");
        assert!(open(&other, b"here", &sealed).is_err());
        assert!(open(&mine, b"there", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert!(open(&mine, b"here", &bent).is_err(), "byte {place}");
        }
        assert!(open(&mine, b"here", &sealed[..5]).is_err());
    }

    #[test]
    fn a_digest_knows_where_one_text_ends() {
        assert_ne!(digest("x", &[b"ab", b"c"]), digest("x", &[b"a", b"bc"]));
        assert_ne!(digest("x", &[b"ab"]), digest("xa", &[b"b"]));
        assert_eq!(digest("x", &[b"ab"]), digest("x", &[b"ab"]));
    }
}
