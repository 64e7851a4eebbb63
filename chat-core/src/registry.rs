//! The connection registry: which connections carry a conversation, which belong to a user, and whose a connection is.
//!
//! Pure and synchronous; `H` is whatever the caller needs to reach a connection. One connection is in exactly the maps that
//! its registration names, and in none of them after it is removed: a broken connection leaves no residue.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::ids::{ConnectionId, ConversationId, SessionId, UserId};

/// What a connection carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All conversations of its user, those that come later too.
    Everything,
    /// One conversation.
    Only(ConversationId),
}

/// Connections by id, user and conversation.
#[derive(Debug)]
pub struct Registry<H> {
    next: u64,
    connections: HashMap<ConnectionId, Connection>,
    users: HashMap<UserId, Handles<H>>,
    conversations: Carried<H>,
}

/// What is known of one connection.
#[derive(Debug)]
struct Connection {
    user: UserId,
    session: Option<SessionId>,
    scope: Scope,
    conversations: Vec<ConversationId>,
}

/// Connections in the order of their ids. New ids are the largest, so adding is a push, and looking one up a binary search.
type Handles<H> = Vec<(ConnectionId, H)>;

/// The connections that carry a conversation at one moment, in the order of their ids. Whoever keeps it sees that moment,
/// whatever joins and leaves meanwhile.
pub type Carriers<H> = Arc<Vec<(ConnectionId, H)>>;

impl<H: Clone> Registry<H> {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self { next: 1, connections: HashMap::new(), users: HashMap::new(), conversations: HashMap::new() }
    }

    /// Adds a connection that carries `conversations` from now on.
    pub fn add(
        &mut self,
        user: UserId,
        session: Option<SessionId>,
        scope: Scope,
        conversations: Vec<ConversationId>,
        handle: &H,
    ) -> ConnectionId {
        let id = ConnectionId(self.next);
        self.next += 1;
        insert(self.users.entry(user).or_default(), id, handle.clone());
        for conversation in &conversations {
            put(&mut self.conversations, *conversation, id, handle.clone());
        }
        self.connections.insert(id, Connection { user, session, scope, conversations });
        id
    }

    /// Removes a connection from every map. Returns the conversations that nobody here carries any more.
    pub fn remove(&mut self, id: ConnectionId) -> Vec<ConversationId> {
        let Some(connection) = self.connections.remove(&id) else { return Vec::new() };
        if let Entry::Occupied(mut user) = self.users.entry(connection.user)
            && remove(user.get_mut(), id)
        {
            user.remove();
        }
        connection
            .conversations
            .into_iter()
            .filter(|conversation| take(&mut self.conversations, *conversation, id))
            .collect()
    }

    /// Lets one connection carry these conversations too. Nothing happens if it is gone.
    pub fn carry(&mut self, id: ConnectionId, conversations: &[ConversationId]) {
        let Some(handle) = self.get(id).cloned() else { return };
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.conversations.reserve_exact(conversations.len());
        for conversation in conversations {
            if !connection.conversations.contains(conversation) {
                connection.conversations.push(*conversation);
                put(&mut self.conversations, *conversation, id, handle.clone());
            }
        }
    }

    /// One connection does not carry a conversation any more. True if nobody here does.
    pub fn put_down(&mut self, id: ConnectionId, conversation: ConversationId) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let Some(place) = connection.conversations.iter().position(|carried| *carried == conversation) else {
            return false;
        };
        connection.conversations.swap_remove(place);
        take(&mut self.conversations, conversation, id)
    }

    /// Lets every connection of a user that carries everything carry one conversation more. True if any connection of the
    /// user carries it afterwards.
    pub fn join(&mut self, user: UserId, conversation: ConversationId) -> bool {
        let mut carried = false;
        for (id, handle) in self.users.get(&user).into_iter().flatten() {
            let Some(connection) = self.connections.get_mut(id) else { continue };
            if connection.conversations.contains(&conversation) {
                carried = true;
            } else if connection.scope == Scope::Everything {
                connection.conversations.push(conversation);
                put(&mut self.conversations, conversation, *id, handle.clone());
                carried = true;
            }
        }
        carried
    }

    /// No connection of the user carries the conversation any more. True if nobody here does.
    pub fn leave(&mut self, user: UserId, conversation: ConversationId) -> bool {
        let mut last = false;
        for (id, _) in self.users.get(&user).into_iter().flatten() {
            let Some(connection) = self.connections.get_mut(id) else { continue };
            if let Some(place) = connection.conversations.iter().position(|carried| *carried == conversation) {
                connection.conversations.swap_remove(place);
                last = take(&mut self.conversations, conversation, *id);
            }
        }
        last
    }

    /// The connections that carry a conversation; none if nobody here does.
    #[must_use]
    pub fn carrying(&self, conversation: ConversationId) -> Option<&Carriers<H>> {
        self.conversations.get(&conversation)
    }

    /// The connections of a user. With a conversation given, those that carry only another one are passed over.
    pub fn of_user(&self, user: UserId, about: Option<ConversationId>) -> impl Iterator<Item = (ConnectionId, &H)> {
        let handles = self.users.get(&user).into_iter().flatten();
        handles.filter(move |(id, _)| self.hears(*id, about)).map(|(id, handle)| (*id, handle))
    }

    /// The sessions that have connections.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.connections.values().filter_map(|connection| connection.session)
    }

    /// The connections of a session.
    pub fn of_session(&self, session: SessionId) -> impl Iterator<Item = (ConnectionId, &H)> {
        let mine = self.connections.iter().filter(move |(_, connection)| connection.session == Some(session));
        mine.filter_map(|(id, _)| self.get(*id).map(|handle| (*id, handle)))
    }

    /// The handle of a connection.
    #[must_use]
    pub fn get(&self, id: ConnectionId) -> Option<&H> {
        let handles = self.users.get(&self.connections.get(&id)?.user)?;
        let place = handles.binary_search_by_key(&id, |(at, _)| *at).ok()?;
        handles.get(place).map(|(_, handle)| handle)
    }

    /// Whether a connection carries a conversation.
    #[must_use]
    pub fn carries(&self, id: ConnectionId, conversation: ConversationId) -> bool {
        self.connections.get(&id).is_some_and(|connection| connection.conversations.contains(&conversation))
    }

    /// Every connection.
    pub fn all(&self) -> impl Iterator<Item = (ConnectionId, &H)> {
        self.users.values().flatten().map(|(id, handle)| (*id, handle))
    }

    /// Whether anybody here carries a conversation.
    #[must_use]
    pub fn is_carried(&self, conversation: ConversationId) -> bool {
        self.conversations.contains_key(&conversation)
    }

    /// How many connections there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether there are none, in any map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.users.is_empty() && self.conversations.is_empty()
    }

    /// Whether a connection hears of what concerns its user, or its user in one conversation.
    fn hears(&self, id: ConnectionId, about: Option<ConversationId>) -> bool {
        match self.connections.get(&id).map(|connection| connection.scope) {
            Some(Scope::Everything) => true,
            Some(Scope::Only(conversation)) => about == Some(conversation),
            None => false,
        }
    }
}

impl<H: Clone> Default for Registry<H> {
    fn default() -> Self {
        Self::new()
    }
}

/// Up to here a list has room for exactly those that are in it, because most users and conversations have no more.
const FEW: usize = 4;

fn insert<H>(handles: &mut Handles<H>, id: ConnectionId, handle: H) {
    if let Err(place) = handles.binary_search_by_key(&id, |(at, _)| *at) {
        if handles.len() < FEW {
            handles.reserve_exact(1);
        }
        handles.insert(place, (id, handle));
    }
}

/// Takes a connection out of a list. True if that leaves nobody.
fn remove<H>(handles: &mut Handles<H>, id: ConnectionId) -> bool {
    if let Ok(place) = handles.binary_search_by_key(&id, |(at, _)| *at) {
        handles.remove(place);
    }
    handles.is_empty()
}

/// The carriers of every conversation that anybody here carries.
type Carried<H> = HashMap<ConversationId, Carriers<H>>;

fn put<H: Clone>(carried: &mut Carried<H>, conversation: ConversationId, id: ConnectionId, handle: H) {
    insert(Arc::make_mut(carried.entry(conversation).or_default()), id, handle);
}

/// The connection does not carry the conversation any more. True if nobody does.
fn take<H: Clone>(carried: &mut Carried<H>, conversation: ConversationId, id: ConnectionId) -> bool {
    let Entry::Occupied(mut carriers) = carried.entry(conversation) else { return false };
    let is_last = remove(Arc::make_mut(carriers.get_mut()), id);
    if is_last {
        carriers.remove();
    }
    is_last
}

#[cfg(test)]
mod tests;
