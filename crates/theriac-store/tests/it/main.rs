//! What the store promises, on both engines.

mod audit;
mod blobs;
mod crash;
mod engine;
mod jobs;
mod schema;
