// The dialog that makes a room.

import * as api from './api.js';
import { el } from './dom.js';
import { labelled, openForm } from './formdialog.js';
import { openConversation } from './router.js';
import { takeConversation } from './snapshot.js';

/** Opens the dialog; `made` runs when the room is there. */
export function newRoom(made) {
  const name = el('input.input', { type: 'text', required: true, maxlength: 100, dir: 'auto', autocomplete: 'off', placeholder: 'Hiking around the lake', data: { testid: 'room-name' } });
  const slug = el('input.input', {
    type: 'text', required: true, minlength: 3, maxlength: 64, pattern: '[a-z0-9\\-]+', dir: 'ltr', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
    placeholder: 'hiking-around-the-lake', data: { testid: 'room-slug' },
  });
  const about = el('textarea.input', { rows: 2, maxlength: 500, dir: 'auto', data: { testid: 'room-about' } });
  const hidden = el('input', { type: 'checkbox', data: { testid: 'room-private' } });
  let isOwnSlug = false;

  // Until somebody writes another one, the address follows the name.
  name.addEventListener('input', () => !isOwnSlug && (slug.value = slugOf(name.value)));
  slug.addEventListener('input', () => (isOwnSlug = slug.value !== ''));

  async function send() {
    const room = { name: name.value.trim(), slug: slug.value.trim(), visibility: hidden.checked ? 'private' : 'public', description: about.value.trim() || undefined };
    const conversation = takeConversation(await api.createRoom(room));
    made();
    openConversation(conversation.id);
  }

  openForm(
    { title: 'New room', testid: 'room', label: 'Create room', send, faults: { slug_taken: slug, invalid_slug: slug } },
    labelled('Name', name),
    labelled('Address', slug, 'Small letters, digits and hyphens. Nobody else has it.'),
    labelled('What it is about', about),
    el('label.option', {}, hidden, el('span.row-text', {}, el('span', {}, 'Private'), el('span.row-note', {}, 'nobody finds it, one comes in by invitation'))),
  );
}

/** A name as an address: letters without their accents, hyphens for all that is no letter. */
export function slugOf(name) {
  const plain = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64);
}
