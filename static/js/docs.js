// The documentation works without this script; with it, code can be copied.

import { watchCopying } from "./copy.js";

document.documentElement.classList.add("js");
watchCopying(async () => {});
