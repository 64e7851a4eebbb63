//! Searching messages.

use axum::Json;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::message::MessageView as Dressed;
use chat_core::page::Page;
use chat_core::search::{MessageSearch, Rank, Reach, SearchCursor, SearchFilter, SearchText};
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command, ErrorCode};
use chat_transport::wire::MessageView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, BAD_CURSOR, Caller, QueryOf};
use super::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Looked {
    /// Words in any order, at most 16 with 200 characters. The beginning of a word is enough; capitals, accents and punctuation mean
    /// nothing.
    #[param(min_length = 1, max_length = 200)]
    q: String,
    /// Only in this conversation.
    #[param(minimum = 1, maximum = 9007199254740991_i64)]
    conversation_id: Option<i64>,
    /// Only by this author.
    #[param(minimum = 1, maximum = 9007199254740991_i64)]
    author_id: Option<i64>,
    /// Only from this time on: RFC 3339, or a date.
    since: Option<String>,
    /// Only before this time: RFC 3339, or a date.
    until: Option<String>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

impl TryFrom<Looked> for MessageSearch {
    type Error = Problem;

    fn try_from(looked: Looked) -> Result<Self, Problem> {
        const BAD_TIME: Problem = Problem::bad_request("A time is RFC 3339, or a date alone.");
        let nobody = || Problem::new(ErrorCode::NotFound);
        let time = |text: Option<String>| text.map(|text| Timestamp::parse(&text).ok_or(BAD_TIME)).transpose();
        Ok(Self {
            text: SearchText::new(&looked.q).map_err(ChatError::from)?,
            filter: SearchFilter {
                conversation: looked
                    .conversation_id
                    .map(|id| ConversationId::new(id).ok_or_else(nobody))
                    .transpose()?,
                author: looked.author_id.map(|id| UserId::new(id).ok_or_else(nobody)).transpose()?,
                since: time(looked.since)?,
                until: time(looked.until)?,
            },
            after: looked.after.map(|text| read_cursor(&text).ok_or(BAD_CURSOR)).transpose()?,
            size: After::new(None, looked.limit).size(),
        })
    }
}

/// A page of messages that were found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundView {
    /// The messages, the best match first, and the newest first among equals.
    items: Vec<MessageView>,
    /// Where the following page starts; null on the last one. A page may hold few messages, or none, and still not be the last.
    next: Option<String>,
}

/// Find messages by their words, in all that one may read. Looking for something is not reading it.
#[utoipa::path(get, path = "/search", tag = "messages", params(Looked), responses(
    (status = 200, body = FoundView),
    (status = 404, description = "No such conversation"),
    (status = 413, description = "Too much to look for"),
))]
async fn search(caller: Caller, QueryOf(looked): QueryOf<Looked>) -> Result<Json<FoundView>, Problem> {
    let found: Page<Dressed, SearchCursor> = caller.ask(Command::SearchMessages(looked.try_into()?)).await?;
    let items = found.items.iter().map(MessageView::from).collect();
    Ok(Json(FoundView { items, next: found.next.as_ref().map(show_cursor) }))
}

/// A place among the results as a text that means nothing to clients, so that it can change.
fn show_cursor(cursor: &SearchCursor) -> String {
    let mut numbers = vec![i64::from(cursor.reach == Reach::Far), cursor.below.map_or(0, MessageId::get)];
    if let Some((Rank { matched, sure, whole }, last)) = cursor.last {
        numbers.extend([matched.into(), sure.into(), whole.into(), last.get()]);
    }
    let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
    BASE64_URL_SAFE_NO_PAD.encode(texts.join("."))
}

/// The place that a text of ours stands for; none for any other text.
fn read_cursor(text: &str) -> Option<SearchCursor> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let parts = std::str::from_utf8(&bytes).ok()?.split('.');
    let numbers = parts.map(|part| part.parse().ok()).collect::<Option<Vec<i64>>>()?;
    let (place, last) = match *numbers.as_slice() {
        [reach, below] => ([reach, below], None),
        [reach, below, matched, sure, whole, last] => {
            let number = |number: i64| u8::try_from(number).ok();
            let rank = Rank { matched: number(matched)?, sure: number(sure)?, whole: number(whole)? };
            ([reach, below], Some((rank, MessageId::new(last)?)))
        }
        _ => return None,
    };
    let [reach, below] = place;
    let reach = if reach == 0 { Reach::Near } else { Reach::Far };
    let cursor = SearchCursor { reach, below: MessageId::new(below), last };
    (show_cursor(&cursor) == text).then_some(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cursor_of_ours_is_a_cursor() {
        let id = |id| MessageId::new(id);
        let start = SearchCursor { reach: Reach::Far, below: id(7), last: None };
        let last = id(3).map(|id| (Rank { matched: 2, sure: 1, whole: 0 }, id));
        for cursor in [start, SearchCursor { last, ..start }] {
            assert_eq!(read_cursor(&show_cursor(&cursor)), Some(cursor));
        }
        let forged = |inside: &str| BASE64_URL_SAFE_NO_PAD.encode(inside);
        for bad in ["", "0", "1.", "2.7", "1.-7", "+1.7", "1.7.", "1.7.1.1.1.0", "1.7.256.1.1.1", "1.7.1", "a.b"] {
            assert_eq!(read_cursor(&forged(bad)), None, "{bad}");
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
