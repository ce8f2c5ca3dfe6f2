//! A CloudFormation template as the change of a snapshot.
//!
//! A template does not say what its stack holds today, so it is compared with the template of the stack as it is: what both declare
//! alike stays, what only the old one declares is deleted, and all else is applied to the snapshot. A resource whose name or value is
//! not known, and one of a type that is not taken over, is named, and the answer is then no PASS.

mod changed;
mod facts;
mod harmless;

use super::apply::{Applying, is_same};
use super::drift::comes_with_a_policy;
use super::facts::{Key, Side, Value, Whole};
use super::{Planned, Said};
use crate::container::{Container, ContainerKind, Contents, Declared, Options, open};
use crate::policy::is_account_id;
use crate::snapshot::change::{ChangeError, refused};
use crate::snapshot::model::Collected;
use crate::snapshot::{Fault, Snapshot};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Types of resources that may have a policy, whose names `Ref` gives.
const WITH_POLICY: [&str; 9] = [
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

/// A stack as it is before a change.
#[derive(Clone, Debug, Default)]
pub struct StackToday {
    /// Its template; `None` if the stack does not exist yet.
    pub template: Option<Source>,
    /// The values of its parameters, as far as they are known.
    pub parameters: BTreeMap<String, String>,
}

/// One of the two templates.
struct Template {
    container: Container,
    by_name: BTreeMap<String, Declared>,
    /// The names of the resources that hold something that is, or may be, a policy.
    with_policy: BTreeSet<String>,
}

impl Template {
    /// Returns a resource that the stack has, or may have.
    fn present(&self, name: &str) -> Option<&Declared> {
        self.by_name.get(name).filter(|own| own.presence != Ok(false))
    }
}

/// Both templates, and where their stack is.
struct Deploying<'s> {
    snapshot: &'s Snapshot,
    old: Option<&'s Template>,
    new: &'s Template,
    account: String,
    partition: String,
    region: Option<String>,
    /// The resources of which a name or an attribute is given.
    given: BTreeSet<String>,
}

/// The facts of both templates.
#[derive(Default)]
struct All {
    before: Said<'static>,
    after: Said<'static>,
    wholes: Vec<(Whole, Span, String)>,
    open: Vec<(Span, String)>,
    /// Facts that stay as they are, whatever they are, with the resources that say them.
    stays: BTreeMap<Key, String>,
    /// Pairs of resources that say a fact about the same thing on one side.
    twice: Vec<(String, String)>,
}

impl All {
    /// Adds a fact of one side.
    fn add(&mut self, is_after: bool, (key, value): (Key, Value<'static>), (span, name): (Span, &str)) {
        let said = if is_after { &mut self.after } else { &mut self.before };
        if let Some((known, _, other)) = said.get(&key)
            && (other != name || !is_same(known, &value))
        {
            self.twice.push((other.clone(), name.to_owned()));
        }
        said.insert(key, (value, span, name.to_owned()));
    }
}

impl Snapshot {
    /// Returns the snapshot before and after a stack gets another template. `account` is that of the stack. The names and ids of
    /// resources that `options` give are those of both templates; the values of parameters are those of the new one.
    ///
    /// # Errors
    /// A source is not a template, or it is not known in which account the stack is.
    ///
    /// ```
    /// use iamsat::container::Options;
    /// use iamsat::limits::SnapshotLimits;
    /// use iamsat::snapshot::{File, Snapshot, StackToday};
    /// use iamsat::span::Source;
    /// let text = r#"[{"Resource": "arn:aws:s3:::b", "Account": "111122223333", "Policy": null}]"#;
    /// let files = vec![File { path: "resources.json".to_owned(), bytes: text.into() }];
    /// let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    /// let template = |kind: &str| Source::new("t.yaml", format!("Resources: {{A: {{Type: '{kind}'}}}}"));
    /// let none = StackToday::default();
    /// let deployed = |kind: &str| {
    ///     snapshot.deployed(&template(kind), &none, Some("111122223333"), &Options::default()).unwrap()
    /// };
    /// assert!(deployed("AWS::EC2::Subnet").open.is_empty());
    /// // Nobody knows what a custom resource does.
    /// assert!(deployed("Custom::Grant").open[0].contains("Custom::Grant"));
    /// ```
    pub fn deployed(
        &self,
        new: &Source,
        today: &StackToday,
        account: Option<&str>,
        options: &Options,
    ) -> Result<Planned, ChangeError> {
        let mut options = Options { declares: true, ..options.clone() };
        let account = self.account_of_stack(account, &options)?;
        let partition = self.partition().map_or("aws", |partition| partition).to_owned();
        for (name, value) in [("AWS::AccountId", &account), ("AWS::Partition", &partition)] {
            options.values.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
        if partition == "aws" {
            options.values.entry("AWS::URLSuffix".to_owned()).or_insert_with(|| "amazonaws.com".to_owned());
        }
        let region = options.values.get("AWS::Region").cloned();
        let says = |name: &String| options.parameters.contains_key(name) || options.values.contains_key(name);
        if options.use_defaults
            && let Some(name) = today.parameters.keys().find(|name| !says(name))
        {
            // A deployment that does not name a parameter keeps the value it has.
            return Err(refused(format!(
                "the parameter {name} has a value today, and `--use-defaults` gives it its default: say with `--parameters` or \
                 `--set {name}=VALUE` which value it gets"
            )));
        }
        let (new_template, old) = match &today.template {
            None => (template(new, &options)?, None),
            Some(old) => {
                // Values that a template does not know are refused, so each gets those of its own resources.
                let bare = Options { values: common(&options.values), ..options.clone() };
                let of_today = Options {
                    parameters: today.parameters.clone(),
                    use_defaults: options.use_defaults && !today.parameters.is_empty(),
                    ..bare.clone()
                };
                let [names, names_today] = [template(new, &bare)?, template(old, &of_today)?];
                let is_only_of = |name: &String, one: &Template, other: &Template| {
                    let resource = resource_of(name);
                    one.by_name.contains_key(resource) && !other.by_name.contains_key(resource)
                };
                let mut of_new = options.clone();
                of_new.values.retain(|name, _| !is_only_of(name, &names_today, &names));
                let mut of_old = of_today;
                let own = options
                    .values
                    .iter()
                    .filter(|(name, _)| names_today.by_name.contains_key(resource_of(name)));
                of_old.values.extend(own.map(|(name, value)| (name.clone(), value.clone())));
                (template(new, &of_new)?, Some(template(old, &of_old)?))
            }
        };
        let deploying = Deploying {
            snapshot: self,
            old: old.as_ref(),
            new: &new_template,
            account,
            partition,
            region,
            given: options.values.keys().map(|name| resource_of(name).to_owned()).collect(),
        };
        Ok(deploying.applied())
    }

    /// Returns the account of a stack: the given one, or the only one of the snapshot.
    fn account_of_stack(&self, account: Option<&str>, options: &Options) -> Result<String, ChangeError> {
        let set = options.values.get("AWS::AccountId").map(String::as_str);
        match (account, set) {
            (Some(account), Some(set)) if account != set => {
                Err(refused(format!("`--account {account}` contradicts `--set AWS::AccountId={set}`")))
            }
            (Some(account), _) | (None, Some(account)) => Ok(account.to_owned()),
            (None, None) => {
                let of_resources = self.resources.values().map(|own| &own.account);
                let all: BTreeSet<&str> = self
                    .accounts
                    .keys()
                    .chain(of_resources)
                    .map(|own| &**own)
                    .filter(|own| is_account_id(own))
                    .collect();
                match all.into_iter().collect::<Vec<_>>()[..] {
                    [one] => Ok(one.to_owned()),
                    _ => Err(refused(
                        "a template does not say in which account its stack is: give `--account`",
                    )),
                }
            }
        }
    }
}

/// Returns the values that every template of the stack knows.
fn common(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let starts = ["AWS::", "export:", "resolve:"];
    let is_common = |name: &str| starts.iter().any(|start| name.starts_with(start));
    values
        .iter()
        .filter(|(name, _)| is_common(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns the name of the resource that a given value is about, if it is about one: `Queue` of `Queue.QueueName`.
fn resource_of(name: &str) -> &str {
    name.split('.').next().map_or(name, |name| name)
}

fn template(source: &Source, options: &Options) -> Result<Template, ChangeError> {
    let faults = |source: &Source, diagnostics: Vec<crate::diagnostic::Diagnostic>| {
        let fault = |diagnostic| Fault { source: source.clone(), diagnostic };
        let faults = diagnostics.into_iter().map(fault).collect();
        ChangeError { message: format!("could not read the template {}", source.name()), faults }
    };
    let no_template = |kind: &str| {
        refused(format!(
            "{} is a {kind}, not a template: `--was` is about a template of CloudFormation",
            source.name()
        ))
    };
    let container = match open(source, options) {
        Ok(Contents::Container(container)) if container.kind == ContainerKind::Template => *container,
        Ok(Contents::Container(container)) => return Err(no_template(container.kind.name())),
        Ok(Contents::Policy(read)) if read.document.is_some() => return Err(no_template("policy")),
        Ok(Contents::Policy(read)) => return Err(faults(&read.source, read.diagnostics)),
        // Values that a stack always has are refused by other kinds of files.
        Err(error) => match open(source, &Options::default()) {
            Ok(Contents::Container(other)) if other.kind != ContainerKind::Template => {
                return Err(no_template(other.kind.name()));
            }
            _ => return Err(faults(&error.source, error.diagnostics)),
        },
    };
    let by_name = container.declared.iter().map(|own| (own.name.clone(), own.clone())).collect();
    let with_policy = container.entries.iter().map(|entry| entry.address.clone()).collect();
    Ok(Template { container, by_name, with_policy })
}

impl Deploying<'_> {
    fn applied(&self) -> Planned {
        let mut all = All::default();
        for side in self.old.into_iter().chain([self.new]) {
            let incomplete = side.container.incomplete.iter();
            all.open.extend(incomplete.map(|fault| {
                let is_new = std::ptr::eq(side, self.new);
                let span = if is_new { fault.span } else { Span::default() };
                (span, fault.message.clone())
            }));
        }
        let changed = self.changed();
        let names = self.old.into_iter().flat_map(|old| old.by_name.keys()).chain(self.new.by_name.keys());
        for name in names.collect::<BTreeSet<_>>() {
            match changed.contains(name) {
                true => self.says((name, &changed), &mut all),
                false => self.says_the_same(name, &mut all),
            }
        }
        for (key, name) in std::mem::take(&mut all.stays) {
            let others = [&all.before, &all.after].into_iter().filter_map(|said| said.get(&key));
            all.twice.extend(others.map(|(.., other)| (name.clone(), other.clone())).collect::<Vec<_>>());
        }
        // What one of them deletes is gone, whatever the other one says.
        for (one, other) in std::mem::take(&mut all.twice) {
            if changed.contains(&one) || changed.contains(&other) {
                let why = format!("{other}: {one} says the same thing, or in another way");
                all.open.push((self.span(&other), why));
            }
        }
        self.loses_policies(&mut all);
        let defaults = all.before.iter().filter_map(|(key, (_, span, address))| match key {
            Key::Policy(arn) if comes_with_a_policy(arn) && !all.after.contains_key(key) => {
                Some((key.clone(), (Value::Default, *span, address.clone())))
            }
            _ => None,
        });
        let defaults: Vec<_> = defaults.collect();
        all.after.extend(defaults);
        let All { before, after, wholes, open, .. } = all;
        let mut applying = Applying::new(self.snapshot, (&self.new.container.source, "template"), open);
        applying.compare(&Said::new(), &wholes);
        applying.all(&before, &after);
        applying.done(false)
    }

    /// Returns the place of a resource in the new template; the start if it is not there.
    fn span(&self, name: &str) -> Span {
        self.new.by_name.get(name).map_or_else(Span::default, |own| own.span)
    }

    /// Adds what a resource says that is the same in both templates. What cannot be read of it stays as it is.
    fn says_the_same(&self, name: &str, all: &mut All) {
        let Some(of) = self.new.present(name) else { return };
        let Side { facts, wholes, .. } = self.side(of, &self.new.container.source);
        let span = self.span(name);
        for (key, value) in facts {
            // The tags that the stack adds are not in the template.
            if !is_same(&value, &value) && !matches!(key, Key::Tags(_)) {
                all.stays.insert(key, name.to_owned());
            } else if !matches!(key, Key::Tags(_)) {
                all.add(false, (key.clone(), value.clone()), (span, name));
                all.add(true, (key, value), (span, name));
            }
        }
        all.wholes.extend(wholes.into_iter().map(|whole| (whole, span, name.to_owned())));
    }

    /// Adds what a resource says before and after the change.
    fn says(&self, (name, changed): (&str, &BTreeSet<String>), all: &mut All) {
        let span = self.span(name);
        let [old, new] = [self.old.and_then(|old| old.present(name)), self.new.present(name)];
        let mut open = BTreeSet::new();
        let mut of_today = BTreeSet::new();
        if let (Some(of), Some(template)) = (old, self.old) {
            of_today.extend(self.why_open(of, template));
        }
        open.extend(new.and_then(|of| self.why_open(of, self.new)));
        let is_tag = |name: &str| name.contains("Tag");
        let tags_differ = match (old, new) {
            (Some(old), Some(new)) => differs((old, new), is_tag, changed),
            _ => false,
        };
        if let (Some(old), Some(new)) = (old, new)
            && self.given.contains(name)
            && !changed::keeps_its_name(old, new, changed)
        {
            open.insert(format!(
                "its change may replace it, and then the name that `--set {name}` gives is not that of the new one"
            ));
        }
        if tags_differ && self.snapshot.tests_tags_of_resources() {
            open.insert("its tags change, which policies test or may test".to_owned());
        }
        let [mut before, mut after] =
            [(old, self.old), (new, Some(self.new))].map(|(of, template)| match (of, template) {
                (Some(of), Some(template)) if facts::is_taken_over(&of.kind) => {
                    self.side(of, &template.container.source)
                }
                _ => Side::default(),
            });
        if let (Some(old), Some(new)) = (old, new) {
            open.extend(settings_differ(old, new, changed));
        }
        // A stack adds tags of its own.
        let is_new = |key: &Key| !before.facts.iter().any(|(own, _)| own == key);
        after.facts.retain(|(key, _)| !matches!(key, Key::Tags(_)) || tags_differ || is_new(key));
        before.facts.retain(|(key, _)| !matches!(key, Key::Tags(_)) || tags_differ);
        let stays = |(key, _): &(Key, Value<'_>)| after.facts.iter().any(|(own, _)| own == key);
        let is_kept = old.into_iter().chain(new).any(|of| of.is_kept);
        if old.is_some_and(|old| is_kept && facts::is_taken_over(&old.kind))
            && (new.is_none() || !before.facts.iter().all(stays))
        {
            open.insert("CloudFormation keeps, or may keep, what the template no longer declares (`DeletionPolicy`, `UpdateReplacePolicy`)".to_owned());
        }
        open.append(&mut after.open.drain(..).collect());
        of_today.extend(before.open.drain(..));
        let file = self.old.map_or("", |old| old.container.source.name());
        let of_today = of_today.into_iter().filter(|why| !open.contains(why));
        let of_today: Vec<String> = of_today.map(|why| in_today(file, &why)).collect();
        open.extend(of_today);
        all.wholes.extend(before.wholes.into_iter().map(|whole| (whole, span, name.to_owned())));
        for (is_after, facts) in [(false, before.facts), (true, after.facts)] {
            facts.into_iter().for_each(|fact| all.add(is_after, fact, (span, name)));
        }
        all.open.extend(open.into_iter().map(|why| (span, format!("{name}: {why}"))));
    }

    /// Returns the reason why it is not known what access a resource gives, if it is not.
    fn why_open(&self, of: &Declared, template: &Template) -> Option<String> {
        let is_taken_over = facts::is_taken_over(&of.kind);
        let has_policy = template.with_policy.contains(&of.name);
        let is_harmless = !is_taken_over && !has_policy && harmless::is_harmless(&of.kind, &of.properties);
        if of.is_more {
            return Some("a function or a short form makes more of it than the template shows: give the processed template \
                         (`aws cloudformation get-template --template-stage Processed`)".to_owned());
        }
        if is_harmless {
            return None;
        }
        if let Err(why) = &of.presence {
            return Some(why.clone());
        }
        if is_taken_over {
            return None;
        }
        Some(match of.kind.starts_with("AWS::Serverless::") {
            true => format!(
                "SAM makes roles and permissions of a {}: give the processed template (`aws cloudformation get-template \
                 --template-stage Processed`)",
                of.kind
            ),
            false => format!("it is not known what access a resource of the type {} gives", of.kind),
        })
    }

    /// Names the resources that are deleted with a policy of which the template does not say what takes its place.
    fn loses_policies(&self, all: &mut All) {
        let Some(old) = self.old else { return };
        for of in old.by_name.values().filter(|of| WITH_POLICY.contains(&of.kind.as_str())) {
            let is_there = self.new.present(&of.name).is_some_and(|new| new.kind == of.kind);
            if of.presence == Ok(false) || is_there {
                continue;
            }
            let why = match self.arn(of) {
                Ok(arn) => {
                    let is_none = self
                        .snapshot
                        .resources
                        .get(arn.as_str())
                        .is_none_or(|known| matches!(known.policy, Collected::Known(None)));
                    if is_none || all.before.contains_key(&Key::Policy(arn.clone())) {
                        continue;
                    }
                    format!(
                        "{arn} is deleted, and the policy that the snapshot holds for it goes with it: the template does not say what takes its place"
                    )
                }
                Err(why) => format!("it is deleted, and which one it is is not known: {why}"),
            };
            all.open.push((Span::default(), format!("{}: {why}", of.name)));
        }
    }
}

/// Returns the sentence about a resource as it is today.
fn in_today(file: &str, why: &str) -> String {
    let why = why
        .replace("`--parameters` or `--set`", "`--was-parameters`")
        .replace("`--set NAME=VALUE`", "`--set NAME=VALUE`, a parameter with `--was-parameters`");
    format!("in {file}, {why}")
}

/// True if properties differ between two templates, or may do so because they depend on a resource that changes.
fn differs(
    (old, new): (&Declared, &Declared),
    is_it: impl Fn(&str) -> bool,
    changed: &BTreeSet<String>,
) -> bool {
    let mut resources = BTreeSet::new();
    let mut told = |of: &Declared| {
        let properties = of.properties.iter().filter(|(name, _)| is_it(name));
        properties
            .map(|(name, value)| Some((name.clone(), value.told(&mut resources)?)))
            .collect::<Option<Vec<_>>>()
    };
    let (old, new) = (told(old), told(new));
    old.is_none() || old != new || !resources.is_disjoint(changed)
}

/// Returns the settings of a bucket that differ and that nobody looks at.
fn settings_differ(old: &Declared, new: &Declared, changed: &BTreeSet<String>) -> Vec<String> {
    if old.kind != "AWS::S3::Bucket" || new.kind != "AWS::S3::Bucket" {
        return Vec::new();
    }
    let names = ["AbacStatus", "AccessControl", "OwnershipControls", "PublicAccessBlockConfiguration"];
    names
        .into_iter()
        .filter(|name| differs((old, new), |own| own == *name, changed))
        .map(|name| format!("`{name}` of a bucket that is there changes, which is not looked at"))
        .collect()
}
