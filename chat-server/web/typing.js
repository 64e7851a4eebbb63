// Who is typing: what others say, until it expires, and what we say, at most every three seconds.

import { changed, state } from './store.js';

const SHOWN_MS = 5_000;
const SAY_EVERY_MS = 3_000;
const IDLE_MS = 4_000;

let send = () => false;
let said = null;
let idle = null;

/** Connects it to the socket. */
export function startTyping(sendFrame) {
  send = sendFrame;
}

/** Takes a typing event of the server. */
export function tookTyping({ conversation_id, user_id, is_typing }) {
  if (user_id === state.me.id) return;
  stoppedTyping(conversation_id, user_id);
  if (!is_typing) return;
  const timer = setTimeout(() => stoppedTyping(conversation_id, user_id), SHOWN_MS);
  if (!state.typing.has(conversation_id)) state.typing.set(conversation_id, new Map());
  state.typing.get(conversation_id).set(user_id, timer);
  changed('typing');
}

/** Somebody no longer types: they said so, it expired, or their message came. */
export function stoppedTyping(conversationId, userId) {
  const typists = state.typing.get(conversationId);
  if (!typists?.has(userId)) return;
  clearTimeout(typists.get(userId));
  typists.delete(userId);
  changed('typing');
}

/** The users who type in a conversation. */
export const typists = (conversationId) => [...(state.typing.get(conversationId)?.keys() ?? [])];

/** The signed-in user pressed a key. */
export function sayTyping(conversationId) {
  if (said && said.conversationId !== conversationId) sayStopped();
  clearTimeout(idle);
  idle = setTimeout(sayStopped, IDLE_MS);
  if (said && Date.now() - said.at < SAY_EVERY_MS) return;
  if (send({ type: 'typing.start', conversation_id: conversationId })) said = { conversationId, at: Date.now() };
}

/** The signed-in user sent, left or rests. */
export function sayStopped() {
  clearTimeout(idle);
  if (said) send({ type: 'typing.stop', conversation_id: said.conversationId });
  said = null;
}
