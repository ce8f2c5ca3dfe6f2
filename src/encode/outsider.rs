//! "The requester is an outsider", as conjuncts: anonymous, or a principal of an account that no policy spells, or a caller
//! through an identity provider that anyone can use; with every key that tells trusted callers from others absent, or holding a
//! value that has the right form and that no policy spells. `Request::is_outsider` says the same of one request, in another
//! way; docs/semantics.md says why, under "Outsiders".
//!
//! The fresh values are not constants but languages, "twelve digits and none of those spelled": a PASS is about all of them.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::encode::context::Context;
use crate::encode::principal::{is_kind, requester_matches};
use crate::formula::Formula;
use crate::formula::Lit;
use crate::formula::Network;
use crate::formula::requester::{self, ANONYMOUS, OF_ACCOUNT, ROLE, SAML, SEPARATOR, USER, WEB};
use crate::formula::{PatternKey, Unobservable, Variable, VariableId};
use crate::policy::{Document, PrincipalKind};
use crate::query::Outside;

/// Identity providers that anyone can have an account at.
const PUBLIC_PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// RFC 1918.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

const SOURCE_IP: &str = "aws:sourceip";

/// What the values of a key look like by which policies know whom they trust.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Account,
    Organization,
    Path,
    Vpc,
    Endpoint,
    VpcArn,
    /// An ARN of an account.
    Arn,
    /// As [`Form::Arn`], or of a resource whose ARN names no account.
    AnyArn,
    UserId,
    /// The application that a token was made for: any text.
    Audience,
    /// A Boolean that is never true.
    False,
    /// Never there.
    Absent,
}

/// The form of a key that an outsider cannot choose the value of.
fn form(key: &str, outside: &Outside) -> Option<Form> {
    Some(match key {
        "aws:principalaccount" | "aws:vpceaccount" | "aws:sourceaccount" | "aws:sourceowner" => Form::Account,
        "kms:calleraccount" => Form::Account,
        "aws:principalorgid" | "aws:vpceorgid" | "aws:sourceorgid" => Form::Organization,
        "aws:principalorgpaths" | "aws:vpceorgpaths" | "aws:sourceorgpaths" => Form::Path,
        "aws:sourcevpc" => Form::Vpc,
        "aws:sourcevpce" => Form::Endpoint,
        "aws:sourcevpcarn" => Form::VpcArn,
        "aws:principalarn" => Form::Arn,
        "aws:sourcearn" => Form::AnyArn,
        "aws:userid" => Form::UserId,
        "accounts.google.com:aud" | "cognito-identity.amazonaws.com:aud" => Form::Audience,
        "graph.facebook.com:app_id" | "www.amazon.com:app_id" => Form::Audience,
        "aws:principalisawsservice" => Form::False,
        "aws:principalservicename" | "aws:principalservicenameslist" => Form::Absent,
        "s3:dataaccesspointarn" if !outside.resource_type.is_access_point() => Form::Arn,
        "s3:dataaccesspointaccount" if !outside.resource_type.is_access_point() => Form::Account,
        _ => return None,
    })
}

/// What the policies spell in full.
#[derive(Default)]
struct MentionedIds<'a> {
    accounts: Vec<String>,
    organizations: Vec<String>,
    vpcs: Vec<String>,
    endpoints: Vec<String>,
    /// ARNs without an account.
    arns: Vec<&'a str>,
    buckets: Vec<&'a str>,
    providers: Vec<&'a str>,
    /// Values of keys that are compared as a whole (lower-cased names).
    values: Vec<(&'a str, &'a str)>,
}

impl<'a> MentionedIds<'a> {
    fn of(documents: &[&'a Document]) -> MentionedIds<'a> {
        let mut spelled = MentionedIds::default();
        for statement in documents.iter().flat_map(|d| &d.statements) {
            for principal in statement.principal.iter().flat_map(|p| &p.values) {
                let text = &*principal.value.text;
                spelled.read(text);
                if principal.value.kind == PrincipalKind::Federated {
                    spelled.providers.push(text);
                }
            }
            for resource in statement.resource.iter().flat_map(|r| &r.values) {
                spelled.read(&resource.value.text);
            }
            for condition in &statement.conditions {
                for value in &condition.values {
                    spelled.read(&value.value.text);
                    spelled.values.push((&condition.key.value.name, &value.value.text));
                }
            }
        }
        let lists =
            [&mut spelled.accounts, &mut spelled.organizations, &mut spelled.vpcs, &mut spelled.endpoints];
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
        for list in [&mut spelled.arns, &mut spelled.buckets, &mut spelled.providers] {
            list.sort_unstable();
            list.dedup();
        }
        spelled.values.sort_unstable();
        spelled.values.dedup();
        spelled
    }

    /// Takes the ids out of one text.
    fn read(&mut self, text: &'a str) {
        let (mut number, mut name) = (String::new(), String::new());
        let mut open = false;
        for c in text.chars().map(Some).chain([None]) {
            if let Some(c) = c.filter(char::is_ascii_alphanumeric) {
                number.push(c);
                name.push(c.to_ascii_lowercase());
                continue;
            }
            if number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit()) {
                self.accounts.push(std::mem::take(&mut number));
            }
            number.clear();
            match c {
                Some('-') => name.push('-'),
                end => {
                    let goes_on = matches!(end, Some('*' | '?' | '$'));
                    let name = std::mem::take(&mut name);
                    if !open && !goes_on {
                        self.id(name);
                    }
                    open = matches!(end, Some('*' | '?' | '}'));
                }
            }
        }
        let mut fields = text.splitn(6, ':');
        let mut field = || fields.next();
        if let (Some("arn"), Some(_), Some(service), Some(_), Some(account), Some(rest)) =
            (field(), field(), field(), field(), field(), field())
        {
            let bucket = rest.split('/').next().unwrap_or(rest);
            if service == "s3" && !bucket.is_empty() && !bucket.contains(['*', '?', '$']) {
                self.buckets.push(bucket);
            }
            if account.is_empty() {
                self.arns.push(text);
            }
        }
    }

    fn id(&mut self, name: String) {
        let Some((start, rest)) = name.split_once('-') else { return };
        if rest.is_empty() || rest.contains('-') {
            return;
        }
        match start {
            "o" => self.organizations.push(name),
            "vpc" => self.vpcs.push(name),
            "vpce" => self.endpoints.push(name),
            _ => {}
        }
    }

    /// The forms of the fresh values of a key, and what none of them is.
    fn fresh(&self, form: Form, key: &str) -> (Vec<Pattern>, Vec<Pattern>) {
        let start = Pattern::builder;
        let exactly = |texts: &[String]| -> Vec<Pattern> {
            texts.iter().map(|text| start().text_any_case(text).finish()).collect()
        };
        let of_accounts = |rest: &dyn Fn(Builder) -> Builder| -> Vec<Pattern> {
            let of = |account: &String| rest(up_to_account(start()).text(account)).finish();
            self.accounts.iter().map(of).collect()
        };
        let anything = |b: Builder| b.text(":").many(Class::ANY);
        let plain = |b: Builder| b.text(":").many(Class::ASCII);
        match form {
            Form::Account => {
                let mut forms = vec![digits(start()).finish()];
                // What anonymous callers hold.
                forms.extend((key == "aws:principalaccount").then(|| Pattern::word("anonymous")));
                (forms, exactly(&self.accounts))
            }
            Form::Organization => (vec![id(start().text("o-")).finish()], exactly(&self.organizations)),
            Form::Vpc => (vec![id(start().text("vpc-")).finish()], exactly(&self.vpcs)),
            Form::Endpoint => (vec![id(start().text("vpce-")).finish()], exactly(&self.endpoints)),
            Form::Path => {
                let path = |b: Builder| b.text("/").many(Class::ANY).finish();
                let spelled = self.organizations.iter().map(|o| path(start().text_any_case(o))).collect();
                (vec![path(id(start().text("o-")))], spelled)
            }
            Form::Arn => (vec![anything(digits(up_to_account(start()))).finish()], of_accounts(&anything)),
            Form::VpcArn => {
                let vpc = id(digits(up_to_account(start())).text(":vpc/vpc-")).finish();
                let mut spelled = of_accounts(&anything);
                let of_vpc = |vpc: &String| {
                    up_to_account(start()).many(Class::NOT_COLON).text(":vpc/").text_any_case(vpc).finish()
                };
                spelled.extend(self.vpcs.iter().map(of_vpc));
                (vec![vpc], spelled)
            }
            Form::AnyArn => {
                let own = anything(digits(up_to_account(start()))).finish();
                let field = |b: Builder| b.many(Class::ASCII.minus(Class::COLON)).text(":");
                let no_account = plain(field(field(field(start().text("arn:"))))).finish();
                let mut spelled = of_accounts(&anything);
                spelled.extend(self.arns.iter().map(|arn| start().text_any_case(arn).finish()));
                for bucket in &self.buckets {
                    let s3 = start().text("arn:").many(Class::NOT_COLON).text(":s3:").many(Class::NOT_COLON);
                    let of = s3.text("::").text_any_case(bucket);
                    spelled.extend([of.clone().finish(), of.text("/").many(Class::ANY).finish()]);
                }
                (vec![own, no_account], spelled)
            }
            Form::UserId => {
                // Names of sessions are ASCII.
                let forms = [unique(start()), plain(unique(start())), digits(start())];
                let forms = forms.into_iter().chain([plain(digits(start()))]);
                let mut spelled = self.texts(key);
                spelled.extend(exactly(&self.accounts));
                spelled.extend(self.accounts.iter().map(|a| anything(start().text(a)).finish()));
                (forms.map(Builder::finish).collect(), spelled)
            }
            Form::Audience => (vec![Pattern::any()], self.texts(key)),
            Form::False => (vec![Pattern::any()], vec![start().text_any_case("true").finish()]),
            Form::Absent => (Vec::new(), Vec::new()),
        }
    }

    /// The values of a key that the policies spell, but for the user id of anonymous callers.
    fn texts(&self, key: &str) -> Vec<Pattern> {
        let anonymous = |text: &str| key == "aws:userid" && text.eq_ignore_ascii_case("anonymous");
        let of_key = self.values.iter().filter(|(name, text)| *name == key && !anonymous(text));
        of_key.map(|(_, text)| Pattern::builder().text_any_case(text).finish()).collect()
    }
}

fn digits(builder: Builder) -> Builder {
    (0..12).fold(builder, |b, _| b.one(Set::Class(Class::DIGIT)))
}

fn id(builder: Builder) -> Builder {
    builder.one(Set::Class(Class::ALNUM)).many(Class::ALNUM)
}

/// A unique id such as AROA...: letters and digits, a letter first.
fn unique(builder: Builder) -> Builder {
    builder.one(Set::Class(Class::LOWER.union(Class::UPPER))).many(Class::ALNUM)
}

fn up_to_account(builder: Builder) -> Builder {
    let field = |b: Builder| b.many(Class::NOT_COLON).text(":");
    field(field(field(builder.text("arn:"))))
}

/// "The requester is an outsider", as conjuncts over the keys that the formula speaks about.
pub(crate) fn outsider<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    documents: &[&'a Document],
    outside: &Outside,
) -> Vec<Lit> {
    let spelled = MentionedIds::of(documents);
    let mut conjuncts = requester(formula, context, &spelled);
    let facts: Vec<Unobservable<'a>> =
        formula.unobservables().filter(|fact| *fact != Unobservable::Boundary).collect();
    for fact in facts {
        // Whom a policy stored by id, and which account a canonical user is, is no outsider's choice.
        conjuncts.push(!formula.unobservable(fact));
    }
    let variables: Vec<(VariableId, Variable<'a>)> = formula.variables().collect();
    for (variable, of) in variables {
        let Some((key, form)) = of.key_name().and_then(|key| Some((key, form(key, outside)?))) else {
            continue;
        };
        let (forms, never) = spelled.fresh(form, key);
        let mut matches = |pattern: Pattern| formula.matches(variable, PatternKey::built(pattern));
        let forms: Vec<Lit> = forms.into_iter().map(&mut matches).collect();
        let never: Vec<Lit> = never.into_iter().map(&mut matches).collect();
        let some = formula.graph.or(forms);
        let fresh = formula.graph.and(never.into_iter().map(|lit| !lit).chain([some]));
        let present = formula.present(variable);
        conjuncts.push(formula.graph.or([!present, fresh]));
    }
    conjuncts
}

/// What the requester's word says.
fn requester<'a>(formula: &mut Formula<'a>, context: &Context<'a>, spelled: &MentionedIds<'_>) -> Vec<Lit> {
    let through = |b: Builder| b.text(":").many(Class::ANY).finish();
    let mut conjuncts = Vec::new();
    let federated = WEB.union(SAML);
    for account in &spelled.accounts {
        // The same pattern as that of a Principal that names the account.
        let own = requester::with_account(OF_ACCOUNT, &Pattern::word(account));
        let provider = through(up_to_account(requester::of(federated)).text(account));
        conjuncts.push(!requester_matches(formula, own));
        conjuncts.push(!requester_matches(formula, provider));
    }
    let anonymous = is_kind(formula, context, ANONYMOUS);
    let own = requester::with_account(OF_ACCOUNT, &digits(Pattern::builder()).finish());
    let own = requester_matches(formula, own);
    let provider = requester_matches(formula, through(digits(up_to_account(requester::of(federated)))));
    let mut kinds = vec![anonymous, own, provider];
    for name in PUBLIC_PROVIDERS {
        kinds.push(requester_matches(formula, requester::of(WEB).text(name).finish()));
    }
    // A provider that is met by a wildcard only.
    let named = requester_matches(formula, requester::of(WEB).text("arn:").many(Class::ANY).finish());
    let mut fresh = vec![is_kind(formula, context, WEB), !named];
    for name in &spelled.providers {
        fresh.push(!requester_matches(formula, requester::of(WEB).text(name).finish()));
    }
    kinds.push(formula.graph.and(fresh));
    conjuncts.push(formula.graph.or(kinds));
    if !context.semantics.aws_compat && formula.mentions("aws:userid") {
        let own = || requester::of(USER.union(ROLE)).many(Class::ANY).symbol(SEPARATOR);
        let mut matches = |p: &Pattern| requester_matches(formula, own().pattern(p).finish());
        let (forms, never) = spelled.fresh(Form::UserId, "aws:userid");
        let forms: Vec<Lit> = forms.iter().map(&mut matches).collect();
        conjuncts.extend(never.iter().map(|pattern| !matches(pattern)));
        let kind = is_kind(formula, context, USER.union(ROLE));
        conjuncts.push(formula.graph.or(forms.into_iter().chain([!kind])));
    }
    conjuncts
}

/// "The request does not say from which address it comes."
pub fn no_address(formula: &mut Formula<'_>) -> Lit {
    let variable = formula.key(SOURCE_IP, 0);
    !formula.present(variable)
}

/// "The request comes from an address that is in none of these networks, nor in a private one."
pub fn address_beyond(formula: &mut Formula<'_>, networks: &[Network]) -> Lit {
    let variable = formula.key(SOURCE_IP, 0);
    let private = PRIVATE.iter().filter_map(|text| Network::parse(text));
    let mut parts = vec![formula.present(variable)];
    for network in private.chain(networks.iter().copied()) {
        parts.push(!formula.within(variable, network));
    }
    formula.graph.and(parts)
}
