// Groups: the dialog that makes one, and the list of its members.

import * as api from './api.js';
import { message } from './actions.js';
import { updateUserAvatar, userAvatar } from './avatar.js';
import { openDialog } from './dialog.js';
import { attempt, attr, el, reconcile, setText } from './dom.js';
import { presenceText } from './format.js';
import { icon } from './icons.js';
import { openConversation } from './router.js';
import { takeConversation } from './snapshot.js';
import { on, state } from './store.js';
import { learn, learnPresence, nameOf, shownPresence } from './users.js';

const SEARCH_AFTER_MS = 180;

/** Opens the dialog that makes a group of friends and whoever is found by name. */
export function newGroup() {
  const chosen = new Set();
  let found = null;
  let timer = null;

  const name = el('input.input', {
    type: 'text', required: true, maxlength: 100, dir: 'auto', autocomplete: 'off', placeholder: 'Weekend plans',
    id: 'group-name', data: { testid: 'group-name' },
  });
  const search = el('input.input', {
    type: 'search', dir: 'auto', autocomplete: 'off', placeholder: 'Search people',
    'aria-label': 'Search people to add', data: { testid: 'group-search' },
  });
  const chips = el('.chips');
  const list = el('ul.list.choices', { 'aria-label': 'People to add' });
  const note = el('p.empty');
  const error = el('p.error', { role: 'alert', hidden: true });
  const create = el('button.button.primary', { type: 'submit', data: { testid: 'group-create' } }, 'Create group');
  const form = el(
    'form.dialog-form',
    { on: { submit } },
    el('label.label', { for: 'group-name' }, 'Name'),
    name,
    el('span.label', {}, 'Members'),
    search,
    chips,
    el('.choices-frame', {}, list, note),
    error,
    el('.dialog-actions', {}, create),
  );

  function render() {
    const ids = found ?? [...state.friends];
    reconcile(chips, [...chosen], (id) => id, chipOf, (chip, id) => setText(chip.firstChild, nameOf(id)));
    reconcile(list, ids, (id) => id, choiceOf, (item, id) => updateChoice(item.firstChild, id, chosen.has(id)));
    setText(note, found ? 'Nobody was found.' : 'Search for people by name to add them.');
    note.hidden = ids.length > 0;
  }

  function toggle(id) {
    if (!chosen.delete(id)) chosen.add(id);
    render();
  }

  function chipOf(id) {
    const label = `Remove ${nameOf(id)}`;
    return el('button.chip', { type: 'button', title: label, on: { click: () => toggle(id) } }, el('span', { dir: 'auto' }), icon('close'));
  }

  function choiceOf(id) {
    const attributes = { type: 'button', role: 'checkbox', data: { testid: 'group-member', userId: id }, on: { click: () => toggle(id) } };
    return el('li', {}, el('button.choice', attributes, userAvatar(id), el('span.row-title', { dir: 'auto' }), el('span.choice-mark', {}, icon('check'))));
  }

  async function find(text) {
    const answer = text ? await api.searchUsers(text).catch(() => null) : null;
    if (text !== search.value.trim()) return;
    if (answer) learn(answer.items);
    found = answer && answer.items.map((user) => user.id).filter((id) => id !== state.me.id);
    render();
  }

  async function submit(event) {
    event.preventDefault();
    create.disabled = true;
    try {
      const conversation = takeConversation(await api.createGroup(name.value.trim(), [...chosen]));
      dialog.close();
      openConversation(conversation.id);
    } catch (problem) {
      setText(error, problem.message);
      error.hidden = false;
      create.disabled = false;
    }
  }

  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(search.value.trim()), SEARCH_AFTER_MS);
  });
  // Enter in the search must not create the group half-way.
  search.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());
  const off = on(['users', 'people', 'presence'], render);
  const dialog = openDialog({ title: 'New group', testid: 'group-dialog', closed: off }, form);
  render();
  name.focus();
}

function updateChoice(button, id, isChosen) {
  attr(button, 'aria-checked', String(isChosen));
  attr(button, 'data-username', nameOf(id));
  updateUserAvatar(button.children[0], id);
  setText(button.children[1], nameOf(id));
}

/** Opens the list of a group's members. */
export async function showMembers(conversation) {
  await attempt(async () => {
    const [members, online] = await Promise.all([api.members(conversation.id), api.usersOnline()]);
    for (const presence of online) learnPresence(presence);
    const list = el('ul.list');
    const render = () => reconcile(list, members, (member) => member.user_id, memberOf, updateMember);
    const memberOf = ({ user_id: id }) => {
      const open = () => {
        dialog.close();
        if (id !== state.me.id) message(id);
      };
      const text = el('span.row-text', {}, el('span.row-title', { dir: 'auto' }), el('span.row-note', { dir: 'auto' }));
      const attributes = { type: 'button', data: { testid: 'member-item', userId: id }, on: { click: open } };
      return el('li.row', {}, el('button.row-main', attributes, userAvatar(id), text));
    };
    const off = on(['users', 'presence'], render);
    const dialog = openDialog({ title: conversation.name, testid: 'members-dialog', closed: off }, list);
    render();
  });
}

function updateMember(item, { user_id: id, role }) {
  const [avatar, text] = item.firstChild.children;
  updateUserAvatar(avatar, id);
  setText(text.children[0], id === state.me.id ? `${nameOf(id)} (you)` : nameOf(id));
  const facts = [role === 'owner' && 'owner', presenceText(shownPresence(id))];
  setText(text.children[1], facts.filter(Boolean).join(' · '));
}
