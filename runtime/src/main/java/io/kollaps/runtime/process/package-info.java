/**
 * Endpoints as processes of this machine: each in network, mount, pid, host name and IPC namespaces
 * of its own, made by the programs of util-linux, so that no part of Kollaps but this process needs
 * to run for them.
 */
@NullMarked
package io.kollaps.runtime.process;

import org.jspecify.annotations.NullMarked;
