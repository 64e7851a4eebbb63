// The past of a conversation: pages of older messages, and the comings and goings between them.

import * as api from './api.js';
import { changed } from './store.js';

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
    const page = await api.history(conversation.id, top, PAGE);
    const messages = [...page.items].sort((a, b) => a.seq - b.seq);
    const complete = page.next === null || page.next === undefined || messages.length === 0;
    const from = complete ? 1 : messages[0].seq;
    const to = (top ?? conversation.log.cursor + 1) - 1;
    const notices = await noticesBetween(conversation, messages, from, to);
    // A refetch may have emptied the conversation meanwhile; what was loaded for its former life is stale.
    if (generation !== conversation.generation) return;
    conversation.insert([...notices, ...messages.map((data) => ({ type: 'message.new', data }))]);
    conversation.log.hear(messages.at(-1)?.seq ?? 0);
    Object.assign(history, { loaded: true, complete });
  } catch {
    history.failed = true;
  } finally {
    history.loading = false;
    changed('thread');
  }
}

/**
 * Joins and leaves within a range. A log is dense, so a number that no message has must be one of them; only then
 * is anything fetched.
 */
async function noticesBetween(conversation, messages, from, to) {
  if (conversation.kind === 'direct' || to - from + 1 <= messages.length) return [];
  const notices = [];
  let after = Math.max(from, to - MOST_NOTICES + 1) - 1;
  while (after < to) {
    const { items } = await api.changes(conversation.id, after, 100);
    if (items.length === 0) break;
    notices.push(...items.filter(({ type, data }) => type !== 'message.new' && data.seq <= to));
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

/** Forgets fetched quotes, for instance when another account signs in. */
export const clearQuotes = () => quotes.clear();
