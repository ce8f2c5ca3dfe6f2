//! Statements compiled once for many questions.
//!
//! What a statement is compiled to depends on the statement and on its [`CompileKey`]. From the second question on it is kept as a
//! [`Snapshot`] with the document's statements, which the document's clones share, and each question puts the snapshot into its own
//! formula. That gives the formula that compiling would give, number for number, so no answer depends on what is kept.

use crate::encode::context::Context;
use crate::encode::prepared::Memory;
use crate::encode::prepared::key::CompileKey;
use crate::encode::statement::{compile_statement, parts};
use crate::formula::Lit;
use crate::formula::{Formula, Snapshot};
use crate::policy::{Document, Statement};
use self_cell::self_cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Records of one statement: its document may play several parts.
const KEPT: usize = 3;

/// What is kept of one statement.
#[derive(Default)]
pub(crate) struct Records {
    was_compiled: AtomicBool,
    kept: [OnceLock<Box<Kept>>; KEPT],
}

/// A statement compiled under these terms.
struct Kept {
    terms: CompileKey,
    compiled: Compiled,
}

/// What it is compiled to.
struct Recorded<'a> {
    snapshot: Snapshot<'a>,
    literal: Lit,
}

self_cell! {
    /// The record holds the names and patterns of the statement.
    struct Compiled {
        owner: Arc<Vec<Statement>>,
        #[covariant]
        dependent: Recorded,
    }
}

impl Kept {
    fn new(document: &Document, number: usize, terms: CompileKey) -> Kept {
        let compiled = Compiled::new(Arc::clone(document.statements.list()), |statements| {
            let mut formula = Formula::default();
            if terms.aws_compat {
                formula.untie();
            }
            let compiled = |statement| parts(&mut formula, &terms.context(statement), (0, number), statement);
            let literal = statements.get(number).map_or(Lit::FALSE, compiled);
            Recorded { snapshot: Snapshot::of(formula), literal }
        });
        Kept { terms, compiled }
    }

    fn put_in<'a>(&'a self, formula: &mut Formula<'a>, index: usize) -> Lit {
        let recorded = self.compiled.borrow_dependent();
        formula.put_in(&recorded.snapshot, index).literal(recorded.literal)
    }
}

/// As [`compile_statement`], from what is kept with the document where that can be.
pub(crate) fn recall<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    at: (usize, usize),
    document: &'a Document,
) -> Lit {
    let (index, number) = at;
    let records = document.statements.derived::<Memory>().and_then(|memory| memory.records(document, number));
    // What is asked about once need not be kept.
    let records = records.filter(|records| records.was_compiled.swap(true, Ordering::Relaxed));
    if let (Some(records), Some(statement)) = (records, document.statements.get(number)) {
        let terms = CompileKey::of(context, index, statement);
        for slot in &records.kept {
            let kept = slot.get_or_init(|| Box::new(Kept::new(document, number, terms.clone())));
            if kept.terms == terms {
                return kept.put_in(formula, index);
            }
        }
    }
    compile_statement(formula, context, at, document)
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::encode::Encoding;
    use crate::limits::InputLimits;
    use crate::policy::{Document, PolicyType, parse};
    use crate::query::{Query, Semantics};
    use crate::span::Source;

    fn document(statements: &str) -> Document {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        parse(&Source::new("p", text), &InputLimits::default()).document.unwrap()
    }

    const SETTING: Semantics = Semantics {
        policy_type: PolicyType::Resource,
        strict_arn: false,
        aws_compat: false,
        heuristics: false,
        boundary: None,
    };

    /// Statements of which most have something in common with another one.
    const STATEMENTS: [&str; 9] = [
        r#"{"Effect":"Allow","Principal":"*","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"}"#,
        r#"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/a"},"Action":"s3:Get*","Resource":"*"}"#,
        r#"{"Effect":"Allow","Principal":{"AWS":["111122223333","AIDAEXAMPLE"]},"Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"}"#,
        r#"{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"ForAllValues:StringLike":{"aws:TagKeys":["a*","b"]}}}"#,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"arn:aws:s3:::b",
            "Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"b"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}"#,
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"b",
            "Condition":{"StringEquals":{"aws:PrincipalTag/x":"${aws:ResourceTag/x}","aws:PrincipalArn":"arn:aws:iam::111122223333:role/${aws:PrincipalTag/x}"}}}"#,
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*",
            "Condition":{"StringLike":{"aws:ResourceTag/x":["${aws:PrincipalTag/x}","v*"]},"NumericLessThan":{"s3:max-keys":"10"}}}"#,
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"*",
            "Condition":{"StringEqualsIgnoreCase":{"s3:ExistingObjectTag/A":"1"},"Bool":{"aws:SecureTransport":"true"}}}"#,
        r#"{"Effect":"Deny","Principal":"*","NotAction":"s3:Get*","Resource":"*",
            "Condition":{"StringNotEquals":{"s3:ExistingObjectTag/a":"2","aws:TagKeys":"c"},"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}"#,
    ];

    /// What is recalled gives the formula that compiling gives, number for number: of all pairs of these statements, whatever
    /// was compiled together with them before.
    #[test]
    fn what_is_recalled_is_what_is_compiled() {
        let documents: Vec<Document> = (0..STATEMENTS.len())
            .flat_map(|i| (i..STATEMENTS.len()).map(move |j| (i, j)))
            .map(|(i, j)| document(&format!("{},{}", STATEMENTS[i], STATEMENTS[j])))
            .collect();
        for new in &documents {
            for old in &documents {
                for semantics in [SETTING, Semantics { aws_compat: true, strict_arn: true, ..SETTING }] {
                    let query = Query::no_new_access(new, old);
                    let (compiled, recalled) =
                        (Encoding::new(&query, semantics), Encoding::recalled(&query, semantics));
                    assert_eq!(compiled.formula.listed(), recalled.formula.listed(), "{new:?} {old:?}");
                    assert_eq!(compiled.conjuncts, recalled.conjuncts);
                    assert_eq!(compiled.allows, recalled.allows);
                }
            }
            let memory: &Memory = new.statements.derived().unwrap();
            assert!(memory.records(new, 0).unwrap().kept[0].get().is_some(), "{new:?}");
        }
    }

    /// Statements that were changed are compiled as they are now.
    #[test]
    fn what_was_changed_is_forgotten() {
        let old = document(STATEMENTS[0]);
        let mut new = old.clone();
        let listed =
            |new: &Document| Encoding::recalled(&Query::no_new_access(new, &old), SETTING).formula.listed();
        let before = listed(&new);
        assert_eq!(listed(&new), before);
        new.statements.extend(document(STATEMENTS[3]).statements.iter().cloned());
        let after = Encoding::new(&Query::no_new_access(&new, &old), SETTING).formula.listed();
        assert!(after != before);
        for _ in 0..3 {
            assert_eq!(listed(&new), after);
        }
    }
}
