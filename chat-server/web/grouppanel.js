// The panel of a group: what it is about, its settings, its pinned messages, who is in it, and the way out.

import { leaveGroup } from './actions.js';
import * as api from './api.js';
import { openDialog } from './dialog.js';
import { attempt, attr, el, setText } from './dom.js';
import { count } from './format.js';
import { addMembers } from './group.js';
import { editGroup } from './groupform.js';
import { icon } from './icons.js';
import { linked } from './links.js';
import { memberList } from './members.js';
import { showPins } from './pins.js';
import { isAdmin, isOwner } from './rights.js';
import { takeConversation } from './snapshot.js';
import { on, state } from './store.js';
import { learnPresence } from './users.js';

/** Opens the panel; `show(id)` goes to a message. */
export function showGroup(conversation, show) {
  const about = el('p.panel-about', { dir: 'auto', data: { testid: 'group-about' } });
  const edit = button('edit', 'Edit name and description', 'group-edit', () => editGroup(conversation));
  const pins = button('pin', 'Pinned messages', 'group-pins', () => showPins(conversation, goTo));
  const add = button('personAdd', 'Add people', 'group-add-people', () => addMembers(conversation, conversation.members ?? []));
  const past = el('input', { type: 'checkbox', data: { testid: 'group-past' }, on: { change: setPast } });
  const pastChoice = el('label.option', {}, past, el('span.row-text', {}, el('span', {}, 'New members see earlier messages')));
  const pastNote = el('p.panel-note', { data: { testid: 'group-past-note' } });
  const heading = el('h3.panel-heading');
  const members = memberList(conversation);
  const leave = button('leave', 'Leave group', 'panel-leave', tryToLeave);
  leave.classList.add('danger');
  const error = el('p.error', { role: 'alert', hidden: true, data: { testid: 'group-error' } });

  function goTo(id) {
    dialog.close();
    show(id);
  }

  async function setPast() {
    const history_visibility = past.checked ? 'shared' : 'joined';
    await attempt(async () => takeConversation(await api.updateGroup(conversation.id, { history_visibility })));
    render();
  }

  async function tryToLeave() {
    const problem = await leaveGroup(conversation);
    error.hidden = !problem;
    setText(error, problem ?? '');
    if (problem) error.scrollIntoView({ block: 'nearest' });
  }

  function render() {
    // Whoever was taken out has nothing to look at any more.
    if (state.conversations.get(conversation.id) !== conversation) return dialog.close();
    dialog.rename(conversation.name ?? 'Group');
    const text = conversation.description ?? '';
    if (about.shown !== text) about.replaceChildren(...linked(text));
    about.shown = text;
    about.hidden = text === '';
    for (const one of [edit, add]) one.hidden = !isAdmin(conversation);
    const isShared = conversation.history_visibility === 'shared';
    pastChoice.hidden = !isOwner(conversation);
    pastNote.hidden = isOwner(conversation);
    past.checked = isShared;
    setText(pastNote, isShared ? 'New members see earlier messages.' : 'New members see what is said after they joined.');
    setText(heading, count(conversation.member_count, 'member'));
    attr(add, 'disabled', conversation.members === null);
    members.render();
    return undefined;
  }

  const off = on(['conversations', 'thread', 'users', 'presence'], render);
  const dialog = openDialog(
    { title: conversation.name, testid: 'members-dialog', closed: off },
    roomNote(conversation),
    about,
    el('.panel-actions', {}, edit, pins),
    heading,
    el('.panel-actions', {}, add),
    members.element,
    pastChoice,
    pastNote,
    error,
    el('.panel-actions', {}, leave),
  );
  dialog.element.classList.add('panel');
  render();
  attempt(async () => (await api.usersOnline()).forEach((presence) => learnPresence(presence)));
}

/** Where a room is found, and by whom. */
function roomNote({ kind, slug, visibility }) {
  if (kind !== 'room') return null;
  return el('p.panel-note', { data: { testid: 'room-note' } }, `#${slug} · ${visibility === 'public' ? 'Everybody may find this room and come in.' : 'One comes in by invitation.'}`);
}

function button(name, label, testid, run) {
  return el('button.panel-action', { type: 'button', data: { testid }, on: { click: () => run() } }, icon(name), el('span', {}, label));
}
