//! A server for clients of IAM Access Analyzer.

use crate::check::Options;
use crate::cli::Exit;
use crate::cli::args::{AwsGlobals, LogArg, ServeArgs};
use crate::cli::input::{managed_policies, strings};
use crate::cli::output::note;
use crate::report::Failure;
use crate::serve::{LogForm, Lookups, Server, Settings};
use crate::surface::reason;
use std::io::Write as _;

/// The region in ARNs, unless `--region` names one.
const REGION: &str = "us-east-1";

pub(crate) fn run(args: &ServeArgs, aws: &AwsGlobals) -> Result<Exit, Failure> {
    if args.semantics.policy_type.is_some() {
        return Err(Failure::validation("each request states its policyType: leave out `--policy-type`"));
    }
    let lookups = Lookups {
        managed: args.managed_policies.as_deref().map(managed_policies).transpose()?.unwrap_or_default(),
        parameters: args.ssm_parameters.as_deref().map(strings).transpose()?.unwrap_or_default(),
        exports: args.exports.as_deref().map(strings).transpose()?.unwrap_or_default(),
    };
    let settings = Settings {
        options: Options { first_witness: true, ..args.semantics.options() },
        account: args.account_id.clone(),
        partition: args.partition.clone(),
        region: region(aws)?,
        lenient_limits: args.lenient_limits,
        explain_in_text: args.explain_in_text,
        lookups,
        timeout: args.timeout,
        ..Settings::default()
    };
    let server = Server {
        listen: args.listen,
        settings,
        log: match args.log {
            LogArg::Text => LogForm::Text,
            LogArg::Json => LogForm::Json,
            LogArg::None => LogForm::None,
        },
        jobs: args.jobs,
    };
    if !args.listen.ip().is_loopback() {
        note(&format!(
            "warning: {} is not a loopback address: whoever reaches it may send requests, which are neither authenticated nor \
             encrypted\n",
            args.listen.ip()
        ));
    }
    let listening = |address: std::net::SocketAddr| {
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{address}").and_then(|()| out.flush())
    };
    let ended = server.run(listening);
    ended.map(|()| Exit::Success).map_err(|error| {
        Failure::validation(format!("the server at {} ended: {}", args.listen, reason(&error)))
    })
}

/// Returns the region in ARNs.
fn region(aws: &AwsGlobals) -> Result<String, Failure> {
    let region = match aws.region() {
        Some(region) => region,
        None => REGION,
    };
    let is_of_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match !region.is_empty() && region.bytes().all(is_of_region) {
        true => Ok(region.to_owned()),
        false => Err(Failure::validation(format!("`{region}` is not a region, such as {REGION}"))),
    }
}
