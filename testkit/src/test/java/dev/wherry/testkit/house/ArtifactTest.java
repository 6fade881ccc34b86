package dev.wherry.testkit.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What the artifact is made of. */
class ArtifactTest {
  private static final Path JARS = Path.of("../cli/target/wherry/lib");

  /** The first class file version that the recorded start holds: Java 6. */
  private static final int RECORDABLE = 50;

  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

  /** Annotations only; nothing of them is loaded. */
  private static final Set<String> NEVER_LOADED = Set.of("annotations", "jsr305");

  private static List<Path> jars() throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(JARS)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    assertFalse(jars.isEmpty(), "no artifact: build the module cli");
    return jars;
  }

  @Test
  void jars_areNotSigned_forTheRecordedStartHoldsNoSignedClass() throws Exception {
    List<String> signed = new ArrayList<>();
    for (Path file : jars()) {
      try (ZipFile jar = new ZipFile(file.toFile())) {
        if (jar.stream().anyMatch(entry -> SIGNATURE.matcher(entry.getName()).matches())) {
          signed.add(file.getFileName().toString());
        }
      }
    }
    assertEquals(List.of(), signed);
  }

  @Test
  void classes_areNewEnoughForTheRecordedStart() throws Exception {
    List<String> old = new ArrayList<>();
    for (Path jar : jars()) {
      if (!NEVER_LOADED.contains(jar.getFileName().toString().replaceFirst("-\\d.*", ""))) {
        collectOld(jar, old);
      }
    }
    assertEquals(List.of(), old);
  }

  private static void collectOld(Path file, List<String> old) throws IOException {
    try (ZipFile jar = new ZipFile(file.toFile())) {
      for (ZipEntry entry : jar.stream().toList()) {
        if (entry.getName().endsWith(".class") && version(jar, entry) < RECORDABLE) {
          old.add(file.getFileName() + "!" + entry.getName());
        }
      }
    }
  }

  private static int version(ZipFile jar, ZipEntry entry) throws IOException {
    try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
      in.skipNBytes(6);
      return in.readUnsignedShort();
    }
  }
}
