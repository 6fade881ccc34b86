package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.apiserver.customresource.CompiledVersion;
import dev.wherry.apiserver.customresource.CustomKinds;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.BuiltInCatalog;
import dev.wherry.apiserver.openapi.CustomSchemas;
import dev.wherry.apiserver.table.KindTable;
import dev.wherry.apiserver.table.Tables;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one list of served kinds. */
public final class KindRegistry implements ApiCatalog, CustomSchemas {
  private static final Resource EVENTS = new Resource("", "events");

  private static final Set<String> EVENT_GROUPS = Set.of("", "events.k8s.io");

  /** Answered at once and never stored. */
  private static final Set<String> VIRTUAL_GROUPS =
      Set.of("authentication.k8s.io", "authorization.k8s.io");

  private final Map<String, ResourceInfo> byPath = new LinkedHashMap<>();

  /** Built-in kinds by where their objects are stored. */
  private final Map<Resource, List<KindInfo>> sharing = new LinkedHashMap<>();

  private final Optional<CustomKinds> custom;
  private volatile Catalog catalog;

  /** Groups of one generation of definitions. */
  private record Catalog(long generation, List<ServedGroup> groups) {}

  /** The built-in kinds alone. */
  public KindRegistry() {
    this(Optional.empty());
  }

  public KindRegistry(CustomKinds custom) {
    this(Optional.of(custom));
  }

  private KindRegistry(Optional<CustomKinds> custom) {
    this.custom = custom;
    for (ResourceInfo info : BuiltinKinds.all()) {
      String path = path(info.kind().group(), info.kind().version(), info.kind().plural());
      byPath.put(path, info);
      sharing.computeIfAbsent(storage(info.kind()), r -> new ArrayList<>()).add(info.kind());
    }
    catalog = new Catalog(generation(), new BuiltInCatalog(all()).groups());
  }

  private static String path(String group, String version, String plural) {
    return group + "/" + version + "/" + plural;
  }

  public Optional<ResourceInfo> find(String group, String version, String plural) {
    ResourceInfo builtIn = byPath.get(path(group, version, plural));
    return builtIn != null
        ? Optional.of(builtIn)
        : custom.flatMap(kinds -> kinds.find(group, version, plural));
  }

  public List<ResourceInfo> all() {
    List<ResourceInfo> all = new ArrayList<>(byPath.values());
    custom.ifPresent(kinds -> all.addAll(kinds.resources()));
    return List.copyOf(all);
  }

  /**
   * Whether a group-version has kinds of the program's own.
   *
   * @param groupVersion {@code apps/v1}
   */
  public boolean isBuiltIn(String groupVersion) {
    return byPath.keySet().stream().anyMatch(path -> path.startsWith(groupVersion + "/"));
  }

  /** Where a resource is stored: both event groups share one place. */
  public static Resource storage(KindInfo kind) {
    return kind.plural().equals("events") && EVENT_GROUPS.contains(kind.group())
        ? EVENTS
        : new Resource(kind.group(), kind.plural());
  }

  /** The kinds beside this one by which the same objects are served. */
  List<KindInfo> equivalents(KindInfo kind) {
    List<KindInfo> builtIn = sharing.getOrDefault(storage(kind), List.of());
    List<KindInfo> all =
        builtIn.isEmpty() ? custom.map(kinds -> kinds.versions(kind)).orElse(List.of()) : builtIn;
    return all.stream().filter(other -> !other.equals(kind)).toList();
  }

  /** Whether objects of the kind are answers rather than things. */
  public static boolean isVirtual(KindInfo kind) {
    return VIRTUAL_GROUPS.contains(kind.group())
        || (kind.plural().equals("bindings") && kind.group().isEmpty());
  }

  /** What a custom resource's version says; empty for built-in kinds. */
  public Optional<CompiledVersion> custom(KindInfo kind) {
    return custom.flatMap(kinds -> kinds.compiled(kind));
  }

  @Override
  public JsonNode schema(KindInfo kind) {
    return custom(kind).map(CompiledVersion::openApi).orElseGet(MissingNode::getInstance);
  }

  @Override
  public String listKind(KindInfo kind) {
    return custom
        .flatMap(kinds -> kinds.served(kind))
        .map(served -> served.definition().listKind())
        .orElseGet(() -> kind.kind() + "List");
  }

  /** The columns of a kind. */
  public KindTable table(KindInfo kind) {
    return custom(kind)
        .map(CompiledVersion::table)
        .orElseGet(() -> Tables.of(kind.group(), kind.plural()));
  }

  /** Where a kind's replicas stand. */
  public ScaleSubresource.Paths scale(KindInfo kind) {
    return custom(kind).map(CompiledVersion::scale).orElse(ScaleSubresource.Paths.BUILT_IN);
  }

  /** What clients of a kind are told with every answer. */
  public Optional<String> warning(KindInfo kind) {
    return custom
        .flatMap(kinds -> kinds.served(kind))
        .map(served -> served.version().warning())
        .filter(text -> !text.isEmpty());
  }

  @Override
  public long generation() {
    return custom.map(CustomKinds::generation).orElse(0L);
  }

  @Override
  public List<ServedGroup> groups() {
    Catalog now = catalog;
    long generation = generation();
    if (now.generation() != generation) {
      now = new Catalog(generation, new BuiltInCatalog(all()).groups());
      catalog = now;
    }
    return now.groups();
  }
}
