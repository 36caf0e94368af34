/**
 * How nodes trust one another: authority, certificates, join tokens, and the seal on datagrams. No
 * sockets here.
 */
@NullMarked
package io.kollaps.cluster.security;

import org.jspecify.annotations.NullMarked;
