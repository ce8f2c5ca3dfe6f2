//! Identity providers with a single issuer that serves tenants of many owners.
//!
//! Source: IAM User Guide, "Identity-provider controls for shared OIDC providers" (page
//! `id_roles_providers_oidc_secure-by-default`): the issuers, and the claim that names the tenant. The form of the claim is
//! documented by the provider.

/// The position of a tenant's name in a claim: the text before the name (which stands at the start of the claim or after a `:`),
/// and the character that ends the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantPlace {
    /// The text before the name, such as `repo:`.
    pub before: &'static str,
    /// The character after the name. A claim that starts with the name always has it if it is a `/`; a `:` may be missing at the
    /// end.
    pub after: char,
}

impl TenantPlace {
    /// True if a name at the start of a claim is always followed by the ending character.
    pub fn ends_name(self) -> bool {
        self.after == '/'
    }
}

/// A shared identity provider.
///
/// ```
/// use iamsat::request::SharedProvider;
/// let github = SharedProvider::of("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com").unwrap();
/// assert_eq!(github.key(), "token.actions.githubusercontent.com:sub");
/// // The issuer of a customer's own enterprise is not shared.
/// assert!(SharedProvider::of("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com/acme").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedProvider {
    /// The issuer without `https://`, as in the ARN of the provider.
    pub issuer: &'static str,
    /// The claim that names the tenant; a claim with a prefix is a whole key.
    claim: &'static str,
    /// The documented positions of the tenant's name in the claim.
    pub places: &'static [TenantPlace],
    /// True if tenants choose the form of the claim, so that only a tenant's name in it restricts callers.
    pub has_free_form: bool,
}

const fn sub(issuer: &'static str, places: &'static [TenantPlace]) -> SharedProvider {
    SharedProvider { issuer, claim: "sub", places, has_free_form: false }
}

const fn aud(issuer: &'static str) -> SharedProvider {
    SharedProvider { issuer, claim: "aud", places: &[], has_free_form: false }
}

/// Returns an Azure Sentinel provider: the session is named after the workspace.
const fn session(issuer: &'static str) -> SharedProvider {
    SharedProvider { issuer, claim: "sts:rolesessionname", places: &[], has_free_form: false }
}

const fn place(before: &'static str, after: char) -> TenantPlace {
    TenantPlace { before, after }
}

/// GitHub lets the owner of a repository choose the claims that make up its `sub`.
const OF_GITHUB: [TenantPlace; 7] = [
    place("enterprise:", ':'),
    place("enterprise_id:", ':'),
    place("repo:", '/'),
    place("repository:", '/'),
    place("repository_id:", ':'),
    place("repository_owner:", ':'),
    place("repository_owner_id:", ':'),
];
const OF_SERVICE_ACCOUNTS: &[TenantPlace] = &[place("system:serviceaccount:", ':')];

/// All shared providers; the source of this file has the table.
pub const SHARED_PROVIDERS: [SharedProvider; 22] = [
    sub("agent.buildkite.com", &[place("organization:", ':')]),
    aud("api.pulumi.com/oidc"),
    sub("app.terraform.io", &[place("organization:", ':')]),
    sub("gitlab.com", &[place("project_path:", '/')]),
    sub("oidc-configuration.audit-log.githubusercontent.com", &[place("https://github.com/", ':')]),
    sub("oidc.codefresh.io", &[place("account:", ':')]),
    sub("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", OF_SERVICE_ACCOUNTS),
    sub("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", OF_SERVICE_ACCOUNTS),
    aud("oidc.vercel.com"),
    sub("proidc.upbound.io", &[place("mcp:", '/')]),
    sub("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", OF_SERVICE_ACCOUNTS),
    sub("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", OF_SERVICE_ACCOUNTS),
    sub("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", OF_SERVICE_ACCOUNTS),
    sub("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", OF_SERVICE_ACCOUNTS),
    aud("sandboxes.cloud"),
    sub("scalr.io", &[place("account:", ':')]),
    session("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"),
    // The issuer in its tokens ends with a slash; providers are created with and without it.
    session("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/"),
    sub("studio.datachain.ai/api", &[place("credentials:", '/')]),
    SharedProvider {
        issuer: "token.actions.githubusercontent.com",
        claim: "sub",
        places: &OF_GITHUB,
        has_free_form: true,
    },
    sub("tokens.cloud.shisho.dev", &[]),
    SharedProvider {
        issuer: "vstoken.actions.githubusercontent.com",
        claim: "sub",
        places: &OF_GITHUB,
        has_free_form: true,
    },
];

/// Further claims of GitHub that name a tenant.
const FURTHER_OF_GITHUB: [(&str, &[TenantPlace]); 5] = [
    ("token.actions.githubusercontent.com:enterprise_id", &[]),
    ("token.actions.githubusercontent.com:repository", &[place("", '/')]),
    ("token.actions.githubusercontent.com:repository_id", &[]),
    ("token.actions.githubusercontent.com:repository_owner", &[]),
    ("token.actions.githubusercontent.com:repository_owner_id", &[]),
];

/// A key whose value names a tenant of a shared provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantKey {
    /// The documented positions of the tenant's name in the value.
    pub places: &'static [TenantPlace],
    /// True if only a tenant's name restricts callers: see [`SharedProvider::has_free_form`].
    pub has_free_form: bool,
}

impl TenantKey {
    /// Returns the key with this lower-cased name; `None` for `sts:RoleSessionName`, because every caller has it and only one
    /// provider uses it to distinguish tenants.
    pub fn of(key: &str) -> Option<TenantKey> {
        let of_provider = |provider: &SharedProvider| {
            let of_key = key.strip_suffix(provider.claim).and_then(|start| start.strip_suffix(':'));
            (of_key == Some(provider.issuer)).then(|| provider.tenant_key())
        };
        let further = || {
            let (_, places) = FURTHER_OF_GITHUB.iter().find(|(name, _)| *name == key)?;
            Some(TenantKey { places, has_free_form: false })
        };
        SHARED_PROVIDERS.iter().find_map(of_provider).or_else(further)
    }
}

impl SharedProvider {
    /// Returns the provider that an ARN names, comparing its whole path.
    pub fn of(arn: &str) -> Option<&'static SharedProvider> {
        let mut fields = arn.splitn(6, ':');
        let (scheme, service) = (fields.next()?, fields.nth(1)?);
        let issuer = fields.nth(2)?.strip_prefix("oidc-provider/")?;
        let is_arn = scheme == "arn" && service == "iam";
        SHARED_PROVIDERS.iter().find(|known| is_arn && known.issuer.eq_ignore_ascii_case(issuer))
    }

    /// Returns the lower-cased key whose value names the tenant.
    pub fn key(&self) -> String {
        match self.names_session() {
            true => self.claim.to_owned(),
            false => format!("{}:{}", self.issuer, self.claim),
        }
    }

    /// True if the name of the requested session names the tenant.
    pub fn names_session(&self) -> bool {
        self.claim.contains(':')
    }

    /// Returns a value of the key for a Like operator that matches one tenant, with a placeholder for its name.
    pub fn example(&self) -> String {
        let usual = self.places.iter().find(|place| place.before == "repo:").or(self.places.first());
        match usual {
            Some(place) => format!("{}YOUR-NAME{}*", place.before, place.after),
            None => "YOUR-NAME".to_owned(),
        }
    }

    /// Returns how the key names the tenant.
    pub fn tenant_key(&self) -> TenantKey {
        TenantKey { places: self.places, has_free_form: self.has_free_form }
    }
}
