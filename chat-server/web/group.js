// The dialogs that bring people together: a new group, and new members of one.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { el, setText } from './dom.js';
import { picker } from './picker.js';
import { openConversation } from './router.js';
import { takeConversation } from './snapshot.js';

/** Opens the dialog that makes a group of friends and whoever is found by name. */
export function newGroup() {
  const people = picker();
  const name = el('input.input', {
    type: 'text', required: true, maxlength: 100, dir: 'auto', autocomplete: 'off', placeholder: 'Weekend plans',
    id: 'group-name', data: { testid: 'group-name' },
  });
  const create = el('button.button.primary', { type: 'submit', data: { testid: 'group-create' } }, 'Create group');
  const fields = [el('label.label', { for: 'group-name' }, 'Name'), name, el('span.label', {}, 'Members'), ...people.parts];
  const form = formOf(fields, create, async () => {
    const conversation = takeConversation(await api.createGroup(name.value.trim(), [...people.chosen]));
    dialog.close();
    openConversation(conversation.id);
  });
  const dialog = openDialog({ title: 'New group', testid: 'group-dialog', closed: people.end }, form);
  name.focus();
}

/** Opens the dialog that brings people into a group; `members` are in it already. */
export function addMembers(conversation, members) {
  const inside = new Set(members.map(({ user_id: id }) => id));
  const add = el('button.button.primary', { type: 'submit', disabled: true, data: { testid: 'group-add' } }, 'Add');
  const people = picker({ excluded: (id) => inside.has(id), picked: () => (add.disabled = people.chosen.size === 0) });
  const form = formOf(people.parts, add, async () => {
    takeConversation(await api.addMembers(conversation.id, [...people.chosen]));
    dialog.close();
  });
  const dialog = openDialog({ title: 'Add people', testid: 'add-dialog', closed: people.end }, form);
  people.focus();
}

/** A form with its button below; what goes wrong is told above the button. */
function formOf(parts, button, submit) {
  const error = el('p.error', { role: 'alert', hidden: true });
  const form = el('form.dialog-form', {}, parts, error, el('.dialog-actions', {}, button));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await submit();
    } catch (problem) {
      setText(error, problem.message);
      error.hidden = false;
      button.disabled = false;
    }
  });
  return form;
}
