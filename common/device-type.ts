/** The device's type, which `GET /` tells, and with which the udid of a device without a MAC address begins. */
export const DEVICE_TYPE = "1000";
