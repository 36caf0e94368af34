package io.kollaps.placement.search;

import java.util.Optional;

/** How a search ended. */
@SuppressWarnings("ArrayRecordComponent") // read only; identity is never asked for
public sealed interface SearchResult {

  /**
   * A placement that keeps every limit.
   *
   * @param nodeOf node of each endpoint
   * @param demand what it asks of each limit, times the limit's divisor
   * @param method what found it, for people
   */
  record Found(int[] nodeOf, long[] demand, String method) implements SearchResult {}

  /**
   * No placement was found.
   *
   * @param proof why there is none; empty when the effort was spent before that was known
   * @param nearest the placement that exceeds limits by the least of those looked at; empty when
   *     none has the slots, processors and memory
   */
  record NotFound(Optional<Proof> proof, Optional<Nearest> nearest) implements SearchResult {}

  /**
   * A placement that exceeds limits.
   *
   * @param nodeOf node of each endpoint
   * @param demand what it asks of each limit, times the limit's divisor
   */
  record Nearest(int[] nodeOf, long[] demand) {}
}
