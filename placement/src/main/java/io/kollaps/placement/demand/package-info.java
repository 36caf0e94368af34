/**
 * What an emulated network asks of a physical one: the most that can flow between endpoints on
 * either side of a cut, for a cut that changes one endpoint at a time.
 *
 * <p>Rates are bits per second; a cut has a value for each direction.
 */
@NullMarked
package io.kollaps.placement.demand;

import org.jspecify.annotations.NullMarked;
