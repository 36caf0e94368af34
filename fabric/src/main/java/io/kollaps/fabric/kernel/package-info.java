/**
 * The kernel fabric: endpoints' devices are veth pairs whose other ends lie in a namespace of the
 * fabric's own; BPF programs there decide what happens to each packet, and one device with fq holds
 * all packets until their time. No packet passes through this process, which only shares the memory
 * of the table of paths. What the programs do is in src/main/bpf.
 */
@NullMarked
package io.kollaps.fabric.kernel;

import org.jspecify.annotations.NullMarked;
