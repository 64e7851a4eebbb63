// Friends, requests and blocks: the lists, the events that change them, and what a person can do.

import * as api from './api.js';
import { changed, state } from './store.js';
import { learn, learnPresence, presenceFor, refreshUser, userById } from './users.js';

/** Fetches all lists. Nothing is replaced before all of them are there. */
export async function fetchRelations() {
  const [friends, incoming, outgoing, blocks] = await Promise.all([
    api.friends(),
    api.friendRequests('incoming'),
    api.friendRequests('outgoing'),
    api.blocks(),
  ]);
  return () => {
    state.friends = new Set(friends.map((user) => user.id));
    state.blocks = new Set(blocks.map((user) => user.id));
    state.incoming = new Map(incoming.map((request) => [request.from_user_id, request]));
    state.outgoing = new Map(outgoing.map((request) => [request.to_user_id, request]));
    learn([...friends, ...blocks]);
    changed('people');
  };
}

/** Applies one event of the user's own log. Applying it twice does no harm. */
export function applyRelation({ type, data }) {
  if (type === 'friend.removed') {
    state.friends.delete(data.user_id);
    refreshUser(data.user_id);
  } else if (type === 'block.added') {
    state.friends.delete(data.user_id);
    dropRequests(data.user_id);
    state.blocks.add(data.user_id);
    hidePresence(data.user_id);
  } else if (type === 'block.removed') {
    state.blocks.delete(data.user_id);
    refreshUser(data.user_id);
  } else {
    applyRequest(data);
  }
  changed('people', 'conversations', 'thread');
}

function applyRequest(request) {
  const mine = request.from_user_id === state.me.id;
  const other = mine ? request.to_user_id : request.from_user_id;
  userById(other);
  dropRequests(other);
  if (request.status === 'pending') (mine ? state.outgoing : state.incoming).set(other, request);
  if (request.status === 'accepted') {
    state.friends.add(other);
    refreshUser(other);
  }
}

function dropRequests(id) {
  state.incoming.delete(id);
  state.outgoing.delete(id);
}

function hidePresence(id) {
  learnPresence({ ...presenceFor(id), status: 'offline', message: null, last_seen_at: null });
}

/** How a user stands to the one signed in: `self`, `blocked`, `friend`, `incoming`, `outgoing` or `none`. */
export function relationTo(id) {
  if (id === state.me.id) return 'self';
  if (state.blocks.has(id)) return 'blocked';
  if (state.friends.has(id)) return 'friend';
  if (state.incoming.has(id)) return 'incoming';
  return state.outgoing.has(id) ? 'outgoing' : 'none';
}

const noticed = (type, data) => applyRelation({ type, data });

export const addFriend = async (id) => noticed('friend.request', await api.requestFriend(id));
export const accept = async (id) => noticed('friend.accepted', await api.acceptRequest(state.incoming.get(id).id));
export const decline = async (id) => noticed('friend.declined', await api.declineRequest(state.incoming.get(id).id));

export async function cancel(id) {
  const request = state.outgoing.get(id);
  await api.cancelRequest(request.id);
  noticed('friend.cancelled', { ...request, status: 'cancelled' });
}

export async function unfriend(id) {
  await api.unfriend(id);
  noticed('friend.removed', { user_id: id });
}

export async function block(id) {
  await api.block(id);
  noticed('block.added', { user_id: id });
}

export async function unblock(id) {
  await api.unblock(id);
  noticed('block.removed', { user_id: id });
}
