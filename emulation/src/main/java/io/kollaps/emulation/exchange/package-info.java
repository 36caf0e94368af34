/**
 * What the parts of a run tell each other about their flows, as datagrams: compact encoding, and
 * reading that trusts nothing. No sockets: bytes in, bytes out.
 */
@NullMarked
package io.kollaps.emulation.exchange;

import org.jspecify.annotations.NullMarked;
