package dev.wherry.apiserver.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import java.util.Map;

/** The type of a SubjectAccessReviewSpec (authorization/cel compile.go). */
final class ReviewTypes {
  private static final CelType TEXT = SimpleType.STRING;
  private static final CelType TEXTS = ListType.create(TEXT);

  private ReviewTypes() {}

  static CelType request(CelStructs structs) {
    CelType path =
        structs.add("kubernetes.NonResourceAttributes", Map.of("path", TEXT, "verb", TEXT));
    return structs.add(
        "kubernetes.SubjectAccessReviewSpec",
        Map.of(
            "resourceAttributes",
            resource(structs),
            "nonResourceAttributes",
            path,
            "user",
            TEXT,
            "groups",
            TEXTS,
            "extra",
            MapType.create(TEXT, TEXTS),
            "uid",
            TEXT));
  }

  private static CelType resource(CelStructs structs) {
    CelType requirement =
        structs.add(
            "kubernetes.SelectorRequirement",
            Map.of("key", TEXT, "operator", TEXT, "values", TEXTS));
    Map<String, CelType> selector =
        Map.of("rawSelector", TEXT, "requirements", ListType.create(requirement));
    return structs.add(
        "kubernetes.ResourceAttributes",
        Map.of(
            "namespace",
            TEXT,
            "verb",
            TEXT,
            "group",
            TEXT,
            "version",
            TEXT,
            "resource",
            TEXT,
            "subresource",
            TEXT,
            "name",
            TEXT,
            "fieldSelector",
            structs.add("kubernetes.FieldSelectorAttributes", selector),
            "labelSelector",
            structs.add("kubernetes.LabelSelectorAttributes", selector)));
  }
}
