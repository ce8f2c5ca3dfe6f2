//! Checks that a text is well-formed XML, as far as JUnit files use it.

/// The names of the elements, if tags match and text is escaped.
pub(crate) fn elements(xml: &str) -> Result<Vec<String>, String> {
    let wrong = |what: &str, at: usize| {
        Err(format!("{what} at {:?}", &xml[at..].chars().take(40).collect::<String>()))
    };
    let (mut names, mut open) = (Vec::new(), Vec::<String>::new());
    let mut at = xml.find("?>").ok_or("no declaration")? + 2;
    while at < xml.len() {
        let text = xml[at..].find('<').map_or(xml.len(), |next| at + next);
        for (index, c) in xml[at..text].char_indices() {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                return wrong("a control character", at + index);
            }
            let entity = ["&amp;", "&lt;", "&gt;", "&quot;", "&#10;", "&#9;", "&#13;"];
            if c == '&' && !entity.iter().any(|e| xml[at + index..].starts_with(e)) {
                return wrong("a bare &", at + index);
            }
        }
        if text == xml.len() {
            break;
        }
        let end = text + xml[text..].find('>').ok_or("an open tag")?;
        let tag = &xml[text + 1..end];
        if tag.matches('"').count() % 2 == 1 || tag.contains('<') || tag.contains('\n') {
            return wrong("a bad tag", text);
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop().as_deref() == Some(name) => {}
            Some(_) => return wrong("a tag that closes another", text),
            None => {
                let name = tag.split([' ', '/']).next().unwrap().to_owned();
                names.push(name.clone());
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
        at = end + 1;
    }
    if open.is_empty() { Ok(names) } else { Err(format!("{open:?} stay open")) }
}
