//! The answer to "is there an allowed request with these properties?".

use super::undecided;
use super::world::{among, dated, every_request, latent, unlisted};
use crate::check::{Answer, ONLY_FOR_SCP, Options, WhyNone};
use crate::code::Code;
use crate::evaluate::{self, Decision};
use crate::explain::display::{KeyNames, counted, one_line, plain, statement_name};
use crate::explain::{Blame, Part, blame, replay};
use crate::index::broken;
use crate::policy::{Document, PolicyType};
use crate::report::display;
use crate::report::fingerprint::statement_text;
use crate::report::issue::{Issue, Kind, Mark};
use crate::request::RequestSpec;
use crate::solve::{Finding, Verdict};

/// The answer about a set of policies.
///
/// ```
/// use iamsat::check::{Options, Property, find};
/// use iamsat::report::Found;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
/// let like = Property { actions: vec!["s3:Delete*".into()], ..Property::default() };
/// let like = like.document().unwrap();
/// let options = Options::default();
/// let answer = find([&policy], [&like], [], &options);
/// let found = Found {
///     policies: vec![&policy],
///     arguments: vec!["policy.json"],
///     within: vec![&like],
///     answer: &answer,
///     options: &options,
///     allow_nothing: false,
///     why: None,
/// };
/// assert_eq!(found.issues()[0].code.as_str(), "request-found");
/// ```
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The policies, read as one set.
    pub policies: Vec<&'a Document>,
    /// The arguments that named them.
    pub arguments: Vec<&'a str>,
    /// The properties of the requests in question.
    pub within: Vec<&'a Document>,
    /// The answer.
    pub answer: &'a Answer,
    /// The options of the check.
    pub options: &'a Options,
    /// True if it is proved that the policies allow no request at all.
    pub allow_nothing: bool,
    /// For a PASS: the reason, if it was determined.
    pub why: Option<WhyNone>,
}

impl<'a> Found<'a> {
    /// Lists the policies, then the documents that limit the requests in question.
    pub(in crate::report) fn documents(&self) -> Vec<&'a Document> {
        [self.policies.as_slice(), &self.within].concat()
    }

    fn referee(&self) -> evaluate::Options {
        let mut referee = evaluate::Options::for_documents(&self.policies);
        referee.policy_type = self.answer.policy_type;
        referee.strict_arn = self.options.strict_arn;
        referee
    }

    /// Lists the findings, each with its document and the patterns that let the request through.
    pub(in crate::report) fn explained(&self) -> Vec<(&'a Finding, &'a Document, Blame)> {
        let Verdict::Fail(findings) = &self.answer.verdict else { return Vec::new() };
        let referee = self.referee();
        let explained = |finding: &'a Finding| {
            let document = self.policies.get(finding.document).copied()?;
            Some((finding, document, blame(document, finding, None, &referee)?))
        };
        findings.iter().filter_map(explained).collect()
    }

    /// Makes an issue of each statement that by itself allows such a request, or of the reasons why there is no answer.
    pub fn issues(&self) -> Vec<Issue> {
        let documents = self.documents();
        let names = KeyNames::of(&documents);
        let mut issues: Vec<Issue> = self
            .explained()
            .into_iter()
            .map(|(finding, document, blame)| self.issue(finding, document, &blame, &names))
            .collect();
        if self.allow_nothing {
            let names: Vec<&str> = self.policies.iter().map(|d| d.source.name()).collect();
            let verb = if names.len() == 1 { "allows" } else { "allow" };
            let title = format!(
                "{} {verb} no request at all{}: requests that other policies allow are not considered",
                names.join(" and "),
                among(self.answer.world, self.answer.edition.as_ref())
            );
            let help = "add the policies that allow requests, to be read as one set: --policy A B";
            issues.push(
                Issue::new(Kind::Warning, Code::AllowsNothing, one_line(&title)).with_note("help", help),
            );
        }
        if let Verdict::Unknown(unknown) = &self.answer.verdict {
            let message = "could not decide whether such a request is allowed";
            issues.extend(undecided::among(&documents, unknown, self.answer.policy_type, message));
        }
        issues.extend(self.policies.iter().flat_map(|document| Issue::warnings(document)));
        issues
    }

    fn issue(&self, finding: &Finding, document: &Document, blame: &Blame, names: &KeyNames<'_>) -> Issue {
        let witness = finding.witness.request();
        let statement = document.statements.get(finding.statement);
        let name = statement_name(finding.statement, statement);
        let label = |part: Part| match part {
            Part::Action => "with this action",
            Part::Resource => "on this resource",
            Part::Principal => "by this principal",
        };
        let mut marks = vec![Mark { span: blame.primary.span, label: "allows the request below".to_owned() }];
        let others = blame.others.iter().map(|p| Mark { span: p.span, label: label(p.part).to_owned() });
        marks.extend(others);
        let title = format!(
            "{} allows such a request: {} on {}",
            document.source.name(),
            witness.action,
            witness.resource
        );
        let mut notes = vec![
            ("request", display::table(&display::rows(witness, names, self.answer.policy_type))),
            ("allowed", format!("by {name}")),
        ];
        if self.answer.is_for_scp(finding) {
            notes.push(("note", ONLY_FOR_SCP.to_owned()));
        }
        if let Some(why) = unlisted(self.answer, finding) {
            notes.push(("note", plain(&why)));
        }
        match self.replay(finding, names) {
            Ok(command) => notes.push(("replay", command)),
            Err(why) => notes.push(("no replay", why.to_owned())),
        }
        let text = match statement {
            Some(statement) => statement_text(document, statement),
            None => broken("a finding is about a statement of its document"),
        };
        let like: Vec<&str> = self.within.iter().map(|document| document.source.text()).collect();
        let code = Code::RequestFound;
        Issue {
            source: Some(document.source.clone()),
            marks,
            pointer: Some(blame.primary.pointer.clone()),
            notes,
            ..Issue::new(Kind::Finding, code, one_line(&title))
                .with_fingerprint(&[[code.as_str(), &text].as_slice(), &like].concat())
        }
    }

    /// Tries the command that replays a request and writes it.
    fn replay(&self, finding: &Finding, names: &KeyNames<'_>) -> Result<String, &'static str> {
        let spelled = RequestSpec {
            bare_context: self.options.aws_compat,
            ..RequestSpec::of(finding.witness.request())
        };
        let again = spelled.request().ok();
        let allowed =
            |request| evaluate::decide(&self.policies, &request, &self.referee()) == Decision::Allowed;
        if !again.is_some_and(allowed) {
            return Err("flags cannot express everything that matters about the request");
        }
        let context = spelled
            .context
            .iter()
            .map(|(key, value)| (names.name(key).into_owned(), value.clone()))
            .collect();
        let spelled = RequestSpec { context, ..spelled };
        replay::command(&spelled, &self.arguments, "allowed", self.options.strict_arn)
    }

    /// Names the Deny statements that stop every request in question.
    pub(in crate::report) fn denials(&self) -> Vec<(&'a Document, usize)> {
        match &self.why {
            Some(WhyNone::Denied(denials)) => denials
                .iter()
                .filter_map(|(policy, statement)| Some((*self.policies.get(*policy)?, *statement)))
                .collect(),
            Some(WhyNone::NoAllow) | None => Vec::new(),
        }
    }

    /// Says why no request is allowed, as a part of a sentence.
    fn because(&self) -> String {
        let name = |(document, index): &(&Document, usize)| {
            let statement = document.statements.get(*index);
            let line = statement.map_or(document.span, |statement| statement.span).start as usize;
            let (source, place) = (document.source.place_name(), document.source.position(line));
            format!("{} ({source}:{})", statement_name(*index, statement), place.line)
        };
        let names: Vec<String> = self.denials().iter().map(name).collect();
        match (&self.why, names.as_slice()) {
            (None, _) => String::new(),
            (Some(WhyNone::NoAllow), _) => ", because no Allow statement allows one".to_owned(),
            (Some(WhyNone::Denied(_)), [one]) => {
                format!(", because {one}, a Deny, denies all of these that an Allow statement allows")
            }
            (Some(WhyNone::Denied(_)), several) => {
                format!(
                    ", because Deny statements deny all of these that an Allow statement allows: {}",
                    several.join(" and ")
                )
            }
        }
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let names: Vec<&str> = self.policies.iter().map(|d| d.source.name()).collect();
        let (world, edition) = (self.answer.world, self.answer.edition.as_ref());
        let every = every_request(world, edition);
        let end = latent(self.answer) + &among(world, edition);
        let verb = if names.len() == 1 { "allows" } else { "allow" };
        let names = names.join(" and ");
        let sentence = match &self.answer.verdict {
            Verdict::Pass(_) if self.allow_nothing => {
                format!(
                    "PASS. {names} {verb} nothing by {}: proved for {every}",
                    if self.policies.len() == 1 { "itself" } else { "themselves" }
                )
            }
            Verdict::Pass(_) => {
                let why = self.because();
                let end = match self.answer.policy_type {
                    PolicyType::Resource => format!(
                        "nothing to do about {names} alone; another policy may still allow such requests that no Deny of {names} covers: to refuse those too, add a Deny for them to {}",
                        if self.policies.len() == 1 { names.as_str() } else { "one of these" }
                    ),
                    _ => "nothing to do".to_owned(),
                };
                format!("PASS. {names} {verb} no such request{why}: proved for {every}; {end}")
            }
            Verdict::Fail(findings) => {
                let what = counted(findings.len(), "statement");
                let verb = if findings.len() == 1 { "allows" } else { "allow" };
                let only = match self.answer.is_only_for_scp() {
                    true => format!(", {ONLY_FOR_SCP}"),
                    false => String::new(),
                };
                format!("FAIL. {what} of {names} {verb} such a request{only}{end}")
            }
            Verdict::Unknown(unknown) => {
                let reasons = counted(unknown.reasons.len(), "reason");
                format!("UNKNOWN. could not decide whether {names} {verb} such a request, for {reasons}{end}")
            }
        };
        one_line(&(sentence + &dated(world, edition)))
    }
}
