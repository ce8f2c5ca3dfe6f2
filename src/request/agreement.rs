//! Makes requests whose keys agree: if two keys hold the same fact in two spellings, one value is copied from the other.

use crate::policy::read_instant;
use crate::request::Request;

/// Keys that hold the id of an organization, and the paths that start with it.
const ORGANIZATIONS: [(&str, &str); 4] = [
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:vpceorgid", "aws:vpceorgpaths"),
];

impl Request {
    /// Returns variants of this request in which the organization paths start with the organization's id (or the id is the start
    /// of the first path), and `aws:EpochTime` is the second of `aws:CurrentTime`. Policies must be evaluated again for a
    /// variant.
    pub(crate) fn in_agreement(&self) -> impl Iterator<Item = Request> + '_ {
        [true, false].into_iter().map(|by_id| {
            let mut other = self.clone();
            ORGANIZATIONS.iter().for_each(|(id, paths)| other.unite(id, paths, by_id));
            let current = self.values("aws:currenttime").and_then(<[String]>::first);
            if let (Some(instant), Some(_)) =
                (current.and_then(|text| read_instant(text)), self.values("aws:epochtime"))
            {
                other.set("aws:epochtime", vec![instant.whole_second().to_string()]);
            }
            other
        })
    }

    /// Gives the paths and the id the same organization: that of the id, or that of the first path.
    fn unite(&mut self, id: &str, paths: &str, by_id: bool) {
        let of_path =
            |path: &String| path.split_once('/').map(|(start, rest)| (start.to_owned(), rest.to_owned()));
        let split: Option<Vec<(String, String)>> =
            self.values(paths).map(|list| list.iter().filter_map(of_path).collect());
        let own = self.values(id).and_then(<[String]>::first).cloned();
        let (Some(split), Some(own)) = (split, own) else { return };
        let organization = match split.first() {
            Some((start, _)) if !by_id => start.clone(),
            _ => own,
        };
        let united = split.into_iter().map(|(_, rest)| format!("{organization}/{rest}")).collect();
        self.set(paths, united);
        self.set(id, vec![organization]);
    }
}
