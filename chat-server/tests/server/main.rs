//! Stories of the whole server, over real connections, each with a server and a database of its own.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "what a module of this program offers is for the other modules")]

mod harness;
mod rest;

mod embedded;
mod foreign_tokens;
mod handshake;
mod in_browser;
mod listener;
mod matrix;
mod openapi;
mod operation;
mod page;
mod request;
mod rest_annotations;
mod rest_auth;
mod rest_bad_http;
mod rest_bad_json;
mod rest_bad_query;
mod rest_bad_text;
mod rest_bad_tokens;
mod rest_bans;
mod rest_conversations;
mod rest_friends;
mod rest_groups;
mod rest_invites;
mod rest_limits;
mod rest_messages;
mod rest_moderation;
mod rest_own_account;
mod rest_personal;
mod rest_receipts;
mod rest_reports;
mod rest_rooms;
mod rest_search;
mod rest_users;
mod secrecy;
mod sessions;
