// Rooms that everybody may find: looking for them, and coming in.

import * as api from './api.js';
import { conversationAvatar } from './avatar.js';
import { openDialog } from './dialog.js';
import { attempt, attr, el, reconcile, setText } from './dom.js';
import { count } from './format.js';
import { newRoom } from './roomform.js';
import { openConversation } from './router.js';
import { takeConversation } from './snapshot.js';
import { on, state } from './store.js';

const SEARCH_AFTER_MS = 200;

/** Opens the list of public rooms. */
export function showRooms() {
  let timer = null;
  let asked = 0;
  let items = [];
  let next = null;
  let busy = false;
  let problem = null;

  const search = el('input.input', {
    type: 'search', dir: 'auto', autocomplete: 'off', maxlength: 64, placeholder: 'Find a room by name', 'aria-label': 'Find a room by name',
    autofocus: true, data: { testid: 'room-search' },
  });
  const list = el('ul.list', { 'aria-label': 'Rooms' });
  const note = el('p.progress', { role: 'status', data: { testid: 'rooms-note' } });
  const more = el('button.button.small', { type: 'button', data: { testid: 'rooms-more' }, on: { click: () => fetchPage(next) } }, 'Show more');
  const make = el('button.button', { type: 'button', data: { testid: 'new-room' }, on: { click: () => newRoom(() => dialog.close()) } }, 'New room');

  async function fetchPage(after) {
    asked += 1;
    const mine = asked;
    busy = true;
    render();
    try {
      const page = await api.rooms(search.value.trim(), after);
      if (mine !== asked) return;
      items = after === null ? page.items : [...items, ...page.items];
      next = page.next ?? null;
      problem = null;
    } catch (error) {
      if (mine !== asked) return;
      problem = error.message;
    }
    busy = false;
    render();
  }

  function render() {
    reconcile(list, items, ({ id }) => id, (room) => rowOf(room, enter), updateRow);
    const words = busy ? 'Loading…' : (problem ?? (items.length ? '' : 'No room was found.'));
    setText(note, words);
    note.hidden = words === '';
    note.classList.toggle('busy', busy);
    more.hidden = busy || next === null;
  }

  async function enter(room) {
    await attempt(async () => {
      if (!state.conversations.has(room.id)) takeConversation(await api.join(room.id));
      dialog.close();
      openConversation(room.id);
    });
  }

  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(fetchPage, SEARCH_AFTER_MS, null);
  });
  const off = on(['conversations'], render);
  const dialog = openDialog({ title: 'Rooms', testid: 'rooms-dialog', closed: off }, search, note, list, more, el('.dialog-actions', {}, make));
  dialog.element.classList.add('panel');
  fetchPage(null);
}

function rowOf(room, enter) {
  const text = el('span.row-text', {}, el('span.row-title', { dir: 'auto' }), el('span.row-note', { dir: 'auto' }));
  const button = el('button.button.small', { type: 'button', data: { testid: 'room-enter' }, on: { click: () => enter(room) } });
  return el('li.row.room', { data: { testid: 'room-item', slug: room.slug } }, conversationAvatar({ ...room, kind: 'room' }), text, button);
}

function updateRow(row, room) {
  const [, text, button] = row.children;
  const isIn = state.conversations.has(room.id);
  setText(text.children[0], room.name);
  setText(text.children[1], [`#${room.slug}`, count(room.member_count, 'member'), room.description].filter(Boolean).join(' · '));
  setText(button, isIn ? 'Open' : 'Join');
  attr(button, 'aria-label', `${isIn ? 'Open' : 'Join'} ${room.name}`);
}
