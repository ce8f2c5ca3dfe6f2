//! The names to which an expression refers, as a plan lists them.

use hcl_edit::expr::{Expression, ForExpr, FuncCall, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_for_expr, visit_func_call, visit_traversal};
use std::collections::BTreeSet;

/// Returns the objects to which an expression refers: `TYPE.NAME`, `data.TYPE.NAME`, `local.NAME`, without their attributes.
pub(super) fn bases(expression: &Expression) -> BTreeSet<String> {
    let mut names = Names::default();
    names.visit_expr(expression);
    let Names { found, bound, .. } = names;
    let is_free = |name: &String| !bound.iter().any(|bound| name.split('.').next() == Some(bound));
    found.into_iter().filter(is_free).collect()
}

/// True if an expression calls a function.
pub(super) fn calls_function(expression: &Expression) -> bool {
    let mut names = Names::default();
    names.visit_expr(expression);
    names.calls
}

/// Returns the objects that a plan's references name.
pub(super) fn of_plan(references: &[String]) -> BTreeSet<String> {
    references.iter().map(|reference| base(reference.split(['.', '[']))).collect()
}

/// Returns the object of which a name is an attribute.
fn base<'n>(parts: impl Iterator<Item = &'n str>) -> String {
    let parts: Vec<&str> = parts.take(3).collect();
    let count = if parts.first() == Some(&"data") { 3 } else { 2 };
    parts.into_iter().take(count).collect::<Vec<_>>().join(".")
}

#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
    /// Names that loops bind.
    bound: BTreeSet<String>,
    calls: bool,
}

impl Visit for Names {
    fn visit_func_call(&mut self, node: &FuncCall) {
        self.calls = true;
        visit_func_call(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(name) = &node.expr {
            let attributes = node.operators.iter().map_while(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            });
            self.found.insert(base(std::iter::once(name.as_str()).chain(attributes)));
        }
        visit_traversal(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.bound.extend(node.intro.key_var.as_ref().map(|name| name.as_str().to_owned()));
        self.bound.insert(node.intro.value_var.as_str().to_owned());
        visit_for_expr(self, node);
    }
}
