//! `bench hold`: as many silent connections at once as are asked for, however few files one process may open: several servers
//! on one database share them, and so do several programs that hold the other ends. What a million would take is read off
//! the line through three sizes.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinSet;

use super::effort::Setting;
use super::floor::Floor;
use super::line::source;
use super::report::Figures;
use super::stage::Stage;
use super::world::{self, SECRET, World};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Doing, Failure, Outcome};
use crate::server::Server;
use crate::{procfs, runtime, terminal};

/// What a person can say to `cargo xtask bench hold`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many connections, each of a user of its own with five direct conversations.
    #[arg(long, default_value_t = 100_000)]
    connections: usize,
    /// How many of them one server holds at the most. Each takes a file on either side.
    #[arg(long, default_value_t = 16_000)]
    per_server: usize,
    /// For how many seconds nothing happens before the memory is read: until every connection was pinged.
    #[arg(long, default_value_t = 40)]
    quiet_seconds: u64,
    #[command(flatten)]
    setting: Setting,
}

const AT_ONCE: usize = 32;

/// A server and the program that holds the other ends of its connections.
struct Side {
    server: Server,
    holder: Floor,
    users: Range<i64>,
    held: usize,
}

/// Memory with so many connections.
#[derive(Debug, Clone, Copy)]
struct Sample {
    connections: usize,
    server_bytes: u64,
    kernel_bytes: u64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.setting.binary)?;
    runtime::block_on(measure(options, &stage))
}

async fn measure(options: &Options, stage: &Stage) -> Outcome {
    let mut sides = Vec::new();
    let (url, binary) = (stage.new_database("hold").await?, stage.binary().to_owned());
    // The tables are made by a server that starts and ends.
    let first = server(stage, &binary, &url, 0).await?;
    let mut world = prepared(first, &url).await?;
    let count = options.connections.div_ceil(options.per_server);
    for number in 0..count {
        let users = world.users(options.connections.div_ceil(count)).await?;
        world.ring(&users).await?;
        let server = server(stage, &binary, &url, number).await?;
        let holder = Floor::start("holder", &stage.scratch).await?;
        sides.push(Side { server, holder, users, held: 0 });
    }
    world.end().await?;
    for side in &mut sides {
        side.server.start().await?;
    }
    let mut samples = vec![sample(&sides, Duration::from_secs(5)).await?];
    for part in [4, 2, 1] {
        let begun = Instant::now();
        for side in &mut sides {
            side.grow(options.connections.div_ceil(count) / part).await?;
        }
        terminal::line(&format!("{} connections after {:.0} s more", held(&sides), begun.elapsed().as_secs_f64()));
        samples.push(sample(&sides, Duration::from_secs(options.quiet_seconds)).await?);
    }
    for side in &mut sides {
        let alive = side.holder.ask("alive").await?;
        if alive.parse() != Ok(side.held) {
            return Err(Failure::new(format!("only {alive} of {} connections lived on", side.held)));
        }
    }
    report(options, count, &samples);
    for side in sides {
        side.end().await?;
    }
    Ok(())
}

async fn prepared(mut server: Server, url: &str) -> Outcome<World> {
    server.start().await?;
    server.stop().await?;
    World::begin(url).await
}

async fn server(stage: &Stage, binary: &std::path::Path, url: &str, number: usize) -> Outcome<Server> {
    let place = stage.scratch.path().join(format!("hold-{number}"));
    let mut server = Server::new(binary, url.to_owned(), &stage.scratch, place.with_extension("log"))?;
    server.set("CHAT_JWT_SECRET", SECRET);
    server.set("CHAT_DATA_DIR", &place.to_string_lossy());
    server.set("CHAT_MAX_UNAUTHENTICATED_SOCKETS_PER_ADDRESS", "100000");
    Ok(server)
}

impl Side {
    /// Opens connections until there are so many.
    async fn grow(&mut self, to: usize) -> Outcome {
        let first = self.users.start + i64::try_from(self.held).unwrap_or(0);
        let order = format!("{} {first} {}", self.server.address(), to - self.held);
        let opened = self.holder.ask(&order).await?;
        if opened.parse() != Ok(to) {
            return Err(Failure::new(format!("a holder has {opened} connections, not {to}")));
        }
        self.held = to;
        Ok(())
    }

    async fn end(mut self) -> Outcome {
        self.holder.end().await;
        self.server.stop().await
    }
}

fn held(sides: &[Side]) -> usize {
    sides.iter().map(|side| side.held).sum()
}

async fn sample(sides: &[Side], quiet: Duration) -> Outcome<Sample> {
    tokio::time::sleep(quiet).await;
    let memory = |side: &Side| side.server.pid().and_then(procfs::anonymous_memory);
    let server_bytes = sides.iter().map(memory).sum::<Option<u64>>();
    let server_bytes = server_bytes.ok_or_else(|| Failure::new("the kernel does not tell the memory of a server"))?;
    Ok(Sample { connections: held(sides), server_bytes, kernel_bytes: procfs::slab().unwrap_or(0) })
}

/// Holds connections for another process: told `ADDRESS FIRST_USER COUNT` it opens so many more, told anything else it says
/// how many are alive. Either way it answers with the number.
pub(super) fn holder() -> Outcome {
    runtime::block_on(async {
        terminal::line("ready");
        let mut sockets = JoinSet::new();
        while let Some(order) = order().await? {
            if let &[address, first, count] = order.split(' ').collect::<Vec<_>>().as_slice() {
                let (first, count): (i64, i64) = (first.parse().doing("read")?, count.parse().doing("read")?);
                let opening = (first..first + count).map(|user| open(address.to_owned(), user));
                let opened: Vec<Socket> = stream::iter(opening).buffer_unordered(AT_ONCE).try_collect().await?;
                for mut socket in opened {
                    sockets.spawn(async move { while socket.next().await.is_ok() {} });
                }
            }
            while sockets.try_join_next().is_some() {}
            terminal::line(&sockets.len().to_string());
        }
        Ok(())
    })
}

/// What to do next; none if there is nothing more.
async fn order() -> Outcome<Option<String>> {
    let next = tokio::task::spawn_blocking(|| std::io::stdin().lines().next().transpose());
    next.await.doing("wait for an order")?.doing("hear what to do")
}

async fn open(address: String, user: i64) -> Outcome<Socket> {
    let from = source(usize::try_from(user).unwrap_or(0));
    let mut socket = Socket::open(&address, &world::token(user)?, from).await.map_err(|refusal| match refusal {
        Refusal::Token => Failure::new("a token was refused"),
        Refusal::Other(failure) => failure,
    })?;
    // It is authenticated and subscribed when it says that it is ready.
    socket.next().await?;
    Ok(socket)
}

#[expect(clippy::cast_precision_loss, reason = "memory of one machine is far below 2^52 bytes")]
fn report(options: &Options, servers: usize, samples: &[Sample]) {
    let mut figures = Figures::new("hold");
    figures.add("servers", "servers on one database", servers);
    let Some((empty, sizes)) = samples.split_first() else { return };
    for sample in sizes {
        let n = sample.connections;
        let each = (sample.server_bytes as f64 - empty.server_bytes as f64) / n.max(1) as f64;
        figures.add_rounded(&format!("bytes_{n}"), &format!("bytes per connection, {n} of them"), each, 0);
    }
    let line = |bytes: fn(&Sample) -> u64| {
        slope(&samples.iter().map(|s| (s.connections as f64, bytes(s) as f64)).collect::<Vec<_>>())
    };
    let (each, kernel) = (line(|sample| sample.server_bytes), line(|sample| sample.kernel_bytes));
    figures.add_rounded("bytes_each_more", "bytes for each one more (the line through all sizes)", each, 0);
    figures.add_rounded("million_gib", "a million connections, by that line (GiB)", each * 1e6 / f64::from(1 << 30), 2);
    figures.add_rounded("kernel_bytes", "the kernel's own for each, both ends together (slab, bytes)", kernel, 0);
    figures.print(&options.setting.pictures());
}

/// How steep the line of least squares through some points is.
#[expect(clippy::cast_precision_loss, reason = "there are a handful of points")]
fn slope(points: &[(f64, f64)]) -> f64 {
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / (points.len().max(1) as f64);
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let over: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let under: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    over / under
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_points_on_a_line_is_that_line() {
        let points = [(0.0, 7.0), (1.0, 9.0), (2.0, 11.0), (4.0, 15.0)];
        assert!((slope(&points) - 2.0).abs() < 1e-9);
    }
}
