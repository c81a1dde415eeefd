//! The private space of a match: notes and messages of parent and buddy, for nobody else in any role. Nothing outside it
//! changes when something is written in it.

pub mod messages;
pub mod notes;

use naast_domain::access::{ReadPrivateSpace, WriteInPrivateSpace};
use naast_domain::ids::MatchId;
use naast_domain::privacy::access::DataKind;
use naast_domain::support::private_space::{may_be_about_health, words};
use naast_domain::text::Text;
use naast_persistence::Database;
use naast_persistence::locks;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::private_space::{self, PrivateSpace};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::platform::{Reading, Writing, granted};
use crate::problem::{Error, InputFault};

/// The routes of the private space.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(notes::list_private_notes)
        .service(notes::write_private_note)
        .service(notes::get_private_note)
        .service(notes::change_private_note)
        .service(notes::delete_private_note)
        .service(messages::list_messages)
        .service(messages::send_message)
        .service(messages::delete_message)
        .service(messages::note_reading);
}

/// The space of a match, for whoever reads in it.
fn entered(cx: &mut Reading<'_, '_>, id: MatchId, data: DataKind) -> Result<PrivateSpace, Error> {
    let grant = cx.grant::<ReadPrivateSpace>()?;
    let space = private_space::enter(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
    cx.shows([Shown::private_space(data, &space)]);
    Ok(space)
}

/// The space of a match, for whoever writes in it, with the end of the match held off.
fn entered_to_write(cx: &mut Writing<'_, '_, '_>, id: MatchId) -> Result<PrivateSpace, Error> {
    let grant = granted::<WriteInPrivateSpace>(&cx.me)?;
    let enter = |db: &mut Database<'_>| private_space::enter(db, &grant, id);
    let first = enter(cx.tx)?.ok_or(Error::NotFound)?;
    locks::lock_request(cx.tx, first.request)?;
    enter(cx.tx)?.ok_or(Error::NotFound)
}

/// Words that say something.
fn said(text: &str) -> Result<String, Error> {
    words(text).ok_or_else(|| {
        let fault = Text::of("Hier staat niets.", "There is nothing here.");
        InputFault::body("/text", "empty", fault).into()
    })
}

/// Whether something can be written that is, or is not, about the child's health. The request of the space is locked, so no consent is taken
/// back meanwhile.
fn may_say(cx: &mut Writing<'_, '_, '_>, space: &PrivateSpace, is_about_health: bool) -> Result<(), Error> {
    // of what is not about it no consent is asked
    if !is_about_health {
        return Ok(());
    }
    let consents = private_space::consents(cx.tx, space)?;
    let form = private_space::form_on(cx.tx, space, cx.today)?;
    Ok(may_be_about_health(is_about_health, &consents, (form, cx.today))?)
}
