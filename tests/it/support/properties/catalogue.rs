//! A catalogue that is written right is read, says what was written, and is the same packed; a damaged one is an error, or it is
//! a catalogue of its own. Nothing panics.

use arbitrary::{Result, Unstructured};
use iamsat::catalogue::{Action, Carried, Catalogue};
use iamsat::limits::CatalogueLimits;
use iamsat::policy::{ActionPattern, ResourcePattern, Template};
use std::collections::BTreeSet;

const LIMITS: CatalogueLimits = CatalogueLimits { bytes: 64 << 10, services: 20, actions: 100 };

/// Reads the bytes as a catalogue, then one that the bytes make, and that one damaged.
pub(crate) fn holds(data: &[u8]) {
    if let Ok(catalogue) = Catalogue::read(data, &LIMITS) {
        agrees_with_itself(&catalogue);
        if let Ok(text) = std::str::from_utf8(data) {
            assert_eq!(catalogue.text(), text);
        }
    }
    let mut choices = Unstructured::new(data);
    let Ok(text) = written(&mut choices) else { return };
    let catalogue =
        Catalogue::read(text.as_bytes(), &LIMITS).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    assert_eq!(catalogue.text(), text);
    agrees_with_itself(&catalogue);
    for bytes in [text.into_bytes(), catalogue.packed()] {
        let Ok(damaged) = damaged(bytes, &mut choices) else { return };
        if let Ok(other) = Catalogue::read(&damaged, &LIMITS) {
            agrees_with_itself(&other);
            let changes = other.changes_since(&catalogue);
            let is_same = other.digest() == catalogue.digest();
            assert!(!is_same || changes.is_empty(), "{changes:?}");
            changes.iter().for_each(|change| assert!(!change.to_string().is_empty()));
        }
    }
}

fn agrees_with_itself(catalogue: &Catalogue) {
    for bytes in [catalogue.text().into_bytes(), catalogue.packed()] {
        let again = Catalogue::read(&bytes, &CatalogueLimits::default()).unwrap();
        assert_eq!(again.digest(), catalogue.digest());
    }
    assert!(catalogue.changes_since(catalogue).is_empty());
    let mut total = 0;
    for service in catalogue.services() {
        let actions: Vec<Action<'_>> = catalogue.actions_of(service).collect();
        total += actions.len();
        let all = ActionPattern::new(&format!("{}:*", service.prefix())).unwrap();
        assert_eq!(catalogue.stands_for(&all).actions, actions.len());
        actions.iter().for_each(|action| action_agrees(catalogue, action));
        for key in service.keys().filter(|key| !key.name().starts_with("aws:")) {
            let name = key.name().replace('*', "x");
            assert!(
                catalogue.key(&name.to_uppercase()).is_some() && catalogue.similar_keys(&name).is_empty()
            );
            assert!(!key.is_list() || catalogue.is_list_key(&name), "{name}");
        }
        for format in service.resources().flat_map(|resource| resource.formats()) {
            let spelled = format.spelled();
            assert!(format.matches(&spelled) && format.meets(&pattern(&spelled)), "{spelled}");
        }
    }
    assert_eq!(total, catalogue.origin().actions);
    assert_eq!(catalogue.stands_for(&ActionPattern::new("*").unwrap()).actions, total);
}

fn action_agrees(catalogue: &Catalogue, action: &Action<'_>) {
    let name = action.full_name();
    assert_eq!(catalogue.action(&name.to_uppercase()).map(|found| found.full_name()), Some(name.clone()));
    let exact = ActionPattern::new(&name).unwrap();
    assert_eq!(
        catalogue.matching(&exact).map(|found| found.full_name()).collect::<Vec<_>>(),
        std::slice::from_ref(&name)
    );
    assert!(catalogue.similar_actions(&name).is_empty() && action.levels().highest().is_some());
    assert!(action.can_be_about(&pattern("*")));
    for resource in ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/c", "arn:aws:s:::"] {
        assert!(!action.is_about(resource) || action.can_be_about(&pattern(resource)), "{name} {resource}");
    }
    for key in action.keys() {
        assert_eq!(action.carries(&key.name().replace('*', "x")), Carried::Listed);
    }
}

fn pattern(text: &str) -> ResourcePattern {
    ResourcePattern::new(text, Template::parse(text, false).unwrap())
}

/// Up to four different names in order.
fn names(choices: &mut Unstructured<'_>, from: &[&str]) -> Result<Vec<String>> {
    let count = choices.int_in_range(0..=4)?;
    let names: Result<BTreeSet<&str>> = (0..count).map(|_| choices.choose(from).copied()).collect();
    Ok(names?.into_iter().map(str::to_owned).collect())
}

/// A number below a length, or `-`.
fn number(choices: &mut Unstructured<'_>, length: usize) -> Result<String> {
    if length == 0 || choices.ratio(1, 3)? {
        return Ok("-".to_owned());
    }
    Ok(choices.choose_index(length)?.to_string())
}

/// A catalogue without a fault.
fn written(choices: &mut Unstructured<'_>) -> Result<String> {
    let prefixes = names(choices, &["a", "iam", "s", "s3", "s3-x"])?;
    let (mut lines, mut actions) = (Vec::new(), 0);
    for prefix in &prefixes {
        lines.push(format!("S {prefix} {} Service {prefix}", choices.choose(&["-", "rcp"])?));
        let mut keys = names(choices, &[":a", ":B/*", "@RequestTag/*", "@TagKeys", "sso:x", "sso:y/*/z"])?;
        keys.sort_by_key(|key| match key.split_at(1) {
            (":", own) => format!("{prefix}:{own}").to_lowercase(),
            ("@", global) => format!("aws:{global}").to_lowercase(),
            _ => key.clone(),
        });
        for key in &keys {
            lines.push(format!("K {} {key}", choices.choose(&["s", "S", "b", "r", "N"])?));
        }
        let sets = choices.int_in_range(0..=if keys.is_empty() { 0 } else { 3 })?;
        for _ in 0..sets {
            lines.push(format!("C {}", choices.choose_index(keys.len())?));
        }
        let resources = names(choices, &["bucket", "job", "object", "stream group"])?;
        for name in &resources {
            let format = choices.choose(&[
                "~{A}",
                "arn:{Partition}:s3:::{B}",
                "arn:{P}:s:*::x/*",
                "~q:{A}/*\t~{A}",
            ])?;
            lines.push(format!("R\t{name}\t{}\t{format}", number(choices, sets)?));
        }
        let rows = choices.int_in_range(0..=if resources.is_empty() { 0 } else { 3 })?;
        for _ in 0..rows {
            let resource = choices.choose_index(resources.len())?;
            lines.push(format!("L {resource}{}", choices.choose(&["", "!"])?));
        }
        for name in names(choices, &["DeleteIt", "GetIt", "GetThat", "ListIt", "PutIt"])? {
            let levels = choices.choose(&["L", "R", "W", "WT", "WP"])?;
            lines.push(format!("A {levels} {} {} {name}", number(choices, rows)?, number(choices, sets)?));
            actions += 1;
        }
    }
    let counts = format!("counts {} {actions} {}", prefixes.len(), lines.len());
    let head = ["iamsat-catalogue 1", "source s 1", "date 2026-09-26", "integrity i", "notice n", &counts];
    let globals = ["G b aws:SecureTransport", "X old"];
    let all = head.into_iter().chain(globals).chain(lines.iter().map(String::as_str));
    Ok(all.flat_map(|line| [line, "\n"]).collect())
}

/// The same bytes with some changed, left out, exchanged or cut off.
fn damaged(mut bytes: Vec<u8>, choices: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    for _ in 0..choices.int_in_range(1..=3)? {
        if bytes.is_empty() {
            break;
        }
        let place = choices.choose_index(bytes.len())?;
        match choices.int_in_range(0..=4)? {
            0 => bytes.truncate(place),
            1 => drop(bytes.remove(place)),
            2 => bytes[place] = choices.arbitrary()?,
            3 => bytes.insert(place, choices.arbitrary()?),
            _ => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                let (a, b) = (choices.choose_index(lines.len())?, choices.choose_index(lines.len())?);
                lines.swap(a, b);
                bytes = lines.concat();
            }
        }
    }
    Ok(bytes)
}
