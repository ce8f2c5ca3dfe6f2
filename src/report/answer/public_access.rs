//! Public access: the addresses from which outsiders are let in, and warnings about identity providers.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::explain::Explained;
use crate::explain::display::counted;
use crate::policy::{Document, Effect, PrincipalKind};
use crate::request::{AddressSet, SharedProvider};

/// The number of address intervals that are listed.
const LISTED: usize = 6;

/// Describes the number of addresses of each family.
pub(super) fn addresses(sizes: (u128, u128)) -> String {
    let of = |n: u128, family: &str| format!("{n} {family} address{}", if n == 1 { "" } else { "es" });
    match sizes {
        (0, v6) => of(v6, "IPv6"),
        (v4, 0) => of(v4, "IPv4"),
        (v4, v6) => format!("{} and {}", of(v4, "IPv4"), of(v6, "IPv6")),
    }
}

/// Lists the addresses from which a statement lets outsiders in, if they matter.
pub(super) fn from(explained: &Explained<'_>) -> Option<String> {
    let shown = &explained.finding.addresses;
    if shown.is_empty() {
        return None;
    }
    let set = AddressSet::of(shown.iter().map(|s| s.addresses));
    let listed: Vec<String> = set.intervals().iter().take(LISTED).map(ToString::to_string).collect();
    let more = match set.intervals().get(LISTED..) {
        None | Some([]) => String::new(),
        Some(more) => format!(" and {}", counted(more.len(), "more range")),
    };
    Some(format!("{}: {}{more}", addresses(set.sizes()), listed.join(", ")))
}

/// Warns of identity providers of an account whose users all get access. A named provider is not an outsider, but this is seldom
/// intended. If the check `judges_tenants`, the verdict already covers other tenants of a shared provider.
pub(super) fn warnings(document: &Document, judges_tenants: bool) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for statement in document.statements.iter().filter(|s| s.effect.value == Effect::Allow) {
        let tests = |key: &dyn Fn(&str) -> bool| statement.conditions.iter().any(|c| key(&c.key.value.name));
        for value in statement.principal.iter().filter(|p| !p.negated).flat_map(|p| &p.values) {
            let name = value.value.text.to_ascii_lowercase();
            let provider = name.splitn(6, ':').nth(5).and_then(|resource| resource.split_once('/'));
            let shared = SharedProvider::of(&value.value.text);
            if judges_tenants && shared.is_some() {
                continue;
            }
            let (confined, claims) = match provider {
                // Any claim other than that of the tenant, such as the audience, can be the same for every tenant.
                _ if let Some(shared) = shared => {
                    let key = shared.key();
                    (tests(&|tested: &str| tested == key), format!("`{key}`"))
                }
                Some(("oidc-provider", host)) => {
                    let of_host = |key: &str| {
                        key.strip_prefix(host).is_some_and(|claim| matches!(claim, ":sub" | ":aud"))
                    };
                    (tests(&of_host), format!("`{host}:sub`"))
                }
                Some(("saml-provider", _)) => {
                    (tests(&|key: &str| key.starts_with("saml:")), "`SAML:aud`".to_owned())
                }
                _ => continue,
            };
            if !confined && value.value.kind == PrincipalKind::Federated {
                let message = "every user of this identity provider gets access";
                warnings.push(
                    Diagnostic::warning(Code::AnyFederatedUser, message, value.span)
                        .with_help(format!("restrict them by a condition on {claims}")),
                );
            }
        }
    }
    warnings
}
