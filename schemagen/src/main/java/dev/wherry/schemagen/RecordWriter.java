package dev.wherry.schemagen;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes one type as a Java record with its reader, writer and builder. */
final class RecordWriter {
  private final JavaTypes java;
  private final TypeDef type;
  private final Optional<KindTable.Kind> kind;
  private final List<TypeDef.Field> fields;
  private final StringBuilder out = new StringBuilder();

  RecordWriter(JavaTypes java, TypeDef type, Optional<KindTable.Kind> kind) {
    this.java = java;
    this.type = type;
    this.kind = kind;
    this.fields =
        type.fields().stream()
            .filter(
                f -> kind.isEmpty() || !(f.name().equals("apiVersion") || f.name().equals("kind")))
            .toList();
  }

  String write() {
    line("package " + JavaTypes.ROOT + type.packageName() + ";");
    line("");
    line("import org.jspecify.annotations.Nullable;");
    line("");
    line("/** " + type.name() + ", generated from the published API. */");
    line("@SuppressWarnings(\"unused\")");
    line("public record " + type.simpleName() + "(");
    line(
        fields.stream()
            .map(f -> "    " + java.component(type, f) + " " + name(f))
            .collect(Collectors.joining(",\n")));
    line(kind.isPresent() ? ") implements dev.wherry.model.kind.KubeObject {" : ") {");
    line("  public static final " + type.simpleName() + " EMPTY = builder().build();");
    kind.ifPresent(this::kindConstant);
    constructor();
    reader();
    writer();
    builder();
    line("}");
    return out.toString();
  }

  private void kindConstant(KindTable.Kind k) {
    line("  public static final dev.wherry.model.kind.Kind<" + type.simpleName() + "> KIND =");
    line("      new dev.wherry.model.kind.Kind<>(");
    line(
        "          new dev.wherry.model.kind.KindInfo(\"%s\", \"%s\", \"%s\", \"%s\", %s),"
            .formatted(k.group, k.version, k.kind, k.plural, k.namespaced));
    line("          " + type.simpleName() + ".class,");
    line("          " + type.simpleName() + "::read,");
    line("          " + type.simpleName() + "::write);");
    line("");
    line("  @Override");
    line("  public dev.wherry.model.kind.Kind<" + type.simpleName() + "> kind() {");
    line("    return KIND;");
    line("  }");
  }

  private void constructor() {
    line("");
    line("  public " + type.simpleName() + " {");
    for (TypeDef.Field f : fields) {
      switch (f.type()) {
        case FieldType.ListOf ignored ->
            line("    %1$s = java.util.List.copyOf(%1$s);".formatted(name(f)));
        case FieldType.MapOf ignored ->
            line("    %1$s = dev.wherry.model.codec.FrozenMap.copyOf(%1$s);".formatted(name(f)));
        default -> {}
      }
    }
    line("  }");
  }

  private void reader() {
    line("");
    line("  /** Reads an object; the parser stands on its first token. */");
    line(
        "  public static "
            + type.simpleName()
            + " read(com.fasterxml.jackson.core.JsonParser p) throws java.io.IOException {");
    line("    Builder b = new Builder();");
    line("    dev.wherry.model.codec.Reads.startObject(p);");
    line("    while (p.nextToken() != com.fasterxml.jackson.core.JsonToken.END_OBJECT) {");
    line("      String field = p.currentName();");
    line("      if (p.nextToken() == com.fasterxml.jackson.core.JsonToken.VALUE_NULL) {");
    line("        continue;");
    line("      }");
    line("      switch (field) {");
    for (TypeDef.Field f : fields) {
      line("        case \"%s\" -> b.%s = %s;".formatted(f.name(), name(f), read(f.type())));
    }
    line("        default -> p.skipChildren();");
    line("      }");
    line("    }");
    line("    return b.build();");
    line("  }");
  }

  private String read(FieldType fieldType) {
    return "dev.wherry.model.codec.Reads." + readCall(fieldType);
  }

  private String readCall(FieldType fieldType) {
    return switch (fieldType) {
      case FieldType.Scalar scalar -> scalarName(scalar) + "(p)";
      case FieldType.Ref(String name) -> "object(p, " + JavaTypes.className(name) + "::read)";
      case FieldType.ListOf(FieldType item) -> "list(p, " + reference(item) + ")";
      case FieldType.MapOf(FieldType value) -> "map(p, " + reference(value) + ")";
    };
  }

  private String reference(FieldType fieldType) {
    return switch (fieldType) {
      case FieldType.Scalar scalar -> "dev.wherry.model.codec.Reads::" + scalarName(scalar);
      case FieldType.Ref(String name) -> JavaTypes.className(name) + "::read";
      case FieldType.ListOf(FieldType item) ->
          "q -> dev.wherry.model.codec.Reads.list(q, " + reference(item) + ")";
      case FieldType.MapOf(FieldType value) ->
          "q -> dev.wherry.model.codec.Reads.map(q, " + reference(value) + ")";
    };
  }

  private static String scalarName(FieldType.Scalar scalar) {
    return switch (scalar) {
      case STRING -> "string";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case DOUBLE -> "float64";
      case BOOLEAN -> "bool";
      case BYTES -> "bytes";
      case TIME -> "time";
      case MICRO_TIME -> "microTime";
      case QUANTITY -> "quantity";
      case INT_OR_STRING -> "intOrString";
      case JSON -> "json";
    };
  }

  private void writer() {
    line("");
    line("  /** Writes the object; what is absent is left out. */");
    line(
        "  public void write(com.fasterxml.jackson.core.JsonGenerator g) throws"
            + " java.io.IOException {");
    line("    g.writeStartObject();");
    kind.ifPresent(k -> {
      String apiVersion = k.group.isEmpty() ? k.version : k.group + "/" + k.version;
      line("    g.writeStringField(\"apiVersion\", \"" + apiVersion + "\");");
      line("    g.writeStringField(\"kind\", \"" + k.kind + "\");");
    });
    for (TypeDef.Field f : fields) {
      write(f);
    }
    line("    g.writeEndObject();");
    line("  }");
  }

  private void write(TypeDef.Field f) {
    String value = name(f);
    String there =
        switch (f.type()) {
          case FieldType.Scalar scalar ->
              scalar == FieldType.Scalar.STRING && !java.isNullable(type, f)
                  ? "!" + value + ".isEmpty()"
                  : value + " != null";
          case FieldType.Ref(String name) ->
              java.isNullable(type, f)
                  ? value + " != null"
                  : "!" + value + ".equals(" + JavaTypes.className(name) + ".EMPTY)";
          default -> "!" + value + ".isEmpty()";
        };
    line("    if (" + there + ") {");
    line("      g.writeFieldName(\"" + f.name() + "\");");
    line("      " + writeCall(f.type(), value) + ";");
    line("    }");
  }

  private String writeCall(FieldType fieldType, String value) {
    return switch (fieldType) {
      case FieldType.Scalar scalar ->
          "dev.wherry.model.codec.Writes.%s(%s, g)".formatted(scalarName(scalar), value);
      case FieldType.Ref ignored -> value + ".write(g)";
      case FieldType.ListOf(FieldType item) ->
          "dev.wherry.model.codec.Writes.list(%s, g, %s)".formatted(value, writeReference(item));
      case FieldType.MapOf(FieldType item) ->
          "dev.wherry.model.codec.Writes.map(%s, g, %s)".formatted(value, writeReference(item));
    };
  }

  private String writeReference(FieldType fieldType) {
    return switch (fieldType) {
      case FieldType.Scalar scalar -> "dev.wherry.model.codec.Writes::" + scalarName(scalar);
      case FieldType.Ref(String name) -> JavaTypes.className(name) + "::write";
      case FieldType.ListOf(FieldType item) ->
          "(v, h) -> dev.wherry.model.codec.Writes.list(v, h, " + writeReference(item) + ")";
      case FieldType.MapOf(FieldType item) ->
          "(v, h) -> dev.wherry.model.codec.Writes.map(v, h, " + writeReference(item) + ")";
    };
  }

  private void builder() {
    line("");
    line("  public static Builder builder() {");
    line("    return new Builder();");
    line("  }");
    line("");
    line("  /** A builder that starts from this value. */");
    line("  public Builder toBuilder() {");
    line("    Builder b = new Builder();");
    fields.forEach(f -> line("    b.%1$s = %1$s;".formatted(name(f))));
    line("    return b;");
    line("  }");
    line("");
    line("  /** Collects the fields of a {@link " + type.simpleName() + "}. */");
    line("  public static final class Builder {");
    for (TypeDef.Field f : fields) {
      line(
          "    private %s %s = %s;"
              .formatted(java.component(type, f), name(f), java.absent(type, f)));
    }
    line("");
    line("    private Builder() {}");
    for (TypeDef.Field f : fields) {
      line("");
      line("    public Builder %1$s(%2$s %1$s) {".formatted(name(f), java.component(type, f)));
      line("      this.%1$s = %1$s;".formatted(name(f)));
      line("      return this;");
      line("    }");
    }
    line("");
    line("    public " + type.simpleName() + " build() {");
    String all = fields.stream().map(RecordWriter::name).collect(Collectors.joining(", "));
    line("      return new %s(%s);".formatted(type.simpleName(), all));
    line("    }");
    line("  }");
  }

  private static String name(TypeDef.Field f) {
    return JavaTypes.component(f.name());
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
