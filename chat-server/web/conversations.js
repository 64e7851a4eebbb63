// The list of conversations: newest activity first, with the last message, its time and what is unread.

import { conversationAvatar, personIn, titleOf, updateConversationAvatar } from './avatar.js';
import { attr, el, reconcile, setText } from './dom.js';
import { count, exactly, when } from './format.js';
import { tick } from './icons.js';
import { openConversation } from './router.js';
import { state } from './store.js';
import { typists } from './typing.js';
import { nameOf } from './users.js';

const MOST_SHOWN = 99;

/** Fills a list element with conversations. */
export function showConversations(list, conversations) {
  reconcile(list, conversations, (conversation) => conversation.id, itemOf, update);
}

function itemOf(conversation) {
  const button = el(
    'button.row-main',
    {
      type: 'button',
      data: { testid: 'conversation-item', conversationId: conversation.id },
      on: { click: () => openConversation(conversation.id) },
    },
    conversationAvatar(conversation),
    el(
      'span.row-text',
      {},
      el('span.row-line', {}, el('span.row-title', { dir: 'auto' }), el('time.row-time')),
      el('span.row-line', {}, el('span.row-state'), el('span.row-note', { dir: 'auto' }), el('span.row-badge')),
    ),
  );
  return el('li.row', {}, button);
}

function update(item, conversation) {
  const button = item.firstChild;
  const [avatar, text] = button.children;
  const [[title, time], [ticks, note, badge]] = [...text.children].map((line) => line.children);
  updateConversationAvatar(avatar, conversation);
  attr(button, 'aria-current', state.open === conversation.id && 'true');
  setText(title, titleOf(conversation));
  updateTime(time, conversation);
  updateTicks(ticks, conversation);
  updateNote(note, conversation);
  updateBadge(badge, conversation);
}

function updateTime(time, conversation) {
  const shown = conversation.last_message || conversation.pending.length;
  setText(time, shown ? when(conversation.activity) : '');
  attr(time, 'datetime', shown && new Date(conversation.activity).toISOString());
  attr(time, 'title', shown && exactly(conversation.activity));
}

function updateTicks(holder, conversation) {
  const wanted = tickOf(conversation);
  if (holder.dataset.state === wanted) return;
  holder.dataset.state = wanted;
  holder.replaceChildren(...(wanted ? [tick(wanted)] : []));
}

function tickOf(conversation) {
  const { pending, last_message: last } = conversation;
  if (pending.length) return pending.at(-1).error ? 'failed' : 'pending';
  if (conversation.kind !== 'direct' || last?.sender_id !== state.me.id) return '';
  return conversation.stateOf(last);
}

function updateNote(note, conversation) {
  const typing = typists(conversation.id);
  note.classList.toggle('accent', typing.length > 0);
  setText(note, typing.length > 0 ? typingText(conversation, typing) : previewOf(conversation));
}

/** Who types, in words. */
export function typingText({ kind }, users) {
  if (kind === 'direct') return 'typing…';
  return users.length > 1 ? `${users.length} people are typing…` : `${nameOf(users[0])} is typing…`;
}

function previewOf(conversation) {
  const { kind, pending, last_message: last } = conversation;
  if (pending.length) return oneLine(pending.at(-1).body);
  if (!last) return kind !== 'direct' ? count(conversation.member_count, 'member') : 'Say hello';
  const author = kind !== 'direct' ? `${personIn(last.sender_id)}: ` : '';
  return author + (last.deleted_at ? 'message deleted' : oneLine(last.body));
}

/** The beginning of a text on one line; a list needs no more. */
export const oneLine = (text) => text.slice(0, 200).replace(/\s+/gu, ' ').trim();

function updateBadge(badge, { unread }) {
  badge.hidden = unread === 0;
  attr(badge, 'data-testid', unread > 0 && 'unread-badge');
  setText(badge, unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread || ''));
  attr(badge, 'aria-label', unread > 0 && `${unread} unread`);
}
