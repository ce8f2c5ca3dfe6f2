//! The ids that policies mention: accounts, organizations, VPCs, endpoints, ARNs, buckets and identity providers.

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::policy::{Document, PrincipalKind};
use crate::request::{SHARED_PROVIDERS, SharedProvider};

/// The ids that the policies mention in full.
#[derive(Default)]
pub(crate) struct MentionedIds<'a> {
    pub(crate) accounts: Vec<String>,
    pub(crate) organizations: Vec<String>,
    pub(crate) vpcs: Vec<String>,
    pub(crate) endpoints: Vec<String>,
    /// ARNs without an account.
    pub(crate) arns: Vec<&'a str>,
    pub(crate) buckets: Vec<&'a str>,
    pub(crate) providers: Vec<&'a str>,
    /// Values that conditions compare with a key as a whole, with the lower-cased name of the key.
    values: Vec<(&'a str, &'a str)>,
}

impl<'a> MentionedIds<'a> {
    /// Reads the documents for ids.
    pub(crate) fn of(documents: &[&'a Document]) -> MentionedIds<'a> {
        let mut mentioned = MentionedIds::default();
        for statement in documents.iter().flat_map(|d| &d.statements) {
            for principal in statement.principal.iter().flat_map(|p| &p.values) {
                let text = &*principal.value.text;
                mentioned.read(text);
                if principal.value.kind == PrincipalKind::Federated {
                    mentioned.providers.push(text);
                }
            }
            for resource in statement.resource.iter().flat_map(|r| &r.values) {
                mentioned.read(&resource.value.text);
            }
            for condition in &statement.conditions {
                for value in &condition.values {
                    mentioned.read(&value.value.text);
                    mentioned.values.push((&condition.key.value.name, &value.value.text));
                }
            }
        }
        let lists = [
            &mut mentioned.accounts,
            &mut mentioned.organizations,
            &mut mentioned.vpcs,
            &mut mentioned.endpoints,
        ];
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
        for list in [&mut mentioned.arns, &mut mentioned.buckets, &mut mentioned.providers] {
            list.sort_unstable();
            list.dedup();
        }
        mentioned.values.sort_unstable();
        mentioned.values.dedup();
        mentioned
    }

    /// Collects the ids in one text.
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
            let bucket = match rest.split_once('/') {
                Some((bucket, _)) => bucket,
                None => rest,
            };
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

    /// Returns the shared providers whose ARN some policy names as a principal, possibly by wildcards.
    pub(crate) fn shared_providers(&self) -> Vec<&'static SharedProvider> {
        let is_named = |provider: &&SharedProvider| {
            let resource = format!("oidc-provider/{}", provider.issuer);
            self.providers.iter().any(|text| match text.splitn(6, ':').nth(5) {
                Some(pattern) => matches(pattern, &resource),
                None => text.contains('*'),
            })
        };
        SHARED_PROVIDERS.iter().filter(is_named).collect()
    }

    /// Returns the values of a key that the policies mention, without the user id of anonymous callers.
    pub(crate) fn texts(&self, key: &str) -> Vec<&'a str> {
        let anonymous = |text: &str| key == "aws:userid" && text.eq_ignore_ascii_case("anonymous");
        let of_key = self.values.iter().filter(|(name, text)| *name == key && !anonymous(text));
        of_key.map(|(_, text)| *text).collect()
    }
}

/// True if the text matches the pattern, ignoring case.
fn matches(pattern: &str, text: &str) -> bool {
    let step = |builder: Builder, c: char| match c {
        '*' => builder.many(Class::ANY),
        '?' => builder.one(Set::Class(Class::ANY)),
        c => builder.text_any_case(c.encode_utf8(&mut [0; 4])),
    };
    pattern.chars().fold(Pattern::builder(), step).finish().matches(&Symbol::word(text))
}
