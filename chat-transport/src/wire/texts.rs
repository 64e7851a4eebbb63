//! How it looks what goes with the text of a message: whose words it holds, and what it said before.

use chat_core::message::{FormerBody, Forwarded};
use serde::{Deserialize, Serialize};

/// Whose words a message hands on. Where they were said is nobody's business who was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ForwardedView {
    /// Who said them first.
    pub sender_id: i64,
}

impl From<Forwarded> for ForwardedView {
    fn from(forwarded: Forwarded) -> Self {
        Self { sender_id: forwarded.sender.get() }
    }
}

/// A text that a message had before it was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FormerBodyView {
    /// The text.
    pub body: String,
    /// When it was written.
    pub written_at: String,
}

impl From<&FormerBody> for FormerBodyView {
    fn from(former: &FormerBody) -> Self {
        Self { body: former.body.as_str().to_owned(), written_at: former.written_at.to_string() }
    }
}
