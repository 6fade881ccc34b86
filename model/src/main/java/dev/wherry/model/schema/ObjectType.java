package dev.wherry.model.schema;

import java.util.Map;

/**
 * A structure of the API.
 *
 * @param name last two labels of its package and its simple name: {@code core.v1.PodSpec}
 * @param protoName full name of its protobuf message, "" where none is published
 * @param structType {@code atomic} where a value has one owner as a whole, else ""
 * @param fields by JSON name, sorted
 */
public record ObjectType(
    String name, String protoName, String structType, Map<String, FieldInfo> fields) {
  /** {@code PodSpec}. */
  public String simpleName() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The name in OpenAPI documents: {@code io.k8s.api.core.v1.PodSpec}. */
  public String openApiName() {
    if (protoName.isEmpty()) {
      return "io.k8s.kube-aggregator.pkg.apis." + name;
    }
    return protoName
        .replaceFirst("^k8s\\.io\\.", "io.k8s.")
        .replace("apiextensions_apiserver", "apiextensions-apiserver")
        .replace("kube_aggregator", "kube-aggregator");
  }
}
