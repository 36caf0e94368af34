/** How an ordinary user gets namespaces, and what keeps one from getting them. */
@NullMarked
package io.kollaps.linux.rootless;

import org.jspecify.annotations.NullMarked;
