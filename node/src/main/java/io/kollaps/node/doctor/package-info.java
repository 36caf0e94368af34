/**
 * What works on this machine: checks that really make the objects a run needs, in scratch
 * namespaces, and say for each fabric whether it can be used or what is missing and what mends it.
 */
@NullMarked
package io.kollaps.node.doctor;

import org.jspecify.annotations.NullMarked;
