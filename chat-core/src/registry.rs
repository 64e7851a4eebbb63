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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn room(id: i64) -> ConversationId {
        ConversationId::new(id).expect("an id")
    }

    fn carriers(registry: &Registry<&'static str>, conversation: i64) -> Vec<&'static str> {
        registry
            .carrying(room(conversation))
            .into_iter()
            .flat_map(|all| all.iter())
            .map(|(_, handle)| *handle)
            .collect()
    }

    #[test]
    fn a_user_with_two_tabs_is_reached_in_both() {
        let mut registry = Registry::new();
        registry.add(user(1), None, Scope::Everything, vec![room(1)], &"phone");
        registry.add(user(1), None, Scope::Everything, vec![room(1)], &"desk");
        assert_eq!(carriers(&registry, 1), ["phone", "desk"]);
    }

    #[test]
    fn a_new_conversation_is_carried_by_full_connections_only() {
        let mut registry = Registry::new();
        registry.add(user(1), None, Scope::Everything, vec![], &"full");
        registry.add(user(1), None, Scope::Only(room(1)), vec![room(1)], &"single");
        assert!(registry.join(user(1), room(2)));
        assert_eq!(carriers(&registry, 2), ["full"]);
        assert!(!registry.join(user(2), room(2)), "nobody is there");
    }

    #[test]
    fn one_connection_takes_up_and_puts_down_what_it_carries() {
        let mut registry = Registry::new();
        let one = registry.add(user(1), None, Scope::Everything, vec![], &"one");
        registry.add(user(1), None, Scope::Everything, vec![], &"two");
        registry.carry(one, &[room(1), room(2), room(1)]);
        assert_eq!((carriers(&registry, 1), carriers(&registry, 2)), (vec!["one"], vec!["one"]));
        assert!(registry.put_down(one, room(1)), "nobody else carries it");
        assert!(!registry.put_down(one, room(1)), "it is down already");
        registry.remove(one);
        registry.carry(one, &[room(3)]);
        assert!(!registry.is_carried(room(2)) && !registry.is_carried(room(3)));
    }

    #[test]
    fn what_concerns_another_conversation_passes_a_single_connection_by() {
        let mut registry = Registry::new();
        registry.add(user(1), None, Scope::Only(room(1)), vec![room(1)], &"single");
        let heard = |about| registry.of_user(user(1), about).count();
        assert_eq!((heard(Some(room(1))), heard(Some(room(2))), heard(None)), (1, 0, 0));
    }

    #[test]
    fn leaving_silences_every_tab_and_says_when_nobody_is_left() {
        let mut registry = Registry::new();
        registry.add(user(1), None, Scope::Everything, vec![room(1)], &"one");
        registry.add(user(1), None, Scope::Everything, vec![room(1)], &"two");
        registry.add(user(2), None, Scope::Everything, vec![room(1)], &"other");
        assert!(!registry.leave(user(1), room(1)));
        assert_eq!(carriers(&registry, 1), ["other"]);
        assert!(registry.leave(user(2), room(1)));
        assert!(!registry.is_carried(room(1)));
    }

    #[test]
    fn a_session_is_found_among_its_users_connections() {
        let mut registry = Registry::new();
        let session = SessionId::new(7).expect("an id");
        registry.add(user(1), Some(session), Scope::Everything, vec![], &"mine");
        registry.add(user(1), None, Scope::Everything, vec![], &"other device");
        assert_eq!(registry.sessions().collect::<Vec<_>>(), [session]);
        assert_eq!(registry.of_session(session).map(|(_, handle)| *handle).collect::<Vec<_>>(), ["mine"]);
    }

    #[test]
    fn whoever_keeps_the_carriers_sees_those_of_that_moment() {
        let mut registry = Registry::new();
        let one = registry.add(user(1), None, Scope::Everything, vec![room(1)], &"one");
        let then = Arc::clone(registry.carrying(room(1)).expect("a carrier"));
        registry.add(user(2), None, Scope::Everything, vec![room(1)], &"two");
        registry.remove(one);
        assert_eq!((then.as_slice(), carriers(&registry, 1)), (&[(one, "one")][..], vec!["two"]));
    }

    #[derive(Debug, Clone)]
    enum Move {
        Add(i64, Vec<i64>),
        Remove(usize),
        Carry(usize, Vec<i64>),
        PutDown(usize, i64),
        Join(i64, i64),
        Leave(i64, i64),
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let id = 1_i64..5;
        let one = prop_oneof![
            (id.clone(), prop::collection::vec(1_i64..5, 0..4)).prop_map(|(user, rooms)| Move::Add(user, rooms)),
            any::<usize>().prop_map(Move::Remove),
            (any::<usize>(), prop::collection::vec(1_i64..5, 0..4))
                .prop_map(|(which, rooms)| Move::Carry(which, rooms)),
            (any::<usize>(), id.clone()).prop_map(|(which, room)| Move::PutDown(which, room)),
            (id.clone(), id.clone()).prop_map(|(user, room)| Move::Join(user, room)),
            (id.clone(), id).prop_map(|(user, room)| Move::Leave(user, room)),
        ];
        prop::collection::vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn whatever_happens_removing_every_connection_leaves_nothing(moves in moves()) {
            let mut registry = Registry::new();
            let mut open = Vec::new();
            for step in moves {
                match step {
                    Move::Add(by, rooms) => {
                        let mut rooms: Vec<_> = rooms.into_iter().map(room).collect();
                        rooms.dedup();
                        open.push(registry.add(user(by), None, Scope::Everything, rooms, &()));
                    }
                    Move::Remove(which) if !open.is_empty() => {
                        registry.remove(open.swap_remove(which % open.len()));
                    }
                    Move::Carry(which, rooms) if !open.is_empty() => {
                        let rooms: Vec<_> = rooms.into_iter().map(room).collect();
                        registry.carry(open[which % open.len()], &rooms);
                    }
                    Move::PutDown(which, from) if !open.is_empty() => {
                        registry.put_down(open[which % open.len()], room(from));
                    }
                    Move::Remove(_) | Move::Carry(..) | Move::PutDown(..) => {}
                    Move::Join(by, to) => { registry.join(user(by), room(to)); }
                    Move::Leave(by, from) => { registry.leave(user(by), room(from)); }
                }
            }
            prop_assert_eq!(registry.len(), open.len());
            for id in open {
                registry.remove(id);
            }
            prop_assert!(registry.is_empty());
        }
    }
}
