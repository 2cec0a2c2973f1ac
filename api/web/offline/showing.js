// Showing: what was checked, what it means, and nothing green that was not checked.

const FACTS = JSON.parse(document.getElementById("facts").textContent);
const element = (id) => document.getElementById(id);
let latest = null; // the outcome on show, for the comparison of rules

function made(tag, text = "", name = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (name) node.className = name;
  return node;
}

function trustedKeys() { // those written into the page, and those pasted by whoever reads it
  const pasted = element("more").value.split("\n").filter((line) => line.trim());
  const found = [];
  for (const line of [...FACTS.keys, ...pasted]) {
    const key = parseKey(line);
    if (!found.some((k) => k.line === key.line)) found.push(key);
  }
  return found;
}

const beijing = (at) => new Date(at).toLocaleString("zh-CN", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  second: "2-digit", hour12: false,
});

async function judge(text) { // the outcome of one text; never throws
  try {
    return await check(text, trustedKeys(), FACTS);
  } catch (fault) {
    const why = fault instanceof Malformed ? `公钥有误，请整行复制 not a public key: ${fault.message}` : `${fault}`;
    return { valid: false, failed: "key", sentence: null, why, checked: [], unable: [], witnesses: [] };
  }
}

const told = (found) => (found.sentence ? FACTS.failed[found.sentence].replaceAll("{why}", found.why) : found.why);

function verdict(found) {
  const panel = element("verdict");
  const [name, head, words] = found.valid ? ["good", "回执有效 Valid", "下列各项都已核验。"]
    : found.failed ? ["bad", "回执无效 INVALID", told(found)]
      : ["open", "未能核验 Not checked", "本浏览器不能验证签名 this browser cannot check signatures (Ed25519)。请把本页存盘,"
        + "用新版 Chrome、Edge、Firefox 或 Safari 从本机打开再验，或用 tendercredit receipts check。其余各项未见不符，但签名没有验过，不能据此认定。"];
  panel.className = `verdict ${name}`;
  panel.replaceChildren(made("p", head, "head"), made("p", words));
}

function stepList(found) {
  const wanted = Object.keys(FACTS.passed).filter((step) => {
    if (step === "witness") return found.checked.includes(step) || found.failed === step;
    const optional = { stated: found.given?.stated?.length, question: found.given?.question, answer: found.given?.answer };
    return !(step in optional) || optional[step];
  });
  return wanted.map((step) => {
    const state = found.checked.includes(step) ? "ok" : found.failed === step ? "fail" : "open";
    const item = made("li", "", state);
    const word = { ok: "通过", fail: "不通过", open: "未核验" }[state];
    item.append(made("span", word, "state"), made("span", state === "fail" ? told(found) : FACTS.passed[step]));
    return item;
  });
}

function facts(found) {
  const { statement, key_id: signed } = found.receipt, point = found.receipt.log.point;
  const rows = [
    ["回执编号", statement.id], ["日志", statement.log], ["资格日", statement.valid_at],
    ["数据截至", `日志第 ${statement.known_seq} 条` + (statement.known_at ? `(${beijing(statement.known_at)})` : "")],
    ["名单时效以此刻计", beijing(statement.asked_at)], ["签发时间", beijing(statement.issued_at)],
    ["规则摘要", statement.rules], ["签名密钥", signed],
    ["检查点", `${point.size} 条，根 ${base64(point.root)}`],
    ["见证人", found.witnesses.map((w) => `${w.name}(${beijing(w.seconds * 1000)})`).join("、")
      || "没有已知见证人的签名；没有也不影响回执有效"],
  ];
  if (found.unknown.length) rows.push(["其他签名", `${found.unknown.join("、")}:本页没有其公钥，未核验`]);
  return rows.flatMap(([name, value]) => [made("dt", name), made("dd", value)]);
}

function answerRows(found) { // only of an answer that fits what was signed
  const lines = found.given.shown?.get("answers");
  if (!found.checked.includes("answer") || !Array.isArray(lines)) return [];
  const text = (line, name) => (line instanceof Map && typeof line.get(name) === "string" ? line.get(name) : "");
  return lines.map((line) => {
    const row = made("tr");
    const reasons = line instanceof Map && Array.isArray(line.get("reasons")) ? line.get("reasons") : [];
    const why = reasons.map((r) => [text(r, "title"), text(r, "basis")].filter(Boolean).join(" ")).join(";");
    const who = [text(line, "name") || text(line, "person_ref"), text(line, "code")].filter(Boolean).join(" ");
    for (const cell of [text(line, "bid"), who, text(line, "label") || text(line, "outcome"), why]) row.append(made("td", cell));
    return row;
  });
}

function show(found) {
  latest = found;
  verdict(found);
  element("steps").replaceChildren(...stepList(found));
  element("outcome").hidden = false;
  element("proven").hidden = !found.valid;
  if (!found.valid) return;
  element("facts-shown").replaceChildren(...facts(found));
  const rows = answerRows(found);
  element("answers").replaceChildren(...rows);
  element("answered").hidden = rows.length === 0;
  const missing = { question: "问题", answer: "答复" };
  const without = found.notGiven.map((name) => missing[name]).join("、");
  element("not-given").textContent = without && `文件未附${without},未比对：回执只证明签发过，不证明您手中的${without}与之一致。`;
}

async function work(text) {
  element("rules-told").textContent = "";
  element("rules").value = "";
  show(await judge(text));
}

async function workFile(file) {
  try {
    await work(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer()));
  } catch (fault) {
    show({ valid: false, failed: "form", sentence: "file", why: fault.message, checked: [], unable: [], witnesses: [] });
  }
}

async function compareRules(file) { // the rule set of a complaint bundle against the digest that was signed
  const digest = hex(sha256(new Uint8Array(await file.arrayBuffer())));
  const fits = latest?.valid && digest === latest.receipt.statement.rules;
  element("rules-told").textContent = fits ? "规则文件与回执所载摘要一致。" : `规则文件与回执所载摘要不一致：文件为 ${digest}。`;
  element("rules-told").className = fits ? "told good" : "told bad";
}

element("file").addEventListener("change", (event) => { if (event.target.files[0]) workFile(event.target.files[0]); });
element("rules").addEventListener("change", (event) => { if (event.target.files[0]) compareRules(event.target.files[0]); });
element("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = element("text").value;
  const cut = text.startsWith(PROOF) && !text.endsWith("\n"); // pasting loses the last line's end
  work(cut ? `${text}\n` : text);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) workFile(event.dataTransfer.files[0]);
});

for (const line of FACTS.keys) element("keys").append(made("li", line));
element("made-at").textContent = beijing(FACTS.made_at);
element("proves").textContent = FACTS.proves;
for (const node of document.querySelectorAll("[data-starts]")) node.hidden = false;
