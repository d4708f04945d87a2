// What is typed, pasted or scanned to link, and what is shown to be scanned.

import assert from "node:assert/strict";
import test from "node:test";
import jsQR from "jsqr";
import { draw } from "../src/account/qr/qr";
import { e164, identity } from "../src/link/identity";
import { baseOf, pretty, readInvitation, readShared } from "../src/link/invitation";

test("a code, an address or a token is an invitation", () => {
  const cases = {
    "K7QF-2MPX": { code: "K7QF-2MPX" },
    "  k7qf 2mpx ": { code: "k7qf 2mpx" },
    "twinseal://link?server=https%3A%2F%2Fmfa.example.net&code=K7QF2MPX": { code: "K7QF2MPX", server: "https://mfa.example.net" },
    "twinseal://link?server=https%3A%2F%2Fexample.net%2Fmfa%2F&code=K7QF2MPX": { code: "K7QF2MPX", server: "https://example.net/mfa" },
    "twinseal://link?server=http%3A%2F%2Flocalhost%3A8080&code=K7QF2MPX": { code: "K7QF2MPX", server: "http://localhost:8080" },
    "twinseal://link?code=K7QF2MPX": { code: "K7QF2MPX" },
    "https://mfa.example.net/authenticator#code=K7QF2MPX": { code: "K7QF2MPX", server: "https://mfa.example.net" },
    "https://example.net/mfa/authenticator#code=K7QF2MPX": { code: "K7QF2MPX", server: "https://example.net/mfa" },
    "authy://account?token=a.b.c": { token: "a.b.c" },
  };
  for (const [text, want] of Object.entries(cases)) assert.deepEqual(readInvitation(text), want, text);
});

test("everything else is refused, and says why", () => {
  const cases = {
    "": "empty",
    "   ": "empty",
    "<img src=x>": "unreadable",
    "no/code": "unreadable",
    ["A".repeat(25)]: "unreadable",
    "https://mfa.example.net/authenticator": "unreadable",
    "https://mfa.example.net/authenticator#code=": "unreadable",
    "twinseal://link?server=https%3A%2F%2Fmfa.example.net": "unreadable",
    "twinseal://link?server=https%3A%2F%2Fmfa.example.net&code=%3Cb%3E": "unreadable",
    "authy://account": "unreadable",
    "https://[": "unreadable",
    "javascript:alert(1)": "unreadable",
    "twinseal://link?server=http%3A%2F%2Fmfa.example.net&code=K7QF2MPX": "insecure",
    "twinseal://link?server=https%3A%2F%2Fbank.example%40evil.example&code=K7QF2MPX": "insecure",
    "twinseal://link?server=javascript%3Aalert(1)&code=K7QF2MPX": "insecure",
    "twinseal://link?server=nothing&code=K7QF2MPX": "insecure",
    "http://mfa.example.net/authenticator#code=K7QF2MPX": "insecure",
    "otpauth://totp/Acme:ann?secret=JBSWY3DPEHPK3PXP": "seed",
    "otpauth-migration://offline?data=AAAA": "seed",
  };
  for (const [text, want] of Object.entries(cases)) assert.equal(readInvitation(text), want, text);
});

test("a link to the app's own page carries a code, and no words of whoever wrote it", () => {
  const origin = "https://mfa.example.net";
  assert.deepEqual(readShared(" K7QF-2MPX ", origin), { code: "K7QF-2MPX", server: origin });
  for (const text of ["", "Your account is locked. Call 0800 1234567", "Your account is locked call us now", "twinseal://link?server=https%3A%2F%2Fevil.example&code=K7QF2MPX", "authy://account?token=a.b.c"]) {
    assert.equal(readShared(text, origin), undefined, text);
  }
});

test("a server's address is https, except on this machine, and nothing but an address", () => {
  const good = { "https://a.example/": "https://a.example", "https://A.example:8443/x/": "https://a.example:8443/x", "http://127.0.0.1:80": "http://127.0.0.1", "http://[::1]:8080": "http://[::1]:8080" };
  for (const [text, want] of Object.entries(good)) assert.equal(baseOf(text), want, text);
  for (const text of ["http://a.example", "https://a.example?x", "https://a.example#x", "https://u:p@a.example", "ftp://a.example", "http://localhost.evil.example", "a.example", ""]) {
    assert.equal(baseOf(text), undefined, text);
  }
});

test("numbers lose their decoration and keep their country", () => {
  assert.equal(e164("+1 (405) 342-5699"), "+14053425699");
  assert.equal(e164("0049 30 901820"), "+4930901820");
  for (const text of ["405 342 5699", "+0 123 456", "+123", "+12345678901234567", "ann@example.com", ""]) assert.equal(e164(text), undefined, text);
  assert.equal(identity(" +1 405-342-5699 "), "+14053425699");
  assert.equal(identity(" Ann@Example.com "), "Ann@Example.com");
});

test("a code of eight is shown as two groups", () => {
  assert.equal(pretty("k7qf 2mpx"), "K7QF-2MPX");
  assert.equal(pretty("k7"), "k7");
});

test("a camera reads what is shown to be scanned, in every size", () => {
  const address = `twinseal://link?server=${encodeURIComponent(`https://mfa.${"long".repeat(200)}.example`)}&code=K7QF2MPX`;
  const versions = new Set();
  for (let length = 1; length <= 666; length += 19) {
    const text = address.slice(0, length);
    const grid = draw(text);
    const read = jsQR(picture(grid), side(grid), side(grid));
    assert.equal(read?.data, text);
    versions.add(read.version);
  }
  assert.ok(versions.size >= 18, `only ${versions.size} sizes were tried`);
  assert.equal(draw("x".repeat(667)), undefined, "what does not fit is not drawn");
});

const scale = 3;
const quiet = 4;
const side = (grid) => (grid.size + 2 * quiet) * scale;

function picture(grid) {
  const width = side(grid);
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [Math.floor(x / scale) - quiet, Math.floor(y / scale) - quiet];
      if (column >= 0 && row >= 0 && column < grid.size && row < grid.size && grid.is(column, row)) pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return pixels;
}
