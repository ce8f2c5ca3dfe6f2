//! The configuration in a plan: whether an attribute is configured at all, and what its value refers to.
//!
//! It shows which values flow into an attribute, never how: `replace(d.json, "Deny", "Allow")` and `d.json` look alike.

use super::super::address::configuration_path;
use super::super::raw::{Fault, Optional, Raw};
use super::DOCUMENT;
use std::collections::{BTreeMap, BTreeSet};

/// The configuration, indexed by module and address.
#[derive(Debug, Default)]
pub(super) struct Configuration<'t> {
    text: &'t str,
    /// Expressions of resources and data sources.
    resources: BTreeMap<(String, String), Raw<'t>>,
    /// The keys of the provider configurations of resources.
    providers: BTreeMap<(String, String), String>,
    /// Expressions of calls, by the calling module and the name.
    calls: BTreeMap<(String, String), Raw<'t>>,
    outputs: BTreeMap<(String, String), Raw<'t>>,
    /// Resources into which policy documents flow.
    with_documents: BTreeSet<(String, String)>,
}

/// The configuration of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The resource is not in the configuration.
    NoResource,
    /// Nobody wrote the attribute.
    Not,
    /// Its value refers to these, in order of appearance; a constant has no references.
    As(Vec<String>),
}

impl<'t> Configuration<'t> {
    /// # Errors
    /// A member occurs twice.
    pub(super) fn read(
        text: &'t str,
        root: Option<Raw<'t>>,
        depth: usize,
    ) -> Result<Configuration<'t>, Fault> {
        let mut configuration = Configuration { text, ..Configuration::default() };
        let root = match root {
            Some(root) => root.member(text, "root_module")?,
            None => None,
        };
        if let Some(root) = root {
            configuration.module(root, String::new(), depth)?;
        }
        Ok(configuration)
    }

    fn module(&mut self, module: Raw<'t>, path: String, depth: usize) -> Result<(), Fault> {
        let text = self.text;
        let [resources, calls, outputs] = module.fields(text, ["resources", "module_calls", "outputs"])?;
        for resource in resources.elements() {
            let [address, expressions, provider] =
                resource.fields(text, ["address", "expressions", "provider_config_key"])?;
            let address = address.owned();
            if provider.is_some() {
                self.providers.insert((path.clone(), address.clone()), provider.owned());
            }
            if resource.text().contains(DOCUMENT) {
                self.with_documents.insert((path.clone(), address.clone()));
            }
            self.resources.insert((path.clone(), address), expressions.unwrap_or(resource));
        }
        for (name, output) in outputs.members() {
            if let Some(expression) = output.member(text, "expression")? {
                self.outputs.insert((path.clone(), name.into_owned()), expression);
            }
        }
        for (name, call) in calls.members() {
            let [expressions, inner] = call.fields(text, ["expressions", "module"])?;
            if let Some(expressions) = expressions {
                self.calls.insert((path.clone(), name.to_string()), expressions);
            }
            if let (Some(inner), Some(depth)) = (inner, depth.checked_sub(1)) {
                let inner_path = if path.is_empty() { name.into_owned() } else { format!("{path}.{name}") };
                self.module(inner, inner_path, depth)?;
            }
        }
        Ok(())
    }

    /// Finds the expression for an attribute of a resource (`TYPE.NAME`) in a module.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn written(&self, module: &str, address: &str, attribute: &str) -> Result<Written, Fault> {
        let path = configuration_path(module);
        let found = path.and_then(|path| self.resources.get(&(path, address.to_owned())));
        let Some(expressions) = found else { return Ok(Written::NoResource) };
        Ok(match expressions.member(self.text, attribute)? {
            None => Written::Not,
            Some(expression) => Written::As(self.references(expression)?),
        })
    }

    /// Returns the key of the provider configuration of a resource (`TYPE.NAME`) of a module; none if the plan does not say it.
    pub(super) fn provider(&self, module: &str, address: &str) -> Option<&str> {
        let path = configuration_path(module)?;
        self.providers.get(&(path, address.to_owned())).map(String::as_str)
    }

    /// True if policy documents flow into a resource (`TYPE.NAME`) of a module.
    pub(super) fn uses_documents(&self, module: &str, address: &str) -> bool {
        let path = configuration_path(module);
        path.is_some_and(|path| self.with_documents.contains(&(path, address.to_owned())))
    }

    /// Lists the references of an attribute in each block of a resource, in the order of the configuration.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn block(
        &self,
        (module, address): (&str, &str),
        block: &str,
        attribute: &str,
    ) -> Result<Vec<Vec<String>>, Fault> {
        let path = configuration_path(module);
        let found = path.and_then(|path| self.resources.get(&(path, address.to_owned())));
        let blocks = match found {
            Some(expressions) => expressions.member(self.text, block)?,
            None => None,
        };
        let mut references = Vec::new();
        for block in blocks.elements() {
            references.push(match block.member(self.text, attribute)? {
                Some(expression) => self.references(expression)?,
                None => Vec::new(),
            });
        }
        Ok(references)
    }

    /// Lists the references of a module's variable, in the calling module.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn variable(
        &self,
        caller: &str,
        call: &str,
        name: &str,
    ) -> Result<Option<Vec<String>>, Fault> {
        let key = configuration_path(caller).map(|path| (path, call.to_owned()));
        let expressions = key.and_then(|key| self.calls.get(&key));
        let expression = match expressions {
            Some(expressions) => expressions.member(self.text, name)?,
            None => None,
        };
        expression.map(|expression| self.references(expression)).transpose()
    }

    /// Lists the references of a module's output, in that module.
    ///
    /// # Errors
    /// A member occurs twice.
    pub(super) fn output(&self, module: &str, name: &str) -> Result<Option<Vec<String>>, Fault> {
        let key = configuration_path(module).map(|path| (path, name.to_owned()));
        let expression = key.and_then(|key| self.outputs.get(&key));
        expression.map(|expression| self.references(*expression)).transpose()
    }

    fn references(&self, expression: Raw<'t>) -> Result<Vec<String>, Fault> {
        // Blocks are lists of objects; returns what all of them refer to together.
        if expression.is_array() {
            let mut all = Vec::new();
            for block in expression.elements() {
                for (_, member) in block.members() {
                    all.extend(self.references(member)?);
                }
            }
            return Ok(all);
        }
        let references = expression.member(self.text, "references")?;
        let texts = references.elements();
        Ok(texts.into_iter().filter_map(Raw::string).map(|text| text.into_owned()).collect())
    }
}
