package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.MergeTypes;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import java.util.List;
import java.util.Optional;

/** Kinds as the registry serves them, for admission. */
public final class RegistryForms implements KindForms {
  private final KindRegistry kinds;
  private final Conversions conversions;
  private final CustomForms custom;
  private final ObjectRules rules;
  private final MergeTypes mergeTypes;

  public RegistryForms(
      KindRegistry kinds, Conversions conversions, CustomForms custom, ObjectRules rules) {
    this.kinds = kinds;
    this.conversions = conversions;
    this.custom = custom;
    this.rules = rules;
    this.mergeTypes = Registry.mergeTypes(kinds);
  }

  @Override
  public List<KindInfo> equivalents(KindInfo kind) {
    return kinds.equivalents(kind);
  }

  @Override
  public KindInfo body(KindInfo kind, String subresource) {
    return kinds
        .find(kind.group(), kind.version(), kind.plural())
        .flatMap(info -> info.subresource(subresource))
        .map(ResourceInfo.Subresource::body)
        .orElse(kind);
  }

  @Override
  public List<KindInfo> served(String group, String version, String plural) {
    return kinds.find(group, version, plural).map(ResourceInfo::kind).stream().toList();
  }

  @Override
  public List<KindInfo> named(String apiVersion, String kind) {
    return kinds.all().stream()
        .map(ResourceInfo::kind)
        .filter(info -> info.apiVersion().equals(apiVersion) && info.kind().equals(kind))
        .toList();
  }

  @Override
  public ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object) {
    return conversions.fromStored(to, conversions.toStored(from, object)).deepCopy();
  }

  @Override
  public ObjectNode fromStored(KindInfo kind, ObjectNode stored) {
    return conversions.fromStored(kind, stored);
  }

  @Override
  public MergeType mergeType(KindInfo kind) {
    return mergeTypes.of(kind);
  }

  @Override
  public Optional<Structural> schema(KindInfo kind) {
    return kinds
        .custom(kind)
        .map(version -> SchemaTrees.ofCustom(version.openApi()))
        .or(() -> Schema.builtin().ofKind(kind).map(SchemaTrees::of));
  }

  @Override
  public ObjectNode shaped(KindInfo kind, ObjectNode changed) {
    ObjectNode object = decoded(kind, changed);
    object.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
    rules.applyDefaults(kind, object);
    return object;
  }

  private ObjectNode decoded(KindInfo kind, ObjectNode changed) {
    if (custom.handles(kind)) {
      return custom.decode(kind, changed).object();
    }
    Optional<ObjectType> type = Schema.builtin().ofKind(kind);
    return type.isEmpty()
        ? changed
        : StructDecoder.decode(Schema.builtin(), type.get(), changed).object();
  }
}
