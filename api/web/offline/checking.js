// Checking a receipt: the same steps in the same order as `tendercredit receipts check`, the first fault named.

class Broken extends Error {
  constructor(step, sentence, why = "") {
    super(sentence);
    Object.assign(this, { step, sentence, why: String(why) });
  }
}

const RECORD = ["id", "receipt", "question", "answer", "org_code", "asked_by", "sealed", "keep_until", "proves"];
const TEXT = "text", WHOLE = "integer", TEXTS = "texts", MAYBE = "text or null";
const STATEMENT = {
  type: TEXT, id: TEXT, log: TEXT, question_digest: TEXT, answer_digest: TEXT, valid_at: TEXT, known_seq: WHOLE,
  known_at: MAYBE, asked_at: TEXT, rules: TEXT, issued_at: TEXT, salt: TEXT,
};
const RECEIPT = {
  statement: STATEMENT, signature: TEXT, key_id: TEXT, batch: { index: WHOLE, size: WHOLE, path: TEXTS },
  entry: { seq: WHOLE, leaf: TEXT, body: TEXT }, proof: TEXT,
};

function read(text) { // a receipt (JSON or text), a whole answer, or a record with question and answer
  try {
    return text.startsWith(`${PROOF}\n`) ? { receipt: fromText(text) } : takenApart(parseJson(text));
  } catch (fault) {
    if (fault instanceof Broken) throw fault;
    throw new Broken("form", "file", fault.message);
  }
}

function takenApart(raw) {
  if (typeof raw === "string") return read(raw);
  if (!(raw instanceof Map) || !raw.has("receipt")) return { receipt: raw };
  let receipt = raw.get("receipt");
  if (typeof receipt === "string") receipt = read(receipt).receipt;
  if (raw.has("answers")) return ofResponse(raw, receipt);
  const strange = [...raw.keys()].filter((name) => !RECORD.includes(name)).sort();
  if (strange.length) throw new Broken("form", "member", strange[0].slice(0, 40));
  const answer = raw.get("answer") ?? null;
  return {
    receipt, question: raw.get("question") ?? null, answer: answer === null ? null : content(answer), shown: answer,
    stated: raw.has("id") ? [["id", raw.get("id")]] : [],
  };
}

function content(value) {
  try {
    return canonical(value, true);
  } catch (fault) {
    throw new Broken("form", "content", fault.message);
  }
}

function ofResponse(raw, receipt) { // the body of an answer: its parts in the words of the digest
  const asUtc = (holder, name) => {
    if (!(holder instanceof Map) || !holder.has(name)) throw new Malformed(name);
    const given = holder.get(name);
    return new Map(holder).set(name, given === null ? null : moment(given));
  };
  try {
    const known = asUtc(raw.get("as_of"), "known_at");
    const sources = known.get("sources").map((source) => asUtc(source, "fetched_at"));
    if (!["answers", "bids", "notice"].every((name) => raw.has(name))) throw new Malformed("members");
    const shown = new Map([["answers", raw.get("answers")], ["bids", raw.get("bids")], ["sources", sources],
      ["notice", raw.get("notice")]]);
    const stated = ["log", "valid_at", "known_seq", "known_at"].map((name) => [name, known.get(name) ?? null]);
    return { receipt, answer: canonical(shown, true), shown, stated: [...stated, ["rules", raw.get("rules") ?? null]] };
  } catch {
    throw new Broken("form", "response");
  }
}

function fromText(text) { // one C2SP tlog-proof file: all but the log proof is in its `extra` line
  const log = parseProof(text);
  const rest = parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(log.extra));
  const whole = rest instanceof Map && !rest.has("proof") && same(utf8(canonical(rest)), log.extra);
  if (!whole || proofText(log, log.extra) !== text) throw new Malformed("text form");
  return rest.set("proof", proofText(log));
}

function shaped(raw, shape, place) { // exactly these members, of these kinds
  if (typeof shape === "object") {
    const names = Object.keys(shape);
    if (!(raw instanceof Map) || raw.size !== names.length) throw new Malformed(place);
    return Object.fromEntries(names.map((name) => [name, shaped(raw.get(name), shape[name], `${place}.${name}`)]));
  }
  const fits = {
    [TEXT]: () => typeof raw === "string", [WHOLE]: () => typeof raw === "bigint",
    [MAYBE]: () => raw === null || typeof raw === "string",
    [TEXTS]: () => Array.isArray(raw) && raw.every((one) => typeof one === "string"),
  };
  if (!fits[shape]()) throw new Malformed(place);
  return raw;
}

function form(raw, type) {
  let receipt, log, whole;
  try {
    receipt = shaped(raw, RECEIPT, "$");
    log = parseProof(receipt.proof);
    whole = proofText(log) === receipt.proof && log.path.length <= 64;
    receipt.text = canonical(raw.get("statement"));
    receipt.salt = unhex(receipt.statement.salt);
    receipt.log = { ...log, point: parseCheckpoint(log.checkpoint) };
    if (receipt.salt === null) throw new Malformed("$.statement.salt");
  } catch (fault) {
    throw new Broken("form", "receipt", fault.message);
  }
  if (!whole) throw new Broken("form", "log_proof");
  if (receipt.statement.type !== type) throw new Broken("form", "type", receipt.statement.type.slice(0, 40));
  return receipt;
}

function exactBytes(text, step) {
  const found = unbase64(text);
  if (!found?.length) throw new Broken(step, "base64");
  return found;
}

function entryBody(receipt) {
  let body = null;
  try { body = parseJson(receipt.entry.body); } catch { /* said below */ }
  if (!(body instanceof Map)) throw new Broken("entry", "unreadable");
  return body;
}

// Ed25519 by the browser itself. `null` where it has none: then nothing that needs a signature is called checked.
async function ed25519() {
  const take = (raw) => crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  const accepts = async (raw, message, signature) => {
    try {
      return await crypto.subtle.verify({ name: "Ed25519" }, await take(raw), signature, message);
    } catch {
      return false;
    }
  };
  try { // RFC 8032, 7.1, test 2: it must hold, and must not hold for another message
    const key = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const signed = unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    await take(key);
    const holds = await accepts(key, Uint8Array.of(0x72), signed) && !await accepts(key, Uint8Array.of(0x73), signed);
    return holds ? accepts : null;
  } catch {
    return null;
  }
}

async function opened(note, keys, accepts) { // a known key signed this checkpoint, and no known key's signature is wrong
  const [text, lines] = signatures(note);
  let known = 0;
  for (const line of lines) {
    const key = keys.find((k) => k.name === line.name && k.id === line.id);
    if (!key) continue;
    if (!await accepts(key.public, utf8(text), line.body.slice(4))) throw new Malformed(key.name);
    known += 1;
  }
  if (!known) throw new Malformed("no known key");
}

async function cosignatures(note, witnesses, accepts) { // who of the known witnesses cosigned, and when
  const [text, lines] = signatures(note);
  const found = new Map();
  for (const line of lines) {
    const key = witnesses.find((k) => k.name === line.name && k.id === line.id);
    if (!key) continue;
    const seconds = line.body.length === 76 ? new DataView(line.body.buffer).getBigUint64(4) : 2n ** 63n;
    const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
    const fits = seconds < 2n ** 33n && await accepts(key.public, message, line.body.slice(12));
    if (!fits) throw new Malformed(key.name);
    if (!found.has(key.name)) found.set(key.name, { name: key.name, seconds: Number(seconds) });
  }
  return [...found.values()];
}

const otherSigners = (receipt, keys) => // names on the checkpoint that nobody here knows
  signatures(receipt.log.checkpoint)[1].filter((l) => !keys.some((k) => k.name === l.name && k.id === l.id)).map((l) => l.name);

function* steps(receipt, given, keys, accepts, facts) { // [step, what to do, whether it needs signatures]
  const { statement, entry, log } = receipt;
  const key = keys.find((k) => k.id === receipt.key_id);
  const bound = (step, text, digest) => {
    if (hex(sha256(joined(receipt.salt, utf8(text)))) !== digest) throw new Broken(step, step);
  };
  yield ["key", () => { if (!key) throw new Broken("key", "key", receipt.key_id.slice(0, 16)); }];
  yield ["signature", async () => {
    const signature = exactBytes(receipt.signature, "signature");
    if (!await accepts(key.public, utf8(receipt.text), signature)) throw new Broken("signature", "signature");
  }, true];
  if (given.stated?.length) {
    yield ["stated", () => {
      const wrong = given.stated.find(([name, value]) => value !== statement[name]);
      if (wrong) throw new Broken("stated", "stated", wrong[0]);
    }];
  }
  if (given.question !== undefined && given.question !== null) {
    yield ["question", () => bound("question", content(given.question), statement.question_digest)];
  }
  if (given.answer) yield ["answer", () => bound("answer", given.answer, statement.answer_digest)];
  yield ["batch", () => {
    const { index, size, path } = receipt.batch, root = unhex(entryBody(receipt).get("subject"));
    if (!root) throw new Broken("entry", "no_root");
    const hashes = path.map((h) => exactBytes(h, "batch"));
    const stated = size <= BigInt(facts.most) && size === tightest(index, hashes.length);
    const fits = stated && included(leafHash(utf8(receipt.text)), index, size, hashes, root);
    if (!fits) throw new Broken("batch", "batch");
  }];
  yield ["entry", () => {
    const body = entryBody(receipt);
    const fits = body.get("kind") === facts.entry_kind && body.get("seq") === entry.seq && entry.seq === log.index
      && hex(leafHash(utf8(entry.body))) === entry.leaf && statement.known_seq < entry.seq;
    if (!fits) throw new Broken("entry", "entry");
  }];
  yield ["log", () => {
    const { origin } = log.point;
    if (origin !== statement.log) throw new Broken("log", "log", `${origin.slice(0, 80)} ≠ ${statement.log.slice(0, 80)}`);
  }];
  yield ["checkpoint", async () => {
    try {
      await opened(log.checkpoint, keys, accepts);
    } catch (fault) {
      throw new Broken("checkpoint", "checkpoint", fault.message);
    }
  }, true];
  yield ["proof", () => {
    const { size, root } = log.point;
    if (!included(leafHash(utf8(entry.body)), log.index, size, log.path, root)) throw new Broken("proof", "proof");
  }];
}

// The outcome: valid is true only when every step was carried out and held. `unable` names steps left undone for want
// of Ed25519; a fault found without it is a fault all the same.
async function check(text, trusted, facts) {
  const keys = trusted.filter((k) => !k.witness), witnesses = trusted.filter((k) => k.witness);
  const accepts = await ed25519();
  const found = { valid: false, failed: null, sentence: null, why: "", checked: [], unable: [], witnesses: [] };
  try {
    found.given = read(text);
    found.receipt = form(found.given.receipt, facts.type);
    found.checked.push("form");
    for (const [step, act, signed] of steps(found.receipt, found.given, keys, accepts, facts)) {
      if (signed && accepts === null) { found.unable.push(step); continue; }
      await act();
      found.checked.push(step);
    }
    if (accepts) await seen(found, witnesses, accepts);
    found.valid = found.unable.length === 0;
    found.unknown = accepts ? otherSigners(found.receipt, trusted) : [];
    found.notGiven = ["question", "answer"].filter((name) => (found.given[name] ?? null) === null);
  } catch (fault) {
    if (!(fault instanceof Broken)) throw fault;
    Object.assign(found, { failed: fault.step, sentence: fault.sentence, why: fault.why });
  }
  return found;
}

async function seen(found, witnesses, accepts) {
  try {
    found.witnesses = await cosignatures(found.receipt.log.checkpoint, witnesses, accepts);
  } catch (fault) {
    throw new Broken("witness", "witness", fault.message);
  }
  if (found.witnesses.length) found.checked.push("witness");
}
