/**
 * Linux traffic control by rtnetlink: queueing disciplines, classes, filters and their counters.
 * Values in, messages out; what they are for is decided by the callers.
 */
@NullMarked
package io.kollaps.linux.traffic;

import org.jspecify.annotations.NullMarked;
