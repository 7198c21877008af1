// Runs watch.tmLanguage.json in the engine that editors use, over all programs of the tests and examples.
//
// `cargo xtask grammar-test` calls it: FOLDER holds the npm packages vscode-textmate and vscode-oniguruma, standard
// input the compiler's own tokens (dsl/examples/grammar.rs), one JSON object a text. Checked is:
//
// - each character of a token that the compiler knows has that token's scope;
// - no other character is in a text or comment;
// - nothing runs on past its line but a block comment, in wrong programs too.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.argv[2];
if (!folder) {
    console.error("usage: node grammar_test.mjs FOLDER < TOKENS");
    process.exit(2);
}
const load = createRequire(join(resolve(folder), "package.json"));
const oniguruma = load("vscode-oniguruma");
const { INITIAL, Registry, parseRawGrammar } = load("vscode-textmate");
const wasm = readFileSync(join(dirname(load.resolve("vscode-oniguruma")), "onig.wasm"));
await oniguruma.loadWASM(wasm);

const grammarPath = join(dirname(fileURLToPath(import.meta.url)), "watch.tmLanguage.json");
const registry = new Registry({
    onigLib: Promise.resolve({
        createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
        createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) =>
        scope === "source.watch" ? parseRawGrammar(readFileSync(grammarPath, "utf8"), grammarPath) : null,
});
const grammar = await registry.loadGrammar("source.watch");

/// For each character the scopes that it has, and the lines at whose end something was still open.
function scopesOf(text) {
    const scopes = new Array(text.length).fill([]);
    const open = [];
    let stack = INITIAL;
    let start = 0;
    text.split("\n").forEach((line) => {
        const result = grammar.tokenizeLine(line, stack);
        for (const token of result.tokens) {
            for (let at = token.startIndex; at < Math.min(token.endIndex, line.length); at++) {
                scopes[start + at] = token.scopes;
            }
        }
        stack = result.ruleStack;
        start += line.length + 1;
        if (stack.depth > 1) open.push(start - 1);
    });
    return { scopes, open };
}

const has = (scopes, want) => scopes.some((scope) => scope === want || scope.startsWith(`${want}.`));
let [files, tokens, wrong] = [0, 0, 0];
function fail(file, text, at, message) {
    wrong += 1;
    if (wrong > 40) return;
    const line = text.slice(0, at).split("\n").length;
    console.error(`${file}:${line}: ${message}\n    ${text.split("\n")[line - 1]}`);
}

for (const record of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const { file, text, tokens: expected } = JSON.parse(record);
    const { scopes, open } = scopesOf(text);
    files += 1;
    // Wrong programs may hold what the compiler reads as a guess; they must only not run away.
    const right = !file.includes("/wrong/");
    const kinds = new Array(text.length).fill(null);
    for (const [scope, start, end] of expected) {
        kinds.fill(scope, start, end);
        if (!right) continue;
        tokens += 1;
        for (let at = start; at < end; at++) {
            if (text[at] !== "\n" && text[at] !== "\r" && !has(scopes[at], scope)) {
                fail(file, text, at, `\`${text.slice(start, end)}\` should be ${scope}, is ${scopes[at].join(" ")}`);
                break;
            }
        }
    }
    for (let at = 0; right && at < text.length; at++) {
        for (const scope of ["string", "comment"]) {
            if (has(scopes[at], scope) && !(kinds[at] ?? "").startsWith(scope) && text[at].trim()) {
                fail(file, text, at, `\`${text[at]}\` is ${scopes[at].join(" ")}`);
            }
        }
    }
    for (const at of open) {
        const inComment = (kinds[at] ?? "") === "comment" || /\/\*(?:(?!\*\/)[^])*$/.test(text.slice(0, at));
        if (!inComment) fail(file, text, at, "something is still open at the end of this line");
    }
}
console.log(`${files} programs, ${tokens} tokens: ${wrong === 0 ? "all have their scopes" : `${wrong} differ`}`);
process.exit(wrong === 0 && files > 0 ? 0 : 1);
