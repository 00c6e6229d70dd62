import uPlot from "/uplot.js";
import { minuteOf, secondOf } from "./time.js";

/** @import { Outage, Window } from "../message" */
/** @typedef {{ name: string, of(window: Window): number | undefined, unit: string, decimals: number }} Quantity */

/** As many as the server remembers: 24 h. */
const WINDOWS = 8_640;
/** Seconds between two windows; after a longer pause the line is interrupted. */
const WINDOW = 10;
/** Seconds after the beginning of a window when the next one should long be complete. */
const STALE = 4 * WINDOW;
const HEIGHT = 110;
/** ms between two repaints at most. */
const REPAINT = 250;
/** ms between two repaints that only move time on. */
const IDLE = 2_000;

/** As getData tells them, and so the command line. @type {Quantity[]} */
const QUANTITIES = [
	{ name: "Temperature", of: ({ readings }) => readings.temperature, unit: "°C", decimals: 2 },
	{ name: "Humidity", of: ({ readings }) => readings.humidity, unit: "%", decimals: 1 },
	{ name: "CO₂", of: ({ readings }) => readings.co2, unit: "ppm", decimals: 0 },
	{ name: "Pressure", of: ({ readings }) => readings.pressure, unit: "Pa", decimals: 0 },
	{ name: "Illuminance", of: ({ readings }) => readings.illuminance, unit: "lx", decimals: 1 },
	{ name: "Motion", of: ({ readings }) => readings.motion, unit: "in 10 s", decimals: 2 },
	{ name: "Points waiting for the database", of: ({ waiting }) => waiting, unit: "", decimals: 0 },
];

/** @type {Record<Outage["kind"], string>} */
const BANDS = { network: "network unplugged", power: "no power", https: "HTTPS mode, nothing is sent" };

const color = (/** @type {string} */ name) =>
	getComputedStyle(document.documentElement).getPropertyValue(name);

/** The readings of the last 24 h, and the times in which nothing could be sent. */
export class Plots {
	#now;
	#bands;
	/** Times, and the values of each quantity at them. @type {(number | null)[][]} */
	#columns = [[], ...QUANTITIES.map(() => [])];
	/** @type {Outage[]} */
	#outages = [];
	#span = 600;
	#chosen = false;
	#live = true;
	#plots;
	/** @type {number | undefined} */
	#timer;

	/** @param {HTMLElement} place @param {HTMLElement} bands @param {() => number} now */
	constructor(place, bands, now) {
		this.#now = now;
		this.#bands = bands;
		this.#plots = QUANTITIES.map((quantity) => this.#make(place, quantity));
		for (const input of document.querySelectorAll("#spans input"))
			input.addEventListener("change", ({ target }) => {
				this.#chosen = true;
				this.#span = Number(/** @type {HTMLInputElement} */ (target).value);
				this.#paint();
			});
		new ResizeObserver(() => {
			for (const { plot, root } of this.#plots) plot.setSize({ width: root.clientWidth, height: HEIGHT });
		}).observe(place);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
		setInterval(() => this.#paintSoon(), IDLE);
	}

	clear() {
		for (const column of this.#columns) column.length = 0;
		this.#paintSoon();
	}

	/** Shows minutes if that is all there is, unless somebody wants to see something else. */
	begin() {
		if (this.#chosen) return;
		const [first = Number.POSITIVE_INFINITY] = this.#columns[0];
		this.#span = Number(first) < this.#now() / 1000 - 600 ? 3600 : 600;
		const input = document.querySelector(`#spans [value="${this.#span}"]`);
		/** @type {HTMLInputElement} */ (input).checked = true;
		this.#paintSoon();
	}

	/** Whether anybody measures at present. @param {boolean} live */
	isLive(live) {
		this.#live = live;
		this.#paintSoon();
	}

	/** @param {Window[]} windows */
	add(windows) {
		const [times] = this.#columns;
		for (const window of windows.slice(-WINDOWS)) {
			const last = times.at(-1) ?? window.time;
			if (window.time - last > 2 * WINDOW) this.#push(last + WINDOW, () => null);
			if (window.time >= last) this.#push(window.time, ({ of }) => of(window) ?? null);
		}
		const beyond = times.length - WINDOWS;
		if (beyond > 0) for (const column of this.#columns) column.splice(0, beyond);
		this.#paintSoon();
	}

	/** How many points wait at present. @param {number} count */
	waiting(count) {
		const column = /** @type {(number | null)[]} */ (this.#columns.at(-1));
		if (column.length === 0 || column.at(-1) === count) return;
		column[column.length - 1] = count;
		this.#paintSoon();
	}

	/** @param {Outage[]} outages */
	shade(outages) {
		this.#outages = outages;
		this.#paintSoon();
	}

	/** @param {number} time @param {(quantity: Quantity) => number | null} measure */
	#push(time, measure) {
		const [times, ...columns] = this.#columns;
		times.push(time);
		columns.forEach((column, index) => {
			column.push(measure(QUANTITIES[index]));
		});
	}

	#paintSoon() {
		if (document.hidden) return;
		this.#timer ??= setTimeout(() => this.#paint(), REPAINT);
	}

	#paint() {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const max = this.#now() / 1000;
		const min = max - this.#span;
		const [times] = this.#columns;
		this.#plots.forEach(({ plot, show }, index) => {
			const values = this.#columns[index + 1];
			plot.batch(() => {
				plot.setData(/** @type {uPlot.AlignedData} */ ([times, values]), false);
				plot.setScale("x", { min, max });
			});
			show(values.at(-1));
		});
		this.#age(times.at(-1) ?? undefined, max);
		const shown = this.#outages.filter(({ to = max * 1000 }) => to > min * 1000);
		const kinds = [...new Set(shown.map(({ kind }) => kind))];
		if (`${kinds}` === this.#bands.dataset.kinds) return;
		this.#bands.dataset.kinds = `${kinds}`;
		this.#bands.replaceChildren(
			...kinds.map((kind) => {
				const item = document.createElement("li");
				item.style.setProperty("--band", `var(--${kind})`);
				item.textContent = BANDS[kind];
				return item;
			}),
		);
	}

	/** Says from when the readings are if they are not of now. @param {number | undefined} time @param {number} now */
	#age(time, now) {
		const stale = !this.#live || (time !== undefined && now - time > STALE);
		document.body.classList.toggle("is-stale", stale);
		const note = /** @type {HTMLElement} */ (document.querySelector("#age"));
		const none = stale ? "Nothing is measured" : "The first readings come after 10 s";
		const text =
			time === undefined ? none : stale ? `Last measured at ${secondOf((time + WINDOW) * 1000)}` : "";
		if (note.textContent !== text) note.textContent = text;
		note.hidden = text === "";
	}

	/** @param {HTMLElement} place @param {Quantity} quantity */
	#make(place, { name, unit, decimals }) {
		const figure = document.createElement("figure");
		const caption = document.createElement("figcaption");
		/** @param {string} className */
		const part = (className, text = "") => {
			const element = document.createElement("span");
			element.className = className;
			element.textContent = text;
			caption.append(element);
			return element;
		};
		part("name", name);
		const value = part("value");
		part("unit", unit);
		const root = document.createElement("div");
		root.className = "plot";
		root.setAttribute("aria-hidden", "true");
		figure.append(caption, root);
		if (name.startsWith("Points")) figure.className = "waiting";
		place.append(figure);

		const axis = {
			stroke: () => color("--muted"),
			grid: { stroke: () => color("--line"), width: 1 },
			ticks: { show: false },
			font: "11px system-ui, sans-serif",
		};
		/** @type {number | null | undefined} */
		let latest;
		const text = (/** @type {number | null | undefined} */ number) =>
			typeof number === "number" ? `${number}` : "–";
		const plot = new uPlot(
			{
				width: root.clientWidth || 300,
				height: HEIGHT,
				padding: [8, 16, 0, 0],
				legend: { show: false },
				cursor: { y: false, sync: { key: "time" }, drag: { x: false } },
				scales: { x: { time: true, auto: false }, y: { range: rangeOf(decimals) } },
				axes: [
					{ ...axis, size: 22, space: 60, values: hours },
					{ ...axis, size: 52, space: 26, values: (_plot, values) => values.map((value) => `${value}`) },
				],
				series: [
					{},
					{
						stroke: () => color("--accent"),
						fill: () => `${color("--accent")}22`,
						width: 1.5,
						points: { show: false },
					},
				],
				hooks: {
					drawClear: [(plot) => this.#shadeIn(plot)],
					setCursor: [
						({ cursor: { idx }, data }) => {
							value.textContent = text(typeof idx === "number" ? data[1][idx] : latest);
						},
					],
				},
			},
			[[], []],
			root,
		);
		const show = (/** @type {number | null | undefined} */ number) => {
			latest = number;
			if (typeof plot.cursor.idx !== "number") value.textContent = text(number);
		};
		return { plot, root, show };
	}

	/** @param {uPlot} plot */
	#shadeIn(plot) {
		const { ctx, bbox } = plot;
		const at = (/** @type {number} */ ms) =>
			Math.min(Math.max(plot.valToPos(ms / 1000, "x", true), bbox.left), bbox.left + bbox.width);
		for (const { kind, from, to } of this.#outages) {
			ctx.fillStyle = color(`--${kind}`);
			const left = at(from);
			ctx.fillRect(left, bbox.top, at(to ?? this.#now()) - left, bbox.height);
		}
	}
}

/** Some room around the values, and no noise drawn large. @param {number} decimals */
function rangeOf(decimals) {
	const least = 4 * 10 ** -decimals;
	return (/** @type {uPlot} */ _plot, /** @type {number} */ min, /** @type {number} */ max) => {
		if (min === null) return /** @type {uPlot.Range.MinMax} */ ([0, 1]);
		const room = Math.max((max - min) * 0.1, (least - (max - min)) / 2);
		// Quantities that begin at 0 do not reach below.
		return /** @type {uPlot.Range.MinMax} */ ([min >= 0 && min < room ? 0 : min - room, max + room]);
	};
}

/** @param {uPlot} _plot @param {number[]} times */
function hours(_plot, times) {
	return times.map((time) => minuteOf(time * 1000));
}
