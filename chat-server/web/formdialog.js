// A form in a dialog: its fields, what went wrong, and the button that sends it.

import { openDialog } from './dialog.js';
import { attr, el, setText } from './dom.js';

/**
 * Opens a dialog with a form. `send()` does what it is for; the dialog closes when that succeeds, and else tells why not. `done`
 * runs after it succeeded. `faults` names for error codes the field that they are about.
 */
export function openForm({ title, testid, label, send, done, faults = {} }, ...fields) {
  const error = el('p.error', { role: 'alert', hidden: true, id: `${testid}-error`, data: { testid: `${testid}-error` } });
  const button = el('button.button.primary', { type: 'submit', data: { testid: `${testid}-save` } }, label);
  const form = el('form.dialog-form', { on: { submit } }, fields, error, el('.dialog-actions', {}, button));
  const dialog = openDialog({ title, testid: `${testid}-dialog` }, form);
  form.querySelector('input:not([hidden]), textarea, select')?.focus();
  return dialog;

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    error.hidden = true;
    for (const input of form.querySelectorAll('[aria-invalid]')) for (const name of ['aria-invalid', 'aria-describedby']) attr(input, name, null);
    try {
      await send();
      dialog.close();
      done?.();
    } catch (problem) {
      setText(error, problem.message);
      error.hidden = false;
      const wrong = faults[problem.code];
      if (!wrong) return;
      attr(wrong, 'aria-invalid', 'true');
      attr(wrong, 'aria-describedby', error.id);
      wrong.focus();
    } finally {
      button.disabled = false;
    }
  }
}

let serial = 0;

/** A field with its label and, below, what there is to know about it. */
export function labelled(label, input, hint) {
  serial += 1;
  input.id ||= `field-${serial}`;
  const note = hint && el('p.field-hint', { id: `${input.id}-hint` }, hint);
  if (note) attr(input, 'aria-describedby', note.id);
  return el('.field', {}, el('label.label', { for: input.id }, label), input, note);
}
