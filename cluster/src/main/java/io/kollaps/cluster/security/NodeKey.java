package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A node's key pair, before and after an authority has certified it. It never leaves the node. */
public final class NodeKey {
  private final KeyPair keys;

  private NodeKey(KeyPair keys) {
    this.keys = keys;
  }

  /** A new key; every certificate gets its own. */
  public static NodeKey create(SecureRandom random) {
    return new NodeKey(Certificates.newKeyPair(random));
  }

  /** The private half. */
  public PrivateKey secret() {
    return keys.getPrivate();
  }

  /** A request for a certificate (PKCS #10, DER), signed by this key. */
  public byte[] signingRequest(NodeId node) {
    try {
      return new JcaPKCS10CertificationRequestBuilder(
              new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, node.value()).build(),
              keys.getPublic())
          .build(new JcaContentSignerBuilder(Certificates.SIGNATURE).build(keys.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot sign a request on this Java", e);
    }
  }
}
