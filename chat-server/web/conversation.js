// One conversation as its member sees it: its log, the entries that are loaded, the marks and what is unread.

import { annotate, annotated, isAnnotation, isCounted } from './annotations.js';
import { Log } from './log.js';
import { state } from './store.js';

const FACTS = [
  'kind', 'name', 'description', 'avatar_url', 'history_visibility', 'slug', 'visibility', 'user_id', 'created_by', 'member_count', 'role', 'created_at', 'joined_at',
];
const NOTICES = new Set(['member.joined', 'member.left', 'member.role', 'conversation.updated']);
const COMINGS = { 'member.joined': 1, 'member.left': -1 };

/** Whether an event is a line of its own between the messages. */
export const isNotice = (type) => NOTICES.has(type);

/** Puts entries into a list where their seq belongs; one that is there already stays as it is. */
export function insertInto(list, entries) {
  for (const entry of entries) {
    let at = list.length;
    while (at > 0 && list[at - 1].data.seq > entry.data.seq) at -= 1;
    if (list[at - 1]?.data.seq !== entry.data.seq) list.splice(at, 0, entry);
  }
}

export class Conversation {
  /** Begins from the object that REST answered. */
  constructor(view) {
    this.id = view.id;
    this.log = new Log(view.head);
    this.pending = [];
    this.generation = 0;
    // How many pages are on their way.
    this.fetching = 0;
    this.reset(view);
  }

  /** Forgets the entries and begins again from what REST answered. */
  reset(view) {
    this.generation += 1;
    this.entries = [];
    this.history = { loaded: false, loading: null, complete: false, failed: false };
    // A stretch of the past that is shown instead of the newest messages; history.js makes and leaves it.
    this.past = null;
    // Messages whose annotations are in doubt, because they were fetched while something was done to them.
    this.doubtful = new Set();
    // The pinned messages, the latest pin first; they are asked for where they are shown, and again when they change.
    this.pins = [];
    this.pinsChanged = true;
    this.log.reset(view.head);
    this.factsAt = 0;
    this.readSent = 0;
    this.read_seq = 0;
    this.delivered_seq = 0;
    this.peer_read_seq = 0;
    this.peer_delivered_seq = 0;
    this.last_message = null;
    this.members = null;
    this.refresh(view);
  }

  /** Takes over facts and counts of a fresh REST object without touching the entries. */
  refresh(view) {
    const isNews = view.head >= Math.max(this.factsAt, this.log.cursor);
    if (isNews) {
      for (const fact of FACTS) this[fact] = view[fact] ?? null;
      this.factsAt = view.head;
    }
    this.raiseMarks(view);
    // The count covers everything up to its head; what was applied beyond that is counted here.
    this.counted = view.head;
    const beyond = this.entries.filter((entry) => entry.data.seq > view.head && this.isUnread(entry));
    this.unread = view.unread_count + beyond.length;
    // The server may not have heard yet how far we read.
    if (this.readSent > this.read_seq) this.countUnread();
    const [known, last] = [this.last_message?.seq ?? 0, view.last_message];
    if (last && (last.seq > known || (isNews && last.seq === known))) this.last_message = last;
  }

  /** Raises the marks; they never fall. */
  raiseMarks(marks) {
    for (const mark of ['delivered_seq', 'read_seq', 'peer_delivered_seq', 'peer_read_seq']) {
      this[mark] = Math.max(this[mark], marks[mark] ?? 0);
    }
    this.delivered_seq = Math.max(this.delivered_seq, this.read_seq);
    this.peer_delivered_seq = Math.max(this.peer_delivered_seq, this.peer_read_seq);
  }

  /** Applies the next event of the log. */
  apply(entry) {
    const { type, data } = entry;
    if (isAnnotation(type)) return this.#annotate(entry);
    if (type !== 'message.new' && !isNotice(type)) return undefined;
    this.insert([entry]);
    if (type === 'message.new') {
      this.last_message = data;
      if (data.reply_to) this.#countReply(data.reply_to, data.seq, 1);
      if (data.seq > this.counted && this.isUnread(entry)) this.unread += 1;
    } else {
      this.members = null;
      if (data.seq > this.factsAt) this.#changeFacts(type, data);
    }
    return undefined;
  }

  #changeFacts(type, data) {
    this.member_count = Math.max(0, this.member_count + (COMINGS[type] ?? 0));
    if (type === 'member.role' && data.user_id === state.me.id) this.role = data.role;
    if (type !== 'conversation.updated') return;
    for (const fact of ['name', 'description', 'avatar_url', 'history_visibility', 'slug', 'visibility']) if (fact in data) this[fact] = data[fact];
  }

  #annotate({ type, data }) {
    const id = annotated(data);
    const entry = this.#entry(id);
    const wasDeleted = entry?.data.deleted_at;
    // A message that is on its way may have left the server before or after this.
    if (!entry && this.fetching) this.doubtful.add(id);
    if (type === 'message.deleted' && entry?.data.reply_to && !wasDeleted) this.#countReply(entry.data.reply_to, data.seq, -1);
    if (entry) this.#annotateEntry(entry, { type, data });
    for (const copy of [this.last_message, ...this.pins]) {
      if (copy?.id === id && copy !== entry?.data && !isCounted(type)) annotate(copy, { type, data }, state.me.id);
    }
    if (type === 'message.pinned' || type === 'message.unpinned') this.pinsChanged = true;
    if (type === 'message.deleted') {
      this.pins = this.pins.filter((pin) => pin.id !== id);
      this.pinsChanged = true;
      if (!wasDeleted && data.seq > this.counted) this.#takeFromUnread(data);
    }
  }

  #annotateEntry(entry, { type, data }) {
    // What was fetched holds everything up to `from`, nothing beyond `upTo`, and between them nobody knows.
    const { from = 0, upTo = 0 } = entry;
    entry.touched = data.seq;
    if (isCounted(type) && data.seq <= from) return;
    if (isCounted(type) && data.seq <= upTo) this.doubtful.add(entry.data.id);
    else annotate(entry.data, { type, data }, state.me.id);
  }

  /** One answer more or less, unless the message was fetched so lately that it may be counted already. */
  #countReply(id, seq, change) {
    const entry = this.#entry(id);
    if (!entry) return void (this.fetching && this.doubtful.add(id));
    entry.touched = seq;
    if (seq > (entry.upTo ?? 0)) entry.data.reply_count = Math.max(0, (entry.data.reply_count ?? 0) + change);
    else if (seq > (entry.from ?? 0)) this.doubtful.add(id);
  }

  /** A deleted message is not unread any more. */
  #takeFromUnread({ sender_id: sender, message_seq: seq }) {
    if (sender === state.me.id || seq <= Math.max(this.read_seq, this.readSent)) return;
    if (!this.countUnread()) this.unread = Math.max(0, this.unread - 1);
  }

  /** Puts entries where their seq belongs; one that is there already stays as it is. */
  insert(entries) {
    insertInto(this.entries, entries);
  }

  /** The first place of the log from which on everything is loaded. */
  get reach() {
    return this.history.complete ? 1 : (this.entries[0]?.data.seq ?? Infinity);
  }

  /** What is shown: the newest messages, or the stretch of the past in which one is; and whether nothing is before it. */
  get shown() {
    return this.past ?? { entries: this.entries, complete: this.history.complete };
  }

  /** Takes over a message that was fetched again; false when something was done to it meanwhile. */
  replace(message, from, upTo) {
    const entry = this.#entry(message.id);
    if (entry && entry.touched > from) return false;
    if (entry) Object.assign(entry, { data: message, from, upTo });
    return true;
  }

  /** Counts what is unread from the loaded entries; false when they do not reach back far enough. */
  countUnread() {
    if (this.read_seq < this.log.cursor && this.reach > this.read_seq + 1) return false;
    this.unread = this.entries.filter((entry) => this.isUnread(entry)).length;
    return true;
  }

  isUnread({ type, data }) {
    if (type !== 'message.new' || data.deleted_at) return false;
    return data.sender_id !== state.me.id && data.seq > Math.max(this.read_seq, this.readSent);
  }

  /** The newest loaded message: one's own that is not deleted, or anybody else's. */
  newest(own) {
    const isIt = ({ type, data }) => type === 'message.new' && (data.sender_id === state.me.id) === own;
    return this.entries.findLast((entry) => isIt(entry) && !(own && entry.data.deleted_at))?.data ?? null;
  }

  /** A loaded message by its id. */
  message(id) {
    return this.#entry(id)?.data ?? null;
  }

  #entry(id) {
    const isIt = ({ type, data }) => type === 'message.new' && data.id === id;
    return this.past?.entries.find(isIt) ?? this.entries.find(isIt);
  }

  /** When something last happened, for the order of the list. */
  get activity() {
    const last = this.last_message?.created_at ?? this.joined_at ?? this.created_at;
    return Math.max(Date.parse(last), this.pending.at(-1)?.created_at ?? 0);
  }

  /** How far a message got: `sent`, `delivered` or `read`. */
  stateOf(message) {
    if (this.kind !== 'direct') return 'sent';
    if (message.read_at || message.seq <= this.peer_read_seq) return 'read';
    return message.delivered_at || message.seq <= this.peer_delivered_seq ? 'delivered' : 'sent';
  }
}
