//! A statement compiled once for many queries.
//!
//! The formula of a statement depends on the statement and on its [`CompileKey`]. It is kept as a [`Snapshot`] under that key,
//! and each query puts the snapshot into its own formula. The result is the formula that compiling would give, index for index.

use crate::encode::context::Context;
use crate::encode::prepared::key::CompileKey;
use crate::encode::statement::compile_statement;
use crate::formula::Lit;
use crate::formula::{Formula, Snapshot};
use crate::index::broken;
use crate::policy::{Statement, Statements};
use self_cell::self_cell;
use std::sync::OnceLock;

/// The number of keys under which one statement is kept: a document may play several roles.
const KEPT: usize = 3;

/// A statement, compiled under the first keys that queries needed.
#[derive(Debug, Default)]
pub(super) struct CompiledStatement {
    kept: [OnceLock<Box<Kept>>; KEPT],
}

/// A statement compiled under one key.
struct Kept {
    key: CompileKey,
    compiled: Compiled,
}

/// The formula of a statement, and its literal that says that the statement applies.
struct SnapshotWithLiteral<'a> {
    snapshot: Snapshot<'a>,
    literal: Lit,
}

self_cell! {
    /// A snapshot borrows the names and patterns of its statement, as every formula does. Owned copies would need a second type
    /// for each of them, and would store the policy a second time.
    struct Compiled {
        owner: Statements,
        #[covariant]
        dependent: SnapshotWithLiteral,
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.key.fmt(f)
    }
}

impl Kept {
    fn new(statements: &Statements, number: usize, key: CompileKey) -> Kept {
        let compiled = Compiled::new(statements.clone(), |statements| {
            let statement = own(statements, number);
            let mut formula = Formula::default();
            if key.semantics.aws_compat {
                formula.separate_keys();
            }
            let literal = compile_statement(&mut formula, &key.context(statement), (0, number), statement);
            SnapshotWithLiteral { snapshot: Snapshot::of(formula), literal }
        });
        Kept { key, compiled }
    }

    fn put_in<'a>(&'a self, formula: &mut Formula<'a>, at: (usize, usize)) -> Lit {
        let recorded = self.compiled.borrow_dependent();
        formula.put_in(&recorded.snapshot, at, recorded.literal)
    }
}

impl CompiledStatement {
    /// Puts the statement at this place of the query into a formula.
    pub(super) fn put_in<'a>(
        &'a self,
        formula: &mut Formula<'a>,
        context: &Context<'a>,
        at: (usize, usize),
        statements: &'a Statements,
    ) -> Lit {
        let (document, number) = at;
        let statement = own(statements, number);
        let key = CompileKey::of(context, document, statement);
        for slot in &self.kept {
            let kept = slot.get_or_init(|| Box::new(Kept::new(statements, number, key.clone())));
            if kept.key == key {
                return kept.put_in(formula, at);
            }
        }
        compile_statement(formula, context, at, statement)
    }
}

fn own(statements: &Statements, number: usize) -> &Statement {
    match statements.get(number) {
        Some(statement) => statement,
        None => broken("a compiled statement is one of its document"),
    }
}

#[cfg(test)]
mod tests {
    use crate::encode::{DocumentRef, Encoding, PreparedDocument};
    use crate::limits::InputLimits;
    use crate::policy::{Document, PolicyType, parse};
    use crate::query::{Query, Semantics};
    use crate::span::Source;

    fn document(statements: &str) -> Document {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        parse(&Source::new("p", text), &InputLimits::default()).unwrap()
    }

    const SETTING: Semantics = Semantics {
        policy_type: PolicyType::Resource,
        is_type_inferred: false,
        strict_arn: false,
        aws_compat: false,
        heuristics: false,
        boundary: None,
    };

    /// Statements most of which share something with another.
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

    /// Recalling gives the formula that compiling gives, index for index, for all pairs of these statements, whatever was
    /// compiled together with them before.
    #[test]
    fn recalling_is_compiling() {
        let documents: Vec<PreparedDocument> = (0..STATEMENTS.len())
            .flat_map(|i| (i..STATEMENTS.len()).map(move |j| (i, j)))
            .map(|(i, j)| document(&format!("{},{}", STATEMENTS[i], STATEMENTS[j])).into())
            .collect();
        for new in &documents {
            for old in &documents {
                for semantics in [SETTING, Semantics { aws_compat: true, strict_arn: true, ..SETTING }] {
                    let query = Query::no_new_access(new.document(), old.document());
                    let compiled = Encoding::new(&query, semantics);
                    let prepared = [new, old].map(DocumentRef::from);
                    for _ in 0..2 {
                        let recalled = Encoding::recalled(&query, &prepared, semantics);
                        assert_eq!(compiled.formula.listed(), recalled.formula.listed(), "{new:?} {old:?}");
                        assert_eq!(compiled.conjuncts, recalled.conjuncts);
                        assert_eq!(compiled.goals, recalled.goals);
                    }
                }
            }
            let kept = &new.computed.statements.get().unwrap()[0].kept;
            assert!(kept[0].get().is_some(), "{new:?}");
        }
    }

    /// A document with other statements shares nothing with what was prepared.
    #[test]
    #[should_panic(expected = "broken invariant")]
    fn a_prepared_document_stands_for_itself_alone() {
        let (one, other) = (document(STATEMENTS[0]), document(STATEMENTS[1]));
        let foreign = PreparedDocument::new(other);
        let query = Query::no_new_access(&one, &one);
        Encoding::recalled(&query, &[(&one).into(), (&foreign).into()], SETTING);
    }
}
