package dev.wherry.schemagen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Reads paths and HTTP methods out of the published client's compiled API classes. */
final class ApiSurface {
  private static final String APIS = "io/kubernetes/client/openapi/apis/";
  private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

  private ApiSurface() {}

  static List<Operation> read(JarFile jar) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
      JarEntry entry = entries.nextElement();
      String name = entry.getName();
      if (name.startsWith(APIS) && name.endsWith("Api.class")) {
        try (InputStream in = jar.getInputStream(entry)) {
          read(ClassFile.of().parse(in.readAllBytes()), operations);
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
    operations.sort(
        java.util.Comparator.comparing(Operation::path)
            .thenComparing(Operation::method)
            .thenComparing(Operation::id));
    return operations;
  }

  private static void read(ClassModel type, List<Operation> operations) {
    for (MethodModel method : type.methods()) {
      String name = method.methodName().stringValue();
      if (!name.endsWith("Call") || name.endsWith("ValidateBeforeCall")) {
        continue;
      }
      Optional<String> path = constants(method).filter(c -> c.startsWith("/")).findFirst();
      Optional<String> verb = constants(method).filter(METHODS::contains).findFirst();
      if (path.isPresent() && verb.isPresent()) {
        String id = name.substring(0, name.length() - "Call".length());
        operations.add(new Operation(id, verb.get(), path.get()));
      }
    }
  }

  private static Stream<String> constants(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(ConstantInstruction.class::isInstance)
        .map(element -> ((ConstantInstruction) element).constantValue())
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }
}
