/** What the fabrics' overlays have in common: the wire format, the peers, the check of the MTU. */
@NullMarked
package io.kollaps.fabric.overlay;

import org.jspecify.annotations.NullMarked;
