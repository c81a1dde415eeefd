//! `naast demo`: a server with a living programme in each of the three forms, and a token for every role.
//!
//! Everything in it is plainly invented. It is made by calls to the API itself, in this process, so that what stands
//! there came about as it would for anybody: by the rules, with its journal.

mod calls;
mod people;
mod schools;
mod story;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_persistence::{Location, is_unused, only_server};
use serde::Serialize;

use super::language::said;
use super::listen::Listen;
use super::place::Place;
use super::serve;
use super::terminal::{Failure, shown};
use crate::identity::ISSUER;

/// A demo token lives half a day: longer than any other, and only with the key of the demo.
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// What a newcomer needs: written to `demo.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Demo {
    address: String,
    roles: BTreeMap<&'static str, RoleOfDemo>,
    things: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleOfDemo {
    name: String,
    subject: PersonId,
    token: String,
}

/// Serves the demo until a signal. On SQLite it begins anew at each start, in a database of its own; on PostgreSQL it
/// asks for an empty one.
#[expect(clippy::missing_panics_doc, reason = "the demo is plain text")]
pub fn demo(place: &Place, listen: &Listen) -> Result<(), Failure> {
    // before anything of an earlier demo is touched: one that runs still needs it
    listen.can_begin()?;
    let made_here = place.database_url.is_none();
    let place = own_place(place);
    let location = place.location()?;
    let _only = only_server(&location)?;
    if made_here {
        begin_anew(&place, &location)?;
    } else if !is_unused(&location)? {
        return Err(Failure::new(
            2,
            said(
                "de demo wil een lege database, en deze is gebruikt; er is niets aangeraakt",
                "the demo wants an empty database, and this one is used; nothing was touched",
            ),
        ));
    }
    naast_persistence::migrate(&place.location()?)?;
    let platform = place.platform(LIFETIME)?;
    let founder = serve::first_administrator(&platform, "Beheerder Voorbeeld").map_err(|failure| {
        let why = failure.message;
        let words = said(
            format!("de demo wil een lege database, en hier geldt: {why}"),
            format!("the demo wants an empty database, and here {why}"),
        );
        Failure::new(2, words)
    })?;
    let made = schools::import(&platform)
        .and_then(|()| actix_rt::System::new().block_on(story::tell(&platform, founder)))
        .map_err(|fault| {
            let words = said(
                format!("de demo kon niet worden gemaakt: {fault}"),
                format!("the demo could not be made: {fault}"),
            );
            Failure::new(1, words)
        })?;
    let data = place.data.clone();
    let identity = platform.identity.clone();
    let clock = platform.clock.clone();
    let unnamed = place.public_url == ISSUER;
    serve::run(&place, listen, platform, move |address| {
        if unnamed {
            identity.name_once(&base(address));
        }
        let token = |person| identity.token(person, &clock, LIFETIME);
        let roles = made
            .roles
            .into_iter()
            .map(|(role, name, subject)| (role, RoleOfDemo { name, subject, token: token(subject) }));
        let demo = Demo { address: format!("http://{address}"), roles: roles.collect(), things: made.things };
        let file = data.join("demo.json");
        let text = serde_json::to_string_pretty(&demo).expect("the demo is plain text");
        write_for_owner(&file, &text).map_err(|fault| Failure::at(1, shown(&file), &fault))?;
        tell_newcomer(&demo, address, &shown(&file));
        Ok(())
    })
}

/// The address that whoever tries the demo calls: what its metadata and tokens name, so that a library that begins with them
/// finds it. A demo that listens everywhere is called on this machine, unless `NAAST_PUBLIC_URL` says otherwise.
fn base(listen: SocketAddr) -> String {
    let mut address = listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    if address.ip().is_loopback() { format!("http://{address}") } else { ISSUER.to_owned() }
}

/// The file holds live tokens: it is its owner's only.
fn write_for_owner(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let _ = fs::remove_file(file);
    crate::identity::owner_only().open(file)?.write_all(text.as_bytes())
}

/// The demo stands beside a real installation, never in it.
fn own_place(place: &Place) -> Place {
    let mut own = place.clone();
    own.signing_key_file = Some(place.data.join("demo-signing-key.pk8"));
    own.master_key_file = Some(place.data.join("demo-master-keys"));
    own.anchors_file = Some(place.data.join("demo-journal-anchors.jsonl"));
    own.tombstones_file = Some(place.data.join("demo-tombstones.jsonl"));
    own.database_url = place
        .database_url
        .clone()
        .or_else(|| Some(format!("sqlite:{}", place.data.join("demo.db").display())));
    own
}

/// Removes what an earlier demo left. It does not run any more: its database is ours alone.
fn begin_anew(place: &Place, location: &Location) -> Result<(), Failure> {
    let Location::Sqlite(file) = location else { return Ok(()) };
    for ending in ["", "-wal", "-shm"] {
        match fs::remove_file(format!("{}{ending}", file.display())) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::at(1, shown(file), &fault));
            }
            _ => {}
        }
    }
    // anchors of an earlier demo would attest rows that are gone, and its tombstones speak of cases that are
    for file in [place.anchors(), place.tombstones()] {
        let _ = fs::remove_file(file);
    }
    Ok(())
}

fn tell_newcomer(demo: &Demo, address: SocketAddr, file: &str) {
    let first = said(
        format!(
            "Naast demo: drie programma's, zichtbaar verzonnen. http://{address}/docs/ toont elke aanroep.\n\
             Een token voor elke rol, twaalf uur geldig (ook in {file}):\n"
        ),
        format!(
            "Naast demo: three programmes, plainly invented. http://{address}/docs/ shows every call.\n\
             A token for each role, good for twelve hours (also in {file}):\n"
        ),
    );
    println!("{first}");
    for (role, one) in &demo.roles {
        println!("{role:>22}  {}\n{:>22}  {}\n", one.name, "", one.token);
    }
    let thing = |name: &str| demo.things.get(name).cloned().unwrap_or_default();
    println!("{}\n", said("Eerste aanroepen om te plakken:", "First calls to paste:"));
    println!("BASE=http://{address}/v1");
    let token = |role: &str| demo.roles.get(role).map(|one| one.token.clone()).unwrap_or_default();
    println!("LEADER={}", token("school-leader"));
    println!("COORDINATOR={}", token("coordinator"));
    println!("{}", said("# wie ben ik", "# who am I"));
    println!("curl -s -H \"Authorization: Bearer $LEADER\" $BASE/me");
    let leap = said(
        "# de schoolleider opent een gesprek, en slaat dan de eerste vraag over: 409",
        "# the school leader opens a conversation, and then leaps over the first question: 409",
    );
    println!("{leap}");
    println!(
        "TALK=$(curl -s -H \"Authorization: Bearer $LEADER\" -H 'Content-Type: application/json' $BASE/conversations -d \
         '{{\"locationCode\":\"{}\",\"parentReference\":\"{}\",\"ground\":\"regular-talk\"}}' | \
         sed 's/{{\"id\":\"\\([^\"]*\\).*/\\1/')",
        thing("locationCode"),
        crate::clock::fresh::<uuid::Uuid>()
    );
    println!(
        "curl -s -H \"Authorization: Bearer $LEADER\" -H 'Content-Type: application/json' -H 'If-Match: \"v1\"' \
         $BASE/conversations/$TALK/answers -d '{{\"step\":\"explain-buddy\"}}'"
    );
    let candidates = said(
        "# de coördinator ziet de kandidaten voor een aanvraag, met elk punt uitgelegd",
        "# the coordinator sees the candidates for a request, with every point explained",
    );
    println!("{candidates}");
    println!(
        "curl -s -H \"Authorization: Bearer $COORDINATOR\" $BASE/support-requests/{}/candidates",
        thing("requestWithCandidates")
    );
    let own = said(
        "# de ouder leest wat op haar wacht, de buddy haar koppelingen",
        "# the parent reads what waits for her, the buddy her matches",
    );
    println!("{own}");
    for (role, path) in [("parent", "me/notices"), ("buddy", "matches")] {
        println!("curl -s -H \"Authorization: Bearer {}\" $BASE/{path}", token(role));
    }
}
