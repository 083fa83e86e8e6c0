#!/usr/bin/env node
// Starts the program of the package for this system, and ends as it does.
//
// It downloads nothing and changes nothing: arguments, standard streams and the environment are
// passed on as they are. Where it cannot start the program it ends with 2, which means "no verdict".
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const path = require("node:path");
const { isatty } = require("node:tty");

const INSTALLING = "https://github.com/baseleak/baseleak/blob/main/docs/installing.md";
const NO_VERDICT = 2;

/** The names of the packages that may hold the program, the likelier first. */
function candidates() {
  const name = `@baseleak/${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [name, `${name}-musl`] : [name];
}

/** Whether this Node is linked to musl, as on Alpine. */
function isMusl() {
  if (!process.report) return false;
  process.report.excludeNetwork = true; // Otherwise it looks up the names of hosts.
  const { header } = process.report.getReport();
  return !header.glibcVersionRuntime;
}

/** The path of the program in a package; nothing where the package is not installed. */
function programIn(name) {
  try {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    return path.join(folder, "bin", process.platform === "win32" ? "baseleak.exe" : "baseleak");
  } catch {
    return undefined;
  }
}

function fail(what, cause, hint) {
  process.stderr.write(`error: ${what}\ncause: ${cause}\nhint: ${hint}\n`);
  process.exit(NO_VERDICT);
}

function program() {
  const supported = Object.keys(require("../package.json").optionalDependencies);
  const names = candidates();
  if (!names.some((name) => supported.includes(name))) {
    const systems = supported.map((name) => name.slice("@baseleak/".length)).join(", ");
    fail(
      `there is no program for ${process.platform} on ${process.arch}`,
      `the packages are for ${systems}`,
      `build it from source: ${INSTALLING}`,
    );
  }
  const found = names.map(programIn).filter(Boolean);
  if (found.length === 0) {
    fail(
      `the package ${names.join(" or ")} is not installed`,
      "it holds the program; npm leaves it out with --omit=optional, or where the lock file was made on another system",
      `install it with \`npm install --include=optional\`, or another way: ${INSTALLING}`,
    );
  }
  // An npm that does not know of C libraries installs both.
  return found.length > 1 && isMusl() ? found[1] : found[0];
}

function run(file) {
  const child = spawn(file, process.argv.slice(2), { stdio: "inherit" });
  // What a terminal interrupts gets the signal by itself, and must not get it twice.
  // `process.stdin` must not be touched: Node would make a pipe non-blocking, and the program could not read it.
  const atTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", atTerminal ? () => {} : pass);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  child.on("error", (error) => {
    fail(`cannot start ${file}`, error.message, "install the package again");
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    // Ends of the same signal, as whoever waits for this process wants to know.
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // A signal that Node does not end of.
    setTimeout(() => process.exit(128 + (constants.signals[signal] || 0)), 100);
  });
}

run(program());
