// What one says of oneself: the name to be called by, a few words, a picture.

import * as api from './api.js';
import { ownPicture, personalFace } from './avatar.js';
import { el, setText, toast } from './dom.js';
import { labelled, openForm } from './formdialog.js';
import { Problem } from './http.js';
import { state } from './store.js';
import { learnProfile } from './users.js';

const MOST_NAME = 100;
const MOST_WORDS = 500;
const PICTURE = /^(?:https:\/\/[^/]|\/(?!\/)|$)/;
const HINT = 'An address on this server, such as /pictures/me.png.';
const ELSEWHERE = 'It lies on another server. Other programs may show it; this page does not, so that nobody there learns who looks at it.';

/** Opens the form. */
export function editProfile() {
  const { id, username, display_name: name, bio, avatar_url: picture } = state.me;
  const called = el('input.input', {
    type: 'text', maxlength: MOST_NAME, dir: 'auto', autocomplete: 'nickname', placeholder: username, value: name ?? '', data: { testid: 'profile-name' },
  });
  const words = el('textarea.input', {
    rows: 3, maxlength: MOST_WORDS, dir: 'auto', placeholder: 'A few words about you', data: { testid: 'profile-bio' },
  });
  words.value = bio ?? '';
  const address = el('input.input', {
    type: 'text', inputmode: 'url', maxlength: 500, dir: 'ltr', autocomplete: 'off', spellcheck: 'false', placeholder: 'https://… or /…',
    value: picture ?? '', data: { testid: 'profile-picture' },
  });
  const face = el('.profile-face');
  const pictureField = labelled('Picture', address, HINT);

  function preview() {
    const url = address.value.trim();
    face.replaceChildren(personalFace(id, called.value.trim() || username, url));
    setText(pictureField.lastChild, url && !ownPicture(url) ? ELSEWHERE : HINT);
  }

  /** Only what was changed is sent, so that two who edit at once do not undo each other. */
  async function send() {
    if (!PICTURE.test(address.value.trim())) throw new Problem({ code: 'bad_picture', detail: 'A picture has an address that begins with https:// or with /.' });
    const wanted = { display_name: called.value.trim() || null, bio: words.value.trim() || null, avatar_url: address.value.trim() || null };
    const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== (state.me[key] ?? null)));
    if (Object.keys(changes).length === 0) return;
    const { display_name, bio: newBio, avatar_url } = await api.updateMe(changes);
    learnProfile({ user_id: id, display_name, bio: newBio, avatar_url });
  }

  called.addEventListener('input', preview);
  address.addEventListener('change', preview);
  preview();
  openForm(
    { title: 'Edit profile', testid: 'profile-edit', label: 'Save', send, done: () => toast('Saved.'), faults: { bad_picture: address } },
    face,
    labelled('Display name', called, `Others find you by it and by @${username}.`),
    labelled('About you', words),
    pictureField,
  );
}
