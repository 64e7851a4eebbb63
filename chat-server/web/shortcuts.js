// What can be done by keyboard, for whoever asks.

import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { isTyping } from './searchfield.js';

const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);
const KEYS = [
  [[IS_MAC ? '⌘ K' : 'Ctrl K', '/'], 'Search people, conversations and messages'],
  [['↓', '↑'], 'Go through a list, or from the messages to one of them'],
  [['←', '→'], 'Go to the links and buttons of a message'],
  [['Enter'], 'Send; on a message: what can be done with it'],
  [['Shift Enter'], 'Begin a new line'],
  [['R'], 'Reply to a message'],
  [['E'], 'Edit a message of one’s own'],
  [['Delete'], 'Delete a message'],
  [['↑'], 'In the empty field: edit what one said last'],
  [['Esc'], 'Close what is open: a menu, a dialog, a reply, the conversation'],
  [['?'], 'Show this list'],
];

/** Opens the list. */
export function showShortcuts() {
  const rows = KEYS.map(([keys, what]) => el('.shortcut', {}, el('dt', {}, keys.map((key) => el('kbd', {}, key))), el('dd', {}, what)));
  openDialog({ title: 'Keyboard', testid: 'shortcuts-dialog' }, el('dl.shortcuts', {}, rows));
}

/** Opens it from now on with the question mark, wherever that is no text. */
export function startShortcuts(isWanted) {
  addEventListener('keydown', (event) => {
    if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!isWanted() || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    showShortcuts();
  });
}
