//! The `iamsat` command.

use std::process::ExitCode;

/// For static builds: the allocator of their C library is slow.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    ExitCode::from(iamsat::cli::run(std::env::args_os()).code())
}
