//! Resume: telling a client exactly what it misses, or that it has to fetch again. Never a silent gap.

use std::collections::HashMap;

use chat_core::command::{Actor, Changes, OwnChanges};
use chat_core::ids::{ConversationId, Seq};
use chat_core::page::PageSize;
use chat_core::{Chat, ChatError, Command, ErrorCode, Reply};

use crate::wire::{EventView, ResyncReason, ServerFrame, SyncItems, SyncRequest};

/// How many bytes of bodies one page may hold before it is split.
const PAGE_BYTES: usize = 128 * 1024;

/// One step of a resume: frames to send, and up to where they cover which conversation.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    pub(crate) frames: Vec<ServerFrame>,
    pub(crate) covered: HashMap<ConversationId, Seq>,
}

/// Answers for one conversation.
///
/// The pages end at the head as it was at the last read. Whatever is committed after that reaches the connection live, and
/// whatever waits in its outbox at or below that head is covered by the pages.
pub(crate) async fn replay_conversation(
    chat: &Chat,
    actor: &Actor,
    conversation: ConversationId,
    cursor: Seq,
    max_replay: usize,
) -> Result<Replay, ChatError> {
    let mut replay = Replay::default();
    let resync = |reason| ServerFrame::Resync { conversation_id: Some(conversation.get()), reason };
    let (mut at, mut replayed) = (cursor, 0);
    loop {
        let changes = match changes(chat, actor, conversation, at).await {
            Ok(changes) => changes,
            Err(error) if error.code() == ErrorCode::NotFound => {
                replay.frames = vec![resync(ResyncReason::NotAMember)];
                return Ok(replay);
            }
            Err(error) => return Err(error),
        };
        if at > changes.head {
            replay.frames = vec![resync(ResyncReason::AheadOfLog)];
            return Ok(replay);
        }
        replayed += changes.items.len();
        if replayed > max_replay {
            replay.frames = vec![resync(ResyncReason::TooFarBehind)];
            replay.covered.clear();
            return Ok(replay);
        }
        let Some(last) = changes.items.last().map(chat_core::log::LogEntry::seq) else { return Ok(replay) };
        let head = changes.head.get();
        for items in pages(changes.items.iter().map(EventView::from)) {
            let page = SyncItems { conversation_id: Some(conversation.get()), user_id: None, items, head };
            replay.frames.push(ServerFrame::SyncPage(page));
        }
        replay.covered.insert(conversation, last);
        at = last;
        if last >= changes.head {
            return Ok(replay);
        }
    }
}

/// Answers for the user's own log.
pub(crate) async fn replay_own(chat: &Chat, actor: &Actor, cursor: Seq) -> Result<Replay, ChatError> {
    let mut replay = Replay::default();
    let mut at = cursor;
    loop {
        let command = Command::ListOwnChanges { after: at, size: PageSize::MAX };
        let Reply::OwnChanges(OwnChanges { items, head }) = chat.handle(actor, command).await? else {
            return Err(ErrorCode::Internal.into());
        };
        if at > head {
            let frame = ServerFrame::Resync { conversation_id: None, reason: ResyncReason::AheadOfLog };
            replay.frames = vec![frame];
            return Ok(replay);
        }
        let Some(last) = items.last().map(|entry| entry.seq) else { return Ok(replay) };
        let items = items.iter().map(EventView::from).collect();
        let page = SyncItems { conversation_id: None, user_id: Some(actor.user.get()), items, head: head.get() };
        replay.frames.push(ServerFrame::SyncPage(page));
        at = last;
        if last >= head {
            return Ok(replay);
        }
    }
}

/// Whether the cursors of a request belong to this life of the database.
pub(crate) async fn is_of_this_epoch(chat: &Chat, request: &SyncRequest) -> Result<bool, ChatError> {
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
