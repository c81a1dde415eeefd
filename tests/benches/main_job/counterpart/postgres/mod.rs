//! The counterpart on PostgreSQL: tokio-postgres, every statement prepared once for each connection.

mod statements;

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate, Utc};
use naast_api::clock::{Clock, fresh};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use self::statements::{Sql, texts};
use super::Page;
use super::candidates::{Buddy, candidates};
use super::views::{self, Body, View};

type Row = views::Row<Uuid, DateTime<Utc>>;

/// The connections of one worker, which never leave its thread.
pub struct Pool {
    free: Semaphore,
    connections: RefCell<Vec<Connection>>,
}

struct Connection {
    client: Client,
    statements: Vec<Statement>,
}

type Fault = tokio_postgres::Error;

/// A connection that goes back when it is no longer needed.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

impl std::ops::Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is lent until it is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.connections.borrow_mut().extend(self.connection.take());
    }
}

impl std::ops::Index<Sql> for Connection {
    type Output = Statement;

    fn index(&self, which: Sql) -> &Statement {
        &self.statements[which as usize]
    }
}

fn read(row: &tokio_postgres::Row) -> Row {
    Row {
        id: row.get(0),
        programme_id: row.get(1),
        parent_id: row.get(2),
        origin: row.get(3),
        duration: row.get(4),
        channels: row.get(5),
        topics: row.get(6),
        language: row.get(7),
        location_code: row.get(8),
        municipality_code: row.get(9),
        state: row.get(10),
        contact: [row.get(11), row.get(12), row.get(13)],
        created_at: row.get(14),
    }
}

impl Pool {
    /// Connects and prepares.
    pub async fn connect(url: &str, size: usize) -> Result<Self, Fault> {
        let mut connections = Vec::new();
        for _ in 0..size {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            actix_web::rt::spawn(connection);
            let mut statements = Vec::new();
            for text in texts() {
                statements.push(client.prepare(&text).await?);
            }
            connections.push(Connection { client, statements });
        }
        Ok(Self { free: Semaphore::new(size), connections: RefCell::new(connections) })
    }

    async fn lend(&self) -> Lent<'_> {
        let permit = self.free.acquire().await.expect("it is never closed");
        Lent { pool: self, connection: self.connections.borrow_mut().pop(), _permit: permit }
    }

    /// A request.
    pub async fn request(&self, id: Uuid) -> Result<Row, Fault> {
        let c = self.lend().await;
        Ok(read(&c.client.query_one(&c[Sql::Request], &[&id]).await?))
    }

    /// A page of a programme.
    pub async fn page(&self, page: &Page) -> Result<Vec<Row>, Fault> {
        let c = self.lend().await;
        let size = page.page_size + 1;
        let at = page.at.as_deref().map(|at| at.parse::<DateTime<Utc>>().expect("a moment"));
        let rows = match (at, page.id) {
            (Some(at), Some(id)) => {
                c.client.query(&c[Sql::Next], &[&page.programme_id, &size, &at, &id]).await?
            }
            _ => c.client.query(&c[Sql::First], &[&page.programme_id, &size]).await?,
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Keeps a request and its journal row.
    pub async fn submit(&self, parent: Uuid, body: Body) -> Result<View<Uuid, DateTime<Utc>>, Fault> {
        let mut c = self.lend().await;
        let programme = body.programme_id;
        let row = body.into_row(fresh(), programme, parent, Clock::default().now());
        let [name, kind, value] = &row.contact;
        let connection = c.connection.as_mut().expect("it is lent until it is dropped");
        let transaction = connection.client.transaction().await?;
        transaction
            .execute(
                &connection.statements[Sql::Insert as usize],
                &[
                    &row.id,
                    &row.programme_id,
                    &row.parent_id,
                    &row.origin,
                    &row.duration,
                    &row.channels,
                    &row.topics,
                    &row.language,
                    &row.location_code,
                    &row.municipality_code,
                    &row.state,
                    name,
                    kind,
                    value,
                    &row.created_at,
                ],
            )
            .await?;
        let nothing = [0_u8; 32].as_slice();
        transaction
            .execute(
                &connection.statements[Sql::Append as usize],
                &[&programme, &nothing, &nothing, &row.created_at, &parent, &row.id.to_string()],
            )
            .await?;
        transaction.commit().await?;
        Ok(row.view())
    }

    /// The best twenty buddies for a request.
    pub async fn candidates(&self, id: Uuid) -> Result<Value, Fault> {
        let c = self.lend().await;
        let request = read(&c.client.query_one(&c[Sql::Request], &[&id]).await?);
        let programme = request.programme_id;
        let consents = c.client.query(&c[Sql::Consents], &[&programme, &id]).await?;
        assert!(!consents.is_empty());
        let today: NaiveDate = Clock::default().today();
        let language = if request.language == "nl" { 1_i64 } else { 2 };
        let rows =
            c.client.query(&c[Sql::Buddies], &[&programme, &today, &language, &request.channels]).await?;
        let buddies: Vec<Buddy<Uuid>> = rows
            .iter()
            .map(|row| Buddy {
                id: row.get(0),
                first_name: row.get(1),
                specialisms: row.get(2),
                channels: row.get(3),
                municipalities: row.get(4),
                capacity: row.get(5),
                matches: row.get(6),
            })
            .collect();
        let ids: Vec<Uuid> = buddies.iter().map(|one| one.id).collect();
        let certificates = c.client.query(&c[Sql::Certificates], &[&programme, &ids]).await?;
        let certificates =
            certificates.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
        let ties = c.client.query(&c[Sql::Ties], &[&programme, &ids]).await?;
        let ties = ties.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        c.client.query(&c[Sql::Forms], &[&programme]).await?;
        if let Some(school) = &request.location_code {
            c.client.query(&c[Sql::School], &[school, &today]).await?;
        }
        let proposed = c.client.query(&c[Sql::Proposals], &[&programme, &id]).await?;
        let proposed: Vec<Uuid> = proposed.iter().map(|row| row.get(0)).collect();
        Ok(candidates(&request, buddies, certificates, ties, &proposed))
    }
}
