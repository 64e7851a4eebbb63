// Who reacted to a message: the people behind each emoji, a page at a time.

import * as api from './api.js';
import { personIn, updateUserAvatar, userAvatar } from './avatar.js';
import { openDialog } from './dialog.js';
import { attempt, attr, el, reconcile, setText } from './dom.js';
import { on } from './store.js';
import { showUser } from './usercard.js';
import { learn } from './users.js';

/** Opens the list, with one of the emoji chosen. */
export function showReactors(message, first = message.reactions[0].emoji) {
  const pages = new Map();
  let chosen = first;
  const tabs = el('.tabs.emoji-tabs', { role: 'tablist', 'aria-label': 'Reactions', on: { keydown } });
  const list = el('ul.list', { role: 'tabpanel', id: 'reactors', 'aria-label': 'People' });
  const more = el('button.button.small', { type: 'button', data: { testid: 'reactors-more' }, on: { click: () => fetchPage(chosen) } }, 'Show more');

  function choose(emoji) {
    chosen = emoji;
    if (!pages.has(emoji)) fetchPage(emoji);
    render();
  }

  async function fetchPage(emoji) {
    const page = pages.get(emoji) ?? { ids: [], next: undefined };
    pages.set(emoji, page);
    more.disabled = true;
    await attempt(async () => {
      const { items, next } = await api.reactors(message.id, emoji, page.next);
      learn(items);
      page.ids.push(...items.map(({ id }) => id));
      page.next = next ?? null;
    });
    more.disabled = false;
    render();
  }

  function keydown(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const all = message.reactions.map(({ emoji }) => emoji);
    choose(all.at((all.indexOf(chosen) + step) % all.length));
    tabs.querySelector('[aria-selected="true"]').focus();
  }

  function render() {
    const reactions = message.reactions ?? [];
    if (reactions.length === 0) return dialog.close();
    if (!reactions.some(({ emoji }) => emoji === chosen)) return choose(reactions[0].emoji);
    reconcile(tabs, reactions, ({ emoji }) => emoji, tabOf, (tab, { emoji, count }) => {
      attr(tab, 'aria-selected', String(emoji === chosen));
      tab.tabIndex = emoji === chosen ? 0 : -1;
      setText(tab.lastChild, count.toLocaleString('en'));
    });
    const { ids, next } = pages.get(chosen) ?? { ids: [], next: null };
    reconcile(list, ids, (id) => id, rowOf, (row, id) => {
      updateUserAvatar(row.firstChild.children[0], id);
      setText(row.firstChild.children[1], personIn(id));
    });
    more.hidden = !next;
    return undefined;
  }

  function tabOf({ emoji }) {
    const attributes = { type: 'button', role: 'tab', 'aria-controls': 'reactors', data: { testid: 'reactors-tab', emoji }, on: { click: () => choose(emoji) } };
    return el('button.tab', attributes, el('span.emoji', {}, emoji), ' ', el('span'));
  }

  const off = on(['thread', 'users', 'presence'], render);
  const dialog = openDialog({ title: 'Reactions', testid: 'reactors-dialog', closed: off }, tabs, list, more);
  choose(chosen);
}

function rowOf(id) {
  const open = () => showUser(id);
  return el(
    'li.row',
    { data: { testid: 'reactor', userId: id } },
    el('button.row-main', { type: 'button', on: { click: open } }, userAvatar(id), el('span.row-title', { dir: 'auto' })),
  );
}
