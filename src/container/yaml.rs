//! Reads YAML into the same tree as JSON. Tags become CloudFormation's functions, aliases and merges are resolved within a
//! budget, and a key that occurs twice is an error.

mod scalar;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::index::broken;
use crate::limits::ContainerLimits;
use crate::policy::{Json, JsonValue, Member};
use crate::span::Span;
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A YAML document, read.
pub(crate) struct Yaml<'t> {
    pub(crate) json: Json<'t>,
    /// The starts of scalars that readers of YAML 1.1 and 1.2 read differently (`yes`, `010`).
    pub(crate) ambiguous: BTreeSet<u32>,
    pub(super) notes: Vec<Diagnostic>,
}

/// Reads the only document of a text.
pub(crate) fn read<'t>(text: &'t str, limits: &ContainerLimits) -> Result<Yaml<'t>, Vec<Diagnostic>> {
    let mut loader = Loader {
        text,
        limits,
        stack: Vec::new(),
        root: None,
        anchors: BTreeMap::new(),
        nodes: 0,
        ambiguous: BTreeSet::new(),
        alias: None,
        faults: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => loader.event(event, &span),
            Err(error) => {
                let Some(at) = error.marker().byte_offset() else {
                    broken("the parser counts the bytes of a text")
                };
                let at = at.min(text.len());
                let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                Err(Box::new(Diagnostic::error(
                    Code::InvalidYaml,
                    format!("not YAML: {}", error.info()),
                    Span::new(at, at + end),
                )))
            }
        };
        if let Err(fault) = step {
            loader.faults.push(*fault);
            return Err(loader.faults);
        }
    }
    let notes = loader.alias.map(|span| {
        let message = "aliases are resolved here; CloudFormation itself does not accept them";
        Diagnostic::warning(Code::ResolvedAlias, message, span)
    });
    match loader.root {
        Some(json) if loader.faults.is_empty() => {
            Ok(Yaml { json, ambiguous: loader.ambiguous, notes: Vec::from_iter(notes) })
        }
        Some(_) => Err(loader.faults),
        None => Err(vec![Diagnostic::error(Code::EmptyDocument, "the document is empty", Span::default())]),
    }
}

type Fault = Box<Diagnostic>;

/// A node, with the number of nodes in it.
type Counted<'t> = (Json<'t>, usize);

struct Loader<'t, 'l> {
    text: &'t str,
    limits: &'l ContainerLimits,
    stack: Vec<Frame<'t>>,
    root: Option<Json<'t>>,
    /// Nodes with anchors.
    anchors: BTreeMap<usize, Counted<'t>>,
    /// The number of nodes so far, including those of aliases.
    nodes: usize,
    ambiguous: BTreeSet<u32>,
    /// The first alias.
    alias: Option<Span>,
    faults: Vec<Diagnostic>,
}

/// A collection that has begun.
struct Frame<'t> {
    start: usize,
    anchor: usize,
    function: Option<(String, Span)>,
    nodes: usize,
    kind: FrameKind<'t>,
}

enum FrameKind<'t> {
    Sequence(Vec<Json<'t>>),
    Mapping {
        members: Vec<Member<'t>>,
        seen: BTreeMap<String, Span>,
        key: Option<(String, Span)>,
        merged: Vec<Json<'t>>,
    },
}

impl<'t> Loader<'t, '_> {
    fn event(&mut self, event: Event<'t>, span: &granit_parser::Span) -> Result<(), Fault> {
        let range = range(span);
        let place = Span::new(range.start, range.end);
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(fault(Code::SeveralDocuments, "the file holds more than one YAML document", place))
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tagged = self.tag(tag.as_deref(), span)?;
                if self.wants_key() {
                    return match tagged {
                        Some((_, tag)) => Err(fault(Code::InvalidTag, "a key cannot be a function", tag)),
                        None => self.key(&value, style, place),
                    };
                }
                let kind = self.scalar(&value, style, tag.as_deref(), place);
                let json = Json { span: place, kind };
                self.close((json, 1), anchor, tagged)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(range.start, anchor, tag.as_deref(), span, FrameKind::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let (members, seen, merged) = (Vec::new(), BTreeMap::new(), Vec::new());
                let kind = FrameKind::Mapping { members, seen, key: None, merged };
                self.open(range.start, anchor, tag.as_deref(), span, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
            Event::Alias(id) => {
                self.alias.get_or_insert(place);
                if self.wants_key() {
                    return Err(fault(Code::InvalidYaml, "an alias cannot be a key", place));
                }
                let Some((_, count)) = self.anchors.get(&id) else {
                    return Err(fault(Code::InvalidYaml, "the alias is inside its own anchor", place));
                };
                let count = *count;
                // Counted before copying, because aliases of aliases grow fast.
                self.count(count, place)?;
                match self.anchors.get(&id) {
                    Some((node, _)) => {
                        let node = node.clone();
                        self.add((node, count))
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        let top = self.stack.last().map(|frame| &frame.kind);
        matches!(top, Some(FrameKind::Mapping { key: None, .. }))
    }

    fn count(&mut self, nodes: usize, place: Span) -> Result<(), Fault> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            let message = format!("more than {} nodes, aliases resolved", self.limits.nodes);
            return Err(fault(Code::TooManyNodes, &message, place));
        }
        Ok(())
    }

    fn open(
        &mut self,
        start: usize,
        anchor: usize,
        tag: Option<&Tag>,
        span: &granit_parser::Span,
        kind: FrameKind<'t>,
    ) -> Result<(), Fault> {
        let place = Span::new(start, self.text.len()).first_character(self.text);
        if self.wants_key() {
            return Err(fault(Code::InvalidYaml, "a key has to be a text", place));
        }
        if self.stack.len() >= self.limits.depth {
            let message = format!("nested more than {} levels deep", self.limits.depth);
            return Err(fault(Code::NestedTooDeeply, &message, place));
        }
        let function = self.tag(tag, span)?;
        self.stack.push(Frame { start, anchor, function, nodes: 1, kind });
        Ok(())
    }

    fn end(&mut self, end: usize) -> Result<(), Fault> {
        let Some(frame) = self.stack.pop() else { broken("a collection that ends has begun") };
        // A block collection ends where the next token starts; the white space in between is omitted.
        let Some(text) = self.text.get(frame.start..end) else { broken("a collection ends after its start") };
        let span = Span::new(frame.start, frame.start + text.trim_end().len());
        let kind = match frame.kind {
            FrameKind::Sequence(list) => JsonValue::Array(list),
            FrameKind::Mapping { mut members, seen, merged, .. } => {
                merge(&mut members, seen, merged);
                JsonValue::Object(members)
            }
        };
        self.close((Json { span, kind }, frame.nodes), frame.anchor, frame.function)
    }

    /// Finishes a node: applies its tag and stores it under its anchor.
    fn close(
        &mut self,
        (json, nodes): Counted<'t>,
        anchor: usize,
        function: Option<(String, Span)>,
    ) -> Result<(), Fault> {
        self.count(1, json.span)?;
        let json = match function {
            Some((name, tag)) => called(name, tag, json),
            None => json,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (json.clone(), nodes));
        }
        self.add((json, nodes))
    }

    fn add(&mut self, (json, nodes): Counted<'t>) -> Result<(), Fault> {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(json);
            return Ok(());
        };
        frame.nodes += nodes;
        match &mut frame.kind {
            FrameKind::Sequence(list) => list.push(json),
            FrameKind::Mapping { members, seen, key, merged } => {
                let Some((key, key_span)) = key.take() else { return Ok(()) };
                if key == MERGE {
                    merged.push(json);
                    return Ok(());
                }
                if let Some(first) = seen.insert(key.clone(), key_span) {
                    self.faults.push(
                        Diagnostic::error(
                            Code::DuplicateKey,
                            format!("the key `{key}` occurs twice"),
                            key_span,
                        )
                        .with_label("second occurrence")
                        .with_related(first, "first occurrence")
                        .with_help("merge the two: readers disagree on which of them counts"),
                    );
                    return Ok(());
                }
                members.push(Member { key: key.into(), key_span, value: json });
            }
        }
        Ok(())
    }

    fn key(&mut self, value: &str, style: ScalarStyle, place: Span) -> Result<(), Fault> {
        self.count(1, place)?;
        let Some(Frame { kind: FrameKind::Mapping { key, .. }, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        let is_merge = value == "<<" && style == ScalarStyle::Plain;
        *key = Some((if is_merge { MERGE.to_owned() } else { value.to_owned() }, place));
        Ok(())
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, tag: Option<&Tag>, place: Span) -> JsonValue<'t> {
        let is_plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| tag.core_suffix() != Some("str"));
        if !is_plain {
            return JsonValue::String(value.to_owned().into());
        }
        if scalar::is_ambiguous(value) {
            self.ambiguous.insert(place.start);
        }
        match value {
            "true" => JsonValue::Bool(true),
            "false" => JsonValue::Bool(false),
            "" | "~" | "null" => JsonValue::Null,
            _ if scalar::is_number(value) => match self.text.get(place.range()) {
                Some(text) if text == value => JsonValue::Number(text),
                _ => JsonValue::String(value.to_owned().into()),
            },
            _ => JsonValue::String(value.to_owned().into()),
        }
    }

    /// Returns the function that a tag stands for, with the place of the tag.
    fn tag(&self, tag: Option<&Tag>, span: &granit_parser::Span) -> Result<Option<(String, Span)>, Fault> {
        let Some(tag) = tag else { return Ok(None) };
        let at = span.tag_span().and_then(|span| span.byte_range());
        let at = at.unwrap_or_else(|| range(span));
        let place = Span::new(at.start, at.end);
        if let Some(core) = tag.core_suffix() {
            return match core {
                "str" | "int" | "float" | "bool" | "null" | "map" | "seq" => Ok(None),
                _ => {
                    Err(fault(Code::InvalidTag, &format!("CloudFormation does not accept `!!{core}`"), place))
                }
            };
        }
        let name = tag.suffix();
        match name {
            "" => Ok(None),
            "Ref" | "Condition" => Ok(Some((name.to_owned(), place))),
            _ if FUNCTIONS.contains(&name) => Ok(Some((format!("Fn::{name}"), place))),
            _ => {
                let message = format!("`!{name}` is not a function of CloudFormation");
                Err(fault(Code::InvalidTag, &message, place))
            }
        }
    }
}

/// The key under which `<<` is kept until its mapping ends; no text of a file is equal to it.
const MERGE: &str = "\u{0}<<";

/// Functions that have a short form.
const FUNCTIONS: [&str; 25] = [
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// Returns the bytes of an event.
fn range(span: &granit_parser::Span) -> Range<usize> {
    match span.byte_range() {
        Some(range) => range,
        None => broken("the parser counts the bytes of a text"),
    }
}

fn fault(code: Code, message: &str, place: Span) -> Fault {
    Box::new(Diagnostic::error(code, message, place))
}

/// Returns the long form of a tagged node. `!GetAtt A.B.C` splits at the first dot.
fn called<'t>(name: String, tag: Span, json: Json<'t>) -> Json<'t> {
    let span = Span { start: tag.start.min(json.span.start), end: json.span.end.max(tag.end) };
    let value = match json.kind {
        JsonValue::String(text) if name == "Fn::GetAtt" => match text.split_once('.') {
            Some((resource, attribute)) => {
                let part =
                    |text: &str| Json { span: json.span, kind: JsonValue::String(text.to_owned().into()) };
                Json { span: json.span, kind: JsonValue::Array(vec![part(resource), part(attribute)]) }
            }
            None => Json { span: json.span, kind: JsonValue::String(text) },
        },
        kind => Json { span: json.span, kind },
    };
    Json { span, kind: JsonValue::Object(vec![Member { key: name.into(), key_span: tag, value }]) }
}

/// Adds the members of `<<`: a written member takes precedence over them, and the first mapping over later ones.
fn merge<'t>(members: &mut Vec<Member<'t>>, mut seen: BTreeMap<String, Span>, merged: Vec<Json<'t>>) {
    let mut sources = Vec::new();
    for json in merged {
        match json.kind {
            JsonValue::Array(list) => sources.extend(list),
            kind => sources.push(Json { span: json.span, kind }),
        }
    }
    for source in sources {
        let JsonValue::Object(inner) = source.kind else { continue };
        for member in inner {
            if !seen.contains_key(&*member.key) {
                seen.insert(member.key.to_string(), member.key_span);
                members.push(member);
            }
        }
    }
}
