// One row of a conversation as elements: a message bubble, a day, a notice.

import { personIn, userAvatar } from './avatar.js';
import { attr, el, iconButton, setText } from './dom.js';
import { exactly, timeOf } from './format.js';
import { quoted } from './history.js';
import { tick } from './icons.js';
import { isBigEmoji, linked } from './links.js';
import { oneLine } from './conversations.js';
import { nameOf } from './users.js';

/** Makes the element of a row. `act` holds what its buttons do: `reply(row)`, `show(id)`, `retry(item)`, `discard(item)`. */
export function createRow(row, conversation, act) {
  if (row.kind !== 'message') {
    const role = row.kind === 'divider' ? { role: 'separator' } : {};
    return el(`li.${row.kind}`, { ...role, data: { testid: row.kind } }, el('span', { dir: 'auto' }, row.text));
  }
  const meta = el('span.meta', {}, el('time', {}), el('span.meta-tick'));
  const text = el('.body', { dir: 'auto', data: { testid: 'message-body' } }, linked(row.body), el('span.spacer'));
  if (isBigEmoji(row.body)) text.classList.add('big');
  const bubble = el('.bubble', {}, quoteOf(row, act), text, meta);
  const reply = iconButton('reply', 'Reply', { tabindex: -1, data: { testid: 'reply-button' } });
  const element = el(
    `li.message${row.own ? '.own' : ''}`,
    { tabindex: -1, data: { testid: 'message', own: row.own } },
    bubble,
    reply,
  );
  reply.addEventListener('click', () => act.reply(element.row));
  if (conversation.kind === 'group' && !row.own) {
    bubble.prepend(el('.author', { dir: 'auto' }));
    element.prepend(userAvatar(row.sender, false));
    element.classList.add('with-avatar');
  }
  return element;
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

/** Brings the element of a row up to date; nothing is touched when nothing that it shows has changed. */
export function updateRow(element, row, conversation, act) {
  element.row = row;
  if (row.kind !== 'message') return setText(element.firstChild, row.text);
  const original = row.replyTo === null ? null : quoted(conversation, row.replyTo);
  const signature = [
    row.state, row.first, row.last, row.seq, row.at, nameOf(row.sender), row.item?.error,
    original && nameOf(original.sender_id),
  ].join('|');
  if (element.signature === signature) return undefined;
  element.signature = signature;
  element.classList.toggle('first', row.first);
  element.classList.toggle('last', row.last);
  attr(element, 'data-message-id', row.message?.id);
  attr(element, 'data-seq', row.seq);
  attr(element, 'data-state', row.state);
  updateText(element, row, original);
  updateMeta(element.querySelector('.meta'), element.querySelector('.spacer'), row);
  return updateFailure(element, row, act);
}

function updateText(element, row, original) {
  const author = element.querySelector('.author');
  if (author) {
    setText(author, nameOf(row.sender));
    author.className = `author hue-text-${row.sender % 8}`;
    setText(element.querySelector('.avatar-face'), nameOf(row.sender).slice(0, 1).toLocaleUpperCase());
  }
  const quote = element.querySelector('.quote');
  if (!quote) return;
  setText(quote.children[0], original ? personIn(original.sender_id) : 'Message');
  setText(quote.children[1], original ? oneLine(original.body) : '…');
}

function updateMeta(meta, spacer, row) {
  const [time, holder] = meta.children;
  const shown = timeOf(row.at);
  setText(time, shown);
  attr(time, 'datetime', new Date(row.at).toISOString());
  attr(time, 'title', exactly(row.at));
  holder.replaceChildren(...(row.own ? [tick(row.state)] : []));
  // The last line of text leaves room for the time in the corner, or goes on above it.
  spacer.style.width = `${(shown.length * 0.42 + (row.own ? 1.5 : 0.4)).toFixed(2)}rem`;
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
