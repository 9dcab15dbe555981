// A converter and classifier in JavaScript that uses nothing of energybench but the tables in data/.
//
//   node converter.mjs                   reads questions on standard input, as "energybench verify --command" asks them
//   node converter.mjs vectors.jsonl.gz  tests itself by a file of vectors

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";

const DATA = process.env.ENERGYBENCH_TABLES ?? new URL("../../data/", import.meta.url).pathname;
const ACCEPTED = new Set(["two_sources", "one_source", "transcribed", "corroborated"]);

class Refusal extends Error {}

// Exact numbers: a pair of BigInt ----------------------------------------------------------------------------

const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a);
const ratio = (over, below = 1n) => {
  const common = gcd(over, below) * (below < 0n ? -1n : 1n);
  return { over: over / common, below: below / common };
};
const times = (a, b) => ratio(a.over * b.over, a.below * b.below);
const divided = (a, b) => ratio(a.over * b.below, a.below * b.over);
const minus = (a, b) => ratio(a.over * b.below - b.over * a.below, a.below * b.below);
const compare = (a, b) => {
  const difference = a.over * b.below - b.over * a.below;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
const power = (exponent) => (exponent < 0 ? ratio(1n, 10n ** BigInt(-exponent)) : ratio(10n ** BigInt(exponent)));

function decimal(text) {
  const plain = text.normalize("NFKC").replace("\u2212", "-").trim();
  const found = /^([+-]?)(\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(plain);
  if (!found || /[，、；]/.test(text)) throw new Refusal("unreadable-amount");
  const [, sign, whole, digits = "", exponent = "0"] = found;
  const number = BigInt(whole.replaceAll(",", "") + digits) * (sign === "-" ? -1n : 1n);
  return times(ratio(number), power(Number(exponent) - digits.length));
}

function shown(number) {
  // Enough digits for a relative error of 1e-12, and all of them where the decimal has an end.
  let places = 0;
  while (places < 40 && (10n ** BigInt(places)) % number.below) places += 1;
  const scaled = (number.over * 10n ** BigInt(places)) / number.below;
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, "0");
  const text = places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return scaled < 0n ? `-${text}` : text;
}

// Tables -----------------------------------------------------------------------------------------------------

function table(name) {
  const text = readFileSync(`${DATA}/${name}.csv`, "utf8").replace(/^\uFEFF/, "");
  const rows = [];
  let row = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  const [head, ...body] = rows;
  return body.map((cells) => Object.fromEntries(head.map((column, place) => [column, cells[place]])));
}

const accepted = (name) => table(name).filter((row) => ACCEPTED.has(row.verification));
const CARRIERS = accepted("carriers");
const CARRIER_NAMES = new Map();
for (const row of table("carriers"))
  for (const name of [row.carrier, row.name_zh, row.name_en]) CARRIER_NAMES.set(name.toLowerCase(), row.carrier);
for (const row of table("carrier_names")) CARRIER_NAMES.set(row.name.toLowerCase(), row.carrier);
const LADDERS = ["benchmarks", "limits", "local_limits"].flatMap(accepted);
const FURNACES = accepted("furnace_limits").map((row) => ({ at: decimal(row.capacity), limit: decimal(row.limit) }));

// Units: a factor and a kind ---------------------------------------------------------------------------------

const ATOMS = {};
for (const [kind, factor, ...words] of [
  ["energy", "0.001", "kJ", "千焦"], ["energy", "1", "MJ", "兆焦"], ["energy", "1000", "GJ", "吉焦"],
  ["energy", "1000000", "TJ"], ["energy", "3.6", "kWh", "千瓦时", "度", "kW.h"], ["energy", "3600", "MWh"],
  ["mass", "1", "kg", "千克", "公斤"], ["mass", "1000", "t", "吨", "公吨", "tonne", "tonnes"], ["mass", "1000000", "kt"],
  ["mass", "0.001", "g", "克"], ["volume", "1", "m3", "M3", "立方米", "m^3"], ["normal volume", "1", "Nm3"],
  ["volume", "0.001", "L", "升"], ["volume", "1", "kL", "千升"],
  ["area", "1", "m2", "M2", "平方米", "m^2"], ["coal", "0.001", "gce", "克标准煤", "克标煤", "g标准煤"],
  ["coal", "1", "kgce", "千克标准煤", "千克标煤", "公斤标准煤", "kg标准煤", "KGCE", "Kgce"],
  ["coal", "1000", "tce", "吨标准煤", "吨标煤", "TCE", "t标准煤"], ["air dry", "1", "Adt", "风干吨"],
  ["output of a refinery", "1", "EF", "能量因数"], ["leather", "1", "tsl"], ["share", "1", "percent", "%"],
  ["container", "1", "TEU", "标准箱"], ["glass", "1", "weight_case", "weight case", "重量箱", "重箱"], ["money", "1", "CNY", "元", "RMB", "人民币元"], ["year", "1", "a", "年"], ["person", "1", "person", "人"],
]) for (const word of words) ATOMS[word] = { factor: decimal(factor), kind };
// Standard oil is 10/7 of standard coal, which no decimal is.
for (const [factor, ...words] of [[10n, "kgoe", "千克标准油", "kg标准油"], [10000n, "toe", "吨标准油", "TOE"]])
  for (const word of words) ATOMS[word] = { factor: ratio(factor, 7n), kind: "coal" };
const SCALES = { "": 0, 百: 2, 千: 3, 万: 4, 百万: 6, 亿: 8 };

function unit(text) {
  const plain = text.replace(/10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, digits) => `10^${digits.normalize("NFKC")}`)
    .replaceAll("³", "3").replaceAll("²", "2").replace(/[·•×]/g, ".").trim();
  if (plain.includes("/")) {
    const parts = plain.split("/").map((part) => unit(part.replace(/^\((.*)\)$/, "$1")));
    return parts.reduce((over, below) => ({
      factor: divided(over.factor, below.factor),
      kind: `${over.kind}/${below.kind}`,
    }));
  }
  const factors = Object.hasOwn(ATOMS, plain) ? [] : plain.split(".");
  if (factors.length === 2 && factors.every((factor) => Object.hasOwn(ATOMS, factor))) {
    const [one, other] = factors.map((factor) => ATOMS[factor]);
    return { factor: times(one.factor, other.factor), kind: [one.kind, other.kind].sort().join(".") };
  }
  const found = /^(?:10\^(\d+) ?)?(百万|[百千万亿])?(.*)$/.exec(plain);
  const exponent = Number(found[1] ?? 0) + (Object.hasOwn(ATOMS, plain) ? 0 : SCALES[found[2] ?? ""]);
  const atom = Object.hasOwn(ATOMS, plain) ? ATOMS[plain] : Object.hasOwn(ATOMS, found[3]) ? ATOMS[found[3]] : null;
  if (!atom || (found[1] && found[2])) throw new Refusal("unknown-unit");
  return { factor: times(atom.factor, power(exponent)), kind: atom.kind };
}

// Answers ----------------------------------------------------------------------------------------------------

function convert({ amount, unit: unitText, carrier, edition = "gbt-2589-2020", basis = "calorific", coal_rate }) {
  const known = CARRIER_NAMES.get(carrier.toLowerCase());
  if (known === undefined) throw new Refusal("unknown-carrier");
  if (!unitText) throw new Refusal("unreadable-amount");
  const measured = unit(unitText);
  const number = decimal(amount);
  let printed = coal_rate;
  if (basis === "calorific") {
    const row = CARRIERS.find((one) => one.carrier === known && one.document === edition && one.basis !== "primary");
    if (!row || row.coefficient_high) throw new Refusal("several-candidates");
    printed = `${row.coefficient} ${row.coefficient_unit}`;
  } else if (printed === undefined) throw new Refusal("no-coal-rate");
  const [figure, per] = printed.split(" ");
  const coefficient = unit(per);
  if (coefficient.kind !== `coal/${measured.kind}`) {
    const gas = ["coal/volume", "coal/normal volume"].includes(coefficient.kind);
    throw new Refusal(gas && measured.kind.endsWith("volume") ? "gas-condition" : "wrong-dimension");
  }
  const coal = times(times(number, measured.factor), times(decimal(figure), coefficient.factor));
  return { tce: shown(divided(coal, decimal("1000"))) };
}

const MEETS = { "<=": (sign) => sign <= 0, "<": (sign) => sign < 0, ">=": (sign) => sign >= 0, ">": (sign) => sign > 0 };
const STEPS = [["benchmark", "benchmark"], ["baseline", "baseline"], ["level1", "level-1"], ["level2", "level-2"],
  ["level3", "level-3"], ["limit", "within-limit"]];

function classify({ value, unit: unitText, item, document }) {
  const rows = LADDERS.filter((row) => row.item === item && row.document === document && row.unit);
  if (!rows.length) throw new Refusal("unknown-product");
  const given = unit(unitText);
  const ladder = rows.find((row) => unit(row.unit).kind === given.kind);
  if (!ladder) throw new Refusal("wrong-dimension");
  const number = divided(times(decimal(value), given.factor), unit(ladder.unit).factor);
  for (const [column, level] of STEPS)
    if (ladder[column] && MEETS[ladder.comparator](compare(number, decimal(ladder[column])))) return { class: level };
  return { class: "benchmark" in ladder ? "below-baseline" : "over-limit" };
}

function furnaceLimit({ capacity, reading = "linear" }) {
  const [text, unitText] = capacity.split(" ");
  const measured = unit(unitText ?? "");
  const size = divided(times(decimal(text), measured.factor), decimal("1000"));
  if (measured.kind !== "mass" || size.over <= 0n) throw new Refusal("capacity");
  const above = FURNACES.findIndex((point) => compare(size, point.at) <= 0);
  if (above === 0) return { limit: shown(FURNACES[0].limit) };
  if (above < 0) return { limit: shown(FURNACES.at(-1).limit) };
  const [left, right] = [FURNACES[above - 1], FURNACES[above]];
  if (compare(size, right.at) === 0 || reading === "class_above") return { limit: shown(right.limit) };
  if (reading === "class_below") return { limit: shown(left.limit) };
  if (reading === "stated_only") throw new Refusal("capacity");
  const slope = divided(minus(right.limit, left.limit), minus(right.at, left.at));
  return { limit: shown(minus(left.limit, times(slope, minus(left.at, size)))) };
}

const OPERATIONS = { convert, classify, furnace_limit: furnaceLimit };

function answer(question) {
  try {
    return OPERATIONS[question.operation](question);
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}

// The two ways to run ----------------------------------------------------------------------------------------

const path = process.argv[2];
if (path === undefined) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const question = JSON.parse(line);
    console.log(JSON.stringify({ id: question.id, ...answer(question) }));
  }
} else {
  const bytes = readFileSync(path);
  const [head, ...lines] = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim().split("\n");
  if (JSON.parse(head).version !== 1) throw new Error(`another format: ${head}`);
  const wrong = lines.map((line) => JSON.parse(line)).filter((vector) => {
    const found = answer(vector.ask);
    const [key, expected] = Object.entries(vector.answer)[0];
    if (key !== "tce" && key !== "limit") return found[key] === undefined || (key === "class" && found[key] !== expected);
    return found[key] === undefined || compare(decimal(found[key]), decimal(expected)) !== 0;
  });
  for (const vector of wrong.slice(0, 10)) console.log(JSON.stringify(vector), JSON.stringify(answer(vector.ask)));
  console.log(`${lines.length - wrong.length} of ${lines.length} vectors`);
  process.exitCode = wrong.length ? 1 : 0;
}
