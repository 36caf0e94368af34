/**
 * Control groups, version 1 and 2: where they are mounted, limits of processor time and memory, and
 * their removal.
 */
@NullMarked
package io.kollaps.linux.cgroup;

import org.jspecify.annotations.NullMarked;
