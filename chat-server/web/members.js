// The members of a group with their roles, and what one may do about each.

import * as api from './api.js';
import { updateUserAvatar, userAvatar } from './avatar.js';
import { confirm } from './dialog.js';
import { attempt, attr, el, reconcile, setText } from './dom.js';
import { presenceText } from './format.js';
import { menuButton } from './menu.js';
import { isOwner, mayRemove } from './rights.js';
import { changed, state } from './store.js';
import { showUser } from './usercard.js';
import { nameOf, shownPresence, usernameOf } from './users.js';

const RANK = { owner: 0, admin: 1, member: 2 };
const GIVING = { owner: ['Make owner', 'check'], admin: ['Make admin', 'check'], member: ['Make member', 'down'] };

/** Makes the list. */
export function memberList(conversation) {
  const element = el('ul.list', { 'aria-label': 'Members' });
  let shown = [];
  let loading = false;

  function render() {
    if (conversation.members === null && !loading) load();
    shown = conversation.members ?? shown;
    const members = [...shown].sort((a, b) => RANK[a.role] - RANK[b.role] || nameOf(a.user_id).localeCompare(nameOf(b.user_id)));
    reconcile(element, members, ({ user_id: id }) => id, rowOf, update);
  }

  async function load() {
    loading = true;
    const known = conversation.log.cursor;
    const done = await attempt(async () => {
      const members = await api.members(conversation.id);
      // Whoever came or went meanwhile makes it ask again.
      if (known === conversation.log.cursor) conversation.members = members;
    });
    loading = false;
    if (done) changed('thread');
  }

  function rowOf({ user_id: id }) {
    const open = () => showUser(id);
    const text = el('span.row-text', {}, el('span.row-title', { dir: 'auto' }), el('span.row-note', { dir: 'auto' }));
    const main = el('button.row-main', { type: 'button', data: { testid: 'member-item', userId: id }, on: { click: open } }, userAvatar(id), text);
    const row = el('li.row', {}, main, el('span.role'), el('.row-actions', {}, menuButton('Member', () => itemsFor(row.member), { data: { testid: 'member-menu' } })));
    return row;
  }

  function update(row, member) {
    const { user_id: id, role } = member;
    row.member = member;
    const [main, badge, actions] = row.children;
    const [avatar, text] = main.children;
    updateUserAvatar(avatar, id);
    attr(row, 'data-username', usernameOf(id));
    attr(row, 'data-role', role);
    setText(text.children[0], id === state.me.id ? `${nameOf(id)} (you)` : nameOf(id));
    setText(text.children[1], presenceText(shownPresence(id)));
    setText(badge, role === 'member' ? '' : role);
    attr(actions.firstChild, 'aria-label', `What to do about ${nameOf(id)}`);
    actions.hidden = itemsFor(member).length === 0;
  }

  function itemsFor(member) {
    const { user_id: id, role } = member;
    const give = (wanted) => ({
      label: GIVING[wanted][0], icon: GIVING[wanted][1], testid: `role-${wanted}`,
      run: () => attempt(() => api.setRole(conversation.id, id, wanted)),
    });
    const roles = isOwner(conversation) ? Object.keys(RANK).filter((one) => one !== role).map(give) : [];
    const out = { label: 'Remove from group', icon: 'personRemove', testid: 'member-remove', danger: true, run: () => remove(id) };
    return [...roles, ...(mayRemove(conversation, member) ? [out] : [])];
  }

  async function remove(id) {
    const text = 'They will not get its messages any more. They can be added again.';
    const question = { title: `Remove ${nameOf(id)} from the group?`, text, action: 'Remove' };
    if (await confirm(question)) await attempt(() => api.removeMember(conversation.id, id));
  }

  return { element, render };
}
