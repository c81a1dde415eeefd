//! How many files the process may have open: connections are files too, and a system that starts a service gives it few until it asks for
//! more.

/// Asks for as many as the system lets this process have, and says how many that is.
#[cfg(unix)]
pub fn as_many_as_may_be() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let (few, more) = (limit.current, limit.maximum);
        limit.current = more;
        if let Err(fault) = setrlimit(Resource::Nofile, limit) {
            log::warn!("the limit of open files stays as it is: {fault}");
            limit.current = few;
        }
    }
    // no limit at all is said by none
    limit.current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// What is counted on where the system does not say.
#[cfg(not(unix))]
pub fn as_many_as_may_be() -> usize {
    1_024
}
