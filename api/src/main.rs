//! The binary `naast`.

fn main() -> std::process::ExitCode {
    naast_api::cli::main()
}
