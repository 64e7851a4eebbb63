// What happened to a group, as a line between its messages.

import { personIn } from './avatar.js';
import { state } from './store.js';

const ROLES = { owner: 'an owner', admin: 'an admin', member: 'a member' };

/** The sentence of an event. */
export const notice = (type, data) => SENTENCES[type](data);

const SENTENCES = {
  'member.joined': ({ user_id: user, by_user_id: by }) =>
    isOwnDoing(user, by) ? `${personIn(user)} joined` : `${personIn(by)} added ${object(user)}`,
  'member.left': ({ user_id: user, by_user_id: by }) =>
    isOwnDoing(user, by) ? `${personIn(user)} left` : `${personIn(by)} removed ${object(user)}`,
  'member.role': ({ user_id: user, by_user_id: by, role }) =>
    by === user ? `${personIn(by)} became ${ROLES[role] ?? role}` : `${personIn(by)} made ${object(user)} ${ROLES[role] ?? role}`,
  'conversation.updated': (data) => `${personIn(data.by_user_id)} ${deeds(data).join(' and ') || 'changed the group'}`,
};

const isOwnDoing = (user, by) => by === user || !by;
const object = (user) => (user === state.me.id ? 'you' : personIn(user));

function deeds(data) {
  const { name, description, history_visibility: past } = data;
  return [
    name !== undefined && `renamed the group to “${name}”`,
    description !== undefined && (description === null ? 'removed the description' : 'changed the description'),
    data.avatar_url !== undefined && 'changed the picture',
    data.slug !== undefined && `moved the room to #${data.slug}`,
    data.visibility === 'public' && 'let everybody find the room',
    data.visibility === 'private' && 'hid the room from strangers',
    past === 'shared' && 'let new members see earlier messages',
    past === 'joined' && 'hid earlier messages from new members',
  ].filter(Boolean);
}
