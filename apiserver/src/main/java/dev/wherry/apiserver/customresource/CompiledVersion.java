package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.apiserver.jsonpath.JsonPath;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.apiserver.table.KindTable;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.OpenApiMergeTypes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything that one version of a definition says, ready for use. */
public final class CompiledVersion {
  private final JsonNode source;
  private final Structural schema;
  private final KindTable table;
  private final ScaleSubresource.Paths scale;

  private volatile @Nullable CompiledRules rules;
  private volatile @Nullable MergeType merge;

  private CompiledVersion(JsonNode source) {
    this.source = source;
    JsonNode given = source.path("schema").path("openAPIV3Schema");
    this.schema = Structural.of(given);
    this.table = ColumnTable.of(source.path("additionalPrinterColumns"));
    this.scale = scale(source.path("subresources").path("scale"));
  }

  static CompiledVersion of(Definition definition, String name) {
    for (JsonNode version : definition.object().tree().path("spec").path("versions")) {
      if (version.path("name").asText().equals(name)) {
        return new CompiledVersion(version);
      }
    }
    return new CompiledVersion(MissingNode.getInstance());
  }

  private static ScaleSubresource.Paths scale(JsonNode scale) {
    return scale.isObject()
        ? new ScaleSubresource.Paths(
            names(scale.path("specReplicasPath")),
            names(scale.path("statusReplicasPath")),
            names(scale.path("labelSelectorPath")))
        : ScaleSubresource.Paths.BUILT_IN;
  }

  private static List<String> names(JsonNode path) {
    return JsonPath.names(path.asText());
  }

  public Structural schema() {
    return schema;
  }

  public KindTable table() {
    return table;
  }

  public ScaleSubresource.Paths scale() {
    return scale;
  }

  /** The rules in CEL, compiled when the first object is looked at; empty where there are none. */
  Optional<CompiledRules> rules() {
    if (!schema.hasRules()) {
      return Optional.empty();
    }
    CompiledRules known = rules;
    if (known == null) {
      known = CompiledRules.of(schema);
      rules = known;
    }
    return Optional.of(known);
  }

  /** How objects merge, made when the first is written. */
  public MergeType mergeType(OpenApiMergeTypes types) {
    MergeType known = merge;
    if (known == null) {
      known = types.kind(openApi());
      merge = known;
    }
    return known;
  }

  /** The schema as it was written, or missing. */
  public JsonNode openApi() {
    return source.path("schema").path("openAPIV3Schema");
  }
}
