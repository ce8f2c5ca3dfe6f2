//! Names that were probably meant.

use super::Catalogue;
use super::key_names::prefix_of;
use super::service::{Service, word};

/// Suggestions for one name.
const MOST: usize = 3;
/// Bytes of a name that is compared: the longest listed one has far fewer.
const LONGEST: usize = 128;

/// Names by their distance from the wanted one.
struct Nearest<'w> {
    wanted: &'w str,
    /// Largest distance that still looks like a slip.
    bound: usize,
    found: Vec<(usize, String)>,
}

impl<'w> Nearest<'w> {
    /// Accepts one wrong letter in four of a part of this length, at least one and at most four.
    fn new(wanted: &'w str, length: usize) -> Nearest<'w> {
        Nearest { wanted, bound: (length / 4).clamp(1, 4), found: Vec::new() }
    }

    /// Offers a name in lower case, and how it is spelled.
    fn offer(&mut self, lower: &str, spelled: impl FnOnce() -> String) {
        if lower.len().abs_diff(self.wanted.len()) > self.bound {
            return;
        }
        let distance = strsim::osa_distance(self.wanted, lower);
        if distance <= self.bound {
            self.found.push((distance, spelled()));
        }
    }

    /// Returns the names at the smallest distance, in order.
    fn into_names(mut self) -> Vec<String> {
        self.found.sort();
        self.found.dedup();
        let smallest = self.found.first().map(|(distance, _)| *distance);
        let nearest = self.found.into_iter().filter(|(distance, _)| Some(*distance) == smallest);
        nearest.map(|(_, name)| name).take(MOST).collect()
    }
}

impl Catalogue {
    /// Returns listed actions with a name like this one, those at the smallest distance, at most three; none for a listed action.
    ///
    /// Looks at the service, or at services with a name like it; then for the same name in another service. For a pattern that ends in its
    /// only wildcard, patterns of listed actions that start with as many words.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let similar = |text| Catalogue::embedded().similar_actions(text);
    /// assert_eq!(similar("s3:GetObjekt"), ["s3:GetObject"]);
    /// assert_eq!(similar("s33:GetObject"), ["s3:GetObject"]);
    /// assert_eq!(similar("iam:AssumeRole"), ["sts:AssumeRole"]);
    /// assert_eq!(similar("s3:Lsit*"), ["s3:List*"]);
    /// assert!(similar("s3:GetObject").is_empty() && similar("s3:Frobnicate").is_empty());
    /// ```
    pub fn similar_actions(&self, text: &str) -> Vec<String> {
        let lower = text.to_ascii_lowercase();
        let Some((prefix, name)) = lower.split_once(':') else { return Vec::new() };
        if lower.len() > LONGEST || self.action(&lower).is_some() {
            return Vec::new();
        }
        if let (Some(start), Some(service)) = (name.strip_suffix('*'), self.service(prefix)) {
            return similar_starts(service, start);
        }
        let services = match self.service(prefix) {
            Some(service) => vec![service],
            None => self.similar_services(prefix).iter().filter_map(|prefix| self.service(prefix)).collect(),
        };
        let mut nearest = Nearest::new(name, name.len());
        for service in services {
            for entry in &service.actions {
                let spelled = || full_name(service, word(&service.text, entry.name));
                nearest.offer(word(&service.lower, entry.name), spelled);
            }
        }
        let near = nearest.into_names();
        if !near.is_empty() {
            return near;
        }
        let elsewhere = self.services().filter_map(|service| {
            let entry = service.actions.get(service.find_action(name)?)?;
            Some(full_name(service, word(&service.text, entry.name)))
        });
        elsewhere.take(MOST).collect()
    }

    /// Returns listed condition keys with a name like this one, those at the smallest distance, at most three; none for a listed key, and none where
    /// somebody else names the keys (an identity provider).
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let similar = |text| Catalogue::embedded().similar_keys(text);
    /// assert_eq!(similar("aws:SourceIP4"), ["aws:SourceIp"]);
    /// assert_eq!(similar("s3:prefx"), ["s3:prefix"]);
    /// assert_eq!(similar("aws:PrincipleTag/team"), ["aws:PrincipalTag/team"]);
    /// assert!(similar("token.actions.githubusercontent.com:sub").is_empty());
    /// ```
    pub fn similar_keys(&self, text: &str) -> Vec<String> {
        let lower = text.to_ascii_lowercase();
        if lower.len() > LONGEST || self.key(&lower).is_some() {
            return Vec::new();
        }
        // The part after a slash is chosen by the caller: only the part before it can be misspelt.
        let (stem, chosen) = match (lower.split_once('/'), text.split_once('/')) {
            (Some((stem, _)), Some((_, chosen))) => (stem, Some(chosen)),
            _ => (lower.as_str(), None),
        };
        let Some((prefix, name)) = stem.split_once(':') else { return Vec::new() };
        let services: Vec<&Service> = match self.service(prefix) {
            Some(service) => vec![service],
            None => self.similar_services(prefix).iter().filter_map(|prefix| self.service(prefix)).collect(),
        };
        let mut nearest = Nearest::new(stem, name.len());
        for key in self.global_keys().chain(services.into_iter().flat_map(Service::keys)) {
            let name = key.name();
            match (name.split_once('/'), chosen) {
                (Some((listed, "*")), Some(chosen)) => {
                    nearest.offer(&listed.to_ascii_lowercase(), || format!("{listed}/{chosen}"));
                }
                _ => nearest.offer(&name.to_ascii_lowercase(), || name.clone()),
            }
        }
        nearest.into_names()
    }

    /// True if AWS does not list this key, and should: its prefix is that of a service, or a listed key has a name like it.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let aws = Catalogue::embedded();
    /// assert!(aws.is_misspelt_key("s3:prefx") && aws.is_misspelt_key("s3:Frobnication"));
    /// assert!(!aws.is_misspelt_key("s3:prefix") && !aws.is_misspelt_key("id.example.com:sub"));
    /// ```
    pub fn is_misspelt_key(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let prefix = prefix_of(&lower);
        let is_of_aws = || prefix == "aws" || self.service(prefix).is_some();
        self.key(&lower).is_none() && (is_of_aws() || !self.similar_keys(name).is_empty())
    }

    /// Returns prefixes of services like this one, those at the smallest distance, at most three; none for a listed prefix.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// assert_eq!(Catalogue::embedded().similar_services("dynamdb"), ["dynamodb"]);
    /// ```
    pub fn similar_services(&self, prefix: &str) -> Vec<String> {
        let lower = prefix.to_ascii_lowercase();
        let mut nearest = Nearest::new(&lower, lower.len());
        if lower.len() > LONGEST || self.prefixes().any(|listed| listed == lower) {
            return Vec::new();
        }
        for listed in self.prefixes() {
            nearest.offer(listed, || listed.to_owned());
        }
        nearest.into_names()
    }
}

/// Returns patterns of the first words of listed actions that are like the start of another pattern.
fn similar_starts(service: &Service, start: &str) -> Vec<String> {
    let mut nearest = Nearest::new(start, start.len());
    if start.contains(['*', '?']) {
        return Vec::new();
    }
    for entry in &service.actions {
        let (lower, spelled) = (word(&service.lower, entry.name), word(&service.text, entry.name));
        let ends = spelled.char_indices().filter(|(at, letter)| *at > 0 && letter.is_ascii_uppercase());
        for end in ends.map(|(at, _)| at).chain([spelled.len()]) {
            if let (Some(lower), Some(spelled)) = (lower.get(..end), spelled.get(..end)) {
                nearest.offer(lower, || full_name(service, &format!("{spelled}*")));
            }
        }
    }
    nearest.into_names()
}

fn full_name(service: &Service, name: &str) -> String {
    format!("{}:{name}", service.prefix())
}
