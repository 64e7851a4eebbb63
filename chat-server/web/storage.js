// What the browser keeps between visits: JSON values in localStorage, under a prefix of this mount.

import { BASE } from './http.js';

const PREFIX = `chat:${BASE.pathname}:`;
// Some browsers refuse localStorage (private windows, a full disk); the page then works until it is closed.
const memory = new Map();

/** The value of a key, or null. */
export function load(key) {
  let text = memory.get(key) ?? null;
  try {
    text = localStorage.getItem(PREFIX + key) ?? text;
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
export function save(key, value) {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(PREFIX + key, text);
    memory.delete(key);
  } catch {
    memory.set(key, text);
  }
}

/** Forgets a key. */
export function forget(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // It was never there then.
  }
}

/** All keys that begin with a text. */
export function keys(start) {
  const found = new Set([...memory.keys()].filter((key) => key.startsWith(start)));
  try {
    for (let i = 0; i < localStorage.length; i += 1) {
      const key = localStorage.key(i);
      if (key?.startsWith(PREFIX + start)) found.add(key.slice(PREFIX.length));
    }
  } catch {
    // Only the memory is left.
  }
  return [...found];
}

/** Calls back with each key that another tab changes. */
export function onElsewhere(listener) {
  addEventListener('storage', (event) => {
    if (event.key?.startsWith(PREFIX)) listener(event.key.slice(PREFIX.length));
  });
}
