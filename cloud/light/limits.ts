/** ms for a sensor to answer an order: it does in tenths of a second, over a slow network in seconds. */
export const ANSWER_TIME = 8_000;
/** ms for a sensor to tell a token that it has just changed. */
export const TOKEN_TIME = 2_000;
/** How often an order is tried: a token that changes, and other programs of the owner, may come after each other. */
export const TRIES = 4;
/** Orders of a sensor at a time, beyond which somebody only clicks. */
export const ORDERS_WAITING = 4;
