//! `cargo xtask fuzz-api`: thousands of requests made out of the OpenAPI document, good ones and bad ones, against a server
//! that is as a person runs it; every answer has to be one that the document describes, and none a fault of the server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::binary::Binary;
use crate::client::rest::{Account, Rest};
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::programs;
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{runtime, step, terminal, workspace};

/// The program that makes the requests, in the version that the settings are written for.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// How its checks are set, with the reason for everything that is not as it comes.
const SETTINGS: &str = include_str!("../fuzz/schemathesis.toml");

/// For half of the requests every id is one that is there, so that they get further than to a refusal.
const WITH_IDS: &str = include_str!("../fuzz/ids.toml");

/// Signs the token of the run: one without a session, so that nothing that is tried ends it.
const SECRET: &str = "only for runs that throw everything away";

/// What a person can say to `cargo xtask fuzz-api`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many requests each operation gets at most in each part of the run.
    #[arg(long, default_value_t = 200)]
    examples: u32,
    /// After how many minutes each half of the run is cut off.
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Begins with the same chance as another run.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    #[command(flatten)]
    binary: Binary,
}

/// Runs it; a machine without Python is told so, and that is all.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let Some(program) = program()? else {
        terminal::alarm(
            "LEFT OUT: there is no Python 3 with venv and pip on this machine, which the requests are made with",
        );
        return Ok(());
    };
    let binary = arguments.binary.path(false)?;
    runtime::block_on(async {
        let scratch = Arc::new(Scratch::new()?);
        let log = scratch.path().join("server.log");
        let database = format!("sqlite://{}", scratch.path().join("chat.db").display());
        let mut server = Server::new(&binary, database, &scratch, log)?;
        server.set("JWT_SECRET", SECRET);
        server.set("CHAT_PASSWORD_MEMORY_KIB", "8");
        server.set("CHAT_PASSWORD_PASSES", "1");
        server.start().await?;
        let person = furnish(&server.address()).await?;
        let token = token(person.id)?;
        let mut outcome = Ok(());
        for (name, settings) in [("ids.toml", format!("{SETTINGS}\n{WITH_IDS}")), ("any.toml", SETTINGS.to_owned())] {
            let file = scratch.path().join(name);
            std::fs::write(&file, settings).doing("write the settings")?;
            outcome = outcome.and(ask(&program, &file, &server.address(), &token, arguments));
            if server.has_died() {
                return Err(Failure::new(format!("the server ended:\n{}", server.log_tail())));
            }
        }
        server.stop().await?;
        outcome
    })
}

/// The program in an environment of its own below `target`, made if it is not there.
fn program() -> Outcome<Option<PathBuf>> {
    let Some(python) = programs::find("python3") else { return Ok(None) };
    let place = workspace::root().join("target").join("fuzz-api");
    let program = place.join("bin").join("schemathesis");
    if programs::is_program(&program) {
        return Ok(Some(program));
    }
    terminal::heading("install what makes the requests");
    if step::run(Command::new(python).args(["-m", "venv"]).arg(&place)).is_err() {
        return Ok(None);
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS];
    match step::run(Command::new(place.join("bin").join("python")).args(pip)) {
        Ok(()) => Ok(Some(program)),
        Err(failure) => {
            terminal::alarm(&failure.to_string());
            Ok(None)
        }
    }
}

/// Something of every kind, so that small ids lead somewhere: people, a friend, a request, conversations and messages.
async fn furnish(address: &str) -> Outcome<Account> {
    let rest = Rest::new(address)?;
    let (ann, bob, cid) = (rest.register("ann").await?, rest.register("bob").await?, rest.register("cid").await?);
    let direct = rest.create_conversation(&ann.token, &json!({"kind": "direct", "user_id": bob.id})).await?;
    let group = json!({"kind": "group", "name": "Tea", "member_ids": [bob.id, cid.id]});
    let group = rest.create_conversation(&ann.token, &group).await?;
    for n in 0..5 {
        for (sender, room) in [(&ann, direct), (&bob, direct), (&cid, group), (&ann, group)] {
            rest.send(&sender.token, room, "hello", &format!("{room}-{n}")).await.doing("send a message")?;
        }
    }
    let ask = |from: &Account, to: &Account| {
        let (rest, token, body) = (rest.clone(), from.token.clone(), json!({"user_id": to.id}));
        async move { rest.call(Method::POST, "friends/requests", Some(&token), Some(&body)).await.doing("make a request") }
    };
    let request = ask(&bob, &ann).await?;
    if let Some(id) = request.body.get("id").and_then(Value::as_i64) {
        let accept = format!("friends/requests/{id}/accept");
        rest.call(Method::POST, &accept, Some(&ann.token), None).await.doing("accept it")?;
    }
    ask(&cid, &ann).await?;
    Ok(ann)
}

fn token(user: i64) -> Outcome<String> {
    let claims = json!({"sub": user.to_string(), "iat": 0, "exp": 253_402_300_000_i64});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).doing("sign a token")
}

fn ask(program: &Path, settings: &Path, address: &str, token: &str, arguments: &Arguments) -> Outcome {
    terminal::heading("ask");
    // Where it hangs, somebody else ends it; `timeout` is part of every system that has `sh`.
    let mut command = Command::new("timeout");
    command.arg(format!("{}m", arguments.minutes)).arg(program).arg("--config-file").arg(settings);
    command.args(["run", &format!("http://{address}/api/openapi.json"), "--url", &format!("http://{address}")]);
    command.arg("--header").arg(format!("Authorization: Bearer {token}"));
    command.args(["--checks", "all", "--continue-on-failure", "--workers", "1"]);
    command.arg("--max-examples").arg(arguments.examples.to_string());
    command.arg("--seed").arg(arguments.seed.to_string());
    let status = command.status().doing("run the requests")?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("what was found is told above ({status})"))) }
}
