/** What a running `naast demo` says of itself: its file `demo.json`. */

import { readFileSync } from "node:fs";

export interface Demo {
  address: string;
  roles: Record<string, { name: string; subject: string; token: string }>;
  things: Record<string, string>;
}

const file = process.env["NAAST_DEMO_FILE"] ?? "../../data/demo.json";

export const demo = JSON.parse(readFileSync(file, "utf8")) as Demo;

/** The token of a role. */
export function token(role: string): string {
  const one = demo.roles[role];
  if (one === undefined) throw new Error(`the demo has no ${role}`);
  return one.token;
}

/** Something that the demo made. */
export function thing(name: string): string {
  const one = demo.things[name];
  if (one === undefined) throw new Error(`the demo has no ${name}`);
  return one;
}

/** Fails with words when something is not so. */
export function check(so: boolean, otherwise: string): asserts so {
  if (!so) throw new Error(otherwise);
}

let steps = 0;

/** Says what was done. */
export function done(what: string): void {
  steps += 1;
  console.log(`  ${what}`);
}

/** Ends with what a test runner's reader looks for. */
export function end(name: string): void {
  console.log(`${name}: ${steps} steps, each answered as its type says`);
}
