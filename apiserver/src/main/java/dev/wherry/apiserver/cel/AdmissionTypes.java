package dev.wherry.apiserver.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import java.util.Map;

/** The types of {@code request} and {@code namespaceObject} (plugin/cel compile.go). */
final class AdmissionTypes {
  private static final CelType TEXT = SimpleType.STRING;
  private static final CelType TEXTS = ListType.create(TEXT);
  private static final CelType LABELS = MapType.create(TEXT, TEXT);

  private AdmissionTypes() {}

  static CelType request(CelStructs structs) {
    CelType kind =
        structs.add(
            "kubernetes.GroupVersionKind", Map.of("group", TEXT, "version", TEXT, "kind", TEXT));
    CelType resource =
        structs.add(
            "kubernetes.GroupVersionResource",
            Map.of("group", TEXT, "version", TEXT, "resource", TEXT));
    CelType user =
        structs.add(
            "kubernetes.UserInfo",
            Map.of(
                "username",
                TEXT,
                "uid",
                TEXT,
                "groups",
                TEXTS,
                "extra",
                MapType.create(TEXT, TEXTS)));
    return structs.add(
        "kubernetes.AdmissionRequest",
        Map.ofEntries(
            Map.entry("kind", kind),
            Map.entry("resource", resource),
            Map.entry("subResource", TEXT),
            Map.entry("requestKind", kind),
            Map.entry("requestResource", resource),
            Map.entry("requestSubResource", TEXT),
            Map.entry("name", TEXT),
            Map.entry("namespace", TEXT),
            Map.entry("operation", TEXT),
            Map.entry("userInfo", user),
            Map.entry("dryRun", SimpleType.BOOL),
            Map.entry("options", SimpleType.DYN)));
  }

  static CelType namespace(CelStructs structs) {
    CelType spec = structs.add("kubernetes.NamespaceSpec", Map.of("finalizers", TEXTS));
    CelType condition =
        structs.add(
            "kubernetes.NamespaceCondition",
            Map.of(
                "status",
                TEXT,
                "type",
                TEXT,
                "lastTransitionTime",
                SimpleType.TIMESTAMP,
                "message",
                TEXT,
                "reason",
                TEXT));
    CelType status =
        structs.add(
            "kubernetes.NamespaceStatus",
            Map.of("conditions", ListType.create(condition), "phase", TEXT));
    CelType metadata =
        structs.add(
            "kubernetes.NamespaceMetadata",
            Map.ofEntries(
                Map.entry("name", TEXT),
                Map.entry("generateName", TEXT),
                Map.entry("namespace", TEXT),
                Map.entry("labels", LABELS),
                Map.entry("annotations", LABELS),
                Map.entry("UID", TEXT),
                Map.entry("uid", TEXT),
                Map.entry("creationTimestamp", SimpleType.TIMESTAMP),
                Map.entry("deletionGracePeriodSeconds", SimpleType.INT),
                Map.entry("deletionTimestamp", SimpleType.TIMESTAMP),
                Map.entry("generation", SimpleType.INT),
                Map.entry("resourceVersion", TEXT),
                Map.entry("finalizers", TEXTS)));
    return structs.add(
        "kubernetes.Namespace", Map.of("metadata", metadata, "spec", spec, "status", status));
  }
}
