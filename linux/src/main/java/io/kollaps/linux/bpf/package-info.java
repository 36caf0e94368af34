/**
 * BPF programs and maps, by the system call alone: reads compiled objects, loads their programs,
 * makes their maps and shares the memory of maps. What the programs do is up to those who bring
 * them.
 */
@NullMarked
package io.kollaps.linux.bpf;

import org.jspecify.annotations.NullMarked;
