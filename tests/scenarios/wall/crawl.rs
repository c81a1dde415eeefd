//! Every question that the contract can be asked, by everybody who is neither parent nor buddy of the case at hand.

use naast_tests::app::Reply;
use naast_tests::world::World;

use crate::authorisation::calls::{call, path, state_for};
use crate::authorisation::objects::Objects;
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Column, Operation, Table, operations};
use crate::looks::seen;
use crate::signing_in::{client_token, secret_client};

/// Everybody who reads and is not of the case. The twenty whose role ended or has yet to begin are strangers; one of each
/// stands for them.
pub const OTHERS: &[&str] = &[
    "anonymous",
    "unknown",
    "stranger",
    "coordinator",
    "trainer",
    "school-staff",
    "school-leader",
    "professional",
    "board-member",
    "partnership-staff",
    "council-member",
    "pool-manager",
    "auditor",
    "administrator",
    "other-parent",
    "other-buddy",
    "former-buddy",
    "other-coordinator",
    "other-leader",
    "coordinator-ended",
    "school-leader-suspended",
];

/// One question by somebody.
#[derive(Clone, Debug)]
pub struct Question {
    operation: Operation,
    asker: Asker,
    column: Column,
}

#[derive(Clone, Debug)]
enum Asker {
    Person(&'static str),
    System(String),
}

/// All questions: every operation that reads, each asker, each kind of case; and systems with every scope that there is.
pub fn questions(stage: &Stage, table: &Table) -> Vec<Question> {
    let world = &stage.world;
    let systems: Vec<String> = [(&world.school, SCHOOL_SCOPES), (&world.association, PROGRAMME_SCOPES)]
        .into_iter()
        .map(|(organisation, scopes)| client_token(world, &secret_client(world, organisation, scopes)))
        .collect();
    let mut all = Vec::new();
    for operation in operations().into_iter().filter(Operation::only_reads) {
        let columns = &table.block(&operation.id).columns;
        let columns = if columns.is_empty() { &[Column::Own] } else { columns.as_slice() };
        for column in columns {
            let persons = OTHERS.iter().map(|name| Asker::Person(name));
            for asker in persons.chain(systems.iter().cloned().map(Asker::System)) {
                // whose own data they are sees in her own log that she is read; the crawl itself reads
                let own_log = operation.id == "listMyAccessLog"
                    && matches!(asker, Asker::Person("other-parent" | "other-buddy" | "former-buddy"));
                if !own_log {
                    all.push(Question { operation: operation.clone(), asker, column: *column });
                }
            }
        }
    }
    all
}

const SCHOOL_SCOPES: &[&str] = &["directory:read", "conversations:open", "referrals:status"];
const PROGRAMME_SCOPES: &[&str] = &["directory:read", "events:read"];

/// The answer, asked again while the machine of the test is too busy to give one (503: nothing was done). That a server says so is no
/// difference between two worlds.
pub fn told(ask: impl Fn() -> Reply) -> Reply {
    for _ in 0..60 {
        let reply = ask();
        if reply.status != 503 {
            return reply;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    ask()
}

impl Question {
    /// The answer, and every page behind it.
    fn ask(&self, stage: &Stage) -> Vec<Reply> {
        let mut all = vec![told(|| self.first(stage))];
        while let Some(next) =
            all.last().and_then(|reply| reply.body["nextCursor"].as_str().map(str::to_owned))
        {
            let name = if self.operation.id == "listEvents" { "after" } else { "cursor" };
            all.push(told(|| self.page(stage, name, &next)));
        }
        all
    }

    fn page(&self, stage: &Stage, name: &str, next: &str) -> Reply {
        let path = path(&self.operation, &stage.standing(self.column, state_for(&self.operation.id)));
        let path = format!("/v1{path}{}{name}={next}", if path.contains('?') { '&' } else { '?' });
        let token = match &self.asker {
            Asker::Person(name) => stage.cast.token(name).map(str::to_owned),
            Asker::System(token) => Some(format!("Bearer {token}")),
        };
        let mut headers = vec![("accept", "application/json")];
        headers.extend(token.as_deref().map(|token| ("authorization", token)));
        stage.world.app.send("GET", &path, &headers, Vec::new())
    }

    fn first(&self, stage: &Stage) -> Reply {
        let on: Objects = stage.standing(self.column, state_for(&self.operation.id));
        match &self.asker {
            Asker::Person(name) => call(stage, &self.operation, name, &on),
            Asker::System(token) => as_system(&stage.world, &self.operation, &on, token),
        }
    }

    /// Everything of the answer that somebody could tell from another: status, every header, every byte. Left out are the number
    /// of the call and the time of day.
    pub fn answer(&self, stage: &Stage) -> String {
        self.ask(stage).iter().map(seen).collect::<Vec<_>>().join("\n")
    }

    /// The answer as it came: headers and body.
    pub fn bytes(&self, stage: &Stage) -> Vec<u8> {
        let mut bytes = Vec::new();
        for reply in self.ask(stage) {
            bytes.extend_from_slice(format!("{:?}\n", reply.headers).as_bytes());
            bytes.extend_from_slice(&reply.bytes);
        }
        bytes
    }

    /// Who asks what, in words.
    pub fn words(&self) -> String {
        let asker = match &self.asker {
            Asker::Person(name) => name,
            Asker::System(_) => "a system",
        };
        format!("{} by {asker} on {:?}", self.operation.id, self.column)
    }

    /// The role that asks, when it is a person's.
    pub fn caller(&self) -> Option<&'static str> {
        match &self.asker {
            Asker::Person(name) => Some(name),
            Asker::System(_) => None,
        }
    }

    /// The case that is asked about.
    pub fn column(&self) -> Column {
        self.column
    }
}

fn as_system(world: &World, operation: &Operation, on: &Objects, token: &str) -> Reply {
    let path = path(operation, on);
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("accept", "application/json")];
    world.app.send(&operation.method, &format!("/v1{path}"), &headers, Vec::new())
}
