//! All flags with their names and help texts: one file for each command, and one for each group that commands share.

mod access_not_granted;
mod aws_globals;
mod baseline;
mod batch;
mod block_public_access;
mod can;
mod catalogue;
mod change;
mod check;
mod compare;
mod container;
mod external_access;
mod find;
mod guardrails;
mod info;
mod init;
mod judging;
mod layers;
mod lint;
mod minimise;
mod no_new_access;
mod no_public_access;
mod output;
mod parameters;
mod policies;
mod search;
mod semantics;
#[cfg(feature = "serve")]
mod serve;
mod simulate;
mod snapshot;
mod sources;
mod test;
mod validate_policy;
mod value;
mod verify;
mod what_can;
mod who_can;
mod world;

pub(super) use access_not_granted::AccessNotGrantedArgs;
pub(super) use aws_globals::AwsGlobals;
pub(super) use baseline::{BaselineArgs, InputArgs};
pub(super) use batch::BatchArgs;
pub(super) use block_public_access::BlockPublicAccessArgs;
pub(super) use can::CanArgs;
pub(super) use catalogue::{CatalogueArgs, CatalogueCommand};
pub(super) use change::ChangeArgs;
pub(super) use check::CheckArgs;
use clap::{ArgAction, Parser, Subcommand};
pub(super) use compare::{CompareArgs, DiffArgs};
pub(super) use container::{ContainerArgs, IfItDepends};
pub(super) use external_access::ExternalAccessArgs;
pub(super) use find::FindArgs;
pub(super) use guardrails::GuardrailsArgs;
pub(super) use info::{CompletionsArgs, ExplainArgs, GuideArgs, ManArgs};
pub(super) use init::InitArgs;
pub(super) use layers::LayersArgs;
pub(super) use lint::LintArgs;
pub(super) use minimise::MinimiseArgs;
pub(super) use no_new_access::{Created, NoNewAccessArgs};
pub(super) use no_public_access::NoPublicAccessArgs;
pub(super) use output::{Color, Format, OutputArgs};
pub(super) use policies::PoliciesArgs;
pub(super) use search::SearchArgs;
pub(super) use semantics::{SemanticsArgs, YesNo};
#[cfg(feature = "serve")]
pub(super) use serve::{LogArg, ServeArgs};
pub(super) use simulate::SimulateArgs;
pub(super) use snapshot::SnapshotArgs;
pub(super) use test::TestArgs;
pub(super) use validate_policy::ValidatePolicyArgs;
pub(super) use verify::VerifyArgs;
pub(super) use what_can::WhatCanArgs;
pub(super) use who_can::WhoCanArgs;

/// Answers questions about AWS IAM policies for every possible request, offline, with evidence.
#[derive(Debug, Parser)]
#[command(
    name = "iamsat",
    version,
    disable_version_flag = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
A POLICY is a path, file://PATH, git:COMMIT:PATH, `-` for standard input, or JSON that starts with `{`. A file holds a policy document, \
an answer of the AWS CLI, a Terraform plan or state (JSON), a CloudFormation template, or a dump of an account; \
PATH#NAME is one policy of it. Where several policies are accepted, a directory stands for all *.json \
files below it, and a pattern (*, ?, [..], **) for its matches.

Exit codes: 0 PASS (proved for every request), 1 FAIL (with a request that shows it), 3 UNKNOWN, 2 error."
)]
pub(crate) struct Cli {
    /// Print the version; with -v also the commit, the features and the tables of this build
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    /// With --version: describe the build
    #[arg(short, long, requires = "version", hide = true)]
    verbose: bool,
    #[command(flatten)]
    pub(crate) aws: AwsGlobals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

// Only the flags of the command in use are built. The structs of flags have no doc comments, because these would replace the help
// of their command.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Check that NEW allows no request that EXISTING does not
    #[command(after_help = "\
Examples:
  iamsat check-no-new-access --existing main.json --new branch.json
  iamsat check-no-new-access -S snapshot --detach p-region@ou-prod
  iamsat check-no-new-access --existing-snapshot monday --new-snapshot tuesday

Over snapshots, PASS is proved for all principals and for everybody outside; FAIL lists who gains access, each with a request.")]
    CheckNoNewAccess(NoNewAccessArgs),
    /// Check that POLICY allows none of the listed actions on the listed resources
    #[command(after_help = "\
Examples:
  iamsat check-access-not-granted --policy role.json --actions s3:DeleteBucket,iam:PassRole
  iamsat check-access-not-granted --policy role.json --actions 's3:*' \\
      --resources 'arn:aws:s3:::payroll/*'")]
    CheckAccessNotGranted(AccessNotGrantedArgs),
    /// Check that POLICY gives no access to callers that it does not identify
    #[command(after_help = "\
Example:
  iamsat check-no-public-access --policy bucket.json --resource-type AWS::S3::Bucket")]
    CheckNoPublicAccess(NoPublicAccessArgs),
    /// Find access that POLICY gives from outside an account or organization
    #[command(after_help = "\
Example:
  iamsat find-external-access --policy bucket.json --zone-of-trust 111122223333 --trusted o-exampleorgid

Exit codes: 0 no one (proved for every request), 1 someone, 3 UNKNOWN whether these are all, 2 error.")]
    FindExternalAccess(ExternalAccessArgs),
    /// Show the effect of S3's Block Public Access settings on a policy and ACLs
    #[command(after_help = "\
Examples:
  iamsat block-public-access --policy bucket.json --settings all --owner 111122223333
  iamsat block-public-access --acl public-read --account-settings IgnorePublicAcls=true

Exit codes: 0 nothing public remains or would be rejected, 1 something is, 3 UNKNOWN, 2 error.")]
    BlockPublicAccess(BlockPublicAccessArgs),
    /// Compare two policies: EQUIVALENT, LEFT_NARROWER, LEFT_WIDER or INCOMPARABLE
    #[command(after_help = "\
Example:
  iamsat compare old.json new.json

Exit codes: 0 EQUIVALENT (proved for every request), 1 anything else, 3 UNKNOWN, 2 error.")]
    Compare(CompareArgs),
    /// Show the access gained and lost from OLD to NEW, in few groups
    #[command(after_help = "\
Examples:
  iamsat diff main.json branch.json
  iamsat diff -S snapshot --attach p-new=scp.json@ou-prod

Exit codes: 0 no difference (proved for every request), 1 some, 3 UNKNOWN whether these are all, 2 error.")]
    Diff(DiffArgs),
    /// Find an allowed request with given properties
    #[command(after_help = "\
Examples:
  iamsat find --policy bucket.json --action 's3:Put*' --condition '{\"Bool\":{\"aws:SecureTransport\":\"false\"}}'
  iamsat find --policy bucket.json --not-principal-account 111122223333

The policies are read as one set. The request must have every given property; of several values of one flag, it
must have one. --not-principal-account and --outside-org do not count AWS services.

Exit codes: 0 none (proved for every request), 1 found, 3 UNKNOWN, 2 error.")]
    Find(FindArgs),
    /// Ask if all layers together allow a request with given properties
    #[command(after_help = "\
Examples:
  iamsat can --layers layers.json --principal arn:aws:iam::111122223333:role/app --action 's3:Delete*'
  iamsat can -S snapshot --principal role/app --action s3:PutObject --resource 'arn:aws:s3:::prod/*'
  iamsat can --identity app.json --scp FullAWSAccess.json --scp FullAWSAccess.json,region.json \\
      --resource-policy bucket.json --resource-account 111122223333 --principal arn:aws:iam::111122223333:role/app

A layer that is not named is not attached; what a snapshot does not hold may allow and deny anything. Exit codes:
0 CANNOT (proved for every request), 1 CAN (with a request and what each layer does), 3 UNKNOWN, 2 error.")]
    Can(CanArgs),
    /// List who can make a request: all principals of a snapshot, and everybody outside
    #[command(after_help = "\
Examples:
  iamsat who-can -S snapshot --action s3:GetObject --resource 'arn:aws:s3:::payroll/*'
  iamsat who-can -S snapshot --action sts:AssumeRole --resource arn:aws:iam::111122223333:role/admin \\
      --allowed admins.txt

Exit codes: 0 nobody, or nobody beyond --allowed (proved), 1 somebody, 3 the list may be longer, 2 error.")]
    WhoCan(WhoCanArgs),
    /// List what a user or role of a snapshot can do
    #[command(after_help = "\
Examples:
  iamsat what-can -S snapshot --principal role/app
  iamsat what-can -S snapshot --principal role/app --service s3 --as-policy
  iamsat what-can -S snapshot --principal user/ana --service iam,sts --expect-none

Exit codes: 0 listed, and proved that the list is complete, 1 with --expect-none if something is listed, 3 the list may
be longer, 2 error.")]
    WhatCan(WhatCanArgs),
    /// Find SCPs and RCPs, levels of SCPs and exemptions that change nothing in an organization
    #[command(after_help = "\
Examples:
  iamsat check-guardrails -S snapshot
  iamsat check-guardrails -S snapshot --policy p-region

A guardrail without effect today may matter tomorrow: the notes advise nothing. Exit codes: 0 each has an effect, 1 some has none
(proved for all principals and everybody outside), 3 some are undecided, 2 error.")]
    CheckGuardrails(GuardrailsArgs),
    /// Show what a directory with answers of the AWS CLI holds, and what is missing
    #[command(after_help = "\
Examples:
  iamsat snapshot snap
  iamsat snapshot snap --commands

`iamsat guide snapshot` has a script that collects one. Exit codes: 0 read, 1 with --expect-complete and gaps, 2 files
contradict each other, are not whole, or cannot be read.")]
    Snapshot(SnapshotArgs),
    /// Find parts of a policy without effect, and parts that allow more than they appear to
    #[command(after_help = "\
Examples:
  iamsat lint policies/
  iamsat lint --fix role.json
  iamsat lint --diff policies/ | git apply -p0

Exit codes: 0 nothing found, 1 findings, 3 a limit was reached, 2 error. With --fix, the findings are those that remain; with
--diff, 1 means that there is a patch.")]
    Lint(LintArgs),
    /// Find a shorter policy that allows and denies exactly the same
    #[command(after_help = "\
Examples:
  iamsat minimise role.json > short.json
  iamsat minimise --write --drop-sids policies/
  iamsat minimise --compact role.json

The shorter policy is proved to allow and deny the same requests, beside any other policies.

Exit codes: 0 done, 1 with --diff and a patch, 3 a limit was reached: there may be a shorter one, 2 error.")]
    Minimise(MinimiseArgs),
    /// Validate a policy as AWS does: its grammar, its names, and access that is wider than it should be
    #[command(after_help = "\
Examples:
  iamsat validate-policy --policy role.json --policy-type IDENTITY_POLICY
  iamsat validate-policy --policy trust.json --resource-type AWS::IAM::AssumeRolePolicyDocument
  iamsat validate-policy --policy tfplan.json --fail-on warning --format sarif

The findings are those of AWS's ValidatePolicy, with its codes, messages and places, as far as they can be decided
offline; `iamsat explain CODE` has a page about each. What iamsat proves beside them has codes of its own in lower case.

Exit codes: 0 no finding at or above --fail-on, 1 some, 3 a limit was reached, 2 error.")]
    ValidatePolicy(ValidatePolicyArgs),
    /// Run tests of policies: requests and questions with their expected answers
    #[command(after_help = "\
Example:
  iamsat test tests/policies.yaml

A test has a name, a check, its members, and the expected answer; `iamsat guide policy-tests` describes the files.

Exit codes: 0 all as expected, 1 an answer differs, 3 one is undecided, 2 a file is not valid or holds no test.")]
    Test(TestArgs),
    /// List the policies in a plan, a template or a dump
    #[command(after_help = "\
Example:
  iamsat policies tfplan.json

Exit codes: 0 listed, 2 a file could not be read.")]
    Policies(PoliciesArgs),
    /// Decide one request and show why
    #[command(after_help = "\
Example:
  iamsat simulate --policy role.json --action s3:GetObject --resource arn:aws:s3:::reports/a \\
      --context aws:SourceVpc=vpc-1 --expect allowed")]
    Simulate(SimulateArgs),
    /// Answer many questions: a line of JSON each, a line of JSON back
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
or
  {\"id\":4,\"check\":\"can\",\"layers\":{\"identity\":[{...}],\"scp\":[[{...}]]},
   \"principal\":\"arn:aws:iam::111122223333:role/app\",\"actions\":[\"s3:PutObject\"]}
or, with --files DIR,
  {\"id\":5,\"check\":\"who-can\",\"snapshot\":\"NAME\",\"actions\":[\"s3:GetObject\"],
   \"resources\":[\"arn:aws:s3:::payroll/*\"]}
or
  {\"id\":6,\"check\":\"check-no-new-access\",\"snapshot\":\"NAME\",\"plan\":\"tfplan.json\"}

Exit codes: 2 if any line was an error, else 0; the verdicts are in the answers.")]
    Batch(BatchArgs),
    /// Answer clients of IAM Access Analyzer over HTTP: boto3, the AWS CLI and AWS's policy validators
    #[cfg(feature = "serve")]
    #[command(after_help = "\
Example:
  iamsat serve &
  AWS_ENDPOINT_URL=http://127.0.0.1:8370 aws accessanalyzer check-no-public-access ...

--region REGION sets the region in ARNs (us-east-1).
The server opens no connection, and listens on the loopback address only unless --listen says otherwise. SIGTERM
ends it after the requests in progress. `iamsat guide server` has the variables for each client.")]
    Serve(Box<ServeArgs>),
    /// Check certificates written by --certificate
    #[command(after_help = "\
Examples:
  iamsat check-no-new-access --existing main.json --new branch.json --certificate pass.json
  iamsat verify pass.json

Exit codes: 0 verified, 1 refused, 3 beyond what the verifier can decide, 2 a file could not be read.")]
    Verify(VerifyArgs),
    /// Show the actions, access levels, resource types and condition keys that AWS lists
    #[command(after_help = "\
Examples:
  iamsat catalogue show s3:GetObject
  iamsat catalogue expand 's3:Get*' --access-level permissions-management
  iamsat catalogue keys --key kms:ViaService
  iamsat catalogue resources iam 'arn:aws:iam::*:role/*'

The facts are those of AWS's Service Authorization Reference on a day, which `iamsat catalogue` names.

Exit codes: 0 found, 1 AWS lists no such name, 2 error.")]
    Catalogue(CatalogueArgs),
    /// Run everything that iamsat.toml configures for a repository
    #[command(after_help = "\
Examples:
  iamsat check
  iamsat check --base origin/main --format sarif -o iamsat.sarif

iamsat.toml is looked for in the directory of the inputs and above it, up to the root of the repository;
`iamsat guide daily` describes it. Exit codes: 0 all checks pass, 1 findings, 3 UNKNOWN, 2 error.")]
    Check(CheckArgs),
    /// Write a first iamsat.toml for the policies below a directory
    #[command(after_help = "\
Example:
  iamsat init

An existing iamsat.toml is never changed.")]
    Init(InitArgs),
    /// Explain a code and how to fix it
    #[command(after_help = "\
Example:
  iamsat explain new-access")]
    Explain(ExplainArgs),
    /// Print a guide
    #[command(after_help = "\
Example:
  iamsat guide terraform")]
    Guide(GuideArgs),
    /// Print a script that completes command lines in a shell
    #[command(after_help = "\
Example:
  iamsat completions bash > ~/.local/share/bash-completion/completions/iamsat")]
    Completions(CompletionsArgs),
    /// Print a man page, or write all of them to a directory
    #[command(after_help = "\
Examples:
  iamsat man | man -l -
  iamsat man --directory ~/.local/share/man/man1")]
    Man(ManArgs),
}
