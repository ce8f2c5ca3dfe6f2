//! The part of each layer in a decision, for people and programs.

use crate::evaluate::{Decision, LayerTrace, Layered, Truth, deciding, glob_matches, missing};
use crate::explain::display::{one_line, statement_name};
use crate::policy::{Attached, Document, Effect, LayerKind, LayerSet, Layers, PrincipalForms, Statement};
use crate::request::Request;

/// The part of one layer in a decision.
#[derive(Clone, Debug)]
pub struct LayerReport<'a> {
    /// The kind of layer.
    pub kind: LayerKind,
    /// The level, counted from the root, for SCPs and RCPs.
    pub level: Option<usize>,
    /// `deny`, `allow`, `implicit` (no Allow statement applies), `open` or `exempt`.
    pub decision: &'static str,
    /// The sentence about the layer.
    pub says: String,
    /// The statement that decides: its document, its index and itself.
    pub by: Option<(&'a Document, usize, &'a Statement)>,
    /// The names of its policies whose documents are not known.
    pub missing: Vec<String>,
}

/// A decision over layers, explained.
#[derive(Clone, Debug)]
pub struct LayersReport<'a> {
    /// The layers that are attached.
    pub layers: Vec<LayerReport<'a>>,
    /// The decision with the trace from which the reports are made.
    pub layered: Layered,
}

impl<'a> LayersReport<'a> {
    /// Explains a decision of the referee.
    pub fn new(layers: &Layers<&'a Document>, request: &Request, layered: Layered) -> LayersReport<'a> {
        let reports =
            layered.layers.iter().map(|trace| LayerReport::of(layers, &request.action, trace)).collect();
        LayersReport { layers: reports, layered }
    }

    /// Returns the decision in one sentence, with the first layer that blocks the request.
    pub fn sentence(&self) -> String {
        let blocking = self.layered.blocking();
        let report = blocking.and_then(|trace| {
            let is_it = |report: &&LayerReport<'_>| {
                (report.kind, report.level.unwrap_or(0)) == (trace.kind, trace.level)
            };
            self.layers.iter().find(is_it)
        });
        match (self.layered.decision, report) {
            (Decision::Allowed, _) => "allowed by all layers together".to_owned(),
            (Decision::ExplicitlyDenied, Some(report)) => {
                format!("explicitly denied: {} {}", report.name(), report.says)
            }
            (Decision::ImplicitlyDenied, Some(report)) => {
                format!("implicitly denied: {} {}", report.name(), report.says)
            }
            (Decision::ExplicitlyDenied, None) => "explicitly denied".to_owned(),
            (Decision::ImplicitlyDenied, None) => match self.layered.rule {
                Some(rule) => format!("implicitly denied: {rule}"),
                None => "implicitly denied: no layer grants it".to_owned(),
            },
            (Decision::Undetermined, _) => {
                let codes: Vec<&str> = self.layered.open.iter().map(|code| code.as_str()).collect();
                format!("undecided: it depends on {}", codes.join(", "))
            }
        }
    }

    /// Returns one line for each layer.
    pub fn lines(&self) -> Vec<String> {
        let width = self.layers.iter().map(|layer| layer.name().len()).max();
        let line = |layer: &LayerReport<'_>| match width {
            Some(width) => format!("{:width$}  {}", layer.name(), layer.says),
            None => layer.says.clone(),
        };
        let mut lines: Vec<String> = self.layers.iter().map(line).collect();
        lines.extend(self.layered.rule.map(|rule| format!("rule: {rule}")));
        match self.layered.same_account {
            Some(false) => lines.push("the resource is in another account than the requester".to_owned()),
            None if self.layered.open.contains(&crate::code::Code::ResourceWithoutAccount) => {
                lines.push("the account of the resource is not known".to_owned());
            }
            _ => {}
        }
        lines
    }
}

/// True if an Allow statement of one of the policies matches the action.
fn allows_action<'d>(policies: impl Iterator<Item = &'d Document>, action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    let allows = policies
        .flat_map(|document| &document.statements)
        .filter(|statement| statement.effect.value == Effect::Allow);
    allows.map(|statement| &statement.action).any(|element| {
        element.values.iter().any(|value| glob_matches(&value.value.glob, &lower)) != element.negated
    })
}

impl<'a> LayerReport<'a> {
    fn of(layers: &Layers<&'a Document>, action: &str, trace: &LayerTrace) -> LayerReport<'a> {
        let by = deciding(layers, trace);
        let has_levels = matches!(trace.kind, LayerKind::ServiceControl | LayerKind::ResourceControl);
        let missing: Vec<String> = missing(layers, trace).into_iter().map(str::to_owned).collect();
        let (decision, mut says) = match (trace.exempt, trace.deny, trace.allow) {
            (Some(why), _, _) => ("exempt", format!("does not count: {why}")),
            (None, Truth::True, _) => ("deny", format!("denies by {}", named(by))),
            (None, Truth::Unknown, _) => ("open", "may deny".to_owned()),
            (None, Truth::False, Truth::True) => {
                let form = trace.form.map_or("", in_words);
                ("allow", format!("allows by {}{form}", named(by)))
            }
            (None, Truth::False, Truth::Unknown) => ("open", "may allow".to_owned()),
            // `RCPFullAWSAccess` is attached to every level.
            (None, Truth::False, Truth::False) if trace.kind == LayerKind::ResourceControl => {
                ("allow", "does not deny".to_owned())
            }
            (None, Truth::False, Truth::False) => {
                let is_it =
                    |set: &LayerSet<'_, &'a Document>| (set.kind, set.level) == (trace.kind, trace.level);
                let policies = layers.attached().find(is_it).map_or(&[][..], |set| set.policies);
                let names: Vec<String> = policies
                    .iter()
                    .filter_map(Attached::policy)
                    .map(|document| one_line(document.source.name()))
                    .collect();
                let of = match names.as_slice() {
                    [] => String::new(),
                    [one] => format!(" ({one})"),
                    [one, ..] => format!(" ({one} and {} more)", names.len() - 1),
                };
                let of_policies = policies.iter().filter_map(Attached::policy).copied();
                let says = match allows_action(of_policies, action) {
                    true => format!("has no Allow statement that applies{of}"),
                    false => format!("has no Allow statement for {}{of}", one_line(action)),
                };
                ("implicit", says)
            }
        };
        if decision == "open" {
            if let Some(by) = by {
                says.push_str(&format!(" by {}", named(Some(by))));
            } else if !missing.is_empty() {
                says.push_str(&format!(": {} is not known", one_line(&missing.join(", "))));
            }
        }
        LayerReport {
            kind: trace.kind,
            level: has_levels.then_some(trace.level),
            decision,
            says,
            by,
            missing,
        }
    }

    /// Returns the name of the layer, with its level if it has levels.
    pub fn name(&self) -> String {
        match self.level {
            Some(level) => format!("{} {level}", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
}

fn named(by: Option<(&Document, usize, &Statement)>) -> String {
    match by {
        Some((document, index, statement)) => {
            let name = one_line(document.source.name());
            let statement_name = statement_name(index, Some(statement));
            // The policies that are built in, and those in one line, need none.
            match document.source.position(statement.span.start as usize).line {
                1 => format!("{statement_name} of {name}"),
                line => format!("{statement_name} of {name} (line {line})"),
            }
        }
        None => "a policy that is not known".to_owned(),
    }
}

/// Returns the form of a principal in words, which decides what else has to allow.
fn in_words(form: PrincipalForms) -> &'static str {
    match form {
        PrincipalForms::Direct => ", which names the requester directly",
        PrincipalForms::WithRoles => ", which names the role or parent of the session",
        PrincipalForms::All => ", which names the account",
    }
}
