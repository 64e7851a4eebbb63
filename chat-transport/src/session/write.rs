//! The writing half of a session: what waits in the outbox and what is said to this client alone, with the marks of what it
//! received that way.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chat_core::ids::{ConversationId, Seq};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Session, Step};
use crate::close::CloseReason;
use crate::frame::Frame;
use crate::goodbye::{GOODBYE, reason_of};
use crate::in_flight::Landed;
use crate::line::Line;
use crate::outbox::Drained;
use crate::sending::Sending;
use crate::wire::{EventView, ServerFrame, encode, with_ref};

/// How far conversations reached a client.
type Received = Vec<(ConversationId, Seq)>;

/// What is left to do where writing was not all.
struct Rest {
    /// What the client has received as soon as it takes the rest.
    unnoted: Option<Received>,
    close: Option<CloseReason>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    /// Writes everything that waits, which almost always happens at once and then needs no room in the future of an idle socket.
    pub(super) async fn deliver(&mut self) -> Result<(), Option<CloseReason>> {
        match poll_fn(|cx| Poll::Ready(self.deliver_at_once(cx))).await? {
            None => Ok(()),
            Some(rest) => Box::pin(self.deliver_rest(rest)).await,
        }
    }

    /// Returns what there is left to do, if anything.
    fn deliver_at_once(&mut self, cx: &mut Context<'_>) -> Result<Option<Rest>, Option<CloseReason>> {
        let mut line = self.socket.line();
        // Nobody writes past what is taken out here, because the line is in hand.
        let Drained { frames, close } = self.outbox.drain();
        let has_nothing = frames.is_empty() && line.unsent().is_none();
        let unnoted = if has_nothing { None } else { self.send_at_once(&mut line, frames, cx)? };
        Ok((unnoted.is_some() || close.is_some()).then_some(Rest { unnoted, close }))
    }

    /// Goes on with a slow client. Before the server goes away, what is on its way is acknowledged too.
    async fn deliver_rest(&mut self, mut rest: Rest) -> Result<(), Option<CloseReason>> {
        loop {
            if let Some(received) = rest.unnoted {
                self.finish(received).await?;
            }
            match rest.close {
                None => return Ok(()),
                Some(CloseReason::GoingAway { .. }) if !self.in_flight.is_empty() => {
                    self.land_all().await.map_err(Some)?;
                }
                Some(reason) => return Err(Some(reason)),
            }
            match poll_fn(|cx| Poll::Ready(self.deliver_at_once(cx))).await? {
                None => return Ok(()),
                Some(more) => rest = more,
            }
        }
    }

    async fn write(&mut self, frames: VecDeque<Arc<Frame>>) -> Result<(), Option<CloseReason>> {
        let mut frames = Some(frames);
        let send = |cx: &mut Context<'_>| {
            let session = &mut *self;
            let mut line = session.socket.line();
            Poll::Ready(session.send_at_once(&mut line, frames.take().unwrap_or_default(), cx))
        };
        match poll_fn(send).await? {
            None => Ok(()),
            Some(received) => self.finish(received).await,
        }
    }

    /// Writes frames. Where the client does not take all of them at once, what it will have received then is returned.
    fn send_at_once(
        &self,
        line: &mut Line<S>,
        frames: VecDeque<Arc<Frame>>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Received>, Option<CloseReason>> {
        let begun = line.unsent().into_iter().flat_map(Sending::frames);
        let received = self.received(begun.chain(&frames));
        match line.try_send(frames, cx) {
            Poll::Ready(Ok(())) => {
                self.note(received);
                Ok(None)
            }
            Poll::Ready(Err(error)) => Err(reason_of(&error)),
            Poll::Pending => Ok(Some(received)),
        }
    }

    /// How far each conversation reaches the client with these frames. Its own words are nothing that it receives.
    fn received<'a>(&self, frames: impl Iterator<Item = &'a Arc<Frame>>) -> Received {
        let mut received = Received::new();
        for frame in frames {
            let Some((conversation, seq)) = frame.place else { continue };
            if frame.author.is_none_or(|author| author == self.identity.user) {
                continue;
            }
            match received.iter_mut().find(|(known, _)| *known == conversation) {
                Some((_, known)) => *known = seq,
                None => received.push((conversation, seq)),
            }
        }
        received
    }

    fn note(&self, received: Received) {
        for (conversation, seq) in received {
            self.gateway.deliveries.note(conversation, self.identity.user, seq);
        }
    }

    /// Waits for a client that is slow to take what is written, but not for ever, and not beyond the end of the session. What
    /// it said before is stored and heard by others meanwhile.
    async fn finish(&mut self, received: Received) -> Result<(), Option<CloseReason>> {
        let landed = self.wait_for_reader().await?;
        self.note(received);
        for one in landed {
            Box::pin(self.land(one)).await.map_err(Some)?;
        }
        Ok(())
    }

    /// Returns what arrived in the store before the client had taken everything.
    async fn wait_for_reader(&mut self) -> Result<Vec<Landed>, Option<CloseReason>> {
        let mut landed = Vec::new();
        let mut write = pin!(tokio::time::timeout(self.gateway.settings.write_timeout, self.socket.finish()));
        let outbox = &self.outbox;
        let mut end = pin!(async {
            let reason = outbox.ending().await;
            tokio::time::sleep(GOODBYE).await;
            reason
        });
        loop {
            tokio::select! {
                written = &mut write => return match written {
                    Ok(Ok(())) => Ok(landed),
                    Ok(Err(error)) => Err(reason_of(&error)),
                    Err(_) => Err(Some(CloseReason::TooSlow)),
                },
                reason = &mut end => return Err(Some(reason)),
                Some(one) = self.in_flight.next() => landed.push(one),
            }
        }
    }

    /// Sends a frame to this client alone, right now.
    pub(crate) async fn say(&mut self, frame: &ServerFrame, reference: Option<&str>) -> Step {
        self.say_text(encode(frame), reference).await
    }

    pub(super) async fn say_event(&mut self, event: &EventView, reference: Option<&str>) -> Step {
        self.say_text(encode(event), reference).await
    }

    async fn say_text(&mut self, text: String, reference: Option<&str>) -> Step {
        let note = match reference {
            Some(reference) => Frame::note(&with_ref(&text, reference)),
            None => Frame::note(&text),
        };
        self.say_frames(VecDeque::from([note])).await
    }

    /// The same for frames that are encoded already.
    pub(crate) async fn say_frames(&mut self, frames: VecDeque<Arc<Frame>>) -> Step {
        self.write(frames).await.map_err(|reason| reason.unwrap_or(CloseReason::Silent))
    }
}
