//! A letter to a mail server, one command after the other: the library's own way of sending does not tell which command was refused, and only an answer to
//! `RCPT TO` says something of the address.

use std::error::Error as _;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::Message;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::Url;

use super::Delivery;

/// A mail server, and how it is spoken to.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
    patience: Duration,
}

/// What went wrong, and whether it was in answer to the address.
struct Fault {
    error: Error,
    is_to_rcpt: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, is_to_rcpt: false }
    }
}

impl Server {
    /// The server of an address such as `smtps://user:password@host` or `smtp://host?tls=required`; `None` when it does not read.
    pub(super) fn of(url: &str, patience: Duration) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?.to_owned();
        let secured = || TlsParameters::new(host.clone()).ok();
        let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (usual, tls) = match (url.scheme(), asked.as_deref()) {
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(secured()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(secured()?)),
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapper(secured()?)),
            _ => return None,
        };
        let credentials = match url.password() {
            Some(password) => {
                let read = |text| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
                Some(Credentials::new(read(url.username())?, read(password)?))
            }
            None => None,
        };
        // who names itself in another way than by its host's name says so behind the host
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        Some(Self { port: url.port().unwrap_or(usual), host, tls, credentials, hello, patience })
    }

    /// Hands a letter to the server.
    ///
    /// # Errors
    /// What became of it otherwise, and why in words that do not hold the address.
    pub(super) fn send(&self, message: &Message) -> Result<(), (Delivery, String)> {
        self.try_to_send(message).map_err(|Fault { error, is_to_rcpt }| {
            let (outcome, kind) = if error.is_timeout() {
                (Delivery::Unanswered, "the mail server did not answer in time")
            } else if is_to_rcpt && error.is_permanent() && is_of_the_mailbox(&error) {
                (Delivery::Refused, "the mail server does not take its address")
            } else if error.is_permanent() {
                (Delivery::Deferred, "the mail server refused it")
            } else if error.is_transient() {
                (Delivery::Deferred, "the mail server could not take it now")
            } else {
                (Delivery::Unanswered, "the mail server could not be reached")
            };
            (outcome, kind.to_owned())
        })
    }

    fn try_to_send(&self, message: &Message) -> Result<(), Fault> {
        let mut connection = self.connect()?;
        let outcome = hand_in(&mut connection, message.envelope(), &message.formatted());
        connection.abort();
        outcome
    }

    fn connect(&self) -> Result<SmtpConnection, Error> {
        let from_the_start = if let Tls::Wrapper(parameters) = &self.tls { Some(parameters) } else { None };
        let mut connection = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            Some(self.patience),
            &self.hello,
            from_the_start,
            None,
        )?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters, &self.hello)?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters, &self.hello)?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials)?;
        }
        Ok(connection)
    }
}

fn hand_in(connection: &mut SmtpConnection, envelope: &Envelope, text: &[u8]) -> Result<(), Fault> {
    let mut asked = Vec::new();
    // a server that does not have these refuses the command, as it refuses what it cannot carry
    let mut addresses = envelope.to().iter().chain(envelope.from());
    if !addresses.all(|address| address.to_string().is_ascii()) {
        asked.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() {
        asked.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), asked))?;
    for to in envelope.to() {
        connection
            .command(Rcpt::new(to.clone(), Vec::new()))
            .map_err(|error| Fault { error, is_to_rcpt: true })?;
    }
    connection.command(Data)?;
    connection.message(text)?;
    Ok(())
}

/// Whether a reply to `RCPT TO` says that this mailbox is not there, or takes nothing: by its enhanced code (RFC 3463, 3.2 and 3.3; RFC 7505), of which
/// 5.1.7 and 5.1.8 are of the sender and 5.7 is of what the server lets pass. A reply without one may be either: `550 relay not permitted` is said of every address.
fn is_of_the_mailbox(error: &Error) -> bool {
    const OF_THE_ADDRESS: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let code = said.split_whitespace().next().unwrap_or_default();
    let of_the_mailbox = code.strip_prefix("5.2.").is_some_and(|detail| detail.parse::<u16>().is_ok());
    OF_THE_ADDRESS.contains(&code) || of_the_mailbox
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_mail_server_says_how_it_is_spoken_to() {
        let read = |url: &str| {
            let server = Server::of(url, Duration::from_secs(1))?;
            let tls = match server.tls {
                Tls::None => "none",
                Tls::Opportunistic(_) => "opportunistic",
                Tls::Required(_) => "required",
                Tls::Wrapper(_) => "wrapper",
            };
            Some((server.host, server.port, tls, server.credentials))
        };
        let host = || "mail.example.org".to_owned();
        assert_eq!(read("smtp://mail.example.org"), Some((host(), 25, "none", None)));
        assert_eq!(read("smtp://mail.example.org:2525/"), Some((host(), 2525, "none", None)));
        assert_eq!(read("smtp://mail.example.org?tls=required"), Some((host(), 587, "required", None)));
        let secret = Credentials::new("naast@example.org".to_owned(), "p%?".to_owned());
        assert_eq!(
            read("smtps://naast%40example.org:p%25%3F@mail.example.org"),
            Some((host(), 465, "wrapper", Some(secret)))
        );
        assert_eq!(
            read("smtp://mail.example.org?tls=opportunistic"),
            Some((host(), 587, "opportunistic", None))
        );
        for url in ["mail.example.org", "http://mail.example.org", "smtp://mail.example.org?tls=no", "smtp:"]
        {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
