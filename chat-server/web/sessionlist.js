// Where one is signed in, and ending that.

import * as api from './api.js';
import { confirm, openDialog } from './dialog.js';
import { attempt, el, setText } from './dom.js';
import { dateOf, exactly, when } from './format.js';
import { icon } from './icons.js';
import { signOut } from './session.js';

/** Opens the list. */
export function showSessions() {
  const list = el('ul.list', { 'aria-label': 'Sessions' });
  const note = el('p.progress.busy', { role: 'status' }, 'Loading…');
  const others = el('button.button.danger', { type: 'button', hidden: true, data: { testid: 'sessions-end-others' }, on: { click: endOthers } }, 'End all others');
  openDialog({ title: 'Sessions', testid: 'sessions-dialog' }, note, list, el('.dialog-actions', {}, others));
  load();

  async function load() {
    try {
      const sessions = await api.sessions();
      // The one that asks stands first, then those that were used last.
      sessions.sort((a, b) => b.is_current - a.is_current || Date.parse(usedAt(b)) - Date.parse(usedAt(a)));
      const hadFocus = list.contains(document.activeElement);
      list.replaceChildren(...sessions.map(rowOf));
      others.hidden = sessions.length < 2;
      note.hidden = true;
      if (hadFocus) list.querySelector('button')?.focus();
    } catch (problem) {
      note.classList.remove('busy');
      setText(note, problem.message);
    }
  }

  function rowOf(session) {
    const { id, is_current: isCurrent, created_at: created, expires_at: expires } = session;
    const end = el('button.button.small', { type: 'button', data: { testid: 'session-end' }, on: { click: () => endOne(session) } }, isCurrent ? 'Sign out' : 'End');
    end.setAttribute('aria-label', isCurrent ? 'Sign out here' : `End the session of ${exactly(created)}`);
    return el(
      'li.row.session',
      { data: { testid: 'session-item', sessionId: id, current: String(isCurrent) } },
      icon('screen'),
      el(
        'span.row-text',
        {},
        el('span.row-title', {}, isCurrent ? 'This window' : `Signed in ${when(created)}`),
        el('span.row-note', { title: `Signed in ${exactly(created)}; ends by ${exactly(expires)}` }, noteOf(session)),
      ),
      end,
    );
  }

  async function endOne({ id, is_current: isCurrent }) {
    if (isCurrent) return signOut();
    if (await attempt(() => api.endSession(id))) load();
    return undefined;
  }

  async function endOthers() {
    const text = 'Whoever is signed in there has to sign in again.';
    if (!(await confirm({ title: 'End all other sessions?', text, action: 'End them' }))) return;
    if (await attempt(api.endOtherSessions)) load();
  }
}

const usedAt = ({ last_used_at: used, created_at: created }) => used ?? created;
const noteOf = (session) => `last used ${when(usedAt(session))} · ends by ${dateOf(session.expires_at)}`;
