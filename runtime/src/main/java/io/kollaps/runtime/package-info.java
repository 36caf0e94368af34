/**
 * Programs: what starts and stops endpoints. One small interface, {@link
 * io.kollaps.runtime.Runtime}, and one package for each way.
 */
@NullMarked
package io.kollaps.runtime;

import org.jspecify.annotations.NullMarked;
