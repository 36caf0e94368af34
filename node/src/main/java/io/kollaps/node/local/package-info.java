/**
 * How commands ask the daemon: one line of JSON as request, a stream of lines as answer, over any
 * transport that is a pair of streams.
 */
@NullMarked
package io.kollaps.node.local;

import org.jspecify.annotations.NullMarked;
