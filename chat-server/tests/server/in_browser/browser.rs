//! A real Chromium, driven by its own driver.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use thirtyfour::{CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver};

use super::window::Window;

/// How often a driver is started that finds its port taken.
const ATTEMPTS: usize = 5;

/// A running driver. Dropping it ends it.
pub struct Browser {
    driver: Child,
    port: u16,
    program: String,
}

impl Browser {
    /// None where the environment names no browser; it is said, and an error where nothing may be left out.
    pub async fn start() -> Option<Self> {
        let named = |name| std::env::var(name).ok();
        let (Some(driver), Some(program)) = (named("CHAT_TEST_CHROMEDRIVER"), named("CHAT_TEST_CHROMIUM")) else {
            assert!(named("CHAT_TEST_REQUIRE_ALL").is_none(), "a browser is required here");
            #[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what they did not run")]
            {
                println!(
                    "skipped: CHAT_TEST_CHROMEDRIVER and CHAT_TEST_CHROMIUM are not set; cargo xtask test sets them"
                );
            }
            return None;
        };
        for _ in 0..ATTEMPTS {
            if let Some((driver, port)) = started(&driver).await {
                return Some(Self { driver, port, program });
            }
        }
        panic!("the driver found no port in {ATTEMPTS} attempts");
    }

    /// A new window with a profile of its own: another person's device.
    pub async fn window(&self, address: &str) -> Window {
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&self.program).unwrap();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,800",
        ] {
            wanted.add_arg(argument).unwrap();
        }
        wanted.set("goog:loggingPrefs", serde_json::json!({"browser": "ALL"})).unwrap();
        let driver_address = format!("http://127.0.0.1:{}", self.port);
        let driver = WebDriver::new(&driver_address, wanted).await.unwrap();
        driver.goto(address).await.unwrap();
        Window::of(driver, &driver_address)
    }

    /// Ends the driver.
    pub async fn stop(mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A driver on a free port, and the port; None where somebody else took it first.
async fn started(program: &str) -> Option<(Child, u16)> {
    // Left to itself, the driver takes a port that is free for IPv6, and gives up where connections of IPv4 have it.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut driver = Command::new(program)
        .arg(format!("--port={free}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(driver.stdout.take().unwrap());
    // The rest of what it says is read so that it never waits.
    let port = tokio::task::spawn_blocking(move || {
        let mut lines = said.lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_suffix('.')?.rsplit_once("on port ")?.1.parse().ok());
        std::thread::spawn(move || lines.for_each(drop));
        port
    });
    let port = port.await.unwrap();
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, port?))
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
