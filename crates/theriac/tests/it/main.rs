//! The program as people and pipelines run it: a process, its output, its exit code.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod audit;
mod bad_input;
mod build;
mod check;
mod engines;
mod evidence;
mod feed;
mod folder;
mod help;
mod init;
mod killed;
mod kind_in_one_file;
#[cfg(target_os = "linux")]
mod memory;
mod people;
#[cfg(target_os = "linux")]
mod progress;
mod real;
mod records;
mod scan;
mod server;
mod support;
