// Messages on their way: kept until the server has acknowledged or refused them, over reloads and lost connections.
//
// Each one is stored under a key of its own, so that two tabs never overwrite each other's. Both may send the same
// one; its client_id lets the server store it once. Within a conversation one message is under way at a time, so
// that they arrive in the order they were written.

import { forget, keys, load, onElsewhere, save } from './storage.js';
import { changed, state } from './store.js';

const ANSWER_WITHIN_MS = 10_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;
// This says that the session, not the message, was at fault: it is tried again with a renewed one.
const NOT_ITS_FAULT = new Set(['unauthenticated']);
// What a person can mend (by unblocking), or what may have passed. Everything else would be refused again.
const WORTH_ANOTHER_TRY = new Set(['blocked_by_you', 'internal']);

const underWay = new Map();
let send = () => false;

/** Connects the outbox to the socket; `sendFrame` answers false while there is none. */
export function startOutbox(sendFrame) {
  send = sendFrame;
  underWay.clear();
}

/** Puts the stored messages of the account behind the conversations they belong to. */
export function restorePending() {
  for (const conversation of state.conversations.values()) conversation.pending = [];
  const items = keys(prefix()).map(load).filter(Boolean);
  items.sort((a, b) => a.created_at - b.created_at);
  for (const item of items) {
    const conversation = state.conversations.get(item.conversation_id);
    // Nothing can be sent where one is no longer a member.
    if (conversation) conversation.pending.push(item);
    else forget(prefix() + item.client_id);
  }
  changed('conversations', 'thread');
}

/** Accepts a message to be sent, at once or when there is a connection again. */
export function post(conversation, body, replyTo) {
  const last = conversation.pending.at(-1)?.created_at ?? 0;
  const item = {
    client_id: freshId(),
    conversation_id: conversation.id,
    // Half of a surrogate pair (a cut emoji) is no character and could not even be parsed by the server.
    body: body.replace(/\p{Surrogate}/gu, '\ufffd'),
    reply_to: replyTo,
    created_at: Math.max(Date.now(), last + 1),
    error: null,
  };
  save(prefix() + item.client_id, item);
  conversation.pending.push(item);
  changed('conversations', 'thread');
  flush();
}

/** Sends what can be sent: of every conversation the first message that was not refused. */
export function flush() {
  for (const conversation of state.conversations.values()) {
    const item = conversation.pending.find((candidate) => !candidate.error);
    if (item && !underWay.has(item.client_id)) dispatch(item);
  }
}

function dispatch(item, attempt = 0) {
  const { client_id, conversation_id, body, reply_to } = item;
  const frame = { type: 'message.send', ref: `send:${client_id}`, conversation_id, body, client_id };
  if (reply_to) frame.reply_to = reply_to;
  if (!send(frame)) return underWay.delete(client_id);
  // Silence is answered by the same message with the same client_id; a second copy cannot come of it.
  const timer = setTimeout(() => isPending(item) && dispatch(item, attempt + 1), ANSWER_WITHIN_MS);
  return underWay.set(client_id, { timer, attempt, item });
}

/** The connection was lost: nothing is under way any more. */
export function disconnected() {
  for (const { timer } of underWay.values()) clearTimeout(timer);
  underWay.clear();
}

/** A message of the signed-in user arrived with this client_id: it is stored. */
export function acknowledged(clientId, conversationId) {
  clearTimeout(underWay.get(clientId)?.timer);
  underWay.delete(clientId);
  forget(prefix() + clientId);
  drop(clientId, conversationId);
  flush();
}

/** The server refused it, for now or for good. Answers whether the ref was one of ours. */
export function refused(ref, error) {
  if (!ref?.startsWith('send:')) return false;
  const entry = underWay.get(ref.slice(5));
  if (!entry) return true;
  clearTimeout(entry.timer);
  const { item, attempt } = entry;
  if (error.retryable || NOT_ITS_FAULT.has(error.code)) {
    const wait = error.retry_after_ms ?? Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt);
    entry.timer = setTimeout(() => isPending(item) && dispatch(item, attempt + 1), wait);
    return true;
  }
  underWay.delete(item.client_id);
  item.error = error.message || 'It was refused.';
  item.again = WORTH_ANOTHER_TRY.has(error.code);
  save(prefix() + item.client_id, item);
  changed('conversations', 'thread');
  flush();
  return true;
}

/** Tries a refused message once more. */
export function tryAgain(item) {
  item.error = null;
  save(prefix() + item.client_id, item);
  changed('thread');
  flush();
}

/** Gives a message up. */
export function discard(item) {
  forget(prefix() + item.client_id);
  drop(item.client_id, item.conversation_id);
  flush();
}

const prefix = () => `outbox:${state.me.id}:`;
const isPending = ({ client_id, conversation_id }) =>
  Boolean(state.conversations.get(conversation_id)?.pending.some((item) => item.client_id === client_id));

function drop(clientId, conversationId) {
  const conversation = state.conversations.get(conversationId);
  if (!conversation) return;
  conversation.pending = conversation.pending.filter((item) => item.client_id !== clientId);
  changed('conversations', 'thread');
}

/** A new client_id. `randomUUID` exists on https and localhost only. */
function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

onElsewhere((key) => {
  if (!state.me || !state.loaded || !key.startsWith(prefix())) return;
  const clientId = key.slice(prefix().length);
  const item = load(key);
  for (const conversation of state.conversations.values()) {
    const at = conversation.pending.findIndex((candidate) => candidate.client_id === clientId);
    if (at >= 0 && item) conversation.pending[at] = item;
    else if (at >= 0) conversation.pending.splice(at, 1);
    else if (item?.conversation_id === conversation.id) conversation.pending.push(item);
  }
  changed('conversations', 'thread');
});
