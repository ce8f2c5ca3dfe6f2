//! Lemmas for people.

use crate::formula::{Atom, Axis, Formula, Node, PatternKey, Piece, Relation, Test, Variable};
use crate::index::broken;
use crate::verify::clauses::QueryClauses;
use crate::verify::lemma::Lemma;

/// Returns the lemma as text: `never: A and B and not C`.
pub(super) fn lemma(formula: &Formula<'_>, clauses: &QueryClauses, lemma: &Lemma) -> String {
    pieces(formula, clauses, lemma).collect()
}

/// True if the text is that of the lemma; stops at the first difference.
pub(super) fn says(formula: &Formula<'_>, clauses: &QueryClauses, lemma: &Lemma, text: &str) -> bool {
    let mut rest = text;
    for piece in pieces(formula, clauses, lemma) {
        match rest.strip_prefix(&*piece) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

fn pieces<'l>(
    formula: &'l Formula<'_>,
    clauses: &'l QueryClauses,
    lemma: &'l Lemma,
) -> impl Iterator<Item = String> + 'l {
    let tests = lemma.pass.iter().map(|n| (n, "")).chain(lemma.fail.iter().map(|n| (n, "not ")));
    tests.enumerate().map(|(place, (number, not))| {
        let before = if place == 0 { "never: " } else { " and " };
        format!("{before}{not}{}", atom(formula, clauses, *number))
    })
}

fn atom(formula: &Formula<'_>, clauses: &QueryClauses, number: u32) -> String {
    let node = clauses.node(number).map(|node| formula.graph.node(node));
    let Some(Node::Atom(atom)) = node else { return format!("({number})") };
    match formula.atom_of(atom) {
        Atom::Match(variable, test) => {
            let name = match formula.variable_of(variable) {
                Variable::Action => "action".to_owned(),
                Variable::Resource => "resource".to_owned(),
                Variable::Requester => "requester".to_owned(),
                Variable::Key(name, 0) => name.to_owned(),
                Variable::Key(name, element) => format!("{name}[{element}]"),
            };
            format!("{name} {}", test_text(formula, test))
        }
        Atom::Present(_) | Atom::Unobservable(_) | Atom::Opaque(_) => format!("({number})"),
    }
}

fn test_text(formula: &Formula<'_>, test: Test) -> String {
    match test {
        Test::Pattern(id) => match formula.pattern_of(id) {
            PatternKey::Glob(template) | PatternKey::Fields { whole: template, .. } => {
                format!("~ {template}")
            }
            PatternKey::Built(pattern) => format!("~ {pattern:?}"),
        },
        Test::Template(id) => {
            let mut text = "~ ".to_owned();
            let template = formula.template_of(id);
            for piece in &template.pieces {
                match piece {
                    Piece::Step(step) => {
                        let mut builder = crate::automata::Pattern::builder();
                        builder.push(*step);
                        text.push_str(&format!("{:?}", builder.finish()));
                    }
                    Piece::Value { key, .. } => {
                        let name = template.keys.get(*key);
                        let Some(name) = name else {
                            broken("a value of a pattern is that of one of its keys")
                        };
                        text.push_str(&format!("${{{name}}}"));
                    }
                }
            }
            text
        }
        Test::Bound(id) => {
            let bound = formula.bound_of(id);
            let relation = match bound.relation {
                Relation::Less => "<",
                Relation::LessOrEqual => "<=",
                Relation::Equal => "=",
                Relation::GreaterOrEqual => ">=",
                Relation::Greater => ">",
            };
            let value = match bound.axis {
                Axis::Number => bound.value.to_text(),
                Axis::Date => bound.value.to_date(),
            };
            format!("{relation} {value}")
        }
        Test::Network(id) => {
            format!("in {}", formula.network_of(id))
        }
    }
}
