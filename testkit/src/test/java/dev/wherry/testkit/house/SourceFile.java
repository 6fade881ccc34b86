package dev.wherry.testkit.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A Java file that somebody wrote.
 *
 * @param path from the project's root
 * @param methods with their lengths, constructors included
 */
record SourceFile(Path path, String text, List<Method> methods) {
  /**
   * A method.
   *
   * @param lines from its signature to its closing brace
   */
  record Method(String name, int lines) {
    @Override
    public String toString() {
      return name + " (" + lines + " lines)";
    }
  }

  /** All written sources of all modules, tests included. */
  static List<SourceFile> readAll(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    // Module by module: what is built beside this test comes and goes in the folders around.
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(root)) {
      for (Path module : modules) {
        if (Files.isDirectory(module.resolve("src"))) {
          try (Stream<Path> all = Files.walk(module.resolve("src"))) {
            all.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
          }
        }
      }
    }
    files.sort(null);
    Map<Path, List<Method>> methods = parse(files);
    List<SourceFile> sources = new ArrayList<>();
    for (Path file : files) {
      sources.add(
          new SourceFile(
              root.relativize(file),
              Files.readString(file),
              methods.getOrDefault(file, List.of())));
    }
    return sources;
  }

  private static Map<Path, List<Method>> parse(List<Path> files) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<Path, List<Method>> found = new LinkedHashMap<>();
    try (StandardJavaFileManager sources = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  sources,
                  diagnostic -> {},
                  List.of("-proc:none"),
                  null,
                  sources.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        List<Method> methods = new ArrayList<>();
        new Lengths(unit, positions, methods).scan(unit, null);
        found.put(Path.of(unit.getSourceFile().toUri()), methods);
      }
    }
    return found;
  }

  private static final class Lengths extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Method> methods;

    private Lengths(CompilationUnitTree unit, SourcePositions positions, List<Method> methods) {
      this.unit = unit;
      this.positions = positions;
      this.methods = methods;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void context) {
      LineMap lines = unit.getLineMap();
      Tree signature = method.getReturnType() == null ? method : method.getReturnType();
      long first = positions.getStartPosition(unit, signature);
      long last = positions.getEndPosition(unit, method);
      if (first >= 0 && last >= 0) {
        int length = (int) (lines.getLineNumber(last) - lines.getLineNumber(first) + 1);
        methods.add(new Method(method.getName().toString(), length));
      }
      return super.visitMethod(method, context);
    }
  }

  int lines() {
    return (int) text.lines().count();
  }

  /** The file's name without {@code .java}. */
  String name() {
    String file = path.getFileName().toString();
    return file.substring(0, file.length() - ".java".length());
  }

  String module() {
    return path.getName(0).toString();
  }

  boolean main() {
    return path.getName(2).toString().equals("main");
  }

  Path folder() {
    return path.getParent();
  }

  List<String> folders() {
    List<String> names = new ArrayList<>();
    folder().forEach(name -> names.add(name.toString()));
    return names;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
