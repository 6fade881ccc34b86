package dev.wherry.machinery.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class PemTest {
  @Test
  void privateKey_everyKind_readsBack() throws Exception {
    for (String algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
      KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
      assertEquals(pair.getPrivate(), Pem.privateKey(Pem.privateKey(pair.getPrivate())));
      assertEquals(pair.getPublic(), Pem.publicKeys(Pem.publicKey(pair.getPublic())).getFirst());
    }
  }

  @Test
  void privateKey_sec1AfterParameters_isRead() throws Exception {
    KeyPair pair = KeyPairs.generate(new SecureRandom());
    var info =
        org.bouncycastle.asn1.pkcs.PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
    var curve = info.getPrivateKeyAlgorithm().getParameters();
    var bare = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(info.parsePrivateKey());
    var sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(256, bare.getKey(), curve);
    String text =
        Pem.encode("EC PARAMETERS", curve.toASN1Primitive().getEncoded())
            + Pem.encode("EC PRIVATE KEY", sec1.getEncoded());
    assertTrue(KeyPairs.match(Pem.privateKey(text), pair.getPublic()));
  }

  @Test
  void blocks_badText_isRefused() {
    assertThrows(PkiException.class, () -> Pem.blocks("-----BEGIN X-----\nAAAA\n"));
    assertThrows(PkiException.class, () -> Pem.blocks("-----BEGIN X"));
    assertThrows(PkiException.class, () -> Pem.privateKey("nothing here"));
    assertThrows(PkiException.class, () -> Pem.certificate("nothing here"));
  }
}
