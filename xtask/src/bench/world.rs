//! Users, conversations and messages in numbers, written into Postgres directly, in the state in which the server itself
//! would have left them: a password takes it 60 ms, and a million conversations over REST take an hour.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::failure::{Doing, Outcome};

/// What the server signs tokens with, so that they can be made here too.
pub(super) const SECRET: &str = "for measurements only, never for people";

/// The letters of these names look like nothing but themselves, so a name is its own key in every form.
const USERS: &str = "INSERT INTO users (id, username, name_key, name_look, name_fold, created_at) \
     SELECT n, name, name, name, name, $3 FROM generate_series($1, $2) n, \
     LATERAL (SELECT 'u_' || translate(n::text, '0123456789', 'abcdefghjk') AS name) named";
const SESSIONS: &str = "INSERT INTO sessions (id, user_id, nonce, created_at, expires_at) \
     SELECT n, n, n, $3, $3 + 2592000000000 FROM generate_series($1, $2) n";
const GROUPS: &str = "INSERT INTO conversations (id, kind, name, maker_id, member_count, created_at, active_at) \
     SELECT n, 'group', 'Group ' || n, $3, $4, $5, $5 FROM generate_series($1, $2) n";
const MEMBERS: &str = "INSERT INTO members (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) \
     SELECT c, u, CASE WHEN u = $3 THEN 'owner' ELSE 'member' END, 0, $5, 0, 0 \
     FROM generate_series($1, $2) c, generate_series($3, $4) u";
const DIRECT: &str = "INSERT INTO conversations (id, kind, direct_low, direct_high, member_count, created_at, active_at) \
     VALUES ($1, 'direct', $2, $3, 2, $4, $4)";
const DIRECT_MEMBERS: &str = "INSERT INTO members (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) \
     SELECT $1, unnest(ARRAY[$2, $3]::bigint[]), 'member', 0, $4, 0, 0";
/// With the next one, the one after, and every second with the third.
const RING: &str = "INSERT INTO conversations (id, kind, direct_low, direct_high, member_count, created_at, active_at) \
     SELECT $1 - 1 + row_number() OVER (), 'direct', least(a, b), greatest(a, b), 2, $4, $4 FROM generate_series($2, $3) a, \
     LATERAL (VALUES (1), (2), (3)) AS step (far), LATERAL (SELECT $2 + (a - $2 + far) % ($3 - $2 + 1) AS b) next \
     WHERE far < 3 OR a % 2 = 0";
const RING_MEMBERS: &str = "INSERT INTO members (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) \
     SELECT id, unnest(ARRAY[direct_low, direct_high]), 'member', 0, $3, 0, 0 FROM conversations WHERE id BETWEEN $1 AND $2";
/// The two of a direct conversation take turns; in a group its owner speaks.
const MESSAGES: &str = "INSERT INTO messages (conversation_id, seq, sender_id, body, client_id, created_at) \
     SELECT c.id, s, CASE WHEN c.maker_id IS NOT NULL THEN c.maker_id WHEN s % 2 = 0 THEN c.direct_low ELSE c.direct_high END, \
     repeat('x', 120), 'load-' || s, $4 + s FROM generate_series(1, $3) s, conversations c WHERE c.id BETWEEN $1 AND $2";
const HEADS: &str = "UPDATE conversations SET head = $3, active_at = $4 + $3 WHERE id BETWEEN $1 AND $2";
const MARKS: &str = "UPDATE members SET delivered_seq = $3, read_seq = $3 - $4 WHERE conversation_id BETWEEN $1 AND $2";
/// Each mark of a direct conversation rose with every fifth message.
const RECEIPTS: &str = "INSERT INTO receipts (conversation_id, user_id, kind, seq, created_at) \
     SELECT m.conversation_id, m.user_id, k.kind, s, $3 + s \
     FROM members m JOIN conversations c ON c.id = m.conversation_id AND c.kind = 'direct', \
     LATERAL (VALUES ('delivered', m.delivered_seq), ('read', m.read_seq)) AS k (kind, mark), \
     LATERAL (SELECT s FROM generate_series(5, k.mark, 5) AS s UNION SELECT k.mark) AS rise (s) \
     WHERE m.conversation_id BETWEEN $1 AND $2 AND k.mark > 0";
const NOTICES: &str = "INSERT INTO user_changes (user_id, seq, kind, other_id, conversation_id, conversation_head, created_at) \
     SELECT m.user_id, row_number() OVER (PARTITION BY m.user_id ORDER BY m.conversation_id), 'conversation_added', \
     COALESCE(c.maker_id, c.direct_low), c.id, 0, c.created_at FROM members m JOIN conversations c ON c.id = m.conversation_id";
const LOG_HEADS: &str = "UPDATE users SET log_head = n.notices \
     FROM (SELECT user_id, count(*) AS notices FROM user_changes GROUP BY user_id) n WHERE n.user_id = users.id";
const SEQUENCES: &str = "SELECT setval(pg_get_serial_sequence('users', 'id'), GREATEST((SELECT max(id) FROM users), 1)), \
     setval(pg_get_serial_sequence('sessions', 'id'), GREATEST((SELECT max(id) FROM sessions), 1)), \
     setval(pg_get_serial_sequence('conversations', 'id'), GREATEST((SELECT max(id) FROM conversations), 1))";

/// A database that is being filled while no server uses it.
#[derive(Debug)]
pub(super) struct World {
    pool: PgPool,
    users: i64,
    conversations: i64,
    now: i64,
}

impl World {
    /// Begins with a database that the server has made its tables in.
    pub(super) async fn begin(url: &str) -> Outcome<Self> {
        let pool = PgPoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
        // Everything happened some days ago.
        let now = i64::try_from(since_1970().as_micros()).unwrap_or(0) - 1_000_000_000_000;
        let world = Self { pool, users: 0, conversations: 0, now };
        // Everything below refers to what is there, so the databases need not look it up for every row.
        world.run("SET session_replication_role = replica").await?;
        Ok(world)
    }

    /// More users, each with a session.
    pub(super) async fn users(&mut self, count: usize) -> Outcome<Range<i64>> {
        let (first, last) = range(&mut self.users, count);
        for statement in [USERS, SESSIONS] {
            self.bind(statement, &[first, last, self.now]).await?;
        }
        Ok(first..last + 1)
    }

    /// More groups with the same members, the first of which owns them.
    pub(super) async fn groups(&mut self, count: usize, members: &Range<i64>) -> Outcome<Range<i64>> {
        let (first, last) = range(&mut self.conversations, count);
        let size = members.end - members.start;
        self.bind(GROUPS, &[first, last, members.start, size, self.now]).await?;
        self.bind(MEMBERS, &[first, last, members.start, members.end - 1, self.now]).await?;
        Ok(first..last + 1)
    }

    /// A direct conversation; the first of the two has the smaller id.
    pub(super) async fn direct(&mut self, low: i64, high: i64) -> Outcome<i64> {
        let (id, _) = range(&mut self.conversations, 1);
        self.bind(DIRECT, &[id, low, high, self.now]).await?;
        self.bind(DIRECT_MEMBERS, &[id, low, high, self.now]).await?;
        Ok(id)
    }

    /// Five direct conversations for each of these users, with neighbours in a ring.
    pub(super) async fn ring(&mut self, users: &Range<i64>) -> Outcome {
        let count = users.clone().map(|user| if user % 2 == 0 { 3 } else { 2 }).sum();
        let (first, last) = range(&mut self.conversations, count);
        self.bind(RING, &[first, users.start, users.end - 1, self.now]).await?;
        self.bind(RING_MEMBERS, &[first, last, self.now]).await
    }

    /// Messages in empty conversations, so many in each. All are delivered; the last `unread` are not read.
    pub(super) async fn messages(&self, conversations: &Range<i64>, each: i64, unread: i64) -> Outcome {
        let (first, last) = (conversations.start, conversations.end - 1);
        self.bind(MESSAGES, &[first, last, each, self.now]).await?;
        self.bind(HEADS, &[first, last, each, self.now]).await?;
        self.bind(MARKS, &[first, last, each, unread]).await?;
        self.bind(RECEIPTS, &[first, last, self.now]).await
    }

    /// Tells every user of their conversations and leaves the database as a running server would.
    pub(super) async fn end(self) -> Outcome {
        for statement in [NOTICES, LOG_HEADS, SEQUENCES, "VACUUM ANALYZE", "CHECKPOINT"] {
            self.run(statement).await?;
        }
        self.pool.close().await;
        Ok(())
    }

    async fn run(&self, statement: &'static str) -> Outcome {
        sqlx::query(statement).execute(&self.pool).await.doing(statement).map(|_| ())
    }

    async fn bind(&self, statement: &'static str, values: &[i64]) -> Outcome {
        let mut query = sqlx::query(statement);
        for value in values {
            query = query.bind(*value);
        }
        query.execute(&self.pool).await.doing(statement).map(|_| ())
    }
}

fn range(taken: &mut i64, count: usize) -> (i64, i64) {
    let first = *taken + 1;
    *taken += i64::try_from(count).unwrap_or(0);
    (first, *taken)
}

/// A token of a user's session, good for a day.
pub(super) fn token(user: i64) -> Outcome<String> {
    let now = since_1970().as_secs();
    let id = user.to_string();
    let claims = json!({"sub": id, "sid": id, "iat": now, "exp": now + 86_400});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).doing("sign a token")
}

#[expect(clippy::disallowed_methods, reason = "the server that reads the token asks the system's clock, too")]
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
