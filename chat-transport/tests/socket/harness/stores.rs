//! Doors in front of the store: a test uses one to hold an answer back at just the wrong moment, or breaks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use chat_core::command::{Changes, History, OwnChanges, Position};
use chat_core::conversation::{ActivityCursor, ConversationView, Member, Pair};
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::{Message, MessageRef};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{
    Account, Appended, ConversationStore, DirectOpened, Facts, GroupCreated, Login, MessageStore, NewDirect, NewGroup,
    NewMessage, NewUser, PasswordChange, ReceiptStore, StoreError, StoredPassword, Stores, UserCreated, UserSearch,
    UserStore,
};
use chat_core::presence::Status;
use chat_core::receipt::{Advance, Advanced, MemberReceipt, ReceiptCounts};
use chat_core::text::{ClientId, Label};
use chat_core::time::Timestamp;
use chat_core::user::{ProfileUpdate, User};
use tokio::sync::watch;

/// A door that answers of the store pass on their way out.
#[derive(Debug)]
pub(crate) struct Door {
    is_open: watch::Sender<bool>,
    holds_next: AtomicBool,
    holds_all: AtomicBool,
    waiting: watch::Sender<u32>,
    passed: AtomicU32,
    failures: AtomicU32,
    spared: AtomicU32,
}

impl Door {
    /// An open door.
    pub(crate) fn new() -> Arc<Self> {
        let (is_open, _) = watch::channel(true);
        let (waiting, _) = watch::channel(0);
        Arc::new(Self {
            is_open,
            waiting,
            holds_next: AtomicBool::new(false),
            holds_all: AtomicBool::new(false),
            passed: AtomicU32::new(0),
            failures: AtomicU32::new(0),
            spared: AtomicU32::new(0),
        })
    }

    /// The next answer has to wait; those after it pass.
    pub(crate) fn hold_next(&self) {
        self.is_open.send_replace(false);
        self.holds_next.store(true, Ordering::SeqCst);
    }

    /// Every answer has to wait.
    pub(crate) fn hold_all(&self) {
        self.hold_next();
        self.holds_all.store(true, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) {
        self.holds_all.store(false, Ordering::SeqCst);
        self.is_open.send_replace(true);
    }

    /// The next so many answers are errors.
    pub(crate) fn fail(&self, times: u32) {
        self.failures.store(times, Ordering::SeqCst);
    }

    /// The one after the next so many answers is an error.
    pub(crate) fn fail_after(&self, answers: u32) {
        self.spared.store(answers, Ordering::SeqCst);
        self.fail(1);
    }

    /// How many answers passed.
    pub(crate) fn passed(&self) -> u32 {
        self.passed.load(Ordering::SeqCst)
    }

    /// Waits until an answer stands before the door.
    pub(crate) async fn somebody_waits(&self) {
        self.waiting.subscribe().wait_for(|waiting| *waiting > 0).await.expect("a door");
    }

    async fn pass(&self) -> Result<(), StoreError> {
        if self.holds_next.swap(false, Ordering::SeqCst) || self.holds_all.load(Ordering::SeqCst) {
            self.waiting.send_modify(|waiting| *waiting += 1);
            let open = self.is_open.subscribe().wait_for(|is_open| *is_open).await.map(|_| ());
            self.waiting.send_modify(|waiting| *waiting -= 1);
            open.expect("a door");
        }
        self.passed.fetch_add(1, Ordering::SeqCst);
        let counts = |left: &AtomicU32| {
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
        };
        let fails = !counts(&self.spared) && counts(&self.failures);
        if fails { Err(StoreError::Unavailable("the door is broken".into())) } else { Ok(()) }
    }
}

/// Conversations with doors before what a socket asks when it opens.
pub(crate) struct GatedConversations {
    pub(crate) inner: Arc<dyn ConversationStore>,
    pub(crate) ids: Arc<Door>,
    pub(crate) facts: Arc<Door>,
    pub(crate) positions: Arc<Door>,
}

#[async_trait]
impl ConversationStore for GatedConversations {
    async fn open_direct(&self, new: &NewDirect) -> Result<DirectOpened, StoreError> {
        self.inner.open_direct(new).await
    }

    async fn find_direct(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
        self.inner.find_direct(pair).await
    }

    async fn create_group(&self, new: &NewGroup) -> Result<GroupCreated, StoreError> {
        self.inner.create_group(new).await
    }

    async fn facts(&self, conversation: ConversationId, user: UserId) -> Result<Option<Facts>, StoreError> {
        let facts = self.inner.facts(conversation, user).await;
        self.facts.pass().await?;
        facts
    }

    async fn view(&self, conversation: ConversationId, user: UserId) -> Result<Option<ConversationView>, StoreError> {
        self.inner.view(conversation, user).await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        self.inner.list(user, after, size).await
    }

    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Member>, StoreError> {
        self.inner.members(conversation, after, size, viewer).await
    }

    async fn ids_of(&self, user: UserId) -> Result<Vec<ConversationId>, StoreError> {
        let ids = self.inner.ids_of(user).await;
        self.ids.pass().await?;
        ids
    }

    async fn positions(&self, user: UserId) -> Result<Vec<Position>, StoreError> {
        let positions = self.inner.positions(user).await;
        self.positions.pass().await?;
        positions
    }

    async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, StoreError> {
        self.inner.heads(conversations).await
    }
}

/// Messages with a door before what resumes and repairs read.
pub(crate) struct GatedMessages {
    pub(crate) inner: Arc<dyn MessageStore>,
    pub(crate) appends: Arc<Door>,
    pub(crate) changes: Arc<Door>,
}

#[async_trait]
impl MessageStore for GatedMessages {
    async fn append(&self, new: &NewMessage) -> Result<Appended, StoreError> {
        let appended = self.inner.append(new).await;
        self.appends.pass().await?;
        appended
    }

    async fn find_by_client_id(
        &self,
        conversation: ConversationId,
        sender: UserId,
        client_id: &ClientId,
    ) -> Result<Option<Message>, StoreError> {
        self.inner.find_by_client_id(conversation, sender, client_id).await
    }

    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError> {
        self.inner.get(id, viewer).await
    }

    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError> {
        self.inner.page(history, viewer).await
    }

    async fn changes(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
        viewer: Option<UserId>,
    ) -> Result<Option<Changes>, StoreError> {
        let changes = self.inner.changes(conversation, after, size, viewer).await;
        self.changes.pass().await?;
        changes
    }

    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError> {
        self.inner.own_changes(user, after, size).await
    }
}

/// Users with a door before the note of when somebody was last seen, and one before reading them.
pub(crate) struct GatedUsers {
    pub(crate) inner: Arc<dyn UserStore>,
    pub(crate) reads: Arc<Door>,
    pub(crate) last_seen: Arc<Door>,
}

#[async_trait]
impl UserStore for GatedUsers {
    async fn create(&self, new: &NewUser) -> Result<UserCreated, StoreError> {
        self.inner.create(new).await
    }

    async fn get(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let users = self.inner.get(ids).await;
        self.reads.pass().await?;
        users
    }

    async fn account(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        let account = self.inner.account(user).await;
        self.reads.pass().await?;
        account
    }

    async fn find_login(&self, login: &Login) -> Result<Option<StoredPassword>, StoreError> {
        self.inner.find_login(login).await
    }

    async fn search(&self, search: &UserSearch) -> Result<Page<User>, StoreError> {
        self.inner.search(search).await
    }

    async fn set_status(&self, user: UserId, status: Status, message: Option<Label>) -> Result<(), StoreError> {
        self.inner.set_status(user, status, message).await
    }

    async fn set_last_seen(&self, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        self.inner.set_last_seen(user, at).await?;
        self.last_seen.pass().await
    }

    async fn update_profile(&self, user: UserId, update: &ProfileUpdate) -> Result<Option<User>, StoreError> {
        self.inner.update_profile(user, update).await
    }

    async fn rehash(&self, change: &PasswordChange) -> Result<bool, StoreError> {
        self.inner.rehash(change).await
    }
}

/// Receipts with a door that a mark passes before it is written, so that a broken door means that nothing was.
pub(crate) struct BrokenReceipts {
    pub(crate) inner: Arc<dyn ReceiptStore>,
    pub(crate) advances: Arc<Door>,
}

#[async_trait]
impl ReceiptStore for BrokenReceipts {
    async fn advance(&self, advances: &[Advance]) -> Result<Vec<Advanced>, StoreError> {
        self.advances.pass().await?;
        self.inner.advance(advances).await
    }

    async fn counts(
        &self,
        conversation: ConversationId,
        author: UserId,
        places: &[Seq],
        viewer: UserId,
    ) -> Result<Vec<ReceiptCounts>, StoreError> {
        self.inner.counts(conversation, author, places, viewer).await
    }

    async fn receipts(
        &self,
        conversation: ConversationId,
        message: MessageRef,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<MemberReceipt>, StoreError> {
        self.inner.receipts(conversation, message, after, size, viewer).await
    }
}

/// What a plan puts before the store so that everything read from logs passes a door.
pub(crate) fn gate_changes(changes: &Arc<Door>) -> Box<dyn FnOnce(Stores) -> Stores> {
    let changes = Arc::clone(changes);
    Box::new(move |mut stores| {
        stores.messages = Arc::new(GatedMessages { inner: stores.messages, appends: Door::new(), changes });
        stores
    })
}

/// The same for what is appended to logs.
pub(crate) fn gate_appends(appends: &Arc<Door>) -> Box<dyn FnOnce(Stores) -> Stores> {
    let appends = Arc::clone(appends);
    Box::new(move |mut stores| {
        stores.messages = Arc::new(GatedMessages { inner: stores.messages, appends, changes: Door::new() });
        stores
    })
}
