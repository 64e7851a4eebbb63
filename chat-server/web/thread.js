// The open conversation: its rows, reading, history, typing, and the way to the newest message.

import * as api from './api.js';
import { createRow, updateRow } from './bubble.js';
import { composer } from './composer.js';
import { typingText } from './conversations.js';
import { announce, el, reconcile, setText, toast } from './dom.js';
import { count } from './format.js';
import { leavePast, loadNewer, loadOlder, openHistory, reveal } from './history.js';
import { showFormerTexts } from './formertexts.js';
import { historyLines } from './historylines.js';
import { icon } from './icons.js';
import { discard, tryAgain } from './outbox.js';
import { openMessageMenu, remove } from './messagemenu.js';
import { pinBar } from './pins.js';
import { longPress } from './press.js';
import { mayDelete, mayEdit } from './rights.js';
import { showReplies } from './replies.js';
import { openMessage } from './router.js';
import { rowsOf } from './rows.js';
import { Scroller } from './scroller.js';
import { on, state } from './store.js';
import { sendRead } from './sync.js';
import { threadHead } from './threadhead.js';
import { threadKeys } from './threadkeys.js';
import { typists } from './typing.js';
import { showUser } from './usercard.js';
import { nameOf, refreshUser } from './users.js';

const FLASH_MS = 2_400;
const GONE = 'That message is not here any more.';
const TOPICS = ['thread', 'users', 'presence', 'typing', 'people'];

/** Makes the pane of the open conversation; `search(id)` leads to the search in it. */
export function threadPane(search) {
  let open = null;
  let divider = null;
  let arrived = 0;
  // The first look at a conversation goes to what is new; later ones keep the reader's place.
  let placed = false;
  let pursued = null;

  const head = threadHead(show, search);
  const pins = pinBar(show);
  const list = el('ol.rows');
  const lines = historyLines();
  const viewport = el(
    '.scroller',
    { tabindex: 0, role: 'group', 'aria-label': 'Messages', data: { testid: 'messages' } },
    lines.above,
    list,
    lines.below,
  );
  const jumpText = el('span');
  const jump = el('button.jump', { type: 'button', data: { testid: 'jump' } }, icon('down'), jumpText);
  const dots = el('span.typing-dots', { 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
  const typing = el('.typing', { data: { testid: 'typing-indicator' } }, dots, el('span', { dir: 'auto' }));
  const writer = composer(() => {
    divider = null;
    leavePast(open);
    render();
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
  const scroller = new Scroller(viewport, list, { onMove: moved, onTop: older, onBottom: newer });

  const act = { reply, edit, menu, show, person: showUser, replies, former: showFormerTexts, retry: tryAgain, discard };

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
    scroller.keep(renderRows, open.past === null);
    if (state.goal) {
      if (state.goal !== pursued) pursue(state.goal);
    } else if (!placed && open.history.loaded) place();
    read();
  }

  function change(conversation) {
    // Whoever goes back to the list goes on where they left it.
    if (!conversation && open) setTimeout(focusItem, 0, open.id);
    // The next look at it begins with what is new there.
    if (open) open.past = null;
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
    if (state.goal) return;
    // On a phone the keyboard would hide half of what one came to read.
    if (matchMedia('(pointer: fine)').matches) setTimeout(writer.focus);
    else setTimeout(head.focus);
  }

  function focusItem(id) {
    if (document.activeElement !== document.body && !element.contains(document.activeElement)) return;
    document.querySelector(`[data-testid="conversation-item"][data-conversation-id="${id}"]`)?.focus();
  }

  function renderRows() {
    lines.render(open);
    const { loaded } = open.history;
    // After a refetch the former rows stay on the screen until the new ones have come.
    if (!loaded && !open.past && list.childElementCount) return;
    const rows = loaded || open.past || open.pending.length ? rowsOf(open, divider) : [];
    const create = (row) => createRow(row, open, act);
    reconcile(list, rows, (row) => row.key, create, (item, row) => updateRow(item, row, open, act));
  }

  function older() {
    const place = open?.past ?? open?.history;
    if (placed && place && !place.failed) loadOlder(open);
  }

  function newer() {
    if (placed && open?.past && !open.past.newer.failed) loadNewer(open);
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
    const isAtEnd = scroller.atEnd && !open?.past;
    if (isAtEnd) arrived = 0;
    jump.hidden = isAtEnd || !open?.history.loaded;
    setText(jumpText, arrived ? count(arrived, 'new message') : open?.unread ? 'New messages' : '');
    jump.setAttribute('aria-label', jumpText.textContent || 'Go to the newest message');
    read();
  }

  /** Says that the newest message was read, once a person can have seen it. */
  function read() {
    // A stretch of the past ends somewhere else than with the newest message.
    if (!open?.history.loaded || open.past || !placed || document.visibilityState !== 'visible' || !scroller.atEnd) return;
    const newest = open.newest(false);
    if (newest && newest.seq > Math.max(open.read_seq, open.readSent)) sendRead(open, newest.seq);
  }

  function reply(row) {
    if (row?.message && !row.isGone) writer.replyTo(row.message);
  }

  function edit(row) {
    if (row?.message && mayEdit(open, row.message)) writer.edit(row.message);
  }

  function replies(message) {
    showReplies(open, message);
  }

  function menu(row, anchor) {
    openMessageMenu(row, anchor, open, act);
  }

  /** Goes to a message of this conversation that is known by its id alone. */
  async function show(id) {
    const conversation = open;
    try {
      openMessage(conversation.message(id) ?? (await api.message(id)));
    } catch (error) {
      toast(error.status === 404 ? GONE : error.message);
    }
  }

  /** Goes to the message that somebody wants to see, wherever in the past it lies. */
  async function pursue(goal) {
    const [conversation, was] = [open, placed];
    let problem = null;
    pursued = goal;
    // Until it is there, nothing else is read or loaded on the way.
    placed = false;
    try {
      if (!(await reveal(conversation, goal))) problem = GONE;
    } catch (error) {
      problem = error.message;
    }
    if (state.goal !== goal || conversation !== open) return;
    render();
    state.goal = null;
    placed = was;
    const found = list.querySelector(`[data-message-id="${Number(goal.id)}"]`);
    if (found) point(found);
    else toast(problem ?? GONE);
    render();
  }

  /** Shows a message and marks it for a moment. */
  function point(message) {
    placed = true;
    scroller.show(message, 'center');
    message.focus({ preventScroll: true });
    message.classList.remove('flash');
    requestAnimationFrame(() => message.classList.add('flash'));
    setTimeout(() => message.classList.remove('flash'), FLASH_MS);
  }

  function toNewest() {
    leavePast(open);
    render();
    scroller.toEnd(!matchMedia('(prefers-reduced-motion: reduce)').matches);
    moved();
  }

  threadKeys(viewport, list, {
    Enter: (row, element) => menu(row, element.querySelector('.bubble')),
    r: reply,
    e: edit,
    Delete: (row) => row.message && !row.isGone && mayDelete(open, row.message) && remove(row.message),
  });
  longPress(list, '.message', (element) => menu(element.row, element.querySelector('.bubble')));
  jump.addEventListener('click', toNewest);
  document.addEventListener('visibilitychange', read);
  on(TOPICS, render);
  on(['connection'], () => {
    if ((open?.past ?? open?.history)?.failed && state.connection.state === 'open') loadOlder(open);
  });

  return {
    element,
    /** A new message came, to this conversation or another one. */
    arrived(conversation, message) {
      if (conversation !== open || message.sender_id === state.me.id) return;
      if (!scroller.atEnd || open.past) arrived += 1;
      announce(`${nameOf(message.sender_id)}: ${message.body.slice(0, 300)}`);
    },
  };
}
