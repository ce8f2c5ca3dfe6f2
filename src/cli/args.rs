//! Every flag, with its names and its help.

use super::aws::AwsGlobals;
use crate::policy::{AddressRange, PolicyType};
use crate::report::{Expected, PipelineFormat};
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Answers questions about AWS IAM policies for every possible request, offline, with evidence.
#[derive(Debug, Parser)]
#[command(
    name = "iamsat",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "\
A POLICY is a path, file://PATH, `-` for standard input, or JSON that starts with `{`. A file holds a policy document, \
or an answer of the AWS CLI that contains one. Where several policies are taken, a directory stands for all *.json \
files below it, and a pattern (*, ?, [..], **) for what it matches.

Exit codes: 0 PASS (proved for every request), 1 FAIL (with a request that shows it), 3 UNKNOWN, 2 error."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) aws: AwsGlobals,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Does NEW allow any request that EXISTING does not?
    #[command(after_help = "\
Example:
  iamsat check-no-new-access --existing main.json --new branch.json")]
    CheckNoNewAccess(NoNewAccess),
    /// Does POLICY allow any of the listed actions on any of the listed resources?
    #[command(after_help = "\
Examples:
  iamsat check-access-not-granted --policy role.json --actions s3:DeleteBucket,iam:PassRole
  iamsat check-access-not-granted --policy role.json --actions 's3:*' \\
      --resources 'arn:aws:s3:::payroll/*'")]
    CheckAccessNotGranted(AccessNotGranted),
    /// Does POLICY let anyone in whom it does not know?
    #[command(after_help = "\
Example:
  iamsat check-no-public-access --policy bucket.json --resource-type AWS::S3::Bucket")]
    CheckNoPublicAccess(NoPublicAccess),
    /// Whom does POLICY let in from outside an account or organization?
    #[command(after_help = "\
Example:
  iamsat find-external-access --policy bucket.json --zone-of-trust 111122223333 --trusted o-exampleorgid

Exit codes: 0 no one (proved for every request), 1 someone, 3 UNKNOWN whether these are all, 2 error.")]
    FindExternalAccess(ExternalAccess),
    /// What do S3's Block Public Access settings make of a policy and ACLs?
    #[command(after_help = "\
Examples:
  iamsat block-public-access --policy bucket.json --settings all --owner 111122223333
  iamsat block-public-access --acl public-read --account-settings IgnorePublicAcls=true

Exit codes: 0 nothing public remains or would be rejected, 1 something is, 3 UNKNOWN, 2 error.")]
    BlockPublicAccess(BlockPublicAccess),
    /// How do two policies relate: EQUIVALENT, LEFT_NARROWER, LEFT_WIDER or INCOMPARABLE?
    #[command(after_help = "\
Example:
  iamsat compare old.json new.json

Exit codes: 0 EQUIVALENT (proved for every request), 1 anything else, 3 UNKNOWN, 2 error.")]
    Compare(Compare),
    /// What was gained and lost from OLD to NEW, in few groups?
    #[command(after_help = "\
Example:
  iamsat diff main.json branch.json

Exit codes: 0 no difference (proved for every request), 1 some, 3 UNKNOWN whether these are all, 2 error.")]
    Diff(Diff),
    /// Is there an allowed request like this?
    #[command(after_help = "\
Examples:
  iamsat find --policy bucket.json --action 's3:Put*' --condition '{\"Bool\":{\"aws:SecureTransport\":\"false\"}}'
  iamsat find --policy bucket.json --not-principal-account 111122223333

The policies are read as one set. Everything that is given has to hold of the request; of several values of one
flag one has to. --not-principal-account and --outside-org do not count AWS services.

Exit codes: 0 none (proved for every request), 1 found, 3 UNKNOWN, 2 error.")]
    Find(Find),
    /// What of a policy changes nothing, and what lets more through than it seems to?
    #[command(after_help = "\
Example:
  iamsat lint policies/

Exit codes: 0 nothing found, 1 findings, 3 a limit was reached, 2 error.")]
    Lint(Lint),
    /// Is one request allowed, and why?
    #[command(after_help = "\
Example:
  iamsat simulate --policy role.json --action s3:GetObject --resource arn:aws:s3:::reports/a \\
      --context aws:SourceVpc=vpc-1 --expect allowed")]
    Simulate(Simulate),
    /// Many questions: a line of JSON each, a line of JSON back.
    #[command(after_help = "\
A question, on one line:
  {\"id\":1,\"check\":\"check-no-new-access\",
   \"newPolicyDocument\":{...},\"existingPolicyDocument\":{...}}
or
  {\"id\":2,\"check\":\"check-access-not-granted\",
   \"policyDocument\":{...},\"access\":[{\"actions\":[\"s3:PutObject\"]}]}
or
  {\"id\":3,\"check\":\"check-no-public-access\",
   \"policyDocument\":{...},\"resourceType\":\"AWS::S3::Bucket\"}

Exit codes: 2 if any line was an error, else 0; the verdicts are in the answers.")]
    Batch(Batch),
    /// Do certificates show what they say?
    #[command(after_help = "\
Example:
  iamsat check-no-new-access --existing main.json --new branch.json --certificate pass.json
  iamsat verify pass.json

Exit codes: 0 verified, 1 refused, 3 beyond what the verifier can decide, 2 a file could not be read.")]
    Verify(Verify),
    /// What does a code in an answer mean, and what helps?
    #[command(after_help = "\
Example:
  iamsat explain new-access")]
    Explain(Explain),
    /// Print a script that completes command lines in a shell
    #[command(after_help = "\
Example:
  iamsat completions bash > ~/.local/share/bash-completion/completions/iamsat")]
    Completions(Completions),
    /// Print a man page, or write all of them to a directory
    #[command(after_help = "\
Examples:
  iamsat man | man -l -
  iamsat man --directory ~/.local/share/man/man1")]
    Man(Man),
}

#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The code, such as new-access; without it, all codes are listed
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub(super) struct Man {
    /// The command; without it, the page is about iamsat
    #[arg(value_name = "COMMAND", conflicts_with = "directory")]
    pub(super) command: Option<String>,
    /// Write all pages to this directory
    #[arg(long, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct NoNewAccess {
    /// The policy as it is now
    #[arg(
        long,
        value_name = "POLICY",
        alias = "existing-policy-document",
        required_unless_present = "existing_dir"
    )]
    pub(super) existing: Option<String>,
    /// A directory of reference policies: each is a rule, and is tried alone
    #[arg(long, value_name = "DIR", conflicts_with = "existing")]
    pub(super) existing_dir: Option<String>,
    /// The policy as it is to be; each is judged alone
    #[arg(long, value_name = "POLICY", alias = "new-policy-document", num_args = 1.., required = true)]
    pub(super) new: Vec<String>,
    #[command(flatten)]
    pub(super) known: Known,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Compare {
    /// One policy
    #[arg(value_name = "LEFT")]
    pub(super) left: String,
    /// The other
    #[arg(value_name = "RIGHT")]
    pub(super) right: String,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The policy as it was
    #[arg(value_name = "OLD")]
    pub(super) old: String,
    /// The policy as it is to be
    #[arg(value_name = "NEW")]
    pub(super) new: String,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Lint {
    /// The policies; each is looked at alone
    #[arg(value_name = "POLICY", required = true)]
    pub(super) policies: Vec<String>,
    #[command(flatten)]
    pub(super) known: Known,
    /// Stop looking for more after this time, such as 10s or 500ms, for each policy
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Exit with 0 if there are findings; errors and UNKNOWN keep their codes
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Verify each proof before it is relied on
    #[arg(long)]
    pub(super) certify: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Find {
    /// The policies, read as one set
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(super) policy: Vec<String>,
    /// The action is one of these; wildcards work
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..)]
    pub(super) action: Vec<String>,
    /// The resource is one of these; wildcards work
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(super) resource: Vec<String>,
    /// The requester is this: anonymous, an account id, an ARN, service:NAME, federated:PROVIDER or canonical:ID
    #[arg(long, value_name = "PRINCIPAL")]
    pub(super) principal: Option<String>,
    /// This holds, written as a Condition element; each that is given has to
    #[arg(long, value_name = "JSON")]
    pub(super) condition: Vec<String>,
    /// The requester is outside of these accounts, and no AWS service
    #[arg(long, value_name = "ACCOUNT", num_args = 1.., value_parser = account)]
    pub(super) not_principal_account: Vec<String>,
    /// The requester is outside of these organizations, and no AWS service
    #[arg(long, value_name = "o-ID", num_args = 1.., value_parser = organization)]
    pub(super) outside_org: Vec<String>,
    /// The request does not come from these VPCs
    #[arg(long, value_name = "vpc-ID", num_args = 1.., value_parser = vpc)]
    pub(super) outside_vpc: Vec<String>,
    /// The request does not come from these addresses
    #[arg(long, value_name = "CIDR", num_args = 1.., value_parser = addresses)]
    pub(super) outside_ip: Vec<String>,
    /// The requester did not use MFA
    #[arg(long)]
    pub(super) without_mfa: bool,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct AccessNotGranted {
    /// The policy; each is judged alone
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(super) policy: Vec<String>,
    /// Actions that must not be allowed; wildcards work
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., required_unless_present_any = ["resources", "access"])]
    pub(super) actions: Vec<String>,
    /// Resources on which they must not be allowed; wildcards work
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(super) resources: Vec<String>,
    /// Both, as the AWS CLI takes them: [{"actions":[..],"resources":[..]}] or actions=A,B,resources=R
    #[arg(long, value_name = "ACCESS", num_args = 1.., conflicts_with_all = ["actions", "resources"])]
    pub(super) access: Vec<String>,
    #[command(flatten)]
    pub(super) known: Known,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct ExternalAccess {
    /// The policy
    #[arg(long, value_name = "POLICY", alias = "policy-document")]
    pub(super) policy: String,
    /// Who is not outside: an account (12 digits) or organization (o-...)
    #[arg(long, value_name = "ACCOUNT|ORG", value_delimiter = ',', num_args = 1.., required = true)]
    pub(super) zone_of_trust: Vec<String>,
    /// Others who are trusted: accounts, organizations, ARNs
    #[arg(long, value_name = "WHO", value_delimiter = ',', num_args = 1..)]
    pub(super) trusted: Vec<String>,
    /// What the policy is attached to, such as AWS::S3::Bucket or AWS::IAM::Role
    #[arg(long, value_name = "TYPE", default_value = "AWS::S3::Bucket")]
    pub(super) resource_type: String,
    #[command(flatten)]
    pub(super) accepted: Accepted,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
#[group(id = "of_bucket", required = true, multiple = true, args = ["policy", "acl"])]
pub(super) struct BlockPublicAccess {
    /// The policy of the bucket or access point
    #[arg(long, value_name = "POLICY", alias = "policy-document")]
    pub(super) policy: Option<String>,
    /// The answer of get-bucket-acl or get-object-acl, or a canned ACL such as public-read
    #[arg(long, value_name = "ACL", num_args = 1..)]
    pub(super) acl: Vec<String>,
    /// The settings of the bucket: the answer of get-public-access-block, NAME=true,..., all or none
    #[arg(long, value_name = "SETTINGS")]
    pub(super) settings: Option<String>,
    /// The settings of the account
    #[arg(long, value_name = "SETTINGS")]
    pub(super) account_settings: Option<String>,
    /// The settings of the access point
    #[arg(long, value_name = "SETTINGS")]
    pub(super) access_point_settings: Option<String>,
    /// The account that owns the bucket
    #[arg(long, value_name = "ACCOUNT")]
    pub(super) owner: Option<String>,
    /// AWS::S3::Bucket or AWS::S3::AccessPoint
    #[arg(long, value_name = "TYPE", default_value = "AWS::S3::Bucket")]
    pub(super) resource_type: String,
    /// The access point can be used from a VPC only: its policy is never public
    #[arg(long)]
    pub(super) vpc_origin: bool,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct NoPublicAccess {
    /// The policy; each is judged alone
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(super) policy: Vec<String>,
    /// What the policy is attached to, such as AWS::S3::Bucket or AWS::IAM::AssumeRolePolicyDocument
    #[arg(long, value_name = "TYPE")]
    pub(super) resource_type: String,
    #[command(flatten)]
    pub(super) known: Known,
    #[command(flatten)]
    pub(super) search: Search,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Simulate {
    /// The policies, read as one set
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(super) policy: Vec<String>,
    /// The action, such as s3:GetObject
    #[arg(long, value_name = "ACTION")]
    pub(super) action: String,
    /// The resource: an ARN, or * for actions that have none
    #[arg(long, value_name = "ARN")]
    pub(super) resource: String,
    /// Who asks: anonymous, an account id, an ARN, service:NAME, federated:PROVIDER or canonical:ID
    #[arg(long, value_name = "PRINCIPAL")]
    pub(super) principal: Option<String>,
    /// The user whose session a federated user (arn:aws:sts::...:federated-user/NAME) has
    #[arg(long, value_name = "ARN")]
    pub(super) federated_by: Option<String>,
    /// A context key; repeat it for several values. `key=` is the empty text; keys that are not named are absent, except
    /// those that follow from the principal
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) context: Vec<String>,
    /// Context keys as JSON, {"KEY":["VALUE"]}: for keys with `=` in them
    #[arg(long, value_name = "JSON")]
    pub(super) context_json: Vec<String>,
    /// A unique id (AROA..., AIDA...) that is this principal
    #[arg(long, value_name = "ID")]
    pub(super) unique_id: Vec<String>,
    /// A canonical user id of the principal's account
    #[arg(long, value_name = "ID")]
    pub(super) canonical_user: Vec<String>,
    /// Exit with 1 unless this is the decision
    #[arg(long, value_name = "DECISION", value_parser = expected)]
    pub(super) expect: Option<Expected>,
    /// Exit with 0 where it would be 1
    #[arg(long)]
    pub(super) exit_zero: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct Batch {
    /// The questions
    #[arg(value_name = "FILE", default_value = "-")]
    pub(super) file: PathBuf,
    /// Time for each line, such as 10s or 500ms; then it is UNKNOWN
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Write the answers to a file
    #[arg(short, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Write the certificate of each PASS to a file in this directory, named by its line
    #[arg(long, value_name = "DIR")]
    pub(super) certificates: Option<PathBuf>,
    /// Verify each PASS before it is given; one that is not verified is UNKNOWN
    #[arg(long)]
    pub(super) certify: bool,
    /// How many lines are answered at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// No progress bar
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say at the end what became of the lines, and how fast
    #[arg(short, long)]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Search")]
pub(super) struct Search {
    /// Give up after this time, such as 10s or 500ms: UNKNOWN
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Exit with 0 on FAIL; errors and UNKNOWN keep their codes
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Write what shows the answer to a file that `iamsat verify` checks
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// Verify a PASS before it is given; one that is not verified is UNKNOWN
    #[arg(long)]
    pub(super) certify: bool,
}

#[derive(Args, Debug)]
pub(super) struct Verify {
    /// The certificates
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Give up on a certificate after this time, such as 10s or 500ms: not verified
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What is passed over, and what is known.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(super) struct Known {
    /// Pass over files that hold no policy; without it they are errors
    #[arg(long)]
    pub(super) skip_non_policies: bool,
    #[command(flatten)]
    pub(super) accepted: Accepted,
}

/// Which findings are known.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(super) struct Accepted {
    /// A list of findings that are accepted, each with its reason
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Write all findings to a list for --baseline; reasons that it has already are kept
    #[arg(long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Why what is written to the list is accepted
    #[arg(long, value_name = "TEXT", requires = "write_baseline")]
    pub(super) reason: Option<String>,
}

impl Accepted {
    /// Whether there is a list.
    pub(super) fn is_asked(&self) -> bool {
        self.baseline.is_some() || self.write_baseline.is_some()
    }
}

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Reading")]
pub(super) struct Reading {
    /// IDENTITY_POLICY or RESOURCE_POLICY; without it, a policy with Principal is a RESOURCE_POLICY
    #[arg(long, value_name = "TYPE", value_parser = policy_type)]
    pub(super) policy_type: Option<PolicyType>,
    /// Whether the principal has a permissions boundary; without it, both are looked at
    #[arg(long, value_name = "YES|NO")]
    pub(super) boundary: Option<YesNo>,
    /// Know only what AWS's own checks know
    #[arg(long, conflicts_with = "assume_heuristics")]
    pub(super) aws_compat: bool,
    /// Take for facts what is usually but not certainly true of requests; the answer names what takes part
    #[arg(long)]
    pub(super) assume_heuristics: bool,
    /// Leave open whether a wildcard matches `:` in the first five fields of an ARN
    #[arg(long)]
    pub(super) strict_arn: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(super) enum YesNo {
    Yes,
    No,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// How to answer: for people, for programs, SARIF 2.1.0, JUnit XML, or annotations of GitHub Actions
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
    /// Write the answer to a file
    #[arg(short, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Whether to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Show only what is wrong: no PASS, no summary, no warnings
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Show assumptions, sizes and times too
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Pipeline(PipelineFormat),
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &[
            Format::Text,
            Format::Json,
            Format::Pipeline(PipelineFormat::Sarif),
            Format::Pipeline(PipelineFormat::Junit),
            Format::Pipeline(PipelineFormat::Github),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Pipeline(format) => format.name(),
        }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    #[value(alias = "on")]
    Always,
    #[value(alias = "off")]
    Never,
}

fn policy_type(text: &str) -> Result<PolicyType, String> {
    PolicyType::from_name(text).ok_or_else(|| "it is IDENTITY_POLICY or RESOURCE_POLICY".to_owned())
}

fn expected(text: &str) -> Result<Expected, String> {
    [Expected::Allowed, Expected::Denied]
        .into_iter()
        .find(|e| e.name() == text)
        .ok_or_else(|| "it is allowed or denied".to_owned())
}

/// What looks like one; of what does not, such as a pattern, everything is outside, which is no answer.
fn organization(text: &str) -> Result<String, String> {
    match is_id(text, "o-") {
        true => Ok(text.to_owned()),
        false => Err("an organization id is o- and letters and digits".to_owned()),
    }
}

fn is_id(text: &str, start: &str) -> bool {
    let id = text.strip_prefix(start).unwrap_or_default();
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn account(text: &str) -> Result<String, String> {
    let is_one = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if is_one { Ok(text.to_owned()) } else { Err("an account id has twelve digits".to_owned()) }
}

fn vpc(text: &str) -> Result<String, String> {
    match is_id(text, "vpc-") {
        true => Ok(text.to_owned()),
        false => Err("the id of a VPC is vpc- and letters and digits".to_owned()),
    }
}

fn addresses(text: &str) -> Result<String, String> {
    let range = AddressRange::read(text).map(|_| text.to_owned());
    range.ok_or_else(|| "an address or a range of addresses, such as 192.0.2.0/24".to_owned())
}

/// More threads than any machine has processors for would only fail to start.
fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= 1024);
    number.ok_or_else(|| "a number from 1 to 1024".to_owned())
}

/// `10s`, `500ms`, `2m`, `1.5s`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is written 10s, 500ms or 2m".to_owned();
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| wrong())
}
