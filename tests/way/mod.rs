//! The way to Bitbucket, from outside: the program against real sockets that do what broken networks do. No fault of the way
//! is blamed on the token, and no bad token on the way.

mod answers;
mod connections;
mod namespace;
mod pasted;
mod proxies;
mod proxy;
mod stage;
mod trust;
