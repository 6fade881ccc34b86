package dev.wherry.kubelet.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.machinery.pki.CertificateAuthority;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class JoinTokenTest {
  @Test
  void parse_goodAndBad() {
    String hash = "ab".repeat(32);
    JoinToken token = JoinToken.parse("wherry1." + hash + ".abcdef.0123456789abcdef\n");
    assertEquals(hash, token.caHash());
    assertEquals("abcdef.0123456789abcdef", token.bootstrapToken());
    assertFalse(token.toString().contains("0123456789abcdef"));
    assertThrows(IllegalArgumentException.class, () -> JoinToken.parse("wherry1.xx.a.b"));
  }

  @Test
  void pinned_otherAuthority_isRefused() throws Exception {
    CertificateAuthority right =
        CertificateAuthority.create(
            "ca", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
    CertificateAuthority wrong =
        CertificateAuthority.create(
            "ca", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
    String hash = AuthorityFetch.hash(right.certificate());
    assertEquals(right.certificate(), AuthorityFetch.pinned(right.certificatePem(), hash));
    assertThrows(IOException.class, () -> AuthorityFetch.pinned(wrong.certificatePem(), hash));
  }
}
