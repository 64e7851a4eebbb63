// The card of a user: who they are, how they are, and what one can do.

import { actionsFor } from './actions.js';
import * as api from './api.js';
import { updateUserAvatar, userAvatar } from './avatar.js';
import { openDialog } from './dialog.js';
import { el, reconcile, setText } from './dom.js';
import { dateOf, presenceText } from './format.js';
import { icon } from './icons.js';
import { linked } from './links.js';
import { reportUser } from './report.js';
import { relationTo } from './relations.js';
import { standingOf } from './standing.js';
import { on, state } from './store.js';
import { learn, nameOf, shownPresence, userById } from './users.js';

const STANDING = { friend: 'You are friends.', incoming: 'They ask to be your friend.', outgoing: 'You asked to be friends.', blocked: 'You block them.' };

/** Opens the card. */
export function showUser(id) {
  const avatar = userAvatar(id);
  const handle = el('p.card-handle', { dir: 'ltr', data: { testid: 'user-card-handle' } });
  const presence = el('p.card-presence', { dir: 'auto', data: { testid: 'user-card-presence' } });
  const bio = el('p.card-bio', { dir: 'auto', data: { testid: 'user-card-bio' } });
  const standing = el('p.card-note');
  const since = el('p.card-note');
  const actions = el('.panel-actions');
  const order = orderPart(id);

  function render() {
    const user = userById(id);
    dialog.rename(nameOf(id));
    updateUserAvatar(avatar, id);
    setText(handle, user ? `@${user.username}` : '');
    setText(presence, presenceText(shownPresence(id)));
    presence.hidden = presence.textContent === '';
    const text = user?.bio ?? '';
    if (bio.shown !== text) bio.replaceChildren(...linked(text));
    bio.shown = text;
    bio.hidden = text === '';
    setText(standing, STANDING[relationTo(id)] ?? '');
    standing.hidden = standing.textContent === '';
    setText(since, user?.created_at ? `Here since ${dateOf(user.created_at)}` : '');
    reconcile(actions, actionsFor(id), (action) => action.testid, buttonOf, (button, action) => (button.action = action));
  }

  function buttonOf({ label, icon: name, testid, danger }) {
    const button = el(`button.panel-action${danger ? '.danger' : ''}`, { type: 'button', data: { testid } }, icon(name), el('span', {}, label));
    button.addEventListener('click', () => {
      const { run, leads } = button.action;
      if (leads) closeAll();
      run();
    });
    return button;
  }

  const off = on(['users', 'people', 'presence', 'connection'], render);
  const dialog = openDialog(
    { title: nameOf(id), testid: 'user-card', closed: off },
    el('.card-head', {}, avatar, el('.card-names', {}, handle, presence)),
    bio,
    actions,
    order,
    standing,
    since,
  );
  dialog.element.dataset.userId = id;
  dialog.element.classList.add('panel', 'card');
  render();
  if (id !== state.me.id) api.user(id).then((user) => learn([user]), () => null);
}

/** What keeps the order: a report for everybody, more for those who look after the server. */
function orderPart(id) {
  if (id === state.me.id) return null;
  const report = el('button.panel-action', { type: 'button', data: { testid: 'user-report' }, on: { click: () => reportUser(id) } }, icon('flag'), el('span', {}, 'Report'));
  return el('.panel-actions', {}, report, standingOf(id));
}

/** Whoever goes to a conversation wants to see it. */
function closeAll() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
}
