package dev.wherry.network.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.ingress.kinds.ClusterObjects.Authorities;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FollowedAuthoritiesTest {
  private static final ObjectKey KEY = new ObjectKey("ns", "ca");

  private static boolean says(FollowedAuthorities followed, String why) {
    return followed.state(KEY).equals(new Authorities.Unusable(why));
  }

  private static ConfigMap configMap(Map<String, String> data) {
    return ConfigMap.builder()
        .metadata(ObjectMeta.builder().namespace("ns").name("ca").build())
        .data(data)
        .build();
  }

  @Test
  void configMap_comesChangesAndGoes_isKnownAccordingly() {
    try (SystemTimer timer = new SystemTimer()) {
      FakeApiClient api = new FakeApiClient(timer);
      FollowedAuthorities followed = new FollowedAuthorities(api, timer, () -> {});
      String pem =
          CertificateAuthority.create("test", Duration.ofDays(1), timer, new SecureRandom())
              .certificatePem();
      assertInstanceOf(Authorities.Awaited.class, followed.state(KEY));
      assertFalse(followed.follow(Set.of(KEY)));
      Eventually.await("nothing", () -> says(followed, "does not exist"));
      assertTrue(followed.follow(Set.of(KEY)));

      api.create(ConfigMap.KIND, configMap(Map.of()));
      Eventually.await("no key", () -> says(followed, "has no certificate in ca.crt"));

      api.update(ConfigMap.KIND, configMap(Map.of("ca.crt", pem)));
      Eventually.await(
          "the certificate", () -> followed.state(KEY).equals(new Authorities.Known(pem)));

      api.delete(ConfigMap.KIND, "ns", "ca", DeleteOptions.DEFAULT);
      Eventually.await("the end", () -> says(followed, "does not exist"));

      assertTrue(followed.follow(Set.of()));
      assertEquals(new Authorities.Awaited(), followed.state(KEY));
      followed.close();
    }
  }
}
