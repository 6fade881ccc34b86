package dev.wherry.runtime.docker;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the shim keeps with a container: who owns it, when it was made, and the CRI configuration it
 * was made from, as the protobuf bytes in base64. Kubernetes' own labels stand beside it in the
 * clear, for people with {@code docker ps --filter}.
 */
final class Labels {
  static final String INSTANCE = "dev.wherry.instance";
  static final String TYPE = "dev.wherry.type";
  static final String TYPE_SANDBOX = "sandbox";
  static final String TYPE_CONTAINER = "container";
  static final String SANDBOX_ID = "dev.wherry.sandbox";
  static final String LOG_PATH = "dev.wherry.log-path";
  private static final String CONFIG = "dev.wherry.config";
  private static final String CREATED_NANOS = "dev.wherry.created";
  private static final String KUBERNETES = "io.kubernetes.";

  private Labels() {}

  static Map<String, String> ofSandbox(String instance, long nowNanos, PodSandboxConfig config) {
    var labels = common(instance, TYPE_SANDBOX, nowNanos, config.getLabelsMap());
    labels.put(CONFIG, Base64.getEncoder().encodeToString(config.toByteArray()));
    return labels;
  }

  /** The configuration kept leaves out environment and command: Docker shows those itself. */
  static Map<String, String> ofContainer(
      String instance, long nowNanos, String sandboxId, String logPath, ContainerConfig config) {
    var labels = common(instance, TYPE_CONTAINER, nowNanos, config.getLabelsMap());
    labels.put(SANDBOX_ID, sandboxId);
    labels.put(LOG_PATH, logPath);
    ContainerConfig kept = config.toBuilder().clearEnvs().clearCommand().clearArgs().build();
    labels.put(CONFIG, Base64.getEncoder().encodeToString(kept.toByteArray()));
    return labels;
  }

  private static Map<String, String> common(
      String instance, String type, long nowNanos, Map<String, String> criLabels) {
    var labels = new LinkedHashMap<String, String>();
    criLabels.forEach((name, value) -> {
      if (name.startsWith(KUBERNETES)) {
        labels.put(name, value);
      }
    });
    labels.put(INSTANCE, instance);
    labels.put(TYPE, type);
    labels.put(CREATED_NANOS, Long.toString(nowNanos));
    return labels;
  }

  static Optional<PodSandboxConfig> sandboxConfig(Map<String, String> labels) {
    try {
      return isType(labels, TYPE_SANDBOX)
          ? Optional.of(PodSandboxConfig.parseFrom(configBytes(labels)))
          : Optional.empty();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Optional<ContainerConfig> containerConfig(Map<String, String> labels) {
    try {
      return isType(labels, TYPE_CONTAINER)
          ? Optional.of(ContainerConfig.parseFrom(configBytes(labels)))
          : Optional.empty();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static long createdNanos(Map<String, String> labels) {
    String text = labels.getOrDefault(CREATED_NANOS, "");
    return text.matches("\\d{1,18}|[1-8]\\d{18}") ? Long.parseLong(text) : 0;
  }

  private static byte[] configBytes(Map<String, String> labels) {
    return Base64.getDecoder().decode(labels.getOrDefault(CONFIG, ""));
  }

  private static boolean isType(Map<String, String> labels, String type) {
    return type.equals(labels.get(TYPE));
  }
}
