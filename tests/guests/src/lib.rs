//! Guests that show one behaviour each, for the host's tests. Each is an example of this package,
//! so that one build makes them all.
