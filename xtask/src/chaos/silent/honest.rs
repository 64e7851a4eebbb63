//! Somebody honest: registers, signs in, opens a socket and says something to a friend, with a clock beside each.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::mpsc;

use crate::client::frame::Frame;
use crate::client::rest::{Account, Rest};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Failure, Outcome};

/// Whoever waits longer has gone away.
const PATIENCE: Duration = Duration::from_secs(15);

/// What each step took, every time.
#[derive(Debug, Default)]
pub(super) struct Times(Vec<(&'static str, Duration)>);

impl Times {
    /// The steps in their order, with what each took the first time.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        self.0.iter().copied()
    }

    /// The median and the worst of a step, and how often it was done.
    pub(super) fn of(&self, step: &str) -> (Duration, Duration, usize) {
        let mut times: Vec<_> = self.0.iter().filter(|(one, _)| *one == step).map(|(_, took)| *took).collect();
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        (median, times.last().copied().unwrap_or_default(), times.len())
    }

    async fn step<T>(&mut self, name: &'static str, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let begun = Instant::now();
        let done = tokio::time::timeout(PATIENCE, work).await;
        self.0.push((name, begun.elapsed()));
        done.map_err(|_| Failure::new(format!("it took more than {PATIENCE:?} to {name}")))?
    }
}

/// Two people, one of whom is connected all the time.
#[derive(Debug)]
pub(super) struct Honest {
    address: String,
    name: String,
    conversation: i64,
    heard: mpsc::Receiver<()>,
    rounds: u32,
}

impl Honest {
    /// Two people register and begin a conversation.
    pub(super) async fn enter(address: &str, [name, friend]: [&str; 2], times: &mut Times) -> Outcome<Self> {
        let rest = Rest::new(address)?;
        let account = times.step("register", rest.register(name)).await?;
        let friend = rest.register(friend).await?;
        let direct = json!({"kind": "direct", "user_id": friend.id});
        let conversation = rest.create_conversation(&account.token, &direct).await?;
        let heard = listen(connect(address, &friend).await?);
        Ok(Self { address: address.to_owned(), name: name.to_owned(), conversation, heard, rounds: 0 })
    }

    /// One signs in anew, opens a socket and says something, and the other hears it.
    pub(super) async fn chat(&mut self, times: &mut Times) -> Outcome {
        self.rounds += 1;
        let body = format!("round-{}", self.rounds);
        // Nothing is left of an earlier connection: whoever comes has to get through the door.
        let rest = Rest::new(&self.address)?;
        let account = times.step("sign in", rest.login(&self.name)).await?;
        let mut socket = times.step("open a socket", connect(&self.address, &account)).await?;
        let message = json!({
            "type": "message.send", "ref": body, "conversation_id": self.conversation, "body": body, "client_id": body,
        });
        times
            .step("send, until it is acknowledged", async {
                socket.send(&message).await?;
                until(&mut socket, |frame| matches!(frame, Frame::Entry { reference: Some(_), .. })).await
            })
            .await?;
        times
            .step("hear it on a socket that was open before", async {
                self.heard.recv().await.ok_or_else(|| Failure::new("the socket that was open before is lost"))
            })
            .await
    }
}

/// Stays connected, and passes on that something was heard.
fn listen(mut socket: Socket) -> mpsc::Receiver<()> {
    let (hear, heard) = mpsc::channel(1);
    tokio::spawn(async move {
        while until(&mut socket, |frame| matches!(frame, Frame::Entry { .. })).await.is_ok() {
            if hear.send(()).await.is_err() {
                return;
            }
        }
    });
    heard
}

async fn connect(address: &str, account: &Account) -> Outcome<Socket> {
    let opened = Socket::open(address, &account.token, Ipv4Addr::LOCALHOST).await;
    let mut socket = opened.map_err(|refusal| match refusal {
        Refusal::Token => Failure::new("the token was refused"),
        Refusal::Other(failure) => failure,
    })?;
    until(&mut socket, |frame| matches!(frame, Frame::Ready { .. })).await?;
    Ok(socket)
}

async fn until(socket: &mut Socket, is_it: impl Fn(&Frame) -> bool) -> Outcome {
    loop {
        let frame = socket.next().await?;
        if is_it(&frame) {
            return Ok(());
        }
        if let Frame::Refused { code, .. } = frame {
            return Err(Failure::new(format!("a message was refused: {code}")));
        }
    }
}
