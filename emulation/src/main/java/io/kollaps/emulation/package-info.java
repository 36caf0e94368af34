/**
 * What rate each flow gets over time: the sharing of links and the emulation core of one part, a
 * pure state machine. No clocks, no threads: every event carries its time.
 */
@NullMarked
package io.kollaps.emulation;

import org.jspecify.annotations.NullMarked;
