//! Resume: telling a client exactly what it misses, or that it has to fetch again. Never a silent gap.
//!
//! A log is read and sent part by part, up to the head that it had when the client asked. What is committed later reaches the
//! connection live, and what the parts cover is kept from coming a second time.

use std::collections::HashMap;
use std::sync::Arc;

use chat_core::command::{Actor, Changes, OwnChanges};
use chat_core::ids::{ConversationId, Seq};
use chat_core::log::LogEntry;
use chat_core::page::PageSize;
use chat_core::{Chat, ChatError, Command, ErrorCode, Reply};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::session::{Session, Stop};
use crate::wire::{EventView, ResyncReason, ServerFrame, SyncItems, SyncRequest};

/// How many bytes of bodies one page may hold before it is split.
const PAGE_BYTES: usize = 128 * 1024;

/// What comes next of a log: frames to send, how far they reach, and where the log ended when they were read.
#[derive(Debug)]
struct Part {
    frames: Vec<ServerFrame>,
    /// None if there is nothing to go on from: the log is at its end, or the client has to fetch again.
    reached: Option<Seq>,
    head: Seq,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    /// Tells the client what it misses.
    pub(crate) async fn sync(&mut self, request: SyncRequest, reference: Option<&str>) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.gateway);
        if !is_of_this_epoch(&gateway.chat, &request).await? {
            self.say(&resync(None, ResyncReason::EpochChanged), reference).await?;
            return Ok(self.say(&ServerFrame::SyncDone {}, reference).await?);
        }
        let actor = self.actor(None);
        if let Some(cursor) = request.user_cursor {
            self.replay_own(&gateway.chat, &actor, cursor, reference).await?;
        }
        for (conversation, cursor) in request.cursors {
            self.replay(&gateway.chat, &actor, conversation, cursor, reference).await?;
        }
        Ok(self.say(&ServerFrame::SyncDone {}, reference).await?)
    }

    /// Sends one conversation's log from a cursor on. Pages go out before anything that waits in the outbox, and what they
    /// cover is taken out of it, so that the stream stays in order and without doubles.
    async fn replay(
        &mut self,
        chat: &Chat,
        actor: &Actor,
        conversation: ConversationId,
        cursor: Seq,
        reference: Option<&str>,
    ) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.gateway);
        let (mut at, mut end) = (cursor, None);
        loop {
            let max = if end.is_none() { gateway.settings.max_replay } else { usize::MAX };
            let part = conversation_part(chat, actor, conversation, at, max).await?;
            for frame in &part.frames {
                self.say(frame, reference).await?;
            }
            let Some(reached) = part.reached else { return Ok(()) };
            gateway.hub.cover(&self.outbox, &HashMap::from([(conversation, reached)]));
            gateway.deliveries.note(conversation, self.identity.user, reached);
            at = reached;
            if reached >= *end.get_or_insert(part.head) {
                return Ok(());
            }
        }
    }

    /// The same for the user's own log.
    async fn replay_own(
        &mut self,
        chat: &Chat,
        actor: &Actor,
        cursor: Seq,
        reference: Option<&str>,
    ) -> Result<(), Stop> {
        let (mut at, mut end) = (cursor, None);
        loop {
            let part = own_part(chat, actor, at).await?;
            for frame in &part.frames {
                self.say(frame, reference).await?;
            }
            let Some(reached) = part.reached else { return Ok(()) };
            at = reached;
            if reached >= *end.get_or_insert(part.head) {
                return Ok(());
            }
        }
    }
}

/// What comes after a place in a conversation's log, if no more than `max` entries are missing.
async fn conversation_part(
    chat: &Chat,
    actor: &Actor,
    conversation: ConversationId,
    after: Seq,
    max: usize,
) -> Result<Part, ChatError> {
    let again = |reason, head| Part { frames: vec![resync(Some(conversation), reason)], reached: None, head };
    let Changes { items, head, .. } = match changes(chat, actor, conversation, after).await {
        Ok(changes) => changes,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(again(ResyncReason::NotAMember, after)),
        Err(error) => return Err(error),
    };
    if after > head {
        return Ok(again(ResyncReason::AheadOfLog, head));
    }
    let (Some(first), Some(last)) = (items.first().map(LogEntry::seq), items.last().map(LogEntry::seq)) else {
        return Ok(Part { frames: Vec::new(), reached: None, head });
    };
    if usize::try_from(head.get() - first.get()).unwrap_or(usize::MAX) >= max {
        return Ok(again(ResyncReason::TooFarBehind, head));
    }
    let page = |items| {
        let conversation_id = Some(conversation.get());
        ServerFrame::SyncPage(SyncItems { conversation_id, user_id: None, items, head: head.get() })
    };
    let frames = pages(items.iter().map(EventView::from)).into_iter().map(page).collect();
    Ok(Part { frames, reached: Some(last), head })
}

/// What comes after a place in the user's own log.
async fn own_part(chat: &Chat, actor: &Actor, after: Seq) -> Result<Part, ChatError> {
    let command = Command::ListOwnChanges { after, size: PageSize::MAX };
    let Reply::OwnChanges(OwnChanges { items, head }) = chat.handle(actor, command).await? else {
        return Err(ErrorCode::Internal.into());
    };
    if after > head {
        return Ok(Part { frames: vec![resync(None, ResyncReason::AheadOfLog)], reached: None, head });
    }
    let Some(last) = items.last().map(|entry| entry.seq) else {
        return Ok(Part { frames: Vec::new(), reached: None, head });
    };
    let items = items.iter().map(EventView::from).collect();
    let page = SyncItems { conversation_id: None, user_id: Some(actor.user.get()), items, head: head.get() };
    Ok(Part { frames: vec![ServerFrame::SyncPage(page)], reached: Some(last), head })
}

fn resync(conversation: Option<ConversationId>, reason: ResyncReason) -> ServerFrame {
    ServerFrame::Resync { conversation_id: conversation.map(ConversationId::get), reason }
}

/// Whether the cursors of a request belong to this life of the database.
async fn is_of_this_epoch(chat: &Chat, request: &SyncRequest) -> Result<bool, ChatError> {
    match &request.epoch {
        Some(epoch) => Ok(*epoch == chat.epoch().await?),
        None => Ok(true),
    }
}

async fn changes(chat: &Chat, actor: &Actor, conversation: ConversationId, after: Seq) -> Result<Changes, ChatError> {
    let command = Command::ListChanges { conversation, after, size: PageSize::MAX };
    let Reply::Changes(changes) = chat.handle(actor, command).await? else { return Err(ErrorCode::Internal.into()) };
    Ok(changes)
}

/// Splits events into pages of a bearable size.
fn pages(items: impl Iterator<Item = EventView>) -> Vec<Vec<EventView>> {
    let (mut pages, mut page, mut bytes) = (Vec::new(), Vec::new(), 0);
    for item in items {
        bytes += if let EventView::MessageNew(message) = &item { message.body.len() } else { 0 };
        page.push(item);
        if bytes > PAGE_BYTES {
            pages.push(std::mem::take(&mut page));
            bytes = 0;
        }
    }
    if !page.is_empty() {
        pages.push(page);
    }
    pages
}
