package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Claims, persistent volumes and storage classes. */
final class StoragePages {
  private static final Map<String, String> MODES =
      Map.of(
          "ReadWriteOnce", "RWO",
          "ReadOnlyMany", "ROX",
          "ReadWriteMany", "RWX",
          "ReadWriteOncePod", "RWOP");
  private static final List<String> MODES_IN_ORDER =
      List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");

  /** Fields of a volume's spec that are objects and no source. */
  private static final List<String> NO_SOURCES = List.of("claimRef", "nodeAffinity", "capacity");

  private static final String CLASS = "volume.beta.kubernetes.io/storage-class";
  private static final List<String> DEFAULT =
      List.of(
          "storageclass.kubernetes.io/is-default-class",
          "storageclass.beta.kubernetes.io/is-default-class");

  private StoragePages() {}

  static void claim(JsonNode claim, Page page, Surroundings around) {
    JsonNode metadata = claim.path("metadata");
    page.field(0, "Name", metadata.path("name").asText());
    page.field(0, "Namespace", metadata.path("namespace").asText());
    className(claim, page);
    status(claim, page, around);
    String volume = claim.path("spec").path("volumeName").asText("");
    page.field(0, "Volume", volume);
    Multiline.metadata(page, claim);
    finalizers(claim, page);
    JsonNode status = claim.path("status");
    boolean bound = !volume.isEmpty();
    page.field(0, "Capacity", bound ? status.path("capacity").path("storage").asText("0") : "");
    page.field(0, "Access Modes", bound ? modes(status.path("accessModes")) : "");
    page.fieldIfSet(0, "VolumeMode", claim.path("spec").path("volumeMode"));
    dataSource(claim.path("spec").path("dataSource"), page);
    Multiline.list(page, "Used By", users(claim, around));
    conditions(status.path("conditions"), page);
    around.events(page, claim);
  }

  private static void className(JsonNode object, Page page) {
    JsonNode annotations = object.path("metadata").path("annotations");
    page.field(
        0,
        "StorageClass",
        annotations.path(CLASS).asText(object.path("spec").path("storageClassName").asText("")));
  }

  private static void status(JsonNode object, Page page, Surroundings around) {
    JsonNode deleted = object.path("metadata").path("deletionTimestamp");
    page.field(
        0,
        "Status",
        deleted.isTextual()
            ? "Terminating (lasts " + around.moments().since(deleted) + ")"
            : object.path("status").path("phase").asText(""));
  }

  private static void finalizers(JsonNode object, Page page) {
    page.field(
        0, "Finalizers", "[" + Page.joined(object.path("metadata").path("finalizers"), " ") + "]");
  }

  private static String modes(JsonNode modes) {
    List<String> texts = new ArrayList<>();
    for (String mode : MODES_IN_ORDER) {
      for (JsonNode one : modes) {
        String text = MODES.getOrDefault(mode, mode);
        if (one.asText().equals(mode) && !texts.contains(text)) {
          texts.add(text);
        }
      }
    }
    return String.join(",", texts);
  }

  private static void dataSource(JsonNode source, Page page) {
    if (source.isObject()) {
      page.line(0, "DataSource:");
      page.fieldIfSet(1, "APIGroup", source.path("apiGroup"));
      page.field(1, "Kind", source.path("kind").asText(""));
      page.field(1, "Name", source.path("name").asText(""));
    }
  }

  private static List<String> users(JsonNode claim, Surroundings around) {
    String name = claim.path("metadata").path("name").asText();
    String namespace = claim.path("metadata").path("namespace").asText();
    List<String> owners = new ArrayList<>();
    claim
        .path("metadata")
        .path("ownerReferences")
        .forEach(owner -> owners.add(owner.path("uid").asText()));
    TreeMap<String, Boolean> users = new TreeMap<>();
    for (JsonNode pod : around.list("/api/v1/namespaces/" + namespace + "/pods", "", "")) {
      boolean uses = owners.contains(pod.path("metadata").path("uid").asText());
      for (JsonNode volume : pod.path("spec").path("volumes")) {
        uses |= volume.path("persistentVolumeClaim").path("claimName").asText("").equals(name);
      }
      if (uses) {
        users.put(pod.path("metadata").path("name").asText(), true);
      }
    }
    return List.copyOf(users.keySet());
  }

  private static void conditions(JsonNode conditions, Page page) {
    if (conditions.isEmpty()) {
      return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for (JsonNode c : conditions) {
      page.line(
          1,
          String.join(
              " \t",
              c.path("type").asText(),
              c.path("status").asText(),
              Moments.date(c.path("lastProbeTime")),
              Moments.date(c.path("lastTransitionTime")),
              c.path("reason").asText(""),
              c.path("message").asText("")));
    }
  }

  static void volume(JsonNode volume, Page page, Surroundings around) {
    JsonNode spec = volume.path("spec");
    page.field(0, "Name", volume.path("metadata").path("name").asText());
    Multiline.metadata(page, volume);
    finalizers(volume, page);
    className(volume, page);
    status(volume, page, around);
    JsonNode ref = spec.path("claimRef");
    page.field(
        0,
        "Claim",
        ref.isObject() ? ref.path("namespace").asText() + "/" + ref.path("name").asText() : "");
    page.field(0, "Reclaim Policy", spec.path("persistentVolumeReclaimPolicy").asText(""));
    page.field(0, "Access Modes", modes(spec.path("accessModes")));
    page.fieldIfSet(0, "VolumeMode", spec.path("volumeMode"));
    page.field(0, "Capacity", spec.path("capacity").path("storage").asText("0"));
    affinity(spec.path("nodeAffinity").path("required"), page);
    page.field(0, "Message", volume.path("status").path("message").asText(""));
    page.line(0, "Source:");
    source(spec, page);
    around.events(page, volume);
  }

  private static void affinity(JsonNode required, Page page) {
    if (!required.isObject()) {
      page.field(0, "Node Affinity", "<none>");
      return;
    }
    page.field(0, "Node Affinity", "");
    JsonNode terms = required.path("nodeSelectorTerms");
    page.field(1, "Required Terms", terms.isEmpty() ? "<none>" : "");
    for (int i = 0; i < terms.size(); i++) {
      List<String> lines = new ArrayList<>();
      terms.get(i).path("matchExpressions").forEach(one -> lines.add(expression(one)));
      page.field(2, "Term " + i, lines.isEmpty() ? "<none>" : String.join("\n    \t", lines));
    }
  }

  private static String expression(JsonNode one) {
    String values = Page.joined(one.path("values"), ", ");
    return one.path("key").asText()
        + " "
        + one.path("operator").asText().toLowerCase(Locale.ROOT)
        + (one.path("values").isEmpty() ? "" : " [" + values + "]");
  }

  private static void source(JsonNode spec, Page page) {
    ObjectNode only = Json.object();
    spec.properties()
        .forEach(field -> {
          if (field.getValue().isObject() && !NO_SOURCES.contains(field.getKey())) {
            only.set(field.getKey(), field.getValue());
          }
        });
    Volumes.source(page, only);
  }

  static void storageClass(JsonNode storageClass, Page page, Surroundings around) {
    JsonNode annotations = storageClass.path("metadata").path("annotations");
    page.field(0, "Name", storageClass.path("metadata").path("name").asText());
    boolean standard = DEFAULT.stream().anyMatch(k -> annotations.path(k).asText().equals("true"));
    page.field(0, "IsDefaultClass", standard ? "Yes" : "No");
    page.field(0, "Annotations", Multiline.pairs(annotations));
    page.field(0, "Provisioner", storageClass.path("provisioner").asText(""));
    page.field(0, "Parameters", Multiline.pairs(storageClass.path("parameters")));
    JsonNode grows = storageClass.path("allowVolumeExpansion");
    page.field(
        0,
        "AllowVolumeExpansion",
        grows.isBoolean() ? (grows.asBoolean() ? "True" : "False") : "<unset>");
    options(storageClass.path("mountOptions"), page);
    page.fieldIfSet(0, "ReclaimPolicy", storageClass.path("reclaimPolicy"));
    page.fieldIfSet(0, "VolumeBindingMode", storageClass.path("volumeBindingMode"));
    if (storageClass.path("allowedTopologies").isArray()) {
      topologies(storageClass.path("allowedTopologies"), page);
    }
    around.events(page, storageClass);
  }

  private static void options(JsonNode options, Page page) {
    if (options.isEmpty()) {
      page.field(0, "MountOptions", "<none>");
      return;
    }
    page.line(0, "MountOptions:");
    options.forEach(option -> page.line(1, option.asText()));
  }

  private static void topologies(JsonNode terms, Page page) {
    page.field(0, "AllowedTopologies", terms.isEmpty() ? "<none>" : "");
    for (int i = 0; i < terms.size(); i++) {
      List<String> lines = new ArrayList<>();
      for (JsonNode one : terms.get(i).path("matchLabelExpressions")) {
        lines.add(one.path("key").asText() + " in [" + Page.joined(one.path("values"), ", ") + "]");
      }
      page.field(1, "Term " + i, lines.isEmpty() ? "<none>" : String.join("\n  \t", lines));
    }
  }
}
