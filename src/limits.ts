/** What a number must hold before it may be believed; measuring and rendering go by the same limits. */

/** Below this share of a block's time inside requests the client was busy with itself: the cell is not trustworthy. */
export const MIN_DUTY = 0.95;

/** A cell whose floor is more than this share of it carries a mark ... */
export const FLOOR_MARK = 0.2;

/** ... and more than this, takes part in no claim. */
export const FLOOR_LIMIT = 0.5;

/** Below six rounds not even the whole range of the block medians is a 95 % interval. */
export const MIN_ROUNDS = 6;

/** A difference has to be this many times the difference of its two floors to be resolvable. */
export const MIN_RESOLUTION = 2;

/** A server that its own CPU limit holds back for more of its blocks' time is said to be. */
export const MAX_SERVER_THROTTLED = 0.05;

/** Above these shares, 0 to 1, a round carries a flag: CPU time that the host took; a block's time in collections; ... */
export const MAX_STEAL = 0.02;
export const MAX_GC_SHARE = 0.05;
/** ... the event loop's time at work. */
export const MAX_LOOP_BUSY = 0.9;

/** With several connections, throughput times mean latency may differ from their number by this share. */
export const MAX_LITTLE_ERROR = 0.02;
