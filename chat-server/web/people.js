// The people pane: requests, friends and blocked users; and the search for people and conversations by name.

import * as api from './api.js';
import { titleOf } from './avatar.js';
import { showConversations } from './conversations.js';
import { el, setText } from './dom.js';
import { showPeople } from './personrow.js';
import { sortedConversations, state } from './store.js';
import { learn, nameOf, presenceFor } from './users.js';

const SEARCH_AFTER_MS = 180;
const RANK = { online: 0, busy: 1, away: 2, offline: 3 };

function section(title, testid) {
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

/** The pane of search results. `search(text)` fetches and shows; an older answer never replaces a newer one. */
export function searchPane() {
  const chats = section('Conversations', 'found-conversations');
  const people = section('People', 'found-people');
  const note = el('p.empty', { role: 'status', data: { testid: 'search-note' } });
  const element = el('.pane', {}, chats.element, people.element, note);
  let wanted = '';
  let found = [];
  let timer = null;
  let noteText = '';

  async function fetchFound(text) {
    try {
      const { items } = await api.searchUsers(text);
      if (text !== wanted) return;
      learn(items);
      found = items.map((user) => user.id).filter((id) => id !== state.me.id);
      noteText = found.length ? '' : `Nobody’s name begins with “${text}”.`;
    } catch (error) {
      if (text === wanted) noteText = error.message;
    }
    render();
  }

  function search(text) {
    if (text === wanted) return;
    wanted = text;
    noteText = '';
    clearTimeout(timer);
    if (text === '') found = [];
    else timer = setTimeout(() => fetchFound(text), SEARCH_AFTER_MS);
    render();
  }

  function render() {
    if (!wanted || !state.me) return;
    const lower = wanted.toLocaleLowerCase();
    const matching = sortedConversations().filter((one) => titleOf(one).toLocaleLowerCase().includes(lower));
    showConversations(chats.list, matching);
    chats.show(matching.length);
    showPeople(people.list, found, 'person-result');
    people.show(found.length);
    setText(note, noteText);
    note.hidden = noteText === '';
  }

  return { element, render, search };
}
