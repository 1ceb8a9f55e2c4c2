// The pane of a plugin that is being written: shown anew with every build that answers, and above it
// what is wrong with one that does not.

import { watch } from "./workshop.js";

const at = (id) => document.getElementById(id);

watch(
  { banner: at("banner"), build: at("build") },
  {
    plugin: () => null,
    changed: async () => {
      // The frame is of another origin: it is loaded anew by being given its own address.
      at("pane").src = at("pane").getAttribute("src");
    },
  },
);
