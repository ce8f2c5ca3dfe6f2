//! A Terraform plan or a CloudFormation template as the change of a snapshot.
//!
//! Each resource that the plan changes says facts of an account before and after it; what differs is applied to the snapshot. A
//! resource of a type that is not taken over, a value that is not known before the plan is applied, and a fact that the snapshot has
//! in another way than the plan are named, and the answer is then no PASS: what was not read is not counted as harmless.

mod apply;
mod drift;
mod facts;
mod harmless;
mod same;
mod spelling;
mod template;

use super::change::{ChangeError, refused};
use super::model::Collected;
use super::{Fault, Snapshot, gaps};
use crate::container::{
    Change, Container, ContainerKind, Contents, Entry, Options, PlannedChange, PlannedChanges, open,
};
use crate::span::{Source, Span};
use apply::Applying;
use facts::{Key, Value, Whole};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
pub use template::StackToday;

/// A snapshot before and after a plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The snapshot, with the buckets that the plan makes: before it, nobody has access to them by a policy of theirs.
    pub before: Snapshot,
    /// The snapshot after the plan.
    pub after: Snapshot,
    /// The steps that the plan makes, in words.
    pub steps: Vec<String>,
    /// The changes that were not taken over, and why: each a sentence with its place. With one of them, nothing is proved.
    pub open: Vec<String>,
    /// True if names are taken to be those of the resources that the plan refers to for them (`plain-references`).
    pub assumes_references: bool,
}

/// A plan beside the snapshot that it changes, and how its names are read.
struct Planner<'s, 'c> {
    snapshot: &'s Snapshot,
    plan: &'s PlannedChanges<'c>,
    entries: BTreeMap<&'c str, Vec<&'c Entry>>,
    by_address: BTreeMap<&'s str, &'s PlannedChange<'c>>,
    /// The account of resources whose ARN the plan does not show.
    account: Option<&'s str>,
    /// True if the plan names several accounts as its own.
    has_several_accounts: bool,
    partition: Option<&'s str>,
    /// True if a reference to a resource is not taken for its name.
    is_strict: bool,
    has_assumed: Cell<bool>,
    /// The buckets that the plan makes.
    created: BTreeSet<String>,
}

impl<'c> Planner<'_, 'c> {
    fn change_at(&self, address: &str) -> Option<&PlannedChange<'c>> {
        self.by_address.get(address).copied()
    }
}

impl Snapshot {
    /// Returns the snapshot before and after a plan of Terraform or OpenTofu. `account` is that of resources whose ARN the plan does
    /// not show.
    ///
    /// # Errors
    /// The source is not a plan, or its parts contradict each other.
    ///
    /// ```
    /// use iamsat::container::Options;
    /// use iamsat::limits::SnapshotLimits;
    /// use iamsat::snapshot::{File, Snapshot};
    /// use iamsat::span::Source;
    /// let text = r#"[{"Resource": "arn:aws:s3:::b", "Account": "111122223333", "Policy": null}]"#;
    /// let files = vec![File { path: "resources.json".to_owned(), bytes: text.into() }];
    /// let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    /// let plan = r#"{"format_version": "1.2", "resource_changes": [{"address": "aws_s3_bucket_acl.a", "mode": "managed",
    ///     "type": "aws_s3_bucket_acl", "name": "a", "change": {"actions": ["create"], "before": null, "after": {"bucket": "b"}}}]}"#;
    /// let planned = snapshot.planned(&Source::new("plan.json", plan), None, &Options::default()).unwrap();
    /// // An ACL is not taken over.
    /// assert!(planned.steps.is_empty() && planned.open[0].contains("aws_s3_bucket_acl.a"));
    /// ```
    pub fn planned(
        &self,
        source: &Source,
        account: Option<&str>,
        options: &Options,
    ) -> Result<Planned, ChangeError> {
        let faults = |source: &Source, diagnostics: Vec<crate::diagnostic::Diagnostic>| {
            let fault = |diagnostic| Fault { source: source.clone(), diagnostic };
            let faults = diagnostics.into_iter().map(fault).collect();
            ChangeError { message: format!("could not read the plan {}", source.name()), faults }
        };
        let container = match open(source, options) {
            Ok(Contents::Container(container)) if container.kind == ContainerKind::Plan => container,
            Ok(Contents::Container(container)) => return Err(no_plan(source, container.kind.name())),
            Ok(Contents::Policy(read)) if read.document.is_some() => return Err(no_plan(source, "policy")),
            Ok(Contents::Policy(read)) => return Err(faults(&read.source, read.diagnostics)),
            Err(error) => return Err(faults(&error.source, error.diagnostics)),
        };
        let plan =
            PlannedChanges::read(source.text(), options).map_err(|fault| faults(source, vec![*fault]))?;
        if let Some(account) =
            account.filter(|own| !plan.accounts.is_empty() && !plan.accounts.contains(*own))
        {
            let others: Vec<&str> = plan.accounts.iter().map(String::as_str).collect();
            return Err(refused(format!(
                "`--account {account}` contradicts the plan, whose resources and caller are of {}",
                others.join(", ")
            )));
        }
        let by_address = plan.list.iter().filter(|of| !of.is_deposed);
        let mut planner = Planner {
            snapshot: self,
            entries: BTreeMap::new(),
            by_address: by_address.map(|of| (of.address.as_str(), of)).collect(),
            account: match plan.accounts.iter().collect::<Vec<_>>()[..] {
                _ if !plan.has_one_provider() => None,
                [] => account,
                [one] => Some(one),
                _ => None,
            },
            has_several_accounts: plan.accounts.len() > 1 || !plan.has_one_provider(),
            partition: self.partition(),
            plan: &plan,
            is_strict: options.strict,
            has_assumed: Cell::new(false),
            created: BTreeSet::new(),
        };
        for entry in &container.entries {
            planner.entries.entry(&entry.address).or_default().push(entry);
        }
        planner.created = planner.created_buckets().collect();
        Ok(planner.applied(source, &container))
    }
}

fn no_plan(source: &Source, kind: &str) -> ChangeError {
    let name = source.name();
    refused(match kind == ContainerKind::Template.name() {
        true => format!(
            "{name} does not say what its stack holds today: give the template of the stack as it is with `--was FILE` (aws \
             cloudformation get-template), or `--was none` if there is no stack yet"
        ),
        false => format!("{name} is a {kind}, not a plan: give the output of `terraform show -json PLAN`"),
    })
}

/// The facts of one side of a plan, each with the resource that says it.
type Said<'c> = BTreeMap<Key, (Value<'c>, Span, String)>;

/// Everything that the resources of a plan say.
#[derive(Default)]
struct All<'c> {
    before: Said<'c>,
    after: Said<'c>,
    /// The facts of resources that the plan leaves as they are.
    kept: Said<'c>,
    wholes: Vec<(Whole, Span, String)>,
    open: Vec<(Span, String)>,
}

impl<'c> Planner<'_, 'c> {
    fn applied(&self, source: &Source, container: &'c Container) -> Planned {
        let mut all = All::default();
        all.open.extend(container.incomplete.iter().map(|fault| (fault.span, fault.message.clone())));
        if self.plan.has_provisioners {
            let message = "the plan runs commands of its own (provisioners), which may change anything";
            all.open.push((Span::default(), message.to_owned()));
        }
        if self.plan.has_actions {
            let message = "the plan invokes actions of providers, which may change anything";
            all.open.push((Span::default(), message.to_owned()));
        }
        let mut addresses = BTreeSet::new();
        for of in &self.plan.list {
            if !of.is_deposed && !addresses.insert(&of.address) {
                all.open.push((of.span, format!("{}: the plan has this address twice", of.address)));
            }
            self.says(of, &mut all);
        }
        for of in &self.plan.list {
            if let Some(arn) =
                self.loses_policy(of).filter(|arn| !all.before.contains_key(&Key::Policy(arn.clone())))
            {
                let why = format!(
                    "{}: {arn} is deleted, and the policy that the snapshot holds for it goes with it: the plan does not say what takes its place",
                    of.address
                );
                all.open.push((of.span, why));
            }
        }
        let All { before, after, kept, mut wholes, open } = all;
        // Another resource of the plan may be the policy.
        wholes.retain(|(whole, ..)| match whole {
            Whole::NoPolicy(arn) => {
                let key = Key::Policy(arn.clone());
                !before.contains_key(&key) && !kept.contains_key(&key)
            }
            _ => true,
        });
        let mut applying = Applying::new(self.snapshot, (source, "plan"), open);
        applying.compare(&kept, &wholes);
        applying.all(&before, &after);
        applying.done(self.has_assumed.get())
    }

    /// Adds what a resource of the plan says.
    fn says(&self, of: &PlannedChange<'c>, all: &mut All<'c>) {
        let is_taken_over = facts::is_taken_over(&of.kind);
        let stays = self.plan.text_of(of, false, "skip_destroy").is_ok_and(|text| text == "true");
        let is_idle = match of.change {
            Change::NoOp | Change::Forget | Change::None => true,
            // It stays in AWS, and the plan only forgets it.
            Change::Delete => stays,
            Change::Create | Change::Update | Change::Replace => false,
        };
        if is_idle && !of.is_deposed {
            if is_taken_over {
                // A fact that it does not say is not compared.
                let side = self.side(of, false);
                let of_it = |value| (value, of.span, of.address.clone());
                all.kept.extend(side.facts.into_iter().map(|(key, value)| (key, of_it(value))));
                all.wholes.extend(side.wholes.into_iter().map(|whole| (whole, of.span, of.address.clone())));
            }
            return;
        }
        let mut open = Vec::new();
        let mut add = |why: String| open.push((of.span, format!("{}: {why}", of.address)));
        match self.changes_tags(of) {
            Ok(true) => add("its tags change, which policies test or may test".to_owned()),
            Ok(false) => {}
            Err(why) => add(why),
        }
        if of.is_deposed || !(is_taken_over || harmless::is_harmless(&of.kind)) {
            add(match of.is_deposed {
                true => "an object that a failed replacement left behind is deleted".to_owned(),
                false => format!("it is not known what access a resource of the type {} gives", of.kind),
            });
        } else if is_taken_over {
            if of.change == Change::Replace && facts::is_entity(&of.kind) {
                add("it is deleted and made again, without the policies that the plan does not hold"
                    .to_owned());
            }
            if of.change == Change::Replace && stays {
                add("`skip_destroy` keeps the old one in AWS beside the new one".to_owned());
            }
            self.both_sides(of, all, &mut add);
        }
        all.open.extend(open);
    }

    /// Adds what a resource says on both sides of its change.
    fn both_sides(&self, of: &PlannedChange<'c>, all: &mut All<'c>, add: &mut impl FnMut(String)) {
        let mut told: BTreeSet<String> = BTreeSet::new();
        for (is_after, said) in [(false, &mut all.before), (true, &mut all.after)] {
            let is_there = match of.change {
                Change::Create => is_after,
                Change::Delete => !is_after,
                _ => true,
            };
            if !is_there {
                continue;
            }
            let side = self.side(of, is_after);
            if !is_after {
                all.wholes.extend(side.wholes.into_iter().map(|whole| (whole, of.span, of.address.clone())));
            }
            for (key, value) in side.facts {
                let is_other = said.get(&key).is_some_and(|(known, ..)| !apply::is_same(known, &value));
                if is_other && told.insert(String::new()) {
                    add("another resource of the plan says the same thing in another way".to_owned());
                }
                said.insert(key, (value, of.span, of.address.clone()));
            }
            side.open.into_iter().filter(|why| told.insert(why.clone())).for_each(&mut *add);
        }
        if let Some(arn) = self.with_default(of) {
            all.after
                .entry(Key::Policy(arn))
                .or_insert_with(|| (Value::Default, of.span, of.address.clone()));
        }
    }

    /// Returns the ARN of a resource that the plan deletes, and perhaps makes again, and for which the snapshot holds a policy.
    fn loses_policy(&self, of: &PlannedChange<'c>) -> Option<String> {
        let is_deleted =
            matches!(of.change, Change::Delete | Change::Replace) && !facts::is_only_policy(&of.kind);
        let arn = is_deleted.then(|| self.held_arn(of, false))??;
        let known = self.snapshot.resources.get(arn.as_str())?;
        (!matches!(known.policy, Collected::Known(None))).then_some(arn)
    }

    /// True if tags of a resource change that is there before and after, and documents test tags of resources.
    fn changes_tags(&self, of: &PlannedChange<'c>) -> Result<bool, String> {
        if !matches!(of.change, Change::Update | Change::Replace) || !self.snapshot.tests_tags_of_resources()
        {
            return Ok(false);
        }
        for name in ["tags", "tags_all", "tag"] {
            let side = |is_after: bool| self.plan.text_of(of, is_after, name).map_err(|fault| fault.message);
            let [before, after] = [side(false)?, side(true)?];
            let are_unset = [before, after].iter().all(|text| matches!(*text, "" | "{}" | "[]"));
            let is_unknown = self.plan.is_unknown(of, name).map_err(|fault| fault.message)?;
            if is_unknown || (before != after && !are_unset) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Planned {
    fn finished(mut self) -> Planned {
        self.before.gaps = gaps::of(&self.before);
        self.after.gaps = gaps::of(&self.after);
        self
    }
}
