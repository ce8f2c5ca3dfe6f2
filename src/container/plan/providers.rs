//! The configurations of AWS's provider in a plan, by the credentials with which they act.
//!
//! Source: Terraform's documentation, "JSON Output Format", "Configuration Representation"; the documentation of the AWS provider,
//! "Authentication and Configuration".

use super::super::raw::{Fault, Optional, Raw};
use std::collections::BTreeMap;

/// Arguments of the provider that do not say whose credentials it takes.
const OTHER_ARGUMENTS: [&str; 20] = [
    "custom_ca_bundle",
    "default_tags",
    "http_proxy",
    "https_proxy",
    "ignore_tags",
    "insecure",
    "max_retries",
    "no_proxy",
    "region",
    "retry_mode",
    "s3_us_east_1_regional_endpoint",
    "s3_use_path_style",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
    "sts_region",
    "token_bucket_rate_limiter_capacity",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
];

/// The credentials of the configurations of AWS's provider, by their keys; those with the same text are certainly of one account.
/// `None` for a configuration that stands for several.
#[derive(Debug, Default)]
pub(super) struct Providers(BTreeMap<String, Option<String>>);

impl Providers {
    /// Reads `provider_config`.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn read(text: &str, all: Option<Raw<'_>>) -> Result<Providers, Fault> {
        let mut credentials = BTreeMap::new();
        for (key, provider) in all.members() {
            let [name, full, module, expressions] =
                provider.fields(text, ["name", "full_name", "module_address", "expressions"])?;
            let [name, full] = [name, full].map(Optional::text_or_empty);
            let last = match full.rsplit('/').next() {
                Some(last) if !last.is_empty() => last,
                _ => &name,
            };
            if !matches!(last, "aws" | "awscc") {
                continue;
            }
            let mut told: Vec<String> = expressions
                .members()
                .into_iter()
                .filter(|(name, _)| !OTHER_ARGUMENTS.contains(&&**name))
                .map(|(name, value)| format!("{name}={}", value.text()))
                .collect();
            told.sort();
            let mut told = told.join(" ");
            let module = module.text_or_empty();
            if told.is_empty() && !module.is_empty() {
                // An empty block may stand for a provider that the module is given.
                told = format!("those of {key}");
            }
            if told.contains("\"references\"") {
                // The same reference is another value in another module.
                told.push_str(&format!(" in {module}"));
            }
            let is_one = !provider.text().contains("for_each");
            credentials.insert(key.into_owned(), is_one.then_some(told));
        }
        Ok(Providers(credentials))
    }

    /// Returns the credentials of a configuration. One that is not in the plan is a default one, or else is known by its key alone. A
    /// resource that is deleted has no `key` any more: it was made with those of all configurations, or nobody knows with which.
    pub(super) fn credentials(&self, key: Option<&str>) -> Option<String> {
        let Some(key) = key else {
            let mut all = self.0.values();
            return match all.next() {
                None => Some(String::new()),
                Some(first) if all.all(|other| other == first) => first.clone(),
                Some(_) => None,
            };
        };
        match self.0.get(key) {
            Some(told) => told.clone(),
            None if matches!(key, "" | "aws" | "awscc") => Some(String::new()),
            None => Some(format!("those of {key}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Providers;

    #[test]
    fn a_resource_that_is_deleted_may_be_of_each_configuration() {
        let of = |told: &[(&str, &str)]| {
            let told = told.iter().map(|(key, told)| ((*key).to_owned(), Some((*told).to_owned())));
            Providers(told.collect()).credentials(None)
        };
        assert_eq!(of(&[]), Some(String::new()));
        assert_eq!(of(&[("aws", ""), ("aws.west", "")]), Some(String::new()));
        assert_eq!(of(&[("aws", ""), ("aws.other", "profile=other")]), None);
    }
}
