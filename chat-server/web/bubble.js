// One row of a conversation as elements: a message bubble with what is put on it, a day, a notice.

import { personIn, updateUserAvatar, userAvatar } from './avatar.js';
import { attr, el, iconButton, setText } from './dom.js';
import { exactly, timeOf } from './format.js';
import { icon, tick } from './icons.js';
import { isBigEmoji, linked } from './links.js';
import { oneLine } from './conversations.js';
import { quoted } from './quotes.js';
import { chipsOf, updateChips } from './reactions.js';
import { nameOf, userById } from './users.js';

/**
 * Makes the element of a row. `act` holds what its buttons do: `reply(row)`, `menu(row, anchor)`, `show(id)`, `person(id)`,
 * `replies(message)`, `former(message)`, `retry(item)`, `discard(item)`.
 */
export function createRow(row, conversation, act) {
  if (row.kind !== 'message') {
    const role = row.kind === 'divider' ? { role: 'separator' } : {};
    return el(`li.${row.kind}`, { ...role, data: { testid: row.kind } }, el('span', { dir: 'auto' }, row.text));
  }
  const meta = el('span.meta', {}, el('span.meta-pin'), el('time'), el('span.meta-tick'));
  const bubble = el('.bubble', {}, quoteOf(row, act), el('.body', { dir: 'auto' }), meta);
  const reply = iconButton('reply', 'Reply', { tabindex: -1, data: { testid: 'reply-button' } });
  const more = iconButton('smile', 'React and more', { tabindex: -1, 'aria-haspopup': 'menu', data: { testid: 'message-menu' } });
  const element = el(
    `li.message${row.own ? '.own' : ''}`,
    { tabindex: -1, data: { testid: 'message', own: row.own } },
    el('.stack', {}, bubble, chipsOf(), repliesButton(() => act.replies(element.row.message))),
    el('.tools', {}, more, reply),
  );
  reply.addEventListener('click', () => act.reply(element.row));
  more.addEventListener('click', () => act.menu(element.row, more));
  if (conversation.kind !== 'direct' && !row.own) {
    const person = () => act.person(row.sender);
    bubble.prepend(el('button.author', { type: 'button', dir: 'auto', tabindex: -1, data: { testid: 'message-author' }, on: { click: person } }));
    const avatar = userAvatar(row.sender, false);
    // A larger target for a hand; the name is the button.
    avatar.addEventListener('click', person);
    element.prepend(avatar);
    element.classList.add('with-avatar');
  }
  return element;
}

function repliesButton(click) {
  return el('button.replies', { type: 'button', tabindex: -1, hidden: true, data: { testid: 'show-replies' }, on: { click } }, icon('reply'), el('span'));
}

function quoteOf(row, act) {
  if (row.replyTo === null) return null;
  return el(
    'button.quote',
    { type: 'button', tabindex: -1, data: { testid: 'quote' }, on: { click: () => act.show(row.replyTo) } },
    el('span.quote-author', { dir: 'auto' }),
    el('span.quote-body', { dir: 'auto' }),
  );
}

const repliesText = (n) => (n === 1 ? '1 reply' : `${n.toLocaleString('en')} replies`);

/** Brings the element of a row up to date; nothing is touched when nothing that it shows has changed. */
export function updateRow(element, row, conversation, act) {
  element.row = row;
  if (row.kind !== 'message') return setText(element.firstChild, row.text);
  const original = row.replyTo === null ? null : quoted(conversation, row.replyTo);
  const signature = JSON.stringify([
    row.state, row.first, row.last, row.seq, row.at, nameOf(row.sender), row.item?.error, row.body, row.isGone, row.isEdited, row.isPinned,
    row.reactions, row.replies, userById(row.sender)?.avatar_url, original && [nameOf(original.sender_id), quoteText(original)],
  ]);
  if (element.signature === signature) return undefined;
  element.signature = signature;
  element.classList.toggle('first', row.first);
  element.classList.toggle('last', row.last);
  attr(element, 'data-message-id', row.message?.id);
  attr(element, 'data-seq', row.seq);
  attr(element, 'data-state', row.state);
  attr(element, 'data-deleted', row.isGone && 'true');
  attr(element, 'data-pinned', row.isPinned && 'true');
  updateBody(element.querySelector('.body'), row);
  updateText(element, row, original);
  updateMeta(element.querySelector('.meta'), element.querySelector('.spacer'), row, act);
  updateChips(element.querySelector('.reactions'), row, element);
  const replies = element.querySelector('.replies');
  replies.hidden = row.replies === 0;
  setText(replies.lastChild, row.replies ? repliesText(row.replies) : '');
  return updateFailure(element, row, act);
}

function updateBody(body, row) {
  const shown = `${row.isGone} ${row.body}`;
  if (body.shown === shown) return;
  body.shown = shown;
  body.dataset.testid = row.isGone ? 'message-deleted' : 'message-body';
  body.classList.toggle('gone', Boolean(row.isGone));
  body.classList.toggle('big', !row.isGone && isBigEmoji(row.body));
  body.replaceChildren(...(row.isGone ? [row.body] : linked(row.body)), el('span.spacer'));
}

function updateText(element, row, original) {
  const author = element.querySelector('.author');
  if (author) {
    setText(author, nameOf(row.sender));
    author.className = `author hue-text-${row.sender % 8}`;
    updateUserAvatar(element.querySelector('.avatar'), row.sender);
  }
  const quote = element.querySelector('.quote');
  if (!quote) return;
  quote.hidden = row.replyTo === null;
  setText(quote.children[0], original ? personIn(original.sender_id) : 'Message');
  setText(quote.children[1], original ? quoteText(original) : '…');
}

/** A message in one line, for wherever it is only mentioned. */
export const quoteText = (message) => (message.deleted_at ? 'Deleted message' : oneLine(message.body));

function updateMeta(meta, spacer, row, act) {
  const [pin, time, holder] = meta.children;
  const shown = row.isEdited ? `edited ${timeOf(row.at)}` : timeOf(row.at);
  if (time.shown !== shown) time.replaceChildren(...(row.isEdited ? [editedButton(meta, act), ' '] : []), timeOf(row.at));
  time.shown = shown;
  attr(time, 'datetime', new Date(row.at).toISOString());
  attr(time, 'title', exactly(row.at));
  pin.replaceChildren(...(row.isPinned ? [icon('pin'), el('span.visually-hidden', {}, 'pinned')] : []));
  holder.replaceChildren(...(row.own && !row.isGone ? [tick(row.state)] : []));
  // The last line of text leaves room for the time in the corner, or goes on above it.
  const marks = (row.own && !row.isGone ? 1.5 : 0.4) + (row.isPinned ? 1 : 0);
  spacer.style.width = `${(shown.length * 0.42 + marks).toFixed(2)}rem`;
}

/** What a message said before is one press away from the word that tells of it. */
function editedButton(meta, act) {
  const click = () => act.former(meta.closest('.message').row.message);
  return el('button.edited', { type: 'button', tabindex: -1, title: 'Show former texts', data: { testid: 'show-former' }, on: { click } }, 'edited');
}

function updateFailure(element, row, act) {
  element.querySelector('.failure')?.remove();
  if (row.state !== 'failed') return;
  const button = (label, testid, run) =>
    el('button.link-button', { type: 'button', data: { testid }, on: { click: () => run(row.item) } }, label);
  element.append(
    el(
      '.failure',
      { role: 'alert' },
      el('span', {}, `Not sent. ${row.item.error} `),
      row.item.again && button('Try again', 'retry-send', act.retry),
      button('Delete', 'discard-send', act.discard),
    ),
  );
}
