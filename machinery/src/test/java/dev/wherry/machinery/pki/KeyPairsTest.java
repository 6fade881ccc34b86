package dev.wherry.machinery.pki;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyPairsTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  private static KeyPair bare(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve), RANDOM);
    return generator.generateKeyPair();
  }

  @RepeatedTest(20)
  void generate_ofACurve_carriesThePublicPointThroughPem() {
    KeyPair pair = KeyPairs.generate(RANDOM);
    PrivateKey read = Pem.privateKey(Pem.privateKey(pair.getPrivate()));
    assertArrayEquals(P256Keys.point(pair.getPublic()), P256Keys.publicPoint(read).orElseThrow());
    assertTrue(KeyPairs.match(read, pair.getPublic()));
    assertFalse(KeyPairs.match(read, KeyPairs.generate(RANDOM).getPublic()));
  }

  @Test
  void match_ofKeysWithoutTheirPoint_isProvenBySigning() throws Exception {
    for (String curve : new String[] {"secp256r1", "secp384r1"}) {
      KeyPair pair = bare(curve);
      assertEquals(Optional.empty(), P256Keys.publicPoint(pair.getPrivate()));
      assertTrue(KeyPairs.match(pair.getPrivate(), pair.getPublic()));
      assertFalse(KeyPairs.match(pair.getPrivate(), bare(curve).getPublic()));
    }
  }

  @Test
  void match_ofOtherKinds_comparesWhatTheyAre() throws Exception {
    KeyPair rsa = KeyPairs.generateRsa(RANDOM);
    KeyPair curve = KeyPairs.generate(RANDOM);
    assertTrue(KeyPairs.match(rsa.getPrivate(), rsa.getPublic()));
    assertFalse(KeyPairs.match(rsa.getPrivate(), KeyPairs.generateRsa(RANDOM).getPublic()));
    assertFalse(KeyPairs.match(curve.getPrivate(), rsa.getPublic()));
    assertFalse(KeyPairs.match(curve.getPrivate(), bare("secp384r1").getPublic()));
  }

  @Test
  void key_ofOurs_isWhatOpensslTakesForWhole() throws Exception {
    Path file = folder.resolve("key.pem");
    Files.writeString(file, Pem.privateKey(KeyPairs.generate(RANDOM).getPrivate()));
    Process openssl =
        new ProcessBuilder("openssl", "pkey", "-in", file.toString(), "-check", "-noout")
            .redirectErrorStream(true)
            .start();
    String said = new String(openssl.getInputStream().readAllBytes());
    assertEquals(0, openssl.waitFor(), said);
    assertTrue(said.contains("Key is valid"), said);
  }
}
