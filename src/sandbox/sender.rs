//! Who sends a request: programs of this machine, not web pages. The server has no authentication, and a page in a browser
//! can reach it: by a form, by an image, or by a name of its own that resolves to the loopback address.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

/// The header in which browsers say how a request's sender and its receiver are related.
const FETCH_SITE: &str = "sec-fetch-site";

/// Why a request is refused; `None` for a program of this machine.
pub(super) fn refusal(head: &Parts) -> Option<&'static str> {
    let host = text(&head.headers, HOST.as_str());
    if !host.is_some_and(is_loopback) || !head.uri.authority().is_none_or(is_loopback_authority) {
        return Some("The Host of a request to the sandbox is localhost or a loopback address");
    }
    let is_foreign_origin = head.headers.contains_key(ORIGIN)
        && text(&head.headers, ORIGIN.as_str()).and_then(|origin| origin.strip_prefix("http://"))
            != host;
    let is_foreign_site = head.headers.contains_key(FETCH_SITE)
        && !matches!(
            text(&head.headers, FETCH_SITE),
            Some("none" | "same-origin")
        );
    (is_foreign_origin || is_foreign_site).then_some("The sandbox answers no web pages")
}

/// A header that occurs once.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok())?
}

fn is_loopback(host: &str) -> bool {
    host.parse().is_ok_and(|host| is_loopback_authority(&host))
}

fn is_loopback_authority(authority: &Authority) -> bool {
    let host = authority.host().to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[allow(clippy::unwrap_used)]
#[cfg(test)]
mod tests {
    use super::refusal;

    fn is_refused(headers: &[(&str, &str)], uri: &str) -> bool {
        let mut request = hyper::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refusal(&request.body(()).unwrap().into_parts().0).is_some()
    }

    #[test]
    fn the_host_is_this_machine() {
        for (host, is_this_machine) in [
            ("127.0.0.1:4600", true),
            ("127.0.0.1", true),
            ("localhost:4600", true),
            ("LocalHost.", true),
            ("sandbox.localhost:4600", true),
            ("[::1]:4600", true),
            ("evil.example:4600", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("192.168.0.1:4600", false),
            ("user@127.0.0.1:4600", true),
            ("127.0.0.1@evil.example", false),
            ("", false),
        ] {
            assert_eq!(
                !is_refused(&[("host", host)], "/"),
                is_this_machine,
                "{host}"
            );
        }
        assert!(is_refused(&[], "/"));
        assert!(is_refused(
            &[("host", "127.0.0.1"), ("host", "evil.example")],
            "/"
        ));
        assert!(is_refused(&[("host", "127.0.0.1")], "http://evil.example/"));
    }

    #[test]
    fn the_sender_is_no_web_page() {
        let host = ("host", "127.0.0.1:4600");
        for (header, is_program) in [
            (("origin", "http://127.0.0.1:4600"), true),
            (("origin", "http://evil.example"), false),
            (("origin", "http://127.0.0.1:3000"), false),
            (("origin", "https://127.0.0.1:4600"), false),
            (("origin", "null"), false),
            (("origin", ""), false),
            (("sec-fetch-site", "cross-site"), false),
            (("sec-fetch-site", "same-site"), false),
            (("sec-fetch-site", "same-origin"), true),
            (("sec-fetch-site", "none"), true),
        ] {
            assert_eq!(!is_refused(&[host, header], "/"), is_program, "{header:?}");
        }
    }
}
