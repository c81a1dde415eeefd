//! The post: letters go out one after the other on a thread of their own, by SMTP or into a folder. Whoever hands one in
//! does not wait for it and does not hear of it, unless what follows depends on it ([`Post::deliver`]); what fails is in the log, without the address: a warning
//! when the mail server does not take this address, an error when it takes none.

mod smtp;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use log::Level;

use super::owner_only;
use crate::clock::fresh;

/// How many letters wait at most. More than that is a flood, and a letter that is not sent can be asked for again.
const WAITING: usize = 1_000;

/// How long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a letter of which somebody waits to hear may wait for its turn. After that it is not sent any more, and as long again she waits for what comes of it.
const TURN: Duration = Duration::from_secs(60);

/// A letter to one person.
pub struct Letter {
    /// To whom.
    pub to: Address,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server took it, or it lies in the folder.
    Taken,
    /// The mail server refuses this address, for good: it says that there is no such mailbox, or that it takes nothing.
    Refused,
    /// It could not be taken now: another time it may.
    Deferred,
    /// No mail server was there, or it did not answer in time.
    Unanswered,
}

enum Job {
    Send(Letter),
    /// Sent, unless its turn comes too late, and told of.
    Deliver(Letter, Instant, SyncSender<Delivery>),
    Tell(SyncSender<()>),
}

enum Carrier {
    Folder(PathBuf),
    Smtp(Box<smtp::Server>),
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
        Self::to_server_within(url, from, PATIENCE)
    }

    /// The same, to one that may take so long for each answer.
    pub fn to_server_within(url: &str, from: &str, longest: Duration) -> Result<Self, PostError> {
        let from = from.parse().map_err(|_| PostError::Sender)?;
        let server = smtp::Server::of(url, longest).ok_or(PostError::Server)?;
        Ok(Self::start(Carrier::Smtp(Box::new(server)), from))
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

    /// Hands a letter in and waits for what becomes of it: a minute or two at most.
    pub fn deliver(&self, letter: Letter) -> Delivery {
        let (tell, told) = sync_channel(1);
        if self.0.try_send(Job::Deliver(letter, Instant::now() + TURN, tell)).is_err() {
            log::error!("a letter was not taken in: too many wait");
            return Delivery::Unanswered;
        }
        told.recv_timeout(2 * TURN).unwrap_or(Delivery::Unanswered)
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
                let _ = carried(carrier, from, letter);
            }
            Job::Deliver(letter, until, tell) => {
                let is_late = Instant::now() > until;
                let outcome = if is_late { Delivery::Unanswered } else { carried(carrier, from, letter) };
                let _ = tell.send(outcome);
            }
            Job::Tell(tell) => {
                let _ = tell.send(());
            }
        }
    }
}

/// What became of a letter; what went wrong is in the log.
fn carried(carrier: &Carrier, from: &Mailbox, letter: Letter) -> Delivery {
    let Err((outcome, fault)) = carry(carrier, from, letter) else { return Delivery::Taken };
    let level = if outcome == Delivery::Refused { Level::Warn } else { Level::Error };
    log::log!(level, "a letter could not be sent: {fault}");
    outcome
}

/// What came of it where it went wrong, in words that do not hold the address.
fn carry(carrier: &Carrier, from: &Mailbox, letter: Letter) -> Result<(), (Delivery, String)> {
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, letter.to))
        .subject(letter.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text)
        .map_err(|_| (Delivery::Deferred, "it cannot be written down".to_owned()))?;
    match carrier {
        Carrier::Folder(folder) => put_in(folder, &message.formatted())
            .map_err(|fault| (Delivery::Deferred, fault.kind().to_string())),
        Carrier::Smtp(server) => server.send(&message),
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;

    use super::*;

    /// What comes of a letter when a mail server says this to one of its commands.
    fn told(command: &'static str, reply: &'static str) -> Result<(), (Delivery, String)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines();
            let mut is_letter = false;
            let _ = stream.write_all(b"220 mail.example.org\r\n");
            while let Some(Ok(line)) = lines.next() {
                let said = line.split([' ', ':']).next();
                let answer = match said {
                    _ if is_letter && line != "." => continue,
                    _ if said == Some(command) => reply,
                    Some("DATA") => "354 go on",
                    _ => "250 good",
                };
                is_letter = answer.starts_with("354");
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        });
        let server = smtp::Server::of(&format!("smtp://127.0.0.1:{port}"), PATIENCE).expect("an address");
        let (from, to) = (Address::new("naast", "example.org"), Address::new("ouder", "example.org"));
        let letter =
            Letter { to: to.expect("an address"), subject: "Over".to_owned(), text: "Tekst é".to_owned() };
        carry(&Carrier::Smtp(Box::new(server)), &Mailbox::new(None, from.expect("an address")), letter)
    }

    #[test]
    fn only_an_answer_to_the_address_that_is_of_the_mailbox_refuses_it_for_good() {
        assert_eq!(told("RCPT", "250 good"), Ok(()));
        let is = |outcome: Delivery, command: &'static str, reply: &'static str| {
            let (said, words) = told(command, reply).expect_err("it is refused");
            assert_eq!((said, words.contains("ouder")), (outcome, false), "{command}: {reply}: {words}");
        };
        let of_the_mailbox = [
            "550 5.1.1 ouder@example.org unknown",
            "550-5.1.1 ouder@example.org\r\n550 5.1.1 unknown",
            "550 5.1.2 no such host",
            "553 5.1.3 syntax",
            "551 5.1.6 moved",
            "556 5.1.10 no mail here",
            "550 5.2.1 disabled",
            "552 5.2.2 full",
        ];
        for reply in of_the_mailbox {
            is(Delivery::Refused, "RCPT", reply);
            // the same words to another command are of the sender, or of the letter
            is(Delivery::Deferred, "MAIL", reply);
            is(Delivery::Deferred, "DATA", reply);
        }
        for reply in [
            "550 relay not permitted",
            "550 ouder@example.org unknown",
            "501 syntax",
            "553 sender refused",
            "550 5.1.0 sender unknown",
            "553 5.1.7 sender",
            "550 5.1.8 domain of the sender",
            "550 5.1.11 something",
            "554 5.7.1 relaying denied",
            "554 no service",
            "530 sign in first",
            "450 4.2.2 full for now",
            "451 later",
            "421 closing",
        ] {
            is(Delivery::Deferred, "RCPT", reply);
        }
    }
}
