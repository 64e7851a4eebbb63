// Telling those who look after the server about a message or a person.

import * as api from './api.js';
import { quoteText } from './bubble.js';
import { el, toast } from './dom.js';
import { labelled, openForm } from './formdialog.js';
import { nameOf } from './users.js';

const MOST_CHARS = 500;

/** The reasons that there are, and how people call them. */
export const REASONS = {
  spam: 'Spam or a scam',
  harassment: 'Harassment',
  hate: 'Hate',
  violence: 'Violence or threats',
  sexual: 'Sexual content',
  illegal: 'Something illegal',
  other: 'Something else',
};

/** Opens the form about a message. */
export function reportMessage(message) {
  const about = el('blockquote.report-about', { dir: 'auto' }, `${nameOf(message.sender_id)}: ${quoteText(message)}`);
  open('Report this message', { message_id: message.id }, about);
}

/** Opens the form about a person. */
export function reportUser(id) {
  open(`Report ${nameOf(id)}`, { user_id: id }, null);
}

function open(title, subject, about) {
  const radios = Object.entries(REASONS).map(([reason, label]) =>
    el('label.option', {}, el('input', { type: 'radio', name: 'reason', value: reason, required: true, data: { testid: 'report-reason', reason } }), label),
  );
  const comment = el('textarea.input', { rows: 2, maxlength: MOST_CHARS, dir: 'auto', data: { testid: 'report-comment' } });
  const reasons = el('fieldset.options', {}, el('legend.visually-hidden', {}, 'What is wrong?'), radios);

  async function send() {
    const reason = reasons.querySelector(':checked').value;
    await api.report({ ...subject, reason, comment: comment.value.trim() || undefined });
  }

  openForm(
    { title, testid: 'report', label: 'Report', send, done: () => toast('Thank you. Those who look after this server will see it.') },
    el('p.dialog-text', {}, 'Only those who look after this server see it, not the person whom it is about.'),
    about,
    reasons,
    labelled('What else there is to say', comment),
  );
}
