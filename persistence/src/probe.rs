//! Whether the database answers, asked beside the pool, and how long a server that is gone may hold a thread.

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use crate::Error;
use crate::database::{prepare_postgres, prepare_sqlite};
use crate::location::{Location, sqlite_url};

/// Asks a database whether it answers.
pub struct Probe {
    location: Location,
    connection: Option<Probing>,
}

enum Probing {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Probe {
    pub(crate) fn of(location: Location) -> Self {
        Self { location, connection: None }
    }

    /// Whether the database answers a small question. Blocks until it does, or until it is plain that it does not.
    pub fn answers(&mut self) -> bool {
        let asked = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.connect(),
        };
        let answered = asked.and_then(|mut connection| {
            match &mut connection {
                Probing::Sqlite(connection) => connection.batch_execute("SELECT 1 FROM people LIMIT 1"),
                Probing::Postgres(connection) => connection.batch_execute("SELECT 1 FROM people LIMIT 1"),
            }
            .map(|()| connection)
            .map_err(|fault| Error::from(fault).to_string())
        });
        // what did not answer is not asked again: the next question goes over a new connection
        self.connection = answered.ok();
        self.connection.is_some()
    }

    fn connect(&self) -> Result<Probing, String> {
        match &self.location {
            Location::Sqlite(path) => {
                let url = sqlite_url(path).map_err(|fault| fault.to_string())?;
                let mut connection = SqliteConnection::establish(&url).map_err(|fault| fault.to_string())?;
                prepare_sqlite(&mut connection, true).map_err(|fault| fault.to_string())?;
                Ok(Probing::Sqlite(connection))
            }
            Location::Postgres(url) => {
                let mut connection =
                    PgConnection::establish(&impatient(url)).map_err(|fault| fault.to_string())?;
                prepare_postgres(&mut connection).map_err(|fault| fault.to_string())?;
                Ok(Probing::Postgres(connection))
            }
        }
    }
}

/// The address of a PostgreSQL server with limits on how long a server that is gone can hold a thread, where the address
/// itself does not set them (libpq, connection parameters). Limits on statements are the server's; these are for a server
/// that says nothing any more.
pub(crate) fn impatient(url: &str) -> String {
    let limits = [
        ("connect_timeout", "2"),
        ("tcp_user_timeout", "5000"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "2"),
    ];
    limits.iter().filter(|(name, _)| !url.contains(&format!("{name}="))).fold(
        url.to_owned(),
        |url, (name, value)| {
            let separator = if url.contains('?') { '&' } else { '?' };
            format!("{url}{separator}{name}={value}")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_gone_is_given_up_unless_the_address_says_otherwise() {
        assert_eq!(
            impatient("postgres://one/naast"),
            "postgres://one/naast?connect_timeout=2&tcp_user_timeout=5000&keepalives_idle=10&keepalives_interval=5\
             &keepalives_count=2"
        );
        let own = "postgres://one/naast?connect_timeout=9";
        assert!(impatient(own).starts_with(own));
        assert_eq!(impatient(own).matches("connect_timeout").count(), 1);
    }
}
