/**
 * The tc fabric: every endpoint's own namespace shapes what the endpoint sends, by Linux traffic
 * control. {@link io.kollaps.fabric.tc.InterfaceShaper} does that for any interface; {@link
 * io.kollaps.fabric.tc.TcFabric} also makes the interfaces and the network between them.
 */
@NullMarked
package io.kollaps.fabric.tc;

import org.jspecify.annotations.NullMarked;
