/**
 * The start agreement: how the parts of an experiment come to one start instant, a ring protocol as
 * a pure state machine. No clocks, no threads, no network: every event carries its time.
 */
@NullMarked
package io.kollaps.emulation.start;

import org.jspecify.annotations.NullMarked;
