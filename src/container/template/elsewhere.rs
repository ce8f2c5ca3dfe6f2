//! Policies that are not in the template: those of the definition of an API that is elsewhere, and of the function that rotates a
//! secret.
//!
//! Source: AWS CloudFormation Template Reference, "AWS::ApiGateway::RestApi" and "AWS::SecretsManager::RotationSchedule"; Amazon API
//! Gateway Developer Guide, "x-amazon-apigateway-policy"; AWS SAM Developer Guide, "AWS::Serverless::Api".

use super::super::entry::Container;
use super::super::kind::PolicyKind;
use super::properties::{is_policy_object, maker};
use super::resource::{Path, Reader, Resource, not_known};
use crate::policy::{Json, JsonValue, ResourceType};
use crate::span::Span;

/// The member of a definition that is the resource policy of the API.
const POLICY: &str = "x-amazon-apigateway-policy";

impl<'t> Reader<'_, '_, 't> {
    /// Adds the policies that are not in the properties of a resource, as not known.
    pub(super) fn elsewhere(
        &self,
        resource: &Resource<'_, 't>,
        (properties, root): (&Json<'t>, &Path),
        container: &mut Container,
    ) {
        let mut add = |path: Path, span: Span, resource_type: &str, reason: &str| {
            let mut entry = self.entry(resource, &path, span);
            entry.kind = Some(PolicyKind::Resource);
            entry.resource_type = ResourceType::from_name(resource_type);
            entry.content = not_known(reason.to_owned(), "");
            container.entries.push(entry);
        };
        let members = match resource.kind {
            "AWS::ApiGateway::RestApi" => ["Body", "BodyS3Location"],
            "AWS::Serverless::Api" => ["DefinitionBody", "DefinitionUri"],
            "AWS::SecretsManager::RotationSchedule" => {
                let hosted = properties.member("HostedRotationLambda");
                let made = maker(properties).map(|_| (root.clone(), properties.span));
                let place = hosted.map(|hosted| (root.member("HostedRotationLambda"), hosted.key_span));
                if let Some((path, span)) = place.or(made) {
                    let reason = "AWS makes a function with a role and a permission that rotates the secret";
                    add(path, span, "AWS::Lambda::Function", reason);
                }
                return;
            }
            _ => return,
        };
        let api = "AWS::ApiGateway::RestApi";
        for name in members {
            let Some(member) = properties.member(name) else { continue };
            let path = root.member(name);
            if matches!(member.value.kind, JsonValue::Null) {
                continue;
            }
            if !matches!(name, "Body" | "DefinitionBody")
                || maker(&member.value).is_some()
                || !matches!(member.value.kind, JsonValue::Object(_))
            {
                let reason =
                    "the resource policy may be in the definition of the API, which is not in the template";
                add(path, member.value.span, api, reason);
                continue;
            }
            let Some(policy) = member.value.member(POLICY) else { continue };
            let is_empty = match &policy.value.kind {
                JsonValue::Null => true,
                JsonValue::Object(members) => members.is_empty(),
                _ => false,
            };
            if !is_empty && !is_policy_object(&policy.value) {
                let reason = "a part of the definition of the API makes its resource policy";
                add(path.member(POLICY), policy.value.span, api, reason);
            }
        }
    }
}
