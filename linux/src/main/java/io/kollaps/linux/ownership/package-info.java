/**
 * What a run owns, so that nothing of it outlives it. A run is a folder in the {@link
 * io.kollaps.linux.ownership.StateFolder}; it lives exactly as long as its lock is held, which the
 * kernel lets go when the process ends, however it ends. Everything that could outlive the process
 * is written to the run's {@link io.kollaps.linux.ownership.Journal} before it is made. {@link
 * io.kollaps.linux.ownership.Sweep} removes what dead runs left, and nothing of anybody else.
 */
@NullMarked
package io.kollaps.linux.ownership;

import org.jspecify.annotations.NullMarked;
