// The past of a conversation: pages of older messages, and the comings and goings between them.

import * as api from './api.js';
import { annotate, annotated, isAnnotation, isCounted } from './annotations.js';
import { isNotice } from './conversation.js';
import { changed, state } from './store.js';

const PAGE = 50;
const MOST_NOTICES = 200;
const quotes = new Map();

/** Loads the newest page, once. */
export function openHistory(conversation) {
  if (!conversation.history.loaded) return loadOlder(conversation);
  return Promise.resolve();
}

/** Loads the page before the oldest message that is there. */
export async function loadOlder(conversation) {
  const { history, generation } = conversation;
  if (history.loading || history.complete) return;
  Object.assign(history, { loading: true, failed: false });
  changed('thread');
  try {
    const top = history.loaded ? conversation.entries[0]?.data.seq : undefined;
    const known = conversation.log.cursor;
    const page = await api.history(conversation.id, top, PAGE);
    const messages = [...page.items].sort((a, b) => a.seq - b.seq);
    const complete = page.next === null || page.next === undefined || messages.length === 0;
    const from = complete ? 1 : messages[0].seq;
    const to = (top ?? conversation.log.cursor + 1) - 1;
    const notices = await noticesBetween(conversation, messages, from, to);
    const { head } = await api.changes(conversation.id, known, 1);
    // A refetch may have emptied the conversation meanwhile; what was loaded for its former life is stale.
    if (generation !== conversation.generation) return;
    conversation.insert([...notices, ...messages.map((data) => ({ type: 'message.new', data, from: known, upTo: head }))]);
    conversation.log.hear(messages.at(-1)?.seq ?? 0);
    Object.assign(history, { loaded: true, complete });
    settle(conversation);
  } catch {
    history.failed = true;
  } finally {
    history.loading = false;
    changed('thread');
  }
}

/** Fetches the messages again that were fetched while something was done to them. */
export async function settle(conversation) {
  const { doubtful, generation } = conversation;
  for (const id of [...doubtful]) {
    doubtful.delete(id);
    if (!conversation.message(id)) continue;
    try {
      const known = conversation.log.cursor;
      const message = await api.message(id);
      const { head } = await api.changes(conversation.id, known, 1);
      if (generation !== conversation.generation) return;
      if (!conversation.replace(message, known, head)) doubtful.add(id);
      changed('thread');
    } catch {
      // It stays as it was last heard; opening the conversation anew shows it as it is.
    }
  }
  if (doubtful.size) settle(conversation);
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

/** The message that a reply quotes: null while it is being fetched or when it is gone. */
export function quoted(conversation, id) {
  const here = conversation.message(id);
  if (here) return here;
  if (!quotes.has(id)) {
    quotes.set(id, null);
    api.message(id).then(
      (message) => {
        quotes.set(id, message);
        changed('thread');
      },
      (error) => error.retryable && quotes.delete(id),
    );
  }
  return quotes.get(id);
}

/** Follows what is done to messages that are quoted and not loaded. */
export function annotateQuotes({ type, data }) {
  const quote = isAnnotation(type) && !isCounted(type) && quotes.get(annotated(data));
  if (quote) annotate(quote, { type, data }, state.me.id);
}

/** Forgets fetched quotes, for instance when another account signs in. */
export const clearQuotes = () => quotes.clear();
