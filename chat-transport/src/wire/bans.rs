//! How bans look.

use chat_core::ban::Ban;
use chat_core::text::Label;
use serde::{Deserialize, Serialize};

/// Somebody who may not be in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BanView {
    /// Who.
    pub user_id: i64,
    /// Who said so last.
    pub by_user_id: i64,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// From when on it is over; null for never.
    pub until: Option<String>,
    /// When it was said last.
    pub created_at: String,
}

impl From<&Ban> for BanView {
    fn from(ban: &Ban) -> Self {
        Self {
            user_id: ban.user.get(),
            by_user_id: ban.by.get(),
            reason: ban.reason.as_ref().map(Label::as_str).map(str::to_owned),
            until: ban.until.map(|until| until.to_string()),
            created_at: ban.at.to_string(),
        }
    }
}
