//! Compiles documents: a statement is the AND of its parts; a policy allows a request if some Allow and no Deny applies.

use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::policy_variable::template_test;
use crate::encode::{condition, principal};
use crate::formula::{Formula, Lit, PatternKey, Site, SiteElement, VariableId};
use crate::policy::{
    ActionPattern, Document, Effect, Element, RequestSet, ResourcePattern, ResourceShape, Statement, Template,
};
use crate::span::Spanned;

/// A document as formulas, one for each statement.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    /// In source order.
    pub statements: Vec<(Effect, Lit)>,
}

impl CompiledPolicy {
    /// Compiles the statements that matter to the query; the others apply to none of the requests in question.
    pub(crate) fn of<'a>(
        formula: &mut Formula<'a>,
        aws_compat: bool,
        document: &'a Document,
        matters: impl Fn(usize, &Statement) -> bool,
        compile: impl Fn(&mut Formula<'a>, usize, &'a Statement) -> Lit,
    ) -> CompiledPolicy {
        if aws_compat {
            formula.separate_keys();
        }
        // Keys are mentioned even if no atom about them remains in the formula.
        document.mentioned_keys().for_each(|key| formula.mention(key));
        let statements = document.statements.iter().enumerate().map(|(number, statement)| {
            let lit = match matters(number, statement) {
                true => compile(formula, number, statement),
                false => Lit::FALSE,
            };
            (statement.effect.value, lit)
        });
        CompiledPolicy { statements: statements.collect() }
    }

    /// Returns the statements with this effect, as index and literal.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = (usize, Lit)> {
        self.statements
            .iter()
            .enumerate()
            .filter(move |(_, (e, _))| *e == effect)
            .map(|(i, (_, lit))| (i, *lit))
    }

    /// Returns "some Allow statement applies and no Deny statement does".
    pub fn allows(&self, formula: &mut Formula<'_>) -> Lit {
        CompiledPolicy::allow_as_one_set(formula, [self])
    }

    /// Returns "the request is in the set that these documents stand for".
    pub(crate) fn are_in<'c>(
        formula: &mut Formula<'_>,
        set: RequestSet,
        documents: impl IntoIterator<Item = &'c CompiledPolicy> + Clone,
    ) -> Lit {
        match set {
            RequestSet::Allowed(_) => CompiledPolicy::allow_as_one_set(formula, documents),
            RequestSet::Granted(_) => {
                let documents = documents.into_iter();
                let allows = documents.flat_map(|document| document.with_effect(Effect::Allow));
                formula.graph.or(allows.map(|(_, lit)| lit))
            }
            RequestSet::Denied => {
                let documents = documents.into_iter();
                let denies = documents.flat_map(|document| document.with_effect(Effect::Deny));
                formula.graph.or(denies.map(|(_, lit)| lit))
            }
        }
    }

    /// Returns "some Allow statement of these documents applies, and none of their Deny statements does".
    fn allow_as_one_set<'c>(
        formula: &mut Formula<'_>,
        documents: impl IntoIterator<Item = &'c CompiledPolicy> + Clone,
    ) -> Lit {
        let with_effect = |effect| {
            let documents = documents.clone().into_iter();
            documents.flat_map(move |document| document.with_effect(effect)).map(|(_, lit)| lit)
        };
        let allow = formula.graph.or(with_effect(Effect::Allow));
        let deny = formula.graph.or(with_effect(Effect::Deny));
        formula.graph.and([allow, !deny])
    }
}

/// Compiles a document. `index` is its place among the documents of the check.
///
/// ```
/// use iamsat::formula::{Formula};
/// use iamsat::encode::{Context, compile};
/// use iamsat::query::{Query, Semantics};
/// use iamsat::policy::PolicyType;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
///     {"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]"#);
/// let context = Context::of(&Query::find([&policy], [], []), Semantics::of(PolicyType::Identity));
/// let mut formula = Formula::default();
/// let first = compile(&mut formula, &context, 0, &policy);
/// let again = compile(&mut formula, &context, 1, &policy);
/// // What two documents have in common is one node.
/// assert_eq!(first.allows(&mut formula), again.allows(&mut formula));
/// assert_eq!(formula.atom_count(), 2);
/// ```
pub fn compile<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    index: usize,
    document: &'a Document,
) -> CompiledPolicy {
    let compile = |formula: &mut Formula<'a>, number, statement| {
        compile_statement(formula, context, (index, number), statement)
    };
    CompiledPolicy::of(formula, context.semantics.aws_compat, document, |_, _| true, compile)
}

/// Compiles a statement to the AND of its parts, given the index of its document in the query and its own index in the document.
pub(crate) fn compile_statement<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    (document, number): (usize, usize),
    statement: &'a Statement,
) -> Lit {
    let site = &mut |element: SiteElement| Site { document, statement: number, element };
    let principal = match &statement.principal {
        Some(element) => principal::compile(
            formula,
            context,
            element,
            statement.effect.value,
            site(SiteElement::Principal),
        ),
        None => Lit::TRUE,
    };
    let action = action(formula, &statement.action, site);
    let whole = context.allows_whole_resource && statement.effect.value == Effect::Allow;
    let resource = match &statement.resource {
        Some(element) if whole && !element.negated && element.values.iter().any(is_abbreviation) => Lit::TRUE,
        Some(element) => resource(formula, context, element, site),
        None if whole => Lit::TRUE,
        None => {
            let site = site(SiteElement::MissingResource);
            if context.is_about_all_resources(site.document) {
                Lit::TRUE
            } else {
                formula.opaque(Code::MissingResource, "", site)
            }
        }
    };
    let mut parts = Vec::with_capacity(3 + statement.conditions.len());
    parts.extend([principal, action, resource]);
    for (i, c) in statement.conditions.iter().enumerate() {
        parts.push(condition::compile(formula, context, c, site(SiteElement::Condition(i))));
    }
    formula.graph.and(parts)
}

/// Returns the OR of the values of an element, or its negation; `NotAction: []` and `NotResource: []` are undocumented.
fn element<'a, T>(
    formula: &mut Formula<'a>,
    element: &'a Element<T>,
    empty_rule: Code,
    site: Site,
    mut value: impl FnMut(&mut Formula<'a>, usize, &'a T) -> Lit,
) -> Lit {
    if element.values.is_empty() && element.negated {
        return formula.opaque(empty_rule, "", site);
    }
    let values: Vec<Lit> =
        element.values.iter().enumerate().map(|(i, v)| value(formula, i, &v.value)).collect();
    formula.graph.or(values).negate_if(element.negated)
}

fn action<'a>(
    formula: &mut Formula<'a>,
    actions: &'a Element<ActionPattern>,
    site: &mut dyn FnMut(SiteElement) -> Site,
) -> Lit {
    element(formula, actions, Code::EmptyNotAction, site(SiteElement::Action(0)), |formula, i, pattern| {
        action_pattern(formula, pattern, site(SiteElement::Action(i)))
    })
}

/// Returns "the action matches the pattern".
pub fn action_pattern<'a>(formula: &mut Formula<'a>, pattern: &'a ActionPattern, site: Site) -> Lit {
    if pattern.is_any() {
        return Lit::TRUE;
    }
    let matches = formula.matches(VariableId::ACTION, PatternKey::Glob(&pattern.glob));
    if pattern.has_service_wildcard() {
        let opaque = formula.opaque(Code::ServiceWildcard, "", site);
        formula.graph.and([matches, opaque])
    } else {
        matches
    }
}

fn resource<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    resources: &'a Element<ResourcePattern>,
    site: &mut dyn FnMut(SiteElement) -> Site,
) -> Lit {
    element(
        formula,
        resources,
        Code::EmptyNotResource,
        site(SiteElement::Resource(0)),
        |formula, i, pattern| resource_pattern(formula, context, pattern, site(SiteElement::Resource(i))),
    )
}

/// Returns "the resource matches the pattern".
pub fn resource_pattern<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    pattern: &'a ResourcePattern,
    site: Site,
) -> Lit {
    match &pattern.shape {
        ResourceShape::Any => Lit::TRUE,
        ResourceShape::Abbreviation => {
            formula.opaque(Code::ResourceAbbreviation, pattern.template.to_string(), site)
        }
        ResourceShape::Arn { .. } if context.is_disputed(&pattern.template) => {
            formula.opaque(Code::TagKeyInTwoSpellings, &*pattern.text, site)
        }
        ResourceShape::Arn { fields, completed } => {
            let variables = pattern.template.has_variables();
            let definite = if variables {
                template_test(formula, context, VariableId::RESOURCE, fields.as_slice(), site)
            } else {
                let key = PatternKey::Fields { whole: &pattern.template, fields };
                formula.matches(VariableId::RESOURCE, key)
            };
            if *completed || (context.semantics.strict_arn && crosses_colons(fields)) {
                // A match only under the whole-string reading is disputed.
                let whole = if variables {
                    let whole = std::slice::from_ref(&pattern.template);
                    template_test(formula, context, VariableId::RESOURCE, whole, site)
                } else {
                    formula.matches(VariableId::RESOURCE, PatternKey::Glob(&pattern.template))
                };
                let opaque = formula.opaque(Code::WholeStringResource, pattern.template.to_string(), site);
                let disputed = formula.graph.and([whole, opaque]);
                formula.graph.or([definite, disputed])
            } else {
                definite
            }
        }
    }
}

fn is_abbreviation(pattern: &Spanned<ResourcePattern>) -> bool {
    pattern.value.shape == ResourceShape::Abbreviation
}

fn crosses_colons(fields: &[Template; 6]) -> bool {
    fields.iter().take(5).any(|field| field.as_literal().is_none())
}
