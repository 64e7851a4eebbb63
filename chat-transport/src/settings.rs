//! The limits of a socket. tungstenite's own defaults are made for trusted peers and large messages; all of them are set here.

use std::time::Duration;

use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// The limits of every socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketSettings {
    /// How often the server pings; a client that is silent for two of these is gone. NAT boxes forget connections after about
    /// a minute, so stay below 45 s.
    pub heartbeat: Duration,
    /// How long a socket may take to authenticate by its first frame.
    pub auth_timeout: Duration,
    /// How long one write may take before the reader counts as gone.
    pub write_timeout: Duration,
    /// The largest message that is read, in bytes, in however many frames it comes.
    pub max_message_bytes: usize,
    /// How many sockets one user may have open.
    pub max_sockets_per_user: u32,
    /// How many frames one message may come in.
    pub max_fragments: u32,
    /// How many bytes may wait for one reader before its queue is replaced by one `resync`.
    pub outbox_bytes: usize,
    /// At how many frames within a minute that cannot be understood the socket is closed.
    pub max_errors_per_minute: u32,
    /// How many pings (of the protocol, or as a frame) within a second are answered.
    pub max_pings_per_second: u32,
    /// How many entries a `sync` replays for one conversation before it says `resync`.
    pub max_replay: usize,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(25),
            auth_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(15),
            max_message_bytes: 128 * 1024,
            max_sockets_per_user: 100,
            max_fragments: 64,
            outbox_bytes: 1024 * 1024,
            max_errors_per_minute: 10,
            max_pings_per_second: 10,
            max_replay: 5_000,
        }
    }
}

/// How much is read at once, and kept allocated per socket that is awake. Chat frames are short; a long one takes a few reads more.
pub(crate) const READ_BUFFER: usize = 1024;

/// What tungstenite writes itself, pongs and goodbyes, is short; frames of the chat go past it.
const WRITE_BUFFER: usize = 4 * 1024;

impl SocketSettings {
    pub(crate) fn websocket(&self) -> WebSocketConfig {
        WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(self.max_message_bytes))
            .max_frame_size(Some(self.max_message_bytes))
            .accept_unmasked_frames(false)
    }
}
