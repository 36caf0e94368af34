package io.kollaps.cluster.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the node's certificate of the moment, so that a renewed one is used by the next connection
 * without a restart.
 */
public final class NodeKeys extends X509ExtendedKeyManager {
  private static final String ALIAS = "node";

  private final Supplier<NodeCredentials> credentials;

  /** With where the credentials of the moment are. */
  public NodeKeys(Supplier<NodeCredentials> credentials) {
    this.credentials = credentials;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    NodeCredentials now = credentials.get();
    // with the authority, which a joiner compares with its token
    return new X509Certificate[] {now.certificate(), now.authority()};
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return credentials.get().key();
  }

  @Override
  public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }

  @Override
  public String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return ALIAS;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return forKey(type);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return forKey(type);
  }

  private static @Nullable String forKey(String type) {
    return type.startsWith("EC") ? ALIAS : null;
  }
}
