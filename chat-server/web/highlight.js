// Where the words that were looked for stand in a text. It follows the rules by which the server finds them: capitals and
// accents mean nothing, the beginning of a word is enough, and a slip or two is forgiven.

import { el } from './dom.js';

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}\p{Extended_Pictographic}]/u;
const LETTER = /[\p{L}\p{N}]/u;
const PARTS = new RegExp(`${UNSPACED.source}+|(?:(?!${UNSPACED.source})[\\p{L}\\p{N}\\p{M}])+`, 'gu');
// What people leave out when they type, and what only says how other characters are to be shown.
const UNTYPED = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]|[\u{1f3fb}-\u{1f3ff}]/gu;
const BEFORE_FIRST = 40;
const LONGEST = 220;

const folded = (text) => text.normalize('NFKD').toLowerCase().replace(UNTYPED, '').replaceAll('ς', 'σ');

/** A text without capitals and accents, and for each of its characters where it comes from. */
function mapped(text) {
  let plain = '';
  const from = [];
  let at = 0;
  for (const character of text) {
    for (const unit of folded(character).split('')) {
      plain += unit;
      from.push(at);
    }
    at += character.length;
  }
  from.push(at);
  return { plain, from };
}

/** The stretches of a text that match, as `[start, end]` in order and apart from each other. */
export function found(text, query) {
  const { plain, from } = mapped(text);
  const words = [...plain.matchAll(PARTS)];
  const marks = [];
  const mark = (start, end) => marks.push([from[start], after(from, end)]);
  for (const [word] of folded(query).matchAll(PARTS)) {
    const before = marks.length;
    for (const { 0: there, index } of words) {
      if (UNSPACED.test(word)) for (const at of everywhere(there, word)) mark(index + at, index + at + word.length);
      else if (there.startsWith(word)) mark(index, index + word.length);
    }
    if (marks.length === before) {
      for (const { 0: there, index } of words) if (isSimilar(word, there)) mark(index, index + there.length);
    }
  }
  return joined(marks);
}

/** Where a character ends, with all the marks upon it. */
function after(from, end) {
  let at = end;
  while (at > 0 && at < from.length - 1 && from[at] === from[at - 1]) at += 1;
  return from[at];
}

function* everywhere(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) yield at;
}

function joined(marks) {
  const apart = [];
  for (const [start, end] of marks.sort((a, b) => a[0] - b[0])) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}

/** Whether two words differ by a slip of the finger or, where they are long, by two. */
export function isSimilar(word, other) {
  const length = [...word].length;
  if (length < 4 || /\p{N}/u.test(word) || !other.startsWith(word.slice(0, length < 6 ? 2 : 3))) return false;
  const most = length < 8 ? 1 : 2;
  if (Math.abs(word.length - other.length) > most) return false;
  let above = [];
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let n = 0; n < word.length; n += 1) {
    const next = [n + 1];
    for (let m = 0; m < other.length; m += 1) {
      const replaced = row[m] + (word[n] === other[m] ? 0 : 1);
      const swapped = n && m && word[n - 1] === other[m] && word[n] === other[m - 1] ? above[m - 1] + 1 : Infinity;
      next.push(Math.min(replaced, row[m + 1] + 1, next[m] + 1, swapped));
    }
    [above, row] = [row, next];
  }
  return row[other.length] <= most;
}

/** A text as nodes, cut to what surrounds the first match, with the matches marked. */
export function highlighted(text, query) {
  const line = text.replace(/\s+/gu, ' ').trim();
  const first = found(line, query)[0]?.[0] ?? 0;
  const start = first > BEFORE_FIRST * 2 ? wordStart(line, first - BEFORE_FIRST) : 0;
  const shown = (start > 0 ? '… ' : '') + line.slice(start, start + LONGEST);
  const nodes = [];
  let done = 0;
  for (const [from, to] of found(shown, query)) {
    nodes.push(shown.slice(done, from), el('mark', {}, shown.slice(from, to)));
    done = to;
  }
  nodes.push(shown.slice(done));
  return nodes.filter((node) => node !== '');
}

/** The beginning of the next word, so that none is cut in two; without words, at least no character is. */
function wordStart(text, from) {
  for (let at = from; at < from + BEFORE_FIRST / 2; at += 1) if (!LETTER.test(text[at - 1]) && LETTER.test(text[at])) return at;
  return /[\udc00-\udfff]/.test(text[from]) ? from - 1 : from;
}
