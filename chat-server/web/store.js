// What the page knows: users, conversations, relations, presence, and who wants to hear when it changes.

const listeners = new Map();
const stale = new Set();

/** All that is known. Only the modules beside this one write it; the views read. */
export const state = {
  me: null,
  epoch: null,
  loaded: false,
  connection: { state: 'connecting', retryAt: null, final: null },
  conversations: new Map(),
  users: new Map(),
  presence: new Map(),
  friends: new Set(),
  incoming: new Map(),
  outgoing: new Map(),
  blocks: new Set(),
  typing: new Map(),
  open: null,
  // What one is to the whole server: a member, a moderator or an admin.
  serverRole: 'member',
  // The message that somebody wants to see, until it is shown.
  goal: null,
};

/** Forgets everything of an account. */
export function clear() {
  for (const value of Object.values(state)) if (value instanceof Map || value instanceof Set) value.clear();
  Object.assign(state, { me: null, epoch: null, loaded: false, open: null, goal: null, serverRole: 'member' });
}

/**
 * Calls back after any of the topics changed, once for many changes. The topics are `connection`, `conversations`,
 * `thread`, `people`, `presence`, `typing` and `users`. Answers the function that ends it.
 */
export function on(topics, listener) {
  for (const topic of topics) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
  }
  return () => topics.forEach((topic) => listeners.get(topic).delete(listener));
}

/** Says that something changed. */
export function changed(...topics) {
  if (stale.size === 0) queueMicrotask(tell);
  topics.forEach((topic) => stale.add(topic));
}

function tell() {
  const wanted = new Set();
  for (const topic of stale) for (const listener of listeners.get(topic) ?? []) wanted.add(listener);
  stale.clear();
  for (const listener of wanted) listener();
}

/** The newest activity first. */
export function sortedConversations() {
  return [...state.conversations.values()].sort((a, b) => b.activity - a.activity || b.id - a.id);
}

/** The direct conversation with a user, if there is one. */
export function directWith(userId) {
  for (const conversation of state.conversations.values()) if (conversation.user_id === userId) return conversation;
  return null;
}

/** How many messages wait in all conversations. */
export function totalUnread() {
  let sum = 0;
  for (const conversation of state.conversations.values()) sum += conversation.unread;
  return sum;
}
