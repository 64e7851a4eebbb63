//! Why a socket is closed. The range of the code tells a client what to do: 4000-4499 reconnect and resume, 4500-4999 do not.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Why the server closes a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The frames are not WebSocket frames as RFC 6455 has them.
    ProtocolError,
    /// A binary frame: this protocol is text.
    Binary,
    /// Text that is not UTF-8.
    InvalidUtf8,
    /// A frame or message over the limit.
    TooBig,
    /// A message in too many pieces.
    TooManyFragments,
    /// The server goes away; come back after a while.
    GoingAway {
        /// After how many milliseconds.
        retry_after_ms: u64,
    },
    /// Nothing was heard for two heartbeats.
    Silent,
    /// What the socket needs to begin cannot be read right now.
    Unavailable,
    /// The user came into a conversation, and what this socket gets of it cannot be told for sure any more.
    OutOfStep,
    /// The reader did not even take the note that it was too slow.
    TooSlow,
    /// No authentication in time.
    AuthTimeout,
    /// The access token expired.
    TokenExpired,
    /// Too many frames that could not be understood.
    TooManyErrors,
    /// The token in the first frame is not good.
    BadToken,
    /// The session was ended.
    SessionEnded,
    /// The user left the one conversation that the socket carries, or was never in it.
    NotAMember,
    /// The user has too many sockets open already.
    TooManySockets,
    /// The user is kept out for a while.
    Suspended,
    /// The user is kept out for good.
    Banned,
    /// Flooded with pings.
    Flood,
}

impl CloseReason {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ProtocolError => 1002,
            Self::Binary => 1003,
            Self::InvalidUtf8 => 1007,
            Self::TooManyFragments => 1008,
            Self::TooBig => 1009,
            Self::GoingAway { .. } => 4000,
            Self::Silent => 4002,
            Self::Unavailable => 4003,
            Self::OutOfStep => 4004,
            Self::TooSlow => 4008,
            Self::AuthTimeout => 4401,
            Self::TokenExpired => 4403,
            Self::TooManyErrors => 4501,
            Self::BadToken => 4502,
            Self::SessionEnded => 4503,
            Self::NotAMember => 4504,
            Self::TooManySockets => 4505,
            Self::Suspended => 4506,
            Self::Banned => 4507,
            Self::Flood => 4508,
        }
    }

    fn text(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ProtocolError => "protocol error",
            Self::Binary => "text frames only",
            Self::InvalidUtf8 => "invalid utf-8",
            Self::OutOfStep => "out of step",
            Self::TooBig => "too big",
            Self::TooManyFragments => "too many fragments",
            Self::GoingAway { retry_after_ms } => return format!("going away; retry_after_ms={retry_after_ms}").into(),
            Self::Silent => "nothing heard",
            Self::Unavailable => "briefly unavailable",
            Self::TooSlow => "reading too slowly",
            Self::AuthTimeout => "not authenticated in time",
            Self::TokenExpired => "token expired",
            Self::TooManyErrors => "too many errors",
            Self::BadToken => "bad token",
            Self::SessionEnded => "session ended",
            Self::NotAMember => "not a member",
            Self::TooManySockets => "too many sockets",
            Self::Suspended => "account suspended",
            Self::Banned => "account banned",
            Self::Flood => "too many pings",
        })
    }

    pub(crate) fn frame(self) -> CloseFrame {
        CloseFrame { code: CloseCode::from(self.code()), reason: self.text().into_owned().into() }
    }
}

/// Whether a client that was closed with this code should come back.
#[must_use]
pub const fn may_reconnect(code: u16) -> bool {
    matches!(code, 1000 | 1001 | 1006 | 1011..=1014 | 4000..=4499)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_a_code_tells_whether_to_come_back() {
        for back in [CloseReason::Silent, CloseReason::TooSlow, CloseReason::TokenExpired, CloseReason::Unavailable] {
            assert!(may_reconnect(back.code()), "{back:?}");
        }
        for stay in [CloseReason::BadToken, CloseReason::SessionEnded, CloseReason::Flood, CloseReason::ProtocolError] {
            assert!(!may_reconnect(stay.code()), "{stay:?}");
        }
        assert!(may_reconnect(CloseReason::GoingAway { retry_after_ms: 5 }.code()));
    }

    #[test]
    fn the_hint_fits_into_a_close_frame() {
        let frame = CloseReason::GoingAway { retry_after_ms: u64::MAX }.frame();
        assert!(frame.reason.len() <= 123);
    }
}
