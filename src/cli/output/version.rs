//! The description of a build, for `--version -v`.

use crate::catalogue::Catalogue;
use crate::request::KEY_TABLE_VERSION;

/// The commit of the sources, given to the compiler by `release/build`.
const COMMIT: Option<&str> = option_env!("IAMSAT_COMMIT");

/// The network code of this build.
const NETWORK_CODE: &str =
    if cfg!(feature = "serve") { "iamsat serve, which listens and opens no connection" } else { "none" };

/// Describes the build, one property a line.
pub(super) fn details() -> String {
    let optional = [
        ("batch", cfg!(feature = "batch")),
        ("cli", cfg!(feature = "cli")),
        ("rusty-alloc", cfg!(feature = "rusty-alloc")),
        ("serve", cfg!(feature = "serve")),
        ("text", cfg!(feature = "text")),
    ];
    let features: Vec<&str> = optional.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
    format!(
        "commit: {}\nplatform: {} {}\nfeatures: {}\ncondition keys: table version {KEY_TABLE_VERSION}\ncatalogue: {}\n\
         network code: {}\n",
        COMMIT.unwrap_or("unknown"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        features.join(", "),
        Catalogue::embedded().date(),
        NETWORK_CODE,
    )
}

#[cfg(test)]
mod tests {
    use super::details;

    #[test]
    fn every_property_has_a_value() {
        let details = details();
        let properties: Vec<(&str, &str)> =
            details.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["commit", "platform", "features", "condition keys", "catalogue", "network code"]);
        assert!(properties.iter().all(|(_, value)| !value.is_empty()), "{details}");
    }
}
