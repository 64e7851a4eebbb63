//! What of a group changed, as the text that the log keeps: one object of JSON with what changed and nothing else.

use chat_core::conversation::{GroupUpdate, HistoryVisibility};
use chat_core::pace::Pace;
use chat_core::room::{Slug, Visibility};
use chat_core::text::{AvatarUrl, Description, Label};
use serde_json::{Map, Value};

/// The text of an update.
pub(crate) fn show_update(update: &GroupUpdate) -> String {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("name", update.name.as_ref().map(|name| name.as_str().into()));
    put("description", update.description.as_ref().map(|text| text.as_ref().map(Description::as_str).into()));
    put("avatar", update.avatar.as_ref().map(|avatar| avatar.as_ref().map(AvatarUrl::as_str).into()));
    put("history", update.history.map(|history| history.as_str().into()));
    put("pace", update.pace.map(|pace| pace.seconds().into()));
    put("slug", update.slug.as_ref().map(|slug| slug.as_str().into()));
    put("visibility", update.visibility.map(|visibility| visibility.as_str().into()));
    Value::Object(fields).to_string()
}

/// The update of a text; none if it is not one of ours.
pub(crate) fn read_update(text: &str) -> Option<GroupUpdate> {
    let Value::Object(fields) = serde_json::from_str(text).ok()? else { return None };
    let mut update = GroupUpdate::default();
    for (name, value) in &fields {
        match (name.as_str(), value) {
            ("name", Value::String(text)) => update.name = Some(Label::new(text).ok()?),
            ("description", Value::Null) => update.description = Some(None),
            ("description", Value::String(text)) => update.description = Some(Some(Description::new(text).ok()?)),
            ("avatar", Value::Null) => update.avatar = Some(None),
            ("avatar", Value::String(text)) => update.avatar = Some(Some(AvatarUrl::new(text).ok()?)),
            ("history", Value::String(text)) => update.history = Some(HistoryVisibility::parse(text)?),
            ("pace", Value::Number(seconds)) => update.pace = Some(Pace::new(seconds.as_i64()?)?),
            ("slug", Value::String(text)) => update.slug = Some(Slug::new(text)?),
            ("visibility", Value::String(text)) => update.visibility = Some(Visibility::parse(text)?),
            _ => return None,
        }
    }
    Some(update)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_comes_back_as_it_was() {
        let some = |text: &str| Some(Description::new(text).expect("a text"));
        let full = GroupUpdate {
            name: Some(Label::new("Team \"A\"").expect("a label")),
            description: Some(some("two\nlines")),
            avatar: Some(Some(AvatarUrl::new("/a.png").expect("an address"))),
            history: Some(HistoryVisibility::Shared),
            pace: Pace::new(30),
            slug: Slug::new("team-a"),
            visibility: Some(Visibility::Private),
        };
        let cleared = GroupUpdate { description: Some(None), avatar: Some(None), ..GroupUpdate::default() };
        for update in [full, cleared, GroupUpdate::default()] {
            assert_eq!(read_update(&show_update(&update)), Some(update));
        }
    }

    #[test]
    fn what_we_never_write_is_no_update() {
        for text in ["", "[]", r#"{"name":null}"#, r#"{"name":""}"#, r#"{"history":"maybe"}"#, r#"{"colour":"red"}"#] {
            assert_eq!(read_update(text), None, "{text}");
        }
    }
}
