// The head of an open conversation: the way back, who it is, how they are, and what can be done.

import { actionsFor, leaveGroup } from './actions.js';
import { conversationAvatar, titleOf, updateUserAvatar } from './avatar.js';
import { typingText } from './conversations.js';
import { el, iconButton, setText, toast } from './dom.js';
import { count, presenceText } from './format.js';
import { showGroup } from './grouppanel.js';
import { menuButton } from './menu.js';
import { showPins } from './pins.js';
import { relationTo } from './relations.js';
import { closeConversation } from './router.js';
import { typists } from './typing.js';
import { shownPresence } from './users.js';

/** Makes the head; `render(conversation)` brings it up to date. `show(id)` goes to a message. */
export function threadHead(show) {
  let shown = null;
  const picture = el('.thread-avatar');
  const title = el('h2.thread-title', { dir: 'auto', tabindex: -1, data: { testid: 'conversation-title' } });
  const note = el('p.thread-note', { dir: 'auto', data: { testid: 'conversation-note' } });
  const back = iconButton('back', 'Back to the list', { data: { testid: 'back' }, on: { click: closeConversation } });
  back.classList.add('back');
  const menu = menuButton('More', () => itemsFor(shown, show), { data: { testid: 'thread-menu' } });
  const info = iconButton('info', 'Group info', { data: { testid: 'show-group' }, on: { click: () => showGroup(shown, show) } });
  // The whole name is a larger target for a hand; by keyboard there is the button.
  const names = el('.thread-names', { on: { click: () => shown.kind === 'group' && showGroup(shown, show) } }, title, note);
  const element = el('header.thread-head', {}, back, picture, names, info, menu);

  function render(conversation) {
    if (shown !== conversation) picture.replaceChildren(conversationAvatar(conversation));
    shown = conversation;
    info.hidden = conversation.kind !== 'group';
    names.classList.toggle('opens', conversation.kind === 'group');
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
