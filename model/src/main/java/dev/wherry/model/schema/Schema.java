package dev.wherry.model.schema;

import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.patch.MergeRules;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** All built-in types by name. */
public final class Schema {
  private final Map<String, ObjectType> types;

  private volatile String fingerprint = "";

  private Schema(Map<String, ObjectType> types) {
    this.types = Collections.unmodifiableMap(types);
  }

  /** The types of Kubernetes v1.36, read on first use. */
  public static Schema builtin() {
    return Holder.BUILT_IN;
  }

  private static final class Holder {
    private static final Schema BUILT_IN = new Schema(read());
  }

  /**
   * A text that is the same in every run and differs between schemas that differ; of no other
   * meaning.
   */
  public String fingerprint() {
    String known = fingerprint;
    if (known.isEmpty()) {
      known = Integer.toHexString(types.toString().hashCode());
      fingerprint = known;
    }
    return known;
  }

  /** A type by its name, such as {@code core.v1.PodSpec}. */
  public Optional<ObjectType> type(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /** The type of a kind's objects. */
  public Optional<ObjectType> ofKind(KindInfo kind) {
    return ofKind(kind.group(), kind.version(), kind.kind());
  }

  /** The type of a kind's objects, by the names that they carry. */
  public Optional<ObjectType> ofKind(String apiVersion, String kind) {
    GroupVersion names = GroupVersion.of(apiVersion);
    return ofKind(names.group(), names.version(), kind);
  }

  /** The type of a kind's objects; group "" for the core group. */
  public Optional<ObjectType> ofKind(String group, String version, String kind) {
    if (!BuiltinGroups.NAMES.contains(group)) {
      return Optional.empty();
    }
    int dot = group.indexOf('.');
    String first = group.isEmpty() ? "core" : dot < 0 ? group : group.substring(0, dot);
    return type(first + "." + version + "." + kind);
  }

  /** Groups that custom resources cannot be mistaken for, though a first label may be the same. */
  private static final class BuiltinGroups {
    private static final Set<String> NAMES = names();

    private static Set<String> names() {
      Set<String> names =
          new TreeSet<>(
              Set.of("", "meta.k8s.io", "apidiscovery.k8s.io", "internal.apiserver.k8s.io"));
      BuiltinKinds.all()
          .forEach(info -> {
            names.add(info.kind().group());
            info.subresources().forEach(sub -> names.add(sub.body().group()));
          });
      return names;
    }
  }

  /** All types in the order of their names. */
  public Collection<ObjectType> types() {
    return types.values();
  }

  /**
   * Whether Go's encoder writes a structure although nothing in it is set: it is no pointer.
   *
   * @param field of the type {@code owner}, holding a structure
   */
  public static boolean isAlwaysWritten(ObjectType owner, FieldInfo field) {
    return GoFields.of(owner, field).kept();
  }

  /** Strategic merge rules of a type. */
  public MergeRules mergeRules(ObjectType type) {
    return field -> {
      FieldInfo info = type.fields().get(field);
      return info == null ? MergeRules.Rule.DEFAULT : rule(info);
    };
  }

  private MergeRules.Rule rule(FieldInfo field) {
    Set<MergeRules.Strategy> strategies = new TreeSet<>();
    for (String word : field.patchStrategy().split(",")) {
      switch (word) {
        case "merge" -> strategies.add(MergeRules.Strategy.MERGE);
        case "replace" -> strategies.add(MergeRules.Strategy.REPLACE);
        case "retainKeys" -> strategies.add(MergeRules.Strategy.RETAIN_KEYS);
        default -> {}
      }
    }
    return new MergeRules.Rule(strategies, field.mergeKey(), nested(field.type()));
  }

  private MergeRules nested(FieldType type) {
    return switch (type) {
      case FieldType.Scalar ignored -> MergeRules.NONE;
      case FieldType.Ref(String name) -> type(name).map(this::mergeRules).orElse(MergeRules.NONE);
      case FieldType.ListOf(FieldType item) -> nested(item);
      case FieldType.MapOf(FieldType value) ->
          key -> new MergeRules.Rule(Set.of(), "", nested(value));
    };
  }

  /**
   * Descriptions by type name and field name ("" for the type itself). Read anew on each call and
   * not kept: they are larger than all the rest and only OpenAPI needs them.
   */
  public static Map<String, Map<String, String>> descriptions() {
    Map<String, Map<String, String>> all = new HashMap<>();
    for (String line : lines("descriptions.tsv")) {
      String[] cells = line.split("\t", -1);
      String text = cells[2].replace("\\n", "\n").replace("\\\\", "\\");
      all.computeIfAbsent(cells[0], type -> new HashMap<>()).put(cells[1], text);
    }
    return all;
  }

  private static Map<String, ObjectType> read() {
    Map<String, ObjectType> types = new LinkedHashMap<>();
    Map<String, FieldInfo> fields = new LinkedHashMap<>();
    for (String line : lines("types.tsv")) {
      String[] cells = line.split("\t", -1);
      if (cells[0].equals("T")) {
        fields = new LinkedHashMap<>();
        types.put(
            cells[1],
            new ObjectType(
                cells[1], cells[2], cells[3].intern(), Collections.unmodifiableMap(fields)));
      } else {
        fields.put(cells[1], field(cells));
      }
    }
    return types;
  }

  private static FieldInfo field(String[] cells) {
    return new FieldInfo(
        cells[1].intern(),
        FieldType.parse(cells[2]),
        !cells[3].isEmpty(),
        list(cells[4], "\\.").stream().map(Integer::valueOf).toList(),
        cells[5],
        list(cells[6], ","),
        cells[7].intern(),
        cells[8].intern(),
        cells[9].intern(),
        list(cells[10], ","),
        cells[11].intern());
  }

  private static List<String> list(String cell, String separator) {
    return cell.isEmpty() ? List.of() : List.copyOf(Arrays.asList(cell.split(separator)));
  }

  static List<String> lines(String resource) {
    List<String> lines = new ArrayList<>();
    try (InputStream in = Schema.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }
}
