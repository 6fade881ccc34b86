package dev.wherry.schemagen;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes jars fit for the JVM's recorded start (JEP 483). It leaves out classes older than version
 * 50, which are written again in a newer version, with stack maps; and those of signed jars, whose
 * signature is left out (it is checked when the build fetches the jar; a JVM that checks it again
 * reads and keeps a manifest of thousands of digests). Nothing else changes.
 */
public final class RecordableJars {
  /** Below it a class has no stack maps and cannot be recorded. */
  private static final int RECORDABLE = ClassFile.JAVA_6_VERSION;

  private static final String CLASS = ".class";

  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

  private final ZipFile jar;
  private final ClassFile format;

  private RecordableJars(ZipFile jar) {
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
        new RecordableJars(jar).writeTo(out);
      }
      Files.move(renewed, old, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void writeTo(ZipOutputStream out) throws IOException {
    for (ZipEntry entry : jar.stream().toList()) {
      if (SIGNATURE.matcher(entry.getName()).matches()) {
        continue;
      }
      ZipEntry copy = new ZipEntry(entry.getName());
      copy.setTime(entry.getTime());
      out.putNextEntry(copy);
      try (InputStream in = jar.getInputStream(entry)) {
        out.write(renewed(entry.getName(), in.readAllBytes()));
      }
      out.closeEntry();
    }
  }

  private byte[] renewed(String name, byte[] bytes) throws IOException {
    if (name.equals(JarFile.MANIFEST_NAME)) {
      return withoutDigests(bytes);
    }
    return name.endsWith(CLASS) ? renewed(bytes) : bytes;
  }

  /** What it says of the jar, without what it says of each file. */
  private static byte[] withoutDigests(byte[] bytes) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
    manifest.getEntries().clear();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    manifest.write(written);
    return written.toByteArray();
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
