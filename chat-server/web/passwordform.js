// Another password for one's account.

import * as api from './api.js';
import { el, toast } from './dom.js';
import { labelled, openForm } from './formdialog.js';
import { Problem } from './http.js';
import { state } from './store.js';

/** Opens the form. */
export function changePassword() {
  const field = (autocomplete, testid) => el('input.input', { type: 'password', required: true, autocomplete, dir: 'ltr', data: { testid } });
  const old = field('current-password', 'password-old');
  const fresh = field('new-password', 'password-new');
  const again = field('new-password', 'password-again');
  // Programs that keep passwords want to know whose it is.
  const whose = el('input', { type: 'text', autocomplete: 'username', value: state.me.username, hidden: true, readonly: true });

  async function send() {
    if (fresh.value !== again.value) throw new Problem({ code: 'differs', detail: 'The two new passwords differ.' });
    try {
      await api.changePassword(old.value, fresh.value);
    } catch (problem) {
      if (problem.code !== 'invalid_credentials') throw problem;
      throw new Problem({ code: problem.code, detail: 'This is not your present password.' });
    }
  }

  openForm(
    {
      title: 'Change password', testid: 'password', label: 'Change password', send,
      done: () => toast('Your password was changed. Everywhere else you are signed out.'),
      faults: { invalid_credentials: old, invalid_password: fresh, differs: again },
    },
    whose,
    labelled('Present password', old),
    labelled('New password', fresh, 'At least 8 characters. All your other sessions end.'),
    labelled('New password once more', again),
  );
  old.focus();
}
