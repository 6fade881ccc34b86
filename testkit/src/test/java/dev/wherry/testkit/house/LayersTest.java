package dev.wherry.testkit.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The floors of docs/ARCHITECTURE.md, held by the compiled classes. */
class LayersTest {
  private static final String ROOT = "dev.wherry.";

  /** Every module and the modules it may know; cli and above know all. */
  private static final Map<String, List<String>> MAY_KNOW =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("proto", List.of()),
              Map.entry("store", List.of()),
              Map.entry("model", List.of()),
              Map.entry("machinery", List.of("model")),
              Map.entry("streaming", List.of("model")),
              Map.entry("apiserver", List.of("model", "machinery", "streaming", "store", "proto")),
              Map.entry("scheduler", List.of("model", "machinery")),
              Map.entry("controllers", List.of("model", "machinery")),
              Map.entry("network", List.of("model", "machinery")),
              Map.entry("runtime", List.of("model", "machinery", "streaming", "proto")),
              Map.entry("kubelet", List.of("model", "machinery", "streaming", "proto"))));

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.wherry");
  }

  @TestFactory
  List<DynamicTest> module_importsOnlyWhatItsFloorAllows() {
    List<DynamicTest> tests = new ArrayList<>();
    MAY_KNOW.forEach((module, known) ->
        tests.add(DynamicTest.dynamicTest(module, () -> checkModule(module, known))));
    return tests;
  }

  private static void checkModule(String module, List<String> known) {
    List<String> forbidden = new ArrayList<>(MAY_KNOW.keySet());
    forbidden.addAll(List.of("cli", "testkit", "bench", "schemagen"));
    forbidden.remove(module);
    forbidden.removeAll(known);
    String[] packages = forbidden.stream().map(name -> ROOT + name + "..").toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(ROOT + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .check(classes);
  }

  @Test
  void everyModule_isSeen() {
    List<String> seen =
        MAY_KNOW.keySet().stream()
            .filter(module ->
                classes.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + module)))
            .toList();

    assertEquals(List.copyOf(MAY_KNOW.keySet()), seen);
    assertTrue(classes.size() > 1_000, "classes: " + classes.size());
  }

  @Test
  void store_isOpenedByTheCompositionRootOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.wherry.store..", "dev.wherry.cli..", "dev.wherry.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.wherry.store.rocks..")
        .check(classes);
  }
}
