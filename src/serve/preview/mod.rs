//! Access previews: the access from outside that a proposed configuration of a resource gives. Each is computed when it is made.

mod compute;
mod configuration;
pub(super) mod store;

use super::analyzers::exists;
use super::body::Body;
use super::call::Moment;
use super::form::Fields;
use super::refusal::Refusal;
use super::reply::Success;
use super::state::State;
use crate::index::broken;
use crate::surface::json_members;
use hmac_sha256::Hash;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::Preview;

/// The most resources of one preview.
const RESOURCES: usize = 10;
/// The most findings of one page, if the client states no number.
const PAGE: usize = 10_000;

/// A preview as clients get it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PreviewView<'p> {
    id: &'p str,
    analyzer_arn: &'p str,
    /// As the client sent them.
    configurations: &'p RawValue,
    created_at: &'p str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<Value>,
}

/// Answers CreateAccessPreview.
pub(super) fn create(state: &State, body: &Body<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let analyzer = body.text("analyzerArn")?;
    exists(state, &analyzer)?;
    let text = body.needed("configurations")?;
    let wrong = |why: &str| {
        Refusal::invalid("configurations", format!("`configurations` has to be an object: {why}"))
    };
    let members = json_members(text).map_err(|(_, why)| wrong(&why))?;
    if members.is_empty() || members.len() > RESOURCES {
        return Err(wrong(&format!("it has 1 to {RESOURCES} members, each an ARN with its configuration")));
    }
    let token: Option<String> = body.optional("clientToken", "a string")?;
    let id = uuid(&[&analyzer, text, token.as_deref().unwrap_or(&moment.request_id)]);
    let created = moment.timestamp();
    let mut preview = Preview {
        id: id.clone(),
        analyzer,
        configurations: text.to_owned(),
        created,
        findings: Vec::new(),
        failed: None,
    };
    for (arn, configuration) in &members {
        match compute::findings(state, arn, configuration.get(), moment) {
            Ok(findings) => preview.findings.extend(findings),
            Err(why) => {
                preview.failed = Some(format!("{arn}: {why}"));
                break;
            }
        }
    }
    if preview.failed.is_some() {
        preview.findings.clear();
    }
    for (place, finding) in preview.findings.iter_mut().enumerate() {
        if let Some(members) = finding.as_object_mut() {
            members.insert("id".to_owned(), uuid(&[&id, &place.to_string()]).into());
            members.insert("createdAt".to_owned(), preview.created.as_str().into());
        }
    }
    state.previews.keep(preview);
    Success::json(&json!({"id": id}))
}

/// Answers GetAccessPreview.
pub(super) fn get(state: &State, id: &str, fields: &Fields<'_>) -> Result<Success, Refusal> {
    let analyzer = fields.get("analyzerArn");
    let analyzer = analyzer.ok_or_else(|| Refusal::invalid("analyzerArn", "`analyzerArn` is missing"))?;
    let preview = state.previews.find(id, &analyzer)?;
    let configurations = serde_json::from_str(&preview.configurations)
        .map_err(|_| Refusal::internal("the configurations of a preview are JSON"))?;
    let view = PreviewView {
        id: &preview.id,
        analyzer_arn: &preview.analyzer,
        configurations,
        created_at: &preview.created,
        status: if preview.failed.is_some() { "FAILED" } else { "COMPLETED" },
        status_reason: preview
            .failed
            .as_deref()
            .map(|why| json!({"code": "INVALID_CONFIGURATION", "message": why})),
    };
    Success::json(&BTreeMap::from([("accessPreview", view)]))
}

/// Answers ListAccessPreviewFindings. A preview that was not computed has no list.
pub(super) fn findings(state: &State, id: &str, body: &Body<'_>) -> Result<Success, Refusal> {
    let analyzer = body.text("analyzerArn")?;
    let preview = state.previews.find(id, &analyzer)?;
    if let Some(why) = &preview.failed {
        return Err(Refusal::conflict(format!("The access preview failed. {why}"))
            .with("resourceId", id.into())
            .with("resourceType", "AccessPreview".into()));
    }
    if body.raw("filter").is_some_and(|filter| json_members(filter).is_ok_and(|members| !members.is_empty()))
    {
        return Err(Refusal::not_supported("iamsat does not filter the findings of access previews"));
    }
    let most: Option<usize> = body.optional("maxResults", "a number")?;
    let most = most.unwrap_or(PAGE);
    if most == 0 {
        return Err(Refusal::invalid("maxResults", "`maxResults` is at least 1"));
    }
    let start = match body.optional::<String>("nextToken", "a string")? {
        None => 0,
        Some(token) => {
            let place = token.parse::<usize>().ok().filter(|place| *place < preview.findings.len());
            place.ok_or_else(|| Refusal::invalid("nextToken", "the token is not one of iamsat"))?
        }
    };
    // A page behind the last finding would be an empty list.
    let Some(rest) = preview.findings.get(start..) else { broken("a page starts within the findings") };
    let page = rest.get(..most).unwrap_or(rest);
    let mut view = json!({"findings": page});
    if let (true, Some(members)) = (page.len() < rest.len(), view.as_object_mut()) {
        members.insert("nextToken".to_owned(), (start + page.len()).to_string().into());
    }
    Success::json(&view)
}

/// Makes an id in the form of a UUID from texts.
fn uuid(texts: &[&str]) -> String {
    let mut hash = Hash::new();
    for text in texts {
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
