// The open conversation: its rows, reading, history, typing, and the way to the newest message.

import { typingText } from './conversations.js';
import { composer } from './composer.js';
import { createRow, updateRow } from './bubble.js';
import { announce, el, reconcile, setText, toast } from './dom.js';
import { count } from './format.js';
import { loadOlder, openHistory, quoted } from './history.js';
import { icon } from './icons.js';
import { discard, tryAgain } from './outbox.js';
import { openMessageMenu, remove } from './messagemenu.js';
import { pinBar } from './pins.js';
import { longPress } from './press.js';
import { mayDelete, mayEdit } from './rights.js';
import { rowsOf } from './rows.js';
import { Scroller } from './scroller.js';
import { on, state } from './store.js';
import { sendRead } from './sync.js';
import { threadHead } from './threadhead.js';
import { typists } from './typing.js';
import { nameOf, refreshUser } from './users.js';

const MOST_PAGES_TO_QUOTE = 40;
const TOPICS = ['thread', 'users', 'presence', 'typing', 'people'];

/** Makes the pane of the open conversation. */
export function threadPane() {
  let open = null;
  let divider = null;
  let arrived = 0;
  // The first look at a conversation goes to what is new; later ones keep the reader's place.
  let placed = false;

  const head = threadHead(show);
  const pins = pinBar(show);
  const list = el('ol.rows');
  const top = el('.history-state', { role: 'status' });
  const retry = el('button.link-button', { type: 'button', on: { click: () => open && loadOlder(open) } }, 'Try again');
  const viewport = el(
    '.scroller',
    { tabindex: 0, role: 'group', 'aria-label': 'Messages', data: { testid: 'messages' } },
    top,
    list,
  );
  const jumpText = el('span');
  const jump = el('button.jump', { type: 'button', data: { testid: 'jump' } }, icon('down'), jumpText);
  const dots = el('span.typing-dots', { 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
  const typing = el('.typing', { data: { testid: 'typing-indicator' } }, dots, el('span', { dir: 'auto' }));
  const writer = composer(() => {
    divider = null;
    scroller.toEnd();
  });
  const pane = el(
    '.thread-pane',
    {},
    head.element,
    pins.element,
    el('.thread-body', {}, viewport, jump),
    el('.typing-line', {}, typing),
    writer.element,
  );
  const hint = 'Choose a conversation, or search for somebody to write to.';
  const nothing = el('.thread-nothing', { data: { testid: 'nothing-open' } }, icon('chat'), el('p', {}, hint));
  const element = el('main.thread', { 'aria-label': 'Conversation' }, pane, nothing);
  const scroller = new Scroller(viewport, list, { onMove: moved, onTop: older });

  const act = { reply, edit, menu, show, retry: tryAgain, discard };

  function render() {
    const conversation = state.conversations.get(state.open) ?? null;
    pane.hidden = !conversation;
    nothing.hidden = Boolean(conversation);
    if (conversation !== open) change(conversation);
    if (!open) return;
    if (!open.history.loaded && !open.history.loading && !open.history.failed) openHistory(open);
    head.render(open);
    pins.render(open);
    writer.render();
    renderTyping();
    scroller.keep(renderRows);
    if (!placed && open.history.loaded) place();
    read();
  }

  function change(conversation) {
    // Whoever goes back to the list goes on where they left it.
    if (!conversation && open) setTimeout(focusItem, 0, open.id);
    open = conversation;
    arrived = 0;
    placed = false;
    divider = conversation?.unread ? Math.max(conversation.read_seq, conversation.readSent) : null;
    list.keyed?.clear();
    list.replaceChildren();
    writer.show(conversation);
    if (!conversation) return;
    if (conversation.history.failed) conversation.history.failed = false;
    scroller.toEnd();
    // Not everybody's presence is pushed to us.
    if (conversation.kind === 'direct') refreshUser(conversation.user_id);
    // On a phone the keyboard would hide half of what one came to read.
    if (matchMedia('(pointer: fine)').matches) setTimeout(writer.focus);
    else setTimeout(head.focus);
  }

  function focusItem(id) {
    if (document.activeElement !== document.body && !element.contains(document.activeElement)) return;
    document.querySelector(`[data-testid="conversation-item"][data-conversation-id="${id}"]`)?.focus();
  }

  function renderRows() {
    const { loading, loaded, complete, failed } = open.history;
    top.replaceChildren(...topNodes());
    // After a refetch the former rows stay on the screen until the new ones have come.
    if (!loaded && list.childElementCount) return;
    const rows = loaded || open.pending.length ? rowsOf(open, divider) : [];
    const create = (row) => createRow(row, open, act);
    reconcile(list, rows, (row) => row.key, create, (item, row) => updateRow(item, row, open, act));

    function topNodes() {
      if (failed) return ['Older messages could not be loaded. ', retry];
      if (loading) return [loaded ? 'Loading older messages…' : 'Loading…'];
      if (complete && open.kind === 'direct' && open.entries.length === 0 && open.pending.length === 0) return ['No messages yet. Say hello!'];
      return [];
    }
  }

  function older() {
    if (placed && !open.history.failed) loadOlder(open);
  }

  function place() {
    placed = true;
    const line = list.querySelector('.divider');
    const above = line && list.lastChild.getBoundingClientRect().bottom - line.getBoundingClientRect().top;
    if (line && above > viewport.clientHeight) scroller.show(line, 'start');
    else scroller.toEnd();
  }

  function renderTyping() {
    const users = typists(open.id);
    typing.hidden = users.length === 0;
    if (users.length) setText(typing.lastChild, typingText({ kind: 'group' }, users));
  }

  function moved() {
    if (scroller.atEnd) arrived = 0;
    jump.hidden = scroller.atEnd || !open?.history.loaded;
    setText(jumpText, arrived ? count(arrived, 'new message') : open?.unread ? 'New messages' : '');
    jump.setAttribute('aria-label', jumpText.textContent || 'Go to the newest message');
    read();
  }

  /** Says that the newest message was read, once a person can have seen it. */
  function read() {
    if (!open?.history.loaded || !placed || document.visibilityState !== 'visible' || !scroller.atEnd) return;
    const newest = open.newest(false);
    if (newest && newest.seq > Math.max(open.read_seq, open.readSent)) sendRead(open, newest.seq);
  }

  function reply(row) {
    if (row?.message && !row.isGone) writer.replyTo(row.message);
  }

  function edit(row) {
    if (row?.message && mayEdit(open, row.message)) writer.edit(row.message);
  }

  function menu(row, anchor) {
    openMessageMenu(row, anchor, open, act);
  }

  /** Goes to a quoted message, loading as much of the past as that takes. */
  async function show(id) {
    const conversation = open;
    const target = quoted(conversation, id);
    for (let page = 0; target && page < MOST_PAGES_TO_QUOTE; page += 1) {
      const found = conversation === open && list.querySelector(`[data-message-id="${Number(id)}"]`);
      if (found) {
        scroller.show(found, 'center');
        found.classList.remove('flash');
        requestAnimationFrame(() => found.classList.add('flash'));
        return;
      }
      if (conversation !== open || conversation.history.complete || conversation.history.failed) break;
      await loadOlder(conversation);
      await new Promise((resolve) => setTimeout(resolve));
    }
    toast('That message is not here any more.');
  }

  /** What the keys do on a message that has the focus. */
  const KEYS = {
    Enter: (row, element) => menu(row, element.querySelector('.bubble')),
    r: reply,
    e: edit,
    Delete: (row) => row.message && !row.isGone && mayDelete(open, row.message) && remove(row.message),
  };

  function keydown(event) {
    const element = document.activeElement?.closest?.('.message');
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === 'ArrowUp' || key === 'ArrowDown') move([...list.querySelectorAll('.message')], element, key === 'ArrowUp' ? -1 : 1);
    else if (element && (key === 'ArrowLeft' || key === 'ArrowRight')) {
      // What can be pressed in a message: the quote, links, the chips and the tools.
      const within = [element, ...element.querySelectorAll('button, a')].filter((one) => one.checkVisibility?.({ visibilityProperty: true }) ?? true);
      move(within, document.activeElement, key === 'ArrowLeft' ? -1 : 1);
    } else if (element && document.activeElement === element && key in KEYS) KEYS[key](element.row, element);
    else return;
    event.preventDefault();
  }

  function move(elements, from, step) {
    const at = from ? elements.indexOf(from) + step : elements.length - 1;
    elements[at]?.focus();
  }

  viewport.addEventListener('keydown', keydown);
  longPress(list, '.message', (element) => menu(element.row, element.querySelector('.bubble')));
  jump.addEventListener('click', () => {
    scroller.toEnd(true);
    moved();
  });
  document.addEventListener('visibilitychange', read);
  on(TOPICS, render);
  on(['connection'], () => {
    if (open?.history.failed && state.connection.state === 'open') loadOlder(open);
  });

  return {
    element,
    /** A new message came, to this conversation or another one. */
    arrived(conversation, message) {
      if (conversation !== open || message.sender_id === state.me.id) return;
      if (!scroller.atEnd) arrived += 1;
      announce(`${nameOf(message.sender_id)}: ${message.body.slice(0, 300)}`);
    },
  };
}
