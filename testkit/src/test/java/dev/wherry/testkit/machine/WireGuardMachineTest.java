package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network module's proof of encryption between nodes, on a kernel that has WireGuard. */
@Tag("long")
class WireGuardMachineTest {
  private static final Duration PROOF_MAX = Duration.ofMinutes(10);

  @Test
  void pods_ofTwoNodes_areEncrypted_orNotReached(@TempDir Path folder) throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    for (String each :
        List.of(
            "network/target/classes",
            "network/target/test-classes",
            "machinery/target/test-classes")) {
      copy(Path.of("..", each), folder.resolve(each.replace("/target/", "-")));
    }
    MachineImages images = MachineImages.ofUser();
    Map<String, Path> disks = new LinkedHashMap<>();
    disks.put("java", images.folder("java", Path.of(System.getProperty("java.home"))));
    disks.put("wherry", images.folder("wherry", Path.of("../cli/target/wherry")));
    disks.put("files", images.folder("files", folder));
    var shape = new VirtualMachine.Shape(768, 2, disks, "");

    try (var machine = VirtualMachine.boot(images.system(), shape)) {
      Output proof =
          machine.run(
              "/opt/java/bin/java --enable-native-access=ALL-UNNAMED -cp"
                  + " '/opt/files/network-classes:/opt/files/network-test-classes:"
                  + "/opt/files/machinery-test-classes:/opt/wherry/lib/*'"
                  + " dev.wherry.network.nodes.WireGuardProof",
              PROOF_MAX);
      assertEquals(0, proof.exit(), proof.text());
    }
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
}
