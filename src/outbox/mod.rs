//! The outbox: what the catcher has caught, for a look in the browser. There is one only on the
//! machine itself: see [`routes`].

pub mod routes;
