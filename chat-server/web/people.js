// The people pane: requests, friends and blocked users.

import { el, setText } from './dom.js';
import { showPeople } from './personrow.js';
import { state } from './store.js';
import { nameOf, presenceFor } from './users.js';

const RANK = { online: 0, busy: 1, away: 2, offline: 3 };

/** A part of a list with its heading; `show(length)` tells how many are in it. */
export function section(title, testid) {
  const list = el('ul.list', { data: { testid } });
  const badge = el('span.count');
  const element = el('section.section', { 'aria-label': title }, el('h2', {}, title, ' ', badge), list);
  const show = (length) => {
    element.hidden = length === 0;
    setText(badge, String(length));
  };
  return { element, list, show };
}

/** The pane of people one knows. */
export function peoplePane() {
  const sections = [
    ['Friend requests', 'request', () => [...state.incoming.keys()]],
    ['Friends', 'friend', () => [...state.friends].sort(byPresence)],
    ['Sent requests', 'sent-request', () => [...state.outgoing.keys()]],
    ['Blocked', 'blocked', () => [...state.blocks].sort(byName)],
  ].map(([title, name, ids]) => ({ ...section(title, `${name}-list`), ids, testid: `${name}-item` }));
  const empty = el('.empty', {}, el('p', {}, 'Nobody here yet.'), el('p', {}, 'Search above to find people by name.'));
  const element = el('.pane', {}, sections.map((part) => part.element), empty);
  const render = () => {
    let total = 0;
    for (const { list, ids, testid, show } of sections) {
      const present = ids();
      showPeople(list, present, testid);
      show(present.length);
      total += present.length;
    }
    empty.hidden = total > 0 || !state.loaded;
  };
  return { element, render };
}

const byName = (a, b) => nameOf(a).localeCompare(nameOf(b));
const byPresence = (a, b) => RANK[presenceFor(a).status] - RANK[presenceFor(b).status] || byName(a, b);
