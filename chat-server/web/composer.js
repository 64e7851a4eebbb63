// Where a message is written: grows with the text, keeps a draft per conversation, shows what is being answered.

import { actionsFor } from './actions.js';
import { personIn } from './avatar.js';
import { oneLine } from './conversations.js';
import { el, iconButton, setText } from './dom.js';
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

/** Makes the composer. `sent` runs after each message; `show(conversation)` switches, `replyTo(message)` quotes. */
export function composer(sent) {
  let conversation = null;
  let answered = null;

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
  const cancel = iconButton('close', 'Do not reply', { data: { testid: 'reply-cancel' }, on: { click: () => replyTo(null) } });
  const preview = el('.composer-quote', { data: { testid: 'reply-preview' } }, el('.quote', {}, quoteAuthor, quoteBody), cancel);
  const form = el('form.composer', {}, preview, el('.composer-line', {}, field, counter, send));
  const unblock = el('button.link-button', { type: 'button', data: { testid: 'action-unblock' } }, 'Unblock');
  const barred = el('.composer-barred', {}, el('span', {}, 'You blocked this user. '), unblock);
  const element = el('.composer-area', {}, form, barred);

  const draftKey = () => `draft:${state.me.id}:${conversation.id}`;

  function submit(event) {
    event.preventDefault();
    if (!conversation || !check()) return;
    post(conversation, field.value, answered?.id ?? null);
    field.value = '';
    replyTo(null);
    forget(draftKey());
    sayStopped();
    resize();
    check();
    sent();
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
    if (event.key === 'Escape' && answered) {
      event.stopPropagation();
      replyTo(null);
    }
  }

  function replyTo(message) {
    answered = message;
    preview.hidden = !message;
    if (!message) return;
    setText(quoteAuthor, personIn(message.sender_id));
    setText(quoteBody, oneLine(message.body));
    field.focus();
  }

  function show(next) {
    if (next === conversation) return;
    if (conversation) sayStopped();
    conversation = next;
    replyTo(null);
    field.value = next ? (load(draftKey()) ?? '') : '';
    resize();
    check();
  }

  /** Follows a block that is set or lifted. */
  function render() {
    const blocked = conversation?.kind === 'direct' && relationTo(conversation.user_id) === 'blocked';
    form.hidden = Boolean(blocked);
    barred.hidden = !blocked;
    if (blocked) unblock.setAttribute('aria-label', `Unblock ${nameOf(conversation.user_id)}`);
  }

  unblock.addEventListener('click', () => actionsFor(conversation.user_id)[0]?.run());
  form.addEventListener('submit', submit);
  field.addEventListener('input', input);
  field.addEventListener('keydown', keydown);
  replyTo(null);
  return { element, show, render, replyTo, focus: () => field.focus() };
}
