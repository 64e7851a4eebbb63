// One person in a list: picture, name, presence, and the actions that fit how the two stand to each other.

import { actionsFor, message } from './actions.js';
import { updateUserAvatar, userAvatar } from './avatar.js';
import { attr, el, iconButton, reconcile, setText } from './dom.js';
import { presenceText } from './format.js';
import { relationTo } from './relations.js';
import { showUser } from './usercard.js';
import { nameOf, shownPresence, usernameOf } from './users.js';

// What one is meant to notice is a word rather than an icon.
const WORDED = { 'action-accept': '.primary', 'action-unblock': '' };
const STANDING = { incoming: 'friend request', outgoing: 'request sent', blocked: 'blocked' };

/** Fills a list element with people. */
export function showPeople(list, ids, testid) {
  reconcile(list, ids, (id) => id, (id) => rowOf(id, testid), update);
}

function rowOf(id, testid) {
  const main = el(
    'button.row-main',
    { type: 'button', on: { click: () => activate(id) } },
    userAvatar(id),
    el('span.row-text', {}, el('span.row-title', { dir: 'auto' }), el('span.row-note', { dir: 'auto' })),
  );
  return el('li.row.person', { data: { testid, userId: id } }, main, el('.row-actions'));
}

function update(row, id) {
  const [main, actions] = row.children;
  const [avatar, text] = main.children;
  const name = nameOf(id);
  const relation = relationTo(id);
  attr(row, 'data-username', usernameOf(id));
  attr(row, 'data-relation', relation);
  updateUserAvatar(avatar, id);
  setText(text.children[0], name);
  const handle = usernameOf(id) === name ? '' : `@${usernameOf(id)}`;
  setText(text.children[1], [handle, STANDING[relation] ?? presenceText(shownPresence(id))].filter(Boolean).join(' · '));
  reconcile(actions, actionsFor(id), (action) => action.testid, buttonOf, (button, action) => {
    button.run = action.run;
    attr(button, 'aria-label', `${action.label}: ${name}`);
  });
}

function buttonOf(action) {
  const attributes = { title: action.label, data: { testid: action.testid }, on: { click: () => button.run() } };
  const button =
    action.testid in WORDED
      ? el(`button.button.small${WORDED[action.testid]}`, { type: 'button', ...attributes }, action.label)
      : iconButton(action.icon, action.label, attributes);
  if (action.danger) button.classList.add('danger');
  return button;
}

/** Friends are written to; of anybody else one may first want to know who they are. */
function activate(id) {
  if (relationTo(id) === 'friend') message(id);
  else showUser(id);
}
