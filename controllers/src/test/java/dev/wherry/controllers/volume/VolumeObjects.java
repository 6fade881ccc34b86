package dev.wherry.controllers.volume;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.json.Json;
import dev.wherry.model.storage.v1.StorageClass;
import java.util.List;

/** Claims, volumes and classes for tests, by the lines that matter. */
final class VolumeObjects {
  static final String UID = "0f9c2a51-3b7d-4b52-9d4e-2f6f6a1c7e11";

  private VolumeObjects() {}

  /** A claim {@code default/data} for 1Gi, ReadWriteOnce. */
  static PersistentVolumeClaim claim(String annotations, String spec, String status) {
    return PersistentVolumeClaim.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "data", "namespace": "default", "uid": "%s",
                          "resourceVersion": "5", "annotations": {%s}},
             "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem",
                      "resources": {"requests": {"storage": "1Gi"}}%s},
             "status": {%s}}
            """
                .formatted(UID, annotations, spec, status)));
  }

  /** A volume of 2Gi, ReadWriteOnce. */
  static PersistentVolume volume(String name, String annotations, String spec, String phase) {
    return PersistentVolume.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%s", "uid": "uid-%s", "annotations": {%s}},
             "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem",
                      "capacity": {"storage": "2Gi"},
                      "persistentVolumeReclaimPolicy": "Delete"%s},
             "status": {"phase": "%s"}}
            """
                .formatted(name, name, annotations, spec, phase)));
  }

  /** The reference of {@link #claim}. */
  static String reference(String uid) {
    return ", \"claimRef\": {\"namespace\": \"default\", \"name\": \"data\", \"uid\": \""
        + uid
        + "\"}";
  }

  static StorageClass storageClass(String name, String provisioner, String mode, boolean standard) {
    return StorageClass.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%s", "annotations":
               {"storageclass.kubernetes.io/is-default-class": "%s"}},
             "provisioner": "%s", "volumeBindingMode": "%s", "reclaimPolicy": "Delete"}
            """
                .formatted(name, standard, provisioner, mode)));
  }

  static Node node(String name, String root) {
    return Node.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%1$s", "labels": {"kubernetes.io/hostname": "%1$s"},
                          "annotations": {"wherry.dev/local-path-root": "%2$s"}}}
            """
                .formatted(name, root)));
  }

  /** A plan in short: {@code status claim Bound}, {@code report FailedBinding}. */
  static List<String> said(Plan plan) {
    return plan.actions().stream().map(VolumeObjects::said).toList();
  }

  private static String said(Action action) {
    return switch (action) {
      case Action.Create<?> create -> "create " + create.object().metadata().name();
      case Action.Update<?> update -> "update " + update.object().metadata().name();
      case Action.UpdateStatus<?> update ->
          "status "
              + update.object().metadata().name()
              + " "
              + (update.object() instanceof PersistentVolume volume
                  ? volume.status().phase()
                  : ((PersistentVolumeClaim) update.object()).status().phase());
      case Action.Patch patch -> "patch " + patch.name();
      case Action.Delete delete -> "delete " + delete.name();
      case Action.Report report -> "report " + report.reason();
    };
  }
}
