package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Volumes of pods, persistent volumes and their claims. */
final class VolumeDefaults {
  /** Octal 0644. */
  private static final int FILE_MODE = 0644;

  private static final int TOKEN_SECONDS = 3600;

  private VolumeDefaults() {}

  static void volume(ObjectNode volume) {
    if (volume.properties().stream().noneMatch(e -> e.getValue().isObject())) {
      volume.putObject("emptyDir");
    }
    for (String source : List.of("secret", "configMap", "downwardAPI", "projected")) {
      if (Fill.has(volume, source)) {
        Fill.number(Fill.peek(volume, source), "defaultMode", FILE_MODE);
      }
    }
    downward(Fill.peek(volume, "downwardAPI"));
    for (ObjectNode source : Fill.each(Fill.peek(volume, "projected"), "sources")) {
      downward(Fill.peek(source, "downwardAPI"));
      if (Fill.has(source, "serviceAccountToken")) {
        Fill.number(Fill.peek(source, "serviceAccountToken"), "expirationSeconds", TOKEN_SECONDS);
      }
    }
    sources(volume);
    if (Fill.has(Fill.peek(volume, "ephemeral"), "volumeClaimTemplate")) {
      ObjectNode template = Fill.peek(Fill.peek(volume, "ephemeral"), "volumeClaimTemplate");
      Fill.optionalText(Fill.child(template, "spec"), "volumeMode", "Filesystem");
    }
    if (Fill.has(volume, "image")) {
      ObjectNode image = Fill.peek(volume, "image");
      Fill.text(image, "pullPolicy", PodDefaults.pullPolicy(image.path("reference").asText()));
    }
  }

  private static void downward(ObjectNode source) {
    for (ObjectNode item : Fill.each(source, "items")) {
      if (Fill.has(item, "fieldRef")) {
        Fill.text(Fill.peek(item, "fieldRef"), "apiVersion", "v1");
      }
      if (Fill.has(item, "resourceFieldRef")) {
        Fill.text(Fill.peek(item, "resourceFieldRef"), "divisor", "0");
      }
    }
  }

  /** Sources that pods and persistent volumes share. */
  static void sources(ObjectNode volume) {
    ObjectNode hostPath = Fill.peek(volume, "hostPath");
    if (!hostPath.has("type")) {
      hostPath.put("type", "");
    }
    ObjectNode azure = Fill.peek(volume, "azureDisk");
    Fill.text(azure, "cachingMode", "ReadWrite");
    Fill.text(azure, "kind", "Shared");
    Fill.text(azure, "fsType", "ext4");
    Fill.flag(azure, "readOnly", false);
    Fill.text(Fill.peek(volume, "iscsi"), "iscsiInterface", "default");
    ObjectNode rbd = Fill.peek(volume, "rbd");
    Fill.text(rbd, "pool", "rbd");
    Fill.text(rbd, "user", "admin");
    Fill.text(rbd, "keyring", "/etc/ceph/keyring");
    ObjectNode scale = Fill.peek(volume, "scaleIO");
    Fill.text(scale, "storageMode", "ThinProvisioned");
    Fill.text(scale, "fsType", "xfs");
  }

  static void persistentVolume(ObjectNode volume) {
    ObjectNode spec = Fill.child(volume, "spec");
    Fill.text(spec, "persistentVolumeReclaimPolicy", "Retain");
    Fill.optionalText(spec, "volumeMode", "Filesystem");
    sources(spec);
    Fill.text(Fill.child(volume, "status"), "phase", "Pending");
  }

  static void claim(ObjectNode claim) {
    ObjectNode spec = Fill.child(claim, "spec");
    Fill.optionalText(spec, "volumeMode", "Filesystem");
    contentSources(spec);
    Fill.text(Fill.child(claim, "status"), "phase", "Pending");
  }

  /**
   * The old field of where the content comes from and the new one say the same; the old one takes
   * claims and snapshots only, anything else was always dropped (upstream's
   * api/persistentvolumeclaim).
   */
  private static void contentSources(ObjectNode spec) {
    boolean newer = Fill.has(spec, "dataSourceRef");
    if (!newer && Fill.has(spec, "dataSource")) {
      JsonNode source = spec.path("dataSource");
      String group = source.path("apiGroup").asText();
      String kind = source.path("kind").asText();
      boolean known =
          (group.isEmpty() && kind.equals("PersistentVolumeClaim"))
              || (group.equals("snapshot.storage.k8s.io") && kind.equals("VolumeSnapshot"));
      if (known) {
        spec.set("dataSourceRef", source.deepCopy());
      } else {
        spec.remove("dataSource");
      }
    } else if (newer
        && !Fill.has(spec, "dataSource")
        && spec.path("dataSourceRef").path("namespace").asText().isEmpty()) {
      ObjectNode source = spec.path("dataSourceRef").deepCopy();
      source.remove("namespace");
      spec.set("dataSource", source);
    }
  }
}
