//! Lemmas for people.

use super::lemma::Lemma;
use super::plain::Plain;
use crate::formula::{Atom, Axis, Formula, Network, Node, PatternKey, Piece, Relation, Test, Variable};

/// `never: ...; not ...`, the tests in the order of the lemma.
pub(super) fn lemma(formula: &Formula<'_>, plain: &Plain, lemma: &Lemma) -> String {
    let pass = lemma.pass.iter().map(|number| atom(formula, plain, *number));
    let fail = lemma.fail.iter().map(|number| format!("not {}", atom(formula, plain, *number)));
    format!("never: {}", pass.chain(fail).collect::<Vec<_>>().join(" and "))
}

fn atom(formula: &Formula<'_>, plain: &Plain, number: u32) -> String {
    let node = plain.node(number).map(|node| formula.graph.node(node));
    let Some(Node::Atom(atom)) = node else { return format!("({number})") };
    match formula.atom_of(atom) {
        Some(Atom::Match(variable, test)) => {
            let name = match formula.variable_of(variable) {
                Some(Variable::Action) => "action".to_owned(),
                Some(Variable::Resource) => "resource".to_owned(),
                Some(Variable::Requester) => "requester".to_owned(),
                Some(Variable::Key(name, 0)) => name.to_owned(),
                Some(Variable::Key(name, element)) => format!("{name}[{element}]"),
                None => String::new(),
            };
            format!("{name} {}", test_text(formula, test))
        }
        _ => format!("({number})"),
    }
}

fn test_text(formula: &Formula<'_>, test: Test) -> String {
    match test {
        Test::Pattern(id) => match formula.pattern_of(id) {
            Some(PatternKey::Glob(template) | PatternKey::Fields { whole: template, .. }) => {
                format!("~ {template}")
            }
            Some(PatternKey::Built(pattern)) => format!("~ {pattern:?}"),
            None => String::new(),
        },
        Test::Template(id) => {
            let mut text = "~ ".to_owned();
            for piece in formula.template_of(id).iter().flat_map(|symbolic| &symbolic.pieces) {
                match piece {
                    Piece::Step(step) => {
                        let mut builder = crate::automata::Pattern::builder();
                        builder.push(*step);
                        text.push_str(&format!("{:?}", builder.finish()));
                    }
                    Piece::Value { key, .. } => {
                        let name = formula.template_of(id).and_then(|s| s.keys.get(*key)).copied();
                        text.push_str(&format!("${{{}}}", name.unwrap_or_default()));
                    }
                }
            }
            text
        }
        Test::Bound(id) => formula.bound_of(id).map_or_else(String::new, |bound| {
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
        }),
        Test::Network(id) => formula.network_of(id).map_or_else(String::new, |network| {
            format!("in {}/{}", Network::address(network.v6, network.first()), network.length)
        }),
    }
}
