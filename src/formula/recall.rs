//! Documents compiled once for many questions.
//!
//! What a document is compiled to depends on the document and on its [`Terms`]. From the second question on it is kept as a
//! [`Record`] with the document's statements, which the document's clones share, and each question puts the record into its own
//! formula. That gives the formula that compiling would give, number for number, so no answer depends on what is kept.

use super::compile::{CompiledPolicy, compile, compile_statements};
use super::reading::Reading;
use super::terms::Terms;
use super::vocabulary::{Formula, Record, literal};
use crate::policy::{Document, Effect, Statement};
use self_cell::self_cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Records of one document: it may play several parts.
const KEPT: usize = 4;

/// What is kept with the statements of a document.
#[derive(Default)]
struct Memory {
    was_compiled: AtomicBool,
    /// The keys that it mentions, in order.
    mentioned: OnceLock<Vec<Box<str>>>,
    kept: [OnceLock<Box<Kept>>; KEPT],
}

/// A document compiled under these terms.
struct Kept {
    terms: Terms,
    compiled: Compiled,
}

/// What its statements are compiled to.
struct Recorded<'a> {
    record: Record<'a>,
    policy: CompiledPolicy,
}

self_cell! {
    /// The record holds the names and patterns of the statements.
    struct Compiled {
        owner: Arc<Vec<Statement>>,
        #[covariant]
        dependent: Recorded,
    }
}

impl Kept {
    fn new(statements: &Arc<Vec<Statement>>, terms: &Terms) -> Kept {
        let compiled = Compiled::new(Arc::clone(statements), |statements| {
            let mut formula = Formula::default();
            let policy = compile_statements(&mut formula, &terms.reading(statements), 0, statements);
            Recorded { record: Record::of(formula), policy }
        });
        Kept { terms: terms.clone(), compiled }
    }

    fn put_in<'a>(&'a self, formula: &mut Formula<'a>, index: usize) -> Option<CompiledPolicy> {
        let Recorded { record, policy } = self.compiled.borrow_dependent();
        let literals = formula.put_in(record, index)?;
        let here = |(effect, lit): &(Effect, _)| Some((*effect, literal(&literals, *lit)?));
        Some(CompiledPolicy { statements: policy.statements.iter().map(here).collect::<Option<_>>()? })
    }
}

/// As [`compile`], from what is kept with the document where that can be.
pub(super) fn recall<'a>(
    formula: &mut Formula<'a>,
    reading: &Reading<'a>,
    index: usize,
    document: &'a Document,
) -> CompiledPolicy {
    let memory = document.statements.derived::<Memory>();
    // What is asked about once need not be kept.
    let Some(memory) = memory.filter(|memory| memory.was_compiled.swap(true, Ordering::Relaxed)) else {
        return compile(formula, reading, index, document);
    };
    let keys = memory.mentioned.get_or_init(|| {
        let mut keys: Vec<Box<str>> = document.mentioned_keys().map(Box::from).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    });
    let terms = Terms::of(reading, index, keys);
    for slot in &memory.kept {
        let kept = slot.get_or_init(|| Box::new(Kept::new(document.statements.list(), &terms)));
        if kept.terms == terms
            && let Some(policy) = kept.put_in(formula, index)
        {
            return policy;
        }
    }
    compile(formula, reading, index, document)
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::formula::{Asked, Question, Setting};
    use crate::limits::InputLimits;
    use crate::policy::{Document, PolicyType, parse};
    use crate::span::Source;

    fn document(statements: &str) -> Document {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        parse(&Source::new("p", text), &InputLimits::default()).document.unwrap()
    }

    const SETTING: Setting = Setting {
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
                for setting in [SETTING, Setting { aws_compat: true, strict_arn: true, ..SETTING }] {
                    let asked = Asked::no_new_access(new, old);
                    let (compiled, recalled) =
                        (Question::new(&asked, setting), Question::recalled(&asked, setting));
                    assert_eq!(compiled.formula.listed(), recalled.formula.listed(), "{new:?} {old:?}");
                    assert_eq!(compiled.conjuncts, recalled.conjuncts);
                    assert_eq!(compiled.allows, recalled.allows);
                }
            }
            let memory: &Memory = new.statements.derived().unwrap();
            assert!(memory.kept[0].get().is_some(), "{new:?}");
        }
    }

    /// Statements that were changed are compiled as they are now.
    #[test]
    fn what_was_changed_is_forgotten() {
        let old = document(STATEMENTS[0]);
        let mut new = old.clone();
        let listed =
            |new: &Document| Question::recalled(&Asked::no_new_access(new, &old), SETTING).formula.listed();
        let before = listed(&new);
        assert_eq!(listed(&new), before);
        new.statements.extend(document(STATEMENTS[3]).statements.iter().cloned());
        let after = Question::new(&Asked::no_new_access(&new, &old), SETTING).formula.listed();
        assert!(after != before);
        for _ in 0..3 {
            assert_eq!(listed(&new), after);
        }
    }
}
