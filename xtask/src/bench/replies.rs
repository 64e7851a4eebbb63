//! What a frame of Centrifuge brings: one reply or push in a line each, taken out one after the other and not copied.

use tokio_tungstenite::tungstenite::{Bytes, Utf8Bytes};

/// Opens a session; no message has its id.
pub(super) const CONNECT: &str = "{\"id\":4294967295,\"connect\":{}}";
/// The reply to nothing, which is a ping; a pong is written in the same way.
pub(super) const PING: &str = "{}";

/// The lines of a frame that have not been taken out.
#[derive(Debug, Default)]
pub(super) struct Replies {
    frame: Utf8Bytes,
    taken: usize,
}

impl Replies {
    /// All lines of a frame.
    pub(super) fn of(frame: Utf8Bytes) -> Self {
        Self { frame, taken: 0 }
    }
}

impl Iterator for Replies {
    type Item = Utf8Bytes;

    fn next(&mut self) -> Option<Utf8Bytes> {
        let rest = self.frame.as_str().get(self.taken..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').map_or(self.frame.len(), |length| self.taken + length);
        let line = AsRef::<Bytes>::as_ref(&self.frame).slice(self.taken..end);
        self.taken = end + 1;
        // A line of a text is a text.
        Utf8Bytes::try_from(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_frame_comes_out_once_and_in_order() {
        for (frame, lines) in [
            ("", &[][..]),
            ("{}", &["{}"]),
            ("{\"push\":{}}\n{\"id\":1}", &["{\"push\":{}}", "{\"id\":1}"]),
            ("{}\n", &["{}"]),
        ] {
            let found: Vec<Utf8Bytes> = Replies::of(Utf8Bytes::from(frame)).collect();
            assert_eq!(found, lines, "{frame}");
        }
    }
}
