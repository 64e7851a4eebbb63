//! A fresh database for each test, on the server that `CHAT_TEST_POSTGRES_URL` names.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use chat_store::{Opened, StoreConfig};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

/// Two tests run at once at most on two cores, and a server takes a hundred connections.
const CONNECTIONS: u32 = 5;

/// A database of its own, dropped with this value.
pub(super) struct TestDatabase {
    admin: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// An up-to-date database; none if there is no server, which is said once and aloud.
    pub(super) async fn fresh() -> Option<Self> {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let admin = server()?;
        let template = TEMPLATE.get_or_init(|| template(&admin)).await;
        Some(Self::create(admin, &format!("TEMPLATE {template}")).await)
    }

    /// A database without any table; none if there is no server.
    pub(super) async fn empty() -> Option<Self> {
        Some(Self::create(server()?, "TEMPLATE template0 ENCODING 'UTF8'").await)
    }

    /// A database made in a certain way; none if there is no server.
    pub(super) async fn made(how: &str) -> Option<Self> {
        Some(Self::create(server()?, how).await)
    }

    async fn create(admin: PgConnectOptions, how: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("chat_store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = admin.connect().await.unwrap();
        run(&mut connection, format!("CREATE DATABASE {name} {how}")).await;
        connection.close().await.unwrap();
        Self { admin, name }
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Other options as a URL.
    pub(super) fn url(&self, options: &PgConnectOptions) -> String {
        options.to_url_lossy().to_string()
    }

    pub(super) fn config(&self) -> StoreConfig {
        StoreConfig::new(self.options().to_url_lossy().as_str()).with_max_connections(CONNECTIONS)
    }

    pub(super) async fn open(&self) -> Opened {
        chat_store::open(&self.config()).await.unwrap()
    }

    /// Runs statements past the store.
    pub(super) async fn run(&self, statements: String) {
        run(&mut self.connect().await, statements).await;
    }

    /// A connection beside the store's own.
    pub(super) async fn connect(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }

    /// Waits until no connection of a closed store is left; each hands in its statistics before it goes.
    pub(super) async fn wait_for_departure(&self) {
        let mut connection = self.admin.connect().await.unwrap();
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'chat-store'";
        while sqlx::query_scalar::<_, i64>(count).bind(&self.name).fetch_one(&mut connection).await.unwrap() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Ends every connection to the database that runs the store.
    pub(super) async fn kill_connections(&self) {
        let mut connection = self.admin.connect().await.unwrap();
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'chat-store'";
        sqlx::query(kill).bind(&self.name).execute(&mut connection).await.unwrap();
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), std::mem::take(&mut self.name));
        let drop_it = async move {
            let mut connection = admin.connect().await.unwrap();
            run(&mut connection, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // On a thread of its own, because a test's runtime cannot be blocked on from within.
        std::thread::spawn(move || runtime().block_on(drop_it)).join().unwrap();
    }
}

/// The server, if there is one.
fn server() -> Option<PgConnectOptions> {
    static SAID: Once = Once::new();
    if let Ok(url) = std::env::var("CHAT_TEST_POSTGRES_URL") {
        return Some(url.parse().unwrap());
    }
    let required = std::env::var_os("CHAT_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!required, "CHAT_TEST_POSTGRES_URL is not set, and every test is required");
    // Written past the capture of the test harness, so that it is seen even though nothing fails.
    SAID.call_once(|| {
        let mut stderr = std::io::stderr();
        writeln!(stderr, "skipped: CHAT_TEST_POSTGRES_URL is not set; cargo xtask test starts one").unwrap();
    });
    None
}

/// A migrated database to copy, which is much faster than to migrate each time. It is named after the schema and stays
/// on the server for the next run.
async fn template(admin: &PgConnectOptions) -> String {
    let name = format!("chat_store_template_{:016x}", schema_hash());
    let mut connection = admin.connect().await.unwrap();
    // Several test programs may start at once; one of them makes it. The mark says that it is whole.
    run(&mut connection, "SELECT pg_advisory_lock(7722)".to_owned()).await;
    let find = "SELECT datistemplate FROM pg_database WHERE datname = $1";
    let whole: Option<bool> = sqlx::query_scalar(find).bind(&name).fetch_optional(&mut connection).await.unwrap();
    if whole != Some(true) {
        run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut connection, format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let url = admin.clone().database(&name).to_url_lossy();
        chat_store::migrate(&StoreConfig::new(url.as_str())).await.unwrap();
        run(&mut connection, format!("ALTER DATABASE {name} IS_TEMPLATE true")).await;
    }
    connection.close().await.unwrap();
    name
}

fn schema_hash() -> u64 {
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(steps).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        (file.file_name(), std::fs::read_to_string(&file).unwrap()).hash(&mut hash);
    }
    hash.finish()
}

async fn run(connection: &mut PgConnection, statement: String) {
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}
