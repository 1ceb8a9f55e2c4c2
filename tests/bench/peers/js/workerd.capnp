# The address is a placeholder: `run` gives one on the command line.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "card", worker = .card) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "card") ],
);

const card :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "card.mjs", esModule = embed "card.mjs"),
  ],
  compatibilityDate = "2026-01-01",
);
