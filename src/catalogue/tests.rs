//! Facts of the embedded catalogue, and what hostile files do.

use super::*;
use crate::hash::sha256;
use crate::policy::{ResourcePattern, Template};

fn read(text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::read(text.as_bytes(), &CatalogueLimits::default())
}

/// Small enough to try every cut and every exchange of lines.
const SMALL: &str = "iamsat-catalogue 1\nsource p 1\ndate 2026-09-26\nintegrity sha512-x\nnotice N\ncounts 2 3 9\n\
                     G b aws:SecureTransport\nX old\n\
                     S q - Queues\nA L - - Ask\n\
                     S s3 rcp Amazon S3\nK S :a\nC 0\nR\tbucket\t0\tarn:{Partition}:s3:::{Name}\nL 0!\n\
                     A WP 0 0 Give\nA R - - Show\n";

#[test]
fn the_embedded_catalogue_is_valid_and_has_its_digest() {
    let whole = Catalogue::read(EMBEDDED, &CatalogueLimits::default()).unwrap();
    assert_eq!(whole.digest(), EMBEDDED_DIGEST.trim());
    let embedded = Catalogue::embedded();
    assert_eq!(sha256(&embedded.text()), EMBEDDED_DIGEST.trim());
    assert_eq!(embedded.packed(), EMBEDDED, "pack the text form again");
    assert_eq!(embedded.name(), "catalogue-2026-09-26");
    assert!(EMBEDDED.len() <= 250_000, "{}", EMBEDDED.len());
    let origin = embedded.origin();
    assert_eq!((origin.services, origin.actions), (456, 22_091));
    assert_eq!(embedded.services().map(Service::action_count).sum::<usize>(), origin.actions);
}

/// Facts that AWS's pages state, one of each kind.
#[test]
fn facts() {
    let aws = Catalogue::embedded();
    let levels = |name| aws.action(name).unwrap().levels().to_string();
    assert_eq!(levels("s3:ListBucket"), "List");
    assert_eq!(levels("s3:PutObjectTagging"), "Write, Tagging");
    assert_eq!(levels("s3:PutBucketPolicy"), "Write, Permissions management");
    // The reference lists it as Write; the overlay adds what it does.
    assert_eq!(levels("iam:PassRole"), "Write, Permissions management");
    let role = aws.action("iam:PassRole").unwrap().rows().next().unwrap();
    assert!(role.is_required() && role.resource().name() == "role");
    assert!(aws.action("s3:ListObjects").is_none());
    assert!(aws.service("s3").unwrap().supports_rcp() && !aws.service("iam").unwrap().supports_rcp());
    // Keys of web identity providers are listed by sts under the provider's name.
    assert_eq!(
        aws.key("token.actions.githubusercontent.com:actor").unwrap().service().unwrap().prefix(),
        "sts"
    );
    assert_eq!(aws.key("ec2:osuser").unwrap().service().unwrap().prefix(), "ec2-instance-connect");
    assert!(aws.key("cognito-identity.amazonaws.com:amr").unwrap().is_list());
    // Several formats of one type, and names with blanks.
    let gateway = aws.service("apigateway").unwrap();
    assert!(gateway.resources().any(|resource| resource.formats().count() == 2));
    assert!(aws.services().flat_map(Service::resources).any(|resource| resource.name().contains(' ')));
}

#[test]
fn a_format_matches_its_own_spelling() {
    let aws = Catalogue::embedded();
    for resource in aws.services().flat_map(Service::resources) {
        for format in resource.formats() {
            let spelled = format.spelled();
            let pattern = ResourcePattern::new(&spelled, Template::parse(&spelled, false).unwrap());
            assert!(format.matches(&spelled) && format.meets(&pattern), "{spelled}");
        }
    }
}

#[test]
fn every_action_can_be_about_some_resource() {
    let aws = Catalogue::embedded();
    let any = ResourcePattern::new("*", Template::parse("*", false).unwrap());
    for action in aws.services().flat_map(|service| aws.actions_of(service)) {
        assert!(action.can_be_about(&any), "{}", action.full_name());
    }
}

#[test]
fn every_listed_key_is_found_by_its_name() {
    let aws = Catalogue::embedded();
    for service in aws.services() {
        for key in service.keys() {
            let name = key.name().replace('*', "x");
            let found = aws.key(&name.to_ascii_uppercase()).unwrap();
            // A more specific spelling may be listed too.
            assert!(found.name().len() >= key.name().len(), "{name}");
            let is_list = key.is_list() && !name.starts_with("aws:");
            assert!(!is_list || aws.is_list_key(&name), "{name}");
        }
    }
}

#[test]
fn a_cut_or_shuffled_file_is_an_error() {
    assert!(read(SMALL).is_ok());
    for end in 0..SMALL.len() {
        assert!(read(SMALL.get(..end).unwrap()).is_err(), "{end}");
    }
    let lines: Vec<&str> = SMALL.split_inclusive('\n').collect();
    for a in 0..lines.len() {
        for b in 0..a {
            let mut shuffled = lines.clone();
            shuffled.swap(a, b);
            assert!(read(&shuffled.concat()).is_err(), "{a} {b}");
        }
        let without: String =
            lines.iter().enumerate().filter(|(place, _)| *place != a).map(|(_, line)| *line).collect();
        // The facts of these two lines are missing, and nothing else depends on them.
        let is_fact = lines[a].starts_with("G ") || lines[a].starts_with("X ");
        assert_eq!(read(&without).is_ok(), is_fact, "{a}");
    }
}

#[test]
fn a_hostile_packed_file_is_an_error() {
    let packed = read(SMALL).unwrap().packed();
    let limits = CatalogueLimits::default();
    let whole = Catalogue::read(&packed, &limits).unwrap();
    assert_eq!(whole.text(), SMALL);
    for end in 0..packed.len() {
        assert!(Catalogue::read(&packed[..end], &limits).is_err(), "{end}");
    }
    // A changed byte is a fault, or it stands for the same facts.
    for place in 0..packed.len() {
        for bit in 0..8 {
            let mut changed = packed.clone();
            changed[place] ^= 1 << bit;
            if let Ok(other) = Catalogue::read(&changed, &limits) {
                assert_eq!(sha256(&other.text()), other.digest(), "{place} {bit}");
            }
        }
    }
}

#[test]
fn limits_are_errors() {
    let limits = |bytes, services, actions| CatalogueLimits { bytes, services, actions };
    let packed = read(SMALL).unwrap().packed();
    for (limits, fits) in [
        (limits(SMALL.len() + 100, 2, 3), true),
        (limits(SMALL.len() - 1, 2, 3), false),
        (limits(SMALL.len() + 100, 1, 3), false),
        (limits(SMALL.len() + 100, 2, 2), false),
    ] {
        assert_eq!(Catalogue::read(SMALL.as_bytes(), &limits).is_ok(), fits, "{limits:?}");
        assert_eq!(Catalogue::read(&packed, &limits).is_ok(), fits, "{limits:?}");
    }
}

#[test]
fn changes_name_everything() {
    let old = read(SMALL).unwrap();
    let text = SMALL
        .replace("S q - Queues\nA L - - Ask\n", "")
        .replace("K S :a", "K s :b")
        .replace("{Name}\n", "{Name}/x\n")
        .replace("A WP 0 0 Give", "A W - 0 Give")
        .replace("A R - - Show", "A R - - Tell\nS t - Topics\nA L - - List");
    let new = read(&text).unwrap();
    let changes: Vec<String> = new.changes_since(&old).iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "- service q (1 actions)",
            "~ action s3:Give: Write, Permissions management -> Write",
            "~ action s3:Give: -key s3:a, -resource bucket (required), +key s3:b",
            "+ action s3:Tell (Read)",
            "- action s3:Show (Read)",
            "+ key s3:b (String)",
            "- key s3:a (list of String)",
            "~ resource s3:bucket: -arn:${Partition}:s3:::${Name}, +arn:${Partition}:s3:::${Name}/x",
            "+ service t (1 actions)",
        ]
    );
}
