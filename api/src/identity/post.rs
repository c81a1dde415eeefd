//! The post: letters go out one after the other on a thread of their own, by SMTP or into a folder. Whoever hands one in
//! does not wait for it and does not hear of it; what fails is in the log, without the address.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{Address, SmtpTransport, Transport as _};

use super::owner_only;
use crate::clock::fresh;

/// How many letters wait at most. More than that is a flood, and a letter that is not sent can be asked for again.
const WAITING: usize = 1_000;

/// How long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A letter to one person.
pub struct Letter {
    /// To whom.
    pub to: Address,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

enum Job {
    Send(Letter),
    Tell(SyncSender<()>),
}

enum Carrier {
    Folder(PathBuf),
    Smtp(Box<SmtpTransport>),
}

/// Why the post cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address of the mail server does not read. It may hold a password, so it is not repeated.
    #[error("NAAST_SMTP_URL: expected smtps://user:password@host or smtp://host?tls=required")]
    Server,
    /// The sender is no address.
    #[error("NAAST_MAIL_FROM: expected an address, such as Naast <naast@example.org>")]
    Sender,
}

/// Where letters are handed in.
pub struct Post(SyncSender<Job>);

impl Post {
    /// Letters become files in a folder, which only their owner can read.
    #[expect(clippy::missing_panics_doc, reason = "our own sender is an address")]
    pub fn to_folder(folder: PathBuf) -> Self {
        let nobody = Mailbox::new(
            None,
            Address::new("naast", "localhost.localdomain").expect("our own sender is an address"),
        );
        Self::start(Carrier::Folder(folder), nobody)
    }

    /// Letters go to a mail server.
    pub fn to_server(url: &str, from: &str) -> Result<Self, PostError> {
        let from = from.parse().map_err(|_| PostError::Sender)?;
        let server = SmtpTransport::from_url(url).map_err(|_| PostError::Server)?;
        Ok(Self::start(Carrier::Smtp(Box::new(server.timeout(Some(PATIENCE)).build())), from))
    }

    fn start(carrier: Carrier, from: Mailbox) -> Self {
        let (hand_in, handed_in) = sync_channel(WAITING);
        std::thread::spawn(move || work(&carrier, &from, &handed_in));
        Self(hand_in)
    }

    /// Hands a letter in.
    pub fn send(&self, letter: Letter) {
        if self.0.try_send(Job::Send(letter)).is_err() {
            log::error!("a letter was not taken in: too many wait");
        }
    }

    /// Waits until everything that was handed in before has gone, or has failed; no longer than this. `false` when letters
    /// are left.
    #[must_use]
    pub fn drain(&self, longest: Duration) -> bool {
        /// Where the queue is full, there is no way to be told when it has room.
        const AGAIN: Duration = Duration::from_millis(20);
        let until = Instant::now() + longest;
        let (tell, told) = sync_channel(1);
        let mut job = Job::Tell(tell);
        loop {
            match self.0.try_send(job) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) if Instant::now() < until => {
                    job = back;
                    std::thread::sleep(AGAIN);
                }
                // a post that has stopped has nothing that waits; only a panic stops it
                Err(_) => return false,
            }
        }
        told.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()
    }
}

/// Ends when nobody can hand anything in any more.
fn work(carrier: &Carrier, from: &Mailbox, handed_in: &Receiver<Job>) {
    for job in handed_in {
        match job {
            Job::Send(letter) => {
                if let Err(fault) = carry(carrier, from, letter) {
                    log::error!("a letter could not be sent: {fault}");
                }
            }
            Job::Tell(tell) => {
                let _ = tell.send(());
            }
        }
    }
}

/// What went wrong, in words that do not hold the address.
fn carry(carrier: &Carrier, from: &Mailbox, letter: Letter) -> Result<(), String> {
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, letter.to))
        .subject(letter.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text)
        .map_err(|_| "it cannot be written down".to_owned())?;
    match carrier {
        Carrier::Folder(folder) => {
            put_in(folder, &message.formatted()).map_err(|fault| fault.kind().to_string())
        }
        Carrier::Smtp(server) => server.send(&message).map(|_| ()).map_err(|fault| {
            let kind = if fault.is_timeout() {
                "the mail server did not answer in time"
            } else if fault.is_permanent() {
                "the mail server refused it"
            } else {
                "the mail server could not take it now"
            };
            kind.to_owned()
        }),
    }
}

fn put_in(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    naast_persistence::make_folder(folder)?;
    // under another name until it is whole: who looks into the folder finds only whole letters
    let number = uuid::Uuid::to_string(&fresh());
    let unfinished = folder.join(format!("{number}.part"));
    owner_only().open(&unfinished)?.write_all(bytes)?;
    std::fs::rename(unfinished, folder.join(format!("{number}.eml")))
}
