// One's own presence: the dialog that chooses status and status message.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { el, setText } from './dom.js';
import { presenceDot } from './avatar.js';
import { state } from './store.js';
import { learnPresence, presenceFor } from './users.js';

const CHOICES = [
  ['online', 'Online', 'You can be reached.'],
  ['away', 'Away', 'You are not at the screen.'],
  ['busy', 'Busy', 'You would rather not be disturbed.'],
  ['offline', 'Offline', 'You look offline to everybody.'],
];

/** Opens the dialog. */
export function showProfile() {
  const presence = presenceFor(state.me.id);
  const radios = CHOICES.map(([status, label, hint]) => {
    const radio = el('input', {
      type: 'radio', name: 'status', value: status, checked: status === presence.status,
      data: { testid: 'presence-option', status },
    });
    return el(
      'label.option',
      {},
      radio,
      decorative(presenceDot(status)),
      el('span.row-text', {}, el('span.row-title', {}, label), el('span.row-note', {}, hint)),
    );
  });
  const message = el('input.input', {
    type: 'text', id: 'presence-message', dir: 'auto', autocomplete: 'off', placeholder: 'What are you up to?',
    value: presence.message ?? '', data: { testid: 'presence-message' },
  });
  const error = el('p.error', { role: 'alert', hidden: true });
  const save = el('button.button.primary', { type: 'submit', data: { testid: 'presence-save' } }, 'Save');

  async function submit(event) {
    event.preventDefault();
    save.disabled = true;
    const status = form.elements.status.value || 'online';
    try {
      const answer = await api.setPresence(status, message.value.trim() || null);
      learnPresence({ ...answer, user_id: state.me.id });
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
    el('fieldset.options', {}, el('legend.visually-hidden', {}, 'Status'), radios),
    el('label.label', { for: 'presence-message' }, 'Status message'),
    message,
    error,
    el('.dialog-actions', {}, save),
  );
  const dialog = openDialog({ title: 'Your status', testid: 'profile-dialog' }, form);
}

/** The label beside it says the same already. */
function decorative(dot) {
  dot.setAttribute('aria-hidden', 'true');
  delete dot.dataset.testid;
  return dot;
}
