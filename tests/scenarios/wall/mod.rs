//! The wall, proven: what parent and buddy write changes no byte of what anybody else sees, and what people entrust stands
//! nowhere that others read.

mod crawl;
mod everywhere;
mod fields;
mod forms;
mod interference;
mod leaks;
mod process;
mod rounds;
mod writes;
