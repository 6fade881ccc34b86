package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of volumes, claims and storage.k8s.io. */
final class StorageTables {
  private static final String LEGACY_CLASS = "volume.beta.kubernetes.io/storage-class";
  private static final List<String> DEFAULT_CLASS =
      List.of(
          "storageclass.kubernetes.io/is-default-class",
          "storageclass.beta.kubernetes.io/is-default-class");
  private static final Map<String, String> MODES = modes();

  private StorageTables() {}

  private static Map<String, String> modes() {
    Map<String, String> modes = new LinkedHashMap<>();
    modes.put("ReadWriteOnce", "RWO");
    modes.put("ReadOnlyMany", "ROX");
    modes.put("ReadWriteMany", "RWX");
    modes.put("ReadWriteOncePod", "RWOP");
    return modes;
  }

  static KindTable persistentVolumes() {
    return KindTable.builder()
        .name()
        .text("Capacity", "Size.", o -> Fields.textOr("0", o, "spec", "capacity", "storage"))
        .text(
            "Access Modes",
            "Ways to mount it.",
            o -> accessModes(Fields.get(o, "spec", "accessModes")))
        .text(
            "Reclaim Policy",
            "What happens after its claim.",
            o -> Fields.text(o, "spec", "persistentVolumeReclaimPolicy"))
        .text("Status", "Phase.", StorageTables::phase)
        .text("Claim", "The claim that holds it.", StorageTables::claim)
        .text("StorageClass", "Its storage class.", StorageTables::storageClass)
        .text(
            "VolumeAttributesClass",
            "Its attributes class.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "volumeAttributesClassName"))
        .text("Reason", "Why it is in this phase.", o -> Fields.text(o, "status", "reason"))
        .age()
        .wide(
            "VolumeMode",
            "File system or block.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "volumeMode"))
        .build();
  }

  static KindTable persistentVolumeClaims() {
    return KindTable.builder()
        .name()
        .text("Status", "Phase.", StorageTables::phase)
        .text("Volume", "The volume it holds.", o -> Fields.text(o, "spec", "volumeName"))
        .text(
            "Capacity",
            "Size.",
            o -> bound(o) ? Fields.textOr("0", o, "status", "capacity", "storage") : "")
        .text(
            "Access Modes",
            "Ways to mount it.",
            o -> bound(o) ? accessModes(Fields.get(o, "status", "accessModes")) : "")
        .text("StorageClass", "Its storage class.", StorageTables::storageClass)
        .text(
            "VolumeAttributesClass",
            "Its attributes class.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "volumeAttributesClassName"))
        .age()
        .wide(
            "VolumeMode",
            "File system or block.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "volumeMode"))
        .build();
  }

  private static boolean bound(JsonNode claim) {
    return !Fields.text(claim, "spec", "volumeName").isEmpty();
  }

  private static String phase(JsonNode object) {
    return Fields.deleting(object) ? "Terminating" : Fields.text(object, "status", "phase");
  }

  private static String claim(JsonNode volume) {
    JsonNode ref = Fields.get(volume, "spec", "claimRef");
    return ref.isObject() ? Fields.text(ref, "namespace") + "/" + Fields.text(ref, "name") : "";
  }

  private static String storageClass(JsonNode object) {
    return Fields.textOr(
        Fields.text(object, "spec", "storageClassName"),
        object,
        "metadata",
        "annotations",
        LEGACY_CLASS);
  }

  private static String accessModes(JsonNode modes) {
    List<String> texts = new ArrayList<>();
    MODES.forEach((mode, text) -> {
      for (JsonNode have : modes) {
        if (have.asText().equals(mode) && !texts.contains(text)) {
          texts.add(text);
        }
      }
    });
    return String.join(",", texts);
  }

  static KindTable storageClasses() {
    return KindTable.builder()
        .column(
            new Column("Name", "string", "name", "Name, and whether it is the default.", 0),
            (o, now) -> TextNode.valueOf(nameWithDefault(o)))
        .text("Provisioner", "Who makes the volumes.", o -> Fields.text(o, "provisioner"))
        .text(
            "ReclaimPolicy",
            "What happens after the claim.",
            o -> Fields.textOr("Delete", o, "reclaimPolicy"))
        .text(
            "VolumeBindingMode",
            "When volumes are bound.",
            o -> Fields.textOr("Immediate", o, "volumeBindingMode"))
        .flag(
            "AllowVolumeExpansion",
            "string",
            "Whether volumes can grow.",
            o -> o.path("allowVolumeExpansion").asBoolean())
        .age()
        .build();
  }

  private static String nameWithDefault(JsonNode storageClass) {
    JsonNode annotations = Fields.get(storageClass, "metadata", "annotations");
    boolean isDefault =
        DEFAULT_CLASS.stream().anyMatch(key -> annotations.path(key).asText().equals("true"));
    return isDefault ? Fields.name(storageClass) + " (default)" : Fields.name(storageClass);
  }

  static KindTable volumeAttributesClasses() {
    return KindTable.builder()
        .name()
        .text("DriverName", "The CSI driver.", o -> Fields.text(o, "driverName"))
        .age()
        .build();
  }

  static KindTable volumeAttachments() {
    return KindTable.builder()
        .name()
        .column(
            new Column("Attacher", "string", "name", "Who attaches.", 0),
            (o, now) -> TextNode.valueOf(Fields.text(o, "spec", "attacher")))
        .text("PV", "The volume.", o -> Fields.text(o, "spec", "source", "persistentVolumeName"))
        .text("Node", "The node.", o -> Fields.text(o, "spec", "nodeName"))
        .flag(
            "Attached",
            "boolean",
            "Whether it is attached.",
            o -> Fields.get(o, "status", "attached").asBoolean())
        .age()
        .build();
  }

  static KindTable csiNodes() {
    return KindTable.builder()
        .name()
        .number("Drivers", "Drivers on the node.", o -> Fields.get(o, "spec", "drivers").size())
        .age()
        .build();
  }

  static KindTable csiDrivers() {
    return KindTable.builder()
        .name()
        .flag(
            "AttachRequired",
            "boolean",
            "Whether volumes are attached first.",
            o -> Fields.get(o, "spec", "attachRequired").asBoolean(true))
        .flag(
            "PodInfoOnMount",
            "boolean",
            "Whether it is told of the pod.",
            o -> spec(o, "podInfoOnMount"))
        .flag(
            "StorageCapacity",
            "boolean",
            "Whether it publishes capacity.",
            o -> spec(o, "storageCapacity"))
        .text("TokenRequests", "Audiences of its tokens.", StorageTables::audiences)
        .flag(
            "RequiresRepublish",
            "boolean",
            "Whether it is called periodically.",
            o -> spec(o, "requiresRepublish"))
        .text("Modes", "Volume life cycles.", StorageTables::lifecycleModes)
        .age()
        .build();
  }

  private static boolean spec(JsonNode driver, String field) {
    return Fields.get(driver, "spec", field).asBoolean();
  }

  private static String audiences(JsonNode driver) {
    JsonNode requests = Fields.get(driver, "spec", "tokenRequests");
    return requests.isArray()
        ? Fields.join(requests, r -> Fields.text(r, "audience"))
        : Fields.UNSET;
  }

  private static String lifecycleModes(JsonNode driver) {
    String modes =
        Fields.join(Fields.get(driver, "spec", "volumeLifecycleModes"), JsonNode::asText);
    return modes.isEmpty() ? Fields.NONE : modes;
  }
}
