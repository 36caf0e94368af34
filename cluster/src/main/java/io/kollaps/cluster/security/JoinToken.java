package io.kollaps.cluster.security;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What lets a machine join: {@code KOLLAPS-1-DIGEST-ID-SECRET}. The digest is that of the cluster's
 * authority, so that the joiner knows the cluster (as in Docker Swarm); the id says which token it
 * is; the secret is shown once and kept nowhere: the cluster has its hash.
 */
public final class JoinToken {
  private static final int DIGEST_BYTES = 32;
  private static final int ID_BYTES = 4;

  /** 160 bits: a hash without salt or stretching is enough for a secret that nobody can guess. */
  private static final int SECRET_BYTES = 20;

  private static final Pattern FORM =
      Pattern.compile("KOLLAPS-1-([0-9a-f]{64})-([0-9a-f]{8})-([0-9a-f]{40})");

  private final byte[] authorityDigest;
  private final String id;
  private final byte[] secret;

  private JoinToken(byte[] authorityDigest, String id, byte[] secret) {
    this.authorityDigest = authorityDigest;
    this.id = id;
    this.secret = secret;
  }

  /** A new token of the cluster with this authority. */
  public static JoinToken create(
      java.security.cert.X509Certificate authority, SecureRandom random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new JoinToken(Certificates.digest(authority), HexFormat.of().formatHex(id), secret);
  }

  /**
   * Reads a token as a user typed it.
   *
   * @throws SecurityFailure when it has another form
   */
  public static JoinToken parse(String text) throws SecurityFailure {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new SecurityFailure(
          "this is no join token: it looks like KOLLAPS-1-... with three hexadecimal numbers of "
              + 2 * DIGEST_BYTES
              + ", "
              + 2 * ID_BYTES
              + " and "
              + 2 * SECRET_BYTES
              + " digits; 'kollaps token rotate' on a member prints one");
    }
    return new JoinToken(
        HexFormat.of().parseHex(matcher.group(1)),
        matcher.group(2),
        HexFormat.of().parseHex(matcher.group(3)));
  }

  /** Which token it is; no secret. */
  public String id() {
    return id;
  }

  /** The secret, to be shown to the cluster's leader only. */
  public byte[] secret() {
    return secret.clone();
  }

  /** What the cluster keeps of the secret. */
  public static byte[] hash(byte[] secret) {
    return Certificates.sha256(secret);
  }

  /** Whether a certificate is that of the authority that this token was made under. */
  public boolean names(java.security.cert.X509Certificate authority) {
    return MessageDigest.isEqual(authorityDigest, Certificates.digest(authority));
  }

  /** As the user gets it: with the secret. */
  public String text() {
    HexFormat hex = HexFormat.of();
    return "KOLLAPS-1-" + hex.formatHex(authorityDigest) + "-" + id + "-" + hex.formatHex(secret);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JoinToken token
        && id.equals(token.id)
        && Arrays.equals(authorityDigest, token.authorityDigest)
        && MessageDigest.isEqual(secret, token.secret);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id);
  }

  @Override
  public String toString() {
    return "token " + id; // logs never see the secret
  }
}
