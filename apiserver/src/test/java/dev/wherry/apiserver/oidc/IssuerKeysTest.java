package dev.wherry.apiserver.oidc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.token.SignedToken;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An issuer that fails, and tokens that nobody can judge meanwhile. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IssuerKeysTest {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int TOKENS = 500;

  private static IssuerKeys keys(TestProvider provider) {
    String config =
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: AuthenticationConfiguration
        jwt:
        - issuer:
            url: %s
            audiences: [wherry]
            certificateAuthority: |
        %s
          claimMappings:
            username: {claim: sub, prefix: ""}
        """
            .formatted(provider.url(), provider.authorityPem().indent(6).stripTrailing());
    AuthenticationConfig parsed =
        AuthenticationConfig.parse("f", config.getBytes(StandardCharsets.UTF_8), "https://own");
    return new IssuerKeys(parsed.issuers().getFirst(), InstantSource.system(), FIRST_PAUSE);
  }

  private static SignedToken token(TestProvider.Key key, int number) throws Exception {
    return SignedToken.parse(TestProvider.sign(key, Json.object().put("jti", number)))
        .orElseThrow();
  }

  /** Attempts that pauses doubling from the first one allow in a time. */
  private static long attempts(long millis) {
    long count = 1;
    long begins = 0;
    for (long pause = FIRST_PAUSE.toMillis(); begins + pause <= millis; pause *= 2) {
      begins += pause;
      count++;
    }
    return count;
  }

  @Test
  void issuer_thatFails_isLeftAloneLongerAndLonger_whateverTokensCome() throws Exception {
    long began = System.nanoTime();
    try (TestProvider provider = new TestProvider()) {
      TestProvider.Key key = provider.add("k1", "ES256");
      provider.broken(true);
      try (IssuerKeys keys = keys(provider)) {
        for (int i = 0; i < TOKENS; i++) {
          assertFalse(keys.signed(token(key, i)));
        }
        while (provider.refusals() < 3) {
          assertFalse(keys.signed(token(key, 0)));
        }
        long millis = (System.nanoTime() - began) / 1_000_000;
        assertTrue(
            provider.refusals() <= attempts(millis),
            provider.refusals() + " attempts in " + millis + " ms");
        provider.broken(false);
        while (!keys.signed(token(key, 1))) {
          Thread.onSpinWait();
        }
      }
    }
  }
}
