/** From a file's path to a compiled experiment, or everything that is wrong with it. */
@NullMarked
package io.kollaps.node.load;

import org.jspecify.annotations.NullMarked;
