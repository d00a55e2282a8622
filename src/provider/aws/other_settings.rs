//! Settings of existing resources that an artifact has no field for.

/// Appends to a description the names of the settings that differ from those that we write. The artifact then equals none that we
/// write, and a plan shows the reason.
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
