import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEndpoint } from "../../../modules/net/endpoint";

const HTTP = { http: 80, https: 443 };

test("a URL is read into its parts", () => {
	assert.deepEqual(parseEndpoint("https://Influx.Example.org:8086/api", HTTP), {
		secure: true,
		host: "influx.example.org",
		port: 8086,
		path: "/api",
	});
	assert.deepEqual(parseEndpoint("http://192.168.1.5", HTTP), {
		secure: false,
		host: "192.168.1.5",
		port: 80,
		path: "",
	});
	assert.deepEqual(parseEndpoint("https://[fd00::5]/", HTTP), {
		secure: true,
		host: "fd00::5",
		port: 443,
		path: "/",
	});
});

test("anything else is not taken", () => {
	for (const url of [
		"",
		"influx.example.org",
		"ftp://influx.example.org",
		"mqtt://broker.example.org",
		"__proto__://host",
		"https://",
		"https://user:password@influx.example.org",
		"https://influx.example.org:0",
		"https://influx.example.org:65536",
		"https://influx.example.org:8086a",
		"https://influx.example.org/?db=x",
		"https://influx.example.org/#x",
		"https://influx example.org",
		"https://influx.example.org/a b",
		"https://influx.example.org/a?",
		"https://influx.example.org/ä",
		"https://influx.example.org/\0",
		"https://influx.example.org/\x7f",
		"https://influx.example.org\\@home.lan",
		"https://home.lan@influx.example.org",
		"https://influx.example.org/\r\nX: y",
		"https://[::1",
		"https://[zz::1]",
		"https://fd00::5/",
		"https://exämple.org",
		"https://\u212aelvin.example.org",
		"https://[fe80::1%25eth0]/",
		"https://[127.0.0.1]/",
		"https://influx.example.org:",
		"https://influx.example.org:+80",
		"https://influx.example.org:8e1",
		"https://[::1]x",
	])
		assert.equal(parseEndpoint(url, HTTP), undefined, url);
});
