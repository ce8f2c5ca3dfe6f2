//! The AWS CLI's global options, so that its command lines work with `iamsat` in place of `aws accessanalyzer`.

use clap::Args;

// Accepted and ignored with a note: these options are about calls to AWS, which never happen.
#[derive(Args, Debug)]
pub(crate) struct AwsGlobals {
    #[arg(long, global = true, hide = true)]
    region: Option<String>,
    #[arg(long, global = true, hide = true)]
    profile: Option<String>,
    #[arg(long, global = true, hide = true)]
    output: Option<String>,
    #[arg(long, global = true, hide = true)]
    endpoint_url: Option<String>,
    #[arg(long, global = true, hide = true)]
    ca_bundle: Option<String>,
    #[arg(long, global = true, hide = true)]
    cli_read_timeout: Option<String>,
    #[arg(long, global = true, hide = true)]
    cli_connect_timeout: Option<String>,
    #[arg(long, global = true, hide = true)]
    cli_binary_format: Option<String>,
    #[arg(long, global = true, hide = true)]
    no_cli_pager: bool,
    #[arg(long, global = true, hide = true)]
    no_cli_auto_prompt: bool,
    #[arg(long, global = true, hide = true)]
    no_verify_ssl: bool,
    #[arg(long, global = true, hide = true)]
    no_sign_request: bool,
    #[arg(long, global = true, hide = true)]
    no_paginate: bool,
    #[arg(long, global = true, hide = true)]
    debug: bool,
    /// Rejected instead of ignored: the answer would miss the selected parts.
    #[arg(long, global = true, hide = true)]
    query: Option<String>,
}

impl AwsGlobals {
    /// Returns the given options that have no effect here.
    pub(crate) fn ignored(&self) -> Vec<&'static str> {
        let given = [
            ("--region", self.region.is_some()),
            ("--profile", self.profile.is_some()),
            ("--output", self.output.is_some()),
            ("--endpoint-url", self.endpoint_url.is_some()),
            ("--ca-bundle", self.ca_bundle.is_some()),
            ("--cli-read-timeout", self.cli_read_timeout.is_some()),
            ("--cli-connect-timeout", self.cli_connect_timeout.is_some()),
            ("--cli-binary-format", self.cli_binary_format.is_some()),
            ("--no-cli-pager", self.no_cli_pager),
            ("--no-cli-auto-prompt", self.no_cli_auto_prompt),
            ("--no-verify-ssl", self.no_verify_ssl),
            ("--no-sign-request", self.no_sign_request),
            ("--no-paginate", self.no_paginate),
            ("--debug", self.debug),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// Returns the region, which only the server uses.
    #[cfg(feature = "serve")]
    pub(crate) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// True if a selection was requested.
    pub(crate) fn selects(&self) -> bool {
        self.query.is_some()
    }
}
