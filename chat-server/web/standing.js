// How users stand with the whole server, and what those who look after it can do about it.

import * as api from './api.js';
import { attempt, el } from './dom.js';
import { exactly } from './format.js';
import { labelled, openForm } from './formdialog.js';
import { icon } from './icons.js';
import { state } from './store.js';
import { nameOf } from './users.js';

const DAY_MS = 86_400_000;
const MOST_CHARS = 500;
const LENGTHS = [[1, 'A day'], [3, 'Three days'], [7, 'A week'], [30, 'A month']];

/** Learns what one is to the server oneself. Where nobody keeps order there, one is a member. */
export async function learnOwnRole() {
  const { me } = state;
  const standing = await api.standing(me.id).catch(() => null);
  if (standing && state.me?.id === me.id) state.serverRole = standing.server_role;
}

/** Whether one looks after the server. */
export const keepsOrder = () => state.serverRole !== 'member';

/** The choice of how long somebody is kept out; `untilOf(choice)` is when that is over. */
export const lengthChoice = () =>
  el('select.input', { data: { testid: 'decision-length' } }, LENGTHS.map(([days, words]) => el('option', { value: days, selected: days === 7 }, words)));

export const untilOf = (choice) => new Date(Date.now() + Number(choice.value) * DAY_MS).toISOString();

/** How somebody stands and what can be done about it, for those who look after the server; for everybody else nothing. */
export function standingOf(id) {
  if (!keepsOrder()) return null;
  const part = el('.standing', { 'aria-live': 'polite' });

  async function load() {
    const standing = await api.standing(id).catch(() => null);
    if (standing) part.replaceChildren(...nodesOf(standing));
  }

  function nodesOf({ server_role: role, sanction }) {
    const words = sanction ? sentence(sanction) : role === 'member' ? '' : `${role} of the server`;
    const note = words && el('p.card-note', { dir: 'auto', data: { testid: 'card-standing' } }, words);
    const buttons = sanction
      ? [button('check', 'Let in again', 'user-pardon', pardon)]
      : [button('clock', 'Suspend', 'user-suspend', () => keepOut('suspended')), button('ban', 'Ban from the server', 'user-ban', () => keepOut('banned'))];
    // Nobody keeps out those who are as high as they are.
    const isAbove = role === 'member' || (state.serverRole === 'admin' && role === 'moderator');
    return [...(isAbove ? buttons : []), note].filter(Boolean);
  }

  async function pardon() {
    await attempt(() => api.pardon(id));
    await load();
    part.querySelector('button')?.focus();
  }

  function keepOut(kind) {
    const length = lengthChoice();
    const why = el('textarea.input', { rows: 2, required: true, maxlength: MOST_CHARS, dir: 'auto', data: { testid: 'decision-note' } });
    const isForAWhile = kind === 'suspended';
    const send = () => api.sanction(id, { kind, until: isForAWhile ? untilOf(length) : undefined, reason: why.value.trim() });
    openForm(
      { title: `${isForAWhile ? 'Suspend' : 'Ban'} ${nameOf(id)}?`, testid: 'decision', label: isForAWhile ? 'Suspend' : 'Ban', send, done: load },
      el('p.dialog-text', {}, 'They are signed out everywhere and cannot sign in. What they said stays.'),
      isForAWhile && labelled('For how long', length),
      labelled('Why', why),
    );
  }

  load();
  return part;
}

function button(name, label, testid, run) {
  return el('button.panel-action.danger', { type: 'button', data: { testid }, on: { click: run } }, icon(name), el('span', {}, label));
}

function sentence({ kind, until, reason }) {
  return `${kind === 'banned' ? 'Banned' : `Suspended until ${exactly(until)}`}: ${reason}`;
}
