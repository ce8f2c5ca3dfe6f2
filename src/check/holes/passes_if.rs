//! Restrictions of unknown values with which a check is proved to pass.

use super::Judge;
use crate::container::{HoleOrigin, Shape};
use crate::query::CheckKind;

/// A restriction of unknown values with which the check is proved to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassesIf {
    /// The values, by name.
    pub names: Vec<String>,
    /// The restriction, as part of a sentence: `hold no *, ?, ${`.
    pub condition: String,
    /// The pattern for a template's `AllowedPattern`, if the restriction is one.
    pub pattern: Option<String>,
    /// The shape of each value.
    pub shape: Shape,
}

/// The pattern of the id of an account.
const ACCOUNT: &str = "[0-9]{12}";

impl Judge<'_, '_> {
    /// Returns the weakest of a few restrictions with which the check is proved to pass.
    pub(super) fn passes_if(&self, on: &[String], shapes: &[Shape]) -> Option<PassesIf> {
        let is_about = |name: &str| on.iter().any(|on| on == name);
        let open: Vec<usize> = self
            .texts
            .list
            .iter()
            .zip(shapes)
            .enumerate()
            .filter(|(_, (text, _))| is_about(&text.name) && text.is_settable && !text.is_list)
            .map(|(number, _)| number)
            .collect();
        if open.is_empty() {
            return self.decided(on, shapes);
        }
        let names: Vec<String> =
            open.iter().filter_map(|number| Some(self.texts.list.get(*number)?.name.clone())).collect();
        let with = |shape: &Shape| {
            let mut shapes = shapes.to_vec();
            for number in &open {
                shapes.get_mut(*number)?.clone_from(shape);
            }
            self.proofs(&shapes).open.is_empty().then_some(())
        };
        let mut rungs = vec![(Shape::plain(), "holds no `*`, `?`, `$`, `{`, `}`", Some("[^*?${}]+"))];
        if open.iter().all(|number| self.is_account(*number)) {
            let account = Shape::pattern(ACCOUNT);
            rungs.extend(account.map(|shape| (shape, "is the id of an account", Some(ACCOUNT))));
        }
        for (shape, condition, pattern) in rungs {
            if open.iter().all(|number| shapes.get(*number).is_some_and(Shape::is_plain)) {
                break;
            }
            if with(&shape).is_some() {
                let is_stored = |number: &usize| {
                    let text = self.texts.list.get(*number);
                    text.is_some_and(|text| text.origin == HoleOrigin::StoredParameter)
                };
                let pattern = pattern.filter(|_| !open.iter().any(is_stored)).map(str::to_owned);
                return Some(PassesIf { names, condition: condition.to_owned(), pattern, shape });
            }
        }
        let [only] = open.as_slice() else { return None };
        let default = self.texts.list.get(*only)?.default.as_deref()?;
        let shape = Shape::pattern(&regex_syntax::escape(default))?;
        with(&shape)?;
        let condition = format!("is its default, `{default}`");
        Some(PassesIf { names, condition, pattern: None, shape })
    }

    /// True if a text stands where the id of an account is expected.
    fn is_account(&self, number: usize) -> bool {
        let Some(text) = self.texts.list.get(number) else { return false };
        let sign = text.sign.to_string();
        let is_public = self.problem.kind == CheckKind::NoPublicAccess;
        let is_field = |text: &String| text.split(':').nth(4) == Some(sign.as_str());
        self.signed().iter().any(|text| is_field(text) || is_public && *text == sign)
    }

    /// Returns the values of one parameter with few values for which the check passes.
    fn decided(&self, on: &[String], shapes: &[Shape]) -> Option<PassesIf> {
        let [name] = on else { return None };
        let open = self.proofs(shapes).open;
        let mut values: Vec<(&str, bool)> = Vec::new();
        for (number, pairing) in self.texts.pairings.iter().enumerate() {
            let value = pairing.decided.get(name)?;
            match values.iter_mut().find(|(known, _)| known == value) {
                Some((_, passes)) => *passes &= !open.contains(&number),
                None => values.push((value, !open.contains(&number))),
            }
        }
        let passing: Vec<&str> =
            values.into_iter().filter(|(_, passes)| *passes).map(|(value, _)| value).collect();
        if passing.is_empty() {
            return None;
        }
        let told: Vec<String> = passing.iter().map(|value| format!("`{value}`")).collect();
        let pattern = passing.iter().map(|value| regex_syntax::escape(value)).collect::<Vec<_>>().join("|");
        let shape = Shape::pattern(&pattern)?;
        Some(PassesIf {
            names: on.to_vec(),
            condition: format!("is {}", told.join(" or ")),
            pattern: None,
            shape,
        })
    }
}
