//! Who knows the installation's own key and says what the installation never says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use naast_tests::world::World;
use serde_json::Value;

/// What can sign with the installation's own key: the forger knows everything but is still refused.
pub struct Forger {
    key: EncodingKey,
    /// The public key, as the key set shows it.
    pub public: Vec<u8>,
    /// The header of a good token.
    pub header: Value,
    /// The claims of a good token.
    pub claims: Value,
}

/// A part of a token, read.
pub fn part(token: &str, place: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(place).expect("three parts")).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

impl Forger {
    /// The forger of this installation.
    pub fn new(world: &World) -> Self {
        let token = world.app.token(world.leader);
        let file = std::fs::read(world.app.platform.data.join("key.pk8")).expect("the key is there");
        Self {
            key: EncodingKey::from_ed_der(&file),
            public: world.app.platform.identity.ring(world.app.platform.clock.now()).all()[0]
                .public()
                .to_vec(),
            header: part(&token, 0),
            claims: part(&token, 1),
        }
    }

    /// A token that is signed as it should be, with other words.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        self.signed_as_written(&header.to_string(), &claims.to_string())
    }

    /// The same with words that no JSON library writes.
    pub fn signed_as_written(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::EdDSA).expect("a signature");
        format!("{message}.{signature}")
    }

    /// A good token but for this claim.
    pub fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.signed(&self.header, &claims)
    }

    /// A good token but for this parameter of its header.
    pub fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.signed(&header, &self.claims)
    }
}
