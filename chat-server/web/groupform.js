// The dialog that changes what a group is called, what it is about and how it looks.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { el, setText } from './dom.js';
import { takeConversation } from './snapshot.js';

/** Opens the dialog. */
export function editGroup(conversation) {
  const name = el('input.input', {
    type: 'text', required: true, maxlength: 100, dir: 'auto', autocomplete: 'off', id: 'edit-name', value: conversation.name,
    data: { testid: 'edit-name' },
  });
  const description = el('textarea.input', {
    rows: 3, maxlength: 500, dir: 'auto', id: 'edit-description', placeholder: 'What is it about?', data: { testid: 'edit-description' },
  });
  description.value = conversation.description ?? '';
  const picture = el('input.input', {
    type: 'text', inputmode: 'url', maxlength: 500, dir: 'ltr', autocomplete: 'off', spellcheck: 'false', id: 'edit-picture',
    placeholder: '/pictures/hike.png', value: conversation.avatar_url ?? '', data: { testid: 'edit-picture' },
  });
  const error = el('p.error', { role: 'alert', hidden: true });
  const save = el('button.button.primary', { type: 'submit', data: { testid: 'edit-save' } }, 'Save');

  /** Only what was changed is sent, so that two who edit at once do not undo each other. */
  function changes() {
    const [newName, newText, newPicture] = [name.value.trim(), description.value.trim() || null, picture.value.trim() || null];
    return {
      ...(newName !== conversation.name && { name: newName }),
      ...(newText !== conversation.description && { description: newText }),
      ...(newPicture !== conversation.avatar_url && { avatar_url: newPicture }),
    };
  }

  async function submit(event) {
    event.preventDefault();
    save.disabled = true;
    try {
      const wanted = changes();
      if (Object.keys(wanted).length) takeConversation(await api.updateGroup(conversation.id, wanted));
      dialog.close();
    } catch (problem) {
      setText(error, problem.message);
      error.hidden = false;
      save.disabled = false;
    }
  }

  const form = el(
    'form.dialog-form',
    { on: { submit } },
    el('label.label', { for: 'edit-name' }, 'Name'),
    name,
    el('label.label', { for: 'edit-description' }, 'Description'),
    description,
    el('label.label', { for: 'edit-picture' }, 'Picture'),
    picture,
    error,
    el('.dialog-actions', {}, save),
  );
  const dialog = openDialog({ title: 'Edit group', testid: 'edit-dialog' }, form);
  name.focus();
}
