//! The program: reads the command line, does what it says, and tells in one line why it could not.

use std::process::ExitCode;

use chat_server::cli::Cli;
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    match chat_server::start::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat-server: {error}");
            ExitCode::FAILURE
        }
    }
}
