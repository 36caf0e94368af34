package io.kollaps.node.results;

/**
 * What a part told the other parts, and heard of them: payloads of datagrams, without what carries
 * them.
 *
 * @param sentDatagrams datagrams sent, one for each receiver
 * @param sentBytes their bytes
 * @param receivedDatagrams datagrams received
 * @param receivedBytes their bytes
 * @param refusedDatagrams datagrams received that were none of this run's or not understood
 */
public record ExchangeCounts(
    long sentDatagrams,
    long sentBytes,
    long receivedDatagrams,
    long receivedBytes,
    long refusedDatagrams) {

  /** Nothing was told or heard. */
  public static final ExchangeCounts NONE = new ExchangeCounts(0, 0, 0, 0, 0);
}
