//! Where the corpus of real policies is.

use std::path::{Path, PathBuf};

/// The corpus of real policies, if it is here; says so once if not.
pub(crate) fn corpus() -> Option<PathBuf> {
    let path = match std::env::var_os("IAMSAT_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    };
    if path.is_dir() {
        Some(path)
    } else {
        println!("skipped: no corpus of policies; set IAMSAT_CORPUS to its directory");
        None
    }
}
