//! How a test calls its server, and what comes of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use naast_domain::ids::PersonId;
use serde_json::Value;
use ureq::http::{HeaderMap, Method, Request};

use super::TestApp;

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Reply {
    /// A header, when it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The ETag.
    pub fn etag(&self) -> String {
        self.header("etag").expect("this answer has an ETag").to_owned()
    }

    /// The same reply, when its status is this one; otherwise the test fails with the whole answer.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "often only the check is wanted"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// Whether it says that nothing was done and that the caller is to come back: the server, or the machine, has too much to do.
    pub fn says_come_back(&self) -> bool {
        let code = self.body["code"].as_str().unwrap_or_default();
        self.status == 503 && ["overloaded", "busy", "reading-not-recorded"].contains(&code)
    }

    /// A text member of the body.
    pub fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.body)).to_owned()
    }

    /// The member `id`.
    pub fn id(&self) -> String {
        self.text("id")
    }
}

impl TestApp {
    /// Calls with whatever headers and body.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let tries = if self.patient.load(Ordering::Relaxed) { 30 } else { 0 };
        for _ in 0..tries {
            let reply = self.send_once(method, path, headers, body.clone());
            if !reply.says_come_back() {
                return reply;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        self.send_once(method, path, headers, body)
    }

    fn send_once(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let mut response = self.agent.run(request).expect("the server answers");
        let bytes = response.body_mut().read_to_vec().expect("the answer arrives whole");
        let reply = Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes,
        };
        crate::conflicts::check(&reply);
        reply
    }

    /// Calls the API as a person, with a JSON body and the version that was seen, where there is one.
    pub fn call(
        &self,
        person: Option<PersonId>,
        method: &str,
        path: &str,
        body: Option<&Value>,
        seen: Option<&str>,
    ) -> Reply {
        let authorization = person.map(|person| format!("Bearer {}", self.token(person)));
        let mut headers = vec![("accept", "application/json")];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        headers.extend(seen.map(|etag| ("if-match", etag)));
        headers.extend(body.map(|_| ("content-type", "application/json")));
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send(method, &format!("/v1{path}"), &headers, bytes)
    }

    /// Calls the API with a JSON body and an `Idempotency-Key`, as it stands in the header.
    pub fn keyed(&self, person: Option<PersonId>, line: &str, body: &Value, key: &str) -> Reply {
        self.keyed_on(person, line, body, key, None)
    }

    /// The same, on a version that was seen.
    pub fn keyed_on(
        &self,
        person: Option<PersonId>,
        line: &str,
        body: &Value,
        key: &str,
        seen: Option<&str>,
    ) -> Reply {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let authorization = person.map(|person| format!("Bearer {}", self.token(person)));
        let mut headers = vec![("content-type", "application/json"), ("idempotency-key", key)];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        headers.extend(seen.map(|etag| ("if-match", etag)));
        self.send(method, &format!("/v1{path}"), &headers, body.to_string().into_bytes())
    }

    /// Reads as a person.
    pub fn get(&self, person: PersonId, path: &str) -> Reply {
        self.call(Some(person), "GET", path, None, None)
    }

    /// Posts as a person.
    pub fn post(&self, person: PersonId, path: &str, body: &Value) -> Reply {
        self.call(Some(person), "POST", path, Some(body), None)
    }

    /// Posts as a person, without a body.
    pub fn ask(&self, person: PersonId, path: &str) -> Reply {
        self.call(Some(person), "POST", path, None, None)
    }

    /// Posts as a person, on the version that stands at `of` now.
    pub fn post_on(&self, person: PersonId, of: &str, path: &str, body: &Value) -> Reply {
        let etag = self.get(person, of).expect(200).etag();
        self.call(Some(person), "POST", path, Some(body), Some(&etag))
    }

    /// Posts as a person without a body, on the version that stands at `of` now.
    pub fn ask_on(&self, person: PersonId, of: &str, path: &str) -> Reply {
        let etag = self.get(person, of).expect(200).etag();
        self.call(Some(person), "POST", path, None, Some(&etag))
    }

    /// Changes as a person what stands at this path now.
    pub fn patch(&self, person: PersonId, path: &str, body: &Value) -> Reply {
        let etag = self.get(person, path).expect(200).etag();
        self.call(Some(person), "PATCH", path, Some(body), Some(&etag))
    }
}
