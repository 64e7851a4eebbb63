//! Everything that is kept of oneself, one line after the other, read page by page as fast as it is taken.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chat_core::command::{Direction, History, HistoryStart, Me, Profile, UserPageQuery};
use chat_core::conversation::{ActivityCursor, ConversationView as CoreView};
use chat_core::ids::{ConversationId, FriendRequestId, Seq, SessionId, UserId};
use chat_core::message::MessageView as Dressed;
use chat_core::page::{Page, PageSize};
use chat_core::relation::FriendRequest;
use chat_core::{ChatError, Command};
use chat_transport::wire::{ConversationView, FriendRequestView, MessageView, UserView};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Answer, Caller};
use super::problem::Problem;
use super::sessions::SessionView;
use crate::state::AppState;

/// One JSON object per line.
const NDJSON: &str = "application/x-ndjson";

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// A line of what is kept of oneself.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "each is written as soon as it is made")]
enum ExportLine {
    /// Oneself. Always the first line.
    Profile(UserView),
    /// A session in which one is signed in.
    Session(SessionView),
    /// A friend.
    Friend(UserView),
    /// Somebody whom one blocks.
    Block(UserView),
    /// A pending friend request.
    FriendRequest(FriendRequestView),
    /// A conversation that one is in.
    Conversation(ConversationView),
    /// A message that one said in the conversation of the line before.
    Message(MessageView),
}

/// What comes next.
enum Part {
    Sessions(Option<SessionId>),
    Friends(Option<UserId>),
    Blocks(Option<UserId>),
    Requests(Option<FriendRequestId>),
    Conversations(Option<ActivityCursor>),
    Messages { of: ConversationId, after: Seq, left: VecDeque<CoreView>, then: Option<ActivityCursor> },
}

/// Everything that is kept of oneself: profile, sessions, friends, blocks, pending requests, conversations, and what one said in
/// each. One JSON object per line, so that nobody has to hold all of it; where something fails on the way, the answer breaks off.
#[utoipa::path(get, path = "/users/me/export", tag = "users", responses(
    (status = 200, description = "One such object per line", body = ExportLine, content_type = "application/x-ndjson")))]
async fn export(caller: Caller) -> Result<Response, Problem> {
    let me: Me = caller.ask(Command::GetMe).await?;
    let profile = ExportLine::Profile((&Profile { user: me.user, presence: me.presence }).into());
    let first = lines(&[profile])?;
    let rest = stream::try_unfold((caller, Some(Part::Sessions(None))), |(caller, part)| async move {
        let Some(part) = part else { return Ok::<_, std::io::Error>(None) };
        let (said, next) = part.read(&caller).await.map_err(|error| {
            tracing::warn!(%error, "an export broke off");
            std::io::Error::other("broken off")
        })?;
        let bytes = lines(&said).map_err(|_| std::io::Error::other("broken off"))?;
        Ok(Some((bytes, (caller, next))))
    });
    let body = Body::from_stream(stream::StreamExt::chain(stream::iter([Ok(first)]), rest));
    Ok(([(CONTENT_TYPE, NDJSON)], body).into_response())
}

fn lines(said: &[ExportLine]) -> Result<Bytes, Problem> {
    let mut text = Vec::new();
    for line in said {
        serde_json::to_writer(&mut text, line).map_err(|_| chat_core::ErrorCode::Internal)?;
        text.push(b'\n');
    }
    Ok(text.into())
}

impl Part {
    /// The next lines, and what comes after them.
    async fn read(self, caller: &Caller) -> Result<(Vec<ExportLine>, Option<Self>), ChatError> {
        let size = PageSize::default();
        Ok(match self {
            Self::Sessions(after) => {
                let Some(page) = caller.sessions(after, size).await? else {
                    return Ok((Vec::new(), Some(Self::Friends(None))));
                };
                let current = caller.identity().session;
                let said = page.items.iter().map(|session| ExportLine::Session(SessionView::of(session, current)));
                let next = page.next.and_then(SessionId::new);
                (said.collect(), Some(next.map_or(Self::Friends(None), |after| Self::Sessions(Some(after)))))
            }
            Self::Friends(after) => {
                let page: Page<Profile> =
                    patiently(caller, Command::ListFriends(UserPageQuery { after, size })).await?;
                let next = page.next.and_then(UserId::new);
                let said = page.items.iter().map(|friend| ExportLine::Friend(friend.into()));
                (said.collect(), Some(next.map_or(Self::Blocks(None), |after| Self::Friends(Some(after)))))
            }
            Self::Blocks(after) => {
                let page: Page<Profile> = patiently(caller, Command::ListBlocks(UserPageQuery { after, size })).await?;
                let next = page.next.and_then(UserId::new);
                let said = page.items.iter().map(|blocked| ExportLine::Block(blocked.into()));
                (said.collect(), Some(next.map_or(Self::Requests(None), |after| Self::Blocks(Some(after)))))
            }
            Self::Requests(after) => {
                let direction: Option<Direction> = None;
                let command = Command::ListRequests { direction, after, size };
                let page: Page<FriendRequest> = patiently(caller, command).await?;
                let next = page.next.and_then(FriendRequestId::new);
                let said = page.items.iter().map(|request| ExportLine::FriendRequest(request.into()));
                (said.collect(), Some(next.map_or(Self::Conversations(None), |after| Self::Requests(Some(after)))))
            }
            Self::Conversations(after) => {
                let command = Command::ListConversations { after, size };
                let page: Page<CoreView, ActivityCursor> = patiently(caller, command).await?;
                Self::next_of(page.items.into(), page.next)
            }
            Self::Messages { of, after, left, then } => {
                let history = History { conversation: of, from: HistoryStart::After(after), size };
                let page: Page<Dressed> = match patiently(caller, Command::ListMessages(history)).await {
                    Ok(page) => page,
                    // Somebody took one out meanwhile.
                    Err(error) if error.code() == chat_core::ErrorCode::NotFound => {
                        return Ok(Self::next_of(left, then));
                    }
                    Err(error) => return Err(error),
                };
                let me = caller.identity().user;
                let own = page.items.iter().filter(|view| view.message.sender == me);
                let mut said: Vec<_> = own.map(|view| ExportLine::Message(view.into())).collect();
                match page.next.and_then(Seq::new) {
                    Some(after) => (said, Some(Self::Messages { of, after, left, then })),
                    None => {
                        let (more, next) = Self::next_of(left, then);
                        said.extend(more);
                        (said, next)
                    }
                }
            }
        })
    }

    /// The next conversation of a page, or the next page, or the end.
    fn next_of(mut left: VecDeque<CoreView>, then: Option<ActivityCursor>) -> (Vec<ExportLine>, Option<Self>) {
        match left.pop_front() {
            Some(view) => {
                let next = Self::Messages { of: view.conversation.id, after: Seq::ZERO, left, then };
                (vec![ExportLine::Conversation((&view).into())], Some(next))
            }
            None => (Vec::new(), then.map(|after| Self::Conversations(Some(after)))),
        }
    }
}

/// Asks, and waits where one has asked too often: an export takes as long as it takes.
async fn patiently<T: Answer>(caller: &Caller, command: Command) -> Result<T, ChatError> {
    loop {
        match caller.try_ask(command.clone()).await {
            Err(ChatError::RateLimited { retry_after_ms }) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms)).await;
            }
            answered => return answered,
        }
    }
}
