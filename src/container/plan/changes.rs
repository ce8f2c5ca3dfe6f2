//! The resources of a plan with their attributes on both sides, for readers that apply the plan to something else.

use super::super::entry::Change;
use super::super::raw::{Fault, Optional, Raw, list, object};
use super::configuration::{Configuration, Written};
use super::providers::Providers;
use super::{longest, of_actions, references};
use crate::code::Code;
use crate::container::address::instance_key;
use crate::container::options::Options;
use crate::diagnostic::Diagnostic;
use crate::policy::is_account_id;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A managed resource of a plan.
#[derive(Clone, Debug)]
pub(crate) struct PlannedChange<'t> {
    /// Its address.
    pub(crate) address: String,
    /// Its type: `aws_iam_role`.
    pub(crate) kind: String,
    /// The change that the plan makes.
    pub(crate) change: Change,
    /// True for an object that a failed replacement left behind.
    pub(crate) is_deposed: bool,
    /// The place in the plan.
    pub(crate) span: Span,
    before: Option<Raw<'t>>,
    after: Option<Raw<'t>>,
    unknown: Option<Raw<'t>>,
    /// Its module's address; empty for the root.
    module: String,
    /// `TYPE.NAME`
    configured: String,
    key: String,
    /// The credentials of the provider that makes it; none if several may.
    credentials: Option<String>,
}

/// An attribute on one side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// It is not set.
    Unset,
    /// It is this text.
    Text(String),
    /// It is the name or ARN of the resource with this address.
    Of(String),
    /// It is not known before the plan is applied, or is not a text.
    Unknown,
}

/// All managed resources of a plan.
pub(crate) struct PlannedChanges<'t> {
    text: &'t str,
    configuration: Configuration<'t>,
    most: usize,
    /// The resources, in the order of the plan.
    pub(crate) list: Vec<PlannedChange<'t>>,
    /// The accounts that the plan names as its own: in the ARNs of its resources, and as the caller's.
    pub(crate) accounts: BTreeSet<String>,
    /// The accounts of the ARNs before the change, by the credentials of the provider.
    by_credentials: BTreeMap<Option<String>, BTreeSet<String>>,
    providers: Providers,
    /// True if the plan invokes actions of providers beside the changes.
    pub(crate) has_actions: bool,
    /// True if the plan runs commands of its author beside the changes.
    pub(crate) has_provisioners: bool,
}

impl<'t> PlannedChanges<'t> {
    /// Reads the resources of a plan whose format was checked.
    ///
    /// # Errors
    /// A member occurs twice or has another type.
    pub(crate) fn read(text: &'t str, options: &Options) -> Result<PlannedChanges<'t>, Fault> {
        let root = match Raw::whole(text) {
            Some(root) => root,
            None => crate::index::broken("a plan was read as JSON"),
        };
        let names = [
            "resource_changes",
            "prior_state",
            "configuration",
            "action_invocations",
            "deferred_action_invocations",
        ];
        let [changes, prior, configuration, actions, deferred] = root.fields(text, names)?;
        // Terraform leaves it out if nothing changes.
        if let Some(changes) = changes.filter(|changes| changes.is_null()) {
            let place = changes.span(text).first_character(text);
            let message = "`resource_changes` has to be a list in this kind of file";
            return Err(Box::new(Diagnostic::error(Code::WrongType, message, place)));
        }
        let providers = match configuration {
            Some(configuration) => configuration.member(text, "provider_config")?,
            None => None,
        };
        let mut planned = PlannedChanges {
            text,
            configuration: Configuration::read(text, configuration, options.limits.depth)?,
            most: options.limits.references,
            list: Vec::new(),
            accounts: BTreeSet::new(),
            by_credentials: BTreeMap::new(),
            providers: Providers::read(text, providers)?,
            has_actions: !list(actions, "action_invocations", text)?.is_empty()
                || !list(deferred, "deferred_action_invocations", text)?.is_empty(),
            has_provisioners: configuration.is_some_and(|all| all.text().contains("\"provisioners\"")),
        };
        for raw in list(changes, "resource_changes", text)? {
            planned.change(raw)?;
        }
        if let Some(root) = match prior {
            Some(prior) => prior.member(text, "values")?,
            None => None,
        } {
            planned.callers(root.member(text, "root_module")?, options.limits.depth)?;
        }
        Ok(planned)
    }

    fn change(&mut self, raw: Raw<'t>) -> Result<(), Fault> {
        let text = self.text;
        let names = ["address", "module_address", "mode", "type", "name", "index", "deposed", "change"];
        let [address, module, mode, kind, name, index, deposed, change] = raw.fields(text, names)?;
        if &*mode.text_or_empty() == "data" {
            return Ok(());
        }
        let [actions, before, after, unknown] = match change {
            Some(change) => change.fields(text, ["actions", "before", "after", "after_unknown"])?,
            None => [None; 4],
        };
        let (before, after) = (object(before, "before", text)?, object(after, "after", text)?);
        let change = of_actions(actions);
        let kind = kind.owned();
        let change = PlannedChange {
            address: address.owned(),
            is_deposed: deposed.is_some_and(|deposed| !deposed.is_null()),
            span: raw.span(text).first_character(text),
            // The old object stays in AWS beside a new one that takes its address.
            before: before.filter(|_| change != Change::Create),
            after,
            unknown,
            module: module.owned(),
            configured: format!("{kind}.{}", name.text_or_empty()),
            key: index.map_or_else(String::new, instance_key),
            credentials: None,
            kind,
            change,
        };
        let key = self.configuration.provider(&change.module, &change.configured);
        let change = PlannedChange { credentials: self.providers.credentials(key), ..change };
        if change.kind.starts_with("aws") {
            let accounts = self.by_credentials.entry(change.credentials.clone()).or_default();
            let arn = match change.before {
                Some(before) => before.member(text, "arn")?,
                None => None,
            };
            let arn = arn.text_or_empty();
            // Roles of other accounts are no resources of the plan; a policy of AWS has no account.
            if let Some(account) = arn.split(':').nth(4).filter(|account| is_account_id(account)) {
                accounts.insert(account.to_owned());
                self.accounts.insert(account.to_owned());
            }
        }
        self.list.push(change);
        Ok(())
    }

    /// Notes the account of the caller, which Terraform reads with a data source.
    fn callers(&mut self, module: Option<Raw<'t>>, depth: usize) -> Result<(), Fault> {
        let (Some(module), Some(depth)) = (module, depth.checked_sub(1)) else { return Ok(()) };
        let [resources, inner] = module.fields(self.text, ["resources", "child_modules"])?;
        for resource in resources.elements() {
            let [kind, values] = resource.fields(self.text, ["type", "values"])?;
            if let ("aws_caller_identity", Some(values)) = (&*kind.text_or_empty(), values) {
                let account = values.member(self.text, "account_id")?.owned();
                self.accounts.extend(Some(account).filter(|account| is_account_id(account)));
            }
        }
        inner.elements().into_iter().try_for_each(|inner| self.callers(Some(inner), depth))
    }

    /// True if the resources are made with the credentials of one provider.
    pub(crate) fn has_one_provider(&self) -> bool {
        self.by_credentials.len() <= 1 && !self.by_credentials.contains_key(&None)
    }

    /// Returns the account of all resources that are made with the credentials of this one, if the plan shows it.
    pub(crate) fn account_of(&self, of: &PlannedChange<'t>) -> Option<&str> {
        of.credentials.as_ref()?;
        let mut accounts = self.by_credentials.get(&of.credentials)?.iter();
        accounts.next().filter(|_| accounts.next().is_none()).map(String::as_str)
    }

    /// Returns an attribute of a resource before or after the change.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn attribute(
        &self,
        of: &PlannedChange<'t>,
        is_after: bool,
        name: &str,
    ) -> Result<Attribute, Fault> {
        let value = self.value(of, is_after, name)?;
        if is_after && self.is_unknown(of, name)? {
            return self.refers(of, name);
        }
        Ok(match value.map(|value| (value.is_null(), value.string())) {
            None | Some((true, _)) => Attribute::Unset,
            Some((false, Some(text))) if text.is_empty() => Attribute::Unset,
            Some((false, Some(text))) => Attribute::Text(text.into_owned()),
            Some((false, None)) => Attribute::Unknown,
        })
    }

    /// Returns the elements of an attribute that is a list of texts; none if one of them is not known.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn texts(
        &self,
        of: &PlannedChange<'t>,
        is_after: bool,
        name: &str,
    ) -> Result<Option<Vec<String>>, Fault> {
        if is_after && self.is_unknown(of, name)? {
            return Ok(None);
        }
        let texts = list(self.value(of, is_after, name)?, name, self.text)?.into_iter().map(Raw::string);
        Ok(texts.map(|text| text.map(|text| text.into_owned())).collect())
    }

    /// Returns the names of the blocks of an attribute; a block without a name says that there are none.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn names(
        &self,
        of: &PlannedChange<'t>,
        is_after: bool,
        name: &str,
    ) -> Result<Vec<String>, Fault> {
        let blocks = list(self.value(of, is_after, name)?, name, self.text)?.into_iter();
        let names = blocks.map(|block| Ok(block.member(self.text, "name")?.owned()));
        Ok(names.collect::<Result<Vec<_>, Fault>>()?.into_iter().filter(|name| !name.is_empty()).collect())
    }

    /// Returns the members of an attribute that is an object of texts; none if one of them is not known.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn map(
        &self,
        of: &PlannedChange<'t>,
        is_after: bool,
        name: &str,
    ) -> Result<Option<Vec<(String, String)>>, Fault> {
        if is_after && self.is_unknown(of, name)? {
            return Ok(None);
        }
        let members = object(self.value(of, is_after, name)?, name, self.text)?.members().into_iter();
        Ok(members.map(|(key, value)| Some((key.into_owned(), value.string()?.into_owned()))).collect())
    }

    /// True if an attribute, or a part of it, is known only after the plan is applied.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn is_unknown(&self, of: &PlannedChange<'t>, name: &str) -> Result<bool, Fault> {
        let Some(unknown) = of.unknown else { return Ok(false) };
        Ok(unknown.member(self.text, name)?.is_some_and(|member| member.text().contains("true")))
    }

    /// True if somebody wrote the attribute; true if the plan does not say.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn is_written(&self, of: &PlannedChange<'t>, name: &str) -> Result<bool, Fault> {
        Ok(self.configuration.written(&of.module, &of.configured, name)? != Written::Not)
    }

    /// True if an attribute is the same on both sides.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn is_same(&self, of: &PlannedChange<'t>, name: &str) -> Result<bool, Fault> {
        let text = |raw: Option<Raw<'t>>| raw.filter(|raw| !raw.is_null()).map(Raw::text);
        let [before, after] = [self.value(of, false, name)?, self.value(of, true, name)?].map(text);
        Ok(before == after && !self.is_unknown(of, name)?)
    }

    /// Returns the bytes of an attribute; empty if it is not set.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn text_of(
        &self,
        of: &PlannedChange<'t>,
        is_after: bool,
        name: &str,
    ) -> Result<&'t str, Fault> {
        Ok(self.value(of, is_after, name)?.filter(|value| !value.is_null()).map_or("", Raw::text))
    }

    fn value(&self, of: &PlannedChange<'t>, is_after: bool, name: &str) -> Result<Option<Raw<'t>>, Fault> {
        match if is_after { of.after } else { of.before } {
            Some(side) => side.member(self.text, name),
            None => Ok(None),
        }
    }

    /// Returns the resource whose name or ARN an unknown attribute is, if it is exactly that.
    fn refers(&self, of: &PlannedChange<'t>, name: &str) -> Result<Attribute, Fault> {
        let written = self.configuration.written(&of.module, &of.configured, name)?;
        let Written::As(found) = written else { return Ok(Attribute::Unknown) };
        let named = references::named(&self.configuration, &found, &of.module, &of.key, self.most)?;
        Ok(named.map_or(Attribute::Unknown, Attribute::Of))
    }

    /// Returns the references from which an unknown attribute is made, for messages.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(crate) fn made_of(&self, of: &PlannedChange<'t>, name: &str) -> Result<Vec<String>, Fault> {
        Ok(match self.configuration.written(&of.module, &of.configured, name)? {
            Written::As(found) => longest(&found),
            Written::Not | Written::NoResource => Vec::new(),
        })
    }
}
