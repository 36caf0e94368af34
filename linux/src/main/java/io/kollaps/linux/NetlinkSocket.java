package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket: sends a message or a batch of them, and waits for the kernel's answer. It
 * belongs to the network namespace of the thread that opened it, from whichever thread it is used
 * later. For one thread at a time.
 */
public final class NetlinkSocket implements AutoCloseable {
  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_ACK = 4;

  /** Network devices, addresses, routes and traffic control. */
  private static final int NETLINK_ROUTE = 0;

  // traffic control answers a request for one object only to who asks for the echo
  private static final int NLM_F_ECHO = 8;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | FileDescriptors.O_CLOEXEC;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int ANSWER_TIMEOUT_SECONDS = 10;
  private static final int SO_RCVBUF = 8;
  // each error that waits is accounted with some 2 KB, and NetlinkBatch.MAX_MESSAGES may wait
  private static final int RECEIVE_BUFFER_BYTES = 512 * 1024;
  private static final int NLM_F_DUMP = 0x300;
  private static final int ETIMEDOUT = 110;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  // of one answer to a dump; a device with 65 535 classes gives some hundred
  private static final int MOST_DUMP_PARTS = 100_000;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int ANSWER_BYTES = 32 * 1024;
  private static final ValueLayout.OfInt INT_ANYWHERE = ValueLayout.JAVA_INT_UNALIGNED;
  // an answer with another sequence number is left over from a request that timed out
  private static final int MOST_STALE_ANSWERS = 16;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment answer = arena.allocate(ANSWER_BYTES, 8);
  private final int fileDescriptor;
  private final String name;
  private int sequence;

  private NetlinkSocket(int fileDescriptor, String name) {
    this.fileDescriptor = fileDescriptor;
    this.name = name;
  }

  /**
   * Opens a rtnetlink socket of the calling thread's network namespace.
   *
   * @throws LinuxException when the kernel refuses
   */
  public static NetlinkSocket open() throws LinuxException {
    return open(NETLINK_ROUTE, "rtnetlink");
  }

  /**
   * Opens one of the calling thread's network namespace.
   *
   * @param protocol number of the netlink protocol
   * @param name its name, for errors
   */
  static NetlinkSocket open(int protocol, String name) throws LinuxException {
    NetlinkSocket made =
        new NetlinkSocket(
            Native.check(
                SocketCalls.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol),
                "socket",
                "AF_NETLINK",
                name),
            name);
    try {
      made.configure();
      return made;
    } catch (LinuxException e) {
      made.close();
      throw e;
    }
  }

  private void configure() throws LinuxException {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(16, 8);
      value.set(Native.LONG, 0, ANSWER_TIMEOUT_SECONDS);
      Native.check(
          SocketCalls.setOption(fileDescriptor, SOL_SOCKET, SO_RCVTIMEO, value.address(), 16),
          "setsockopt",
          "SO_RCVTIMEO");
      value.set(Native.INT, 0, RECEIVE_BUFFER_BYTES);
      Native.check(
          SocketCalls.setOption(fileDescriptor, SOL_SOCKET, SO_RCVBUF, value.address(), 4),
          "setsockopt",
          "SO_RCVBUF");
      value.set(Native.INT, 0, 1);
      // since Linux 4.12; without them errors come without the kernel's sentence
      var _ =
          SocketCalls.setOption(fileDescriptor, SOL_NETLINK, NETLINK_CAP_ACK, value.address(), 4);
      var _ =
          SocketCalls.setOption(fileDescriptor, SOL_NETLINK, NETLINK_EXT_ACK, value.address(), 4);
    }
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param what the request in words, for errors
   * @return the answer's attributes and fixed part, after its header; empty for an acknowledgement;
   *     valid until the next request
   * @throws LinuxException the kernel's error with its sentence, or ETIMEDOUT
   */
  public MemorySegment request(NetlinkMessage message, String what) throws LinuxException {
    message.finish(++sequence);
    Native.check(
        SocketCalls.send(fileDescriptor, message.address(), message.length(), 0),
        "send",
        name,
        what);
    for (int stale = 0; stale <= MOST_STALE_ANSWERS; stale++) {
      long received = receive(what);
      if (received >= NetlinkMessage.HEADER_BYTES && answer.get(Native.INT, 8) == sequence) {
        return understood(received, () -> what);
      }
    }
    throw Native.failure(ETIMEDOUT, name, what);
  }

  /**
   * Sends a batch and empties it. The kernel works it off in order, and goes on after a message
   * that it refuses. Every refusal is answered, whether an acknowledgement was asked for or not, so
   * that the last message's acknowledgement proves all others: that saves an answer for each.
   *
   * @throws LinuxException the first refusal with the kernel's sentence and the number of further
   *     ones, ETIMEDOUT, or ENOBUFS when answers were lost
   */
  public void send(NetlinkBatch batch) throws LinuxException {
    if (batch.isEmpty()) {
      return;
    }
    int first = sequence + 1;
    sequence += batch.count();
    try {
      Native.check(
          SocketCalls.send(fileDescriptor, batch.address(), batch.finish(first), 0),
          "send",
          name,
          batch.count() + " messages, the first: " + batch.purpose(0));
      awaitAll(batch, first);
    } finally {
      batch.clear();
    }
  }

  private void awaitAll(NetlinkBatch batch, int first) throws LinuxException {
    LinuxException failure = null;
    int refused = 0;
    for (int answers = 0; answers < batch.count() + MOST_STALE_ANSWERS; answers++) {
      long received = receive(batch.count() + " messages, the first: " + batch.purpose(0));
      int index = answer.get(Native.INT, 8) - first;
      if (received < NetlinkMessage.HEADER_BYTES || index < 0 || index >= batch.count()) {
        continue;
      }
      try {
        understood(received, () -> batch.purpose(index));
      } catch (LinuxException e) {
        refused++;
        failure = failure == null ? e : failure;
      }
      if (index == batch.count() - 1) {
        throwFirst(failure, refused);
        return;
      }
    }
    throw Native.failure(ETIMEDOUT, name, "batch", batch.purpose(0));
  }

  private static void throwFirst(@Nullable LinuxException failure, int refused)
      throws LinuxException {
    if (failure != null) {
      String more = refused == 1 ? "" : "; " + (refused - 1) + " more of the batch failed";
      throw new LinuxException(failure.getMessage() + more, failure.errno());
    }
  }

  /**
   * Asks for one object.
   *
   * @param type for example RTM_GETQDISC
   * @param content appends what belongs into the message
   * @param what the request in words, for errors
   * @return fixed part and attributes, valid until the next request
   * @throws LinuxException the kernel's error with its sentence
   */
  public MemorySegment ask(int type, Consumer<NetlinkMessage> content, String what)
      throws LinuxException {
    try (Arena call = Arena.ofConfined()) {
      NetlinkMessage message = new NetlinkMessage(call, type, NLM_F_REQUEST | NLM_F_ECHO);
      content.accept(message);
      return request(message, what);
    }
  }

  /**
   * Asks for all objects of a kind.
   *
   * @param type for example RTM_GETQDISC
   * @param content appends what belongs into the message
   * @param what the request in words, for errors
   * @param each receives every object: fixed part and attributes, valid during the call
   * @throws LinuxException the kernel's error
   */
  public void dump(
      int type, Consumer<NetlinkMessage> content, String what, Consumer<MemorySegment> each)
      throws LinuxException {
    try (Arena call = Arena.ofConfined()) {
      NetlinkMessage message = new NetlinkMessage(call, type, 0);
      content.accept(message);
      dump(message, what, each);
    }
  }

  /** As {@link #dump(int, Consumer, String, Consumer)}, of a whole message. */
  void dump(NetlinkMessage message, String what, Consumer<MemorySegment> each)
      throws LinuxException {
    message.addFlags(NLM_F_REQUEST | NLM_F_DUMP);
    message.finish(++sequence);
    Native.check(
        SocketCalls.send(fileDescriptor, message.address(), message.length(), 0),
        "send",
        name,
        what);
    for (int part = 0; part < MOST_DUMP_PARTS; part++) {
      long received = receive(what);
      if (received >= NetlinkMessage.HEADER_BYTES
          && answer.get(Native.INT, 8) == sequence
          && lastPart(received, what, each)) {
        return;
      }
    }
    throw Native.failure(Errno.ENOBUFS, name, what, "the answer has no end");
  }

  private boolean lastPart(long received, String what, Consumer<MemorySegment> each)
      throws LinuxException {
    long at = 0;
    while (at + NetlinkMessage.HEADER_BYTES <= received) {
      int length = answer.get(INT_ANYWHERE, at);
      int type = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 4));
      if (length < NetlinkMessage.HEADER_BYTES || at + length > received) {
        throw Native.failure(Errno.EIO, name, what, "the answer is cut off");
      }
      long body = at + NetlinkMessage.HEADER_BYTES;
      if (type == NLMSG_DONE || type == NLMSG_ERROR) {
        int error = length < NetlinkMessage.HEADER_BYTES + 4 ? 0 : -answer.get(INT_ANYWHERE, body);
        if (error != 0) {
          throw Native.failure(error, name, what);
        }
        return true;
      }
      each.accept(answer.asSlice(body, length - NetlinkMessage.HEADER_BYTES));
      at += NetlinkMessage.aligned(length);
    }
    return false;
  }

  private long receive(String what) throws LinuxException {
    return Native.check(
        SocketCalls.receive(fileDescriptor, answer.address(), ANSWER_BYTES, 0), "recv", name, what);
  }

  private MemorySegment understood(long received, Supplier<String> what) throws LinuxException {
    int type = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, 4));
    int length = (int) Math.min(received, answer.get(Native.INT, 0));
    if (type != NLMSG_ERROR) {
      return answer.asSlice(NetlinkMessage.HEADER_BYTES, length - NetlinkMessage.HEADER_BYTES);
    }
    int error = -answer.get(Native.INT, NetlinkMessage.HEADER_BYTES);
    if (error != 0) {
      String sentence = sentence(length);
      throw new LinuxException(
          name + "(" + what.get() + ") failed: " + Errno.name(error) + sentence, error);
    }
    return MemorySegment.NULL;
  }

  /** The kernel's own explanation: an attribute behind the error and the echoed header. */
  private String sentence(int length) {
    if ((answer.get(ValueLayout.JAVA_SHORT, 6) & NLM_F_ACK_TLVS) == 0) {
      return "";
    }
    int at = NetlinkMessage.HEADER_BYTES + 4 + NetlinkMessage.HEADER_BYTES;
    while (at + 4 <= length) {
      int size = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, at));
      if (size < 4 || at + size > length) {
        return "";
      }
      if (answer.get(ValueLayout.JAVA_SHORT, at + 2L) == NLMSGERR_ATTR_MSG) {
        return " (" + answer.asSlice(at + 4L, size - 4L).getString(0) + ")";
      }
      at += NetlinkMessage.aligned(size);
    }
    return "";
  }

  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
    arena.close();
  }
}
