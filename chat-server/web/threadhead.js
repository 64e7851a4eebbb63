// The head of an open conversation: the way back, who it is, how they are, and what can be done.

import { actionsFor, leaveGroup } from './actions.js';
import { conversationAvatar, titleOf, updateConversationAvatar } from './avatar.js';
import { typingText } from './conversations.js';
import { attr, el, iconButton, setText, toast } from './dom.js';
import { count, presenceText } from './format.js';
import { showGroup } from './grouppanel.js';
import { menuButton } from './menu.js';
import { showPins } from './pins.js';
import { relationTo } from './relations.js';
import { closeConversation } from './router.js';
import { typists } from './typing.js';
import { showUser } from './usercard.js';
import { nameOf, shownPresence } from './users.js';

/**
 * Makes the head; `render(conversation)` brings it up to date. `show(id)` goes to a message, `search(id)` leads to the search
 * in a conversation.
 */
export function threadHead(show, search) {
  let shown = null;
  const picture = el('.thread-avatar');
  const title = el('h2.thread-title', { dir: 'auto', tabindex: -1, data: { testid: 'conversation-title' } });
  const note = el('p.thread-note', { dir: 'auto', data: { testid: 'conversation-note' } });
  const back = iconButton('back', 'Back to the list', { data: { testid: 'back' }, on: { click: closeConversation } });
  back.classList.add('back');
  const menu = menuButton('More', () => itemsFor(shown, show), { data: { testid: 'thread-menu' } });
  const look = iconButton('search', 'Search in this conversation', { data: { testid: 'search-conversation' }, on: { click: () => search(shown.id) } });
  const about = () => (shown.kind !== 'direct' ? showGroup(shown, show) : showUser(shown.user_id));
  const info = iconButton('info', 'Group info', { on: { click: about } });
  // The whole name is a larger target for a hand; by keyboard there is the button.
  const names = el('.thread-names.opens', { on: { click: about } }, title, note);
  const element = el('header.thread-head', {}, back, picture, names, look, info, menu);

  function render(conversation) {
    if (shown !== conversation) picture.replaceChildren(conversationAvatar(conversation));
    shown = conversation;
    const isGroup = conversation.kind !== 'direct';
    attr(info, 'data-testid', isGroup ? 'show-group' : 'show-user');
    for (const name of ['aria-label', 'title']) attr(info, name, isGroup ? 'Group info' : `About ${nameOf(conversation.user_id)}`);
    updateConversationAvatar(picture.firstChild, conversation);
    setText(title, titleOf(conversation));
    const typing = typists(conversation.id);
    note.classList.toggle('accent', typing.length > 0);
    setText(note, typing.length > 0 ? typingText(conversation, typing) : noteOf(conversation));
  }

  return { element, render, focus: () => title.focus({ preventScroll: true }) };
}

function noteOf(conversation) {
  if (conversation.kind === 'room') return `#${conversation.slug} · ${count(conversation.member_count, 'member')}`;
  if (conversation.kind !== 'direct') return count(conversation.member_count, 'member');
  if (relationTo(conversation.user_id) === 'blocked') return 'blocked';
  return presenceText(shownPresence(conversation.user_id));
}

async function leave(conversation) {
  const problem = await leaveGroup(conversation);
  if (problem) toast(problem);
}

function itemsFor(conversation, show) {
  if (conversation.kind === 'direct') {
    return actionsFor(conversation.user_id).filter(({ testid }) => testid !== 'action-message');
  }
  return [
    { label: 'Group info', icon: 'info', testid: 'show-members', run: () => showGroup(conversation, show) },
    { label: 'Pinned messages', icon: 'pin', testid: 'menu-pins', run: () => showPins(conversation, show) },
    { label: 'Leave group', icon: 'leave', testid: 'leave-group', danger: true, run: () => leave(conversation) },
  ];
}
