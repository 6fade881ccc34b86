package dev.wherry.apiserver.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An AuthenticationConfiguration that changes, over real issuers. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FollowedIssuersTest {
  /** The tests look themselves. */
  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir Path data;

  private static String config(String anonymous, TestProvider... issuers) {
    StringBuilder text =
        new StringBuilder("apiVersion: apiserver.config.k8s.io/v1\n")
            .append("kind: AuthenticationConfiguration\nanonymous: {enabled: ")
            .append(anonymous)
            .append("}\njwt:\n");
    for (TestProvider issuer : issuers) {
      text.append(
          """
          - issuer:
              url: %s
              audiences: [wherry]
              certificateAuthority: |
          %s
            claimMappings:
              username: {claim: sub, prefix: ""}
          """
              .formatted(issuer.url(), issuer.authorityPem().indent(6).stripTrailing()));
    }
    return text.toString();
  }

  private static boolean holds(FollowedIssuers issuers, TestProvider issuer, TestProvider.Key key)
      throws Exception {
    ObjectNode claims =
        Json.object()
            .put("iss", issuer.url())
            .put("aud", "wherry")
            .put("sub", "jane")
            .put("exp", Instant.now().getEpochSecond() + 600);
    Credentials shown = new Credentials(List.of(), Optional.of(TestProvider.sign(key, claims)));
    return issuers.authenticate(shown) instanceof Authenticator.Outcome.Known;
  }

  private static void assertReloads(FollowedIssuers issuers, double good, double bad) {
    assertEquals(good, issuers.follower().reloads().get("status=\"success\""));
    assertEquals(bad, issuers.follower().reloads().get("status=\"failure\""));
  }

  @Test
  void file_changes_newIssuersCountAndWrongOnesDoNot() throws Exception {
    Path file = data.resolve("authentication.yaml");
    try (TestProvider first = new TestProvider();
        TestProvider second = new TestProvider()) {
      TestProvider.Key one = first.add("k1", "ES256");
      TestProvider.Key two = second.add("k2", "ES256");
      Files.writeString(file, config("true", first));
      try (FollowedIssuers issuers =
          FollowedIssuers.follow(file, "https://own", InstantSource.system(), NEVER)) {
        issuers.follower().look();
        assertReloads(issuers, 0, 0);
        assertTrue(holds(issuers, first, one));
        assertFalse(holds(issuers, second, two));

        Files.writeString(file, config("true", first, second));
        issuers.follower().look();
        assertReloads(issuers, 1, 0);
        assertTrue(holds(issuers, first, one));
        assertTrue(holds(issuers, second, two));

        Files.writeString(file, config("false", second));
        issuers.follower().look();
        issuers.follower().look();
        assertReloads(issuers, 1, 1);
        Files.writeString(file, "kind: Nothing");
        issuers.follower().look();
        assertReloads(issuers, 1, 2);
        assertTrue(holds(issuers, first, one));
        assertTrue(holds(issuers, second, two));

        Files.writeString(file, config("true", second));
        issuers.follower().look();
        assertReloads(issuers, 2, 2);
        assertFalse(holds(issuers, first, one));
        assertTrue(holds(issuers, second, two));
      }
    }
  }

  @Test
  void issuer_thatTellsNoKeys_doesNotTakeOver() throws Exception {
    Path file = data.resolve("authentication.yaml");
    try (TestProvider first = new TestProvider()) {
      TestProvider.Key one = first.add("k1", "ES256");
      Files.writeString(file, config("true", first));
      try (FollowedIssuers issuers =
          FollowedIssuers.follow(file, "https://own", InstantSource.system(), NEVER)) {
        assertTrue(holds(issuers, first, one));
        try (TestProvider gone = new TestProvider()) {
          Files.writeString(file, config("true", gone));
        }
        issuers.follower().look();
        issuers.follower().look();
        assertReloads(issuers, 0, 2);
        assertTrue(holds(issuers, first, one));
      }
    }
  }
}
