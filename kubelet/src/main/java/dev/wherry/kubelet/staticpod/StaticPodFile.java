package dev.wherry.kubelet.staticpod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.defaults.Defaults;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One file with one pod. The pod's uid follows from the file's content, name and node, so that a
 * restarted kubelet knows its containers and a changed file is another pod. Pure (rule: upstream's
 * applyDefaults of the file source).
 */
final class StaticPodFile {
  /** The annotation by which a pod and its mirror know each other. */
  static final String HASH = "kubernetes.io/config.hash";

  private static final int UID_CHARS = 32;
  private static final int NAME_CHARS_MAX = 253;
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private StaticPodFile() {}

  /**
   * @param file its path, part of the uid
   * @throws DecodeException with a sentence for the administrator
   */
  static Pod parse(byte[] bytes, String file, String nodeName) throws DecodeException {
    JsonNode tree = Yaml.parse(bytes).tree();
    if (!(tree instanceof ObjectNode pod)
        || !pod.path("kind").asText().equals("Pod")
        || !pod.path("apiVersion").asText().equals("v1")) {
      throw new DecodeException("it is no Pod of apiVersion v1");
    }
    pod.remove("status");
    ObjectNode meta = pod.withObject("/metadata");
    String own = meta.path("name").asText();
    String namespace = meta.path("namespace").asText();
    String uid = meta.path("uid").asText();
    meta.put("name", own + "-" + nodeName.toLowerCase(Locale.ROOT));
    meta.put("namespace", namespace.isEmpty() ? "default" : namespace);
    requireName(own, meta.path("name").asText());
    requireName(meta.path("namespace").asText(), meta.path("namespace").asText());
    meta.put("uid", uid.isEmpty() ? hash(pod, file, nodeName) : uid);
    meta.withObject("/annotations")
        .put(HASH, meta.path("uid").asText())
        .put(CriLabels.CONFIG_SOURCE, "file");
    ObjectNode spec = pod.withObject("/spec").put("nodeName", nodeName);
    spec.withArray("/tolerations").addObject().put("operator", "Exists").put("effect", "NoExecute");
    Defaults.apply(Pod.KIND.info(), pod);
    Pod parsed = Pod.KIND.decode(pod);
    refuseReferences(parsed.spec());
    return parsed;
  }

  private static void requireName(String own, String whole) throws DecodeException {
    if (own.isEmpty() || whole.length() > NAME_CHARS_MAX || !NAME.matcher(whole).matches()) {
      throw new DecodeException("\"" + own + "\" is no name of a pod or namespace");
    }
  }

  private static String hash(JsonNode pod, String file, String nodeName) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(Json.write(pod));
      digest.update(("\0host:" + nodeName + "\0file:" + file).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest()).substring(0, UID_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The API may not be there when such a pod starts, and nobody checked what it may read. */
  private static void refuseReferences(PodSpec spec) throws DecodeException {
    if (spec.containers().isEmpty()) {
      throw new DecodeException("it has no containers");
    }
    if (!spec.serviceAccountName().isEmpty()) {
      throw new DecodeException("static pods may not reference serviceaccounts");
    }
    if (!spec.ephemeralContainers().isEmpty() || !spec.resourceClaims().isEmpty()) {
      throw new DecodeException(
          "static pods may have neither ephemeral containers nor resource claims");
    }
    boolean mounts =
        spec.volumes().stream()
            .anyMatch(v ->
                v.secret() != null
                    || v.configMap() != null
                    || v.persistentVolumeClaim() != null
                    || v.ephemeral() != null
                    || v.projected() != null);
    boolean reads =
        Stream.of(spec.initContainers(), spec.containers())
            .flatMap(List::stream)
            .anyMatch(c ->
                !c.envFrom().isEmpty()
                    || c.env().stream()
                        .map(variable -> variable.valueFrom())
                        .anyMatch(from ->
                            from != null
                                && (from.secretKeyRef() != null
                                    || from.configMapKeyRef() != null)));
    if (mounts || reads || !spec.imagePullSecrets().isEmpty()) {
      throw new DecodeException("static pods may not reference objects of the API");
    }
  }
}
