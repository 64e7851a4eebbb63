// What can be done with a message, and the menu that offers it.

import * as api from './api.js';
import { confirm } from './dialog.js';
import { attempt, toast } from './dom.js';
import { showFormerTexts } from './formertexts.js';
import { openMenu } from './menu.js';
import { showReactors } from './reactors.js';
import { palette } from './reactions.js';
import { mayDelete, mayEdit, mayPin, maySpeak } from './rights.js';
import { reportMessage } from './report.js';
import { nameOf } from './users.js';

/** Opens the menu of a row beside an anchor. `act` holds what the thread does itself: `reply`, `edit`, `show`, `replies` and `person`. */
export function openMessageMenu(row, anchor, conversation, act) {
  const { message } = row;
  if (!message || message.deleted_at) return;
  const above = maySpeak(conversation) ? palette(message, anchor, run) : null;
  const close = openMenu(anchor, 'Message', actionsOn(row, conversation, act), { above });

  function run(action) {
    close();
    action();
  }
}

function actionsOn(row, conversation, act) {
  const { message } = row;
  return [
    maySpeak(conversation) && { label: 'Reply', icon: 'reply', testid: 'message-reply', run: () => act.reply(row) },
    message.reply_count > 0 && { label: 'Show replies', icon: 'thread', testid: 'message-replies', run: () => act.replies(message) },
    message.reply_to && { label: 'Go to the quoted message', icon: 'up', testid: 'message-quoted', run: () => act.show(message.reply_to) },
    navigator.clipboard && { label: 'Copy text', icon: 'copy', testid: 'message-copy', run: () => copy(message) },
    message.reactions?.length > 0 && { label: 'Who reacted', icon: 'smile', testid: 'message-reactors', run: () => showReactors(message) },
    conversation.kind !== 'direct' && !row.own && {
      label: `About ${nameOf(message.sender_id)}`, icon: 'info', testid: 'message-person', run: () => act.person(message.sender_id),
    },
    message.edited_at && { label: 'Former texts', icon: 'clock', testid: 'message-former', run: () => showFormerTexts(message) },
    mayEdit(conversation, message) && { label: 'Edit', icon: 'edit', testid: 'message-edit', run: () => act.edit(row) },
    mayPin(conversation) && pinAction(conversation, message),
    !row.own && { label: 'Report', icon: 'flag', testid: 'message-report', run: () => reportMessage(message) },
    mayDelete(conversation, message) && {
      label: 'Delete', icon: 'trash', testid: 'message-delete', danger: true, run: () => remove(message),
    },
  ].filter(Boolean);
}

function pinAction({ id }, message) {
  if (message.is_pinned) return { label: 'Unpin', icon: 'pin', testid: 'message-unpin', run: () => attempt(() => api.unpin(id, message.id)) };
  return { label: 'Pin', icon: 'pin', testid: 'message-pin', run: () => attempt(() => api.pin(id, message.id)) };
}

async function copy(message) {
  if (await attempt(() => navigator.clipboard.writeText(message.body))) toast('Copied.');
}

/** Deletes a message, after asking. */
export async function remove(message) {
  const text = 'It goes away for everybody, with its text and its reactions. This cannot be undone.';
  if (await confirm({ title: 'Delete this message?', text, action: 'Delete' })) await attempt(() => api.deleteMessage(message.id));
}
