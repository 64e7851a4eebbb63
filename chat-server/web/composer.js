// Where a message is written: grows with the text, keeps a draft per conversation, shows what is answered or edited.

import { actionsFor } from './actions.js';
import * as api from './api.js';
import { personIn } from './avatar.js';
import { quoteText } from './bubble.js';
import { attempt, attr, el, iconButton, setText } from './dom.js';
import { count } from './format.js';
import { icon } from './icons.js';
import { post } from './outbox.js';
import { relationTo } from './relations.js';
import { state } from './store.js';
import { forget, load, save } from './storage.js';
import { sayStopped, sayTyping } from './typing.js';
import { nameOf } from './users.js';

const MOST_CHARS = 8_000;
const WARN_BELOW = 500;

/**
 * Makes the composer. `sent` runs after each message; `show(conversation)` switches, `replyTo(message)` quotes, and
 * `edit(message)` takes a text that was said before.
 */
export function composer(sent) {
  let conversation = null;
  let answered = null;
  let edited = null;

  const field = el('textarea.composer-field', {
    rows: 1, dir: 'auto', placeholder: 'Message', 'aria-label': 'Message', enterkeyhint: 'send', autocomplete: 'off',
    data: { testid: 'composer' },
  });
  const send = el(
    'button.send',
    { type: 'submit', 'aria-label': 'Send', title: 'Send', disabled: true, data: { testid: 'send-button' } },
    icon('send'),
  );
  const counter = el('span.counter', { role: 'status' });
  const quoteAuthor = el('span.quote-author', { dir: 'auto' });
  const quoteBody = el('span.quote-body', { dir: 'auto' });
  const cancel = iconButton('close', 'Do not reply', { data: { testid: 'reply-cancel' }, on: { click: () => cancelled() } });
  const preview = el('.composer-quote', { data: { testid: 'reply-preview' } }, el('.quote', {}, quoteAuthor, quoteBody), cancel);
  const form = el('form.composer', {}, preview, el('.composer-line', {}, field, counter, send));
  const unblock = el('button.link-button', { type: 'button', data: { testid: 'action-unblock' } }, 'Unblock');
  const barred = el('.composer-barred', {}, el('span', {}, 'You blocked this user. '), unblock);
  const element = el('.composer-area', {}, form, barred);

  const draftKey = () => `draft:${state.me.id}:${conversation.id}`;

  function submit(event) {
    event.preventDefault();
    if (!conversation || !check()) return undefined;
    if (edited) return saveEdit();
    post(conversation, field.value, answered?.id ?? null);
    field.value = '';
    replyTo(null);
    // The button has nothing to send any more and would lose the focus to nowhere.
    field.focus();
    forget(draftKey());
    sayStopped();
    resize();
    check();
    return sent();
  }

  async function saveEdit() {
    const { id, body } = edited;
    const text = field.value;
    // What could not be saved stays in the field.
    if (text !== body && !(await attempt(() => api.editMessage(id, text)))) return;
    if (edited?.id === id) cancelled();
  }

  /** Whether the text can be sent; the limit is shown before it is reached. */
  function check() {
    const left = MOST_CHARS - [...field.value].length;
    const fits = left >= 0;
    if (!fits) setText(counter, `${count(-left, 'character')} too many`);
    else setText(counter, left < WARN_BELOW ? `${left} left` : '');
    counter.classList.toggle('over', !fits);
    send.disabled = !fits || !/[^\s\p{Default_Ignorable_Code_Point}]/u.test(field.value);
    return !send.disabled;
  }

  function resize() {
    field.style.height = 'auto';
    // An element that is not shown has no height to follow.
    if (field.scrollHeight) field.style.height = `${field.scrollHeight}px`;
  }

  function input() {
    resize();
    check();
    if (edited) return;
    if (field.value) {
      save(draftKey(), field.value);
      sayTyping(conversation.id);
    } else {
      forget(draftKey());
      sayStopped();
    }
  }

  function keydown(event) {
    // While an input method composes, Enter chooses a word.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
    if (event.key === 'Escape' && (answered || edited)) {
      event.stopPropagation();
      cancelled();
    }
    // As in a shell, the way back to what was written last.
    if (event.key === 'ArrowUp' && field.value === '' && !edited && conversation) {
      const last = conversation.newest(true);
      if (last) event.preventDefault();
      if (last) edit(last);
    }
  }

  function cancelled() {
    if (edited) edit(null);
    else replyTo(null);
    field.focus();
  }

  /** Shows above the field what the text is about. */
  function tellAbout(message, author) {
    preview.hidden = !message;
    if (!message) return;
    setText(quoteAuthor, author);
    setText(quoteBody, quoteText(message));
    const label = edited ? 'Do not edit' : 'Do not reply';
    for (const name of ['aria-label', 'title']) attr(cancel, name, label);
    field.focus();
  }

  function replyTo(message) {
    if (edited) edit(null);
    answered = message;
    tellAbout(message, message && personIn(message.sender_id));
  }

  function edit(message) {
    if (message) answered = null;
    edited = message && { id: message.id, body: message.body };
    write(message?.body ?? load(draftKey()) ?? '');
    attr(field, 'aria-label', message ? 'Edit message' : 'Message');
    attr(send, 'aria-label', message ? 'Save' : 'Send');
    attr(send, 'title', message ? 'Save' : 'Send');
    send.replaceChildren(icon(message ? 'check' : 'send'));
    tellAbout(message, 'Edit message');
  }

  function write(text) {
    field.value = text;
    resize();
    check();
    field.setSelectionRange(text.length, text.length);
  }

  function show(next) {
    if (next === conversation) return;
    if (conversation) sayStopped();
    if (edited) edit(null);
    conversation = next;
    replyTo(null);
    write(next ? (load(draftKey()) ?? '') : '');
  }

  /** Follows a block that is set or lifted, and the deletion of what the text is about. */
  function render() {
    const about = edited ?? answered;
    if (about && conversation?.message(about.id)?.deleted_at) cancelled();
    const blocked = conversation?.kind === 'direct' && relationTo(conversation.user_id) === 'blocked';
    form.hidden = Boolean(blocked);
    barred.hidden = !blocked;
    if (blocked) unblock.setAttribute('aria-label', `Unblock ${nameOf(conversation.user_id)}`);
  }

  addEventListener('resize', resize);
  unblock.addEventListener('click', () => actionsFor(conversation.user_id)[0]?.run());
  form.addEventListener('submit', submit);
  field.addEventListener('input', input);
  field.addEventListener('keydown', keydown);
  replyTo(null);
  return { element, show, render, replyTo, edit, focus: () => field.focus() };
}
