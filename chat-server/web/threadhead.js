// The head of an open conversation: the way back, who it is, how they are, and what can be done.

import { actionsFor, leaveGroup } from './actions.js';
import { conversationAvatar, titleOf, updateUserAvatar } from './avatar.js';
import { typingText } from './conversations.js';
import { el, iconButton, setText } from './dom.js';
import { count, presenceText } from './format.js';
import { showMembers } from './group.js';
import { menuButton } from './menu.js';
import { relationTo } from './relations.js';
import { closeConversation } from './router.js';
import { typists } from './typing.js';
import { shownPresence } from './users.js';

/** Makes the head; `render(conversation)` brings it up to date. */
export function threadHead() {
  let shown = null;
  const picture = el('.thread-avatar');
  const title = el('h2.thread-title', { dir: 'auto', tabindex: -1, data: { testid: 'conversation-title' } });
  const note = el('p.thread-note', { dir: 'auto', data: { testid: 'conversation-note' } });
  const back = iconButton('back', 'Back to the list', { data: { testid: 'back' }, on: { click: closeConversation } });
  back.classList.add('back');
  const menu = menuButton('More', () => itemsFor(shown), { data: { testid: 'thread-menu' } });
  const element = el('header.thread-head', {}, back, picture, el('.thread-names', {}, title, note), menu);

  function render(conversation) {
    if (shown !== conversation) picture.replaceChildren(conversationAvatar(conversation));
    shown = conversation;
    if (conversation.kind === 'direct') updateUserAvatar(picture.firstChild, conversation.user_id);
    setText(title, titleOf(conversation));
    const typing = typists(conversation.id);
    note.classList.toggle('accent', typing.length > 0);
    setText(note, typing.length > 0 ? typingText(conversation, typing) : noteOf(conversation));
  }

  return { element, render, focus: () => title.focus({ preventScroll: true }) };
}

function noteOf(conversation) {
  if (conversation.kind === 'group') return count(conversation.member_count, 'member');
  if (relationTo(conversation.user_id) === 'blocked') return 'blocked';
  return presenceText(shownPresence(conversation.user_id));
}

function itemsFor(conversation) {
  if (conversation.kind === 'direct') {
    return actionsFor(conversation.user_id).filter(({ testid }) => testid !== 'action-message');
  }
  return [
    { label: 'Members', icon: 'group', testid: 'show-members', run: () => showMembers(conversation) },
    { label: 'Leave group', icon: 'leave', testid: 'leave-group', danger: true, run: () => leaveGroup(conversation) },
  ];
}
