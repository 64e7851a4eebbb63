// The round picture of a user or group: initials on a colour of their own, with a presence dot where it makes sense.

import { attr, el, setText } from './dom.js';
import { initials } from './format.js';
import { icon } from './icons.js';
import { state } from './store.js';
import { nameOf, shownPresence } from './users.js';

const HUES = 8;

/** A dot that shows a status. */
export function presenceDot(status) {
  const dot = el('span.dot', { role: 'img', data: { testid: 'presence-dot' } });
  updateDot(dot, status);
  return dot;
}

/** Shows another status, or nothing. */
function updateDot(dot, status) {
  dot.hidden = status === null;
  attr(dot, 'data-status', status);
  attr(dot, 'aria-label', status);
}

/** The avatar of a user. */
export function userAvatar(id, dotted = true) {
  const element = el('span.avatar', {}, el('span.avatar-face', { 'aria-hidden': 'true' }));
  if (dotted) element.append(presenceDot('offline'));
  updateUserAvatar(element, id);
  return element;
}

/** Brings name, colour and dot of a user's avatar up to date. */
export function updateUserAvatar(element, id) {
  const [face, dot] = element.children;
  setText(face, initials(nameOf(id)));
  face.className = `avatar-face hue-${id % HUES}`;
  if (dot) updateDot(dot, shownPresence(id)?.status ?? null);
}

/** The avatar of somebody of whom only number and name are known. */
export function plainAvatar(id, name) {
  return el('span.avatar', {}, el(`span.avatar-face.hue-${id % HUES}`, { 'aria-hidden': 'true' }, initials(name)));
}

/** The avatar of a group. */
export function groupAvatar(id) {
  return el('span.avatar', {}, el(`span.avatar-face.hue-${id % HUES}`, { 'aria-hidden': 'true' }, icon('group')));
}

/** The avatar of a conversation: the other user's, or the group's. */
export function conversationAvatar(conversation) {
  return conversation.kind === 'direct' ? userAvatar(conversation.user_id) : groupAvatar(conversation.id);
}

/** What a conversation is called. */
export function titleOf(conversation) {
  return conversation.kind === 'direct' ? nameOf(conversation.user_id) : conversation.name || 'Group';
}

/** What to call a user in a sentence. */
export const personIn = (id) => (id === state.me.id ? 'You' : nameOf(id));
