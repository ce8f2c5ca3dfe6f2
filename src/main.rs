//! The `iamsat` command.

use std::process::ExitCode;

/// The allocator of static builds: that of their C library takes longer.
#[cfg(all(target_env = "musl", not(feature = "rusty-alloc")))]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(all(target_env = "musl", feature = "rusty-alloc"))]
#[global_allocator]
static ALLOCATOR: rusty_alloc_api::RustyAlloc = rusty_alloc_api::RustyAlloc;

fn main() -> ExitCode {
    ExitCode::from(iamsat::cli::run(std::env::args_os()).code())
}
