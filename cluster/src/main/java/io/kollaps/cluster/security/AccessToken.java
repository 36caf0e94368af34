package io.kollaps.cluster.security;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;

/**
 * What lets a command use a node from another machine: {@code KOLLAPS-ACCESS-1-DIGEST-ID-SECRET}.
 * Built as a {@link JoinToken}, and good for nothing that one is good for.
 */
public final class AccessToken {
  private static final String PREFIX = "KOLLAPS-ACCESS-1-";
  private static final String INNER = "KOLLAPS-1-";

  private final JoinToken parts;

  private AccessToken(JoinToken parts) {
    this.parts = parts;
  }

  /** A new token for the cluster with this authority. */
  public static AccessToken create(X509Certificate authority, SecureRandom random) {
    return new AccessToken(JoinToken.create(authority, random));
  }

  /**
   * Reads a token as a user typed it.
   *
   * @throws SecurityFailure when it has another form
   */
  public static AccessToken parse(String text) throws SecurityFailure {
    String stripped = text.strip();
    try {
      if (stripped.startsWith(PREFIX)) {
        return new AccessToken(JoinToken.parse(INNER + stripped.substring(PREFIX.length())));
      }
    } catch (SecurityFailure e) {
      throw new SecurityFailure(problem(), e);
    }
    throw new SecurityFailure(problem());
  }

  private static String problem() {
    return "this is no access token: it looks like "
        + PREFIX
        + "... with three hexadecimal numbers; 'kollaps token access create' on a node prints one";
  }

  /** Which token it is; no secret. */
  public String id() {
    return parts.id();
  }

  /** The secret, to be shown to a node of the cluster only. */
  public byte[] secret() {
    return parts.secret();
  }

  /** Trusts the nodes of the cluster that the token names. */
  public TokenTrust trust() {
    return new TokenTrust(parts);
  }

  /** As the user gets it: with the secret. */
  public String text() {
    return PREFIX + parts.text().substring(INNER.length());
  }

  @Override
  public String toString() {
    return "access token " + id(); // logs never see the secret
  }
}
