//! Resume: telling a client exactly what it misses, or that it has to fetch again. Never a silent gap.
//!
//! A log is read and sent part by part, up to the head that it had when the client asked. What is committed later reaches the
//! connection live, and what the parts cover is kept from coming a second time.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chat_core::chat::Gap;
use chat_core::command::{Actor, Changes, OwnChanges};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::log::LogEntry;
use chat_core::page::PageSize;
use chat_core::{Chat, ChatError, Command, ErrorCode, Reply};
use futures_util::try_join;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::close::CloseReason;
use crate::frame::Frame;
use crate::session::{Session, Stop};
use crate::tails::{Part, Stretch};
use crate::wire::{EventView, ResyncReason, ServerFrame, SyncItems, SyncRequest, encode, with_ref};

/// How many bytes of bodies one page may hold before it is split.
const PAGE_BYTES: usize = 128 * 1024;

/// Pages on their way to a client: they go out together, and what they bring is noted when they have.
#[derive(Debug, Default)]
struct Pages {
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
    reached: HashMap<ConversationId, Seq>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    /// Tells the client what it misses.
    pub(crate) async fn sync(&mut self, request: SyncRequest, reference: Option<&str>) -> Result<(), Stop> {
        let mut pages = Pages::default();
        let told = self.tell_all(request, reference, &mut pages).await;
        if told.is_ok() {
            pages.push(Frame::note(&encode(&ServerFrame::SyncDone {})), reference);
        }
        // What was gathered goes out even if the rest cannot be read: nothing else will bring it.
        self.send_pages(&mut pages).await?;
        told
    }

    async fn tell_all(&mut self, request: SyncRequest, reference: Option<&str>, pages: &mut Pages) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.gateway);
        let actor = self.actor(None);
        let gaps = gateway.chat.gaps(&actor, &request.cursors);
        let (is_of_this_epoch, gaps) = try_join!(is_of_this_epoch(&gateway.chat, &request), gaps)?;
        if !is_of_this_epoch {
            pages.push(again(None, ResyncReason::EpochChanged), reference);
            return Ok(());
        }
        if let Some(cursor) = request.user_cursor {
            self.replay_own(&actor, cursor, reference, pages).await?;
        }
        for (conversation, gap) in gaps {
            match gap {
                Some(gap) => self.replay(gap, reference, pages).await?,
                None => pages.push(again(Some(conversation), ResyncReason::NotAMember), reference),
            }
        }
        Ok(())
    }

    /// Sends one conversation's log from a cursor on. Pages go out before anything that waits in the outbox, and what they
    /// cover is taken out of it, so that the stream stays in order and without doubles.
    async fn replay(&mut self, gap: Gap, reference: Option<&str>, pages: &mut Pages) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.gateway);
        let Gap { conversation, mut after, head, .. } = gap;
        if let Some(reason) = too_far(&gap, gateway.settings.max_replay) {
            pages.push(again(Some(conversation), reason), reference);
            return Ok(());
        }
        while after < head {
            let stretch = Stretch { conversation, after, head };
            let read = read_part(&gateway.chat, conversation, after);
            let part =
                if gap.is_same_for_all { gateway.tails.part(stretch, read).await? } else { Arc::new(read.await?) };
            for frame in &part.frames {
                pages.push(Arc::clone(frame), reference);
            }
            let Some(reached) = part.reached else { return Ok(()) };
            gateway.hub.cover(&self.outbox, &HashMap::from([(conversation, reached)]));
            pages.reached.insert(conversation, reached);
            if pages.bytes > PAGE_BYTES {
                self.send_pages(pages).await?;
            }
            after = reached;
        }
        Ok(())
    }

    /// Writes what was gathered, and notes what the client has received with it.
    async fn send_pages(&mut self, pages: &mut Pages) -> Result<(), CloseReason> {
        let Pages { frames, reached, .. } = std::mem::take(pages);
        self.say_frames(frames).await?;
        for (conversation, seq) in reached {
            self.gateway.deliveries.note(conversation, self.identity.user, seq);
        }
        Ok(())
    }

    /// The same for the user's own log.
    async fn replay_own(
        &mut self,
        actor: &Actor,
        cursor: Seq,
        reference: Option<&str>,
        pages: &mut Pages,
    ) -> Result<(), Stop> {
        let gateway = Arc::clone(&self.gateway);
        let (mut after, mut end) = (cursor, None);
        loop {
            let command = Command::ListOwnChanges { after, size: PageSize::MAX };
            let Reply::OwnChanges(OwnChanges { items, head }) = gateway.chat.handle(actor, command).await? else {
                return Err(ChatError::from(ErrorCode::Internal).into());
            };
            if after > head {
                pages.push(again(None, ResyncReason::AheadOfLog), reference);
                return Ok(());
            }
            let Some(last) = items.last().map(|entry| entry.seq) else { return Ok(()) };
            let items = items.iter().map(EventView::from).collect();
            pages.push(page(None, Some(actor.user), items, head), reference);
            if pages.bytes > PAGE_BYTES {
                self.send_pages(pages).await?;
            }
            after = last;
            if after >= *end.get_or_insert(head) {
                return Ok(());
            }
        }
    }
}

impl Pages {
    /// Adds a frame, with the client's own name for what it asked.
    fn push(&mut self, frame: Arc<Frame>, reference: Option<&str>) {
        let frame = match reference {
            Some(reference) => Frame::note(&with_ref(frame.text(), reference)),
            None => frame,
        };
        self.bytes += frame.wire.len();
        self.frames.push_back(frame);
    }
}

/// Why a client has to fetch again instead of being told what it misses.
fn too_far(gap: &Gap, max_replay: usize) -> Option<ResyncReason> {
    if gap.after > gap.head {
        return Some(ResyncReason::AheadOfLog);
    }
    let missing = usize::try_from(gap.head.get() - gap.after.get()).unwrap_or(usize::MAX);
    (missing > max_replay).then_some(ResyncReason::TooFarBehind)
}

/// What comes after a place in a conversation's log.
async fn read_part(chat: &Chat, conversation: ConversationId, after: Seq) -> Result<Part, ChatError> {
    let Changes { items, head, .. } = chat.log_after(conversation, after, PageSize::MAX).await?;
    let reached = items.last().map(LogEntry::seq);
    let parts = parts(items.iter().map(EventView::from));
    let frames = parts.into_iter().map(|items| page(Some(conversation), None, items, head)).collect();
    Ok(Part { frames, reached })
}

fn page(conversation: Option<ConversationId>, user: Option<UserId>, items: Vec<EventView>, head: Seq) -> Arc<Frame> {
    let (conversation_id, user_id) = (conversation.map(ConversationId::get), user.map(UserId::get));
    Frame::note(&encode(&ServerFrame::SyncPage(SyncItems { conversation_id, user_id, items, head: head.get() })))
}

fn again(conversation: Option<ConversationId>, reason: ResyncReason) -> Arc<Frame> {
    Frame::note(&encode(&ServerFrame::Resync { conversation_id: conversation.map(ConversationId::get), reason }))
}

/// Whether the cursors of a request belong to this life of the database.
async fn is_of_this_epoch(chat: &Chat, request: &SyncRequest) -> Result<bool, ChatError> {
    match &request.epoch {
        Some(epoch) => Ok(*epoch == chat.epoch().await?),
        None => Ok(true),
    }
}

/// Splits events into parts of a bearable size, one for each page.
fn parts(items: impl Iterator<Item = EventView>) -> Vec<Vec<EventView>> {
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
