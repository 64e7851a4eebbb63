// What the browser keeps: JSON values, between visits for all tabs, or for one tab alone, under a prefix of this mount.

import { BASE } from './http.js';

const PREFIX = `chat:${BASE.pathname}:`;

/** Values in one of the browser's stores. `open` answers it; that throws where the browser refuses it. */
function keptIn(open) {
  // Some browsers refuse (private windows, a full disk); the page then works until it is closed.
  const memory = new Map();

  /** The value of a key, or null. */
  function load(key) {
    let text = memory.get(key) ?? null;
    try {
      text = open().getItem(PREFIX + key) ?? text;
    } catch {
      // Only the memory is left.
    }
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** Keeps a value under a key. */
  function save(key, value) {
    const text = JSON.stringify(value);
    try {
      open().setItem(PREFIX + key, text);
      memory.delete(key);
    } catch {
      memory.set(key, text);
    }
  }

  /** Forgets a key. */
  function forget(key) {
    memory.delete(key);
    try {
      open().removeItem(PREFIX + key);
    } catch {
      // It was never there then.
    }
  }

  /** All keys that begin with a text. */
  function keys(start) {
    const found = new Set([...memory.keys()].filter((key) => key.startsWith(start)));
    try {
      const store = open();
      for (let i = 0; i < store.length; i += 1) {
        const key = store.key(i);
        if (key?.startsWith(PREFIX + start)) found.add(key.slice(PREFIX.length));
      }
    } catch {
      // Only the memory is left.
    }
    return [...found];
  }

  return { load, save, forget, keys };
}

export const { load, save, forget, keys } = keptIn(() => localStorage);

/** What belongs to this tab alone: it survives a reload, and no other tab sees it. */
export const ofTab = keptIn(() => sessionStorage);

/** Calls back with each key that another tab changes. */
export function onElsewhere(listener) {
  addEventListener('storage', (event) => {
    if (event.key?.startsWith(PREFIX)) listener(event.key.slice(PREFIX.length));
  });
}
