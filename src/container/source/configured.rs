//! Compares expressions with what the plan's configuration tells of them: constants, and the objects to which they refer.

use super::evaluator::{Evaluator, Scope};
use super::references::{bases, calls_function, of_plan};
use super::value::{Failure, Value};
use crate::container::raw::{Optional as _, Raw};
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use serde_json::Value as Json;
use std::collections::BTreeSet;

impl<'a, 't> Evaluator<'a, 't> {
    /// Returns a member of the plan's configuration of a module, by the path of the module and the names to the member.
    pub(super) fn configured(&self, scope: &Scope<'_>, names: &[&str]) -> Result<Option<Raw<'t>>, Failure> {
        let path = crate::container::address::configuration_path(&scope.address);
        let mut raw = path.and_then(|path| self.known.modules.get(&path).copied());
        for name in names {
            let Some(outer) = raw.filter(|raw| raw.is_object()) else { return Ok(None) };
            raw =
                outer.member(self.known.text, name).map_err(|fault| scope.unmodelled(None, fault.message))?;
        }
        Ok(raw)
    }

    /// Compares an expression with the one that the plan has, or does not have.
    ///
    /// # Errors
    /// They differ, or cannot be compared.
    pub(super) fn compare_expression(
        &mut self,
        expression: &Expression,
        plan: Option<Raw<'t>>,
        what: &str,
        scope: &Scope<'a>,
    ) -> Result<(), Failure> {
        let text = self.known.text;
        let differs = || Err(scope.differs(expression.span(), &format!("`{what}`")));
        let Some(plan) = plan else {
            return if matches!(expression, Expression::Null(_)) { Ok(()) } else { differs() };
        };
        let names = ["constant_value", "references"];
        let fields = plan.fields(text, names).map_err(|fault| scope.unmodelled(None, fault.message))?;
        let [constant, references] = fields;
        let theirs: Vec<String> = references.elements().into_iter().map(|raw| Some(raw).owned()).collect();
        if of_plan(&theirs) != bases(expression) {
            return differs();
        }
        match constant {
            Some(constant) => {
                let ours = self.expression(expression, scope)?;
                self.compare_value(&ours, constant, expression, what, scope)
            }
            // A function is not a constant for the plan, and has no references.
            None if theirs.is_empty()
                && !calls_function(expression)
                && !matches!(expression, Expression::Null(_)) =>
            {
                differs()
            }
            None => Ok(()),
        }
    }

    /// Compares a value with the plan's.
    pub(super) fn compare_value(
        &self,
        ours: &Value,
        plan: Raw<'t>,
        expression: &Expression,
        what: &str,
        scope: &Scope<'a>,
    ) -> Result<(), Failure> {
        let plan = serde_json::from_str::<Json>(plan.text()).ok();
        match plan.is_some_and(|plan| agrees(ours, &plan)) {
            true => Ok(()),
            false => Err(scope.differs(expression.span(), &format!("`{what}`"))),
        }
    }
}

/// True if a value is the plan's, up to conversions between texts, numbers and Booleans.
fn agrees(ours: &Value, plan: &Json) -> bool {
    match (ours, plan) {
        (Value::Null, Json::Null) => true,
        (Value::List(ours), Json::Array(plan)) => {
            ours.len() == plan.len() && ours.iter().zip(plan).all(|(ours, plan)| agrees(ours, plan))
        }
        (Value::Set(ours), Json::Array(plan)) => {
            let texts = |value: &Value| value.as_text().filter(|_| value.is_known());
            let ours: Option<BTreeSet<String>> = ours.iter().map(texts).collect();
            let plan: Option<BTreeSet<String>> = plan.iter().map(scalar).collect();
            ours.is_some() && ours == plan
        }
        (Value::Map(ours), Json::Object(plan)) => {
            plan.iter().all(|(key, value)| ours.contains_key(key) || value.is_null())
                && ours
                    .iter()
                    .all(|(key, value)| agrees(value, plan.get(key).map_or(&Json::Null, |plan| plan)))
        }
        (ours, plan) => ours.is_known() && ours.as_text().is_some_and(|text| scalar(plan) == Some(text)),
    }
}

fn scalar(plan: &Json) -> Option<String> {
    match plan {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => super::value::number(&number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
