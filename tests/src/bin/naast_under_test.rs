//! The binary that people run, built for tests and benchmarks that start it as a process of its own.

fn main() -> std::process::ExitCode {
    naast_api::cli::main()
}
