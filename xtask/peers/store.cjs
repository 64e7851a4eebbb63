// The database of both Node peers: who is in what, and the one statement of a message.
'use strict';
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });

const APPEND = {
  name: 'append',
  text: `WITH bumped AS (UPDATE conversations SET head = head + 1 WHERE id = $1 RETURNING head)
         INSERT INTO messages (conversation_id, seq, sender_id, body, client_id)
         SELECT $1, head, $2, $3, $4 FROM bumped RETURNING id, seq, created_at`,
};

exports.conversationsOf = async (user) => {
  const found = await pool.query('SELECT conversation_id FROM members WHERE user_id = $1', [user]);
  return found.rows.map((row) => Number(row.conversation_id));
};

exports.append = async (user, frame) => {
  const values = [frame.conversation_id, user, frame.body, frame.client_id];
  const stored = (await pool.query({ ...APPEND, values })).rows[0];
  return {
    id: Number(stored.id),
    conversation_id: frame.conversation_id,
    seq: Number(stored.seq),
    sender_id: user,
    body: frame.body,
    created_at: stored.created_at.toISOString(),
    client_id: frame.client_id,
  };
};
