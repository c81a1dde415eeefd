//! `naast serve`: the server, the sender of webhooks, and anchors of the journal while it runs and when it stops.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use naast_domain::ids::PersonId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::{Membership, Organisation, OrganisationKind};
use naast_domain::organisations::{MembershipStatus, Role};
use naast_persistence::only_server;
use naast_persistence::organisations::{self, Person};

use tokio::time::MissedTickBehavior;

use super::brought;
use super::files;
use super::language::said;
use super::listen::Listen;
use super::place::Place;
use super::terminal::{Failure, make_folder, say};
use super::{rounds, stop};
use crate::clock::fresh;
use crate::contract::CONTRACT;
use crate::events::dispatcher::Dispatcher;
use crate::events::outbound::Outbound;
use crate::identity::{ISSUER, LIFETIME};
use crate::journal::Anchors;
use crate::platform::{Platform, Said as _, granted, unsigned_entry};
use crate::problem::Error;
use crate::server::crowd::room_for_callers;
use crate::server::{Settings, start};

/// How long letters that were handed in may take to go when the server stops.
const LETTERS: Duration = Duration::from_secs(10);

/// How long a webhook that was on its way may still take: what an attempt may take in all.
const WEBHOOKS: Duration = Duration::from_secs(15);

/// Serves until a signal.
pub fn serve(place: &Place, listen: &Listen) -> Result<(), Failure> {
    // before keys and a database are made for a server that cannot begin
    listen.can_begin()?;
    // before the schema is brought up to date under a server that runs
    let _only = only_server(&place.location()?)?;
    let platform = place.platform(LIFETIME)?;
    if place.public_url == ISSUER && !listen.listen.ip().is_loopback() {
        log::warn!(
            "NAAST_PUBLIC_URL is not set: metadata and tokens name {ISSUER}, where nobody is. Set it before the first client signs in"
        );
    }
    if place.name_nobody() && !listen.listen.ip().is_loopback() {
        log::warn!(
            "NAAST_EVENT_SOURCE is not set: events name an organisation that does not exist, and receivers know an installation by that name. Set it \
             before the first system reads them"
        );
    }
    brought::must_be_replayed(&platform)?;
    if let Some(told) = brought::missing(&crate::privacy::replay::missing(&platform)?) {
        log::warn!("{told}");
    }
    make_folder(&place.data)?;
    // whoever was killed between an erasure and its line outside left that to the next start
    if let Err(fault) = crate::privacy::tombstones::write_out(&platform) {
        log::error!("the tombstones are not outside the database yet: {fault}");
    }
    run(place, listen, platform, |address| {
        say(&said(
            format!("Naast luistert op http://{address}; de pagina's staan op http://{address}/docs/"),
            format!("Naast listens on http://{address}; its pages are at http://{address}/docs/"),
        ));
        place.note_served()
    })
}

/// Serves a platform; `ready` hears where, before the first call is taken.
pub(super) fn run(
    place: &Place,
    listen: &Listen,
    platform: Platform,
    ready: impl FnOnce(std::net::SocketAddr) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let workers =
        listen.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let blocking = usize::try_from(place.connections).unwrap_or(8);
    let settings = Settings {
        listen: listen.listen,
        workers,
        blocking,
        callers: room_for_callers(files::as_many_as_may_be(), blocking + 2),
        limits: listen.limits(),
        origins: listen.origins(),
        deprecations: CONTRACT.deprecations(),
        metrics: listen.metrics_listen,
    };
    let drain = Duration::from_secs(listen.drain_seconds);
    let anchors = Arc::new(Mutex::new(Anchors::at(place.anchors())));
    let anchor_every = Duration::from_secs(listen.anchor_seconds);
    actix_rt::System::new().block_on(async move {
        let mut running =
            start(platform.clone(), &settings).map_err(|fault| Failure::at(1, settings.listen, &fault))?;
        ready(running.address)?;
        let anchoring = actix_rt::spawn(keep_anchored(platform.clone(), anchors.clone(), anchor_every));
        let rounds = rounds::begin(&platform, Duration::from_secs(listen.rounds_after_seconds));
        let sender = sender(&platform);
        let sending = sender.clone().map(|sender| actix_rt::spawn(sender.run()));
        let (handle, door) = (running.handle.clone(), running.door.take());
        let mut stopping = actix_rt::spawn(stop::on_signal(platform.health.clone(), handle, door, drain)?);
        running.serve().await?;
        // after the last call, so that no letter comes later; whoever was told 202 waits for it
        let identity = Arc::clone(&platform.identity);
        let posted = actix_web::web::block(move || identity.post.drain(LETTERS)).await;
        if !matches!(posted, Ok(true)) {
            log::error!("letters were left when the server stopped: whoever waits for one asks again");
        }
        anchoring.abort();
        rounds.iter().for_each(actix_rt::task::JoinHandle::abort);
        if let (Some(sender), Some(mut sending)) = (sender, sending) {
            // it has begun nothing since the signal; what was on its way is not cut off, or its receiver would get it twice
            let ends = pin!(tokio::time::timeout(WEBHOOKS, &mut sending));
            select(ends, &mut stopping).await;
            sending.abort();
            if let Err(fault) = sender.stop().await {
                log::warn!("another replica sends webhooks half a minute later: {fault}");
            }
        }
        stopping.abort();
        platform.outside.again();
        held(&anchors).anchor(&platform)?;
        Ok(())
    })
}

/// Who sends webhooks. A machine without certificates cannot check a receiver; it serves all the same.
fn sender(platform: &Platform) -> Option<Arc<Dispatcher>> {
    match Outbound::new(&platform.events) {
        Ok(outbound) => Some(Arc::new(Dispatcher::new(platform.clone(), outbound))),
        Err(fault) => {
            log::error!("no webhooks are sent: {fault}");
            None
        }
    }
}

/// Signs the heads of the journal again and again, whenever something was written since.
async fn keep_anchored(platform: Platform, anchors: Arc<Mutex<Anchors>>, every: Duration) {
    let mut times = tokio::time::interval(every);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        let (platform, anchors) = (platform.clone(), Arc::clone(&anchors));
        match actix_web::web::block(move || held(&anchors).anchor(&platform)).await {
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => log::error!("the heads of the journal could not be anchored: {fault}"),
            Err(_) => log::error!("the heads of the journal could not be anchored"),
        }
    }
}

/// Whoever panicked with the anchors left them to be read again.
fn held(anchors: &Mutex<Anchors>) -> std::sync::MutexGuard<'_, Anchors> {
    anchors.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the first administrator. An installation that has one refuses: the next is made by her, over the API.
pub fn first_administrator(platform: &Platform, name: &str) -> Result<PersonId, Failure> {
    let (name, now, today) = (name.to_owned(), platform.clock.now(), platform.clock.today());
    let (person, keys): (PersonId, _) = (fresh(), platform.keys.clone());
    let organisation = fresh();
    let membership = fresh();
    let founder = super::operator(person, organisation, today);
    platform
        .store
        .write(move |tx| {
            naast_persistence::locks::lock_founding(tx)?;
            if organisations::has_administrator(tx)? {
                return Err(Error::Refused("already-there"));
            }
            organisations::insert_person(
                tx,
                &keys,
                &granted(&founder)?,
                &Person { id: person, name: name.clone() },
                now,
            )?;
            let owner = Organisation {
                id: organisation,
                kind: OrganisationKind::Provider,
                name: "Naast".to_owned(),
                location: None,
                board: None,
                partnership: None,
            };
            organisations::insert(tx, &granted(&founder)?, &owner, now)?;
            let membership = Membership {
                id: membership,
                person,
                organisation,
                programme: None,
                role: Role::Administrator,
                status: MembershipStatus::Active,
                since: today,
                until: None,
            };
            organisations::insert_membership(tx, &granted(&founder)?, &membership)?;
            let entry =
                unsigned_entry(Chain::PLATFORM, "system", Purpose::Administration, "membership.given", now);
            Ok::<_, Error>(tx.keep([entry.on(membership.id)], person)?)
        })
        .map_err(|error| match error {
            Error::Refused(_) => Failure::new(
                2,
                said(
                    "deze installatie heeft al een beheerder",
                    "this installation has an administrator already",
                ),
            ),
            other => Failure::from(other),
        })
}
