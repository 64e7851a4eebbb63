// Looking for messages: one question at a time, its pages, and what there is to say about them.

import * as api from './api.js';
import { count } from './format.js';

const AFTER_MS = 220;
const PAGE = 20;
// A page may be empty and still not be the last one.
const MOST_EMPTY_PAGES = 8;
// One letter of an alphabet finds everything and so nothing.
const WORTH_ASKING = /[\p{L}\p{N}]{2}|[^\x00-\u024f\s]/u;

/** Makes a search; `changed` runs whenever there is something new to show. */
export function messageSearch(changed) {
  let timer = null;
  let asked = 0;
  const self = { text: '', scope: null, items: [], next: null, busy: false, problem: null, done: false, look, more, note };

  /** Looks for a text, in one conversation or (null) in all; what was asked before is forgotten. */
  function look(text, scope) {
    if (text === self.text && scope === self.scope) return;
    clearTimeout(timer);
    asked += 1;
    const isWorthIt = WORTH_ASKING.test(text);
    // The former results stay until there are others, so that nothing flickers while one types.
    Object.assign(self, { text, scope, next: null, problem: null, done: false, busy: isWorthIt });
    if (!isWorthIt) self.items = [];
    else timer = setTimeout(fetchPage, AFTER_MS, asked, []);
    changed();
  }

  /** Fetches the following page. */
  function more() {
    if (self.busy || self.next === null) return;
    self.busy = true;
    changed();
    fetchPage(asked, self.items);
  }

  async function fetchPage(mine, before) {
    const { text: q, scope: conversation_id } = self;
    try {
      let after = self.next;
      let items = [];
      for (let page = 0; page < MOST_EMPTY_PAGES && items.length === 0; page += 1) {
        const answer = await api.searchMessages({ q, conversation_id, after, limit: PAGE });
        if (mine !== asked) return;
        ({ items } = answer);
        after = answer.next ?? null;
        if (after === null) break;
      }
      Object.assign(self, { items: [...before, ...items], next: after, problem: null });
    } catch (error) {
      if (mine !== asked) return;
      // Nothing but punctuation is no fault: there is just nothing to be found by it.
      if (error.code === 'empty_message') self.items = [];
      else self.problem = error.message;
    }
    Object.assign(self, { busy: false, done: true });
    changed();
  }

  /** What there is to say beside the results. */
  function note() {
    if (self.busy && self.items.length === 0) return 'Searching…';
    if (self.problem) return self.problem;
    if (!self.done) return '';
    if (self.items.length === 0) return self.next === null ? 'No message has these words.' : 'Nothing yet. There is more to look through.';
    return count(self.items.length, 'message') + (self.next === null ? '' : ' so far');
  }

  return self;
}
