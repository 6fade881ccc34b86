package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.testkit.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A machine with this build's classes, for programs that prove what this host's kernel cannot. */
final class ProofMachine implements AutoCloseable {
  private static final Duration PROOF_MAX = Duration.ofMinutes(10);
  private static final List<String> CLASSES =
      List.of(
          "network/target/classes",
          "network/target/test-classes",
          "machinery/target/test-classes",
          "testkit/target/test-classes");

  private final VirtualMachine machine;

  private ProofMachine(VirtualMachine machine) {
    this.machine = machine;
  }

  /**
   * Boots one.
   *
   * @param folder of the test's own, for the classes
   */
  static ProofMachine boot(Path folder) throws IOException, InterruptedException {
    for (String each : CLASSES) {
      copy(Path.of("..", each), folder.resolve(each.replace("/target/", "-")));
    }
    MachineImages images = MachineImages.ofUser();
    Map<String, Path> disks = new LinkedHashMap<>();
    disks.put("java", images.folder("java", Path.of(System.getProperty("java.home"))));
    disks.put("wherry", images.folder("wherry", Path.of("../cli/target/wherry")));
    disks.put("files", images.folder("files", folder));
    var shape = new VirtualMachine.Shape(768, 2, disks, "");
    return new ProofMachine(VirtualMachine.boot(images.system(), shape));
  }

  /** With the times of files, by which disks are known again. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** Runs words of the shell to their good end and gives what they print. */
  String sh(String words) throws IOException, InterruptedException {
    return machine.text(words, PROOF_MAX);
  }

  /**
   * Runs the main method of a class to its good end.
   *
   * @param program its full name and arguments
   */
  void prove(String program) throws IOException, InterruptedException {
    String path = String.join(":", CLASSES.stream().map(ProofMachine::place).toList());
    Output proof =
        machine.run(
            "/opt/java/bin/java --enable-native-access=ALL-UNNAMED -cp '%s:/opt/wherry/lib/*' %s"
                .formatted(path, program),
            PROOF_MAX);
    assertEquals(0, proof.exit(), proof.text());
  }

  private static String place(String classes) {
    return "/opt/files/" + classes.replace("/target/", "-");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    machine.close();
  }
}
