import { isQuantity, type Point, QUANTITIES, type Values, WINDOW } from "./point";

export interface Lines {
	points: Point[];
	/** Of the device that sent them; undefined if no line could be read. */
	udid: string | undefined;
	/** How many lines are none of ours, and what is wrong with the first of them. */
	refused: number;
	reason: string | undefined;
}

/** Characters of somebody else's name that are said again. */
const SHOWN = 40;
/** As far as a sensor's own storage of points reaches, in its smallest digits. */
const LEAST = -0x8000_0000;
const MOST = 0x7fff_ffff;
const UDID = /^[0-9a-f]{12}$/;
const FLOAT = /^-?\d+(\.\d+)?$/;
const INTEGER = /^\d+i$/;
const SECONDS = /^\d{1,10}$/;

/**
 * Reads the lines that a sensor sends (docs/protocol.md, setInflux), and of line protocol no more than that:
 * `ambient16,udid=10000fb38278 temperature=21.37,…,motionEvents=1i 1798761600`, the time in seconds. Lines of one
 * request are of one device. What else a line may be is refused, and said by name.
 */
export function parseLines(text: string): Lines {
	const lines: Lines = { points: [], udid: undefined, refused: 0, reason: undefined };
	for (const line of text.split("\n")) {
		if (line === "" || line === "\r") continue;
		try {
			const { udid, point } = parseLine(line);
			if (lines.udid !== undefined && lines.udid !== udid)
				throw new Refusal("of another device than the first");
			lines.udid = udid;
			lines.points.push(point);
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			lines.refused++;
			lines.reason ??= `${quoted(line)}: ${error.message}`;
		}
	}
	return lines;
}

class Refusal extends Error {}

function parseLine(line: string): { udid: string; point: Point } {
	const [series, fields, time, ...rest] = line.split(" ");
	const [measurement = "", ...tags] = (series as string).split(",");
	if (measurement !== "ambient16")
		throw new Refusal(`measurement ${quoted(measurement)} is not taken, only ambient16`);
	const [tag] = tags;
	if (tags.length !== 1 || !tag?.startsWith("udid=")) {
		const other = tags.find((it) => !it.startsWith("udid=")) ?? "";
		throw new Refusal(other ? `tag ${quoted(nameOf(other))} is not known` : "it has no udid");
	}
	const udid = tag.slice("udid=".length);
	if (!UDID.test(udid)) throw new Refusal("udid is not 12 lower-case hex digits");
	if (fields === undefined || time === undefined || rest.length > 0)
		throw new Refusal("not a measurement with udid, fields and a time, with single spaces between");
	return { udid, point: { time: parseTime(time), values: parseFields(fields) } };
}

function parseFields(text: string): Values {
	const values: Values = {};
	for (const field of text.split(",")) {
		const name = nameOf(field);
		if (!isQuantity(name)) throw new Refusal(`field ${quoted(name)} is not known`);
		if (name in values) throw new Refusal(`field ${name} is there twice`);
		values[name] = parseValue(name, field.slice(name.length + 1));
	}
	return values;
}

function parseValue(name: string, text: string): number {
	const whole = name === "motionEvents";
	if (!(whole ? INTEGER : FLOAT).test(text))
		throw new Refusal(`field ${name} is not ${whole ? "an integer as 1i" : "a decimal number"}`);
	const value = Number.parseFloat(text);
	const digits = value * 10 ** decimalsOf(name);
	if (digits < LEAST || digits > MOST) throw new Refusal(`field ${name} is out of range`);
	return value;
}

function parseTime(text: string): number {
	const time = Number(text);
	if (!SECONDS.test(text)) throw new Refusal("its time is not in seconds");
	if (time % WINDOW !== 0) throw new Refusal(`its time is not a multiple of ${WINDOW} s`);
	return time;
}

function decimalsOf(name: string): number {
	return QUANTITIES.find((quantity) => quantity.name === name)?.decimals ?? 0;
}

/** What is in front of the equals sign. */
function nameOf(pair: string): string {
	return pair.split("=", 1)[0] as string;
}

function quoted(text: string): string {
	return `'${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}'`;
}
