import { describe, expect, it } from "vitest";
import { isPublicHost } from "../../src/shared/public-host.ts";

const isPublic = (host: string) => isPublicHost(new URL(`https://${host}/`).hostname);

describe("a public host", () => {
  it.each([
    "hooks.slack.com",
    "example.co.uk",
    "xn--bcher-kva.ch",
    "HOOKS.ACME.COM",
    "acme.com.",
    "local.acme.com",
    "internalmail.com",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "223.255.255.255",
    "[2606:4700::1]",
    "[2001:4860:4860::8888]",
    "[3fff:1000::1]",
  ])("is %s", (host) => {
    expect(isPublic(host)).toBe(true);
  });
});

describe("a host that is not public", () => {
  it.each([
    "localhost",
    "LOCALHOST.",
    "api.localhost",
    "server",
    "server.",
    "printer.local",
    "metadata.google.internal",
    "vault.service.internal.",
    "router.home.arpa",
    "wiki.corp",
    "nas.lan",
    "1.0.0.127.in-addr.arpa",
    "something.test",
    "abcdef.onion",
    "127.0.0.1.nip.io",
    "10-0-0-1.sslip.io",
    "localtest.me",
    "app.lvh.me",
    "0.0.0.0",
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::10.0.0.1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[2001::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[3fff::1]",
  ])("is %s", (host) => {
    expect(isPublic(host)).toBe(false);
  });

  it("is what no URL has for a host", () => {
    expect(isPublicHost("[nonsense]")).toBe(false);
    expect(isPublicHost("")).toBe(false);
  });
});
