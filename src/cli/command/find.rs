//! `find`: the general query whether a request with given properties is allowed.

use super::{can, certificate, names};
use crate::check::{Options, Property, find, why_none};
use crate::cli::Exit;
use crate::cli::args::{FindArgs, Format};
use crate::cli::input::{Input, Reader, as_one_set, gather, text_of, texts};
use crate::cli::output::{Output, directory};
use crate::policy::{Document, Effect, Layers, PolicyType};
use crate::report::text::{self, Verbosity};
use crate::report::{self, Failure, Found, Kind, Report, Status, Subject};
use crate::solve::Verdict;
use crate::surface::{answered, document, fit, isolated, wanted};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Checks that each policy of a file alone allows no such request either: a policy that denies it may apply to another requester.
fn each_alone(policies: &[&Document], within: &[&Document], options: &Options) -> Result<(), Failure> {
    if !policies.iter().any(|policy| policy.statements.iter().any(|one| one.effect.value == Effect::Deny)) {
        return Ok(());
    }
    let plain = Options { certificate: false, ..options.clone() };
    for policy in policies {
        let answer = answered(|| find([*policy], within.iter().copied(), [], &plain))?;
        if !answer.verdict.is_pass() {
            return Err(Failure::validation(format!(
                "{} by itself may allow such a request, and another policy of the file denies it: whether both are \
                 for the same requester is not known, so choose those that are with `--select`, or ask \
                 check-access-not-granted, which judges each alone",
                policy.source.name()
            )));
        }
    }
    Ok(())
}

/// Checks that all policies of the files belong to one side: to the requester, or to a resource.
fn of_one_side(inputs: &[Input], given: Option<PolicyType>) -> Result<(), Failure> {
    let kinds = inputs.iter().filter_map(|input| {
        let kind = input.entry.as_ref()?.kind?;
        Some((kind.policy_type() == PolicyType::Resource, input))
    });
    let (resources, identities): (Vec<_>, Vec<_>) = kinds.partition(|(is_of_resource, _)| *is_of_resource);
    match (identities.first(), resources.first()) {
        (Some((_, identity)), Some((_, resource))) if given.is_none() => Err(Failure::validation(format!(
            "{} is a policy of a requester and {} one of a resource: choose with \
             `--kind identity,session,scp`, with `--kind trust,resource,endpoint,rcp` or with `--select`",
            identity.name, resource.name
        ))),
        _ => Ok(()),
    }
}

/// Asks over layers.
fn over_layers(args: &FindArgs, layers: &Layers<Document>, output: &mut Output) -> Result<Exit, Failure> {
    let semantics = &args.semantics;
    if semantics.policy_type.is_some() || semantics.boundary.is_some() || semantics.aws_compat {
        return Err(Failure::validation(
            "over layers, leave out `--policy-type`, `--boundary` and `--aws-compat`: the layers say what they say",
        ));
    }
    let keys: BTreeSet<&str> = layers.documents().flat_map(|policy| policy.mentioned_keys()).collect();
    let scope = can::documents(&properties(args, None, &|key| keys.contains(key))?)?;
    let options = args.world.of(args.search.options(semantics))?;
    let exit = can::answer(
        ("find", args.search.certificate.as_deref()),
        layers,
        &wanted(args.principal.as_deref(), scope, layers)?,
        &options,
        output,
    )?;
    Ok(exit.zeroed(args.search.exit_zero))
}

pub(crate) fn run(args: &FindArgs, output: &mut Output) -> Result<Exit, Failure> {
    let named = can::layered(&args.layers, &mut Reader::new(&args.container))?;
    if let Some(layers) = named {
        return over_layers(args, &layers, output);
    }
    let gathered = gather(&mut Reader::new(&args.container), &args.policy, "policy", &args.container);
    // An attached policy that was not read may allow the request.
    let mut inputs: Vec<Input> = gathered.list.into_iter().chain(gathered.unread).collect();
    as_one_set(&mut inputs, &args.container, output)?;
    of_one_side(&inputs, args.semantics.policy_type)?;
    let names = inputs.iter().map(|input| input.name.as_str()).collect::<Vec<_>>().join(" ");
    let arguments: Vec<String> = inputs.iter().map(|input| input.argument.clone()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let of_files =
        inputs.iter().filter(|input| input.entry.is_some() && !args.policy.contains(&input.argument));
    let are_one_set = of_files.count() < 2 || !args.container.select.is_empty();
    let reads = texts(inputs)?;
    let policies: Vec<&Document> = reads.iter().filter_map(|read| read.document.as_ref()).collect();
    let keys: BTreeSet<&str> = policies.iter().flat_map(|policy| policy.mentioned_keys()).collect();
    let wanted = can::read(&properties(args, args.principal.as_deref(), &|key| keys.contains(key))?)?;
    if let Some(failure) = Failure::of_documents(reads.iter().chain(&wanted)) {
        return Err(failure);
    }
    let within: Vec<&Document> = wanted.iter().map(document).collect();
    fit(&policies, args.semantics.policy_type)?;
    let policy_type = match args.semantics.policy_type {
        Some(given) => given,
        None => PolicyType::infer(policies.iter().copied()),
    };
    let names_principals = args.principal.is_some() || !args.not_principal_account.is_empty();
    if !policy_type.has_principals() && names_principals {
        let article = if policy_type == PolicyType::Identity { "an" } else { "a" };
        return Err(Failure::validation(format!(
            "{article} {} applies to any principal it is attached to: ask with --condition about aws:PrincipalArn or \
             aws:PrincipalAccount instead",
            policy_type.name()
        )));
    }
    let options = args.world.of(args.search.options(&args.semantics))?.sharing();
    names::of_actions(&args.action, options.catalogue(), output);
    let answer = answered(|| find(policies.iter().copied(), within.iter().copied(), [], &options))?;
    certificate::write(args.search.certificate.as_deref(), answer.certificate(), output)?;
    if !are_one_set && answer.verdict.is_pass() {
        each_alone(&policies, &within, &options)?;
    }
    // A PASS about policies that allow nothing says nothing about the properties.
    let is_pass = answer.verdict.is_pass();
    let plain = Options { certificate: false, ..options.clone() };
    let at_all = || find(policies.iter().copied(), [], [], &plain);
    let allow_nothing = is_pass && answered(at_all)?.verdict.is_pass();
    let why = match is_pass && !allow_nothing {
        true => isolated(|| why_none(&policies, &within, &options))?,
        false => None,
    };
    let found = Found { policies, arguments, within, answer: &answer, options: &options, allow_nothing, why };
    let (status, exit) = match answer.verdict {
        Verdict::Pass(_) => (Status::Pass, Exit::Success),
        Verdict::Fail(_) => (Status::Fail, Exit::Finding),
        Verdict::Unknown(_) => (Status::Unknown, Exit::Unknown),
    };
    match output.format {
        Format::Json => {
            let mut answer = json!(found);
            report::json::add_issues(&mut answer, &found.issues());
            output.json(answer)?;
        }
        Format::Text => {
            let issues = found.issues();
            output.issues(issues.iter().filter(|issue| issue.kind == Kind::Warning));
            for issue in issues.iter().filter(|issue| issue.kind != Kind::Warning) {
                output.text(&format!("{}\n", text::issue(issue, output.style)))?;
            }
            if output.verbosity > Verbosity::Quiet {
                output.text(&format!("find: {}\n", found.sentence()))?;
            }
        }
        Format::Pipeline(_) => output.report(&Report {
            command: "find",
            directory: directory(),
            subjects: vec![Subject {
                name: names,
                file: None,
                rule: None,
                status,
                message: found.sentence(),
                issues: found.issues(),
            }],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

/// Returns the properties given by the flags; all must hold. Nobody outside of an account or organization has a key that
/// describes callers with a value of that account or organization. This is required if the policies `mention` the key. Source:
/// docs/semantics.md, "Outside a zone of trust".
fn properties(
    args: &FindArgs,
    principal: Option<&str>,
    mention: &dyn Fn(&str) -> bool,
) -> Result<Vec<Property>, Failure> {
    let mut wanted = Vec::new();
    if !args.action.is_empty() || !args.resource.is_empty() || principal.is_some() {
        wanted.push(Property {
            actions: args.action.clone(),
            resources: args.resource.clone(),
            ..principal.map_or_else(Property::default, Property::by)
        });
    }
    let mut condition = |value: Value| {
        wanted.push(Property { condition: Some(value.to_string()), ..Property::default() });
    };
    if !args.outside_org.is_empty() {
        condition(json!({"StringNotEquals": {"aws:PrincipalOrgID": args.outside_org}}));
        if mention("aws:principalorgpaths") {
            let paths: Vec<String> = args.outside_org.iter().map(|id| format!("{id}/*")).collect();
            condition(json!({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": paths}}));
        }
    }
    let accounts = &args.not_principal_account;
    if !(accounts.is_empty() && args.outside_org.is_empty()) {
        condition(json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}));
        for key in ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"] {
            if mention(&key.to_ascii_lowercase()) {
                condition(json!({"Null": {key: "true"}}));
            }
        }
    }
    if !accounts.is_empty() {
        for key in ["aws:PrincipalAccount", "kms:CallerAccount"] {
            if mention(&key.to_ascii_lowercase()) {
                condition(json!({"StringNotEquals": {key: accounts}}));
            }
        }
        if mention("aws:principalarn") {
            let arns: Vec<String> = accounts.iter().map(|account| format!("arn:*:*:*:{account}:*")).collect();
            condition(json!({"ArnNotLike": {"aws:PrincipalArn": arns}}));
        }
    }
    if !args.outside_vpc.is_empty() {
        condition(json!({"StringNotEquals": {"aws:SourceVpc": args.outside_vpc}}));
    }
    if !args.outside_ip.is_empty() {
        condition(json!({"NotIpAddress": {"aws:SourceIp": args.outside_ip}}));
    }
    if args.without_mfa {
        condition(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}));
    }
    if !accounts.is_empty() {
        wanted.push(Property {
            not_principal: Some(json!({"AWS": accounts}).to_string()),
            ..Property::default()
        });
    }
    for argument in &args.condition {
        wanted.push(Property { condition: Some(text_of(argument)?), ..Property::default() });
    }
    Ok(wanted)
}
