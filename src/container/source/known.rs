//! The values that a plan knows, by the addresses that expressions use.

use crate::container::address::instance_key;
use crate::container::raw::{Fault, Optional, Raw, object};
use std::collections::{BTreeMap, BTreeSet};

/// An instance of a resource or data source.
#[derive(Clone, Debug)]
pub(in crate::container) struct Instance<'t> {
    pub(in crate::container) address: String,
    pub(in crate::container) module: String,
    /// `TYPE.NAME` or `data.TYPE.NAME`.
    pub(in crate::container) configured: String,
    pub(in crate::container) kind: String,
    /// `["k"]`, `[0]` or nothing.
    pub(in crate::container) key: String,
    pub(in crate::container) values: Option<Raw<'t>>,
    pub(in crate::container) unknown: Option<Raw<'t>>,
    /// The provider's configuration, as the plan calls it.
    pub(in crate::container) provider: String,
}

/// The values of a plan.
#[derive(Clone, Debug)]
pub(in crate::container) struct Known<'t> {
    pub(in crate::container) text: &'t str,
    pub(in crate::container) instances: Vec<Instance<'t>>,
    /// Instances by module and configured address.
    by_address: BTreeMap<(String, String), Vec<usize>>,
    pub(in crate::container) variables: BTreeMap<String, Raw<'t>>,
    /// Regions of providers, by the names of their configurations.
    pub(in crate::container) regions: BTreeMap<String, String>,
    /// The plan's configurations of modules, by the path of the module.
    pub(in crate::container) modules: BTreeMap<String, Raw<'t>>,
}

impl<'t> Known<'t> {
    /// Reads the values of a plan.
    ///
    /// # Errors
    /// A member occurs twice or has another type.
    pub(in crate::container) fn read(text: &'t str, root: Raw<'t>) -> Result<Known<'t>, Fault> {
        let names = ["resource_changes", "prior_state", "variables", "configuration"];
        let [changes, prior, variables, configuration] = root.fields(text, names)?;
        let mut known = Known {
            text,
            instances: Vec::new(),
            by_address: BTreeMap::new(),
            variables: BTreeMap::new(),
            regions: BTreeMap::new(),
            modules: BTreeMap::new(),
        };
        for (name, variable) in variables.members() {
            if let Some(value) = variable.member(text, "value")? {
                known.variables.insert(name.into_owned(), value);
            }
        }
        let mut providers = BTreeMap::new();
        if let Some(configuration) = configuration {
            let [keys, root] = configuration.fields(text, ["provider_config", "root_module"])?;
            known.regions(keys)?;
            if let Some(root) = root {
                provider_keys(text, root, "", (&mut providers, &mut known.modules), 64)?;
            }
        }
        for change in changes.elements() {
            known.change(change, &providers)?;
        }
        if let Some(prior) = prior
            && let Some(values) = object(prior.member(text, "values")?, "values", text)?
            && let Some(root) = values.member(text, "root_module")?
        {
            let changed = known.instances.iter().map(|instance| instance.address.clone()).collect();
            known.prior(root, "", &changed, 64)?;
        }
        known.index();
        Ok(known)
    }

    fn regions(&mut self, keys: Option<Raw<'t>>) -> Result<(), Fault> {
        for (key, provider) in keys.members() {
            let Some(expressions) = provider.member(self.text, "expressions")? else { continue };
            let Some(region) = expressions.member(self.text, "region")? else { continue };
            if let Some(region) = region.member(self.text, "constant_value")?.and_then(Raw::string) {
                self.regions.insert(key.into_owned(), region.into_owned());
            }
        }
        Ok(())
    }

    fn change(&mut self, raw: Raw<'t>, providers: &ProviderKeys) -> Result<(), Fault> {
        let text = self.text;
        let names = ["address", "module_address", "mode", "type", "name", "index", "deposed", "change"];
        let [address, module, mode, kind, name, index, deposed, change] = raw.fields(text, names)?;
        let Some(change) = change.filter(|_| deposed.is_none_or(Raw::is_null)) else {
            return Ok(());
        };
        let [after, unknown] = change.fields(text, ["after", "after_unknown"])?;
        let Some(values) = after.filter(|after| after.is_object()) else { return Ok(()) };
        let (kind, module) = (kind.owned(), module.owned());
        let start = if mode.owned() == "data" { "data." } else { "" };
        let configured = format!("{start}{kind}.{}", name.text_or_empty());
        let path = crate::container::address::configuration_path(&module);
        let provider = path.and_then(|path| providers.get(&(path, configured.clone())).cloned());
        self.instances.push(Instance {
            address: address.owned(),
            module,
            configured,
            kind,
            key: index.map_or_else(String::new, instance_key),
            values: Some(values),
            unknown,
            provider: provider.unwrap_or_default(),
        });
        Ok(())
    }

    /// Reads the data sources that were read while planning.
    fn prior(
        &mut self,
        module: Raw<'t>,
        address: &str,
        changed: &BTreeSet<String>,
        depth: usize,
    ) -> Result<(), Fault> {
        let text = self.text;
        let [resources, children] = module.fields(text, ["resources", "child_modules"])?;
        for resource in resources.elements() {
            let names = ["address", "mode", "type", "name", "index", "values"];
            let [own, mode, kind, name, index, values] = resource.fields(text, names)?;
            if mode.owned() != "data" {
                continue;
            }
            let (own, kind) = (own.owned(), kind.owned());
            if changed.contains(&own) {
                continue;
            }
            self.instances.push(Instance {
                address: own,
                module: address.to_owned(),
                configured: format!("data.{kind}.{}", name.text_or_empty()),
                kind,
                key: index.map_or_else(String::new, instance_key),
                values,
                unknown: None,
                provider: String::new(),
            });
        }
        let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
        for child in children.elements() {
            let address = child.member(text, "address")?.owned();
            self.prior(child, &address, changed, depth)?;
        }
        Ok(())
    }

    fn index(&mut self) {
        for (number, instance) in self.instances.iter().enumerate() {
            let key = (instance.module.clone(), instance.configured.clone());
            self.by_address.entry(key).or_default().push(number);
        }
    }

    /// Returns the numbers of the instances of a resource in a module.
    pub(in crate::container) fn of(&self, module: &str, configured: &str) -> &[usize] {
        let key = (module.to_owned(), configured.to_owned());
        self.by_address.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// The names of providers' configurations, by the path of a module and the address of a resource in it.
type ProviderKeys = BTreeMap<(String, String), String>;

/// Collects the configurations of modules, and the providers' ones of resources by the path of their module and their address.
fn provider_keys<'t>(
    text: &str,
    module: Raw<'t>,
    path: &str,
    (keys, all): (&mut ProviderKeys, &mut BTreeMap<String, Raw<'t>>),
    depth: usize,
) -> Result<(), Fault> {
    all.insert(path.to_owned(), module);
    let [resources, calls] = module.fields(text, ["resources", "module_calls"])?;
    for resource in resources.elements() {
        let [address, key] = resource.fields(text, ["address", "provider_config_key"])?;
        keys.insert((path.to_owned(), address.owned()), key.owned());
    }
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    for (name, call) in calls.members() {
        if let Some(inner) = call.member(text, "module")? {
            let path = if path.is_empty() { name.into_owned() } else { format!("{path}.{name}") };
            provider_keys(text, inner, &path, (&mut *keys, &mut *all), depth)?;
        }
    }
    Ok(())
}
