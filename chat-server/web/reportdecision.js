// What can be done about a report, with the question before it is done.

import * as api from './api.js';
import { el } from './dom.js';
import { labelled, openForm } from './formdialog.js';
import { lengthChoice, untilOf } from './standing.js';
import { nameOf } from './users.js';

const MOST_CHARS = 500;

/** The decisions by name: what the button says, and what is said afterwards. */
export const DECISIONS = {
  dismiss: { label: 'Dismiss', done: 'dismissed', text: () => 'Nothing is done about it.' },
  delete_message: { label: 'Delete message', done: 'message deleted', danger: true, text: () => 'The message goes away for everybody, with its text and its reactions.' },
  suspend_user: { label: 'Suspend', done: 'suspended', danger: true, text: (name) => `${name} is signed out everywhere and cannot sign in for a while. What they said stays.` },
  ban_user: { label: 'Ban', done: 'banned', danger: true, text: (name) => `${name} is signed out everywhere and cannot sign in any more. What they said stays.` },
};

/** Asks for what the decision needs and carries it out; `done()` runs when the report waits no more. */
export function decide(report, action, done) {
  const { label, text } = DECISIONS[action];
  const length = lengthChoice();
  const note = el('textarea.input', { rows: 2, maxlength: MOST_CHARS, dir: 'auto', data: { testid: 'decision-note' } });

  async function send() {
    const until = action === 'suspend_user' ? untilOf(length) : undefined;
    try {
      await api.resolveReport(report.id, { action, until, note: note.value.trim() || undefined });
    } catch (problem) {
      // Somebody else was faster; what they decided stands among the decided ones.
      if (problem.code !== 'conflict') throw problem;
    }
  }

  openForm(
    { title: `${label}?`, testid: 'decision', label, send, done },
    el('p.dialog-text', { dir: 'auto' }, text(nameOf(report.user_id))),
    action === 'suspend_user' && labelled('For how long', length),
    labelled('A note on why', note, action.endsWith('_user') ? 'It is the reason that stands with the account.' : null),
  );
}
