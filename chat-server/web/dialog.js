// Modal dialogs on the browser's own <dialog>, which keeps the focus inside and gives it back.

import { el, iconButton, setText } from './dom.js';

let serial = 0;

/** Opens a dialog with a title; answers `{element, close, rename}`. `closed` runs after it is gone, however that came. */
export function openDialog({ title, testid, closed }, ...content) {
  serial += 1;
  const id = `dialog-${serial}`;
  const close = () => element.close();
  const heading = el('h2', { id, dir: 'auto', tabindex: -1 }, title);
  const element = el(
    'dialog.dialog',
    { 'aria-labelledby': id, data: { testid } },
    el(
      '.dialog-head',
      {},
      heading,
      iconButton('close', 'Close', { on: { click: close } }),
    ),
    ...content,
  );
  const before = document.activeElement;
  element.addEventListener('close', () => {
    element.remove();
    closed?.();
    if (document.activeElement === document.body) focusAgain(before);
  });
  // A press that begins on the backdrop closes; one that merely ends there (selecting text) does not.
  element.addEventListener('mousedown', (event) => event.target === element && close());
  // Escape belongs to the dialog alone and must not also leave the conversation below it.
  element.addEventListener('keydown', (event) => event.key === 'Escape' && event.stopPropagation());
  // Where nothing asks for the focus, reading begins at the title; the browser's own choice would be the way out.
  if (!element.querySelector('[autofocus]')) heading.autofocus = true;
  document.body.append(element);
  element.showModal();
  return { element, close, rename: (text) => setText(heading, text) };
}

/** The browser gives the focus back where it can; what it came from may be gone, and then the messages are next to it. */
function focusAgain(before) {
  const place = before?.isConnected && before !== document.body ? before : document.querySelector('[data-testid="messages"]');
  place?.focus({ preventScroll: true });
}

/** Asks for confirmation of something that is not easily undone. */
export function confirm({ title, text, action }) {
  return new Promise((resolve) => {
    let answer = false;
    const choose = (value) => () => {
      answer = value;
      dialog.close();
    };
    const yes = el('button.button.danger', { type: 'button', data: { testid: 'confirm-yes' } }, action);
    const no = el('button.button', { type: 'button', autofocus: true, data: { testid: 'confirm-no' } }, 'Cancel');
    yes.addEventListener('click', choose(true));
    no.addEventListener('click', choose(false));
    const dialog = openDialog(
      { title, testid: 'confirm', closed: () => resolve(answer) },
      el('p.dialog-text', { dir: 'auto' }, text),
      el('.dialog-actions', {}, no, yes),
    );
  });
}
