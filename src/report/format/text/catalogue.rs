//! Answers about a catalogue: names stand at the start of a line, so that other programs can read lists.

use super::style::Style;
use crate::catalogue::{Action, Catalogue, Key, Level, ResourceType, Service, StandsFor};
use crate::explain::display::one_line;
use crate::report::answer::{CatalogueAnswer, CatalogueFacts};

/// Writes an answer about a catalogue.
pub fn catalogue(answer: &CatalogueAnswer<'_>, style: Style) -> String {
    style.shown(&facts(answer)).into_owned()
}

/// Writes how many actions a pattern stands for.
pub fn counted(answer: &CatalogueAnswer<'_>) -> String {
    match &answer.facts {
        CatalogueFacts::Expansion { stands_for, .. } => format!("{stands_for}\n"),
        _ => facts(answer),
    }
}

fn facts(answer: &CatalogueAnswer<'_>) -> String {
    match &answer.facts {
        CatalogueFacts::Overview => overview(answer.catalogue),
        CatalogueFacts::Action(action) => shown_action(action),
        CatalogueFacts::Service(service) => shown_service(answer.catalogue, service),
        CatalogueFacts::Expansion { actions, .. } => {
            actions.iter().map(|action| format!("{}\n", action.full_name())).collect()
        }
        CatalogueFacts::Keys(action) => keys(action.keys(), ""),
        CatalogueFacts::Key(key, actions) => shown_key(key, actions),
        CatalogueFacts::Resources(_, types) => {
            types.iter().map(|(resource, actions)| about(resource, actions)).collect()
        }
        CatalogueFacts::Changes { older, changes } => {
            let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
            let newer = answer.catalogue.name();
            format!("{lines}{}: {older} -> {newer}\n", number_of(changes.len(), "difference"))
        }
        CatalogueFacts::Unlisted { kind, name, similar } => {
            let meant = if similar.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", similar.join(" or "))
            };
            format!("`{}` is not a listed {kind}{meant}\n", one_line(name))
        }
    }
}

fn overview(catalogue: &Catalogue) -> String {
    let origin = catalogue.origin();
    let rows = [
        ("source", origin.source.as_str()),
        ("date", origin.date.as_str()),
        ("integrity", origin.integrity.as_str()),
        ("sha256", catalogue.digest()),
        ("notice", origin.notice.as_str()),
    ];
    let counts =
        format!("{}, {}", number_of(origin.services, "service"), number_of(origin.actions, "action"));
    let rows: String =
        rows.iter().map(|(name, value)| format!("  {name:9}  {}\n", one_line(value))).collect();
    format!("{}: {counts}\n{rows}", catalogue.name())
}

fn shown_action(action: &Action<'_>) -> String {
    let mut out = format!("{}: {}\n", action.full_name(), action.levels());
    let mut rows = action.rows().peekable();
    if rows.peek().is_none() {
        out.push_str("  about no resource type: its requests are about `*`\n");
    }
    for row in rows {
        let need = if row.is_required() { "required" } else { "optional" };
        let resource = row.resource();
        out.push_str(&format!("  resource type {} ({need})\n", one_line(resource.name())));
        out.push_str(&formats(&resource));
    }
    let listed = action.keys();
    if !listed.is_empty() {
        out.push_str("  condition keys, beside the global ones\n");
        out.push_str(&keys(listed, "    "));
    }
    out
}

fn shown_service(catalogue: &Catalogue, service: &Service) -> String {
    let stands_for: StandsFor = catalogue.actions_of(service).collect();
    let levels = Level::ALL.into_iter().filter(|level| stands_for.at(*level) > 0);
    let levels: Vec<String> =
        levels.map(|level| format!("{} {}", stands_for.at(level), level.name())).collect();
    let counts = [
        format!("{} ({})", number_of(stands_for.actions, "action"), levels.join(", ")),
        number_of(service.resources().count(), "resource type"),
        number_of(service.keys().count(), "condition key"),
    ];
    let policies = if service.supports_rcp() { "apply" } else { "do not apply" };
    let counts: String = counts.iter().map(|count| format!("  {count}\n")).collect();
    format!(
        "{}: {}\n{counts}  resource control policies {policies}\n",
        service.prefix(),
        one_line(service.title())
    )
}

fn keys(keys: Vec<Key<'_>>, indent: &str) -> String {
    keys.iter().map(|key| format!("{indent}{}  {}\n", one_line(&key.name()), key.described())).collect()
}

fn shown_key(key: &Key<'_>, actions: &[Action<'_>]) -> String {
    let mut out = format!("{}: {}\n", one_line(&key.name()), key.described());
    if key.service().is_none() {
        out.push_str("  a global condition key\n");
    }
    out.extend(actions.iter().map(|action| format!("  {}\n", action.full_name())));
    out
}

fn about(resource: &ResourceType<'_>, actions: &[Action<'_>]) -> String {
    let actions: String = actions.iter().map(|action| format!("  {}\n", action.full_name())).collect();
    format!("{}\n{}{actions}", one_line(resource.name()), formats(resource))
}

fn formats(resource: &ResourceType<'_>) -> String {
    resource.formats().map(|format| format!("    {}\n", one_line(&format.spelled()))).collect()
}

/// Writes a number and a noun.
fn number_of(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ActionPattern;

    fn drawn(answer: &CatalogueAnswer<'_>) -> String {
        catalogue(answer, Style::default())
    }

    #[test]
    fn an_action_shows_what_its_requests_are_about() {
        let aws = Catalogue::embedded();
        let text = drawn(&CatalogueAnswer::show(aws, "sqs:tagqueue"));
        assert_eq!(
            text,
            "sqs:TagQueue: Write, Tagging\n  resource type queue (required)\n    \
             arn:${Partition}:sqs:${Region}:${Account}:${QueueName}\n  condition keys, beside the global ones\n    \
             aws:RequestTag/*  String\n    aws:ResourceTag/*  String\n    aws:TagKeys  list of String\n"
        );
        let text = drawn(&CatalogueAnswer::show(aws, "sqs:ListQueues"));
        assert_eq!(text, "sqs:ListQueues: Read\n  about no resource type: its requests are about `*`\n");
    }

    #[test]
    fn lists_have_one_name_a_line() {
        let aws = Catalogue::embedded();
        let pattern = ActionPattern::new("sqs:*Permission").unwrap();
        let all = CatalogueAnswer::expand(aws, &pattern, &[]);
        assert_eq!(
            (drawn(&all).as_str(), all.is_found()),
            ("sqs:AddPermission\nsqs:RemovePermission\n", true)
        );
        let none = CatalogueAnswer::expand(aws, &pattern, &[Level::List]);
        assert_eq!((drawn(&none).as_str(), none.is_found()), ("", false));
        assert_eq!(drawn(&CatalogueAnswer::keys(aws, "sqs:SendMessage")), "aws:ResourceTag/*  String\n");
        let key = drawn(&CatalogueAnswer::key(aws, "kms:viaservice"));
        assert!(key.starts_with("kms:ViaService: String\n") && key.contains("\n  kms:Decrypt\n"), "{key}");
        let resources = CatalogueAnswer::resources(aws, "iam", Some("arn:aws:iam::*:role/*"));
        let text = drawn(&resources);
        assert!(
            text.starts_with("role\n    arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}\n"),
            "{text}"
        );
        assert!(text.contains("\n  iam:PassRole\n") && !text.contains("\nuser\n"), "{text}");
        let nowhere = CatalogueAnswer::resources(aws, "iam", Some("arn:aws:s3:::b"));
        assert!(!nowhere.is_found());
        assert!(drawn(&CatalogueAnswer::changes(aws, aws)).starts_with("0 differences: "));
    }
}
