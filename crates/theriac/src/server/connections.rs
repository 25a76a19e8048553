//! Connections: so many at a time, none that only waits, and an end when the server stops.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

/// Connections at a time; the others wait to be taken.
const CONNECTIONS: usize = 2000;
/// Longest time for the head of a request to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest time for requests to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(30);
/// Pause after the system could not give a connection, such as for want of file handles.
const BREATHER: Duration = Duration::from_millis(200);

/// Whose address counts as that of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peers {
    /// The connection's.
    OfConnection,
    /// The one that the proxy in front saw: the last in `X-Forwarded-For`.
    OfProxy,
}

/// Takes connections until `stopped`; requests under way are answered.
pub async fn accept(listener: TcpListener, router: Router, peers: Peers, mut stopped: watch::Receiver<bool>) {
    let rooms = Arc::new(Semaphore::new(CONNECTIONS));
    let farewell = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &rooms) => accepted,
            _ = stopped.changed() => break,
        };
        let Some((stream, address, room)) = accepted else { continue };
        // Answers are small; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            router.clone().oneshot(from(request.map(Body::new), address, peers))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), service);
        let connection = farewell.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %address, "a connection broke");
            }
            drop(room);
        });
    }
    drop(listener);
    tokio::select! {
        () = farewell.shutdown() => {}
        () = tokio::time::sleep(FAREWELL) => tracing::warn!("some requests did not end in time and are cut off"),
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn next(listener: &TcpListener, rooms: &Arc<Semaphore>) -> Option<Accepted> {
    let room = Arc::clone(rooms).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some((stream, address, room)),
        Err(error) => {
            tracing::warn!(%error, "a connection was not taken");
            tokio::time::sleep(BREATHER).await;
            None
        }
    }
}

/// The request with the address of who asks.
fn from(mut request: Request<Body>, address: SocketAddr, peers: Peers) -> Request<Body> {
    let said = if peers == Peers::OfProxy { forwarded(request.headers()) } else { None };
    let address = said.map_or(address, |ip| SocketAddr::new(ip, 0));
    request.extensions_mut().insert(ConnectInfo(address));
    request
}

/// The last address in `X-Forwarded-For`: those before it are hearsay.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all("x-forwarded-for").iter().next_back()?;
    value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_address_of_the_proxy_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded(&headers), None);
        headers.append("x-forwarded-for", "203.0.113.9".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.1, 192.0.2.7".parse().unwrap());
        assert_eq!(forwarded(&headers), Some("192.0.2.7".parse().unwrap()));
        headers.append("x-forwarded-for", "unknown".parse().unwrap());
        assert_eq!(forwarded(&headers), None);
    }
}
