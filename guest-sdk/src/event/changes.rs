//! What an update changed, and what that means for a conversation.

use std::ops::Deref;

use super::Change;

/// The changes of an update. A slice of [`Change`]s, with words for those that matter most.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes(pub Vec<Change>);

/// Fields that say whose a conversation is: Freshchat's, then Chatwoot's.
const ASSIGNEES: [&str; 4] = [
    "assigned_agent_id",
    "assigned_group_id",
    "assignee_id",
    "team_id",
];

impl Changes {
    /// The change of this field, in the desk's own word for it.
    pub fn of(&self, field: &str) -> Option<&Change> {
        self.0.iter().find(|change| change.field == field)
    }

    /// Whether an agent or a group got the conversation, from nobody or from another.
    pub fn assigned(&self) -> bool {
        self.assignees().any(|change| change.new_value.is_some())
    }

    /// Whether an agent or a group lost the conversation and no other of its kind got it. What went
    /// from an agent to a group was both assigned and unassigned.
    pub fn unassigned(&self) -> bool {
        let lost = |change: &Change| change.old_value.is_some() && change.new_value.is_none();
        self.assignees().any(lost)
    }

    /// Whether the conversation was resolved.
    pub fn resolved(&self) -> bool {
        self.status()
            .is_some_and(|change| !was(change) && change.new_value.as_deref() == Some(RESOLVED))
    }

    /// Whether the conversation was resolved before and is not any more.
    pub fn reopened(&self) -> bool {
        self.status()
            .is_some_and(|change| was(change) && change.new_value.as_deref() != Some(RESOLVED))
    }

    fn status(&self) -> Option<&Change> {
        self.of("status")
    }

    fn assignees(&self) -> impl Iterator<Item = &Change> {
        let changes = self.0.iter();
        changes.filter(|change| {
            ASSIGNEES.contains(&change.field.as_str()) && change.old_value != change.new_value
        })
    }
}

const RESOLVED: &str = "resolved";

fn was(change: &Change) -> bool {
    change.old_value.as_deref() == Some(RESOLVED)
}

impl Deref for Changes {
    type Target = [Change];

    fn deref(&self) -> &[Change] {
        &self.0
    }
}

impl From<Vec<Change>> for Changes {
    fn from(changes: Vec<Change>) -> Self {
        Self(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ChangeKind;
    use super::*;

    /// `field: old -> new`, where `-` is none.
    fn changes(lines: &[&str]) -> Changes {
        let value = |text: &str| (text != "-").then(|| text.to_owned());
        let change = |line: &&str| {
            let (field, values) = line.split_once(": ").unwrap();
            let (old, new) = values.split_once(" -> ").unwrap();
            Change {
                kind: ChangeKind::Model,
                field: field.to_owned(),
                old_value: value(old),
                new_value: value(new),
                disputed: false,
            }
        };
        Changes(lines.iter().map(change).collect())
    }

    #[test]
    fn words_for_changes() {
        for (lines, assigned, unassigned, resolved, reopened) in [
            (
                &["assigned_agent_id: - -> 7"][..],
                true,
                false,
                false,
                false,
            ),
            (&["assigned_agent_id: 7 -> 8"], true, false, false, false),
            (&["assigned_agent_id: 7 -> 7"], false, false, false, false),
            (&["assigned_group_id: 7 -> -"], false, true, false, false),
            (
                &["assigned_agent_id: 7 -> -", "assigned_group_id: - -> 3"],
                true,
                true,
                false,
                false,
            ),
            (&["assignee_id: - -> 7"], true, false, false, false),
            (&["team_id: 4 -> -"], false, true, false, false),
            (&["status: assigned -> resolved"], false, false, true, false),
            (&["status: - -> resolved"], false, false, true, false),
            (
                &["status: resolved -> resolved"],
                false,
                false,
                false,
                false,
            ),
            (&["status: resolved -> new"], false, false, false, true),
            (&["status: resolved -> -"], false, false, false, true),
            (
                &["status: resolved -> assigned", "assigned_agent_id: - -> 7"],
                true,
                false,
                false,
                true,
            ),
            (&["status: new -> assigned"], false, false, false, false),
            (&["first_name: Ada -> resolved"], false, false, false, false),
            (&[], false, false, false, false),
        ] {
            let changes = changes(lines);
            let words = [
                changes.assigned(),
                changes.unassigned(),
                changes.resolved(),
                changes.reopened(),
            ];
            assert_eq!(
                words,
                [assigned, unassigned, resolved, reopened],
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_field_is_found_by_its_name() {
        let changes = changes(&["status: new -> resolved", "channel_id: 1 -> 2"]);
        let old = changes.of("channel_id").unwrap().old_value.as_deref();
        assert_eq!((old, changes.len()), (Some("1"), 2));
        assert!(changes.of("channel").is_none());
    }
}
