/** What people read of a run: the self-contained page and the tables on the terminal. */
@NullMarked
package io.kollaps.node.report;

import org.jspecify.annotations.NullMarked;
