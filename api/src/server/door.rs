//! Where connections come in, and how that door is shut without cutting anybody off.
//!
//! A socket that listens and is closed breaks every connection that the system has finished setting up and nobody has taken
//! in yet: its caller has perhaps sent her call, and is cut off. So first the system is told to make no new connections,
//! while what it has begun comes in as before; the socket is closed when nothing is left to come.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

/// How many connections wait to be taken in at most.
const BACKLOG: i32 = 1024;

/// How long connections that were begun take to come in, and the calls on them.
pub const SETTLE: Duration = Duration::from_millis(300);

/// The door.
#[derive(Debug)]
pub struct Door(Socket);

impl Door {
    /// Opens it, and gives the socket that connections are taken in from.
    pub fn open(address: SocketAddr) -> io::Result<(Self, TcpListener)> {
        let socket = stand(address)?;
        socket.listen(BACKLOG)?;
        let listener: TcpListener = socket.try_clone()?.into();
        listener.set_nonblocking(true)?;
        Ok((Self(socket), listener))
    }

    /// Shuts it: whoever asks for a connection now gets none, and is refused as soon as the socket is closed. What was begun
    /// before comes in. The socket is closed when this is dropped and nobody takes in from it any more.
    pub fn shut(&self) {
        if let Err(fault) = make_no_more(&self.0) {
            log::warn!("connections that are being made when the server stops may be cut off: {fault}");
        }
    }
}

/// Looks whether a door can be opened here, and lets nobody in: nothing is listened to.
///
/// # Errors
/// Why not: most often because another program stands there.
pub fn is_free(address: SocketAddr) -> io::Result<()> {
    stand(address).map(drop)
}

/// A socket at this address.
fn stand(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// A filter on what the socket gets: no first packet of a new connection.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn make_no_more(socket: &Socket) -> io::Result<()> {
    use socket2::SockFilter;
    // classic BPF over the TCP header (RFC 9293, 3.1): drop what has SYN and not ACK, keep all else
    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const FLAGS_AT: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    socket.attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS_AT),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn make_no_more(_: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
