//! `lint --fix` and `lint --diff`: removes parts without effect from the files, or shows the patch that would.

use super::rewrite::{Files, NewFile, PolicyText, Rewritten};
use crate::check::{self, Defect, Fixed, Kept, Lint, Options};
use crate::cli::Exit;
use crate::cli::args::{Format, LintArgs};
use crate::cli::input::{Input, Inputs, Standing};
use crate::cli::output::Output;
use crate::policy::{Document, PolicyType};
use crate::report::text::Verbosity;
use crate::report::{self, Failure, Issue, Kind};
use crate::surface::{deadline, documents, each, fit, isolated};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The reason why a finding about a meaning stays.
const MEANING: &str = "a fix depends on what is meant: it would change what the policy allows or denies";

/// The outcome of fixing the inputs.
#[derive(Default)]
pub(super) struct Fixes {
    /// The fixed parts by the name of their policy.
    fixed: BTreeMap<String, Vec<FixedPart>>,
    /// The reason why nothing in a policy is fixed, by its name.
    refused: BTreeMap<String, String>,
    /// Removable parts that stay, by the name of their policy: the title of the finding and the reason.
    kept: BTreeMap<String, Vec<(String, Kept)>>,
    pub(super) exit: Option<Exit>,
}

/// A part that was removed.
struct FixedPart {
    code: &'static str,
    title: String,
    line: Option<usize>,
}

/// Removes the parts without effect from the files and tells what was removed.
///
/// # Errors
/// An input has no file.
pub(super) fn write(inputs: &Inputs, args: &LintArgs, output: &mut Output) -> Result<Fixes, Failure> {
    let (mut fixes, files) = found(inputs, args)?;
    for (names, file) in files {
        let written = match &file {
            Err(why) => Err(why.clone()),
            Ok(file) => file.write().map_err(|failure| {
                output.failure(&failure);
                fixes.exit = Some(Exit::Error);
                failure.message
            }),
        };
        if let Err(why) = written {
            fixes.refuse(&names, &why);
        }
    }
    if output.format == Format::Text && output.verbosity > Verbosity::Quiet {
        for (name, parts) in &fixes.fixed {
            for part in parts {
                let line = part.line.map_or_else(String::new, |line| format!(":{line}"));
                output.text(&format!("{name}{line}: fixed[{}]: {}\n", part.code, part.title))?;
            }
            output.text(&format!("{name}: written: it allows and denies exactly the same (proved)\n\n"))?;
        }
    }
    Ok(fixes)
}

/// Shows the patch that [`write`] would apply, and why other findings have none.
///
/// # Errors
/// An input has no file.
pub(super) fn patch(inputs: &Inputs, args: &LintArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (mut fixes, files) = found(inputs, args)?;
    let mut exit = fixes.exit.take().unwrap_or(Exit::Success);
    for (names, file) in files {
        match file {
            Ok(file) => {
                exit = exit.and(Exit::Finding.zeroed(args.exit_zero));
                output.text(&file.patch())?;
            }
            Err(why) => fixes.refuse(&names, &why),
        }
    }
    for input in &inputs.list {
        if let Err(failure) = judged(input, args) {
            output.failure(&failure);
            exit = exit.and(Exit::Error);
        }
    }
    for (name, why) in &fixes.refused {
        output.note(&format!("{name}: not fixed: {why}"));
    }
    for (name, kept) in &fixes.kept {
        for (title, why) in kept {
            output.note(&format!("{name}: not fixed: {title}: {}", reason(*why)));
        }
    }
    Ok(exit)
}

fn found(inputs: &Inputs, args: &LintArgs) -> Result<(Fixes, Files), Failure> {
    let has_no_file = |input: &&Input| input.name.starts_with('<');
    if let Some(input) = inputs.list.iter().find(has_no_file) {
        let flag = if args.fix { "--fix" } else { "--diff" };
        let name = &input.name;
        return Err(Failure::validation(format!("`{flag}` changes files, and {name} is not a file")));
    }
    let outcomes = each(&inputs.list, args.jobs, |input| fixed(input, args));
    let (mut fixes, mut rewritten) = (Fixes::default(), Vec::new());
    for (input, outcome) in inputs.list.iter().zip(outcomes) {
        match outcome {
            Outcome::Unread => {}
            Outcome::Refused(why) => {
                fixes.refused.insert(input.name.clone(), why);
            }
            Outcome::Fixed { fixed, text, parts, kept } => {
                if fixed.exhausted.is_some() {
                    fixes.exit = Some(Exit::Unknown);
                }
                fixes.kept.insert(input.name.clone(), kept);
                if fixed.proof.is_some() {
                    fixes.fixed.insert(input.name.clone(), parts);
                    rewritten.push(Rewritten { text: *text, document: fixed.document });
                }
            }
        }
    }
    Ok((fixes, NewFile::all(rewritten, &args.inputs.container)))
}

/// Returns the options of the queries about an input, whose timeout starts now.
pub(super) fn options_for(input: &Input, args: &LintArgs) -> Options {
    let mut options =
        Options { certify: args.certify, judging: args.alone.judging(), ..args.semantics.options() };
    options.limits.deadline = deadline(args.timeout);
    let kind = input.entry.as_ref().and_then(|entry| entry.kind);
    options.policy_type = options.policy_type.or(kind.map(|kind| kind.policy_type()));
    options
}

/// The outcome of one input.
enum Outcome {
    /// It holds no policy that is judged; lint says why.
    Unread,
    /// Its text cannot be changed where it is, for this reason.
    Refused(String),
    Fixed {
        fixed: Box<Fixed>,
        text: Box<PolicyText>,
        parts: Vec<FixedPart>,
        kept: Vec<(String, Kept)>,
    },
}

/// Returns the document of an input that is judged.
///
/// # Errors
/// It cannot be read as a policy of its type.
fn judged<'i>(input: &'i Input, args: &LintArgs) -> Result<Option<&'i Document>, Failure> {
    let is_hidden = input.entry.as_ref().is_some_and(|entry| entry.sensitive);
    let is_skipped = args.inputs.skip_non_policies && input.is_no_policy();
    if !matches!(input.standing, Standing::Judged) || is_hidden || is_skipped {
        return Ok(None);
    }
    let read = input.read.as_ref().map_err(Failure::clone)?;
    let [document] = documents([read])?;
    fit(&[document], options_for(input, args).policy_type)?;
    Ok(Some(document))
}

fn fixed(input: &Input, args: &LintArgs) -> Outcome {
    let Ok(Some(document)) = judged(input, args) else { return Outcome::Unread };
    let text = match PolicyText::of(input, document) {
        Ok(text) => text,
        Err(why) => return Outcome::Refused(why),
    };
    let options = options_for(input, args);
    let fixed = match isolated(|| check::fix(&text.source, &options)) {
        Ok(Ok(fixed)) if fixed.internal.is_none() => fixed,
        // Lint meets the same fault and reports it.
        Ok(_) | Err(_) => return Outcome::Unread,
    };
    let policy_type = options.policy_type.unwrap_or_else(|| PolicyType::infer([document]));
    let titles = |document: &Document, defects: Vec<Defect>| {
        titles(document, defects, (&input.argument, policy_type), &options)
    };
    let mut parts = Vec::new();
    for (number, round) in fixed.rounds.iter().enumerate() {
        for issue in titles(&round.document, round.defects.clone()) {
            let place = issue.marks.first().map(|mark| mark.span).filter(|_| number == 0);
            let line = place.map(|span| text.line(span));
            parts.push(FixedPart { code: issue.code.as_str(), title: issue.title, line });
        }
    }
    let whys = fixed.kept.iter().map(|(_, why)| *why);
    let kept = titles(&fixed.document, fixed.kept.iter().map(|(defect, _)| defect.clone()).collect());
    let kept = kept.into_iter().map(|issue| issue.title).zip(whys).collect();
    Outcome::Fixed { fixed: Box::new(fixed), text: Box::new(text), parts, kept }
}

/// Returns the issues of defects of a policy, without the warnings about it.
pub(super) fn titles(
    document: &Document,
    defects: Vec<Defect>,
    (argument, policy_type): (&str, PolicyType),
    options: &check::Options,
) -> Vec<Issue> {
    let count = defects.len();
    let lint = Lint { defects, exhausted: None, internal: None, policy_type, alone: false };
    let mut subject = report::lint(document, argument, &lint, options);
    subject.issues.truncate(count);
    subject.issues
}

fn reason(why: Kept) -> &'static str {
    match why {
        Kept::Last => "a policy keeps its last statement, and a list its last value",
        Kept::Unproved => "it was not proved that the policy stays the same together with the other changes",
    }
}

impl Fixes {
    fn refuse(&mut self, names: &[String], why: &str) {
        for name in names {
            self.fixed.remove(name);
            self.refused.insert(name.clone(), why.to_owned());
        }
    }

    /// Says of each remaining finding why it is not fixed.
    pub(super) fn explain(&self, name: &str, issues: &mut [Issue]) {
        let kept = self.kept.get(name);
        for issue in issues.iter_mut().filter(|issue| issue.kind == Kind::Lint) {
            let of_kept = kept.into_iter().flatten().find(|(title, _)| *title == issue.title);
            let why = match (self.refused.get(name), of_kept) {
                (Some(why), _) => why.clone(),
                (None, Some((_, why))) => reason(*why).to_owned(),
                (None, None) => MEANING.to_owned(),
            };
            issue.notes.push(("unfixed", why));
        }
    }

    /// Adds the fixed parts to the answer in JSON.
    pub(super) fn add_to(&self, answer: &mut Value) {
        for subject in answer.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            let name = subject.get("file").and_then(Value::as_str);
            let Some(parts) = name.and_then(|name| self.fixed.get(name)) else { continue };
            let one = |part: &FixedPart| json!({"code": part.code, "message": part.title, "line": part.line});
            let parts: Vec<Value> = parts.iter().map(one).collect();
            subject.insert("fixed".to_owned(), Value::from(parts));
        }
    }
}
