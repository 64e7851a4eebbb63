// Emoji on messages: the counted chips under a bubble, the palette, and the field for any other one.

import * as api from './api.js';
import { attempt, attr, el, iconButton, reconcile, setText } from './dom.js';
import { openPopover } from './popover.js';
import { state } from './store.js';
import { learn } from './users.js';

const COMMON = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const MOST_NAMED = 20;

const isMine = (message, emoji) => message.reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;

/** Puts an emoji on a message, or takes one's own back. */
export function toggle(message, emoji) {
  return attempt(() => (isMine(message, emoji) ? api.unreact : api.react)(message.id, emoji));
}

/** The list of a message's chips. */
export const chipsOf = () => el('ul.reactions', { 'aria-label': 'Reactions' });

/** Brings the chips up to date; `element.row` is the row that they belong to. */
export function updateChips(list, row, element) {
  list.hidden = row.reactions.length === 0;
  reconcile(list, row.reactions, ({ emoji }) => emoji, (one) => chipOf(one, element), (item, { emoji, count: n, mine }) => {
    const chip = item.firstChild;
    setText(chip.lastChild, String(n));
    attr(chip, 'aria-pressed', String(mine));
    attr(chip, 'aria-label', `${emoji}, ${n === 1 ? '1 person' : `${n.toLocaleString('en')} people`}`);
    if (chip.shown !== n) chip.removeAttribute('title');
    chip.shown = n;
  });
}

function chipOf({ emoji }, element) {
  const chip = el(
    'button.reaction',
    { type: 'button', tabindex: -1, data: { testid: 'reaction', emoji } },
    el('span.emoji', {}, emoji),
    el('span.reaction-count'),
  );
  chip.addEventListener('click', () => toggle(element.row.message, emoji));
  chip.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && name(chip, element.row.message, emoji));
  return el('li', {}, chip);
}

/** Whoever rests on a chip is told who put it there. */
async function name(chip, message, emoji) {
  if (chip.title) return;
  const answer = await api.reactors(message.id, emoji).catch(() => null);
  if (!answer) return;
  learn(answer.items);
  const names = answer.items.map((user) => (user.id === state.me.id ? 'You' : user.username));
  const others = chip.shown - Math.min(names.length, MOST_NAMED);
  chip.title = names.join(', ') + (others > 0 ? ` and ${others} more` : '');
}

/** The common emoji in a line, and the way to any other one. `run(action)` runs what was chosen. */
export function palette(message, anchor, run) {
  const choice = (emoji) =>
    el(
      'button.palette-choice.emoji',
      {
        type: 'button', role: 'menuitemcheckbox', tabindex: -1, 'aria-checked': String(isMine(message, emoji)),
        'aria-label': `React with ${emoji}`, data: { testid: 'palette-choice', emoji }, on: { click: () => run(() => toggle(message, emoji)) },
      },
      emoji,
    );
  const other = iconButton('plus', 'Another emoji', {
    role: 'menuitem', tabindex: -1, data: { testid: 'palette-other' }, on: { click: () => run(() => askEmoji(message, anchor)) },
  });
  return el('.palette', { role: 'group', 'aria-label': 'React' }, COMMON.map(choice), other);
}

/** Asks for any emoji at all. */
function askEmoji(message, anchor) {
  const field = el('input.input', {
    type: 'text', autocomplete: 'off', placeholder: '🙂', maxlength: 32, 'aria-label': 'Emoji to react with', data: { testid: 'emoji-field' },
  });
  const submit = el('button.button.primary', { type: 'submit', data: { testid: 'emoji-submit' } }, 'React');
  const form = el('form.emoji-form', { role: 'dialog', 'aria-label': 'React with any emoji' }, field, submit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const emoji = field.value.trim();
    if (emoji && (await attempt(() => api.react(message.id, emoji)))) close();
  });
  const close = openPopover(anchor, form);
  field.focus({ preventScroll: true });
}
