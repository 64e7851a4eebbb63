// What a person can do to another one, with the question before what is not easily undone.

import * as api from './api.js';
import { attempt } from './dom.js';
import { confirm } from './dialog.js';
import * as relations from './relations.js';
import { openConversation, closeConversation } from './router.js';
import { removeConversation, takeConversation } from './snapshot.js';
import { directWith, state } from './store.js';
import { nameOf } from './users.js';

/** Opens the direct conversation with a user, making it first if need be. */
export async function message(userId) {
  await attempt(async () => {
    const conversation = directWith(userId) ?? takeConversation(await api.openDirect(userId));
    openConversation(conversation.id);
  });
}

async function block(userId) {
  const name = nameOf(userId);
  const text = 'You no longer reach each other directly, and you stop being friends. They are not told. Groups that you share go on as before.';
  if (await confirm({ title: `Block ${name}?`, text, action: 'Block' })) await attempt(() => relations.block(userId));
}

async function unfriend(userId) {
  const text = 'You no longer see each other’s presence. Your conversation stays.';
  if (await confirm({ title: `Remove ${nameOf(userId)} from your friends?`, text, action: 'Remove' })) {
    await attempt(() => relations.unfriend(userId));
  }
}

/** Leaves a group; answers why that cannot be, or null. */
export async function leaveGroup(conversation) {
  const text = 'You will not get its messages any more.';
  if (!(await confirm({ title: `Leave ${conversation.name}?`, text, action: 'Leave' }))) return null;
  try {
    await api.leave(conversation.id);
  } catch (problem) {
    return problem.code === 'last_owner' ? 'You are its only owner. Make somebody else an owner, then you can leave.' : problem.message;
  }
  if (state.open === conversation.id) closeConversation();
  removeConversation(conversation.id);
  return null;
}

const ACTIONS = {
  message: { label: 'Message', icon: 'chat', run: message, leads: true },
  addFriend: { label: 'Add friend', icon: 'personAdd', run: (id) => attempt(() => relations.addFriend(id)) },
  accept: { label: 'Accept', icon: 'check', run: (id) => attempt(() => relations.accept(id)) },
  decline: { label: 'Decline', icon: 'close', run: (id) => attempt(() => relations.decline(id)) },
  cancel: { label: 'Cancel request', icon: 'close', run: (id) => attempt(() => relations.cancel(id)) },
  unfriend: { label: 'Remove friend', icon: 'personRemove', run: unfriend },
  block: { label: 'Block', icon: 'ban', run: block, danger: true },
  unblock: { label: 'Unblock', icon: 'check', run: (id) => attempt(() => relations.unblock(id)) },
};

const OFFERED = {
  self: [],
  none: ['message', 'addFriend', 'block'],
  outgoing: ['message', 'cancel', 'block'],
  incoming: ['accept', 'decline', 'block'],
  friend: ['message', 'unfriend', 'block'],
  blocked: ['unblock'],
};

/** The actions that make sense for a user now: `[{label, icon, testid, danger, leads, run}]`; what `leads` goes somewhere else. */
export function actionsFor(userId) {
  return OFFERED[relations.relationTo(userId)].map((name) => ({
    ...ACTIONS[name],
    testid: `action-${name === 'addFriend' ? 'add-friend' : name}`,
    run: () => ACTIONS[name].run(userId),
  }));
}
