// Times and names as people read them, in the language of the browser.

const DAY_MS = 86_400_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Whole days between the local dates of two times. */
export function daysBetween(earlier, later) {
  // Rounding absorbs the hour that a day gains or loses when the clocks change.
  return Math.round((midnight(later) - midnight(earlier)) / DAY_MS);
}

/** The time of day. */
export const timeOf = (value) => clock.format(new Date(value));

/** The day with its year. */
export const dateOf = (value) => fullDate.format(new Date(value));

/** Date and time in full, for tooltips and screen readers. */
export const exactly = (value) => exact.format(new Date(value));

/** The day for a separator: Today, Yesterday, a weekday, or the date. */
export function dayOf(value, now = new Date()) {
  const date = new Date(value);
  const days = daysBetween(date, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days > 1 && days < 7 ? weekday.format(date) : fullDate.format(date);
}

/** As short as a list needs it: the time today, then the day. */
export function when(value, now = new Date()) {
  const date = new Date(value);
  const days = daysBetween(date, now);
  if (days <= 0) return clock.format(date);
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? shortDate.format(date) : fullDate.format(date);
}

/** How long ago somebody was last seen. */
export function lastSeen(value, now = new Date()) {
  if (!value) return 'offline';
  const minutes = Math.floor((now - new Date(value)) / 60_000);
  if (minutes < 1) return 'last seen just now';
  if (minutes < 60) return `last seen ${minutes} min ago`;
  const days = daysBetween(new Date(value), now);
  if (days === 0) return `last seen today at ${timeOf(value)}`;
  if (days === 1) return `last seen yesterday at ${timeOf(value)}`;
  return `last seen ${shortDate.format(new Date(value))}`;
}

/** What a presence says in words; nothing where there is none to know. */
export function presenceText(presence) {
  if (!presence) return '';
  const { status, message, last_seen_at: seen } = presence;
  if (status === 'offline') return lastSeen(seen);
  return message ? `${status} · ${message}` : status;
}

/** Up to two letters for an avatar; an emoji or a letter with accents counts as one. */
export function initials(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const first = (word) => firstGrapheme(word).toLocaleUpperCase();
  return words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0] ?? '?');
}

function firstGrapheme(word) {
  if (!Intl.Segmenter) return [...word][0];
  return new Intl.Segmenter().segment(word)[Symbol.iterator]().next().value.segment;
}

/** "1 message", "1,200 messages"; the sentences of the page are English, so its numbers are too. */
export const count = (n, noun) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
