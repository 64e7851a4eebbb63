// The calls of the REST interface by name. Lists answer `{items, next}`.

import { call } from './session.js';

const query = (values) => {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return known.length ? `?${new URLSearchParams(known)}` : '';
};

/** Follows `next` through every page of a list. */
async function all(path, values = {}) {
  const items = [];
  let after;
  do {
    const page = await call('GET', path + query({ ...values, limit: 100, after }));
    items.push(...page.items);
    after = page.items.length ? page.next : null;
  } while (after !== null && after !== undefined);
  return items;
}

export const wsTicket = () => call('POST', 'auth/ws-ticket');

export const me = () => call('GET', 'users/me');
export const updateMe = (changes) => call('PATCH', 'users/me', changes);
export const changePassword = (old_password, new_password) => call('POST', 'auth/password', { old_password, new_password });
export const sessions = () => all('users/me/sessions');
export const endSession = (id) => call('DELETE', `users/me/sessions/${id}`);
export const endOtherSessions = () => call('DELETE', 'users/me/sessions');
export const user = (id) => call('GET', `users/${id}`);
export const usersOnline = () => all('users/online');
export const searchUsers = (q) => call('GET', `users${query({ q, limit: 20 })}`);
export const setPresence = (status, message) => call('PUT', 'users/me/presence', { status, message });

export const report = (about) => call('POST', 'reports', about);
export const reports = (status, after) => call('GET', `moderation/reports${query({ status, after, limit: 20 })}`);
export const resolveReport = (id, decision) => call('POST', `moderation/reports/${id}/resolve`, decision);
export const standing = (id) => call('GET', `moderation/users/${id}`);
export const sanction = (id, sanction) => call('PUT', `moderation/users/${id}/sanction`, sanction);
export const pardon = (id) => call('DELETE', `moderation/users/${id}/sanction`);

export const friends = () => all('friends');
export const unfriend = (id) => call('DELETE', `friends/${id}`);
export const friendRequests = (direction) => all('friends/requests', { direction });
export const requestFriend = (user_id) => call('POST', 'friends/requests', { user_id });
export const acceptRequest = (id) => call('POST', `friends/requests/${id}/accept`);
export const declineRequest = (id) => call('POST', `friends/requests/${id}/decline`);
export const cancelRequest = (id) => call('DELETE', `friends/requests/${id}`);

export const blocks = () => all('blocks');
export const block = (id) => call('PUT', `blocks/${id}`);
export const unblock = (id) => call('DELETE', `blocks/${id}`);

export const conversations = () => all('conversations');
export const conversation = (id) => call('GET', `conversations/${id}`);
export const openDirect = (user_id) => call('POST', 'conversations', { kind: 'direct', user_id });
export const createGroup = (name, member_ids) => call('POST', 'conversations', { kind: 'group', name, member_ids });
export const rooms = (q, after) => call('GET', `rooms${query({ q: q || undefined, after, limit: 20 })}`);
export const createRoom = (room) => call('POST', 'conversations', { kind: 'room', ...room });
export const join = (id) => call('POST', `conversations/${id}/join`);
export const updateGroup = (id, changes) => call('PATCH', `conversations/${id}`, changes);
export const members = (id) => all(`conversations/${id}/members`);
export const addMembers = (id, user_ids) => call('POST', `conversations/${id}/members`, { user_ids });
export const setRole = (id, user, role) => call('PATCH', `conversations/${id}/members/${user}`, { role });
export const removeMember = (id, user) => call('DELETE', `conversations/${id}/members/${user}`);
export const leave = (id) => call('POST', `conversations/${id}/leave`);

export const history = (id, place, limit) => call('GET', `conversations/${id}/messages${query({ ...place, limit })}`);
export const changes = (id, after, limit) => call('GET', `conversations/${id}/changes${query({ after, limit })}`);
export const searchMessages = (filter) => call('GET', `search${query(filter)}`);
export const message = (id) => call('GET', `messages/${id}`);
export const editMessage = (id, body) => call('PATCH', `messages/${id}`, { body });
export const deleteMessage = (id) => call('DELETE', `messages/${id}`);
const reaction = (id, emoji) => `messages/${id}/reactions/${encodeURIComponent(emoji)}`;
export const react = (id, emoji) => call('PUT', reaction(id, emoji));
export const unreact = (id, emoji) => call('DELETE', reaction(id, emoji));
export const reactors = (id, emoji, after) => call('GET', `${reaction(id, emoji)}${query({ after, limit: 20 })}`);
export const formerTexts = (id) => call('GET', `messages/${id}/history`);
export const replies = (id, after) => call('GET', `messages/${id}/replies${query({ after, limit: 50 })}`);

export const pins = (id) => call('GET', `conversations/${id}/pins${query({ limit: 100 })}`);
export const pin = (id, message) => call('PUT', `conversations/${id}/pins/${message}`);
export const unpin = (id, message) => call('DELETE', `conversations/${id}/pins/${message}`);
