//! After a form: on to a page, with one sentence that says what happened.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::urls;

/// The cookie that carries the sentence to the next page.
pub(super) const TOAST: &str = "theriac-said";

/// On to a page.
pub fn see_other(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// On to a page that says what happened.
pub fn with_toast(to: &str, said: &str) -> Response {
    let mut response = see_other(to);
    let cookie = format!("{TOAST}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60", urls::encode(said));
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Forgets the sentence once it was said.
pub(super) fn said(response: &mut Response) {
    let cookie = format!("{TOAST}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The sentence in the cookie's value.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let code = match byte {
            b'%' => rest.next().zip(rest.next()).and_then(|(one, two)| {
                let digits = [one, two];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
            }),
            other => Some(other),
        };
        bytes.extend(code);
    }
    String::from_utf8_lossy(&bytes).chars().take(300).collect()
}
