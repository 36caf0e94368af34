/** Tests of the whole: the real command, real namespaces, real traffic, faults. */
@NullMarked
package io.kollaps.system;

import org.jspecify.annotations.NullMarked;
