// Choosing people by name: friends at first, then whoever is found; the chosen ones stand above as chips.

import * as api from './api.js';
import { updateUserAvatar, userAvatar } from './avatar.js';
import { attr, el, reconcile, setText } from './dom.js';
import { icon } from './icons.js';
import { on, state } from './store.js';
import { learn, nameOf, usernameOf } from './users.js';

const SEARCH_AFTER_MS = 180;

/** Makes the picker: `{parts, chosen, focus, end}`. Whoever is `excluded` is not offered; `picked` runs after each choice. */
export function picker({ excluded = () => false, picked = () => {} } = {}) {
  const chosen = new Set();
  let found = null;
  let timer = null;

  const search = el('input.input', {
    type: 'search', dir: 'auto', autocomplete: 'off', placeholder: 'Search people',
    'aria-label': 'Search people to add', data: { testid: 'group-search' },
  });
  const chips = el('.chips');
  const list = el('ul.list.choices', { 'aria-label': 'People to add' });
  const note = el('p.empty');

  function render() {
    const ids = (found ?? [...state.friends]).filter((id) => !excluded(id));
    reconcile(chips, [...chosen], (id) => id, chipOf, (chip, id) => setText(chip.firstChild, nameOf(id)));
    reconcile(list, ids, (id) => id, choiceOf, (item, id) => updateChoice(item.firstChild, id, chosen.has(id)));
    setText(note, found ? 'Nobody was found.' : 'Search for people by name to add them.');
    note.hidden = ids.length > 0;
  }

  function toggle(id) {
    if (!chosen.delete(id)) chosen.add(id);
    render();
    picked();
  }

  function chipOf(id) {
    const label = `Remove ${nameOf(id)}`;
    return el('button.chip', { type: 'button', title: label, on: { click: () => toggle(id) } }, el('span', { dir: 'auto' }), icon('close'));
  }

  function choiceOf(id) {
    const attributes = { type: 'button', role: 'checkbox', data: { testid: 'group-member', userId: id }, on: { click: () => toggle(id) } };
    return el('li', {}, el('button.choice', attributes, userAvatar(id), el('span.row-title', { dir: 'auto' }), el('span.choice-mark', {}, icon('check'))));
  }

  async function find(text) {
    const answer = text ? await api.searchUsers(text).catch(() => null) : null;
    if (text !== search.value.trim()) return;
    if (answer) learn(answer.items);
    found = answer && answer.items.map((user) => user.id).filter((id) => id !== state.me.id);
    render();
  }

  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(search.value.trim()), SEARCH_AFTER_MS);
  });
  // Enter in the search must not send the form half-way.
  search.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());
  const end = on(['users', 'people', 'presence'], render);
  render();
  return { parts: [search, chips, el('.choices-frame', {}, list, note)], chosen, focus: () => search.focus(), end };
}

function updateChoice(button, id, isChosen) {
  attr(button, 'aria-checked', String(isChosen));
  attr(button, 'data-username', usernameOf(id));
  updateUserAvatar(button.children[0], id);
  setText(button.children[1], nameOf(id));
}
