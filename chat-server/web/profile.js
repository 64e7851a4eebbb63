// Oneself: the dialog that chooses status and status message, and leads to profile, password and sessions.

import * as api from './api.js';
import { presenceDot, updateUserAvatar, userAvatar } from './avatar.js';
import { openDialog } from './dialog.js';
import { el, setText } from './dom.js';
import { presenceText } from './format.js';
import { icon } from './icons.js';
import { changePassword } from './passwordform.js';
import { editProfile } from './profileform.js';
import { showReports } from './reportlist.js';
import { signOut } from './session.js';
import { showSessions } from './sessionlist.js';
import { showShortcuts } from './shortcuts.js';
import { keepsOrder } from './standing.js';
import { on, state } from './store.js';
import { learnPresence, nameOf, presenceFor, shownPresence } from './users.js';

const MOST_CHARS = 100;
const CHOICES = [
  ['online', 'Online', 'reachable'],
  ['away', 'Away', 'not at the screen'],
  ['busy', 'Busy', 'do not disturb'],
  ['offline', 'Offline', 'hidden from all'],
];

/** Opens the dialog. */
export function showProfile() {
  const head = ownHead();
  const form = statusForm(() => dialog.close());
  const off = on(['users', 'presence'], head.render);
  const dialog = openDialog(
    { title: 'You', testid: 'profile-dialog', closed: off },
    head.element,
    form,
    el(
      '.panel-actions.parted',
      {},
      keepsOrder() && action('flag', 'Reports', 'show-reports', showReports),
      action('edit', 'Edit profile', 'profile-edit', editProfile),
      action('key', 'Change password', 'password-change', changePassword),
      action('screen', 'Sessions', 'sessions', showSessions),
      action('keyboard', 'Keyboard', 'shortcuts', showShortcuts),
      action('leave', 'Sign out', 'profile-signout', () => signOut(), '.danger'),
    ),
  );
  dialog.element.classList.add('panel');
}

function action(name, label, testid, run, more = '') {
  return el(`button.panel-action${more}`, { type: 'button', data: { testid }, on: { click: () => run() } }, icon(name), el('span', {}, label));
}

/** Who one is for others. */
function ownHead() {
  const avatar = userAvatar(state.me.id);
  const name = el('p.row-title', { dir: 'auto' });
  const handle = el('p.card-handle', { dir: 'ltr' });
  const presence = el('p.card-presence', { dir: 'auto' });
  const render = () => {
    if (!state.me) return;
    updateUserAvatar(avatar, state.me.id);
    setText(name, nameOf(state.me.id));
    setText(handle, `@${state.me.username}`);
    setText(presence, presenceText(shownPresence(state.me.id)));
  };
  render();
  return { element: el('.card-head', {}, avatar, el('.card-names', {}, name, handle, presence)), render };
}

function statusForm(done) {
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
    type: 'text', id: 'presence-message', dir: 'auto', autocomplete: 'off', maxlength: MOST_CHARS, placeholder: 'What are you up to?',
    value: presence.message ?? '', data: { testid: 'presence-message' },
  });
  const error = el('p.error', { role: 'alert', hidden: true });
  const save = el('button.button.primary', { type: 'submit', data: { testid: 'presence-save' } }, 'Save status');

  async function submit(event) {
    event.preventDefault();
    save.disabled = true;
    const status = form.elements.status.value || 'online';
    try {
      const answer = await api.setPresence(status, message.value.trim() || null);
      learnPresence({ ...answer, user_id: state.me.id });
      done();
    } catch (problem) {
      setText(error, problem.message);
      error.hidden = false;
      save.disabled = false;
    }
  }

  const form = el(
    'form.dialog-form',
    { on: { submit } },
    el('fieldset.options.statuses', {}, el('legend.visually-hidden', {}, 'Status'), radios),
    el('label.label', { for: 'presence-message' }, 'Status message'),
    el('.status-line', {}, message, save),
    error,
  );
  return form;
}

/** The label beside it says the same already. */
function decorative(dot) {
  dot.setAttribute('aria-hidden', 'true');
  delete dot.dataset.testid;
  return dot;
}
