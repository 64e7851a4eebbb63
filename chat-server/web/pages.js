// Pages of a conversation's past as entries: the messages, and the comings and goings between them.

import * as api from './api.js';
import { isNotice } from './conversation.js';

const PAGE = 50;
const MOST_NOTICES = 200;

/** The page before a place (or the newest one), and the range of the log that it covers. */
export const pageBefore = (conversation, before) => fetching(conversation, () => fetchBefore(conversation, before));

/** The page after a place, and the range of the log that it covers. */
export const pageAfter = (conversation, after) => fetching(conversation, () => fetchAfter(conversation, after));

/** While pages are on their way, the conversation notes what is done to messages that it does not have. */
async function fetching(conversation, work) {
  conversation.fetching += 1;
  try {
    return await work();
  } finally {
    conversation.fetching -= 1;
  }
}

async function fetchBefore(conversation, before) {
  const known = conversation.log.cursor;
  const { items, next } = await api.history(conversation.id, { before }, PAGE);
  const messages = items.sort(inOrder);
  const complete = isLast(next) || messages.length === 0;
  const from = complete ? 1 : messages[0].seq;
  const to = (before ?? conversation.log.cursor + 1) - 1;
  return pageOf(conversation, { messages, known, from, to, complete });
}

async function fetchAfter(conversation, after) {
  const known = conversation.log.cursor;
  const { items, next } = await api.history(conversation.id, { after }, PAGE);
  const messages = items.sort(inOrder);
  const complete = isLast(next) || messages.length === 0;
  const to = complete ? Math.max(known, messages.at(-1)?.seq ?? 0) : messages.at(-1).seq;
  return pageOf(conversation, { messages, known, from: after + 1, to, complete });
}

async function pageOf(conversation, { messages, known, from, to, complete }) {
  const notices = await noticesBetween(conversation, messages, from, to);
  const { head } = await api.changes(conversation.id, known, 1);
  // What was done to the messages up to `from` is in them, nothing beyond `upTo` is, and between them nobody knows.
  const entries = messages.map((data) => ({ type: 'message.new', data, from: known, upTo: head }));
  return { entries: [...notices, ...entries], newest: messages.at(-1)?.seq ?? 0, from, to, complete };
}

/**
 * The comings and goings within a range. A log is dense, so a number that no message has is one of them or something
 * that was done to a message; only then is anything fetched.
 */
async function noticesBetween(conversation, messages, from, to) {
  if (conversation.kind === 'direct' || to - from + 1 <= messages.length) return [];
  const notices = [];
  let after = Math.max(from, to - MOST_NOTICES + 1) - 1;
  while (after < to) {
    const { items } = await api.changes(conversation.id, after, 100);
    if (items.length === 0) break;
    notices.push(...items.filter(({ type, data }) => isNotice(type) && data.seq <= to));
    after = items.at(-1).data.seq;
  }
  return notices;
}

const inOrder = (a, b) => a.seq - b.seq;
const isLast = (next) => next === null || next === undefined;
