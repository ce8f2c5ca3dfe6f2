//! Answers a line about policies alone: `compare`, `diff`, `find`, `lint` and `simulate`, with the views of the command line.

use super::can::list;
use super::config::Summary;
use crate::check::{self, Answer, Options, Property, compare, find};
use crate::evaluate::Decision;
use crate::policy::{Document, Layers, PolicyType};
use crate::report::{self, Changes, Compared, Failure, Found, Simulation, Status, Subject};
use crate::request::RequestSpec;
use crate::solve::Verdict;
use crate::surface::{
    Simulating, answered, context_of, fit, isolated, of_one_side, of_property, request_of, simulated_under,
};

/// The members of a line that describe a request, as they are written.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'l> {
    pub(super) principal: Option<&'l str>,
    pub(super) actions: Option<&'l str>,
    pub(super) resources: Option<&'l str>,
    pub(super) condition: Option<&'l str>,
    pub(super) context: Option<&'l str>,
    pub(super) relevant: Option<&'l str>,
}

/// Compares the existing policy (left) with the new one (right), and calls `write` with the answer.
pub(super) fn compared(
    [existing, new]: [&Document; 2],
    options: &Options,
    write: impl FnOnce(&Compared<'_>),
) -> Result<Summary, Failure> {
    fit(&[existing, new], options.policy_type)?;
    let options = options.sharing();
    let comparison = answered(|| compare(existing, new, &options))?;
    let compared = isolated(|| Compared::new(&comparison, [existing, new], &options))?;
    write(&compared);
    Ok(summary(compared.status()))
}

/// Lists the differences between the existing policy and the new one, and calls `write` with the answer.
pub(super) fn different(
    [existing, new]: [&Document; 2],
    options: &Options,
    write: impl FnOnce(&Changes<'_>),
) -> Result<Summary, Failure> {
    fit(&[existing, new], options.policy_type)?;
    let options = options.sharing();
    let differences = answered(|| Changes::differences([existing, new], &options))?;
    let same = |verb: &str| format!("both {verb} the same (proved for every request)");
    let changes = isolated(|| Changes::new([existing, new], differences, &options, same))?;
    write(&changes);
    Ok(summary(changes.status().0))
}

/// Finds parts without effect, and parts that allow more than they appear to; calls `write` with the outcome.
pub(super) fn linted(
    policy: &Document,
    options: &Options,
    write: impl FnOnce(&Subject),
) -> Result<Summary, Failure> {
    fit(&[policy], options.policy_type)?;
    let options = options.sharing();
    let found = answered(|| check::lint(policy, &options))?;
    let subject = isolated(|| report::lint(policy, policy.source.name(), &found, &options))?;
    write(&subject);
    Ok(summary(subject.status))
}

impl Asked<'_> {
    /// Finds a request with the properties of the line that the policies, read as one set, allow; calls `write` with the answer.
    pub(super) fn found(
        &self,
        policies: &[&Document],
        options: &Options,
        write: impl FnOnce(&Found<'_>),
    ) -> Result<(Summary, Answer), Failure> {
        fit(policies, options.policy_type)?;
        if options.policy_type.is_none() {
            of_one_side(policies)?;
        }
        let policy_type = match options.policy_type {
            Some(given) => given,
            None => PolicyType::infer(policies.iter().copied()),
        };
        let principal = self.principal()?;
        if !policy_type.has_principals() && principal.is_some() {
            return Err(Failure::validation(
                "such a policy applies to any principal it is attached to: leave out `principal`, and ask with `condition` about \
                 aws:PrincipalArn or aws:PrincipalAccount",
            ));
        }
        let property = Property {
            actions: list("actions", self.actions)?,
            resources: list("resources", self.resources)?,
            condition: self.condition.map(str::to_owned),
            ..principal.map_or_else(Property::default, |principal| Property::by(&principal))
        };
        let within = [property.document().map_err(of_property)?];
        let options = options.sharing();
        let policies = || policies.iter().copied();
        let answer = answered(|| find(policies(), &within, [], &options))?;
        // A PASS about a policy that allows nothing says nothing about the properties.
        let plain = Options { certificate: false, ..options.clone() };
        let at_all = || find(policies(), [], [], &plain);
        let allow_nothing = answer.verdict.is_pass() && answered(at_all)?.verdict.is_pass();
        let found = Found {
            policies: policies().collect(),
            arguments: policies().map(|policy| policy.source.name()).collect(),
            within: within.iter().collect(),
            answer: &answer,
            options: &options,
            allow_nothing,
            why: None,
        };
        write(&found);
        let summary = summary(match answer.verdict {
            Verdict::Pass(_) => Status::Pass,
            Verdict::Fail(_) => Status::Fail,
            Verdict::Unknown(_) => Status::Unknown,
        });
        Ok((summary, answer))
    }

    /// Decides the request of the line by policies that are read as one set; calls `write` with the decision.
    pub(super) fn simulated(
        &self,
        policies: &[&Document],
        options: &Options,
        write: impl FnOnce(&Simulation<'_>),
    ) -> Result<Summary, Failure> {
        fit(policies, options.policy_type)?;
        if options.policy_type.is_none() {
            of_one_side(policies)?;
        }
        let spelled = self.spelled(options)?;
        let relevant = self.is_relevant()?;
        let simulating = Simulating { spelled: &spelled, expected: None, options, relevant };
        Ok(decided(&simulating.simulated(policies.to_vec())?, write))
    }

    /// Decides the request of the line under layers; calls `write` with the decision.
    pub(super) fn simulated_under(
        &self,
        layers: &Layers<Document>,
        options: &Options,
        write: impl FnOnce(&Simulation<'_>),
    ) -> Result<Summary, Failure> {
        if self.is_relevant()? {
            return Err(Failure::validation(
                "`relevant` is about policies, not about `layers`: leave it out",
            ));
        }
        let request = request_of(&self.spelled(options)?)?;
        Ok(decided(&simulated_under(request, layers, (options, None))?, write))
    }

    /// Returns the request as the line spells it.
    fn spelled(&self, options: &Options) -> Result<RequestSpec, Failure> {
        let one = |name: &str, member: Option<&str>| match list(name, member)?.as_slice() {
            [one] => Ok(one.clone()),
            _ => Err(Failure::validation(format!("`{name}` has to name one: a request is about one"))),
        };
        Ok(RequestSpec {
            principal: self.principal()?,
            action: one("actions", self.actions)?,
            resource: one("resources", self.resources)?,
            context: self.context()?,
            bare_context: options.aws_compat,
            ..RequestSpec::default()
        })
    }

    fn is_relevant(&self) -> Result<bool, Failure> {
        match self.relevant {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Failure::validation("`relevant` has to be true or false")),
        }
    }

    fn principal(&self) -> Result<Option<String>, Failure> {
        let text = |member: &str| {
            serde_json::from_str(member).map_err(|_| Failure::validation("`principal` has to be a string"))
        };
        self.principal.map(text).transpose()
    }

    /// Returns the keys and values of `{"KEY": ["VALUE"]}`.
    fn context(&self) -> Result<Vec<(String, String)>, Failure> {
        let Some(context) = self.context else { return Ok(Vec::new()) };
        context_of(context).ok_or_else(|| {
            Failure::validation(
                "`context` is not valid: write {\"KEY\": [\"VALUE\"]}, every key once and all values as strings",
            )
        })
    }
}

/// Calls `write` with a decision, and returns its outcome.
fn decided(simulation: &Simulation<'_>, write: impl FnOnce(&Simulation<'_>)) -> Summary {
    write(simulation);
    summary(match simulation.decision {
        Decision::Allowed => Status::Pass,
        Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Status::Fail,
        Decision::Undetermined => Status::Unknown,
    })
}

fn summary(status: Status) -> Summary {
    let none = Summary::default();
    match status {
        Status::Pass => Summary { pass: 1, ..none },
        Status::Fail => Summary { fail: 1, ..none },
        Status::Unknown => Summary { unknown: 1, ..none },
        Status::Skipped => Summary { skipped: 1, ..none },
        Status::Error => Summary { errors: 1, ..none },
    }
}
