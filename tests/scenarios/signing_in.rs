//! What scenarios of signing in stand on: a form, a letter, a key, a client.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use naast_api::cli::client::{Create, Proof, connect};
use naast_tests::app::{Reply, TestApp};
use naast_tests::random_id;
use naast_tests::world::World;
use serde_json::{Value, json};

/// The type of a form.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// The kind of assertion that proves a client.
pub const BY_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The grant of a code from the mail.
pub const ONE_TIME_CODE: &str = "https://naast.example/grants/one-time-code";

/// Fields as a form.
pub fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    use std::fmt::Write as _;
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |mut to, byte| {
            if byte.is_ascii_alphanumeric() {
                to.push(char::from(byte));
            } else {
                let _ = write!(to, "%{byte:02X}");
            }
            to
        })
    };
    let fields: Vec<String> =
        fields.iter().map(|(name, text)| format!("{}={}", encoded(name), encoded(text))).collect();
    fields.join("&").into_bytes()
}

/// Asks for a token.
pub fn ask(app: &TestApp, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Reply {
    let mut all = vec![FORM];
    all.extend(headers);
    app.send("POST", "/v1/oauth/token", &all, form(fields))
}

/// No token, for this reason and no other.
pub fn refused(reply: Reply, status: u16, error: &str) -> Reply {
    let reply = reply.expect(status);
    assert_eq!(reply.body["error"], error, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply
}

/// Calls the API with a token, and with a key of its own for each call, as a system must.
pub fn call(app: &TestApp, token: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
    let (authorization, key) = (format!("Bearer {token}"), naast_tests::random_id().to_string());
    let mut headers = vec![("authorization", authorization.as_str()), ("idempotency-key", key.as_str())];
    headers.extend(body.map(|_| ("content-type", "application/json")));
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    app.send(method, &format!("/v1{path}"), &headers, bytes)
}

/// Asks for a code, and says under which id.
pub fn ask_code(app: &TestApp, email: &str) -> String {
    app.call(None, "POST", "/sign-in-codes", Some(&json!({ "email": email })), None)
        .expect(202)
        .text("signInId")
}

/// The letters that went out, the text of each, taken out of the folder.
pub fn letters(app: &TestApp) -> Vec<String> {
    assert!(app.platform.identity.post.drain(std::time::Duration::from_secs(60)), "the post works");
    let folder = app.platform.data.join("mail");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let files: Vec<_> = entries.map(|entry| entry.expect("a letter").path()).collect();
    files
        .iter()
        .map(|file| {
            let letter = std::fs::read_to_string(file).expect("a letter is text");
            std::fs::remove_file(file).expect("our own folder");
            letter
        })
        .collect()
}

/// The code in a letter.
pub fn code_in(letter: &str) -> String {
    let words: Vec<&str> = letter.split_whitespace().collect();
    let is_half = |word: &str| word.len() == 4 && word.bytes().all(|letter| letter.is_ascii_digit());
    let pair = words.windows(2).find(|pair| is_half(pair[0]) && is_half(pair[1])).expect("a code");
    pair.concat()
}

/// Signs in with a code.
pub fn sign_in(app: &TestApp, id: &str, code: &str) -> Reply {
    ask(app, &[], &[("grant_type", ONE_TIME_CODE), ("sign_in_id", id), ("code", code)])
}

/// Signs in at an address, the whole way.
pub fn signed_in(app: &TestApp, email: &str) -> Reply {
    let id = ask_code(app, email);
    let code = code_in(&letters(app)[0]);
    sign_in(app, &id, &code).expect(200)
}

/// A key pair of somebody else.
pub struct OtherKey {
    /// Its private half.
    pub private: EncodingKey,
    /// What it signs with.
    pub algorithm: Algorithm,
    public: Vec<u8>,
}

impl OtherKey {
    /// A key on Curve25519.
    pub fn ed25519() -> Self {
        let pair = Ed25519KeyPair::generate().expect("chance");
        let private = EncodingKey::from_ed_der(pair.to_pkcs8().expect("a key").as_ref());
        Self { private, algorithm: Algorithm::EdDSA, public: pair.public_key().as_ref().to_vec() }
    }

    /// A key on P-256.
    pub fn p256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("chance");
        let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("a key").as_ref());
        Self { private, algorithm: Algorithm::ES256, public: pair.public_key().as_ref().to_vec() }
    }

    /// The public half as OpenSSL writes it.
    pub fn pem(&self) -> String {
        let prefix: &[u8] = match self.algorithm {
            Algorithm::EdDSA => b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
            _ => {
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
            }
        };
        let bytes = STANDARD.encode([prefix, &self.public].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{bytes}\n-----END PUBLIC KEY-----\n")
    }

    /// The public half as a JWK on Curve25519.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": URL_SAFE_NO_PAD.encode(&self.public) })
    }

    /// A token of its owner.
    pub fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.private).expect("a token")
    }

    /// A token of its owner under a header that the library would not write.
    pub fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.private, self.algorithm);
        format!("{signed}.{}", signature.expect("a signature"))
    }
}

/// A client with a key.
pub struct KeyClient {
    /// Its id.
    pub id: String,
    /// Its key.
    pub key: OtherKey,
}

/// What connects a client to an organisation, for one purpose, with these scopes.
pub fn create(organisation: &str, purpose: &str, scopes: &[&str], proof: Proof) -> Create {
    Create {
        organisation: organisation.parse().expect("a UUID"),
        name: "Systeem (test)".to_owned(),
        purpose: purpose.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        proof,
    }
}

/// Connects a client with a secret to an organisation; gives back id and secret.
pub fn secret_client(world: &World, organisation: &str, scopes: &[&str]) -> (String, String) {
    let proof = Proof { public_key: None, secret: true };
    let (id, secret) =
        connect(&world.app.platform, &create(organisation, "signposting", scopes, proof)).expect("connected");
    (id.to_string(), secret.expect("a secret"))
}

/// A file with a public key, for the command line.
pub fn key_file(world: &World, key: &OtherKey) -> Proof {
    let file = world.app.platform.data.join(format!("{}.pem", random_id()));
    std::fs::write(&file, key.pem()).expect("our own folder");
    Proof { public_key: Some(file), secret: false }
}

/// Connects a client with a key to the school.
pub fn key_client(world: &World, key: OtherKey, scopes: &[&str]) -> KeyClient {
    let made = create(&world.school, "signposting", scopes, key_file(world, &key));
    let (id, _) = connect(&world.app.platform, &made).expect("connected");
    KeyClient { id: id.to_string(), key }
}

/// The header of a client with a secret.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A token for a client with a secret.
pub fn client_token(world: &World, (id, secret): &(String, String)) -> String {
    let header = basic(id, secret);
    let fields = [("grant_type", "client_credentials")];
    ask(&world.app, &[("authorization", &header)], &fields).expect(200).text("access_token")
}

impl KeyClient {
    /// The claims of a sound assertion.
    pub fn claims(&self, app: &TestApp) -> Value {
        let now = app.platform.clock.now().timestamp();
        let issuer = app.platform.identity.issuer();
        json!({
            "iss": self.id, "sub": self.id, "aud": format!("{issuer}/v1/oauth/token"), "jti": random_id(),
            "iat": now, "exp": now + 60
        })
    }

    /// Asks for a token with an assertion.
    pub fn ask(app: &TestApp, assertion: &str) -> Reply {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", BY_ASSERTION),
            ("client_assertion", assertion),
        ];
        ask(app, &[], &fields)
    }
}
