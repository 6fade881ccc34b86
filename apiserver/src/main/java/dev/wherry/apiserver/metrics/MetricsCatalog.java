package dev.wherry.apiserver.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.openapi.CustomSchemas;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A catalog with the group metrics.k8s.io behind the others, while no other server serves it. */
public final class MetricsCatalog implements ApiCatalog, CustomSchemas {
  private static final ServedGroup GROUP =
      new ServedGroup(
          MetricsKinds.GROUP,
          List.of(new ServedVersion(MetricsKinds.VERSION, MetricsKinds.all(), false)));

  private final ApiCatalog catalog;
  private final CustomSchemas schemas;
  private final BooleanSupplier elsewhere;

  /**
   * @param elsewhere whether an APIService of the user's serves the group-version
   */
  public MetricsCatalog(ApiCatalog catalog, CustomSchemas schemas, BooleanSupplier elsewhere) {
    this.catalog = catalog;
    this.schemas = schemas;
    this.elsewhere = elsewhere;
  }

  @Override
  public long generation() {
    return 2 * catalog.generation() + (elsewhere.getAsBoolean() ? 1 : 0);
  }

  @Override
  public List<ServedGroup> groups() {
    if (elsewhere.getAsBoolean()) {
      return catalog.groups();
    }
    List<ServedGroup> groups = new ArrayList<>(catalog.groups());
    groups.add(GROUP);
    return groups;
  }

  @Override
  public JsonNode schema(KindInfo kind) {
    return kind.group().equals(MetricsKinds.GROUP)
        ? MetricsKinds.schema(kind)
        : schemas.schema(kind);
  }

  @Override
  public String listKind(KindInfo kind) {
    return schemas.listKind(kind);
  }
}
