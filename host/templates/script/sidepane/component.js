// What a component does before its plugin's own code runs: it takes hold of the host's functions and
// puts sentences where a browser or Node has what a plugin has not.

import * as http from "sidepane:plugin/http@0.1.0";
import * as log from "sidepane:plugin/log@0.1.0";
import * as settings from "sidepane:plugin/settings@0.1.0";
import * as store from "sidepane:plugin/store@0.1.0";
import { connect } from "./host.js";
import { console } from "./log.js";
import { random } from "./random.js";
import { setTraps } from "./traps.js";

connect({ http, log, settings, store });
globalThis.console = console;
Math.random = random;
setTraps();
