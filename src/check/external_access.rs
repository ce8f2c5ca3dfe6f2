//! Whom does a policy let in from outside a zone of trust?
//!
//! A finding is a part of an Allow statement: one principal, and the values of its other lists with which someone outside is let
//! in. Where Deny statements leave nothing but what they name, a finding is narrowed to that. Findings that the others
//! cover are dropped, and one more question proves that the rest covers everything.

use super::inquiry::Inquiry;
use super::region::{Axis, Region};
use super::{Answer, Options, Zone, find, no_public_access};
use crate::evaluate::{self, Decision};
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{
    Condition, Document, Effect, OperatorBase, PolicyType, PrincipalMeaning, ResourceType, parse,
};
use crate::request::{Request, is_trust_key};
use crate::solve::{Finding, Unknown, UnknownReason, Verdict};
use crate::span::Source;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Access from outside.
#[derive(Clone, Debug)]
pub struct ExternalFinding {
    /// The Allow statement that gives it.
    pub statement: usize,
    /// All Allow statements that by themselves allow the request of the finding, this one among them.
    pub statements: Vec<usize>,
    /// What it covers, as a policy of one statement.
    pub document: Document,
    /// Whether all requests that it covers are allowed and from outside, which is proved, or maybe some only.
    pub is_wholly_outside: bool,
    /// Whether outsiders of whom the policy knows nothing are among those let in, or this is not known.
    pub is_public: bool,
    /// An allowed request from outside.
    pub finding: Finding,
}

/// All access from outside.
#[derive(Clone, Debug)]
pub struct ExternalAccess {
    /// The findings, by statement.
    pub findings: Vec<ExternalFinding>,
    /// PASS if the findings cover all access from outside; otherwise what they do not cover, or why it is not known.
    pub rest: Answer,
}

impl ExternalAccess {
    /// Whether it is proved that the findings cover everything.
    pub fn is_complete(&self) -> bool {
        matches!(self.rest.verdict, Verdict::Pass(_))
    }
}

/// All access that `policy`, of a resource of this type, gives to anyone outside `zone`.
///
/// These are the external access findings of IAM Access Analyzer. Services are never outside. Source: IAM User Guide, "Findings
/// for external access" (page `access-analyzer-concepts`).
///
/// ```
/// use iamsat::check::{Options, Zone, external_access};
/// use iamsat::policy::ResourceType;
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"],
///     "Service":"ec2.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#);
/// let zone = Zone::new(&["111122223333"], &[] as &[&str]).unwrap();
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let outside = external_access(&policy, bucket, &zone, &Options::default());
/// assert!(outside.is_complete());
/// assert_eq!(outside.findings.len(), 1);
/// assert!(outside.findings[0].is_wholly_outside && !outside.findings[0].is_public);
/// assert_eq!(&*outside.findings[0].document.statements[0].principal.as_ref().unwrap().values[0].value.text, "444455556666");
/// ```
pub fn external_access(
    policy: &Document,
    resource_type: ResourceType,
    zone: &Zone,
    options: &Options,
) -> ExternalAccess {
    let options = &Options { policy_type: Some(PolicyType::Resource), ..options.clone() };
    let with_resource = policy.statements.iter().any(|s| s.resource.is_some());
    let keys: BTreeSet<&str> = policy.mentioned_keys().collect();
    let Some(trusted) = zone.document(with_resource, &|key| keys.contains(key)) else {
        return ExternalAccess { findings: Vec::new(), rest: find([policy], [], [], options) };
    };
    let first = find([policy], [], [&trusted], options);
    let Verdict::Fail(shown) = &first.verdict else {
        return ExternalAccess { findings: Vec::new(), rest: first };
    };
    let inquiry = Inquiry::of(&Options { certify: false, ..options.clone() });
    let mut search = Analyzer { policy, trusted: &trusted, resource_type, inquiry, with_resource };
    match search.findings(shown) {
        Ok(findings) => {
            let covered = findings.iter().map(|finding| &finding.document);
            let rest = find([policy], [], std::iter::once(&trusted).chain(covered), options);
            ExternalAccess { findings, rest }
        }
        Err(limit) => {
            let unknown = Unknown { reasons: vec![UnknownReason::Exhausted(limit)], candidate: None };
            let mut rest = first.clone();
            rest.verdict = Verdict::Unknown(Box::new(unknown));
            ExternalAccess { findings: Vec::new(), rest }
        }
    }
}

struct Analyzer<'d> {
    policy: &'d Document,
    trusted: &'d Document,
    resource_type: ResourceType,
    inquiry: Inquiry,
    with_resource: bool,
}

/// What is known about requests from outside in some part of a statement.
enum Outside {
    Some(Box<Finding>),
    None,
    Unknown,
}

impl Analyzer<'_> {
    fn findings(&mut self, shown: &[Finding]) -> Result<Vec<ExternalFinding>, Exhausted> {
        let mut found = Vec::new();
        for first in shown {
            let Some(whole) = Region::whole(self.policy, first.statement) else { continue };
            let cells: Vec<Region> = match whole.values(Axis::Principal) {
                Some(values) => values.iter().map(|v| whole.with(Axis::Principal, vec![*v])).collect(),
                None => vec![whole],
            };
            for cell in cells {
                self.cell(cell, &mut found)?;
            }
        }
        self.without_covered(&mut found)?;
        let policy =
            self.inquiry.ask(|options| no_public_access(self.policy, self.resource_type, options))?;
        let is_public = !matches!(policy.verdict, Verdict::Pass(_));
        for finding in &mut found {
            finding.is_wholly_outside = self.is_wholly_outside(&finding.document)?;
            finding.is_public = self.is_public(&finding.document, is_public)?;
        }
        Ok(found)
    }

    /// The findings about one principal of a statement.
    fn cell(&mut self, cell: Region, found: &mut Vec<ExternalFinding>) -> Result<(), Exhausted> {
        let Some(document) = cell.document(self.policy) else { return Ok(()) };
        let Outside::Some(first) = self.outside(&document)? else { return Ok(()) };
        let region = self.narrowed(cell, first.witness.request())?;
        let Some(document) = region.document(self.policy) else { return Ok(()) };
        let parts = match self.is_wholly_outside(&document)? {
            true => vec![document],
            false => self.refined(document)?,
        };
        for document in parts {
            let Outside::Some(finding) = self.outside(&document)? else { continue };
            found.push(ExternalFinding {
                statement: region.statement(),
                statements: self.allowing(finding.witness.request()),
                document,
                is_wholly_outside: false,
                is_public: true,
                finding: *finding,
            });
        }
        Ok(())
    }

    /// The region without the values with which nobody outside is let in.
    fn narrowed(&mut self, mut region: Region, known: &Request) -> Result<Region, Exhausted> {
        let lists: Vec<(Axis, Vec<usize>)> =
            region.lists().map(|(axis, values)| (axis, values.to_vec())).collect();
        for (axis, values) in lists.into_iter().filter(|(_, values)| values.len() > 1) {
            let mut kept = Vec::new();
            for value in values {
                let slice = region.with(axis, vec![value]);
                let Some(document) = slice.document(self.policy) else { continue };
                // A request from outside that is known saves a question.
                if self.holds(&document, known) || self.may_be_outside(&document, &[])? {
                    kept.push(value);
                }
            }
            region = region.with(axis, kept);
        }
        Ok(region)
    }

    /// The part of a statement, or where nobody outside is let in but those whom Deny statements name, the parts for these.
    fn refined(&mut self, document: Document) -> Result<Vec<Document>, Exhausted> {
        let named: Vec<(Named, Document)> = self
            .named(&document)
            .into_iter()
            .filter_map(|named| {
                let text = named.document(self.with_resource);
                Some((named, read("named", &text)?))
            })
            .collect();
        if named.is_empty() {
            return Ok(vec![document]);
        }
        let others: Vec<&Document> = named.iter().map(|(_, document)| document).collect();
        if self.may_be_outside(&document, &others)? {
            return Ok(vec![document]);
        }
        Ok(named.iter().filter_map(|(named, _)| named.within(&document)).collect())
    }

    /// Whom Deny statements name, as far as the part of a statement does not say it already.
    fn named(&self, part: &Document) -> Vec<Named> {
        let Some(own) = part.statements.first() else { return Vec::new() };
        let anyone = own.principal.as_ref().is_some_and(|p| {
            let any = p.values.iter().all(|v| v.value.meaning == PrincipalMeaning::AwsAny);
            !p.negated && (p.everyone || (!p.values.is_empty() && any))
        });
        let mut named = Vec::new();
        for statement in self.policy.statements.iter().filter(|s| s.effect.value == Effect::Deny) {
            let principals = statement.principal.iter().filter(|p| p.negated && anyone);
            for value in principals.flat_map(|p| &p.values) {
                named.push(Named::Principal(value.value.kind.name(), value.value.text.to_string()));
            }
            for condition in &statement.conditions {
                let key = &*condition.key.value.name;
                let is_trust = is_trust_key(key, self.resource_type) || key == "aws:sourceip";
                let is_new = own.conditions.iter().all(|c| &*c.key.value.name != key);
                if is_trust && is_new && condition.operator.value.base != OperatorBase::Null {
                    named.extend(condition.values.iter().map(|v| Named::of(condition, &v.value.text)));
                }
            }
        }
        let mut once: Vec<Named> = Vec::new();
        for one in named {
            if !once.contains(&one) {
                once.push(one);
            }
        }
        once
    }

    /// Whether the request is in the part.
    fn holds(&self, part: &Document, request: &Request) -> bool {
        let mut options = evaluate::Options::for_documents(&[self.policy, self.trusted]);
        options.policy_type = PolicyType::Resource;
        options.strict_arn = self.inquiry.options().strict_arn;
        options.resource_unconstrained = true;
        evaluate::decide(&[part], request, &options) == Decision::Allowed
    }

    /// A request from outside in the part.
    fn outside(&mut self, part: &Document) -> Result<Outside, Exhausted> {
        Ok(match self.inquiry.ask(|options| find([self.policy], [part], [self.trusted], options))?.verdict {
            Verdict::Fail(findings) => {
                findings.into_iter().next().map_or(Outside::None, |f| Outside::Some(Box::new(f)))
            }
            Verdict::Pass(_) => Outside::None,
            Verdict::Unknown(_) => Outside::Unknown,
        })
    }

    /// The part of an Allow statement with everything that is denied: what it allows, the policy allows. One statement to ask
    /// about instead of all.
    fn with_denials(&self, part: &Document) -> Document {
        let mut with_denials = part.clone();
        let denials = self.policy.statements.iter().filter(|s| s.effect.value == Effect::Deny);
        with_denials.statements.extend(denials.cloned());
        with_denials
    }

    /// Whether it is not proved that the part holds no request from outside that is in none of the others.
    fn may_be_outside(&mut self, part: &Document, others: &[&Document]) -> Result<bool, Exhausted> {
        let part = self.with_denials(part);
        let without = std::iter::once(self.trusted).chain(others.iter().copied());
        Ok(!self.inquiry.proves(|options| find([&part], [], without, options))?)
    }

    /// Whether it is proved that every request of the part is allowed, and from outside.
    fn is_wholly_outside(&mut self, part: &Document) -> Result<bool, Exhausted> {
        Ok(self.inquiry.proves(|options| find([part], [self.trusted], [], options))?
            && self.inquiry.proves(|options| find([part], [], [self.policy], options))?)
    }

    /// Whether the part, together with all that is denied, is public, or that is not known. Of a policy that is public by the
    /// number of addresses of all its parts together, each part with addresses is.
    fn is_public(&mut self, part: &Document, policy_is_public: bool) -> Result<bool, Exhausted> {
        let with_denials = self.with_denials(part);
        let answer =
            self.inquiry.ask(|options| no_public_access(&with_denials, self.resource_type, options))?;
        let some_addresses = answer.addresses.is_some_and(|addresses| !addresses.intervals().is_empty());
        Ok(!matches!(answer.verdict, Verdict::Pass(_)) || (policy_is_public && some_addresses))
    }

    /// The Allow statements that by themselves allow the request.
    fn allowing(&self, request: &Request) -> Vec<usize> {
        let mut options = evaluate::Options::for_documents(&[self.policy]);
        options.policy_type = PolicyType::Resource;
        options.strict_arn = self.inquiry.options().strict_arn;
        let statements = self.policy.statements.iter().enumerate();
        let allows = statements.filter(|(_, s)| {
            evaluate::decide_among(std::iter::once(*s), request, &options) == Decision::Allowed
        });
        allows.map(|(index, _)| index).collect()
    }

    /// Drops the findings that the others cover, those that come last first.
    fn without_covered(&mut self, found: &mut Vec<ExternalFinding>) -> Result<(), Exhausted> {
        let mut place = found.len();
        while let Some(at) = place.checked_sub(1) {
            place = at;
            let Some(own) = found.get(at) else { break };
            if found.len() == 1 {
                break;
            }
            let others: Vec<&Document> = found
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, other)| &other.document)
                .collect();
            if !self.may_be_outside(&own.document, &others)? {
                found.remove(at);
            }
        }
        Ok(())
    }
}

fn read(name: &str, text: &str) -> Option<Document> {
    parse(&Source::new(name, text), &InputLimits::default()).document
}

/// Someone whom a Deny statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// A value of NotPrincipal.
    Principal(&'static str, String),
    /// Operator, key and value of a condition, without negation.
    Condition(String, String, String),
}

impl Named {
    fn of(condition: &Condition, value: &str) -> Named {
        let operator = condition.operator.value;
        let set = if operator.set.is_some() { "ForAnyValue:" } else { "" };
        // `StringNotLike` is `StringLike`, `NotIpAddress` is `IpAddress`.
        let base = operator.base.name().replacen("Not", "", 1);
        Named::Condition(format!("{set}{base}"), condition.key.value.text.to_string(), value.to_owned())
    }

    /// All requests of them, as a policy.
    fn document(&self, with_resource: bool) -> String {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*"});
        if let (true, Value::Object(members)) = (with_resource, &mut statement) {
            members.insert("Resource".to_owned(), json!("*"));
        }
        self.put_into(&mut statement);
        json!({"Version": "2012-10-17", "Statement": statement}).to_string()
    }

    /// The part of a statement that is about them.
    fn within(&self, part: &Document) -> Option<Document> {
        let mut text: Value = serde_json::from_str(part.source.text()).ok()?;
        self.put_into(text.get_mut("Statement")?);
        read(part.source.name(), &text.to_string())
    }

    fn put_into(&self, statement: &mut Value) {
        let Value::Object(members) = statement else { return };
        match self {
            Named::Principal(kind, text) => {
                members.insert("Principal".to_owned(), json!({*kind: text}));
            }
            Named::Condition(operator, key, value) => {
                let conditions = members.entry("Condition").or_insert_with(|| json!({}));
                let Value::Object(conditions) = conditions else { return };
                let keys = conditions.entry(operator.as_str()).or_insert_with(|| json!({}));
                if let Value::Object(keys) = keys {
                    keys.insert(key.clone(), json!([value]));
                }
            }
        }
    }
}
