// The answers to one message as a thread of their own, where one can answer, too.

import * as api from './api.js';
import { personIn, updateUserAvatar, userAvatar } from './avatar.js';
import { quoteText } from './bubble.js';
import { openDialog } from './dialog.js';
import { attr, el, iconButton, reconcile, setText } from './dom.js';
import { exactly, when } from './format.js';
import { linked } from './links.js';
import { post } from './outbox.js';
import { maySpeak } from './rights.js';
import { openMessage } from './router.js';
import { on, state } from './store.js';

const MOST_CHARS = 8_000;

/** Opens the thread of a message. */
export function showReplies(conversation, message) {
  const known = new Map();
  let next;
  let busy = false;
  let problem = null;

  const list = el('ol.replies-list', { 'aria-label': 'Replies' });
  const note = el('p.progress', { role: 'status', data: { testid: 'replies-note' } });
  const more = el('button.button.small', { type: 'button', on: { click: () => fetchPage() } }, 'Show more');
  const original = entryOf(() => go(message));
  const field = el('textarea.input', {
    rows: 1, dir: 'auto', placeholder: 'Reply', 'aria-label': 'Reply', maxlength: MOST_CHARS, data: { testid: 'thread-field' },
  });
  const send = el('button.button.primary', { type: 'submit', data: { testid: 'thread-send' } }, 'Reply');
  const form = el('form.thread-form', { on: { submit } }, field, send);

  async function fetchPage() {
    busy = true;
    render();
    try {
      const page = await api.replies(message.id, next);
      for (const one of page.items) known.set(one.id, one);
      next = page.next ?? null;
      problem = null;
    } catch (error) {
      problem = error.message;
    }
    busy = false;
    render();
  }

  /** What was fetched, and what was said or done since. */
  function replies() {
    // Until all pages are here, what comes now is the end of a later page.
    if (next === null) {
      for (const { type, data } of [...conversation.entries, ...(conversation.past?.entries ?? [])]) {
        if (type === 'message.new' && data.reply_to === message.id) known.set(data.id, data);
      }
    }
    const current = [...known.values()].map((one) => conversation.message(one.id) ?? one);
    return current.filter((one) => !one.deleted_at).sort((a, b) => a.seq - b.seq);
  }

  function render() {
    if (state.conversations.get(conversation.id) !== conversation) return dialog.close();
    showEntry(original, conversation.message(message.id) ?? message);
    const said = replies();
    const waiting = conversation.pending.filter((item) => item.reply_to === message.id).map(fromPending);
    reconcile(list, [...said, ...waiting], ({ key, client_id: client, id }) => key ?? client ?? id, (one) => entryOf(() => go(one)), showEntry);
    const words = busy ? 'Loading…' : (problem ?? (said.length + waiting.length ? '' : 'No replies yet.'));
    setText(note, words);
    note.hidden = words === '';
    note.classList.toggle('busy', busy);
    more.hidden = busy || next === null;
    form.hidden = !maySpeak(conversation);
    return undefined;
  }

  function go(one) {
    if (!one.id) return;
    dialog.close();
    openMessage(one);
  }

  function submit(event) {
    event.preventDefault();
    if (!/[^\s\p{Default_Ignorable_Code_Point}]/u.test(field.value)) return;
    post(conversation, field.value, message.id);
    field.value = '';
    field.focus();
  }

  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
  });
  const off = on(['thread', 'users', 'conversations'], render);
  const dialog = openDialog({ title: 'Thread', testid: 'thread-dialog', closed: off }, original, list, note, more, form);
  dialog.element.classList.add('panel', 'wide');
  render();
  fetchPage();
}

const fromPending = (item) => ({
  key: item.client_id, sender_id: state.me.id, body: item.body, created_at: item.created_at, waits: item.error ? `Not sent. ${item.error}` : 'sending…',
});

function entryOf(go) {
  const line = el('span.row-line', {}, el('span.row-title', { dir: 'auto' }), el('time.row-time'), iconButton('up', 'Go to the message', { on: { click: go } }));
  return el('li.reply', { data: { testid: 'thread-entry' } }, userAvatar(state.me.id, false), el('.row-text', {}, line, el('p.reply-body', { dir: 'auto', data: { testid: 'thread-body' } })));
}

function showEntry(element, message) {
  const [avatar, text] = element.children;
  const [line, body] = text.children;
  updateUserAvatar(avatar, message.sender_id);
  setText(line.children[0], personIn(message.sender_id));
  setText(line.children[1], message.waits ?? when(message.created_at));
  attr(line.children[1], 'title', message.waits ? null : exactly(message.created_at));
  line.children[2].hidden = !message.id;
  const shown = message.deleted_at ? quoteText(message) : message.body;
  if (body.shown !== shown) body.replaceChildren(...linked(shown));
  body.shown = shown;
}
