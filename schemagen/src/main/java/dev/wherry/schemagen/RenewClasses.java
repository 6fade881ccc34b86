package dev.wherry.schemagen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes a jar's classes again in a newer class file version, with stack maps. The JVM's recorded
 * start (JEP 483) leaves out classes older than version 50, so that they are parsed and verified at
 * every start. Nothing but version and stack maps changes.
 */
public final class RenewClasses {
  /** Below it a class has no stack maps and cannot be recorded. */
  private static final int RECORDABLE = ClassFile.JAVA_6_VERSION;

  private static final String CLASS = ".class";

  private final ZipFile jar;
  private final ClassFile format;

  private RenewClasses(ZipFile jar) {
    this.jar = jar;
    this.format =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(this::resource)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /**
   * @param args jars, each replaced by its renewal
   */
  public static void main(String[] args) throws IOException {
    for (String name : args) {
      Path old = Path.of(name);
      Path renewed = old.resolveSibling(old.getFileName() + ".renewed");
      try (ZipFile jar = new ZipFile(old.toFile());
          ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(renewed))) {
        new RenewClasses(jar).writeTo(out);
      }
      Files.move(renewed, old, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void writeTo(ZipOutputStream out) throws IOException {
    for (ZipEntry entry : jar.stream().toList()) {
      ZipEntry copy = new ZipEntry(entry.getName());
      copy.setTime(entry.getTime());
      out.putNextEntry(copy);
      try (InputStream in = jar.getInputStream(entry)) {
        byte[] bytes = in.readAllBytes();
        out.write(entry.getName().endsWith(CLASS) ? renewed(bytes) : bytes);
      }
      out.closeEntry();
    }
  }

  private byte[] renewed(byte[] bytes) {
    ClassModel model = format.parse(bytes);
    if (model.majorVersion() >= RECORDABLE) {
      return bytes;
    }
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
          } else {
            builder.with(element);
          }
        };
    // Bodies are built anew, for only then stack maps are made.
    return format.transformClass(
        model,
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element))
            .andThen(version));
  }

  private @org.jspecify.annotations.Nullable InputStream resource(ClassDesc type) {
    String descriptor = type.descriptorString();
    ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + CLASS);
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
