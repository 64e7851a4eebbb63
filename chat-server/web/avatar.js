// The round picture of a user or group: initials on a colour of their own, with a presence dot where it makes sense.

import { attr, el } from './dom.js';
import { initials } from './format.js';
import { icon } from './icons.js';
import { state } from './store.js';
import { nameOf, shownPresence, userById } from './users.js';

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
  paint(face, userById(id)?.avatar_url, () => initials(nameOf(id)));
  face.className = `avatar-face hue-${id % HUES}`;
  if (dot) updateDot(dot, shownPresence(id)?.status ?? null);
}

/** Shows a picture on a face or, where there is none or it does not come, what stands for it. */
function paint(face, url, instead, name = instead()) {
  const picture = ownPicture(url);
  if (face.shown === (picture ?? name)) return;
  face.shown = picture ?? name;
  const failed = () => face.replaceChildren(instead());
  face.replaceChildren(picture ? el('img', { src: picture, alt: '', decoding: 'async', on: { error: failed } }) : instead());
}

/**
 * The address of a picture that lies on this very server; null for every other one. Whoever showed pictures from elsewhere would
 * tell that place who looks at them, and when; the page's policy does not let them in either.
 */
export function ownPicture(url) {
  if (!url) return null;
  try {
    const { origin, href } = new URL(url, location.origin);
    return origin === location.origin ? href : null;
  } catch {
    return null;
  }
}

/** The avatar of somebody of whom only number and name are known. */
export function plainAvatar(id, name) {
  return el('span.avatar', {}, el(`span.avatar-face.hue-${id % HUES}`, { 'aria-hidden': 'true' }, initials(name)));
}

/** One's own picture as it would look with another name or address. */
export function personalFace(id, name, url) {
  const element = plainAvatar(id, name);
  paint(element.firstChild, url, () => initials(name));
  return element;
}

/** The avatar of a group. */
function groupAvatar(conversation) {
  const element = el('span.avatar', {}, el(`span.avatar-face.hue-${conversation.id % HUES}`, { 'aria-hidden': 'true' }));
  updateConversationAvatar(element, conversation);
  return element;
}

/** Brings the avatar of a conversation up to date. */
export function updateConversationAvatar(element, conversation) {
  if (conversation.kind === 'direct') updateUserAvatar(element, conversation.user_id);
  else paint(element.firstChild, conversation.avatar_url, () => icon('group'), 'group');
}

/** The avatar of a conversation: the other user's, or the group's. */
export function conversationAvatar(conversation) {
  return conversation.kind === 'direct' ? userAvatar(conversation.user_id) : groupAvatar(conversation);
}

/** What a conversation is called. */
export function titleOf(conversation) {
  return conversation.kind === 'direct' ? nameOf(conversation.user_id) : conversation.name || 'Group';
}

/** What to call a user in a sentence. */
export const personIn = (id) => (id === state.me.id ? 'You' : nameOf(id));
