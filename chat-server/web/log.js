// A place in a log that is dense from 1: which events are next, which came before, and whether one is missing.
//
// It knows nothing of sockets or pages, so its rules can be read (and tested) alone.

const MOST_HELD = 500;

export class Log {
  #held = new Map();
  #paused = false;

  /** A log of which everything up to `cursor` is known. */
  constructor(cursor) {
    this.reset(cursor);
  }

  /** Starts over from a snapshot that holds everything up to `cursor`. */
  reset(cursor) {
    // What was heard while the snapshot was on its way may be newer than the snapshot.
    this.seen = this.#paused ? Math.max(this.seen, cursor) : cursor;
    this.cursor = cursor;
    this.#paused = false;
    this.#held.clear();
  }

  /** Applies nothing any more until a snapshot comes, and from now on remembers what the snapshot may lack. */
  pause() {
    this.#paused = true;
    this.seen = 0;
  }

  /** Whether an event is known to exist that was not applied and that should be asked for. */
  get missing() {
    return !this.#paused && this.seen > this.cursor;
  }

  /** Takes note that the log reaches up to `head`. */
  hear(head) {
    this.seen = Math.max(this.seen, head);
  }

  /**
   * Offers one event; answers the events to apply now, in order. It is empty for a repeat and for an event beyond
   * a gap: that one is held back until the gap is filled.
   */
  offer(seq, event) {
    if (this.#paused) this.hear(seq);
    if (this.#paused || seq <= this.cursor) return [];
    this.hear(seq);
    if (seq !== this.cursor + 1) {
      // What does not fit is not lost: `seen` remembers that it exists, and a later page brings it.
      if (this.#held.size < MOST_HELD) this.#held.set(seq, event);
      return [];
    }
    this.cursor = seq;
    return [event, ...this.#drain()];
  }

  /**
   * Takes a page that begins right after a cursor we named, as `[seq, event]` in order. The server vouches for its
   * completeness, so a jump in it is no gap but something that we may not see.
   */
  page(items) {
    const ready = [];
    if (this.#paused) return ready;
    for (const [seq, event] of items) {
      if (seq <= this.cursor) continue;
      this.cursor = seq;
      ready.push(event);
    }
    this.hear(this.cursor);
    ready.push(...this.#drain());
    return ready;
  }

  #drain() {
    const ready = [];
    for (const seq of this.#held.keys()) if (seq <= this.cursor) this.#held.delete(seq);
    while (this.#held.has(this.cursor + 1)) {
      this.cursor += 1;
      ready.push(this.#held.get(this.cursor));
      this.#held.delete(this.cursor);
    }
    return ready;
  }
}
