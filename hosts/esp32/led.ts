import Digital from "embedded:io/digital";
import PWM from "embedded:io/pwm";
import NeoPixel from "neopixel";
import type { Led } from "../host";
import type { Board, NeoPixelLight, PwmLight } from "./board";

/** Of the light of an LED over its duty cycle, as the eye sees it. */
const GAMMA = 2.2;
/** WS2812 and SK6812 take green first. */
const ORDER = "GRB";
/** Far above what eyes and cameras see flicker, and low enough for 8 bits on every chip. */
const PWM_HZ = 1_000;
const PWM_BITS = 8;
const MAX = 255;

/** The SDK's typings know no resolution to be asked for. */
type PwmOptions = ConstructorParameters<typeof PWM>[0] & { resolution: number };

/** Throws if a pin is taken, or is none for that. */
export function openLed({ led }: Board): Led {
	return led.kind === "neopixel" ? neoPixelLed(led) : pwmLed(led);
}

function neoPixelLed({ pin, power }: NeoPixelLight): Led {
	if (power !== undefined) new Digital({ pin: power, mode: Digital.Output, initialValue: 1 });
	const pixels = new NeoPixel({ length: 1, pin, order: ORDER });
	return {
		gamma: GAMMA,
		set(red, green, blue) {
			pixels.setPixel(0, pixels.makeRGB(red, green, blue));
			pixels.update();
		},
	};
}

function pwmLed({ red, green, blue, activeLow }: PwmLight): Led {
	const [redPin, greenPin, bluePin] = [red, green, blue].map(
		(pin) => new PWM({ pin, hz: PWM_HZ, resolution: PWM_BITS } as PwmOptions),
	) as [PWM, PWM, PWM];
	const duty = (value: number) => (activeLow ? MAX - value : value);
	return {
		gamma: GAMMA,
		set(r, g, b) {
			redPin.write(duty(r));
			greenPin.write(duty(g));
			bluePin.write(duty(b));
		},
	};
}
