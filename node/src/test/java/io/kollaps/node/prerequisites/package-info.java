@NullMarked
package io.kollaps.node.prerequisites;

import org.jspecify.annotations.NullMarked;
