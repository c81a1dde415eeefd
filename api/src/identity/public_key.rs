//! Public keys of clients: what is kept of a file that somebody hands in. Exactly one block of it is read, and only what could
//! ever sign in is taken; a private key that came by mistake is not kept anywhere.

use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey};

/// Sizes of RSA keys that signatures are checked with, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// What stands before an Ed25519 key (RFC 8410, 4).
const ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// What stands before an uncompressed point on P-256 (RFC 5480, 2).
const P256: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// The algorithm of an RSA key: rsaEncryption, and no parameters (RFC 3279, 2.3.1).
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;

/// Why a file is not taken, in words for the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It holds the half that nobody else may have.
    #[error(
        "this is a private key: leave it with the client. Hand in the other half, which \
         `openssl pkey -in FILE -pubout` writes; and make a new pair if this file went over a network"
    )]
    Private,
    /// It is something else.
    #[error("expected one block of PEM that begins with -----BEGIN PUBLIC KEY-----, and nothing beside it")]
    NotOne,
    /// It is a key that nothing is signed with here.
    #[error("a public key of another kind: expected Ed25519, ECDSA on P-256, or RSA")]
    Kind,
    /// It is too small to be safe, or too large to be checked.
    #[error("RSA of {0} bits: expected 2048 to 8192")]
    Size(usize),
}

/// A public key, with the algorithms that it may be used with.
pub struct PublicKey {
    /// To check signatures with.
    pub verifying: DecodingKey,
    /// What it may have signed with.
    pub algorithms: &'static [Algorithm],
    written: Vec<u8>,
}

impl PublicKey {
    /// Reads PEM.
    ///
    /// # Errors
    /// A [`KeyFault`] for whatever could not sign in.
    pub fn read(pem: &str) -> Result<Self, KeyFault> {
        const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
        const END: &str = "-----END PUBLIC KEY-----";
        if pem.contains("PRIVATE KEY") {
            return Err(KeyFault::Private);
        }
        let inside = pem.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
        let letters: String =
            inside.ok_or(KeyFault::NotOne)?.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        let written = STANDARD.decode(letters).map_err(|_| KeyFault::NotOne)?;
        let (verifying, algorithms) = Self::examine(&written)?;
        Ok(Self { verifying, algorithms, written })
    }

    /// The key as PEM, written anew: nothing of the file but the key.
    pub fn pem(&self) -> String {
        let letters = STANDARD.encode(&self.written);
        let lines = letters.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines = lines.fold(String::new(), |text, line| text + &line + "\n");
        format!("-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n")
    }

    fn examine(written: &[u8]) -> Result<(DecodingKey, &'static [Algorithm]), KeyFault> {
        if let Some(key) = written.strip_prefix(ED25519).filter(|key| key.len() == 32) {
            return Ok((DecodingKey::from_ed_der(key), &[Algorithm::EdDSA]));
        }
        if let Some(point) = written.strip_prefix(P256) {
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyFault::Kind)?;
            return Ok((DecodingKey::from_ec_der(point), &[Algorithm::ES256]));
        }
        let (modulus, exponent) = rsa(written).ok_or(KeyFault::Kind)?;
        let first = modulus.first().map_or(8, |byte| byte.leading_zeros() as usize);
        let bits = (modulus.len() * 8).saturating_sub(first);
        if !RSA_BITS.contains(&bits) {
            return Err(KeyFault::Size(bits));
        }
        PublicEncryptingKey::from_der(written).map_err(|_| KeyFault::Kind)?;
        Ok((DecodingKey::from_rsa_raw_components(modulus, exponent), &[Algorithm::RS256, Algorithm::PS256]))
    }
}

/// Modulus and exponent of an RSA key (RFC 8017, A.1.1, in RFC 5280, 4.1.2.7).
fn rsa(written: &[u8]) -> Option<(&[u8], &[u8])> {
    let key = whole(SEQUENCE, written)?;
    let (algorithm, key) = part(SEQUENCE, key)?;
    let key = whole(BITS, key)?.strip_prefix(&[0]).filter(|_| algorithm == RSA)?;
    let (modulus, rest) = part(INTEGER, whole(SEQUENCE, key)?)?;
    let exponent = whole(INTEGER, rest)?;
    // a first bit that is set would make a negative number, so a nought stands before it
    let bare = |number| <[u8]>::strip_prefix(number, &[0]).unwrap_or(number);
    Some((bare(modulus), bare(exponent)))
}

/// The first value of these bytes, when it has this tag, and what comes after it (DER, X.690, 8.1).
fn part(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        ..=0x7f => (usize::from(length), rest),
        0x81 | 0x82 => {
            let (long, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (long.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length).filter(|_| first == tag)
}

/// The only value of these bytes.
fn whole(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    part(tag, bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    const SMALL: &str = "-----BEGIN PUBLIC KEY-----\n\
         MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDMI6WfaUcBX3GD6cqR18Wi2hg2\n\
         LUWCmkz7MPhqtVI5VGwWMbC8FwNaHx7725viC0O+d8Gv0mrYE7rm7aliuLN1PovX\n\
         qNZ6dlI2Bru69IBTOXOuATneQu5hIO9HjIuBf5l3FDNu9KF7nuLNwgR9RuEBuaNj\n\
         hItfnj7um0gFjm9FQQIDAQAB\n\
         -----END PUBLIC KEY-----\n";

    fn pem(label: &str, bytes: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(bytes))
    }

    fn refused(text: &str) -> KeyFault {
        PublicKey::read(text).err().expect("refused")
    }

    #[test]
    fn a_sound_key_is_written_anew_and_reads_again() {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("chance");
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a key");
        let ed = [ED25519, &[7; 32]].concat();
        for (bytes, first) in [(public.as_ref(), Algorithm::RS256), (&ed, Algorithm::EdDSA)] {
            // one line of base64, as some write it
            let read = PublicKey::read(&pem("PUBLIC KEY", bytes)).expect("a public key");
            assert_eq!(read.algorithms[0], first);
            let again = PublicKey::read(&read.pem()).expect("what was written anew");
            assert_eq!((again.written.as_slice(), again.pem()), (bytes, read.pem()));
            assert!(read.pem().lines().all(|line| line.len() <= 64));
        }
    }

    #[test]
    fn a_private_key_is_refused_whatever_it_is_called() {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("chance");
        let private = pair.as_der().expect("a key");
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            assert_eq!(refused(&pem(label, private.as_ref())), KeyFault::Private, "{label}");
        }
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a key");
        let both = pem("PUBLIC KEY", public.as_ref()) + &pem("PRIVATE KEY", private.as_ref());
        assert_eq!(refused(&both), KeyFault::Private);
        assert_eq!(refused(&pem("PUBLIC KEY", private.as_ref())), KeyFault::Kind, "under another name");
    }

    #[test]
    fn a_key_that_could_never_sign_in_is_refused() {
        assert_eq!(refused(SMALL), KeyFault::Size(1_024));
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("chance");
        let other: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a key");
        assert_eq!(refused(&pem("PUBLIC KEY", other.as_ref())), KeyFault::Kind, "P-384");
        let off = [P256, &[4], &[1; 64]].concat();
        assert_eq!(refused(&pem("PUBLIC KEY", &off)), KeyFault::Kind, "no point of the curve");
        assert_eq!(refused(&pem("PUBLIC KEY", &[ED25519, &[7; 33]].concat())), KeyFault::Kind);
        assert_eq!(refused(&pem("PUBLIC KEY", &[])), KeyFault::Kind);
        assert_eq!(refused(&SMALL.replace('M', "*")), KeyFault::NotOne);
        for label in ["RSA PUBLIC KEY", "CERTIFICATE"] {
            assert_eq!(refused(&pem(label, &[ED25519, &[7; 32]].concat())), KeyFault::NotOne, "{label}");
        }
        assert_eq!(refused(&(SMALL.to_owned() + SMALL)), KeyFault::NotOne);
        assert_eq!(refused(""), KeyFault::NotOne);
    }
}
