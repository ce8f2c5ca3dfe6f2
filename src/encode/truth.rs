//! Evaluates formulas for one request, for the tables of cases in this room.

use crate::automata::Symbol;
use crate::encode::context::Context;
use crate::formula::{Atom, Axis, Formula, Lit, Network, Node, Scalar, Test, Variable, build, encode};
use crate::policy::{Document, PolicyType};
use crate::query::{Query, Semantics};
use crate::request::Requester;

/// The user id of every requester of these tests.
pub(super) const USER_ID: &str = "AIDAEXAMPLE";

/// A policy with one Allow statement under a condition.
pub(super) fn policy(condition: &str) -> Document {
    let statement = format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":"ex:Do","Resource":"*","Condition":{{{condition}}}}}"#
    );
    format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
}

/// The context of a query about one policy of a resource.
pub(super) fn context(policy: &Document) -> Context<'_> {
    Context::of(&Query::find([policy], [], []), Semantics::of(PolicyType::Resource))
}

/// The user `name` (with a path, if it has one) of the account 111122223333.
pub(super) fn user(name: &str) -> Requester {
    Requester::User { partition: "aws".into(), account: "111122223333".into(), name: name.into() }
}

/// A session of the role `name` of the account 111122223333.
pub(super) fn role(name: &str) -> Requester {
    Requester::RoleSession {
        partition: "aws".into(),
        account: "111122223333".into(),
        role: name.into(),
        session: "session".into(),
    }
}

/// Keys (lower-cased names) with their values; a key stands here once for each of its values.
pub(super) type Keys<'v> = &'v [(&'v str, &'v str)];

/// A request, as far as conditions look at it.
pub(super) struct Values<'v> {
    /// The requester.
    pub(super) requester: Requester,
    /// The context.
    pub(super) keys: Keys<'v>,
}

impl Values<'_> {
    /// Returns whether the literal holds; `None` if that depends on a predicate that is open, or on the value of a key that is absent.
    pub(super) fn truth(&self, formula: &Formula<'_>, lit: Lit) -> Option<bool> {
        let is_true = match formula.graph.node(lit.node()) {
            Node::True => Some(true),
            Node::Atom(id) => self.holds(formula, formula.atom_of(id)),
            Node::And(parts) => {
                let parts: Vec<Option<bool>> = parts.iter().map(|part| self.truth(formula, *part)).collect();
                match parts.contains(&Some(false)) {
                    true => Some(false),
                    false => parts.into_iter().collect::<Option<Vec<bool>>>().map(|_| true),
                }
            }
        };
        is_true.map(|is_true| is_true != lit.is_negated())
    }

    fn holds(&self, formula: &Formula<'_>, atom: Atom) -> Option<bool> {
        match atom {
            Atom::Match(variable, test) => {
                let word = self.word(formula.variable_of(variable))?;
                self.passes(formula, &word, test)
            }
            Atom::Present(key) => Some(self.word(formula.variable_of(key)).is_some()),
            Atom::Unobservable(_) | Atom::Opaque(_) => None,
        }
    }

    fn word(&self, variable: Variable<'_>) -> Option<Vec<Symbol>> {
        match variable {
            Variable::Requester => Some(encode(&self.requester, USER_ID)),
            Variable::Key(name, element) => {
                let values = self.keys.iter().filter(|(key, _)| *key == name);
                values.map(|(_, value)| Symbol::word(value)).nth(element as usize)
            }
            Variable::Action | Variable::Resource => None,
        }
    }

    fn passes(&self, formula: &Formula<'_>, word: &[Symbol], test: Test) -> Option<bool> {
        let text = || Symbol::text(word).unwrap();
        match test {
            Test::Pattern(id) => Some(build(formula.pattern_of(id)).matches(word)),
            Test::Template(id) => {
                let pattern = formula.template_of(id);
                let values: Option<Vec<Vec<Symbol>>> =
                    pattern.keys.iter().map(|key| self.word(Variable::Key(key, 0))).collect();
                let values = values?;
                let values: Vec<&[Symbol]> = values.iter().map(Vec::as_slice).collect();
                Some(pattern.substitute(&values).is_some_and(|pattern| pattern.matches(word)))
            }
            Test::Bound(id) => {
                let bound = formula.bound_of(id);
                let value = match bound.axis {
                    Axis::Number => Scalar::parse_number(&text()),
                    Axis::Date => Scalar::parse_date(&text()),
                };
                Some(value.is_some_and(|value| bound.holds(&value)))
            }
            Test::Network(id) => {
                let address = Network::parse(&text()).filter(|_| !text().contains('/'));
                Some(address.is_some_and(|address| formula.network_of(id).covers(address)))
            }
        }
    }
}
