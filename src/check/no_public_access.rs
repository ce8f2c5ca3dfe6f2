//! Checks that the policy lets no outsider in.

use super::ask::{Answer, Options, certified, isolated, spent, told_unlisted, with_certificate};
use super::work::{compiling, values};
use crate::code::Code;
use crate::confirm::{Claim, Referee, names_address};
use crate::encode::{DocumentRef, Encoding, address_beyond, assumptions, no_address};
use crate::formula::{Lit, Network, NetworkUnion};
use crate::index::broken;
use crate::limits::{Exhausted, SearchLimits};
use crate::policy::{Condition, Document, OperatorFamily, PolicyType, ResourceType};
use crate::query::{Outside, Query, Semantics};
use crate::request::{AddressInterval, AddressSet, Request};
use crate::solve::{
    self, Finding, Proof, Search, ShownAddresses, Unknown, UnknownReason, Verdict, Witness, decide,
};
use crate::span::Span;
use rustc_hash::FxHashMap;

const SOURCE_IP: &str = "aws:sourceip";

/// Asks if `policy`, which belongs to a resource of this type, allows a request of an outsider. PASS if it does not.
///
/// This is AWS's CheckNoPublicAccess. An outsider is a caller that the policy does not know: an anonymous caller, a principal of
/// an account that it does not name, a user of a public identity provider; in organizations, VPCs and so on that it does not name
/// either. Access from few addresses is not public: at most 2^24 of IPv4 and 2^96 of IPv6, without private networks. Sources: IAM
/// Access Analyzer API reference, "CheckNoPublicAccess"; Amazon S3 User Guide, "Blocking public access" (the meaning of public).
///
/// The policy is read as a resource policy, and no heuristics are assumed, whatever the options say.
///
/// ```
/// use iamsat::check::{Options, no_public_access};
/// use iamsat::policy::ResourceType;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let ask = |condition: &str| {
///     let statement = r#""Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*""#;
///     let policy = policy(&format!(r#"{{{statement},"Condition":{condition}}}"#));
///     no_public_access(&policy, bucket, &Options::default()).verdict.name()
/// };
/// assert_eq!(ask(r#"{"StringEquals":{"aws:SourceVpc":"vpc-0a1b2c3d"}}"#), "PASS");
/// assert_eq!(ask(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#), "FAIL");
/// assert_eq!(ask(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#), "PASS");
/// assert_eq!(ask(r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#), "FAIL");
/// ```
pub fn no_public_access<'a>(
    policy: impl Into<DocumentRef<'a>>,
    resource_type: ResourceType,
    options: &Options,
) -> Answer {
    let policy = policy.into();
    isolated(PolicyType::Resource, false, || answer(policy, resource_type, options))
}

fn answer(document: DocumentRef<'_>, resource_type: ResourceType, options: &Options) -> Answer {
    let policy = document.document();
    let semantics = Semantics {
        policy_type: PolicyType::Resource,
        is_type_inferred: false,
        strict_arn: options.strict_arn,
        aws_compat: options.aws_compat,
        heuristics: false,
        boundary: options.boundary,
    };
    let options = &options.sharing();
    let anywhere = Query::no_public_access(policy, Outside { resource_type, but_for: Vec::new() });
    let anywhere = anywhere.knowing(options.known());
    let before = options.limits_left().work;
    if options.shared_work.spend(values(&anywhere)).is_err() {
        return Answer::out_of_work(semantics.policy_type, false);
    }
    let mut encoding = Encoding::recalled(&anywhere, &[document], semantics);
    if options.shared_work.spend(compiling(&encoding)).is_err() {
        return Answer::out_of_work(semantics.policy_type, false);
    }
    let assumptions = assumptions(&anywhere, &[document], &encoding.context, encoding.formula.mentioned());
    let referee = Referee::new(&anywhere, semantics).with_indexes([document.actions()]);
    let mut goals = encoding.goals.clone();
    if goals.is_empty() {
        goals.push((0, 0, Lit::FALSE));
    }
    let places = match encoding.by_address {
        true => Places::of(policy, &options.limits),
        false => Ok(Places::default()),
    };
    let by_address = encoding.by_address;
    let mut outcome = Outcome::default();
    let theory = options.theory(semantics);
    let mut search = Search::new(&mut encoding.formula, theory, options.limits_left());
    match places {
        Err(limit) => {
            let reasons = vec![UnknownReason::Exhausted(limit)];
            outcome.open.push(Unknown { reasons, candidate: None });
        }
        Ok(places) => {
            let mut asking = Asking {
                search: &mut search,
                shared: &encoding.shared,
                by_address,
                places: &places,
                query: &anywhere,
                limits: &options.limits,
            };
            for (_, statement, lit) in goals {
                asking.statement(lit, &referee.claim(0, statement), &mut outcome);
                if outcome.late() {
                    break;
                }
            }
        }
    }
    let stats = spent(search.stats(), before, options);
    let (verdict, found, open) = outcome.verdict();
    let (but_for, addresses) = match &verdict {
        Verdict::Pass(_) => (found.intervals().to_vec(), by_address.then_some(found)),
        Verdict::Fail(_) => (Vec::new(), Some(found).filter(|set| !set.intervals().is_empty())),
        Verdict::Unknown(_) => (Vec::new(), None),
    };
    let edition = options.edition(&assumptions);
    let mut answer = Answer {
        verdict,
        policy_type: semantics.policy_type,
        policy_type_inferred: false,
        assumptions,
        addresses,
        stats,
        open,
        beside_others: false,
        weakened: None,
        world: options.world,
        edition,
        certificate: None,
        is_fault: false,
    };
    told_unlisted(&mut answer, &anywhere, &[document], semantics, options);
    // The proof is about all statements at once, without the addresses that were found.
    let query = Query::no_public_access(policy, Outside { resource_type, but_for }).knowing(options.known());
    with_certificate(answer, &query, semantics, options, || {
        certified(&query, &[document], semantics, options)
    })
}

/// The source addresses, in groups that no condition of the policy distinguishes.
#[derive(Default)]
struct Places {
    groups: Vec<Vec<AddressInterval>>,
    /// The start of every interval (family and bits), in order, with its group.
    starts: Vec<((bool, u128), usize)>,
}

impl Places {
    fn of(policy: &Document, limits: &SearchLimits) -> Result<Places, Exhausted> {
        let conditions = policy.statements.iter().flat_map(|s| &s.conditions);
        let networks = |condition: &Condition| -> Vec<Network> {
            condition.values.iter().filter_map(|v| Network::parse(&v.value.text)).collect()
        };
        let is_about = |c: &&Condition| {
            &*c.key.value.name == SOURCE_IP && c.operator.value.base.family() == OperatorFamily::Ip
        };
        let private: Vec<Network> = AddressInterval::private().flat_map(|i| Network::of(&i)).collect();
        let mut lists: Vec<Vec<Network>> = conditions.filter(is_about).map(networks).collect();
        lists.push(private.clone());
        let mut starts: Vec<(bool, u128)> = vec![(false, 0), (true, 0)];
        for network in lists.iter().flatten() {
            let v6 = network.is_v6();
            starts.push((v6, network.first()));
            let after = network.last().checked_add(Network::unit(v6));
            let family = Network::family(v6);
            starts.extend(after.filter(|next| *next <= family.last()).map(|next| (v6, next)));
        }
        starts.sort_unstable();
        starts.dedup();
        if starts.len().checked_mul(lists.len()).is_none_or(|nodes| nodes > limits.nodes) {
            return Err(Exhausted::Nodes);
        }
        // The request from every interval may be compared with every network.
        let networks: usize = lists.iter().map(Vec::len).sum();
        if starts.len() as u128 * networks as u128 > u128::from(limits.work) {
            return Err(Exhausted::Work);
        }
        let private = NetworkUnion::of(private);
        let unions: Vec<NetworkUnion> = lists.into_iter().map(NetworkUnion::of).collect();
        let mut known: FxHashMap<Vec<bool>, usize> = FxHashMap::default();
        let mut places = Places::default();
        for (place, (v6, first)) in starts.iter().copied().enumerate() {
            let family = Network::family(v6);
            let here = Network::single(v6, first);
            if private.covers(here) {
                continue;
            }
            let next = starts.get(place + 1).filter(|(family, _)| *family == v6);
            let last = next.map_or(family.last(), |(_, next)| next - Network::unit(v6));
            let number = |bits: u128| if v6 { bits } else { bits.wrapping_shr(96) };
            let Some(interval) = AddressInterval::of_numbers(v6, number(first), number(last)) else {
                continue;
            };
            // Networks distinguish the two families too.
            let mut kind: Vec<bool> = unions.iter().map(|union| union.covers(here)).collect();
            kind.push(v6);
            let group = *known.entry(kind).or_insert_with(|| {
                places.groups.push(Vec::new());
                places.groups.len() - 1
            });
            if let Some(list) = places.groups.get_mut(group) {
                list.push(interval);
            }
            places.starts.push(((v6, number(first)), group));
        }
        Ok(places)
    }

    /// Returns the addresses that no condition distinguishes from the source address of the request.
    fn around(&self, request: &Request) -> &[AddressInterval] {
        match self.group(request) {
            Some(group) => group,
            None => &[],
        }
    }

    fn group(&self, request: &Request) -> Option<&[AddressInterval]> {
        let address = request.source_address()?;
        let bits = match address {
            std::net::IpAddr::V4(v4) => u128::from(u32::from(v4)),
            std::net::IpAddr::V6(v6) => u128::from(v6),
        };
        let after = self.starts.partition_point(|(start, _)| *start <= (address.is_ipv6(), bits));
        let (_, group) = self.starts.get(after.checked_sub(1)?)?;
        let group = self.groups.get(*group)?;
        group.iter().any(|interval| interval.contains(address)).then_some(&**group)
    }
}

/// The results for the statements.
#[derive(Default)]
struct Outcome {
    /// Statements that let outsiders in from everywhere, or from too many addresses.
    findings: Vec<Finding>,
    /// Statements that let outsiders in from some addresses.
    narrow: Vec<Finding>,
    /// Addresses from which outsiders may be let in.
    possible: Vec<AddressInterval>,
    /// The reasons why some of these are only possible.
    doubts: Vec<Unknown>,
    /// The reason why a statement was not decided.
    open: Vec<Unknown>,
    proofs: Vec<Proof>,
}

impl Outcome {
    fn late(&self) -> bool {
        let late = |u: &Unknown| matches!(u.exhausted(), Some(Exhausted::Deadline | Exhausted::Work));
        self.open.last().is_some_and(late)
    }

    /// Returns the verdict, the addresses (for a FAIL the ones found, for a PASS the ones excepted), and the undecided part
    /// beside the findings.
    fn verdict(mut self) -> (Verdict, AddressSet, Option<Box<Unknown>>) {
        let shown = |findings: &[Finding]| {
            AddressSet::of(findings.iter().flat_map(|f| &f.addresses).map(|shown| shown.addresses))
        };
        if self.findings.is_empty() && shown(&self.narrow).is_everyone() {
            // No statement alone is public, but all together are.
            self.findings = std::mem::take(&mut self.narrow);
        }
        let addresses = shown(&self.findings);
        if !self.findings.is_empty() {
            let open = Unknown::all(self.open).map(Box::new);
            return (Verdict::Fail(self.findings), addresses, open);
        }
        let possible = AddressSet::of(self.possible);
        if possible.is_everyone() {
            self.open.append(&mut self.doubts);
        }
        let verdict = match (Unknown::all(self.open), Proof::all(self.proofs)) {
            (Some(unknown), _) => Verdict::Unknown(Box::new(unknown)),
            (None, Some(proof)) => Verdict::Pass(proof),
            (None, None) => broken("every statement is proved, shown or open"),
        };
        (verdict, possible, None)
    }
}

struct Asking<'q, 'f, 'a> {
    search: &'q mut Search<'f, 'a>,
    shared: &'q [Lit],
    by_address: bool,
    places: &'q Places,
    query: &'q Query<'a>,
    limits: &'q SearchLimits,
}

impl Asking<'_, '_, '_> {
    fn statement(&mut self, lit: Lit, claim: &Claim<'_>, outcome: &mut Outcome) {
        let mut goal = vec![lit];
        goal.extend(self.shared);
        if self.by_address {
            // First without an address: if this succeeds, the addresses do not matter.
            goal.push(no_address(self.search.formula()));
        }
        match decide(self.search, &goal, claim) {
            solve::Answer::Unsat(proof) => outcome.proofs.push(proof),
            solve::Answer::Witnessed(witness) => return outcome.findings.push(Finding::new(claim, *witness)),
            solve::Answer::Undecided(unknown) => outcome.open.push(*unknown),
        }
        if self.by_address && !outcome.late() {
            goal.pop();
            self.by_addresses(&mut goal, claim, outcome);
        }
    }

    /// Searches one group of addresses after the other, until there are too many addresses or no group is left.
    fn by_addresses(&mut self, goal: &mut Vec<Lit>, claim: &Claim<'_>, outcome: &mut Outcome) {
        let mut shown: Vec<ShownAddresses> = Vec::new();
        let mut possible: Vec<AddressInterval> = Vec::new();
        let everyone = loop {
            if AddressSet::of(shown.iter().map(|s| s.addresses)).is_everyone() {
                break true;
            }
            let found = AddressSet::of(possible.iter().copied());
            let networks: Vec<Network> = found.intervals().iter().flat_map(Network::of).collect();
            goal.push(address_beyond(self.search.formula(), &networks));
            let answer = decide(self.search, goal, claim);
            goal.pop();
            match answer {
                solve::Answer::Unsat(proof) => {
                    outcome.proofs.push(proof);
                    break false;
                }
                solve::Answer::Witnessed(witness) => {
                    let group = self.places.around(witness.request());
                    possible.extend_from_slice(group);
                    match self.shown(&witness, group, claim) {
                        Ok(all) => shown.extend(all),
                        Err(reason @ UnknownReason::Exhausted(_)) => {
                            outcome.open.push(doubt(reason, witness.request()));
                            break false;
                        }
                        Err(reason) => outcome.doubts.push(doubt(reason, witness.request())),
                    }
                    if group.is_empty() {
                        let message = "an address is in no group of addresses".to_owned();
                        outcome.open.push(doubt(UnknownReason::Internal(message), witness.request()));
                        break false;
                    }
                }
                solve::Answer::Undecided(unknown) => {
                    let group = unknown.candidate.as_ref().map_or(&[][..], |c| self.places.around(c));
                    possible.extend_from_slice(group);
                    let is_opaque = |reason: &UnknownReason| matches!(reason, UnknownReason::Opaque { .. });
                    if group.is_empty() || !unknown.reasons.iter().all(is_opaque) {
                        outcome.open.push(*unknown);
                        break false;
                    }
                    outcome.doubts.push(*unknown);
                }
            }
        };
        outcome.possible.extend(possible);
        if let Some(first) = shown.first() {
            let mut finding = Finding::new(claim, first.witness.clone());
            finding.addresses = shown;
            if everyone { &mut outcome.findings } else { &mut outcome.narrow }.push(finding);
        }
    }

    /// Returns a confirmed request from one address of each interval, unless time runs out.
    fn shown(
        &self,
        witness: &Witness,
        group: &[AddressInterval],
        claim: &Claim<'_>,
    ) -> Result<Vec<ShownAddresses>, UnknownReason> {
        if let Some(reason) = self.query.documents().iter().find_map(|document| variable(document)) {
            return Err(reason);
        }
        let own = witness.request().source_address();
        let of = |addresses: &AddressInterval| {
            if self.limits.is_over() {
                return Err(UnknownReason::Exhausted(Exhausted::Deadline));
            }
            let witness = if own.is_some_and(|own| addresses.contains(own)) {
                witness.clone()
            } else {
                let mut request = witness.request().clone();
                request.set(SOURCE_IP, vec![addresses.first().to_string()]);
                Witness::confirm(request, claim)
                    .map_err(|d| UnknownReason::Internal(d.disagreement.message))?
            };
            Ok(ShownAddresses { addresses: *addresses, witness })
        };
        group.iter().map(of).collect()
    }
}

fn doubt(reason: UnknownReason, request: &Request) -> Unknown {
    Unknown { reasons: vec![reason], candidate: Some(request.clone()) }
}

/// Returns the first place where a policy variable is compared with the address; a request from one address then shows nothing
/// about others.
fn variable(document: &Document) -> Option<UnknownReason> {
    let opaque = |span: Span, pointer: String| UnknownReason::Opaque {
        rule: Code::PolicyVariable,
        detail: "a policy variable stands for the address, so one address shows nothing about others"
            .to_owned(),
        document: 0,
        pointer,
        span,
    };
    document.statements.iter().enumerate().find_map(|(index, statement)| {
        let resources = statement.resource.iter().flat_map(|r| &r.values).enumerate();
        let mut resources = resources.filter(|(_, r)| names_address(&r.value.template));
        let resource = resources.next().map(|(i, r)| opaque(r.span, document.resource_pointer(index, i)));
        let conditions = statement.conditions.iter().enumerate();
        let mut conditions =
            conditions.filter(|(_, c)| c.values.iter().any(|v| names_address(&v.value.template)));
        let condition = conditions.next().map(|(i, c)| opaque(c.span, document.condition_pointer(index, i)));
        resource.or(condition)
    })
}
