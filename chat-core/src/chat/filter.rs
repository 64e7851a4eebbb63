//! Asking the filter about what somebody is about to say.

use std::sync::Arc;

use super::Chat;
use crate::command::{Actor, SendMessage};
use crate::error::ErrorCode;
use crate::ids::ConversationId;
use crate::ports::{BodyFilter, Said, Verdict};
use crate::text::Body;

impl Chat {
    /// The same chat with a filter that judges whatever is said. Without one nothing is judged, and that costs nothing.
    #[must_use]
    pub fn with_filter(mut self, filter: Arc<dyn BodyFilter>) -> Self {
        self.filter = Some(filter);
        self
    }

    /// What is said in the place of a message to send.
    pub(super) fn filtered(&self, actor: &Actor, send: &SendMessage) -> Result<Body, ErrorCode> {
        self.let_through(actor, send.conversation, &send.body, false)
    }

    /// What is said in the place of a text.
    pub(super) fn let_through(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        body: &Body,
        is_edit: bool,
    ) -> Result<Body, ErrorCode> {
        let Some(filter) = &self.filter else { return Ok(body.clone()) };
        match filter.judge(&Said { conversation, sender: actor.user, body, is_edit }) {
            Verdict::Allow => Ok(body.clone()),
            Verdict::Replace(other) => Ok(other),
            Verdict::Refuse => Err(ErrorCode::MessageRefused),
        }
    }
}
