//! A person asks for a one-time code by mail. Known or unknown, the address is not looked up here at all: the answer and the
//! work are the same, and who has no account begins one when she uses the code.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use naast_domain::identity::{SignInCode, codes as rules, may_send};
use naast_domain::ids::SignInCodeId;
use naast_domain::text::Text;
use naast_persistence::identity::codes;
use naast_persistence::keys::Keys;
use naast_persistence::{Kept, locks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::post::Letter;
use super::{address, of_address};
use crate::answer::Answer;
use crate::caller::Reader;
use crate::clock::{fresh, fresh_digits};
use crate::contract::{Check, Sent};
use crate::platform::Platform;
use crate::problem::Error;

/// Where a code should go.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "email": "ouder@example.org" }))]
pub struct SignInCodeBody {
    /// The e-mail address.
    #[schema(min_length = 3, max_length = 254)]
    #[expect(dead_code, reason = "`look_for_address` reads it where it is checked")]
    pub email: String,
}

impl std::fmt::Debug for SignInCodeBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("SignInCodeBody(withheld)")
    }
}

/// What to send along with the code. It says nothing of the address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInCodeView {
    /// Goes with the code to the token endpoint, as `sign_in_id`. Without it a code is of no use to anybody.
    pub sign_in_id: SignInCodeId,
    /// When the code stops being good.
    pub expires_at: DateTime<Utc>,
}

/// The fingerprint of a code. The id in it keeps two people with the same digits apart. It is under the index key: there are
/// so few codes that whoever reads a plain digest in the database finds the code by trying all of them.
pub(super) fn of_code(keys: &Keys, id: SignInCodeId, digits: &str) -> [u8; 16] {
    let digits: String = digits.chars().filter(|letter| !letter.is_whitespace()).collect();
    keys.blind("sign-in-code", &format!("{id} {digits}"))
}

/// The address in `email` that mail can go to; a fault when mail cannot.
pub(crate) fn look_for_address(check: &mut Check<'_>) -> Option<lettre::Address> {
    let address = address(&check.get::<String>("/email")?);
    if address.is_none() {
        let text = Text::of(
            "Een e-mailadres, zoals naam@voorbeeld.nl.",
            "An e-mail address, such as name@example.org.",
        );
        check.fault("/email", "format", text);
    }
    address
}

fn letter(to: lettre::Address, digits: &str, reader: Reader) -> Letter {
    let (first, last) = digits.split_at(4);
    let subject = Text::of("Uw code voor Naast", "Your code for Naast");
    let text = Text::new(
        format!(
            "Uw code is {first} {last}\n\nDe code geldt tien minuten en werkt één keer. Geef hem aan niemand.\n\
             Vroeg u hier niet om? Dan hoeft u niets te doen.\n"
        ),
        format!(
            "Your code is {first} {last}\n\nIt is good for ten minutes and works once. Give it to nobody.\n\
             Did you not ask for it? Then you need not do anything.\n"
        ),
    );
    Letter { to, subject: subject.get(reader.0).to_owned(), text: text.get(reader.0).to_owned() }
}

/// Ask for a one-time code by mail. The answer is the same for every address, also for one that got too many lately.
#[utoipa::path(
    operation_id = "requestSignInCode",
    tag = "identity",
    security(()),
    request_body = SignInCodeBody,
    responses((status = 202, description = "Taken in; look in the mail", body = SignInCodeView)),
)]
#[post("/sign-in-codes")]
pub async fn request_sign_in_code(
    platform: web::Data<Platform>,
    reader: Reader,
    sent: Sent<SignInCodeBody>,
) -> Result<Answer<SignInCodeView>, Error> {
    let mut check = sent.check();
    let to = look_for_address(&mut check);
    sent.sound(check)?;
    let to = to.ok_or(Error::Internal("a sound address reads"))?;
    let (now, digits) = (platform.clock.now(), fresh_digits());
    let code = SignInCode::made(fresh(), now);
    let view = SignInCodeView { sign_in_id: code.id, expires_at: code.expires_at };
    let (address, code_hash) = (of_address(&platform.keys, &to), of_code(&platform.keys, code.id, &digits));
    let may_go = platform
        .write_open(move |tx| {
            locks::lock_address(tx, &address)?;
            let sent = may_send(codes::sent_since(tx, &address, now - rules::WINDOW)?);
            let code = SignInCode { sent, ..code.clone() };
            codes::insert(tx, &code, &address, &code_hash, now, now - rules::WINDOW)?;
            Ok::<_, Error>(Kept::bookkeeping(sent))
        })
        .await?;
    // written in any case, and gone by itself: neither the limit nor the post is anybody's to measure
    let letter = letter(to, &digits, reader);
    if may_go {
        platform.identity.post.send(letter);
    }
    Ok(Answer::accepted(view))
}
