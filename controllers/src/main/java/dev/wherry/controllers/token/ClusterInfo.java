package dev.wherry.controllers.token;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The ConfigMap {@code kube-public/cluster-info}: where the API server is and whose certificates to
 * believe, signed with every bootstrap token that may sign (kube-controller-manager
 * bootstrapsigner). Made when it is missing; what a user wrote into it stays, and is signed.
 */
public final class ClusterInfo implements Controller {
  static final String NAME = "cluster-info";
  static final String NAMESPACE = "kube-public";
  static final String KUBECONFIG = "kubeconfig";
  static final String SIGNATURE = "jws-kubeconfig-";
  private static final String TOKENS = "kube-system";
  private static final String SIGNING = "usage-bootstrap-signing";
  private static final String MAC = "HmacSHA256";

  private final PlanController<String> making;
  private final PlanController<String> signing;

  /**
   * @param server as the API server itself, which makes the ConfigMap
   * @param signer as bootstrap-signer
   */
  public ClusterInfo(Parts server, Parts signer, ControllersConfig config) {
    Informer<ConfigMap> maps = signer.informers().of(ConfigMap.KIND);
    Informer<Secret> secrets = signer.informers().of(Secret.KIND);
    making =
        new PlanController<>(
            "cluster-info", 1, server, (_, _) -> make(config, maps.get(NAMESPACE, NAME)));
    signing =
        new PlanController<>(
            "bootstrap-signer",
            1,
            signer,
            (_, now) -> sign(maps.get(NAMESPACE, NAME), secrets.list(TOKENS), now));
    maps.onChange(change -> {
      ObjectMeta meta = change.latest().metadata();
      if (meta.name().equals(NAME) && meta.namespace().equals(NAMESPACE)) {
        making.add(NAME);
        signing.add(NAME);
      }
    });
    secrets.onChange(change -> {
      if (change.latest().type().equals(BootstrapTokenCleaner.TYPE)) {
        signing.add(NAME);
      }
    });
  }

  static Plan make(ControllersConfig config, Optional<ConfigMap> present) {
    if (present.isPresent() || config.apiServerAddresses().isEmpty()) {
      return Plan.NOTHING;
    }
    ObjectMeta meta = ObjectMeta.builder().namespace(NAMESPACE).name(NAME).build();
    return Plan.of(
        new Action.Create<>(
            ConfigMap.KIND,
            ConfigMap.builder()
                .metadata(meta)
                .data(Map.of(KUBECONFIG, kubeconfig(config)))
                .build()));
  }

  private static String kubeconfig(ControllersConfig config) {
    String address = config.apiServerAddresses().getFirst();
    String host = AddressText.bracketed(address);
    byte[] authority = config.rootCaPem().getBytes(StandardCharsets.UTF_8);
    return """
    apiVersion: v1
    clusters:
    - cluster:
        certificate-authority-data: %s
        server: https://%s:%d
      name: ""
    contexts: null
    current-context: ""
    kind: Config
    preferences: {}
    users: null
    """
        .formatted(Base64.getEncoder().encodeToString(authority), host, config.apiServerPort());
  }

  /** Pure. */
  static Plan sign(Optional<ConfigMap> present, Collection<Secret> secrets, Instant now) {
    if (present.isEmpty()) {
      return Plan.NOTHING;
    }
    ConfigMap map = present.get();
    String content = map.data().getOrDefault(KUBECONFIG, "");
    Map<String, String> data = new TreeMap<>(map.data());
    data.keySet().removeIf(key -> key.startsWith(SIGNATURE));
    if (!content.isEmpty()) {
      for (Secret secret : secrets) {
        if (maySign(secret, now)) {
          String id = text(secret, "token-id");
          data.put(SIGNATURE + id, signature(content, id, text(secret, "token-secret")));
        }
      }
    }
    return data.equals(map.data())
        ? Plan.NOTHING
        : Plan.of(new Action.Update<>(ConfigMap.KIND, map.toBuilder().data(data).build()));
  }

  private static boolean maySign(Secret secret, Instant now) {
    return secret.type().equals(BootstrapTokenCleaner.TYPE)
        && secret.metadata().deletionTimestamp() == null
        && text(secret, SIGNING).equals("true")
        && !text(secret, "token-id").isEmpty()
        && !text(secret, "token-secret").isEmpty()
        && secret.metadata().name().equals("bootstrap-token-" + text(secret, "token-id"))
        && BootstrapTokenCleaner.isValid(secret, now);
  }

  private static String text(Secret secret, String key) {
    Bytes bytes = secret.data().get(key);
    return bytes == null ? "" : bytes.utf8();
  }

  /** A JSON web signature without its content (RFC 7515, appendix F). */
  static String signature(String content, String id, String key) {
    String head =
        encoded(("{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8));
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), MAC));
      byte[] signed =
          mac.doFinal(
              (head + "." + encoded(content.getBytes(StandardCharsets.UTF_8)))
                  .getBytes(StandardCharsets.UTF_8));
      return head + ".." + encoded(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no " + MAC, e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void start() {
    making.add(NAME);
    making.start();
    signing.start();
  }

  @Override
  public void close() {
    making.close();
    signing.close();
  }
}
