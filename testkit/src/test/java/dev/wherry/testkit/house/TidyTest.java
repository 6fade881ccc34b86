package dev.wherry.testkit.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How the sources look, after the rules of the house. What was there before a rule is counted in
 * {@code tidy.properties}: the count may only fall, and when it falls the file is lowered with it.
 */
class TidyTest {
  private static final int FILE_LINES_MAX = 500;
  private static final int FILE_LINES_USUAL = 250;
  private static final int METHOD_LINES_MAX = 70;
  private static final int METHOD_LINES_USUAL = 30;

  /** What is usual holds for 19 of 20. */
  private static final int UNUSUAL_ONE_IN = 20;

  /** The JDK's own terms are not ours to choose. */
  private static final Pattern JDK_NAMES =
      Pattern.compile(".*(TrustManager|KeyManager|TrustingManager)");

  private static final Pattern EMPTY_NAMES =
      Pattern.compile(".*(Manager|Helper|Helpers|Util|Utils|Impl)");
  private static final List<String> EMPTY_PACKAGES = List.of("util", "common", "impl", "helpers");
  private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

  /** Reads of clock, chance and identity that belong to the composition root. */
  private static final List<String> INJECTED =
      List.of("Instant.now()", "UUID.randomUUID()", "Thread.sleep(", "System.currentTimeMillis()");

  private static List<SourceFile> sources;
  private static Properties ratchet;

  @BeforeAll
  static void read() throws IOException {
    sources = SourceFile.readAll(Path.of("..").toAbsolutePath().normalize());
    ratchet = new Properties();
    try (InputStream file = TidyTest.class.getResourceAsStream("/tidy.properties")) {
      ratchet.load(file);
    }
    assertTrue(sources.size() > 500, "sources seen: " + sources.size());
  }

  @Test
  void file_isNeverLongerThanItsLimit() {
    hold("files-over-limit", sources.stream().filter(s -> s.lines() > FILE_LINES_MAX).toList());
  }

  @Test
  void file_isUsuallyShort() {
    long over = sources.stream().filter(s -> s.lines() > FILE_LINES_USUAL).count();

    assertTrue(over * UNUSUAL_ONE_IN <= sources.size(), over + " of " + sources.size() + " files");
  }

  @Test
  void method_isNeverLongerThanItsLimit() {
    hold("methods-over-limit", methods(METHOD_LINES_MAX));
  }

  @Test
  void method_isUsuallyShort() {
    int over = methods(METHOD_LINES_USUAL).size();
    int all = methods(0).size();

    assertTrue(over * UNUSUAL_ONE_IN <= all, over + " of " + all + " methods");
  }

  private static List<String> methods(int lines) {
    return sources.stream()
        .flatMap(s -> s.methods().stream().filter(m -> m.lines() > lines).map(m -> s + " " + m))
        .toList();
  }

  @Test
  void name_saysSomething() {
    hold(
        "empty-names",
        sources.stream()
            .filter(s -> !JDK_NAMES.matcher(s.name()).matches())
            .filter(s ->
                EMPTY_NAMES.matcher(s.name()).matches()
                    || EMPTY_PACKAGES.stream().anyMatch(s.folders()::contains))
            .toList());
  }

  @Test
  void package_hasItsPurposeWritten() {
    List<Path> folders = sources.stream().filter(SourceFile::main).map(SourceFile::folder).toList();
    List<Path> described =
        sources.stream()
            .filter(s -> s.name().equals("package-info"))
            .filter(s -> s.text().contains("@NullMarked") && s.text().contains("/**"))
            .map(SourceFile::folder)
            .toList();

    hold(
        "packages-without-info",
        folders.stream().distinct().filter(folder -> !described.contains(folder)).toList());
  }

  @Test
  void source_isFinished() {
    hold(
        "unfinished",
        sources.stream()
            .filter(s -> !s.name().equals("TidyTest"))
            .filter(s -> UNFINISHED.matcher(s.text()).find())
            .toList());
  }

  @Test
  void clockAndChance_areInjected() {
    hold(
        "own-clocks",
        sources.stream()
            .filter(SourceFile::main)
            .filter(s -> !s.module().equals("cli") && !s.module().equals("bench"))
            .filter(s -> INJECTED.stream().anyMatch(s.text()::contains))
            .toList());
  }

  /** No more offenders than are known; fewer must be written down. */
  private static void hold(String rule, List<?> offenders) {
    int known = Integer.parseInt(ratchet.getProperty(rule, "0"));
    String list = offenders.stream().map(Object::toString).collect(Collectors.joining("\n  "));
    assertTrue(
        offenders.size() <= known,
        () ->
            "%s: %d, but only %d are known:%n  %s".formatted(rule, offenders.size(), known, list));
    assertEquals(known, offenders.size(), rule + " fell: lower it in tidy.properties");
  }
}
