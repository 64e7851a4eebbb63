//! The goodbye: how a socket is ended so that its client learns why.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};

use crate::close::CloseReason;
use crate::guard::TooManyFragments;
use crate::socket::Socket;

/// How long a peer may take to say goodbye, and to take what is on its way when the end comes.
pub(crate) const GOODBYE: Duration = Duration::from_secs(1);

/// Ends a socket politely, but does not wait for a peer that does not.
pub(crate) async fn close<S>(socket: &mut Socket<S>, reason: CloseReason)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let goodbye = async {
        let _ = socket.close(reason).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return;
            }
        }
        // What a client says that cannot be followed any more is still listened to: a connection that ends with bytes unread
        // is reset, and the goodbye is lost with it.
        let _ = socket.hang_up().await;
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}

/// What the client is told when its own frames were the fault; none where the connection is simply gone.
#[expect(clippy::wildcard_enum_match_arm, reason = "the list is tungstenite's; whatever else it is, the peer is gone")]
pub(crate) fn reason_of(error: &Error) -> Option<CloseReason> {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. } | CapacityError::TooManyHeaders) => {
            Some(CloseReason::TooBig)
        }
        Error::Utf8(_) => Some(CloseReason::InvalidUtf8),
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooManyFragments>()) => {
            Some(CloseReason::TooManyFragments)
        }
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(CloseReason::ProtocolError),
        _ => None,
    }
}
