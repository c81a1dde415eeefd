//! An empty database on a throw-away PostgreSQL server, for a program that is not a test: prints its URL, and lives until
//! standard input closes.

use std::io::{Read as _, Write as _};

fn main() -> std::io::Result<()> {
    let database = naast_tests::postgres::cluster().empty_database();
    println!("{}", database.url);
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
