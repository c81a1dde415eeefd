//! Who comes when all connections are at work. She is told to come back; but whoever asks how the server is, as a proxy and a monitor do, is
//! told that: a server that has its hands full is no server that is down.

use std::io;
use std::time::Duration;

use actix_rt::net::TcpStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use uuid::Uuid;

use super::life::Life;
use super::own_answers::{Heard, Question, refuse, whole};
use crate::clock::fresh;
use crate::cors::Origins;
use crate::platform::Platform;
use crate::problem::Error;
use crate::service;

/// How long she may take to say what she came for.
const SAYS: Duration = Duration::from_millis(500);

/// How long she may take to read what she is told.
const READS: Duration = Duration::from_millis(500);

/// No head of whoever asks how the server is, is longer.
const LONGEST: usize = 8_192;

/// Hears what she asks, answers it, and waits a moment until she has read it: what she sent unread would break the connection
/// off under the answer.
pub(super) async fn turn_away(mut io: TcpStream, life: &Life, platform: &Platform, origins: &Origins) {
    let mut heard = Heard::default();
    // whatever came of it is what is answered
    let _ = timeout(SAYS, hear(&mut io, &mut heard)).await;
    life.tongue.set(heard.tongue.unwrap_or(life.tongue.get()));
    life.origin.replace(heard.origin().cloned());
    let question = heard.question.filter(|_| heard.is_over());
    let told = answer(question, life, platform, origins);
    let _ = timeout(READS, async {
        let mut thrown_away = [0; 4096];
        io.write_all(&told).await?;
        io.shutdown().await?;
        while io.read(&mut thrown_away).await? > 0 {}
        Ok::<_, io::Error>(())
    })
    .await;
}

/// Reads her head to its end, or as far as it is of interest.
async fn hear(io: &mut TcpStream, heard: &mut Heard) -> io::Result<()> {
    let (mut piece, mut length) = ([0; 1024], 0);
    while !heard.is_over() && length < LONGEST {
        let read = io.read(&mut piece).await?;
        if read == 0 {
            break;
        }
        length += read;
        heard.hear(&piece[..read]);
    }
    Ok(())
}

fn answer(question: Option<Question>, life: &Life, platform: &Platform, origins: &Origins) -> Vec<u8> {
    let of_health = match question {
        None => return refuse(&Error::Refused("overloaded"), life, platform, origins),
        Some(Question::Live) => Ok(service::is_live()),
        Some(Question::Ready) => service::is_ready(platform),
    };
    match of_health {
        Ok(well) => whole(well, &Uuid::to_string(&fresh()), life, platform, origins),
        Err(error) => refuse(&error, life, platform, origins),
    }
}
