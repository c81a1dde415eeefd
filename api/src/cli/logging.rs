//! The log of the program.

use crate::clock::Clock;

/// One JSON line for each event, on standard error. `RUST_LOG` says how much; calls are logged at `info`. What a stranger sends
/// that is no HTTP is no fault of ours, and fills no log.
pub fn start() {
    use std::io::Write as _;

    struct Pairs(serde_json::Map<String, serde_json::Value>);
    impl<'kvs> log::kv::VisitSource<'kvs> for Pairs {
        fn visit_pair(
            &mut self,
            key: log::kv::Key<'kvs>,
            value: log::kv::Value<'kvs>,
        ) -> Result<(), log::kv::Error> {
            let value = value.to_u64().map_or_else(|| value.to_string().into(), serde_json::Value::from);
            self.0.insert(key.to_string(), value);
            Ok(())
        }
    }

    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn,actix_http=off"))
        .format(|to, record| {
            let mut pairs = Pairs(serde_json::Map::new());
            pairs.0.insert("at".to_owned(), Clock::default().now().to_rfc3339().into());
            pairs.0.insert("level".to_owned(), record.level().as_str().into());
            pairs.0.insert("event".to_owned(), record.args().to_string().into());
            let _ = record.key_values().visit(&mut pairs);
            writeln!(to, "{}", serde_json::Value::Object(pairs.0))
        })
        .init();
    // what a panic says may hold values of a call: only its place is told
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log::error!(place = place.as_str(); "panic");
    }));
}
