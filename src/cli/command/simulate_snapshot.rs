//! One request of a principal of a snapshot, decided by the layers that the snapshot has for it.

use super::can::{needs_principal, of_layers_only};
use super::simulate::{self, layered, request_by};
use crate::check::Property;
use crate::cli::Exit;
use crate::cli::args::SimulateArgs;
use crate::cli::config;
use crate::cli::output::Output;
use crate::evaluate::{Decision, Options, decide_layers, evaluate};
use crate::index::guaranteed;
use crate::policy::{Attached, Document, Layers};
use crate::report::Failure;
use crate::request::Request;
use crate::snapshot::{Asker, Collected, Facts, Snapshot, Target, Through};
use crate::surface::{Named, Stated, asker, of_property, snapshot_of};
use std::collections::BTreeSet;

/// Decides a request by the policies or layers that flags name, or else by a snapshot: that of the flag, or of the configuration.
pub(crate) fn run(args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    if !args.policy.is_empty() || args.layers.are_given() {
        return simulate::run(args, output);
    }
    let wanted =
        "name policies (`--policy FILE`), layers (`--identity FILE`, ...) or a snapshot: `--snapshot DIR`";
    let snapshot = config::snapshot_or(args.snapshot.as_deref(), wanted, output)?;
    match (&args.principal, args.layers.stray()) {
        (_, Some(flag)) => Err(of_layers_only(flag)),
        (None, None) => Err(needs_principal()),
        (Some(_), None) if args.relevant => Err(of_layers_only("--relevant")),
        (Some(_), None) => in_snapshot(&snapshot, args, output),
    }
}

fn in_snapshot(directory: &str, args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    let snapshot = snapshot_of(directory, Stated::new(args.no_organization, args.strict_collect))?;
    let principal = guaranteed(args.principal.as_deref(), "a question about a snapshot names a principal");
    let named = asker(&snapshot, directory, principal)?;
    let (actions, resources) = ([args.action.clone()], [args.resource.clone()]);
    let targets = snapshot.targets(named.asker.account(), &actions, &resources);
    // The last one is the most general, if it is not known whose resource it is.
    let target = guaranteed(targets.last(), "the resources of a question have targets");
    let mut request = request_by(args, named.callers.principal().map(str::to_owned))?;
    let assembled = snapshot.assemble(named.asker, target);
    if let Some(skew) = snapshot.skew() {
        output.note(&skew.why);
    }
    for gap in &assembled.gaps {
        output.note(&format!("missing: {}", gap.gap.why));
    }
    let mut layers = assembled.layers.map(|id| snapshot.document(*id).clone());
    layers.endpoint = endpoint(&snapshot, &mut request, output)?;
    let keys: BTreeSet<String> =
        layers.documents().flat_map(Document::mentioned_keys).map(str::to_owned).collect();
    let tested: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
    for (key, value) in snapshot.keys_of(named.asker, &tested) {
        if request.values(&key).is_none() {
            request.set(&key, vec![value]);
        }
    }
    check(&snapshot, &named, target, (&layers, &request), output)?;
    if let Some(ownership) = snapshot.acls(target) {
        let mut usual = request.clone();
        if !args.semantics.aws_compat {
            usual.assume_usual(tested.iter().copied());
        }
        by_acl(ownership, &mut layers, usual, output);
    }
    layered(args, request, &layers, output)
}

/// Returns the policy of the endpoint through which the request comes, and completes the keys that follow from the endpoint.
fn endpoint(
    snapshot: &Snapshot,
    request: &mut Request,
    output: &mut Output,
) -> Result<Option<Attached<Document>>, Failure> {
    let value = |key: &str| request.values(key).and_then(|values| values.first().cloned());
    let through = snapshot.through(value).map_err(Failure::validation)?;
    if let Through::Endpoint(endpoint) = &through {
        let service = request.action.split(':').next().unwrap_or_default();
        if !service.eq_ignore_ascii_case(&endpoint.service) {
            output.note(&format!(
                "the endpoint {} leads to `{}`, and the action is one of `{service}`",
                endpoint.id, endpoint.service
            ));
        }
        if request.values("aws:sourcevpc").is_none() {
            request.set("aws:sourcevpc", vec![endpoint.vpc.to_string()]);
        }
    }
    Ok(through.policy().map(|policy| match policy {
        Collected::Known(id) => Attached::Policy(snapshot.document(id).clone()),
        Collected::Missing(gap) => {
            output.note(&format!("missing: {}", gap.why));
            Attached::Missing(gap.of.clone())
        }
    }))
}

/// Checks that the request is one that the snapshot admits, and that the snapshot says what the policies test of it.
fn check(
    snapshot: &Snapshot,
    named: &Named<'_>,
    target: &Target,
    (layers, request): (&Layers<Document>, &Request),
    output: &mut Output,
) -> Result<(), Failure> {
    let documents: Vec<&Document> = layers.documents().collect();
    let Facts { certain, restrictions, unknown, .. } = snapshot.facts(named.asker, target, &documents);
    for condition in certain {
        let property = Property { condition: Some(condition.clone()), ..Property::default() };
        let document = property.document().map_err(of_property)?;
        let decided = evaluate(&[&document], request, &Options::for_documents(&[&document]));
        if decided.decision == Decision::ImplicitlyDenied {
            return Err(Failure::validation(format!(
                "the snapshot has no such request: each one that `{}` makes there satisfies {condition}",
                named.callers.principal().unwrap_or("the requester")
            )));
        }
    }
    for one in &unknown {
        if let Some(key) = one.keys.iter().find(|key| request.values(key).is_none()) {
            return Err(Failure::validation(format!(
                "the policies test {key}, and {}: give it with `--context {key}=VALUE`",
                one.gap.why
            )));
        }
    }
    let prefix = "aws:principaltag/";
    if let Asker::Principal(principal) = named.asker
        && restrictions.iter().any(|restriction| restriction.condition.to_ascii_lowercase().contains(prefix))
    {
        output.note(&format!(
            "sessions of {} may have tags of their own: this is one whose tags are those of the role, unless `--context` says otherwise",
            principal.short()
        ));
    }
    Ok(())
}

/// Leaves the decision open where no policy allows the request and ACLs may.
fn by_acl(ownership: &str, layers: &mut Layers<Document>, mut request: Request, output: &mut Output) {
    request.hidden.boundary = layers.boundary.is_some();
    let borrowed = layers.map(|document| document);
    let documents: Vec<&Document> = layers.documents().collect();
    let decided = decide_layers(&borrowed, &request, &Options::for_documents(&documents)).decision;
    if decided == Decision::ImplicitlyDenied {
        let what = format!("the ACLs of the bucket and its objects (object ownership: {ownership})");
        output.note(&format!("missing: {what}"));
        layers.resource = Some(Attached::Missing(what.into()));
    }
}
