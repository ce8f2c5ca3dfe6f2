//! Resources with their policies, and VPC endpoints.

use super::gap::{Gap, GapKind};
use super::iam::{incomplete, is_same_json};
use super::model::{Collected, DocumentId, Endpoint, Resource};
use super::reader::{At, Reader, Step};
use crate::code::Code;
use crate::container::{Optional, Raw, list};
use crate::diagnostic::Diagnostic;
use crate::policy::{LayerKind, is_account_id, read_date};

/// The policy of a resource as an answer has it.
enum Answer<'t> {
    /// It is this; null says that there is none.
    Policy(Raw<'t>),
    /// There is none.
    None,
    /// It was not collected.
    Missing,
}

impl Reader<'_> {
    /// Reads a list of resources; none if it is another list.
    pub(super) fn rows(&mut self, at: At<'_>, root: Raw<'_>) -> Option<Step> {
        let rows = root.elements();
        let is_row = |row: &Raw<'_>| row.members().iter().any(|(key, _)| key == "Resource");
        if !rows.iter().all(is_row) {
            return None;
        }
        for row in rows {
            // A row with a fault does not hide the others.
            if let Err(fault) = self.resource_row(at, row) {
                self.fault(at.source, *fault);
            }
        }
        Some(Ok(()))
    }

    /// Reads `{"Resource": ARN, "Account": ID, "Policy": ..}`.
    pub(super) fn resource_row(&mut self, at: At<'_>, row: Raw<'_>) -> Step {
        let names = ["Resource", "Account", "Policy", "ObjectOwnership", "Error", "Role", "Kind"];
        let [arn, account, policy, ownership, error, role, kind] = row.fields(at.text(), names)?;
        if policy.is_none() && (role.is_some() || kind.is_some()) {
            // A row of an inventory says which role a resource runs as.
            return Ok(());
        }
        let answer = match policy {
            _ if error.is_some_and(|error| !error.is_null()) => Answer::Missing,
            Some(policy) if policy.is_null() => Answer::None,
            Some(policy) => Answer::Policy(policy),
            None => Answer::Missing,
        };
        let account = Some(account.owned()).filter(|account| !account.is_empty());
        let ownership = Some(ownership.owned()).filter(|text| !text.is_empty()).map(Into::into);
        self.resource(at, row, (&arn.owned(), account), answer)?;
        if let Some(resource) = self.resources.get_mut(&*arn.owned()) {
            resource.object_ownership = resource.object_ownership.take().or(ownership);
        }
        Ok(())
    }

    fn resource(
        &mut self,
        at: At<'_>,
        row: Raw<'_>,
        (arn, account): (&str, Option<String>),
        answer: Answer<'_>,
    ) -> Step {
        self.count(at, row)?;
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, _, own, rest] = *fields.as_slice() else {
            return Err(incomplete(at, row, &format!("`{arn}` is not the ARN of a resource")));
        };
        if arn.contains(['*', '?', '$']) || (service == "s3" && own.is_empty() && rest.contains('/')) {
            return Err(incomplete(
                at,
                row,
                &format!("`{arn}` is not the ARN of one resource with a policy"),
            ));
        }
        if service == "iam" && rest.starts_with("role/") {
            match answer {
                // The trust policy is in the details of the account.
                Answer::Missing => return Ok(()),
                Answer::None => {
                    let fault = incomplete(
                        at,
                        row,
                        &format!("{arn} has no policy here, and every role has a trust policy"),
                    );
                    return Err(Box::new(
                        fault.with_help("leave the member \"Policy\" out if it was not collected"),
                    ));
                }
                Answer::Policy(_) => {}
            }
        }
        let own = Some(own).filter(|own| is_account_id(own)).map(str::to_owned);
        if let (Some(own), Some(account)) = (&own, &account)
            && own != account
        {
            return Err(incomplete(at, row, &format!("{arn} is a resource of {own}, not of {account}")));
        }
        let account = own.or(account).or_else(|| at.account.map(str::to_owned));
        let Some(account) = account.filter(|account| is_account_id(account)) else {
            let place = row.span(at.text()).first_character(at.text());
            let fault = Diagnostic::error(
                Code::SnapshotUnplaced,
                format!("nothing says in which account {arn} is"),
                place,
            );
            let help = "add the member \"Account\", or write the file below accounts/ACCOUNT/";
            return Err(Box::new(fault.with_help(help)));
        };
        let place = at.place(row);
        if let Some(known) = self.resources.get(arn) {
            let is_same = known.account.as_ref() == account && is_same_json(known.place.text(), place.text());
            if !is_same {
                let first = known.place.clone();
                self.contradiction(arn, &first, &place);
            }
            return Ok(());
        }
        let gap = Gap::resource_policy(arn);
        let policy = match answer {
            Answer::Missing => Collected::Missing(Box::new(gap)),
            Answer::None => Collected::Known(None),
            Answer::Policy(body) => self.policy(at, (arn, ""), body, (LayerKind::Resource, gap)),
        };
        let resource = Resource { account: account.into(), policy, object_ownership: None, place };
        self.resources.insert(arn.into(), resource);
        Ok(())
    }

    /// Makes the policies of resources that are roles of the snapshot their trust policies.
    pub(super) fn join_trust_policies(&mut self) {
        let mut disagreeing = Vec::new();
        for (arn, role) in &mut self.principals {
            let Some(trust) = &mut role.trust else { continue };
            let Some(row) = self.resources.remove(arn) else { continue };
            match (&*trust, row.policy) {
                (_, Collected::Known(None)) => {}
                (Collected::Known(own), Collected::Known(Some(other))) => {
                    let text = |id: DocumentId| {
                        let document = &self.documents.0[id];
                        document.source.slice(document.span)
                    };
                    if !is_same_json(text(*own), text(other)) {
                        disagreeing.push((arn.clone(), role.place.clone(), row.place));
                    }
                }
                (Collected::Missing(_), Collected::Known(Some(other))) => *trust = Collected::Known(other),
                (_, Collected::Missing(gap)) => *trust = Collected::Missing(gap),
            }
        }
        for (arn, one, other) in disagreeing {
            self.contradiction(&format!("the trust policy of {arn}"), &one, &other);
        }
    }

    /// Reads an answer that names its resource by itself; none if it is another one.
    pub(super) fn self_naming(&mut self, at: At<'_>, root: Raw<'_>) -> Option<(&'static str, Step)> {
        let text = at.text();
        let fields =
            root.fields(text, ["Attributes", "ARN", "ResourcePolicy", "Arn", "Policy", "BackupVaultArn"]);
        let [attributes, secret, secret_policy, arn, policy, vault] = match fields {
            Ok(fields) => fields,
            Err(fault) => return Some(("a resource", Err(fault))),
        };
        let (kind, arn, answer) = if let Some(attributes) = attributes {
            let names =
                ["QueueArn", "TopicArn", "Policy", "VisibilityTimeout", "DelaySeconds", "CreatedTimestamp"];
            let [queue, topic, policy, visibility, delay, created] = match attributes.fields(text, names) {
                Ok(fields) => fields,
                Err(fault) => return Some(("a queue or topic", Err(fault))),
            };
            // Nobody asks for these by name: all attributes were asked for, and a policy is not among them.
            let are_all = queue.is_some() && visibility.is_some() && delay.is_some() && created.is_some();
            let answer = match policy {
                Some(policy) => Answer::Policy(policy),
                None if are_all => Answer::None,
                None => Answer::Missing,
            };
            match (queue, topic) {
                (Some(queue), _) => ("aws sqs get-queue-attributes", queue, answer),
                (None, Some(topic)) => ("aws sns get-topic-attributes", topic, answer),
                (None, None) => return None,
            }
        } else if let Some(secret) = secret {
            // `describe-secret` names the secret too, and says nothing of its policy.
            let is_own = |name: &str| ["ARN", "Name", "ResourcePolicy", "ResponseMetadata"].contains(&name);
            let answer = match secret_policy {
                Some(policy) => Answer::Policy(policy),
                None if root.members().iter().all(|(name, _)| is_own(name)) => Answer::None,
                None => Answer::Missing,
            };
            ("aws secretsmanager get-resource-policy", secret, answer)
        } else if let Some(vault) = vault {
            (
                "aws backup get-backup-vault-access-policy",
                vault,
                policy.map_or(Answer::Missing, Answer::Policy),
            )
        } else if let Some(arn) = arn.filter(|arn| arn.string().is_some_and(|arn| arn.contains(":events:"))) {
            ("aws events describe-event-bus", arn, policy.map_or(Answer::Missing, Answer::Policy))
        } else {
            return None;
        };
        let arn = Some(arn).owned();
        Some((kind, self.resource(at, root, (&arn, None), answer)))
    }

    /// Reads which services of an account were collected in all Regions and without an error.
    pub(super) fn coverage(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        let [account, services, collected] = root.fields(text, ["account", "services", "collected"])?;
        let account = account.owned();
        if !is_account_id(&account) {
            return Err(incomplete(at, root, "`account` has to be an id of twelve digits"));
        }
        if let Some(collected) = collected.filter(|collected| !collected.is_null()) {
            let time = Some(collected).owned();
            let Some((seconds, _)) = read_date(&time) else {
                return Err(incomplete(
                    at,
                    collected,
                    "`collected` has to be a time, such as 2026-11-29T08:00:00Z",
                ));
            };
            self.collected.insert(seconds, (account.as_str().into(), time.into()));
        }
        for (name, service) in services.members() {
            let [state, regions, errors] = service.fields(text, ["state", "regions", "errors"])?;
            let is_whole = &*state.text_or_empty() == "complete"
                && &*regions.text_or_empty() == "*"
                && errors.is_none_or(|errors| errors.is_array() && errors.elements().is_empty());
            if is_whole {
                self.complete.insert((account.as_str().into(), name.to_ascii_lowercase().into()));
            }
        }
        Ok(())
    }

    /// Reads `describe-vpc-endpoints`.
    pub(super) fn vpc_endpoints(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        self.whole_list(at, root)?;
        let text = at.text();
        for endpoint in list(root.member(text, "VpcEndpoints")?, "VpcEndpoints", text)? {
            self.count(at, endpoint)?;
            let names = ["VpcEndpointId", "VpcId", "ServiceName", "PolicyDocument"];
            let [id, vpc, service, policy] = endpoint.fields(text, names)?;
            let (id, vpc) = (id.owned(), vpc.owned());
            let service = service.text_or_empty().rsplit('.').next().map_or_else(String::new, str::to_owned);
            if id.is_empty() || vpc.is_empty() {
                return Err(incomplete(at, endpoint, "the endpoint has no `VpcEndpointId` or no `VpcId`"));
            }
            let place = at.place(endpoint);
            if let Some((_, first)) = self.endpoints.get(&*id) {
                if !is_same_json(first.text(), place.text()) {
                    let first = first.clone();
                    self.contradiction(&id, &first, &place);
                }
                continue;
            }
            let why = format!("the policy of the VPC endpoint {id} was not collected");
            let command =
                format!("aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {}", super::gap::word(&id));
            let gap = Gap::new(GapKind::Endpoint, &id, why, Some(command));
            let policy = match policy.filter(|policy| !policy.is_null()) {
                None => Collected::Known(None),
                Some(policy) => self.policy(at, (&id, ""), policy, (LayerKind::Endpoint, gap)),
            };
            let endpoint =
                Endpoint { id: id.as_str().into(), vpc: vpc.into(), service: service.into(), policy };
            self.endpoints.insert(id.into(), (endpoint, place));
        }
        Ok(())
    }
}
