//! The `iamsat` command.

use std::process::ExitCode;

/// For static builds: the allocator of their C library serves only one thread at a time.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: rusty_alloc_api::RustyAlloc = rusty_alloc_api::RustyAlloc;

fn main() -> ExitCode {
    ExitCode::from(iamsat::cli::run(std::env::args_os()).code())
}
