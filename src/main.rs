//! The `iamsat` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(iamsat::cli::run(std::env::args_os()).code())
}
