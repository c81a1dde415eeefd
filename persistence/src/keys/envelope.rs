//! One sealed value: XChaCha20-Poly1305 over a padded text, bound to the place where it stands, so that it cannot be moved
//! to another row, column or table.
//!
//! `1 | id of the data key (16) | nonce (24) | ciphertext and tag`

use chacha20poly1305::aead::{Aead as _, AeadCore as _, KeyInit as _, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

const VERSION: u8 = 1;
const ID: usize = 16;
const NONCE: usize = 24;
const HEAD: usize = 1 + ID + NONCE;

/// Short values are padded to this, longer ones to a multiple of [`BLOCK`]: what is kept does not tell how long it is.
const SHORT: usize = 64;
const BLOCK: usize = 256;

/// A key of 256 bits. It is wiped from memory when it is no longer needed, and never shows.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A fresh one, from the system's own source of chance: a key or a nonce is never a caller's to choose.
    pub fn fresh() -> Self {
        Self(XChaCha20Poly1305::generate_key(&mut OsRng).into())
    }

    /// These bytes as a key, when there are 32.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0).into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Secret(withheld)")
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The id of the row.
    pub row: Uuid,
}

impl Place {
    /// Every part with its length before it, so that no two places read alike.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for part in [self.table.as_bytes(), self.column.as_bytes(), self.row.as_bytes()] {
            bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// A value that cannot be opened: it was changed, moved, or belongs to another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open: it was changed, moved, or sealed with another key")]
pub struct Damaged;

/// Seals a value under a data key.
pub fn seal(key: (Uuid, &Secret), place: Place, value: &[u8]) -> Vec<u8> {
    let mut padded = u32::try_from(value.len()).expect("a value shorter than 4 GiB").to_le_bytes().to_vec();
    padded.extend_from_slice(value);
    let length = if padded.len() <= SHORT { SHORT } else { padded.len().div_ceil(BLOCK) * BLOCK };
    padded.resize(length, 0);
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: &padded, aad: &place.bytes() };
    let sealed = key.1.cipher().encrypt(&nonce, payload).expect("a value of this length can be sealed");
    padded.zeroize();
    let mut envelope = Vec::with_capacity(HEAD + sealed.len());
    envelope.push(VERSION);
    envelope.extend_from_slice(key.0.as_bytes());
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&sealed);
    envelope
}

/// The data key that an envelope names.
pub fn key_of(envelope: &[u8]) -> Result<Uuid, Damaged> {
    match envelope.split_first() {
        Some((&VERSION, rest)) if rest.len() >= ID + NONCE => {
            Uuid::from_slice(&rest[..ID]).map_err(|_| Damaged)
        }
        _ => Err(Damaged),
    }
}

/// Opens an envelope that stands in this place.
pub fn open(key: &Secret, place: Place, envelope: &[u8]) -> Result<Vec<u8>, Damaged> {
    key_of(envelope)?;
    let nonce = XNonce::from_slice(&envelope[1 + ID..HEAD]);
    let payload = Payload { msg: &envelope[HEAD..], aad: &place.bytes() };
    let mut padded = key.cipher().decrypt(nonce, payload).map_err(|_| Damaged)?;
    let length = padded.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)).ok_or(Damaged)?;
    let length = usize::try_from(length).map_err(|_| Damaged)?;
    let value = padded.get(4..4 + length).ok_or(Damaged)?.to_vec();
    padded.zeroize();
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = Place { table: "requests", column: "name", row: Uuid::from_u128(7) };

    #[test]
    fn what_was_sealed_opens_in_its_own_place_and_nowhere_else() {
        let (id, key) = (Uuid::from_u128(1), Secret::fresh());
        for value in [&b""[..], b"x", &[7; 60], &[7; 61], &[9; 5000]] {
            let envelope = seal((id, &key), HERE, value);
            assert_eq!(key_of(&envelope), Ok(id));
            assert_eq!(open(&key, HERE, &envelope).as_deref(), Ok(value));
            for elsewhere in [
                Place { table: "request", ..HERE },
                Place { column: "value", ..HERE },
                Place { row: Uuid::from_u128(8), ..HERE },
                // the parts are told apart, not only written one after the other
                Place { table: "requestsn", column: "ame", ..HERE },
            ] {
                assert_eq!(open(&key, elsewhere, &envelope), Err(Damaged));
            }
            assert_eq!(open(&Secret::fresh(), HERE, &envelope), Err(Damaged));
        }
    }

    #[test]
    fn every_byte_that_is_changed_or_cut_off_is_noticed() {
        let key = Secret::fresh();
        let envelope = seal((Uuid::from_u128(1), &key), HERE, b"een geheim");
        for place in 0..envelope.len() {
            let mut changed = envelope.clone();
            changed[place] ^= 1;
            // the id of the key is no part of what is sealed: another id finds another key, or none
            if !(1..=ID).contains(&place) {
                assert_eq!(open(&key, HERE, &changed), Err(Damaged), "byte {place}");
            }
            assert_eq!(open(&key, HERE, &envelope[..place]), Err(Damaged), "cut at {place}");
        }
    }

    #[test]
    fn the_length_of_a_value_does_not_show_and_no_two_envelopes_are_alike() {
        let (id, key) = (Uuid::from_u128(1), Secret::fresh());
        let length = |value: &[u8]| seal((id, &key), HERE, value).len();
        assert_eq!(length(b""), length(&[1; 60]));
        assert_eq!(length(&[1; 61]), length(&[1; 252]));
        assert_ne!(seal((id, &key), HERE, b"x"), seal((id, &key), HERE, b"x"));
    }

    #[test]
    fn a_secret_does_not_show() {
        assert_eq!(format!("{:?}", Secret::fresh()), "Secret(withheld)");
    }
}
