#!/usr/bin/env node
// Makes the tarballs for npm:
//
//     packaging/npm/pack.mjs OUT                     the launcher
//     packaging/npm/pack.mjs OUT PLATFORM PROGRAM    the package of one platform, around a built program
//
// PLATFORM is a name of platforms.json, such as linux-x64. The version is that of Cargo.toml. It prints the
// paths of what it made, and publishes nothing. It needs npm.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const platforms = JSON.parse(readFileSync(join(here, "platforms.json"), "utf8"));
const launcher = JSON.parse(readFileSync(join(here, "baseleak/package.json"), "utf8"));

function fail(what) {
  process.stderr.write(`error: ${what}\n`);
  process.exit(2);
}

/** Tarballs that are made from a wrong version would be found out when they are published. */
function checkVersion() {
  const version = /^version = "(.*)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
  const names = Object.keys(platforms).map((platform) => `@baseleak/${platform}`);
  const wanted = launcher.optionalDependencies;
  if (launcher.version !== version) fail(`the launcher is ${launcher.version}, and Cargo.toml ${version}`);
  if (Object.keys(wanted).sort().join() !== names.sort().join()) fail("package.json and platforms.json disagree");
  if (Object.values(wanted).some((other) => other !== version)) fail(`not all optional packages are ${version}`);
}

function packageOf(platform) {
  const { os, cpu, libc } = platforms[platform] ?? fail(`${platform} is none of ${Object.keys(platforms).join(", ")}`);
  const { homepage, bugs, repository, license, engines, publishConfig } = launcher;
  return {
    name: `@baseleak/${platform}`,
    version: launcher.version,
    description: `The program of the package baseleak, for ${platform}.`,
    homepage,
    bugs,
    repository,
    license,
    engines,
    os,
    cpu,
    ...(libc && { libc }),
    files: ["bin", "LICENSE-APACHE", "LICENSE-MIT"],
    // A program cannot be started out of an archive.
    preferUnplugged: true,
    publishConfig,
  };
}

function fill(folder, platform, program) {
  for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(root, licence), join(folder, licence));
  if (platform === undefined) return cpSync(join(here, "baseleak"), folder, { recursive: true });
  mkdirSync(join(folder, "bin"));
  const target = join(folder, "bin", platform.startsWith("win32") ? "baseleak.exe" : "baseleak");
  copyFileSync(program, target);
  chmodSync(target, 0o755);
  writeFileSync(join(folder, "package.json"), JSON.stringify(packageOf(platform), null, 2) + "\n");
  writeFileSync(
    join(folder, "README.md"),
    `# @baseleak/${platform}\n\nThe program of the package [baseleak](https://www.npmjs.com/package/baseleak) for ${platform}. Install that one.\n`,
  );
}

const [out, platform, program] = process.argv.slice(2);
if (!out || (platform && !program)) fail("usage: pack.mjs OUT [PLATFORM PROGRAM]");
checkVersion();
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "baseleak-npm-"));
try {
  fill(folder, platform, program);
  // The shell finds npm on Windows, where it is a script; the arguments hold nothing that it would read.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["pack", "--silent", "--ignore-scripts", "--json", "--pack-destination", resolve(out)];
  const [made] = JSON.parse(execFileSync(npm, args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" }));
  process.stdout.write(`${join(out, made.filename)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
