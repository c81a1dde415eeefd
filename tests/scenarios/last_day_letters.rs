//! Parents who cannot be written to of a last day: a mail server that takes nothing for a while, takes nothing of this sender, refuses an address for good or does not answer, and a contact that does
//! not open. Who was not told reads no day that is near, nothing of hers ends, and nobody else waits for her.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_api::identity::post::Post;
use naast_domain::ids::PersonId;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::{World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::command_line::command_on;
use crate::last_days::{ahead, days, done, goes_on, journal, notices, run, shown};
use crate::looks::{assert_sound, count};

on_both!(
    while_no_letter_is_taken_nobody_is_told_and_nothing_ends,
    an_address_that_is_refused_for_good_is_told_by_what_waits_for_her,
    a_sender_or_a_route_that_is_refused_tells_nobody,
    what_is_erased_does_not_wait_for_a_mail_server_that_is_silent,
    who_says_that_it_goes_on_while_her_letter_is_under_way_is_not_told_of_the_old_day,
    a_contact_that_does_not_open_stops_nothing_but_its_letter,
);

/// What is said to an address; nothing at all, where the server falls silent.
type Answer = Box<dyn Fn(&str) -> Option<&'static str> + Send>;

/// A mail server of the test's own.
struct MailServer {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    sender: Arc<Mutex<&'static str>>,
    asked: Arc<AtomicUsize>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    fn new(answer: impl Fn(&str) -> Option<&'static str> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            answer: Arc::new(Mutex::new(Box::new(answer))),
            sender: Arc::new(Mutex::new(TAKEN)),
            asked: Arc::default(),
            taken: Arc::default(),
        };
        let (answer, asked, taken) = (server.answer.clone(), server.asked.clone(), server.taken.clone());
        let sender = server.sender.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, asked, taken) = (answer.clone(), asked.clone(), taken.clone());
                let sender = *sender.lock().expect("nobody panicked");
                std::thread::spawn(move || talk(stream, sender, &answer, &asked, &taken));
            }
        });
        server
    }

    fn answers(&self, answer: impl Fn(&str) -> Option<&'static str> + Send + 'static) {
        *self.answer.lock().expect("nobody panicked") = Box::new(answer);
    }

    /// What is said to the sender of a letter from now on.
    fn answers_sender(&self, answer: &'static str) {
        *self.sender.lock().expect("nobody panicked") = answer;
    }

    /// To whom letters were taken since the last look.
    fn taken(&self) -> Vec<String> {
        let mut taken = std::mem::take(&mut *self.taken.lock().expect("nobody panicked"));
        taken.sort();
        taken
    }

    /// How often it was asked to take a letter since the last look.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

fn talk(
    mut stream: TcpStream,
    sender: &str,
    answer: &Mutex<Answer>,
    asked: &AtomicUsize,
    taken: &Mutex<Vec<String>>,
) {
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
    let (mut to, mut is_letter) = (String::new(), false);
    let _ = stream.write_all(b"220 mail.example.org\r\n");
    while let Some(Ok(line)) = lines.next() {
        let reply = match line.get(..4) {
            _ if is_letter && line != "." => continue,
            Some("RCPT") => {
                asked.fetch_add(1, Ordering::SeqCst);
                line.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut to);
                let said = answer.lock().expect("nobody panicked")(&to);
                let Some(said) = said else { return lines.for_each(drop) };
                said
            }
            Some("MAIL") => sender,
            Some("DATA") => "354 go on",
            _ => "250 good",
        };
        if is_letter {
            taken.lock().expect("nobody panicked").push(std::mem::take(&mut to));
        }
        is_letter = line == "DATA";
        let _ = stream.write_all(format!("{reply}\r\n").as_bytes());
    }
}

/// What is said by a mail server that takes every letter.
const TAKEN: &str = "250 good";

/// A world that began so many days ago and posts its letters there.
fn world(engine: Engine, mail: &MailServer, (ago, patience): (i64, Duration)) -> World {
    let clock = Clock::default();
    clock.advance(TimeDelta::days(-ago));
    let post = Post::to_server_within(&format!("smtp://{}", mail.address), "naast@example.org", patience);
    let shape = Shape { clock, ..Shape::default() };
    World::on(TestApp::start_signing_as(engine, shape, |identity| {
        identity.with_post(post.expect("a server"))
    }))
}

const PATIENT: Duration = Duration::from_secs(20);

/// A parent with an address, and her request that waits.
fn asked(world: &World, address: &str) -> (PersonId, String) {
    let parent = world.person();
    let mut body = world.request_body(0);
    body["contact"] = json!({ "name": "Ouder", "kind": "email", "value": address });
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    world.consent(parent, &request).expect(201);
    (parent, request)
}

/// A request whose day comes before the others are near.
fn withdrawn(world: &World) -> String {
    let (parent, request) = asked(world, "gestopt@example.org");
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    request
}

fn is_gone(world: &World, request: &str) -> bool {
    count(world, &format!("support_requests WHERE id = '{request}'")) == 0
}

fn while_no_letter_is_taken_nobody_is_told_and_nothing_ends(engine: Engine) {
    let mail = MailServer::new(|_| Some("451 later"));
    let world = world(engine, &mail, (150, PATIENT));
    let parents = [asked(&world, "een@example.org"), asked(&world, "twee@example.org")];
    let gone = withdrawn(&world);
    let stands = |(parent, request): &(PersonId, String)| {
        let goes = shown(&world, *parent, request);
        let read = notices(&world, *parent).pop().map(|one| one["text"].to_string()).unwrap_or_default();
        (
            goes["state"].clone(),
            goes["continuation"]["lastDate"].clone(),
            goes["continuation"]["told"].clone(),
            read,
        )
    };
    days(&world, 150);
    let report = run(&world);
    assert_eq!((done(&report), report.untold, report.failed), ((0, 0), 2, 0));
    assert_eq!((mail.taken().len(), mail.asked(), is_gone(&world, &gone)), (0, 2, true));
    // the command says that it is not done
    let mut command = command_on(&world, &world.app.location, &world.app.platform.data);
    command.env("NAAST_SMTP_URL", "smtp://127.0.0.1:1").env("NAAST_MAIL_FROM", "naast@example.org");
    let output = command.args(["retention", "run"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.contains("2 letters not sent")), (Some(1), true), "{said}");
    // nobody reads a day that is nearer than thirty days, however long it takes
    for _ in 0..3 {
        for parent in &parents {
            let (state, last, told, read) = stands(parent);
            assert_eq!((state, last, told), (json!("consented"), json!(ahead(&world, 30)), json!(false)));
            let day = ahead(&world, 30).format("%-d-%-m-%Y").to_string();
            assert!(read.contains(&day), "{read}");
            let goes = shown(&world, parent.0, &parent.1)["retention"]["eraseAfterDate"].clone();
            assert_eq!(goes, json!(ahead(&world, 30 + 91)));
        }
        days(&world, 20);
        let report = run(&world);
        assert_eq!((done(&report), report.untold), ((0, 0), 2));
    }
    assert_eq!(count(&world, "journal WHERE action = 'request.last-day-told'"), 0);
    mail.answers(|_| Some(TAKEN));
    assert_eq!(done(&run(&world)), (2, 0));
    assert_eq!(mail.taken(), ["een@example.org", "twee@example.org"]);
    let last = json!(ahead(&world, 30));
    for parent in &parents {
        let (_, day, told, _) = stands(parent);
        assert_eq!((day, told), (last.clone(), json!(true)));
    }
    days(&world, 30);
    assert_eq!((done(&run(&world)), mail.taken().len()), ((0, 0), 0));
    days(&world, 1);
    assert_eq!(done(&run(&world)), (0, 2));
    assert_sound(&world);
}

fn an_address_that_is_refused_for_good_is_told_by_what_waits_for_her(engine: Engine) {
    let mail =
        MailServer::new(|to| Some(if to.starts_with("weg") { "550 5.1.1 nobody here" } else { TAKEN }));
    let world = world(engine, &mail, (0, PATIENT));
    let (gone, _) = asked(&world, "weg@example.org");
    asked(&world, "ouder@example.org");
    days(&world, 150);
    let report = run(&world);
    assert_eq!((done(&report), report.untold), ((2, 0), 0));
    assert_eq!((mail.taken(), notices(&world, gone).len()), (vec!["ouder@example.org".to_owned()], 1));
    assert_eq!((done(&run(&world)), mail.asked()), ((0, 0), 2), "she is not tried again");
    days(&world, 31);
    assert_eq!(done(&run(&world)), (0, 2));
    assert_sound(&world);
}

fn a_sender_or_a_route_that_is_refused_tells_nobody(engine: Engine) {
    let mail = MailServer::new(|_| Some(TAKEN));
    let world = world(engine, &mail, (0, PATIENT));
    let parents = ["een@example.org", "twee@example.org"].map(|address| asked(&world, address).0);
    days(&world, 150);
    let told_nobody = |why: &str| {
        let report = run(&world);
        assert_eq!((done(&report), report.untold, report.failed), ((0, 0), 2, 0), "{why}");
        assert_eq!(mail.taken().len(), 0, "{why}");
    };
    // of whoever sends, whatever the code says
    for reply in ["550 sender refused", "550 5.1.8 no such domain", "553 5.1.7 syntax", "550 5.1.1 unknown"] {
        mail.answers_sender(reply);
        told_nobody(reply);
    }
    mail.answers_sender(TAKEN);
    // of every address, and not of hers
    for reply in ["550 relay not permitted", "554 5.7.1 relaying denied", "550 5.1.8 sender", "553 unknown"] {
        mail.answers(move |_| Some(reply));
        told_nobody(reply);
    }
    days(&world, 60);
    told_nobody("and nothing ends");
    assert_eq!(count(&world, "support_requests WHERE last_day_told_at IS NOT NULL"), 0);
    mail.answers(|_| Some(TAKEN));
    assert_eq!((done(&run(&world)), mail.taken().len()), ((2, 0), 2));
    for parent in parents {
        assert_eq!(notices(&world, parent).len(), 1);
    }
    assert_sound(&world);
}

fn what_is_erased_does_not_wait_for_a_mail_server_that_is_silent(engine: Engine) {
    let mail = MailServer::new(|_| None);
    let world = world(engine, &mail, (0, Duration::from_millis(300)));
    for number in 0..5 {
        asked(&world, &format!("ouder-{number}@example.org"));
    }
    let gone = withdrawn(&world);
    days(&world, 150);
    let report = run(&world);
    assert_eq!((done(&report), report.untold, mail.asked()), ((0, 0), 5, 3), "the rest is not even tried");
    assert!(is_gone(&world, &gone));
    mail.answers(|_| Some(TAKEN));
    let report = run(&world);
    assert_eq!((done(&report), report.untold, mail.taken().len()), ((5, 0), 0, 5));
}

fn who_says_that_it_goes_on_while_her_letter_is_under_way_is_not_told_of_the_old_day(engine: Engine) {
    let (reached, is_reached) = channel();
    let (go, goes) = channel();
    let mail = MailServer::new(move |_| {
        reached.send(()).expect("the test waits");
        goes.recv().expect("the test goes on");
        Some(TAKEN)
    });
    let world = world(engine, &mail, (0, PATIENT));
    let (parent, request) = asked(&world, "ouder@example.org");
    let gone = withdrawn(&world);
    days(&world, 150);
    let report = std::thread::scope(|scope| {
        let going = scope.spawn(|| run(&world));
        is_reached.recv().expect("her letter is under way");
        assert!(is_gone(&world, &gone), "letters come last");
        goes_on(&world, parent, &request).expect(200);
        go.send(()).expect("it is taken");
        going.join().expect("a round")
    });
    assert_eq!((done(&report), report.untold, mail.taken().len()), ((0, 0), 0, 1));
    let goes = shown(&world, parent, &request)["continuation"].clone();
    assert_eq!((&goes["lastDate"], &goes["told"]), (&json!(ahead(&world, 180)), &json!(false)));
    assert_eq!((journal(&world, "request.last-day-told", &request), notices(&world, parent).len()), (0, 0));
    assert_eq!(count(&world, "support_requests WHERE last_day_told_at IS NOT NULL"), 0);
}

fn a_contact_that_does_not_open_stops_nothing_but_its_letter(engine: Engine) {
    let mail = MailServer::new(|_| Some(TAKEN));
    let world = world(engine, &mail, (0, PATIENT));
    let [(damaged, of_damaged), (_, torn), _] =
        ["stuk@example.org", "kapot@example.org", "heel@example.org"].map(|address| asked(&world, address));
    let health =
        json!({ "kind": "child-health-data", "text": words("child-health-data"), "childAge": "under-16" });
    let consents = format!("/support-requests/{of_damaged}/consents");
    let consent = world.app.post(damaged, &consents, &health).expect(201).id();
    let set = |what: &str, request: &str| {
        let update = format!("UPDATE support_requests SET {what} WHERE id = '{request}'");
        around(&world.app.location, |database| database.batch(&update)).expect("an administrator can");
    };
    set("contact_value = 'v1.broken'", &of_damaged);
    set("language = '?'", &torn);
    days(&world, 150);
    let report = run(&world);
    assert_eq!((done(&report), report.untold, report.failed), ((2, 0), 0, 1));
    assert_eq!((mail.taken(), notices(&world, damaged).len()), (vec!["heel@example.org".to_owned()], 1));
    // and it is never a reason to refuse what a parent stops
    let coordinator = world.coordinators[0];
    for path in
        [format!("{consents}/{consent}/withdrawal"), format!("/support-requests/{of_damaged}/withdrawal")]
    {
        world.app.ask(coordinator, &path).expect(200);
    }
    assert_eq!(mail.taken().len(), 0);
}
