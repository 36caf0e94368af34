/**
 * The user-space fabric: every endpoint's {@code eth0} is a TUN device, and one thread reads, holds
 * and writes the packets of all. What happens to a packet is decided by {@link
 * io.kollaps.fabric.userspace.engine}; this package gives it packets, time and devices.
 */
@NullMarked
package io.kollaps.fabric.userspace;

import org.jspecify.annotations.NullMarked;
