// The page of a sensor's link tells when the sensor is heard for the first time since it was opened.

/** ms between two looks. */
const LOOK = 3_000;

const line = document.getElementById("paired");
const { sensor = "", heard: before = "" } = line?.dataset ?? {};

async function look() {
	try {
		const response = await fetch(`/sensors/${sensor}/heard`);
		const { heard } = await response.json();
		if (heard === null || `${heard}` === before) return;
		const link = document.createElement("a");
		link.href = `/sensors/${sensor}`;
		link.textContent = "See what it measures";
		line?.replaceChildren("Its first reading has come. ", link);
		clearInterval(looking);
	} catch {
		// The phone is in the sensor's network at the moment.
	}
}

const looking = setInterval(look, LOOK);
