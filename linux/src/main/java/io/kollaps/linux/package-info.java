/**
 * Linux calls by the foreign function interface, and the values they take and give. No policy: who
 * may do what, and when, is decided by the callers.
 */
@NullMarked
package io.kollaps.linux;

import org.jspecify.annotations.NullMarked;
