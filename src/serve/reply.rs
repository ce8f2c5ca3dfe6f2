//! Answers: what a client gets, and what logs and metrics say of it.

use super::operation::Operation;
use super::protocol::Protocol;
use super::refusal::Refusal;
use serde::Serialize;

/// An answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// AWS's name of the error, for the header `x-amzn-ErrorType`.
    pub error: Option<&'static str>,
    /// The body.
    pub body: Vec<u8>,
    /// The operation that answered.
    pub operation: Operation,
    /// The verdict, `OK`, or the name of the error.
    pub outcome: &'static str,
}

const JSON: &str = "application/json";
const XML: &str = "text/xml";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The outcome of an answer that is neither a verdict nor an error.
const OK: &str = "OK";

/// The successful answer of an operation.
pub(super) struct Success {
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) outcome: &'static str,
}

impl Success {
    /// Writes an answer in JSON.
    pub(super) fn json(value: &impl Serialize) -> Result<Success, Refusal> {
        Success::judged(value, OK)
    }

    /// Writes an answer with a verdict in JSON.
    pub(super) fn judged(value: &impl Serialize, outcome: &'static str) -> Result<Success, Refusal> {
        let body =
            serde_json::to_vec(value).map_err(|_| Refusal::internal("an answer is written as JSON"))?;
        Ok(Success { content_type: JSON, body, outcome })
    }

    /// Makes an answer of XML.
    pub(super) fn xml(body: String) -> Success {
        Success { content_type: XML, body: body.into_bytes(), outcome: OK }
    }

    /// Makes an answer of text.
    pub(super) fn text(body: String) -> Success {
        Success { content_type: TEXT, body: body.into_bytes(), outcome: OK }
    }
}

impl Reply {
    /// Writes the outcome of an operation in the form of its service.
    pub(super) fn of(
        operation: Operation,
        protocol: Protocol,
        outcome: Result<Success, Refusal>,
        request_id: &str,
    ) -> Reply {
        match outcome {
            Ok(Success { content_type, body, outcome }) => {
                Reply { status: 200, content_type, error: None, body, operation, outcome }
            }
            Err(refusal) => Reply {
                status: refusal.status,
                content_type: if protocol == Protocol::Json { JSON } else { XML },
                error: Some(refusal.code),
                body: written(&refusal, protocol, request_id).into_bytes(),
                operation,
                outcome: refusal.code,
            },
        }
    }
}

fn written(refusal: &Refusal, protocol: Protocol, request_id: &str) -> String {
    let (code, message) = (refusal.code, escaped(&refusal.message));
    match protocol {
        Protocol::Json => refusal.json().to_string(),
        Protocol::Query => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>{request_id}</RequestId></ErrorResponse>\n"
        ),
        Protocol::S3 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <RequestId>{request_id}</RequestId></Error>\n"
        ),
    }
}

/// Escapes text for XML; characters that XML does not allow are replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
