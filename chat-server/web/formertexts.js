// What an edited message said before, each text with its time.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { el, setText } from './dom.js';
import { exactly } from './format.js';
import { linked } from './links.js';

/** Opens the list: what the message says now, then what it said before, the latest first. */
export function showFormerTexts(message) {
  const list = el('ol.former-list');
  const note = el('p.progress.busy', { role: 'status' }, 'Loading…');
  openDialog({ title: 'Former texts', testid: 'former-dialog' }, note, list);
  fetchTexts();

  async function fetchTexts() {
    try {
      const { items } = await api.formerTexts(message.id);
      const now = { body: message.body, written_at: message.edited_at, isNow: true };
      list.replaceChildren(...[...items, now].reverse().map(textOf));
      note.remove();
    } catch (problem) {
      note.classList.remove('busy');
      setText(note, problem.status === 404 ? 'The message was deleted, with all that it said.' : problem.message);
    }
  }
}

function textOf({ body, written_at: at, isNow }) {
  return el(
    'li.former',
    { data: { testid: 'former-text' } },
    el('p.former-head', {}, isNow && el('span.role', {}, 'now'), el('time', { datetime: at }, exactly(at))),
    el('p.former-body', { dir: 'auto' }, linked(body)),
  );
}
