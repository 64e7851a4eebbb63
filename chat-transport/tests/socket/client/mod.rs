//! The Rust client, over real connections: it comes back, resumes without a gap, and has every message stored once.

mod cuts;
mod end;
mod missing;
mod sends;
mod stage;
mod street;

use std::time::Duration;

use chat_transport::client::{Client, ClientSettings, Notice};
use chat_transport::wire::EventView;
use tokio::sync::mpsc;

use crate::harness::PATIENCE;

/// Settings that come back quickly.
fn settings(address: &str, token: &str, device: &str) -> ClientSettings {
    let mut settings = ClientSettings::new(address, token, device);
    settings.min_pause = Duration::from_millis(1);
    settings.max_pause = Duration::from_millis(5);
    settings
}

/// A client with what it tells.
struct Teller {
    client: Client,
    notices: mpsc::Receiver<Notice>,
}

impl Teller {
    fn start(settings: ClientSettings) -> Self {
        let (client, notices) = Client::start(settings);
        Self { client, notices }
    }

    async fn next(&mut self) -> Notice {
        let told = tokio::time::timeout(PATIENCE, self.notices.recv()).await.expect("a notice in time");
        told.expect("a notice, not the end")
    }

    /// The next notice that is none of the everyday ones: connected, caught up, gone.
    async fn news(&mut self) -> Notice {
        loop {
            match self.next().await {
                Notice::Ready(_) | Notice::CaughtUp | Notice::Offline => {}
                news @ (Notice::Event(_) | Notice::Resync { .. } | Notice::Ended(_)) => return news,
            }
        }
    }

    /// The seq of the next message.
    async fn seq(&mut self) -> i64 {
        loop {
            match self.news().await {
                Notice::Event(EventView::MessageNew(message)) => return message.seq,
                Notice::Event(_) => {}
                other => panic!("a message, not {other:?}"),
            }
        }
    }

    async fn caught_up(&mut self) {
        while self.next().await != Notice::CaughtUp {}
    }
}
