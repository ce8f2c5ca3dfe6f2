//! Two random sets of layers, before and after a change: what the search says of all requests has to hold for each of a small world,
//! as the referee decides it on both sides; search and verifier write the same question.
//!
//! `IAMSAT_LAYERED` sets the number of worlds (default 60), `IAMSAT_SEED` the first seed.

use crate::layered_world::{Case, is_within, worlds_and_seed};
use crate::support::world::Random;
use iamsat::check::{CanAnswer, CanVerdict, Options, Wanted, can_newly};
use iamsat::evaluate::Decision;
use iamsat::policy::Document;
use iamsat::query::{Before, LayeredQuestion};
use iamsat::request::Request;
use iamsat::verify::{LayeredClaim, Limits, Outcome, verify};

/// A change: the case after it, and the same question under the layers before it.
struct Change {
    after: Case,
    before: Case,
    is_same_world: bool,
}

impl Change {
    fn new(seed: u64, salt: u64) -> Change {
        let random = &mut Random::new(seed, salt);
        let after = Case::new(random);
        let mut layers = Case::new(random).layers;
        // Half of the changes leave most layers alone.
        if random.chance(2) {
            let other = layers;
            layers = after.layers.clone();
            match random.below(3) {
                0 => layers.identity = other.identity,
                1 => layers.scp = other.scp,
                _ => layers.resource = other.resource,
            }
        }
        layers.organization = after.layers.organization.clone();
        layers.resource_account = after.layers.resource_account.clone();
        layers.boundary =
            after.layers.boundary.as_ref().and(layers.boundary.or(after.layers.boundary.clone()));
        layers.endpoint =
            after.layers.endpoint.as_ref().and(layers.endpoint.or(after.layers.endpoint.clone()));
        layers.session = after.layers.session.clone();
        let wanted = Wanted { callers: after.wanted.callers.clone(), scope: after.wanted.scope.clone() };
        let before = Case { layers, wanted, requesters: after.requesters };
        Change { after, before, is_same_world: random.chance(2) }
    }

    fn answer(&self, options: &Options) -> CanAnswer {
        let layers = self.before.layers.map(|document| document.into());
        let before = Before { layers, is_same_world: self.is_same_world };
        can_newly(&before, &self.after.layers.map(|document| document.into()), &self.after.wanted, options)
    }

    /// True if the change allows the request, as the referee says.
    fn allows_newly(&self, request: &Request) -> bool {
        let before = self.before.decision(request);
        self.after.decision(request) == Decision::Allowed
            && matches!(before, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
    }

    /// Returns the requests of the world that can happen and that the question is about.
    fn requests(&self, random: &mut Random) -> Vec<Request> {
        let mut requests = self.after.requests(random);
        requests.retain(|request| self.before.admits(request));
        requests
    }

    fn show(&self) -> String {
        format!("after {}\nbefore {}", self.after.show(), self.before.show())
    }
}

#[test]
fn no_request_contradicts_an_answer_about_a_change() {
    let (worlds, first) = worlds_and_seed(60);
    let (mut counts, mut gained) = ([0; 3], 0);
    for seed in first..first + worlds {
        let change = Change::new(seed, 0xc4a9);
        let verdict = change.answer(&Options::default()).verdict;
        if let CanVerdict::Can(witness) = &verdict {
            assert!(
                change.allows_newly(witness.request()),
                "{seed}: {:?}\n{}",
                witness.request(),
                change.show()
            );
        }
        counts[match verdict {
            CanVerdict::Can(_) => 0,
            CanVerdict::Cannot(_) => 1,
            CanVerdict::Unknown(_) => 2,
        }] += 1;
        for request in change.requests(&mut Random::new(seed, 0xc4aa)) {
            if change.allows_newly(&request) {
                gained += 1;
                let is_proved = matches!(verdict, CanVerdict::Cannot(_));
                assert!(!is_proved, "{seed}: CANNOT, but {request:?}\n{}", change.show());
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 0) && gained > 3, "{counts:?} {gained}");
}

/// The conditions of the search and those of the verifier, which are written apart, hold for the same requests.
#[test]
fn search_and_verifier_write_the_same_change() {
    let (worlds, first) = worlds_and_seed(40);
    for seed in first..first + worlds {
        let change = Change::new(seed, 0x5a3f);
        let Wanted { callers, scope } = &change.after.wanted;
        fn plain(case: &Case) -> iamsat::policy::Layers<&Document> {
            case.layers.map(|document| document)
        }
        let before = || Before { layers: plain(&change.before), is_same_world: change.is_same_world };
        let after = || plain(&change.after);
        let question = LayeredQuestion::new(after(), Some(before()), callers.clone(), scope, false);
        let claim = LayeredClaim::new(after(), Some(before()), callers, scope).unwrap();
        let (searched, verified) = (question.query(), claim.query());
        let boundary = change.after.layers.boundary.is_some();
        assert!(
            is_within(&searched, &verified, boundary),
            "{seed}: the verifier demands more\n{}",
            change.show()
        );
        assert!(
            is_within(&verified, &searched, boundary),
            "{seed}: the search demands more\n{}",
            change.show()
        );
    }
}

/// A certificate about a change is verified, and not as the same claim once a layer is left out of it.
#[test]
fn certificates_of_changes() {
    let (worlds, first) = worlds_and_seed(24);
    let options = Options { certificate: true, certify: true, ..Options::default() };
    let mut verified = [0; 2];
    for seed in first..first + worlds {
        let change = Change::new(seed, 0xce48);
        let answer = change.answer(&options);
        let Some(certificate) = answer.certificate() else {
            assert!(matches!(answer.verdict, CanVerdict::Unknown(_)), "{seed}: {answer:?}");
            continue;
        };
        let text = certificate.to_text();
        let outcome = |text: &str| verify(text, &Limits::default());
        let Outcome::Verified(claim) = outcome(&text) else {
            panic!("{seed}: {:?}\n{}", outcome(&text), change.show())
        };
        assert!(claim.sentence.contains("before the change"), "{}", claim.sentence);
        verified[usize::from(matches!(answer.verdict, CanVerdict::Cannot(_)))] += 1;
        let mut changed: serde_json::Value = serde_json::from_str(&text).unwrap();
        changed["decision"].as_object_mut().unwrap().remove("before");
        if let Outcome::Verified(other) = outcome(&changed.to_string()) {
            assert_ne!(other.sentence, claim.sentence, "{seed}: {text}");
        }
        let mut changed: serde_json::Value = serde_json::from_str(&text).unwrap();
        let layers = changed["decision"]["before"]["layers"].as_array_mut().filter(|list| !list.is_empty());
        if let Some(layers) = layers {
            layers.pop();
            if let Outcome::Verified(other) = outcome(&changed.to_string()) {
                assert_ne!(other.sentence, claim.sentence, "{seed}: {text}");
            }
        }
    }
    assert!(verified.iter().all(|count| *count > 0), "{verified:?}");
}
