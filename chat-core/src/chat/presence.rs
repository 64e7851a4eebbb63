//! Presence: who is there, and who may see it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Chat;
use crate::command::{Actor, Reply};
use crate::conversation::Pair;
use crate::error::ChatError;
use crate::event::{Audience, Event};
use crate::ids::UserId;
use crate::presence::{Presence, Status};
use crate::text::Label;
use crate::time::Timestamp;
use crate::user::User;

/// Who is connected. A user without a connection stays for a short while, so that a reload is not an absence.
#[derive(Debug, Default)]
pub(super) struct PresenceBoard(Mutex<HashMap<UserId, Attendance>>);

#[derive(Debug, Clone, Copy, Default)]
struct Attendance {
    connections: u32,
    /// When the last connection ended, if none is left.
    gone_since: Option<Timestamp>,
    /// Whether those who may see it were told that the user is here.
    is_told: bool,
}

impl PresenceBoard {
    fn board(&self) -> MutexGuard<'_, HashMap<UserId, Attendance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one connection more. True if it has to be told.
    pub(super) fn arrive(&self, user: UserId) -> bool {
        let mut board = self.board();
        let attendance = board.entry(user).or_default();
        attendance.connections += 1;
        attendance.gone_since = None;
        !attendance.is_told
    }

    /// Notes that it was told that a user is here.
    fn told(&self, user: UserId) {
        if let Some(attendance) = self.board().get_mut(&user) {
            attendance.is_told = true;
        }
    }

    /// Notes one connection less.
    fn depart(&self, user: UserId, now: Timestamp) {
        let mut board = self.board();
        let Some(attendance) = board.get_mut(&user) else { return };
        attendance.connections = attendance.connections.saturating_sub(1);
        if attendance.connections == 0 && attendance.gone_since.is_none() {
            attendance.gone_since = Some(now);
        }
    }

    /// Takes out those who have been gone for longer than the grace time.
    fn take_gone(&self, before: Timestamp) -> Vec<(UserId, Timestamp)> {
        let mut gone = Vec::new();
        self.board().retain(|user, attendance| {
            let over = attendance.gone_since.filter(|since| *since <= before);
            gone.extend(over.map(|since| (*user, since)));
            over.is_none()
        });
        gone
    }

    /// Puts those back whose departure could not be told yet, unless they came back themselves.
    fn put_back(&self, gone: impl IntoIterator<Item = (UserId, Timestamp)>) {
        let mut board = self.board();
        for (user, since) in gone {
            board.entry(user).or_insert(Attendance { connections: 0, gone_since: Some(since), is_told: true });
        }
    }

    pub(super) fn is_here(&self, user: UserId) -> bool {
        self.board().contains_key(&user)
    }

    /// What those who may see it see.
    pub(super) fn presence_of(&self, user: &User) -> Presence {
        let here = self.is_here(user.id) && user.status != Status::Offline;
        Presence {
            user: user.id,
            status: if here { user.status } else { Status::Offline },
            message: user.status_message.clone(),
            last_seen_at: if here { None } else { user.last_seen_at },
        }
    }
}

/// What those who may not see it see.
pub(super) const fn hidden(user: UserId) -> Presence {
    Presence { user, status: Status::Offline, message: None, last_seen_at: None }
}

impl Chat {
    pub(super) async fn set_presence(
        &self,
        actor: &Actor,
        status: Status,
        message: Option<Label>,
    ) -> Result<Reply, ChatError> {
        self.stores.users.set_status(actor.user, status, message).await?;
        let user = self.user(actor.user).await?;
        let mut audience = self.presence_circle(user.id).await?;
        audience.push(user.id);
        let presence = self.board.presence_of(&user);
        let audience = Audience::Users { users: audience, about: None };
        self.publish(Event::Presence(presence.clone()), audience, actor.origin.clone());
        Ok(Reply::Online(vec![presence]))
    }

    pub(super) async fn list_online(&self, actor: &Actor) -> Result<Vec<Presence>, ChatError> {
        let circle = self.presence_circle(actor.user).await?;
        self.online_among(&circle).await
    }

    /// Who sees the presence of a user, and whose presence the user sees.
    pub(super) async fn presence_circle(&self, user: UserId) -> Result<Vec<UserId>, ChatError> {
        Ok(self.stores.relations.presence_circle(user).await?)
    }

    /// The presence of those of some users who are seen to be here.
    pub(super) async fn online_among(&self, circle: &[UserId]) -> Result<Vec<Presence>, ChatError> {
        let here: Vec<_> = circle.iter().copied().filter(|user| self.board.is_here(*user)).collect();
        if here.is_empty() {
            return Ok(Vec::new());
        }
        let users = self.stores.users.get(&here).await?;
        let presences = users.iter().map(|user| self.board.presence_of(user));
        Ok(presences.filter(|presence| presence.status != Status::Offline).collect())
    }

    /// Tells those who may see it that a user is here.
    pub(super) fn announce_arrival(&self, presence: &Presence, circle: &[UserId]) {
        if self.is_anybody_here(circle) {
            self.tell(presence.clone(), circle.to_vec());
        }
        self.board.told(presence.user);
    }

    pub(super) fn depart(&self, user: UserId) {
        self.board.depart(user, self.now());
    }

    /// Announces who has been gone for a while. Call it about once a second: what failed is tried again then.
    pub async fn announce_departures(&self) -> Result<(), ChatError> {
        let before = self.now().plus_seconds(-self.settings.offline_grace_seconds);
        let mut gone = self.board.take_gone(before).into_iter();
        while let Some((user, since)) = gone.next() {
            if let Err(error) = self.announce_departure(user, since).await {
                // What cannot be mended by waiting must not stand in the way of the others.
                let again = error.code().is_retryable().then_some((user, since));
                self.board.put_back(again.into_iter().chain(gone));
                return Err(error);
            }
        }
        Ok(())
    }

    async fn announce_departure(&self, user: UserId, since: Timestamp) -> Result<(), ChatError> {
        self.stores.users.set_last_seen(user, since).await?;
        self.announce(user).await
    }

    /// Tells everybody who may see it what a user's presence is now.
    async fn announce(&self, user: UserId) -> Result<(), ChatError> {
        let users = self.presence_circle(user).await?;
        if self.is_anybody_here(&users) {
            self.tell(self.board.presence_of(&self.user(user).await?), users);
        }
        Ok(())
    }

    fn is_anybody_here(&self, users: &[UserId]) -> bool {
        users.iter().any(|user| self.board.is_here(*user))
    }

    fn tell(&self, presence: Presence, users: Vec<UserId>) {
        self.publish(Event::Presence(presence), Audience::Users { users, about: None }, None);
    }

    /// After a change between two users, shows each the other's presence as each may see it from now on.
    pub(super) async fn presence_may_have_changed(&self, one: UserId, other: UserId) -> Result<(), ChatError> {
        let Some(pair) = Pair::new(one, other) else { return Ok(()) };
        let visible = self.presence_circle(one).await?.contains(&other);
        for (seen, by) in [(pair.low(), pair.high()), (pair.high(), pair.low())] {
            if !self.board.is_here(by) {
                continue;
            }
            let presence = if visible { self.board.presence_of(&self.user(seen).await?) } else { hidden(seen) };
            self.publish(Event::Presence(presence), Audience::Users { users: vec![by], about: None }, None);
        }
        Ok(())
    }
}
