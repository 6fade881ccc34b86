package dev.wherry.schemagen;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Writes the records of the listed kinds, and of all they hold, below a source folder. */
public final class GenerateRecords {
  private GenerateRecords() {}

  /**
   * @param args the folder to write to, and the file that lists the roots: {@code core.v1.Pod}
   */
  public static void main(String[] args) throws Exception {
    Path target = Path.of(args[0]);
    List<String> roots =
        Files.readAllLines(Path.of(args[1]), StandardCharsets.UTF_8).stream()
            .map(line -> line.replaceFirst("#.*", "").trim())
            .filter(line -> !line.isEmpty())
            .toList();
    Artifacts artifacts = Artifacts.open();
    SortedMap<String, TypeDef> types = artifacts.types();
    Map<String, KindTable.Kind> kinds = new HashMap<>();
    for (KindTable.Kind kind : artifacts.kinds()) {
      types.keySet().stream()
          .filter(name -> isKind(name, kind))
          .findFirst()
          .ifPresent(name -> kinds.put(name, kind));
    }
    write(target, types, kinds, closure(types, roots));
  }

  /** Whether the type is the kind's own: same version, same name, and a group that begins alike. */
  static boolean isKind(String type, KindTable.Kind kind) {
    String group = kind.group.isEmpty() ? "core" : kind.group.replaceFirst("\\..*", "");
    return type.equals(group + "." + kind.version + "." + kind.kind);
  }

  private static TreeSet<String> closure(SortedMap<String, TypeDef> types, List<String> roots) {
    TreeSet<String> wanted = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      String name = open.pop();
      TypeDef type = types.get(name);
      if (type == null) {
        throw new IllegalArgumentException("no published type is called " + name);
      }
      if (wanted.add(name)) {
        type.fields().forEach(f -> refs(f.type(), open));
      }
    }
    return wanted;
  }

  private static void refs(FieldType type, Deque<String> open) {
    switch (type) {
      case FieldType.Scalar ignored -> {}
      case FieldType.Ref(String name) -> open.push(name);
      case FieldType.ListOf(FieldType item) -> refs(item, open);
      case FieldType.MapOf(FieldType value) -> refs(value, open);
    }
  }

  private static void write(
      Path target,
      SortedMap<String, TypeDef> types,
      Map<String, KindTable.Kind> kinds,
      Set<String> wanted)
      throws IOException {
    JavaTypes java = new JavaTypes(types);
    TreeSet<String> packages = new TreeSet<>();
    for (String name : wanted) {
      TypeDef type = requireNonNull(types.get(name), name);
      Optional<KindTable.Kind> kind = Optional.ofNullable(kinds.get(name));
      String source = new RecordWriter(java, type, kind).write();
      put(target.resolve(path(type.packageName()) + "/" + type.simpleName() + ".java"), source);
      packages.add(type.packageName());
    }
    for (String name : packages) {
      put(
          target.resolve(path(name) + "/package-info.java"),
          "/** The published structures of "
              + name
              + ", generated. */\n@org.jspecify.annotations.NullMarked\npackage "
              + JavaTypes.ROOT
              + name
              + ";\n");
    }
  }

  private static String path(String packageName) {
    return (JavaTypes.ROOT + packageName).replace('.', '/');
  }

  /** Leaves a file alone that has the content already, so that nothing is compiled for nothing. */
  private static void put(Path file, String content) throws IOException {
    if (Files.exists(file) && Files.readString(file).equals(content)) {
      return;
    }
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
