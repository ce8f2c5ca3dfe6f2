//! The fresh values of a key: values of a valid form that no policy mentions.
//!
//! They are languages instead of constants ("twelve digits, and none of the mentioned ids"), so a PASS covers all of them.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::encode::mentioned_ids::MentionedIds;
use crate::query::Outside;
use crate::request::TenantKey;

/// The form of the values of a key by which policies identify the callers they trust.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Account,
    Organization,
    Path,
    Vpc,
    Endpoint,
    VpcArn,
    /// An ARN of an account.
    Arn,
    /// As [`Form::Arn`], or the ARN of a resource that names no account.
    AnyArn,
    UserId,
    /// The application for which a token was issued: any text.
    Audience,
    /// A claim that names the tenant of a shared provider.
    Tenant(TenantKey),
    /// A Boolean that is never true.
    False,
    /// A key that is always absent.
    Absent,
}

/// Returns the form of a key whose value an outsider cannot choose. With `shares`, claims that name tenants of shared providers
/// are such keys.
pub(crate) fn form(key: &str, outside: &Outside, shares: bool) -> Option<Form> {
    if let Some(tenant) = TenantKey::of(key).filter(|_| shares) {
        return Some(Form::Tenant(tenant));
    }
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

/// Returns patterns for the fresh values of a key: a fresh value matches one of the first patterns and none of the second.
pub(crate) fn fresh_values(ids: &MentionedIds<'_>, form: Form, key: &str) -> (Vec<Pattern>, Vec<Pattern>) {
    let start = Pattern::builder;
    let exactly = |texts: &[String]| -> Vec<Pattern> {
        texts.iter().map(|text| start().text_any_case(text).finish()).collect()
    };
    let texts = |key: &str| -> Vec<Pattern> {
        ids.texts(key).into_iter().map(|text| start().text_any_case(text).finish()).collect()
    };
    let of_accounts = |rest: &dyn Fn(Builder) -> Builder| -> Vec<Pattern> {
        let of = |account: &String| rest(up_to_account(start()).text(account)).finish();
        ids.accounts.iter().map(of).collect()
    };
    let anything = |b: Builder| b.text(":").many(Class::ANY);
    let plain = |b: Builder| b.text(":").many(Class::ASCII);
    match form {
        Form::Account => {
            let mut forms = vec![digits(start()).finish()];
            // What anonymous callers hold.
            forms.extend((key == "aws:principalaccount").then(|| Pattern::word("anonymous")));
            (forms, exactly(&ids.accounts))
        }
        Form::Organization => (vec![id(start().text("o-")).finish()], exactly(&ids.organizations)),
        Form::Vpc => (vec![id(start().text("vpc-")).finish()], exactly(&ids.vpcs)),
        Form::Endpoint => (vec![id(start().text("vpce-")).finish()], exactly(&ids.endpoints)),
        Form::Path => {
            let path = |b: Builder| b.text("/").many(Class::ANY).finish();
            let mentioned = ids.organizations.iter().map(|o| path(start().text_any_case(o))).collect();
            (vec![path(id(start().text("o-")))], mentioned)
        }
        Form::Arn => (vec![anything(digits(up_to_account(start()))).finish()], of_accounts(&anything)),
        Form::VpcArn => {
            let vpc = id(digits(up_to_account(start())).text(":vpc/vpc-")).finish();
            let mut mentioned = of_accounts(&anything);
            let of_vpc = |vpc: &String| {
                up_to_account(start()).many(Class::NOT_COLON).text(":vpc/").text_any_case(vpc).finish()
            };
            mentioned.extend(ids.vpcs.iter().map(of_vpc));
            (vec![vpc], mentioned)
        }
        Form::AnyArn => {
            let own = anything(digits(up_to_account(start()))).finish();
            let field = |b: Builder| b.many(Class::ASCII.minus(Class::COLON)).text(":");
            let no_account = plain(field(field(field(start().text("arn:"))))).finish();
            let mut mentioned = of_accounts(&anything);
            mentioned.extend(ids.arns.iter().map(|arn| start().text_any_case(arn).finish()));
            for bucket in &ids.buckets {
                let s3 = start().text("arn:").many(Class::NOT_COLON).text(":s3:").many(Class::NOT_COLON);
                let of = s3.text("::").text_any_case(bucket);
                mentioned.extend([of.clone().finish(), of.text("/").many(Class::ANY).finish()]);
            }
            (vec![own, no_account], mentioned)
        }
        Form::UserId => {
            // Names of sessions are ASCII.
            let forms = [unique(start()), plain(unique(start())), digits(start())];
            let forms = forms.into_iter().chain([plain(digits(start()))]);
            let mut mentioned = texts(key);
            mentioned.extend(exactly(&ids.accounts));
            mentioned.extend(ids.accounts.iter().map(|a| anything(start().text(a)).finish()));
            (forms.map(Builder::finish).collect(), mentioned)
        }
        Form::Audience => (vec![Pattern::any()], texts(key)),
        Form::Tenant(tenant) => {
            let same = ids.texts(key).into_iter().flat_map(|text| same_tenant(tenant, text));
            let ended = tenant.places.iter().filter(|place| place.ends_name());
            let nameless = ended.flat_map(|place| {
                let before = || start().text_any_case(place.before);
                let empty = before().text(&place.after.to_string()).many(Class::ANY);
                [before().many(Class::NOT_SLASH).finish(), empty.finish()]
            });
            (vec![Pattern::any()], nameless.chain(same).collect())
        }
        Form::False => (vec![Pattern::any()], vec![start().text_any_case("true").finish()]),
        Form::Absent => (Vec::new(), Vec::new()),
    }
}

/// Returns patterns for the values of a key that name the same tenant as this text of a policy. Providers write each claim in one
/// spelling, so another case of it, which only operators that ignore case match, names no other tenant.
fn same_tenant(tenant: TenantKey, text: &str) -> Vec<Pattern> {
    let start = Pattern::builder;
    let mut same = Vec::new();
    for place in tenant.places {
        let mut rest = Some(text);
        while let Some(tail) = rest {
            // The text after each `:` may start with a tenant's name; a name without a text before it stands at the very start.
            rest = tail.split_once(':').map(|(_, tail)| tail).filter(|_| !place.before.is_empty());
            let Some((before, named)) = tail.split_at_checked(place.before.len()) else { continue };
            if !before.eq_ignore_ascii_case(place.before) {
                continue;
            }
            let name = named.split_once(place.after).map_or(named, |(name, _)| name);
            if name.contains(['*', '?', '$']) {
                continue;
            }
            let after = place.after.to_string();
            let anywhere = || start().many(Class::ANY).text(":");
            let places = if place.before.is_empty() { vec![start()] } else { vec![start(), anywhere()] };
            for before in places {
                let builder = before.text_any_case(place.before).text_any_case(name);
                same.push(builder.clone().finish());
                same.push(builder.text(&after).many(Class::ANY).finish());
            }
        }
    }
    if tenant.has_free_form {
        return same;
    }
    if tenant.places.is_empty() {
        // If the form is not known, two parts before a wildcard are taken to name a tenant.
        let spelled = text.split(['*', '?', '$']).next().map_or("", |start| start);
        let parts: Vec<&str> = spelled.split_inclusive([':', '/']).collect();
        let ended = parts.iter().filter(|part| part.ends_with([':', '/'])).count();
        // The scheme of a URL contains three separators.
        let needed = if spelled.starts_with("https://") { 5 } else { 2 };
        if ended >= needed {
            let named: String = parts.into_iter().take(ended).collect();
            same.push(start().text_any_case(&named).many(Class::ANY).finish());
        }
    }
    same.push(start().text_any_case(text).finish());
    same
}

/// Twelve digits.
pub(crate) fn digits(builder: Builder) -> Builder {
    (0..12).fold(builder, |b, _| b.one(Set::Class(Class::DIGIT)))
}

/// Letters and digits.
fn id(builder: Builder) -> Builder {
    builder.one(Set::Class(Class::ALNUM)).many(Class::ALNUM)
}

/// Appends a unique id such as AROA...: a letter, then letters and digits.
fn unique(builder: Builder) -> Builder {
    builder.one(Set::Class(Class::LOWER.union(Class::UPPER))).many(Class::ALNUM)
}

/// Appends the first two fields of an ARN.
pub(crate) fn up_to_service(builder: Builder) -> Builder {
    builder.text("arn:").many(Class::NOT_COLON).text(":")
}

/// Appends the first four fields of an ARN.
pub(crate) fn up_to_account(builder: Builder) -> Builder {
    let field = |b: Builder| b.many(Class::NOT_COLON).text(":");
    field(field(field(builder.text("arn:"))))
}
