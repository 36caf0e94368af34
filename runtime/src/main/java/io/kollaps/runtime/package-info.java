/**
 * Programs: what starts and stops endpoints. One small interface, {@link
 * io.kollaps.runtime.EndpointRuntime}, and one package for each way.
 */
@NullMarked
package io.kollaps.runtime;

import org.jspecify.annotations.NullMarked;
