//! An administrator or coordinator registers a person, so that she can hold a role or be a buddy.

use actix_web::{post, web};
use naast_domain::access::RegisterPeople;
use naast_domain::ids::PersonId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_domain::privacy::retention::Due;
use naast_persistence::identity::addresses;
use naast_persistence::organisations::{self, Person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::Sent;
use crate::identity::{look_for_address, of_address};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A person to register.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "name": "Voorbeeld Persoon", "email": "persoon@example.org" }))]
pub struct PersonBody {
    /// Her name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: String,
    /// The address by which she signs in. Only its fingerprint is kept, apart from everything else. The answer is the same
    /// when the address leads to another account already.
    #[schema(min_length = 3, max_length = 254)]
    pub email: Option<String>,
}

impl std::fmt::Debug for PersonBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("PersonBody(withheld)")
    }
}

/// A person who was registered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    /// Her id, which her tokens will carry as subject.
    pub id: PersonId,
    /// Her name.
    pub name: String,
    /// When it is erased: with her account, when nothing needs that any more.
    pub retention: RetentionView,
}

/// Register a person.
#[utoipa::path(
    operation_id = "registerPerson",
    tag = "organisations",
    request_body = PersonBody,
    responses((status = 201, description = "Registered", body = PersonView)),
)]
#[post("/people")]
pub async fn register_person(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<PersonBody>,
) -> Result<Answer<PersonView>, Error> {
    let id = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<RegisterPeople>()?;
            let role = if grant.reaches_all() { Role::Administrator } else { Role::Coordinator };
            let mut check = sent.check();
            let email = look_for_address(&mut check);
            let person = Person { id, name: sent.sound(check)?.name };
            organisations::insert_person(cx.tx, cx.keys, &grant, &person, cx.now)?;
            if let Some(email) = &email {
                let address = of_address(cx.keys, email);
                addresses::insert(cx.tx, &grant, &address, person.id, cx.now)?;
            }
            cx.tx.tells_of(person.id.uuid());
            let entry =
                cx.entry(Chain::PLATFORM, role, Purpose::Administration, "person.registered").on(person.id);
            let retention = RetentionView::of(Due::WITH_ACCOUNT);
            let view = PersonView { id: person.id, name: person.name.clone(), retention };
            Ok(cx.tx.keep([entry], Answer::created(view, "/me"))?)
        })
        .await
}
