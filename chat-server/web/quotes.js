// The messages that replies quote, fetched where they are not loaded.

import { annotate, annotated, isAnnotation, isCounted } from './annotations.js';
import * as api from './api.js';
import { changed, state } from './store.js';

const quotes = new Map();

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
