package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Requests that are sent together, by {@link NetlinkSocket#send}. Its memory is used again for the
 * next ones. For one thread at a time.
 */
public final class NetlinkBatch implements AutoCloseable {
  /** Most messages in one batch: their errors fit a socket's receive buffer. */
  public static final int MAX_MESSAGES = 128;

  /** Most bytes in one batch. */
  public static final int MAX_BYTES = 128 * 1024;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(MAX_BYTES, 8);
  private final NetlinkMessage[] messages = new NetlinkMessage[MAX_MESSAGES];
  private final List<Supplier<String>> purposes = new ArrayList<>(MAX_MESSAGES);

  private int count;
  private long end;

  /** Whether another message may not fit. */
  public boolean isFull() {
    return count == MAX_MESSAGES || length() + NetlinkMessage.MAX_BYTES > MAX_BYTES;
  }

  /** Whether it holds nothing. */
  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * Begins a message; the one before must be complete.
   *
   * @param type for example RTM_NEWQDISC
   * @param flags beside NLM_F_REQUEST and NLM_F_ACK, which the batch adds
   * @param purpose the request in words, for errors; asked only then
   * @throws IllegalStateException when the batch is full
   */
  public NetlinkMessage add(int type, int flags, Supplier<String> purpose) {
    if (isFull()) {
      throw new IllegalStateException("a full batch must be sent before the next message");
    }
    end = length();
    NetlinkMessage message =
        new NetlinkMessage(memory, end, type, flags | NetlinkSocket.NLM_F_REQUEST);
    messages[count] = message;
    purposes.add(purpose);
    count++;
    return message;
  }

  private long length() {
    return count == 0 ? 0 : end + NetlinkMessage.aligned(messages[count - 1].length());
  }

  /** Completes the headers; only the last message asks for an acknowledgement. */
  long finish(int firstSequence) {
    for (int i = 0; i < count; i++) {
      messages[i].finish(firstSequence + i);
    }
    messages[count - 1].addFlags(NetlinkSocket.NLM_F_ACK);
    return length();
  }

  long address() {
    return memory.address();
  }

  int count() {
    return count;
  }

  String purpose(int message) {
    return purposes.get(message).get();
  }

  /** Forgets all messages. */
  public void clear() {
    memory.asSlice(0, length()).fill((byte) 0);
    Arrays.fill(messages, 0, count, null);
    purposes.clear();
    count = 0;
    end = 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
