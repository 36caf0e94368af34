package io.kollaps.cluster.join;

/**
 * Where something listens.
 *
 * @param host name or address
 * @param port TCP port; UDP too where it is a probe
 */
public record Contact(String host, int port) {
  private static final int LONGEST_HOST = 255;
  private static final int LAST_PORT = 65_535;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException for an empty or too long host, or no port
   */
  public Contact {
    if (host.isBlank() || host.length() > LONGEST_HOST || port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          "a host of 1 to " + LONGEST_HOST + " characters and a port, not '" + host + "' " + port);
    }
  }

  @Override
  public String toString() {
    return host + " port " + port;
  }
}
