//! Makes values of a template that no one wrote: each has the place of the value of which it is made.

use crate::policy::{Json, JsonValue, Member};
use crate::span::Span;

/// A maker of values at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Make(pub(super) Span);

impl Make {
    pub(super) fn text<'t>(self, text: &str) -> Json<'t> {
        Json { span: self.0, kind: JsonValue::String(text.to_owned().into()) }
    }

    pub(super) fn list<'t>(self, elements: Vec<Json<'t>>) -> Json<'t> {
        Json { span: self.0, kind: JsonValue::Array(elements) }
    }

    pub(super) fn object<'t>(self, members: Vec<(&str, Json<'t>)>) -> Json<'t> {
        let member = |(key, value): (&str, _)| Member { key: key.to_owned().into(), key_span: self.0, value };
        Json { span: self.0, kind: JsonValue::Object(members.into_iter().map(member).collect()) }
    }

    /// Makes the call of a function.
    pub(super) fn call<'t>(self, function: &str, arguments: Json<'t>) -> Json<'t> {
        self.object(vec![(function, arguments)])
    }

    /// Makes a reference to a parameter or resource.
    pub(super) fn reference<'t>(self, name: &str) -> Json<'t> {
        self.call("Ref", self.text(name))
    }

    /// Makes an attribute of a resource.
    pub(super) fn attribute<'t>(self, resource: &str, attribute: &str) -> Json<'t> {
        self.call("Fn::GetAtt", self.list(vec![self.text(resource), self.text(attribute)]))
    }

    /// Makes a text in which names stand for values.
    pub(super) fn substituted<'t>(self, text: &str, values: Vec<(&str, Json<'t>)>) -> Json<'t> {
        self.call("Fn::Sub", self.list(vec![self.text(text), self.object(values)]))
    }
}
