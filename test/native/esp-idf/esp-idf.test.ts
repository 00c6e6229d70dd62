import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CHIPS, COMPONENTS, compile, missing, sources } from "./compile";

type Chip = keyof typeof CHIPS;
const chips = Object.keys(CHIPS) as Chip[];

describe("the C of a chip, compiled for 32 bits against declarations of ESP-IDF v6.0", {
	skip: missing(),
}, () => {
	for (const chip of chips)
		test(`${chip}: without a warning`, async () => {
			for (const source of sources) assert.equal(await compile(source, chip), "", source);
		});

	/** What the compiler says to chip.c with a part of it replaced. */
	async function broken(part: string, other: string): Promise<string> {
		const text = readFileSync("hosts/esp32/chip.c", "utf8");
		assert.ok(text.includes(part), part);
		return compile("hosts/esp32/chip.c", "esp32c3", text.replace(part, other));
	}

	test("a header of a component that is not looked in by the SDK's makefile is not found", async () => {
		const said = await broken('"app_update/include/esp_ota_ops.h"', '"esp_ota_ops.h"');
		assert.match(said, /esp_ota_ops\.h: No such file/);
	});

	test("a function of ESP-IDF takes what it takes", async () => {
		const said = await broken("esp_read_mac(mac, ESP_MAC_WIFI_STA)", "esp_read_mac(ESP_MAC_WIFI_STA, mac)");
		assert.match(said, /esp_read_mac/);
		assert.match(await broken("esp_restart()", "esp_restart(0)"), /too many arguments/);
		assert.match(await broken("esp_restart()", "esp_reboot()"), /implicit declaration/);
	});

	test("a warning is an error", async () => {
		assert.match(await broken("int i = 0;", "unsigned i = 0, never;"), /unused variable/);
	});
});

const sdk = process.env.MODDABLE;
const idf = process.env.IDF_PATH;

test("the SDK's makefile looks where these declarations are", {
	skip: sdk ? false : "needs Moddable's SDK",
}, () => {
	const makefile = readFileSync(`${sdk}/tools/mcconfig/make.esp32.mk`, "utf8");
	for (const folder of COMPONENTS)
		assert.match(makefile, new RegExp(`\\$\\(IDF_PATH\\)/${folder}/?[ \t]*\\\\\n`), folder);
});

/** Parts that come by themselves, as submodules. */
const SUBMODULES = ["mbedtls/mbedtls/", "lwip/lwip/"];

test("ESP-IDF has these headers where the declarations are", {
	skip: idf ? false : "needs ESP-IDF's sources in IDF_PATH",
}, () => {
	const headers = readdirSync("test/native/esp-idf/components", { recursive: true, encoding: "utf8" });
	for (const header of headers.filter((file) => file.endsWith(".h"))) {
		const submodule = SUBMODULES.find((folder) => header.startsWith(folder));
		if (submodule && !existsSync(`${idf}/components/${submodule}CMakeLists.txt`)) continue;
		assert.ok(existsSync(`${idf}/components/${header}`), header);
	}
});
