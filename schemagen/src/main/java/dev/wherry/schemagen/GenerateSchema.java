package dev.wherry.schemagen;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the compact schema that {@code model.schema.Schema} reads: {@code types.tsv} with a T line
 * per type and an F line per field, and {@code descriptions.tsv} with the texts, which only OpenAPI
 * needs.
 */
public final class GenerateSchema {
  private static final int INLINE_DEPTH_MAX = 2;

  private final Artifacts artifacts;
  private final FieldMarkers markers;
  private final Map<String, String> enumerations;
  private final List<String> types = new ArrayList<>();
  private final List<String> descriptions = new ArrayList<>();

  private GenerateSchema(
      Artifacts artifacts, FieldMarkers markers, Map<String, String> enumerations) {
    this.artifacts = artifacts;
    this.markers = markers;
    this.enumerations = enumerations;
  }

  /**
   * A field's place in its message: numbers from the outside in, and the message that declares it.
   */
  private record Place(List<Integer> numbers, String message, String field) {
    static final Place NONE = new Place(List.of(), "", "");
  }

  /**
   * @param args the folder to write to; the list of fields that name all their values
   */
  public static void main(String[] args) throws Exception {
    GenerateSchema schema =
        new GenerateSchema(Artifacts.open(), FieldMarkers.read(), enumerations(Path.of(args[1])));
    schema.artifacts.types().values().forEach(schema::add);
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    Files.write(folder.resolve("types.tsv"), schema.types, StandardCharsets.UTF_8);
    Files.write(folder.resolve("descriptions.tsv"), schema.descriptions, StandardCharsets.UTF_8);
  }

  /** By {@code TYPE FIELD}, values with commas between them. */
  private static Map<String, String> enumerations(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      if (!line.startsWith("#")) {
        int end = line.indexOf(' ', line.indexOf(' ') + 1);
        values.put(line.substring(0, end), line.substring(end + 1));
      }
    }
    return values;
  }

  private void add(TypeDef type) {
    Place own = new Place(List.of(), type.protoName(), "");
    types.add(String.join("\t", "T", type.name(), type.protoName(), marker(own, "structType")));
    describe(type.name(), "", own, type.description());
    Set<String> jsonNames = new TreeSet<>();
    type.fields().forEach(f -> jsonNames.add(f.name()));
    Descriptor message = artifacts.messages().all().get(type.protoName());
    for (TypeDef.Field field : type.fields()) {
      Place place =
          message == null
              ? new Place(AggregatorNumbers.of(type.name(), field.name()), "", "")
              : place(message, field.name(), jsonNames, 0);
      types.add(line(type, field, place));
      describe(type.name(), field.name(), place, field.description());
    }
  }

  private String line(TypeDef type, TypeDef.Field field, Place place) {
    UnaryOperator<String> aggregators =
        name -> AggregatorNumbers.marker(type.name(), field.name(), name);
    return String.join(
        "\t",
        "F",
        field.name(),
        text(field.type()),
        field.required() ? "r" : "",
        String.join(".", place.numbers().stream().map(String::valueOf).toList()),
        marker(place, "default"),
        enumerations.getOrDefault(type.name() + " " + field.name(), ""),
        marker(place, "patchStrategy") + aggregators.apply("patchStrategy"),
        marker(place, "patchMergeKey") + aggregators.apply("patchMergeKey"),
        marker(place, "listType") + aggregators.apply("listType"),
        String.join(",", markers.of(place.message(), place.field(), "listMapKey"))
            + aggregators.apply("listMapKey"),
        marker(place, "mapType") + marker(place, "structType"));
  }

  private String marker(Place place, String name) {
    List<String> values = markers.of(place.message(), place.field(), name);
    // A default that is a Go constant has no published value.
    return values.isEmpty() || values.getFirst().startsWith("ref(") ? "" : values.getFirst();
  }

  /** A field that JSON inlines stands in a nested message whose own name is no JSON field. */
  private static Place place(Descriptor message, String name, Set<String> jsonNames, int depth) {
    FieldDescriptor own = find(message, name);
    if (own != null) {
      return new Place(List.of(own.getNumber()), message.getFullName(), own.getName());
    }
    for (FieldDescriptor field : message.getFields()) {
      boolean inline =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              && !field.isRepeated()
              && !jsonNames.contains(field.getName());
      if (inline && depth < INLINE_DEPTH_MAX) {
        Place nested = place(field.getMessageType(), name, jsonNames, depth + 1);
        if (!nested.numbers().isEmpty()) {
          List<Integer> numbers = new ArrayList<>(List.of(field.getNumber()));
          numbers.addAll(nested.numbers());
          return new Place(numbers, nested.message(), nested.field());
        }
      }
    }
    return Place.NONE;
  }

  /** Messages spell some names their own way: Webhooks, uID, xKubernetesListType. */
  private static @Nullable FieldDescriptor find(Descriptor message, String name) {
    String plain = plain(name);
    for (FieldDescriptor field : message.getFields()) {
      if (plain(field.getName()).equals(plain)) {
        return field;
      }
    }
    return null;
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  private static String text(FieldType type) {
    return switch (type) {
      case FieldType.Scalar scalar -> scalar.name();
      case FieldType.Ref(String name) -> name;
      case FieldType.ListOf(FieldType item) -> "[]" + text(item);
      case FieldType.MapOf(FieldType value) -> "{}" + text(value);
    };
  }

  private void describe(String type, String field, Place place, String model) {
    String description = DocComment.text(markers.comment(place.message(), place.field()), model);
    if (!description.isEmpty()) {
      String oneLine =
          description
              .replace("\\", "\\\\")
              .replace("\n", "\\n")
              .replace("\t", " ")
              .replace("\r", "");
      descriptions.add(String.join("\t", type, field, oneLine));
    }
  }
}
