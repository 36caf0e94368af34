/**
 * Packets: what moves them between endpoints, shapes them by path and counts them. One small
 * interface, {@link io.kollaps.fabric.Fabric}, and one package for each way to do it.
 */
@NullMarked
package io.kollaps.fabric;

import org.jspecify.annotations.NullMarked;
