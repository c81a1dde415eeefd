//! The wall, proven: what parent and buddy write changes no byte of what anybody else sees.

mod crawl;
mod interference;
