// Fetching by REST: the whole picture, one conversation, and what to do with the answers.

import * as api from './api.js';
import { Conversation } from './conversation.js';
import { restorePending } from './outbox.js';
import { fetchRelations } from './relations.js';
import { backoff } from './socket.js';
import { changed, state } from './store.js';

const arriving = new Map();
// Every new picture makes the answers to older questions worthless.
let picture = 0;

/** Makes every answer that is still on its way worthless. */
export function abandonSnapshots() {
  picture += 1;
  state.loaded = false;
}

/**
 * Forgets everything and fetches it again, trying until it succeeds or a newer picture is wanted; answers whether it
 * succeeded. The former picture stays on the screen until the new one is there.
 */
export async function fetchEverything() {
  abandonSnapshots();
  const mine = picture;
  for (let attempt = 1; mine === picture; attempt += 1) {
    try {
      const [views, installRelations] = await Promise.all([api.conversations(), fetchRelations()]);
      if (mine !== picture) return false;
      installRelations();
      replaceConversations(views);
      restorePending();
      state.loaded = true;
      changed('conversations', 'thread', 'people', 'connection');
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
    }
  }
  return false;
}

function replaceConversations(views) {
  const former = new Map(state.conversations);
  state.conversations.clear();
  for (const view of views) {
    const known = former.get(view.id);
    known?.reset(view);
    state.conversations.set(view.id, known ?? new Conversation(view));
  }
}

/** Fetches one conversation; one that is no longer ours leaves the list. Answers it, or null. */
export function fetchConversation(id) {
  if (!arriving.has(id)) arriving.set(id, arrive(id, takeConversation).finally(() => arriving.delete(id)));
  return arriving.get(id);
}

/** Forgets one conversation's entries and begins again from its present head. */
export function refetchConversation(id) {
  state.conversations.get(id)?.log.pause();
  return arrive(id, (view) => {
    const known = state.conversations.get(id);
    if (!known) return takeConversation(view);
    known.reset(view);
    changed('conversations', 'thread');
    return known;
  });
}

async function arrive(id, take) {
  const mine = picture;
  for (let attempt = 1; mine === picture; attempt += 1) {
    try {
      const view = await api.conversation(id);
      return mine === picture ? take(view) : null;
    } catch (error) {
      if (!error.retryable) {
        if (error.status === 404 || error.status === 403) removeConversation(id);
        return null;
      }
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? backoff(attempt)));
    }
  }
  return null;
}

/** Puts a conversation that REST answered into the list and answers it. */
export function takeConversation(view) {
  const known = state.conversations.get(view.id);
  if (known) {
    known.refresh(view);
    known.log.hear(view.head);
  } else {
    state.conversations.set(view.id, new Conversation(view));
  }
  changed('conversations', 'thread');
  return state.conversations.get(view.id);
}

/** Takes a conversation out of the list, because one is no longer a member. */
export function removeConversation(id) {
  if (state.conversations.delete(id)) changed('conversations', 'thread');
}

/** Brings the unread count in line with a read mark that rose. */
export function recount(conversation) {
  if (!conversation.countUnread()) fetchConversation(conversation.id);
}
