// Users by id: what is known of them, and fetching those that are only known by number.

import * as api from './api.js';
import { changed, state } from './store.js';

// What was heard this recently is newer than a list that may have been on its way.
const FRESH_MS = 3_000;
const asked = new Map();

/** Takes note of users that some list contained. */
export function learn(users) {
  for (const user of users) {
    state.users.set(user.id, user);
    const heard = state.presence.get(user.id)?.heard ?? -Infinity;
    if (performance.now() - heard > FRESH_MS) learnPresence(presenceOf(user));
  }
  changed('users');
}

/** The user if known; otherwise null, and the views hear of it when the user has been fetched. */
export function userById(id) {
  const known = state.users.get(id);
  if (!known && id !== null && !asked.has(id)) asked.set(id, fetchUser(id));
  return known ?? null;
}

/** What to call a user. */
export const nameOf = (id) => userById(id)?.username ?? '…';

async function fetchUser(id) {
  try {
    learn([await api.user(id)]);
  } catch (error) {
    if (error.status === 404) state.users.set(id, { id, username: 'Unknown user', status: 'offline', gone: true });
    changed('users');
  } finally {
    asked.delete(id);
  }
}

/** Fetches a user again, for instance because they became a friend and now show their presence. */
export async function refreshUser(id) {
  const user = await api.user(id).catch(() => null);
  if (!user) return;
  learnPresence(presenceOf(user));
  learn([user]);
}

/** Takes note of a presence. The latest wins. */
export function learnPresence(presence) {
  state.presence.set(presence.user_id, { ...presence, heard: performance.now() });
  changed('presence');
}

/** The presence of a user; unknown counts as offline. */
export function presenceFor(id) {
  return state.presence.get(id) ?? { user_id: id, status: 'offline', message: null, last_seen_at: null };
}

const presenceOf = (user) => ({
  user_id: user.id,
  status: user.status ?? 'offline',
  message: user.status_message ?? null,
  last_seen_at: user.last_seen_at ?? null,
});
