package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A new pod gets its service account, that account's pull secrets, and (unless switched off) the
 * volume {@code kube-api-access-xxxxx} with token, authority and namespace in every container.
 */
final class PodServiceAccount implements AdmissionPlugin {
  private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final String VOLUME_PREFIX = "kube-api-access-";
  private static final String MIRROR = "kubernetes.io/config.mirror";

  /** An hour and 7 seconds: by this number the issuer knows tokens that may be extended. */
  private static final int TOKEN_SECONDS = 3607;

  private static final int FILE_MODE = 0644;
  private static final int SUFFIX_CHARS = 5;
  private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  /** How long the first pod of a new namespace waits for the account its controller makes. */
  private static final Duration DEFAULT_ACCOUNT_WAIT_MAX = Duration.ofSeconds(2);

  private final AwaitedAccounts accounts;
  private final RandomGenerator random;

  PodServiceAccount(ObjectView view, RandomGenerator random) {
    this.accounts = new AwaitedAccounts(view);
    this.random = random;
  }

  @Override
  public String name() {
    return "ServiceAccount";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE
        || !request.isFor(Resource.PODS)
        || request.object().isEmpty()) {
      return;
    }
    ObjectNode pod = request.object().get();
    ObjectNode spec = Trees.object(pod, "spec");
    if (Trees.at(pod, "metadata", "annotations").has(MIRROR)) {
      refuseMirrorWithAccount(request, spec);
      return;
    }
    String name = Trees.text(spec, "serviceAccountName");
    if (name.isEmpty()) {
      name =
          Trees.text(spec, "serviceAccount").isEmpty()
              ? "default"
              : Trees.text(spec, "serviceAccount");
    }
    spec.put("serviceAccountName", name).put("serviceAccount", name);
    ObjectNode account = account(request, name);
    if (isAutomounted(spec, account)) {
      mountToken(spec);
    }
    if (spec.path("imagePullSecrets").isEmpty() && !account.path("imagePullSecrets").isEmpty()) {
      spec.set("imagePullSecrets", account.path("imagePullSecrets").deepCopy());
    }
  }

  private ObjectNode account(AdmissionRequest request, String name) {
    Duration patience = name.equals("default") ? DEFAULT_ACCOUNT_WAIT_MAX : Duration.ZERO;
    Optional<ObjectNode> account = accounts.get(request.namespace(), name, patience);
    return account.orElseThrow(() ->
        Refusals.forbidden(
            Resource.PODS,
            request.name(),
            "error looking up service account "
                + request.namespace()
                + "/"
                + name
                + ": serviceaccount \""
                + name
                + "\" not found"));
  }

  private static void refuseMirrorWithAccount(AdmissionRequest request, ObjectNode spec) {
    if (!Trees.text(spec, "serviceAccountName").isEmpty()) {
      throw Refusals.forbidden(
          Resource.PODS, request.name(), "a mirror pod may not reference service accounts");
    }
    for (JsonNode volume : spec.path("volumes")) {
      boolean token = false;
      for (JsonNode source : Trees.at(volume, "projected", "sources")) {
        token |= source.has("serviceAccountToken");
      }
      if (token) {
        throw Refusals.forbidden(
            Resource.PODS,
            request.name(),
            "a mirror pod may not use ServiceAccountToken volume projections");
      }
    }
  }

  private static boolean isAutomounted(JsonNode spec, JsonNode account) {
    JsonNode own = spec.path("automountServiceAccountToken");
    if (own.isBoolean()) {
      return own.booleanValue();
    }
    return account.path("automountServiceAccountToken").asBoolean(true);
  }

  private void mountToken(ObjectNode spec) {
    String volume = existingVolume(spec);
    boolean exists = !volume.isEmpty();
    String name = exists ? volume : VOLUME_PREFIX + suffix();
    boolean mounted = false;
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : spec.path(list)) {
        if (container instanceof ObjectNode object) {
          mounted |= mountInto(object, name);
        }
      }
    }
    if (mounted && !exists) {
      addVolume(spec, name);
    }
  }

  private static String existingVolume(JsonNode spec) {
    for (JsonNode volume : spec.path("volumes")) {
      if (Trees.text(volume, "name").startsWith(VOLUME_PREFIX)) {
        return Trees.text(volume, "name");
      }
    }
    return "";
  }

  private static boolean mountInto(ObjectNode container, String volume) {
    for (JsonNode mount : container.path("volumeMounts")) {
      if (Trees.text(mount, "mountPath").equals(MOUNT_PATH)) {
        return false;
      }
    }
    Trees.list(container, "volumeMounts")
        .addObject()
        .put("name", volume)
        .put("readOnly", true)
        .put("mountPath", MOUNT_PATH);
    return true;
  }

  private static void addVolume(ObjectNode spec, String name) {
    ObjectNode volume = Trees.list(spec, "volumes").addObject().put("name", name);
    ObjectNode projected = volume.putObject("projected");
    ArrayNode sources = projected.putArray("sources");
    sources
        .addObject()
        .putObject("serviceAccountToken")
        .put("expirationSeconds", TOKEN_SECONDS)
        .put("path", "token");
    ObjectNode authority = sources.addObject().putObject("configMap");
    authority.put("name", "kube-root-ca.crt");
    authority.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
    sources
        .addObject()
        .putObject("downwardAPI")
        .putArray("items")
        .addObject()
        .put("path", "namespace")
        .putObject("fieldRef")
        .put("apiVersion", "v1")
        .put("fieldPath", "metadata.namespace");
    projected.put("defaultMode", FILE_MODE);
  }

  private String suffix() {
    StringBuilder suffix = new StringBuilder(SUFFIX_CHARS);
    for (int i = 0; i < SUFFIX_CHARS; i++) {
      suffix.append(SUFFIX_ALPHABET.charAt(random.nextInt(SUFFIX_ALPHABET.length())));
    }
    return suffix.toString();
  }
}
