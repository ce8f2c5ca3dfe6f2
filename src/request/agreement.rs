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

/// Keys that hold the time of the request: as a date, and in seconds.
const TIMES: [&str; 2] = ["aws:currenttime", "aws:epochtime"];

/// True if another key holds the same fact as this one (lower-cased name), or a part of it, in another spelling.
pub(crate) fn is_linked(key: &str) -> bool {
    TIMES.contains(&key) || ORGANIZATIONS.iter().any(|(id, paths)| *id == key || *paths == key)
}

impl Request {
    /// Returns variants of this request in which the organization paths start with the organization's id (or the id is the start
    /// of the first path), and `aws:EpochTime` is the second of `aws:CurrentTime` (or `aws:CurrentTime` is the date that `date`
    /// returns for `aws:EpochTime`). Policies must be evaluated again for a variant.
    pub(crate) fn in_agreement<'r>(
        &'r self,
        date: &'r dyn Fn(&str) -> Option<String>,
    ) -> impl Iterator<Item = Request> + 'r {
        let by = |by_epoch| [true, false].map(|by_id| (by_id, by_epoch));
        [false, true].into_iter().flat_map(by).map(move |(by_id, by_epoch)| {
            let mut other = self.clone();
            ORGANIZATIONS.iter().for_each(|(id, paths)| other.unite(id, paths, by_id));
            let [current, epoch] = TIMES.map(|key| self.values(key).and_then(<[String]>::first));
            if let (Some(current), Some(epoch)) = (current, epoch) {
                let [of_current, of_epoch] = TIMES;
                match (read_instant(current), date(epoch)) {
                    (_, Some(date)) if by_epoch => other.set(of_current, vec![date]),
                    (Some(instant), _) => other.set(of_epoch, vec![instant.whole_second().to_string()]),
                    (None, _) => {}
                }
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
