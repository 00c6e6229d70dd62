/** In place of the SDK's module. */
export default {
	set: (callback: () => void, ms: number) => native.setTimer(callback, ms, false),
	repeat: (callback: () => void, ms: number) => native.setTimer(callback, ms, true),
	clear: (timer: object) => native.clearTimer(timer),
};
