package io.kollaps.topology.read;

/** Reads topology files of every known format. */
public final class ExperimentReader {

  /** Largest file that is read: 16 MiB. */
  public static final int MAX_FILE_BYTES = 16 * 1024 * 1024;

  private ExperimentReader() {}

  /**
   * Reads a topology file: Kollaps XML (both dialects) or YAML, told apart by their first character
   * that is not white space.
   *
   * @param fileName used to name the experiment when the file does not, never opened
   * @param content the file's bytes, UTF-8
   * @return the experiment, or every problem of the file; never throws for bad content
   */
  @SuppressWarnings("DoNotCallSuggester")
  public static ReadResult read(String fileName, byte[] content) {
    throw new UnsupportedOperationException(fileName + content.length);
  }
}
