// Message text as nodes: plain text, with http and https addresses made into safe links.

import { el } from './dom.js';

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;
// A full stop or a bracket at the end belongs to the sentence around the address, not to the address.
const TRAILING = /[.,;:!?…»”’*_~]+$/u;
const PAIRS = { ')': '(', ']': '[', '}': '{' };
const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\s])+$/u;

/** The nodes of a text. */
export function linked(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!isSafe(address)) continue;
    nodes.push(text.slice(done, match.index), link(address));
    done = match.index + address.length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== '');
}

/** Whether a text is one to three emoji and nothing else, which are shown large. */
export function isBigEmoji(text) {
  if (text.length > 40 || !EMOJI_ONLY.test(text) || !Intl.Segmenter) return false;
  const seen = [...new Intl.Segmenter().segment(text.trim())].filter(({ segment }) => segment.trim());
  return seen.length > 0 && seen.length <= 3;
}

function link(address) {
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, address);
}

/** Cuts off what ends the sentence; a closing bracket stays if the address opened it. */
export function trimmed(address) {
  let text = address;
  for (;;) {
    const shorter = text.replace(TRAILING, '');
    const last = shorter.at(-1);
    const opener = PAIRS[last];
    const unopened = opener && shorter.split(opener).length < shorter.split(last).length;
    const next = unopened ? shorter.slice(0, -1) : shorter;
    if (next === text) return text;
    text = next;
  }
}

function isSafe(address) {
  try {
    const { protocol, hostname } = new URL(address);
    return (protocol === 'http:' || protocol === 'https:') && hostname !== '';
  } catch {
    return false;
  }
}
