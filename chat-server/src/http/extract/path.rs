//! Ids in paths. What is no id names nothing, so it is answered like an id that nobody has: there is nothing here.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use chat_core::ErrorCode;
use chat_core::ids::{ConversationId, FriendRequestId, MessageId, ReportId, SessionId, UserId};
use chat_core::invite::InviteCode;
use chat_core::reaction::Emoji;
use chat_core::room::Slug;

use crate::http::problem::Problem;

/// The ids of a path, in its order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id<T>(pub(crate) T);

/// Something that the last variable segments of a path can name. Those before belong to the host that we are nested in.
pub(crate) trait FromSegments: Sized {
    /// Reads it; none if a segment is not exactly an id.
    fn from_segments(segments: &[&str]) -> Option<Self>;
}

impl<T: FromSegments, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let nothing = Problem::new(ErrorCode::NotFound);
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| nothing)?;
        let segments: Vec<_> = params.iter().map(|(_, segment)| segment).collect();
        T::from_segments(&segments).map(Self).ok_or(nothing)
    }
}

macro_rules! one_segment {
    ($($id:ty),*) => {$(
        impl FromSegments for $id {
            fn from_segments(segments: &[&str]) -> Option<Self> {
                let &[.., segment] = segments else { return None };
                integer(segment).and_then(Self::new)
            }
        }
    )*};
}

one_segment!(ConversationId, FriendRequestId, MessageId, ReportId, SessionId, UserId);

/// A member of a conversation.
impl FromSegments for (ConversationId, UserId) {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., conversation, user] = segments else { return None };
        Some((ConversationId::from_segments(&[conversation])?, UserId::from_segments(&[user])?))
    }
}

/// A message that is pinned in a conversation.
impl FromSegments for (ConversationId, MessageId) {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., conversation, message] = segments else { return None };
        Some((ConversationId::from_segments(&[conversation])?, MessageId::from_segments(&[message])?))
    }
}

/// An invite.
impl FromSegments for InviteCode {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., code] = segments else { return None };
        Self::new(code)
    }
}

/// An invite into a conversation.
impl FromSegments for (ConversationId, InviteCode) {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., conversation, code] = segments else { return None };
        Some((ConversationId::from_segments(&[conversation])?, InviteCode::new(code)?))
    }
}

/// A room.
impl FromSegments for Slug {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., slug] = segments else { return None };
        Self::new(slug)
    }
}

/// An emoji on a message.
impl FromSegments for (MessageId, Emoji) {
    fn from_segments(segments: &[&str]) -> Option<Self> {
        let &[.., message, emoji] = segments else { return None };
        Some((MessageId::from_segments(&[message])?, Emoji::new(emoji).ok()?))
    }
}

/// An integer in its one form: no sign, no leading zero, so that one thing has one path.
fn integer(segment: &str) -> Option<i64> {
    let digits = !segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| segment.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        assert_eq!(UserId::from_segments(&["12"]), UserId::new(12));
        for bad in ["", "0", "-1", "+1", "01", "1.0", "1e3", "x", "９", "9007199254740992", "99999999999999999999"] {
            assert_eq!(UserId::from_segments(&[bad]), None, "{bad}");
        }
        assert_eq!(UserId::from_segments(&[]), None);
        assert_eq!(UserId::from_segments(&["a prefix", "12"]), UserId::new(12));
    }
}
