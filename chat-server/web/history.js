// The past of a conversation: its newest page, older ones before it, and a stretch that lies far back and that somebody
// went to. Such a stretch is shown in the place of the newest messages until it reaches them or is left.

import * as api from './api.js';
import { insertInto } from './conversation.js';
import { pageAfter, pageBefore } from './pages.js';
import { changed } from './store.js';

// What is this close to what is loaded is reached by loading a few pages more.
const NEAR = 150;

/** Loads the newest page, once. */
export async function openHistory(conversation) {
  const { history } = conversation;
  if (history.loading) await history.loading;
  else if (!history.loaded) await loadNewest(conversation);
}

/** Loads the page before the oldest message that is shown. */
export function loadOlder(conversation) {
  return conversation.past ? loadOlderPast(conversation) : loadNewest(conversation);
}

/** Loads the page before what is loaded of the newest messages. */
function loadNewest(conversation) {
  const { history, generation } = conversation;
  if (history.loading || history.complete) return history.loading || undefined;
  return load(history, async () => {
    const page = await pageBefore(conversation, history.loaded ? conversation.entries[0]?.data.seq : undefined);
    // A refetch may have emptied the conversation meanwhile; what was loaded for its former life is stale.
    if (generation !== conversation.generation) return;
    conversation.insert(page.entries);
    conversation.log.hear(page.newest);
    Object.assign(history, { loaded: true, complete: page.complete });
    settle(conversation);
  });
}

/** Runs one piece of loading and keeps its state for the views. */
function load(place, work) {
  Object.assign(place, { failed: false });
  place.loading = work().catch(() => (place.failed = true)).finally(() => {
    place.loading = null;
    changed('thread');
  });
  changed('thread');
  return place.loading;
}

function loadOlderPast(conversation) {
  const { past } = conversation;
  if (past.loading || past.complete) return past.loading || undefined;
  return load(past, async () => {
    const page = await pageBefore(conversation, past.from);
    if (past !== conversation.past) return;
    insertInto(past.entries, page.entries);
    Object.assign(past, { from: page.from, complete: page.complete });
    settle(conversation);
  });
}

/** Loads the page after the newest message of a stretch of the past, until that meets the newest messages. */
export function loadNewer(conversation) {
  const { past } = conversation;
  if (!past || past.newer.loading) return past?.newer.loading;
  return load(past.newer, async () => {
    const page = await pageAfter(conversation, past.to);
    if (past !== conversation.past) return;
    insertInto(past.entries, page.entries);
    past.to = page.to;
    join(conversation);
    settle(conversation);
  });
}

/** Makes a stretch of the past one with the newest messages as soon as nothing is missing between them. */
function join(conversation) {
  const { past, history } = conversation;
  if (!history.loaded || past.to + 1 < conversation.reach) return;
  conversation.insert(past.entries.filter(({ data }) => data.seq < conversation.reach));
  history.complete = past.complete;
  conversation.past = null;
}

/** Leaves the past: the newest messages are shown again. */
export function leavePast(conversation) {
  if (!conversation.past) return;
  conversation.past = null;
  changed('thread');
}

/** Sees to it that a message is among those shown; answers whether it is there at all. */
export async function reveal(conversation, { id, seq }) {
  await openHistory(conversation);
  if (!conversation.history.loaded) throw new Error('The messages could not be loaded.');
  if (conversation.past?.entries.some(({ data }) => data.id === id)) return true;
  while (!conversation.history.complete && seq < conversation.reach && conversation.reach - seq < NEAR) {
    await loadNewest(conversation);
    if (conversation.history.failed) throw new Error('Older messages could not be loaded.');
  }
  if (seq >= conversation.reach) leavePast(conversation);
  else await goBack(conversation, seq);
  return conversation.message(id) !== null;
}

async function goBack(conversation, seq) {
  const { generation } = conversation;
  const [before, after] = await Promise.all([pageBefore(conversation, seq + 1), pageAfter(conversation, seq)]);
  if (generation !== conversation.generation) return;
  const entries = [];
  insertInto(entries, [...before.entries, ...after.entries]);
  const { from, complete } = before;
  const idle = { loading: null, failed: false };
  conversation.past = { entries, from, to: after.to, complete, ...idle, newer: { ...idle } };
  join(conversation);
  settle(conversation);
  changed('thread');
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
