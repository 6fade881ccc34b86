package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.fieldmanager.Application;
import dev.wherry.apiserver.fieldmanager.OwnerTracking;
import dev.wherry.apiserver.fieldmanager.ResetFields;
import dev.wherry.apiserver.fieldmanager.ScaleFields;
import dev.wherry.apiserver.fieldmanager.VersionReader;
import dev.wherry.apiserver.fieldmanager.Writer;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.merge.FieldFilter;
import dev.wherry.model.merge.MergeTypes;
import java.time.InstantSource;
import java.util.Optional;

/** Which writes change managedFields, and by which rules. */
public final class FieldTracking {
  private static final KindInfo SCALE = new KindInfo("autoscaling", "v1", "Scale", "scale", true);

  private final KindRegistry kinds;
  private final OwnerTracking manager;
  private final Application application;

  FieldTracking(
      KindRegistry kinds, Conversions conversions, MergeTypes types, InstantSource clock) {
    this.kinds = kinds;
    this.manager = new OwnerTracking(types, new Served(kinds, conversions), clock);
    this.application = new Application(manager);
  }

  /** Objects in the versions that are served. */
  private record Served(KindRegistry kinds, Conversions conversions) implements VersionReader {
    @Override
    public Optional<KindInfo> kind(KindInfo kind, String apiVersion) {
      GroupVersion names = GroupVersion.of(apiVersion);
      return kinds.find(names.group(), names.version(), kind.plural()).map(ResourceInfo::kind);
    }

    @Override
    public ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object) {
      return conversions.fromStored(to, conversions.toStored(from, object));
    }
  }

  private static FieldFilter filter(WriteRequest request) {
    boolean hasStatus = request.info().subresource("status").isPresent();
    boolean custom = request.info().isCustom();
    return ResetFields.of(request.kind(), request.door(), hasStatus, custom);
  }

  private static Writer writer(WriteRequest request) {
    return new Writer(request.manager(), request.kind(), request.door());
  }

  void created(WriteRequest request, ObjectNode object) {
    manager.created(writer(request), filter(request), object);
  }

  void updated(WriteRequest request, ObjectNode live, ObjectNode wanted) {
    manager.updated(writer(request), filter(request), live, wanted);
  }

  /**
   * The live object with a configuration applied; see {@link Application}.
   *
   * @param live an empty object where there is none
   */
  public ObjectNode applied(WriteRequest request, ObjectNode live, Application.Config config) {
    return application.apply(writer(request), filter(request), live, config);
  }

  /** The live object whose scale had a configuration applied. */
  public ObjectNode appliedToScale(
      WriteRequest request, ObjectNode live, Application.Config config) {
    ScaleSubresource.Paths paths = kinds.scale(request.kind());
    ScaleFields replicas = new ScaleFields(paths.specReplicas());
    ObjectNode scale = ScaleSubresource.of(live, paths);
    replicas.toScale(live, scale);
    Writer writer = new Writer(request.manager(), SCALE, request.door());
    ObjectNode applied = application.apply(writer, FieldFilter.ALL, scale, config);
    ObjectNode wanted = ScaleSubresource.apply(request, live.deepCopy(), applied, paths);
    replicas.toParent(request.kind(), live, applied, wanted);
    return wanted;
  }

  /** Whether nothing differs but the times at which owners wrote. */
  static boolean isUnchanged(ObjectNode wanted, ObjectNode old) {
    return OwnerTracking.isUnchanged(wanted, old);
  }

  /** Admission may have broken what managedFields are; then they become again what they were. */
  static void repair(ObjectNode object, JsonNode before) {
    JsonNode now = object.path("metadata").path("managedFields");
    if (now != before && !OwnerTracking.isReadable(object)) {
      object.withObject("/metadata").set("managedFields", before);
    }
  }
}
