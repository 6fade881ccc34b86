package dev.wherry.cli.client.http;

import dev.wherry.machinery.pki.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Reads private keys by the JDK alone where that is enough; only the older forms need Bouncy
 * Castle, whose classes cost a client command part of its start.
 */
final class ClientKeys {
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private ClientKeys() {}

  static PrivateKey read(String pem) {
    for (Pem.Block block : Pem.blocks(pem)) {
      if (!block.label().equals(Pem.PRIVATE_KEY)) {
        continue;
      }
      for (String algorithm : ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(block.der()));
        } catch (GeneralSecurityException e) {
          // Another algorithm's key.
        }
      }
    }
    return Pem.privateKey(pem);
  }
}
