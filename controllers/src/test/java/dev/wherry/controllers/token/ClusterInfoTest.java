package dev.wherry.controllers.token;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterInfoTest {
  private static final ControllersConfig CONFIG =
      ControllersConfig.of(List.of("10.0.0.1"), 6443, "PEM");

  private static Secret token(String id, String signing, String expiration) {
    Map<String, Bytes> data = new HashMap<>();
    data.put("token-id", bytes(id));
    data.put("token-secret", bytes("secret"));
    data.put("usage-bootstrap-signing", bytes(signing));
    data.put("expiration", bytes(expiration));
    return Secret.builder()
        .metadata(meta("kube-system", "bootstrap-token-" + id).build())
        .type("bootstrap.kubernetes.io/token")
        .data(data)
        .build();
  }

  private static Bytes bytes(String text) {
    return Bytes.ofUtf8(text);
  }

  private static ConfigMap map(Plan plan) {
    return switch (plan.actions().getFirst()) {
      case Action.Create<?> create -> (ConfigMap) create.object();
      case Action.Update<?> update -> (ConfigMap) update.object();
      default -> throw new AssertionError(plan.toString());
    };
  }

  @Test
  void make_missing_tellsServerAndAuthority() {
    ConfigMap made = map(ClusterInfo.make(CONFIG, Optional.empty()));
    assertTrue(made.data().get("kubeconfig").contains("server: https://10.0.0.1:6443\n"));
    assertTrue(made.data().get("kubeconfig").contains("certificate-authority-data: UEVN\n"));
    assertEquals(Plan.NOTHING, ClusterInfo.make(CONFIG, Optional.of(made)));
  }

  @Test
  void sign_tokens_onlyValidOnesThatMay() {
    ConfigMap made = map(ClusterInfo.make(CONFIG, Optional.empty()));
    String later = NOW.plusSeconds(60).toString();
    List<Secret> tokens =
        List.of(
            token("aaaaaa", "true", later),
            token("bbbbbb", "false", later),
            token("cccccc", "true", NOW.minusSeconds(1).toString()),
            token("dddddd", "true", ""));
    ConfigMap signed = map(ClusterInfo.sign(Optional.of(made), tokens, NOW));
    assertEquals(
        List.of("jws-kubeconfig-aaaaaa", "jws-kubeconfig-dddddd", "kubeconfig"),
        List.copyOf(signed.data().keySet()));
    assertEquals(Plan.NOTHING, ClusterInfo.sign(Optional.of(signed), tokens, NOW));
    Plan unsigned = ClusterInfo.sign(Optional.of(signed), List.of(), NOW);
    assertInstanceOf(Action.Update.class, unsigned.actions().getFirst());
    assertEquals(1, map(unsigned).data().size());
  }

  /** The content, key and signature of upstream's jws_test. */
  @Test
  void signature_upstreamsExample_isTheSame() {
    assertEquals(
        "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8",
        ClusterInfo.signature(
            "Hello from the other side. I must have called a thousand times.",
            "joshua",
            "my voice is my passcode"));
  }
}
