/**
 * The packet core of the user-space fabric: what happens to a packet between the moment it is read
 * from one endpoint's device and the moment it is written to another's.
 *
 * <p>Everything here is single-threaded and pure: it never reads a clock, makes no system call and
 * allocates nothing per packet. {@link io.kollaps.fabric.userspace.engine.PathEngine} is the way
 * in; {@link io.kollaps.fabric.userspace.engine.EngineStatistics} is what other threads may read.
 */
@NullMarked
package io.kollaps.fabric.userspace.engine;

import org.jspecify.annotations.NullMarked;
