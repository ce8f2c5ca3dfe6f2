//! XML, as other programs read it.

/// The names of the elements in order, if the text is well-formed XML with a declaration.
pub(crate) fn elements(xml: &str) -> Result<Vec<String>, String> {
    if !xml.starts_with("<?xml ") {
        return Err("no declaration".to_owned());
    }
    let document = roxmltree::Document::parse(xml).map_err(|error| error.to_string())?;
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    Ok(elements.map(|element| element.tag_name().name().to_owned()).collect())
}
