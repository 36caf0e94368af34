@NullMarked
package io.kollaps.node.doctor;

import org.jspecify.annotations.NullMarked;
