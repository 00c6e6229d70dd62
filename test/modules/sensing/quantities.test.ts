import assert from "node:assert/strict";
import { test } from "node:test";
import { QUANTITIES } from "../../../modules/sensing/quantities";

test("the quantities have the units and decimals of the protocol", () => {
	assert.deepEqual(
		QUANTITIES.map(({ name, unit, decimals, aggregation }) => `${name} ${unit} ${decimals} ${aggregation}`),
		[
			"temperature °C 2 mean",
			"humidity % 1 mean",
			"pressure Pa 0 mean",
			"illuminance lx 1 mean",
			"co2 ppm 0 mean",
			"motion 1 2 sum",
		],
	);
});
