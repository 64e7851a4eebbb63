// How the page stays complete: every frame goes through here, and "How a client stays complete" of the protocol is
// this file together with log.js.

import { titleOf } from './avatar.js';
import { toast } from './dom.js';
import { settle } from './history.js';
import { Log } from './log.js';
import * as outbox from './outbox.js';
import { annotateQuotes } from './quotes.js';
import { applyRelation } from './relations.js';
import { closeConversation } from './router.js';
import {
  abandonSnapshots, fetchConversation, fetchEverything, recount, refetchConversation, removeConversation,
} from './snapshot.js';
import { changed, on, state } from './store.js';
import { stoppedTyping, tookTyping } from './typing.js';
import { learn, learnPresence, learnProfile, nameOf, replacePresence } from './users.js';

const CURSORS_PER_SYNC = 100;
const ANSWER_WITHIN_MS = 10_000;
const FALLBACK_AFTER_MS = 3_000;

const userLog = new Log(0);
let send = () => false;
let reconnect = () => {};
let onArrival = () => {};
let ready = null;
let waiting = [];
let syncing = null;
let fallback = null;

/** Connects the rules to a connection; `arrived(conversation, message)` hears of every new message. */
export function startSync(connection, arrived) {
  send = (frame) => connection.send(frame);
  reconnect = () => connection.reconnect();
  onArrival = arrived;
  // Where no socket can be opened, the page at least shows what REST knows.
  fallback = setTimeout(() => refetchAll(null), FALLBACK_AFTER_MS);
}

/** Ends it, because the account signed out. */
export function stopSync() {
  clearTimeout(fallback);
  disconnected();
  abandonSnapshots();
  send = () => false;
  ready = null;
  waiting = [];
  userLog.reset(0);
}

/** The connection was lost. */
export function disconnected() {
  endSync();
  outbox.disconnected();
}

/** Takes one frame of the server. */
export function receive(frame) {
  const { type, data, ref } = frame;
  if (type === 'session.ready') return onReady(data);
  if (type === 'error') return onError(data, ref);
  if (type === 'presence') return learnPresence(data);
  if (type === 'user.updated') return learnProfile(data);
  if (type === 'resync') return onResync(data);
  // While the picture is being fetched, nothing has a place yet.
  if (!state.loaded) return data && waiting.push(frame);
  if (type === 'typing') return tookTyping(data);
  if (type === 'message.delivered' || type === 'message.read') return onReceipt(type, data);
  if (type === 'sync.page') return onPage(data);
  if (type === 'sync.done') return onDone();
  if (data?.user_seq !== undefined) return applyToUser(userLog.offer(data.user_seq, frame));
  if (data?.conversation_id !== undefined && data.seq !== undefined) return offer(frame);
  return undefined;
}

function onReady(data) {
  clearTimeout(fallback);
  ready = data;
  state.me = data.user;
  replacePresence(data.presence, data.user);
  learn([data.user]);
  if (data.epoch !== state.epoch || !state.loaded) refetchAll(data);
  else compare(data);
}

async function refetchAll(data) {
  endSync();
  waiting = [];
  // What was heard of the user's own log before the fetch is in the picture that the fetch brings.
  const userSeq = data?.epoch === state.epoch ? Math.max(data.user_seq, userLog.seen) : (data?.user_seq ?? 0);
  if (!(await fetchEverything())) return;
  userLog.reset(userSeq);
  state.epoch = data?.epoch ?? null;
  waiting.splice(0).forEach(receive);
  if (data) compare(data);
}

/** Holds the heads and marks of a ready session against what is here. */
function compare(data) {
  const named = new Set();
  for (const entry of data.conversations) {
    named.add(entry.conversation_id);
    const conversation = state.conversations.get(entry.conversation_id);
    if (conversation) compareOne(conversation, entry);
    else fetchConversation(entry.conversation_id);
  }
  // One that the session does not name may have been left on another device meanwhile.
  for (const id of state.conversations.keys()) if (!named.has(id)) fetchConversation(id);
  userLog.hear(data.user_seq);
  changed('conversations', 'thread');
  catchUp();
  outbox.flush();
}

function compareOne(conversation, entry) {
  const wasRead = conversation.read_seq;
  conversation.raiseMarks(entry);
  conversation.log.hear(entry.head);
  if (conversation.read_seq > wasRead) recount(conversation);
  // A read mark that was on its way when the connection broke is said again.
  if (conversation.readSent > conversation.read_seq) sendRead(conversation, conversation.readSent);
}

function offer(frame) {
  const { type, data } = frame;
  // The first message of a repeated client_id is old and would be passed over below; it is an acknowledgement still.
  if (type === 'message.new') acknowledge(data);
  withConversation(data.conversation_id, (conversation) => {
    apply(conversation, conversation.log.offer(data.seq, { type, data }));
    catchUp();
  });
}

/** Does something with a conversation, after fetching it if it is new here. */
function withConversation(id, use) {
  const known = state.conversations.get(id);
  if (known) use(known);
  // What is fetched may be older than what it is fetched for, so nothing is dropped meanwhile.
  else fetchConversation(id).then((found) => found && use(found));
}

function apply(conversation, events) {
  for (const event of events) {
    const { type, data } = event;
    conversation.apply(event);
    annotateQuotes(event);
    if (type === 'message.new') {
      acknowledge(data);
      stoppedTyping(data.conversation_id, data.sender_id);
      onArrival(conversation, data);
    }
    if (type === 'member.left' && data.user_id === state.me.id) wentOut(data);
  }
  if (conversation.doubtful.size && !conversation.fetching) settle(conversation);
  if (events.length) changed('conversations', 'thread');
}

function acknowledge({ sender_id, client_id, conversation_id }) {
  if (sender_id === state.me.id && client_id) outbox.acknowledged(client_id, conversation_id);
}

function applyToUser(events) {
  for (const { type, data } of events) {
    if (type === 'conversation.added') fetchConversation(data.conversation_id);
    else if (type === 'conversation.removed') wentOut(data);
    else applyRelation({ type, data });
  }
  catchUp();
}

/** One is not in a group any more: the group's log and one's own say so, whichever comes first. */
function wentOut({ conversation_id: id, by_user_id: by }) {
  const conversation = state.conversations.get(id);
  if (!conversation) return;
  if (state.open === id) closeConversation();
  removeConversation(id);
  if (by !== state.me.id) toast(`${nameOf(by)} removed you from ${titleOf(conversation)}.`);
}

function onReceipt(type, data) {
  const own = data.user_id === state.me.id;
  const mark = type === 'message.read' ? 'read_seq' : 'delivered_seq';
  withConversation(data.conversation_id, (conversation) => {
    const before = conversation.read_seq;
    conversation.raiseMarks({ [own ? mark : `peer_${mark}`]: data.seq });
    if (conversation.read_seq > before) recount(conversation);
    changed('conversations', 'thread');
  });
}

/** Asks for everything that is known to be missing, one request at a time. */
function catchUp() {
  if (syncing || !state.loaded || state.epoch === null) return;
  const behind = [...state.conversations.values()].filter(({ log }) => log.missing).slice(0, CURSORS_PER_SYNC);
  if (behind.length === 0 && !userLog.missing) return;
  const cursors = Object.fromEntries(behind.map(({ id, log }) => [id, log.cursor]));
  const frame = { type: 'sync', ref: 'sync', epoch: state.epoch, cursors };
  if (userLog.missing) frame.user_cursor = userLog.cursor;
  if (send(frame)) syncing = { cursors, user: frame.user_cursor, timer: setTimeout(again, ANSWER_WITHIN_MS) };
}

function onPage({ conversation_id: id, items, head }) {
  if (syncing) expect(ANSWER_WITHIN_MS);
  if (id === undefined) {
    userLog.hear(head);
    applyToUser(userLog.page(items.map((item) => [item.data.user_seq, item])));
    return;
  }
  const conversation = state.conversations.get(id);
  if (!conversation) return;
  conversation.log.hear(head);
  apply(conversation, conversation.log.page(items.map((item) => [item.data.seq, item])));
}

function onDone() {
  const asked = syncing;
  endSync();
  // What is still missing although nothing moved will not come by asking again: it is fetched anew.
  for (const [id, cursor] of Object.entries(asked?.cursors ?? {})) {
    const log = state.conversations.get(Number(id))?.log;
    if (log?.missing && log.cursor === cursor) refetchConversation(Number(id));
  }
  if (userLog.missing && userLog.cursor === asked?.user) refetchAll(ready);
  else catchUp();
}

function expect(afterMs) {
  clearTimeout(syncing.timer);
  syncing.timer = setTimeout(again, afterMs);
}

function again() {
  endSync();
  catchUp();
}

function endSync() {
  clearTimeout(syncing?.timer);
  syncing = null;
}

function onResync(data) {
  // Only a new session tells the new epoch.
  if (data?.reason === 'epoch_changed') reconnect();
  else if (data?.conversation_id === undefined) refetchAll(ready);
  else refetchConversation(data.conversation_id);
}

function onError(error, ref) {
  if (!outbox.refused(ref, error) && ref === 'sync' && syncing) expect(error.retry_after_ms ?? ANSWER_WITHIN_MS);
}

/** Says how far a conversation was read. */
export function sendRead(conversation, seq) {
  conversation.readSent = Math.max(conversation.readSent, seq);
  conversation.unread = 0;
  changed('conversations');
  send({ type: 'message.read', conversation_id: conversation.id, seq });
}

// A history page or a fetched conversation can be ahead of the log; whoever notes that only says `changed`.
on(['conversations', 'thread'], catchUp);
