package io.kollaps.node.load;

/** The bytes of a file as they were read. */
public final class FileContent {
  private final byte[] bytes;

  /** Keeps a copy of the bytes. */
  public FileContent(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Number of bytes. */
  public int size() {
    return bytes.length;
  }
}
