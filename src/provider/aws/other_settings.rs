//! Settings of existing resources that an artifact has no field for.

/// Appends the names of differing settings to a description. The artifact then differs from every desired one, and a plan shows the
/// reason.
pub(super) fn append_other_settings<'a>(
    description: &mut String,
    settings: impl IntoIterator<Item = (&'a str, bool)>,
) {
    let other: Vec<&str> = settings
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect();
    if !other.is_empty() {
        let gap = if description.is_empty() { "" } else { " " };
        *description = format!("{description}{gap}[with other {}]", other.join(", "));
    }
}
