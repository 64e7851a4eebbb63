// Users by id: what is known of them, and fetching those that are only known by number.

import * as api from './api.js';
import { changed, directWith, state } from './store.js';

// What was pushed this recently is newer than a list that may have been on its way.
const FRESH_MS = 3_000;
const RETRY_AFTER_MS = 5_000;
const MOST_AT_ONCE = 4;
const asked = new Set();
const queue = [];
let busy = 0;

/** Takes note of users that some list contained. */
export function learn(users) {
  for (const user of users) {
    state.users.set(user.id, user);
    const heard = state.presence.get(user.id)?.heard ?? -Infinity;
    if (performance.now() - heard > FRESH_MS) learnPresence(presenceOf(user), -Infinity);
  }
  changed('users');
}

/** The user if known; otherwise null, and the views hear of it when the user has been fetched. */
export function userById(id) {
  const known = state.users.get(id);
  if (!known && id !== null && !asked.has(id)) {
    asked.add(id);
    queue.push(id);
    work();
  }
  return known ?? null;
}

/** What to call a user: as they want to be called, else by their user name. */
export function nameOf(id) {
  const user = userById(id);
  return user ? user.display_name || user.username : '…';
}

/** The name by which a user is found and signs in; nobody else has it. */
export const usernameOf = (id) => userById(id)?.username ?? '…';

/** Takes note of what somebody says of themselves from now on: all of it, so what is not there is gone. */
export function learnProfile({ user_id: id, display_name = null, bio = null, avatar_url = null }) {
  const isMe = id === state.me?.id;
  const known = isMe ? state.me : state.users.get(id);
  if (!known) return;
  const user = { ...known, display_name, bio, avatar_url };
  if (isMe) state.me = user;
  state.users.set(id, user);
  changed('users', 'thread');
}

/** Fetches the asked users, few at a time, because a long list asks for many at once. */
async function work() {
  if (busy >= MOST_AT_ONCE) return;
  busy += 1;
  while (queue.length) await fetchUser(queue.shift());
  busy -= 1;
}

async function fetchUser(id) {
  try {
    learn([await api.user(id)]);
    asked.delete(id);
  } catch (error) {
    if (error.status === 404) learn([{ id, username: 'Unknown user', status: 'offline' }]);
    // Whoever still needs the user then asks again.
    else setTimeout(() => asked.delete(id) && changed('users'), error.retryAfterMs ?? RETRY_AFTER_MS);
  }
}

/** Fetches a user again, for instance because they became a friend and now show their presence. */
export async function refreshUser(id) {
  const user = await api.user(id).catch(() => null);
  if (user) learn([user]);
}

/** Takes note of a presence. The latest wins. */
export function learnPresence(presence, heard = performance.now()) {
  state.presence.set(presence.user_id, { ...presence, heard });
  changed('presence');
}

/** Takes over who is online now, beside oneself: whoever is known and not among them is offline. */
export function replacePresence(presences, self) {
  for (const known of state.presence.values()) learnPresence({ ...known, status: 'offline' }, -Infinity);
  for (const presence of [presenceOf(self), ...presences]) learnPresence(presence);
}

/**
 * The presence to show of a user, or null where there is nothing to know: only friends and partners of direct
 * conversations show theirs, and without a connection nobody's is known, not even one's own.
 */
export function shownPresence(id) {
  if (state.connection.state !== 'open') return null;
  const known = presenceFor(id);
  if (known.status !== 'offline' || id === state.me?.id) return known;
  const shows = !state.blocks.has(id) && (state.friends.has(id) || directWith(id) !== null);
  return shows ? known : null;
}

/** The presence of a user as it was last heard; unknown counts as offline. */
export function presenceFor(id) {
  return state.presence.get(id) ?? { user_id: id, status: 'offline', message: null, last_seen_at: null };
}

const presenceOf = (user) => ({
  user_id: user.id,
  status: user.status ?? 'offline',
  message: user.status_message ?? null,
  last_seen_at: user.last_seen_at ?? null,
});
