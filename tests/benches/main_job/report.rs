//! What is printed: ratios first, then what they were made of, as tables of Markdown.

use naast_tests::Engine;

use crate::measure::Figures;

/// Everything on one operation and one database.
pub struct Row {
    /// Which database.
    pub engine: Engine,
    /// Which operation.
    pub name: &'static str,
    /// How many statements the product asked for a call.
    pub statements: u32,
    /// The subjects: the product, the product without its database, the counterpart, the product on little data.
    pub product: Figures,
    /// The same server's answer without a database, and which answer that is.
    pub without: (Figures, &'static str),
    /// The hand-written counterpart.
    pub counterpart: Figures,
    /// The product on little data.
    pub small: Figures,
}

/// What a person calls a database.
pub fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// Prints everything.
pub fn print(rows: &[Row]) {
    println!("\n## Ratios of throughput (more is better)\n");
    println!(
        "| database | operation | product : hand-written | product : without database | much data : little data | CPU \
         product : hand-written | statements |"
    );
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let sum = |figures: &Figures| figures.cpu().0 + figures.cpu().1;
        println!(
            "| {} | {} | **{:.2}** | {:.2} | {:.2} | {:.2} | {} |",
            name(row.engine),
            row.name,
            row.product.times(&row.counterpart),
            row.product.times(&row.without.0),
            row.product.times(&row.small),
            sum(&row.product) / sum(&row.counterpart),
            row.statements
        );
    }
    println!("\n## What they were made of\n");
    header();
    for row in rows {
        let subjects = [
            ("product", &row.product),
            (row.without.1, &row.without.0),
            ("hand-written", &row.counterpart),
            ("product, little data", &row.small),
        ];
        for (subject, figures) in subjects {
            line(row.engine, row.name, subject, figures);
        }
    }
}

/// The head of a table of figures.
pub fn header() {
    println!(
        "| database | operation | subject | calls/s | p50 ms | p99 ms | CPU µs/call, server | CPU µs/call, PostgreSQL |"
    );
    println!("|---|---|---|---|---|---|---|---|");
}

/// A line of it.
pub fn line(engine: Engine, operation: &str, subject: &str, figures: &Figures) {
    let (server, cluster) = figures.cpu();
    let cluster = if engine == Engine::Postgres { format!("{cluster:.0}") } else { "-".to_owned() };
    println!(
        "| {} | {operation} | {subject} | {:.0} | {:.2} | {:.2} | {server:.0} | {cluster} |",
        name(engine),
        figures.rate(),
        figures.p50(),
        figures.p99()
    );
}

/// The head of the table of what limits and kept answers cost.
pub fn promises_header() {
    println!(
        "| database | operation | with | calls : without | calls/s | p50 ms | p99 ms | CPU µs/call, server | CPU µs/call, PostgreSQL |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
}

/// A line of it.
pub fn promise(engine: Engine, operation: &str, with: &str, figures: &Figures, without: &Figures) {
    let (server, cluster) = figures.cpu();
    let cluster = if engine == Engine::Postgres { format!("{cluster:.0}") } else { "-".to_owned() };
    println!(
        "| {} | {operation} | {with} | **{:.2}** | {:.0} | {:.2} | {:.2} | {server:.0} | {cluster} |",
        name(engine),
        figures.times(without),
        figures.rate(),
        figures.p50(),
        figures.p99()
    );
}
