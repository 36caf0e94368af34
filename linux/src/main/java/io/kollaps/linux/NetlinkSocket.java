package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * A netlink socket: sends one message, and waits for the kernel's answer to it. It belongs to the
 * network namespace of the thread that opened it, from whichever thread it is used later.
 */
final class NetlinkSocket implements AutoCloseable {
  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_ACK = 4;

  /** Asks for all objects of a kind. */
  static final int NLM_F_DUMP = 0x300;

  /** Network devices, addresses and routes. */
  static final int NETLINK_ROUTE = 0;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | FileDescriptors.O_CLOEXEC;
  private static final int ETIMEDOUT = 110;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int ANSWER_TIMEOUT_SECONDS = 10;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int ANSWER_BYTES = 32 * 1024;
  // an answer with another sequence number is left over from a request that timed out
  private static final int MOST_STALE_ANSWERS = 16;
  private static final int MOST_DUMP_ANSWERS = 10_000;

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
   * Opens one.
   *
   * @param protocol number of the netlink protocol
   */
  static NetlinkSocket open(int protocol) throws LinuxException {
    String name = protocol == NETLINK_ROUTE ? "rtnetlink" : "netlink protocol " + protocol;
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
  MemorySegment request(NetlinkMessage message, String what) throws LinuxException {
    send(message, what);
    for (int stale = 0; stale <= MOST_STALE_ANSWERS; stale++) {
      long received = receive(what);
      if (received >= NetlinkMessage.HEADER_BYTES && answer.get(Native.INT, 8) == sequence) {
        return understood(received, what);
      }
    }
    throw Native.failure(ETIMEDOUT, name, what);
  }

  /**
   * Sends a request for all objects of a kind and waits for all of them.
   *
   * @param what the request in words, for errors
   * @param sink gets each answer, after its header, valid during the call
   * @throws LinuxException the kernel's error with its sentence, or ETIMEDOUT
   */
  void dump(NetlinkMessage message, String what, Consumer<MemorySegment> sink)
      throws LinuxException {
    send(message, what);
    for (int answers = 0; answers < MOST_DUMP_ANSWERS; answers++) {
      if (wholeDump(receive(what), what, sink)) {
        return;
      }
    }
    throw Native.failure(ETIMEDOUT, name, what);
  }

  /** True when the last message of the dump was among those received. */
  private boolean wholeDump(long received, String what, Consumer<MemorySegment> sink)
      throws LinuxException {
    long at = 0;
    while (at + NetlinkMessage.HEADER_BYTES <= received) {
      int length = answer.get(Native.INT, at);
      if (length < NetlinkMessage.HEADER_BYTES || at + length > received) {
        return false;
      }
      if (answer.get(Native.INT, at + 8) == sequence) {
        switch (Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, at + 4))) {
          case NLMSG_DONE -> {
            return true;
          }
          case NLMSG_ERROR -> {
            var _ = understood(received, what);
            return true;
          }
          default ->
              sink.accept(
                  answer.asSlice(
                      at + NetlinkMessage.HEADER_BYTES, length - NetlinkMessage.HEADER_BYTES));
        }
      }
      at += NetlinkMessage.aligned(length);
    }
    return false;
  }

  private void send(NetlinkMessage message, String what) throws LinuxException {
    message.finish(++sequence);
    Native.check(
        SocketCalls.send(fileDescriptor, message.address(), message.length(), 0),
        "send",
        name,
        what);
  }

  private long receive(String what) throws LinuxException {
    return Native.check(
        SocketCalls.receive(fileDescriptor, answer.address(), ANSWER_BYTES, 0), "recv", name, what);
  }

  private MemorySegment understood(long received, String what) throws LinuxException {
    int type = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, 4));
    int length = (int) Math.min(received, answer.get(Native.INT, 0));
    if (type != NLMSG_ERROR) {
      return answer.asSlice(NetlinkMessage.HEADER_BYTES, length - NetlinkMessage.HEADER_BYTES);
    }
    int error = -answer.get(Native.INT, NetlinkMessage.HEADER_BYTES);
    if (error != 0) {
      String sentence = sentence(length);
      throw new LinuxException(
          name + "(" + what + ") failed: " + Errno.name(error) + sentence, error);
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
