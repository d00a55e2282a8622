//! The changes of one kind as lines: signs, names, differences. A brief listing folds similar changes
//! into one line.

use std::collections::BTreeMap;

use crate::artifact::{Artifact, Origin};
use crate::diagnostic::visible;
use crate::plan::model::PlanPart;

use super::paint::Paint;
use super::words::{Detail, padded, shortened, width};
use crate::plan::change::{Action, Change};
use crate::plan::fields::{self, FieldDifference};

/// The maximum number of separately listed artifacts in a brief listing, and of names in a folded
/// line.
const LISTED: usize = 10;

/// The maximum number of differences per artifact in a brief listing.
const DIFFERENCES: usize = 8;

/// The maximum length of a value next to another value on one line.
const SHORT: usize = 48;

/// The maximum length of a value in a brief listing.
const LONG: usize = 110;

/// The settings of a listing.
#[derive(Clone, Copy)]
pub(super) struct Listing<'a> {
    pub(super) stack: &'a str,
    /// The part of the plan with the origins of the changes.
    pub(super) part: &'a PlanPart,
    pub(super) detail: Detail,
    pub(super) paint: Paint,
}

/// Changes with equal keys share a line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum FoldKey {
    Alone(String),
    Alike(Vec<FieldDifference>),
}

impl<'a> Listing<'a> {
    /// Changes of one kind, by action.
    pub(super) fn lines(self, changes: &[&Change]) -> Vec<String> {
        let mut lines = Vec::new();
        for action in [
            Action::Create,
            Action::Update,
            Action::Adopt,
            Action::Delete,
        ] {
            let changes = changes.iter().copied();
            let changes: Vec<&Change> =
                changes.filter(|change| change.action() == action).collect();
            lines.extend(match action {
                Action::Create | Action::Delete => self.whole(action, &changes),
                Action::Update | Action::Adopt => self.differing(action, &changes),
            });
        }
        lines
    }

    fn whole(self, action: Action, changes: &[&Change]) -> Vec<String> {
        match self.detail {
            Detail::Full => changes
                .iter()
                .flat_map(|change| self.every_field(action, change.artifact()))
                .collect(),
            Detail::Brief if changes.len() > LISTED => self.by_resource(action, changes),
            Detail::Brief => self.one_by_one(action, changes),
        }
    }

    fn every_field(self, action: Action, artifact: &Artifact) -> Vec<String> {
        let fields = fields::texts(artifact);
        let widest = width(fields.iter().map(|(name, _)| name.as_str()));
        let mut lines = vec![self.signed(action, artifact.name())];
        lines.extend(fields.iter().map(|(name, value)| {
            let line = format!("      {}  {}", padded(name, widest), visible(value));
            line.trim_end().to_owned()
        }));
        lines
    }

    fn one_by_one(self, action: Action, changes: &[&Change]) -> Vec<String> {
        let widest = width(changes.iter().map(|change| change.name()));
        let line = |change: &&Change| {
            let essence = shortened(&visible(&fields::essence(change.artifact())), LONG);
            let name = padded(change.name(), widest);
            self.signed(
                action,
                &format!("{name}  {essence}{}", self.mark([*change])),
            )
        };
        changes.iter().map(line).collect()
    }

    /// `+ CreateOrder   12  errors, throttles, …`: one line per resource, and one line for changes
    /// without an origin (deletions).
    fn by_resource(self, action: Action, changes: &[&Change]) -> Vec<String> {
        let mut resources: BTreeMap<String, Vec<(&Change, &Origin)>> = BTreeMap::new();
        let mut others: Vec<&str> = Vec::new();
        for change in changes {
            match self.origin(change) {
                Some(origin) => {
                    let of_resource = resources.entry(self.resource(origin)).or_default();
                    of_resource.push((change, origin));
                }
                None => others.push(change.name()),
            }
        }
        let widest = width(resources.keys().map(String::as_str));
        let mut lines = Vec::new();
        for (resource, changes) in &resources {
            let resource = padded(resource, widest);
            let names: Vec<String> = changes.iter().map(|(_, origin)| origin.name()).collect();
            let mark = self.mark(changes.iter().map(|(change, _)| *change));
            let text = format!("{resource}  {:>4}  {}{mark}", names.len(), some_of(&names));
            lines.push(self.signed(action, &text));
        }
        if !others.is_empty() {
            let text = format!("{}  {}", others.len(), some_of(&others));
            lines.push(self.signed(action, &text));
        }
        lines
    }

    /// The mark of changes that need a name which only a deployment gives.
    fn mark<'c>(self, changes: impl IntoIterator<Item = &'c Change>) -> &'static str {
        let is_unknown = |change: &Change| self.part.unknown_names(&change.id()).is_some();
        if changes.into_iter().any(is_unknown) {
            "  [after deployment]"
        } else {
            ""
        }
    }

    fn origin(self, change: &Change) -> Option<&'a Origin> {
        self.part.origin(&change.id())
    }

    /// The resource name of an origin, relative to the stack.
    fn resource(self, origin: &Origin) -> String {
        match &origin.resource {
            Some(id) => id.within(self.stack).into_owned(),
            None => "the stack".to_owned(),
        }
    }

    /// The short title of an artifact of a resource: `CreateOrder.error-rate`. Any other artifact has
    /// only its name.
    fn title(self, change: &Change) -> String {
        match self.origin(change) {
            Some(origin) if origin.resource.is_some() => {
                format!("{}.{}", self.resource(origin), origin.name())
            }
            Some(_) | None => change.name().to_owned(),
        }
    }

    fn differing(self, action: Action, changes: &[&Change]) -> Vec<String> {
        let mut alike: Vec<(Vec<FieldDifference>, Vec<&Change>)> = Vec::new();
        let mut places: BTreeMap<FoldKey, usize> = BTreeMap::new();
        for change in changes {
            let differences = self.differences_of(change);
            let key = self.fold_key(change, &differences);
            let place = *places.entry(key).or_insert_with(|| {
                alike.push((differences, Vec::new()));
                alike.len() - 1
            });
            if let Some((_, members)) = alike.get_mut(place) {
                members.push(change);
            }
        }
        alike
            .iter()
            .flat_map(|(differences, members)| self.group(action, differences, members))
            .collect()
    }

    fn differences_of(self, change: &Change) -> Vec<FieldDifference> {
        let (Some(old), Some(new)) = (change.before(), change.after()) else {
            return Vec::new();
        };
        match self.detail {
            Detail::Full => fields::differences(old, new),
            Detail::Brief => fields::brief_differences(old, new),
        }
    }

    fn fold_key(self, change: &Change, differences: &[FieldDifference]) -> FoldKey {
        match self.detail {
            Detail::Full => FoldKey::Alone(change.name().to_owned()),
            Detail::Brief => FoldKey::Alike(differences.to_vec()),
        }
    }

    fn group(
        self,
        action: Action,
        differences: &[FieldDifference],
        members: &[&Change],
    ) -> Vec<String> {
        let title = match members {
            [change] => change.name().to_owned(),
            many => {
                let names: Vec<String> = many.iter().map(|change| self.title(change)).collect();
                format!("{} alike: {}", names.len(), some_of(&names))
            }
        };
        let title = if action == Action::Adopt {
            format!("adopted: {title}")
        } else {
            title
        };
        let mark = self.mark(members.iter().copied());
        let mut lines = vec![self.signed(action, &(title + mark))];
        lines.extend(self.differences(differences));
        lines
    }

    fn differences(self, differences: &[FieldDifference]) -> Vec<String> {
        let shown = match self.detail {
            Detail::Brief => differences.len().min(DIFFERENCES),
            Detail::Full => differences.len(),
        };
        let (shown, rest) = differences.split_at(shown);
        let with_values = shown
            .iter()
            .filter(|difference| difference.old.is_some() || difference.new.is_some());
        let widest = width(with_values.map(|difference| difference.field.as_str()));
        let mut lines: Vec<String> = shown
            .iter()
            .flat_map(|difference| self.difference(difference, widest))
            .collect();
        if !rest.is_empty() {
            lines.push(format!("      … and {} more", rest.len()));
        }
        lines
    }

    fn difference(self, difference: &FieldDifference, widest: usize) -> Vec<String> {
        let field = visible(&difference.field);
        let (old, new) = match (
            difference.old.as_deref().map(visible),
            difference.new.as_deref().map(visible),
        ) {
            (Some(old), Some(new)) => (old, new),
            (None, None) => return vec![format!("      {field}")],
            (old, new) => {
                return vec![format!(
                    "      {}  {}",
                    padded(&field, widest),
                    self.one_side(old, new)
                )];
            }
        };
        if old.chars().count() <= SHORT && new.chars().count() <= SHORT {
            return vec![format!(
                "      {}  {} → {}",
                padded(&field, widest),
                self.paint.removed(&old),
                self.paint.added(&new)
            )];
        }
        let (old, new) = match self.detail {
            Detail::Brief => where_they_part(&old, &new),
            Detail::Full => (old, new),
        };
        let (old, new) = (
            self.paint.removed(&format!("- {old}")),
            self.paint.added(&format!("+ {new}")),
        );
        vec![
            format!("      {field}"),
            format!("        {old}"),
            format!("        {new}"),
        ]
    }

    fn one_side(self, old: Option<String>, new: Option<String>) -> String {
        let removed = old.map(|old| self.paint.removed(&format!("- {old}")));
        removed
            .or_else(|| new.map(|new| self.paint.added(&format!("+ {new}"))))
            .unwrap_or_default()
    }

    fn signed(self, action: Action, text: &str) -> String {
        let sign = self.paint.action(action, &action.sign().to_string());
        format!("  {sign} {}", visible(text).trim_end())
    }
}

fn some_of(names: &[impl AsRef<str>]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).map(AsRef::as_ref).collect();
    let mut text = shown.join(", ");
    if names.len() > LISTED {
        text.push_str(", …");
    }
    shortened(&text, LONG)
}

/// Shortens two long texts around their first difference.
fn where_they_part(old: &str, new: &str) -> (String, String) {
    const BEFORE: usize = 24;
    let common = old
        .chars()
        .zip(new.chars())
        .take_while(|(left, right)| left == right)
        .count();
    let skipped = common.saturating_sub(BEFORE);
    (excerpt(old, skipped), excerpt(new, skipped))
}

/// A text without its first `skipped` characters, shortened.
fn excerpt(text: &str, skipped: usize) -> String {
    let rest: String = text.chars().skip(skipped).collect();
    let lead = if skipped > 0 { "…" } else { "" };
    shortened(&format!("{lead}{rest}"), LONG)
}
