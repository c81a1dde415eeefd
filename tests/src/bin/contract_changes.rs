//! What changed between two contracts, for whoever writes the changelog or wonders what broke:
//! `cargo run -p naast-tests --bin contract-changes OLD.yaml NEW.yaml`. Exit code 1: the newer one may not have its version.

use std::fs;
use std::process::ExitCode;

use naast_api::clock::Clock;
use naast_tests::changes::released::is_released;
use naast_tests::changes::{changes, judge};
use serde_json::Value;

fn read(file: &str) -> Result<Value, String> {
    let text = fs::read_to_string(file).map_err(|fault| format!("{file}: {fault}"))?;
    serde_norway::from_str(&text).map_err(|fault| format!("{file}: {fault}"))
}

fn compare(old: &str, new: &str) -> Result<bool, String> {
    let (before, now) = (read(old)?, read(new)?);
    let today = Clock::default().today();
    for change in changes(&before, &now, today) {
        println!("{change}");
    }
    Ok(judge(&before, &now, is_released(old), today).is_ok())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = arguments.as_slice() else {
        eprintln!("contract-changes OLD.yaml NEW.yaml");
        return ExitCode::from(2);
    };
    match compare(old, new) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(fault) => {
            eprintln!("contract-changes: {fault}");
            ExitCode::from(2)
        }
    }
}
