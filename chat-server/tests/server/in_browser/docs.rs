//! The story of the documentation page.

use super::browser::Browser;
use crate::harness::TestServer;

/// Its policy lets nothing in from elsewhere; so if the browser has nothing to complain of, nothing was even asked for there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documentation_is_browsed_without_anything_from_elsewhere() {
    let Some(browser) = Browser::start().await else { return };
    let server = TestServer::start().await;
    let window = browser.window(&format!("{}/api/docs", server.url())).await;
    window.waits_for("#operations-messages-messages_send .opblock-summary-control").await.click().await.unwrap();
    window.waits_for("#operations-messages-messages_send .responses-table").await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
    browser.stop().await;
    server.stop().await;
}
