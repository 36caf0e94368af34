package io.kollaps.linux;

import java.util.concurrent.locks.ReentrantLock;

/** A network namespace held by a descriptor of this process. */
final class HeldNamespace implements NetworkNamespace {
  private static final int CLONE_NEWNET = 0x40000000;

  private final int fileDescriptor;
  // entering and closing exclude one another: a closed number may already be another file
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  HeldNamespace(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
  }

  @Override
  public int fileDescriptor() {
    lock.lock();
    try {
      requireOpen();
      return fileDescriptor;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String path() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fileDescriptor();
  }

  @Override
  public <T> T inside(Body<T> body) throws LinuxException {
    return NamespaceThread.call(
        "namespace-" + fileDescriptor,
        () -> {
          enter();
          return body.run();
        });
  }

  private void enter() throws LinuxException {
    lock.lock();
    try {
      requireOpen();
      Native.check(
          ProcessCalls.setNamespace(fileDescriptor, CLONE_NEWNET),
          "setns",
          fileDescriptor,
          "CLONE_NEWNET");
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the network namespace was closed");
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        FileDescriptors.close(fileDescriptor);
      }
    } finally {
      lock.unlock();
    }
  }
}
