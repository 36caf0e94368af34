package io.kollaps.linux;

/** Error numbers that callers tell apart, and the names of all that Linux calls here can give. */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file, device or address. */
  public static final int ENOENT = 2;

  /** No such process. */
  public static final int ESRCH = 3;

  /** Interrupted by a signal. */
  public static final int EINTR = 4;

  /** Input or output error; writing to a TUN device that is down gives it. */
  public static final int EIO = 5;

  /** Would block. */
  public static final int EAGAIN = 11;

  /** Out of memory, or over a limit on locked memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** In use. */
  public static final int EBUSY = 16;

  /** Exists already. */
  public static final int EEXIST = 17;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** No space left: a log or a device is full. */
  public static final int ENOSPC = 28;

  /** No such system call. */
  public static final int ENOSYS = 38;

  /** Not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Message too long: it would have to be fragmented. */
  public static final int EMSGSIZE = 90;

  /** The address or port is taken. */
  public static final int EADDRINUSE = 98;

  /** No buffer space. */
  public static final int ENOBUFS = 105;

  private static final String[] LOW_NAMES = {
    "no error",
    "EPERM",
    "ENOENT",
    "ESRCH",
    "EINTR",
    "EIO",
    "ENXIO",
    "E2BIG",
    "ENOEXEC",
    "EBADF",
    "ECHILD",
    "EAGAIN",
    "ENOMEM",
    "EACCES",
    "EFAULT",
    "ENOTBLK",
    "EBUSY",
    "EEXIST",
    "EXDEV",
    "ENODEV",
    "ENOTDIR",
    "EISDIR",
    "EINVAL",
    "ENFILE",
    "EMFILE",
    "ENOTTY",
    "ETXTBSY",
    "EFBIG",
    "ENOSPC",
    "ESPIPE",
    "EROFS",
    "EMLINK",
    "EPIPE",
    "EDOM",
    "ERANGE",
    "EDEADLK",
    "ENAMETOOLONG",
    "ENOLCK",
    "ENOSYS",
    "ENOTEMPTY",
    "ELOOP"
  };

  private Errno() {}

  /**
   * Name as in errno.h, for example {@code EPERM}; {@code errno N} for one that has no name here.
   */
  public static String name(int errno) {
    if (errno >= 0 && errno < LOW_NAMES.length) {
      return LOW_NAMES[errno];
    }
    return switch (errno) {
      case 77 -> "EBADFD";
      case 88 -> "ENOTSOCK";
      case 90 -> "EMSGSIZE";
      case 92 -> "ENOPROTOOPT";
      case 93 -> "EPROTONOSUPPORT";
      case 95 -> "EOPNOTSUPP";
      case 97 -> "EAFNOSUPPORT";
      case 98 -> "EADDRINUSE";
      case 99 -> "EADDRNOTAVAIL";
      case 100 -> "ENETDOWN";
      case 101 -> "ENETUNREACH";
      case 105 -> "ENOBUFS";
      case 110 -> "ETIMEDOUT";
      case 113 -> "EHOSTUNREACH";
      default -> "errno " + errno;
    };
  }
}
