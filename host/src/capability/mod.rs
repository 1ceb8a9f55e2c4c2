//! What a plugin may ask of the world. No wasmtime here: the engine only passes calls on.

pub mod calls;


pub mod log;
