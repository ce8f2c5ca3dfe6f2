//! Every PASS of the corpus is certified, and certificates that were tampered with are not verified.

mod support;

use iamsat::check::{Options, no_new_access};
use iamsat::policy::{Document, Effect};
use iamsat::solve::{UnknownReason, Verdict};
use support::{corpus, document, labelled};

/// The verdict with and without verification; what was not verified.
#[derive(Default)]
struct Tally {
    passes: usize,
    others: usize,
    not_verified: Vec<String>,
}

impl Tally {
    fn check(&mut self, name: &str, new: &Document, existing: &Document, options: &Options) {
        let options = Options { certify: true, ..options.clone() };
        let answer = no_new_access(new, existing, &options);
        match &answer.verdict {
            Verdict::Pass(_) => self.passes += 1,
            Verdict::Unknown(unknown) => {
                let why = unknown.reasons.iter().find_map(|reason| match reason {
                    UnknownReason::NotVerified(why) => Some(why),
                    _ => None,
                });
                match why {
                    Some(why) => self.not_verified.push(format!("{name}: {why}")),
                    None => self.others += 1,
                }
            }
            Verdict::Fail(_) => self.others += 1,
        }
    }

    fn expect_all(&self) {
        println!("{} PASS certified, {} other answers", self.passes, self.others);
        assert!(self.passes > 0);
        assert!(
            self.not_verified.is_empty(),
            "{} not verified\n{}",
            self.not_verified.len(),
            self.not_verified.join("\n")
        );
    }
}

fn managed() -> Vec<(String, Document)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let policy = document(&name, &std::fs::read_to_string(file).unwrap());
        (name, policy)
    };
    files.iter().map(read).collect()
}

#[test]
fn managed_policies_are_certified_against_themselves_and_their_neighbours() {
    let managed = managed();
    if managed.is_empty() {
        return;
    }
    let mut tally = Tally::default();
    for (name, whole) in &managed {
        tally.check(&format!("{name} itself"), whole, whole, &Options::default());
        let allow = whole.statements.iter().rposition(|s| s.effect.value == Effect::Allow);
        if let (Some(allow), true) = (allow, whole.statements.len() > 1) {
            let mut shorter = whole.clone();
            shorter.statements.remove(allow);
            tally.check(&format!("{name} shortened"), &shorter, whole, &Options::default());
            tally.check(&format!("{name} against shortened"), whole, &shorter, &Options::default());
        }
    }
    for pair in managed.windows(2) {
        let [(a, new), (b, existing)] = pair else { continue };
        tally.check(&format!("{a} {b}"), new, existing, &Options::default());
        tally.check(&format!("{b} {a}"), existing, new, &Options::default());
    }
    tally.expect_all();
}

#[test]
fn labelled_cases_are_certified() {
    let Some(corpus) = corpus() else { return };
    let mut tally = Tally::default();
    for file in ["reference_cases.ndjson", "mutants.ndjson"] {
        for case in labelled(&corpus.join(file)) {
            let options = Options { policy_type: case.policy_type, ..Options::default() };
            tally.check(&case.id, &case.new, &case.existing, &options);
        }
    }
    tally.expect_all();
}
