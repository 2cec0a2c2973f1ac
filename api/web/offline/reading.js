"use strict";
// Reading: JSON as it was written, its one canonical text, base64, hashes, signed notes. Nothing here asks a network.
// Integers are BigInt, numbers with a fraction Number, objects Map: no digit and no member is lost or invented.

class Malformed extends Error {}

const DEEPEST = 400; // levels of nesting
const utf8 = (text) => new TextEncoder().encode(text);
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
};

function parseJson(text) {
  let at = 0;
  const fail = (what) => { throw new Malformed(`JSON: ${what} (${at})`); };
  const blanks = () => { while (at < text.length && " \t\n\r".includes(text[at])) at += 1; };
  const string = () => {
    const start = at;
    for (at += 1; text[at] !== '"'; at += text[at] === "\\" ? 2 : 1) {
      if (at >= text.length || text[at] < " ") fail("string");
    }
    at += 1;
    let found;
    try { found = JSON.parse(text.slice(start, at)); } catch { fail("string"); }
    if (/\p{Surrogate}/u.test(found)) fail("half a character");
    return found;
  };
  const number = () => {
    const shape = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    shape.lastIndex = at;
    const found = shape.exec(text);
    if (!found) fail("value");
    at = shape.lastIndex;
    if (found[1] === undefined && found[2] === undefined) return BigInt(found[0]);
    const value = Number(found[0]);
    return Number.isFinite(value) ? value : fail("number out of range");
  };
  const members = (close, one) => { // after the opening bracket
    at += 1;
    blanks();
    if (text[at] === close) { at += 1; return; }
    for (;;) {
      one();
      blanks();
      at += 1;
      if (text[at - 1] === close) return;
      if (text[at - 1] !== ",") fail("separator");
      blanks();
    }
  };
  const value = (depth) => {
    if (depth > DEEPEST) fail("nested too deep");
    blanks();
    if (text[at] === '"') return string();
    if (text[at] === "[") {
      const found = [];
      members("]", () => found.push(value(depth + 1)));
      return found;
    }
    if (text[at] === "{") {
      const found = new Map();
      members("}", () => {
        if (text[at] !== '"') fail("name");
        const name = string();
        blanks();
        if (text[at] !== ":") fail("colon");
        at += 1;
        found.set(name, value(depth + 1));
      });
      return found;
    }
    for (const [word, meant] of [["true", true], ["false", false], ["null", null]]) {
      if (text.startsWith(word, at)) { at += word.length; return meant; }
    }
    return number();
  };
  const found = value(0);
  blanks();
  return at === text.length ? found : fail("text after the end");
}

const byCodePoint = (a, b) => {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    if (x[i] !== y[i]) return x[i].codePointAt(0) - y[i].codePointAt(0);
  }
  return x.length - y.length;
};

// The canonical text: names sorted, no blanks. A fraction is its decimal text, or refused where none may be.
function canonical(value, fractions = false) {
  if (value instanceof Map) {
    const names = [...value.keys()].sort(byCodePoint);
    return `{${names.map((n) => `${JSON.stringify(n)}:${canonical(value.get(n), fractions)}`).join(",")}}`;
  }
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v, fractions)).join(",")}]`;
  if (typeof value === "bigint") {
    if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new Malformed("integer over 64 bits");
    return String(value);
  }
  if (typeof value === "number") {
    if (!fractions) throw new Malformed("number with a fraction");
    return Number.isInteger(value) && Math.abs(value) < 2 ** 53 ? String(BigInt(value)) : `"${decimal(value)}"`;
  }
  return JSON.stringify(value);
}

function decimal(value) { // without an exponent
  const [, sign, whole, rest = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  const digits = whole + rest, point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point < digits.length) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return sign + digits + "0".repeat(point - digits.length) + (Math.abs(value) < 1e16 ? ".0" : "");
}

function moment(text) { // in UTC with microseconds, as it is signed
  const shape = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;
  const found = shape.exec(text);
  const local = found && Date.parse(`${found[1]}T${found[2]}:${found[3] ?? "00"}Z`);
  if (!found || Number.isNaN(local)) throw new Malformed("moment");
  const away = (Number(found[6] ?? 0) * 60 + Number(found[7] ?? 0)) * 60000 * (found[5] === "-" ? -1 : 1);
  return `${new Date(local - away).toISOString().slice(0, 19)}.${`${found[4] ?? ""}000000`.slice(0, 6)}Z`;
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function unbase64(text) { // null for anything but the one text of these bytes
  try {
    const found = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return base64(found) === text ? found : null;
  } catch {
    return null;
  }
}

const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

function unhex(text) {
  if (typeof text !== "string" || !/^(?:[ \t\n\r\f\v]*[0-9a-fA-F]{2})*[ \t\n\r\f\v]*$/.test(text)) return null;
  return Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const ROUNDS = (() => { // the first 32 bits of the fractions of cube roots and square roots of primes (FIPS 180-4)
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32);
  return { k: primes.map((p) => fraction(Math.cbrt(p))), h: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))) };
})();

function sha256(bytes) { // our own: it works where a browser lends its cryptography to https pages only
  const length = bytes.length, blocks = Math.ceil((length + 9) / 64);
  const padded = new DataView(new ArrayBuffer(blocks * 64));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(length, 0x80);
  padded.setBigUint64(blocks * 64 - 8, BigInt(length) * 8n);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const state = Int32Array.from(ROUNDS.h), w = new Int32Array(64);
  for (let block = 0; block < blocks; block += 1) {
    for (let i = 0; i < 16; i += 1) w[i] = padded.getInt32(block * 64 + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25), big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t1 = (h + big1 + ((e & f) ^ (~e & g)) + ROUNDS.k[i] + w[i]) | 0;
      const t2 = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] += x; });
  }
  const found = new DataView(new ArrayBuffer(32));
  state.forEach((x, i) => found.setInt32(i * 4, x));
  return new Uint8Array(found.buffer);
}

const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const leafHash = (bytes) => sha256(joined([0], bytes));
const nodeHash = (left, right) => sha256(joined([1], left, right));

function tightest(index, length) { // the smallest tree with such a path: what a receipt states as the size of its batch
  for (let turn = 0n; turn <= BigInt(length); turn += 1n) {
    if (turn && (index >> (turn - 1n)) & 1n) continue;
    let above = 0n;
    for (let rest = index >> turn; rest; rest >>= 1n) above += rest & 1n;
    if (turn + above === BigInt(length)) return turn ? (((index >> turn) << turn) | (1n << (turn - 1n))) + 1n : index + 1n;
  }
  return null;
}

function included(leaf, index, size, path, root) { // RFC 9162, 2.1.3.2
  if (index < 0n || index >= size) return false;
  let at = index, last = size - 1n, found = leaf;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      found = nodeHash(sibling, found);
      while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
    } else {
      found = nodeHash(found, sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(found, root);
}

const PROOF = "c2sp.org/tlog-proof@v1";
const NUMBER = /^(?:0|[1-9][0-9]{0,18})$/;

function bytesOf(line, length) {
  const found = unbase64(line);
  if (found === null || (length && found.length !== length)) throw new Malformed("base64");
  return found;
}

function parseProof(text) { // index, path, checkpoint, and what else the file carries
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(cut, 0)).split("\n");
  if (cut < 0 || lines.shift() !== PROOF) throw new Malformed(PROOF);
  const extra = lines[0]?.startsWith("extra ") ? bytesOf(lines.shift().slice(6)) : new Uint8Array();
  const index = lines.shift() ?? "";
  if (!index.startsWith("index ") || !NUMBER.test(index.slice(6))) throw new Malformed("index");
  return { index: BigInt(index.slice(6)), path: lines.map((l) => bytesOf(l, 32)), checkpoint: text.slice(cut + 2), extra };
}

function proofText({ index, path, checkpoint }, extra) {
  const head = extra?.length ? [PROOF, `extra ${base64(extra)}`] : [PROOF];
  return [...head, `index ${index}`, ...path.map(base64), "", checkpoint].join("\n");
}

function parseCheckpoint(note) { // of the note's text; its signature is another matter
  const lines = `${note.slice(0, Math.max(note.lastIndexOf("\n\n"), 0))}\n`.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.some((l) => !l)) throw new Malformed("checkpoint");
  if (!NUMBER.test(lines[1])) throw new Malformed("checkpoint");
  return { origin: lines[0], size: BigInt(lines[1]), root: bytesOf(lines[2], 32) };
}

function signatures(note) { // the signed text, and each signature line's name and bytes
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Malformed("no signature");
  const text = note.slice(0, cut + 1), lines = note.slice(cut + 2, -1).split("\n");
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text) || lines.length > 100) throw new Malformed("note");
  return [text, lines.map((line) => {
    const found = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const body = found && unbase64(found[2]);
    if (!body || body.length < 5) throw new Malformed("signature line");
    return { name: found[1], id: hex(body.slice(0, 4)), body };
  })];
}

function parseKey(line) { // a public key `<name>+<id>+<base64>`: 1 signs for a log, 4 cosigns as a witness
  const [name, id, ...rest] = line.trim().split("+");
  const raw = unbase64(rest.join("+"));
  const known = name && raw && raw.length === 33 && (raw[0] === 1 || raw[0] === 4);
  if (!known || hex(sha256(joined(utf8(`${name}\n`), raw)).slice(0, 4)) !== id) throw new Malformed(line.slice(0, 60));
  return { name, id, witness: raw[0] === 4, public: raw.slice(1), line: line.trim() };
}
